"""Penalties that reviews find wrong, held against a market that never had the decisions which were found wrong."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from night.directly import decide
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation
from night.two_markets import on_the_moon, write_two_packs

DRAWN, REVIEWED = "2026-03-05", "2026-03-06"
# Of the second account the last of two, of the third the first of three; of the fourth, two of four.
WRONG = {"v2.1", "v3.0", "v4.0", "v4.2"}


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packs"
    write_two_packs(folder)
    (folder / "marketplace.yml").write_text("violation_types: {copyright: Copies.}\nreview_budgets: {world: 200}\n")
    monkeypatch.setenv("EVENHAND_POLICIES", str(folder))
    monkeypatch.setenv("EVENHAND_FIRST_NIGHTS", "accept")
    return folder


def _land(home: Path) -> Installation:
    """The world as it is reviewed, and the moon, which is the same without what is found wrong."""
    installation = Installation(home)
    # All decided on the night that draws, so that their penalties are new.
    violations = [(*each[:-1], DRAWN) for each in VIOLATIONS]
    creators, others = on_the_moon(CREATORS, [each for each in violations if each[0] not in WRONG])
    installation.land(
        DRAWN, creators=[*CREATORS, *creators], contents=CONTENTS, violations=[*violations, *others], appeals=[]
    )
    return installation


def _review(installation: Installation, unanswered: Collection[str] = ()) -> None:
    """Answer the first reviews of the penalties' decisions."""
    keys = installation.rows(DRAWN, "qa_keys", "item_id, account_id, subject", "stratum = 'penalties' and round = 1")
    path = installation.home / "landing" / "qa_reviews" / f"night={REVIEWED}" / "answers.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", newline="") as file:
        names = ("review_id", "drawn_from", "account_id", "reviewed_on", "is_violation", "draw_item_id")
        csv.writer(file).writerows(
            [
                names,
                *(
                    (f"q{item}", "published", account, REVIEWED, "no" if subject in WRONG else "yes", item)
                    for item, account, subject in keys
                    if subject not in unanswered
                ),
            ]
        )


def _judged(installation: Installation) -> dict[tuple[str, str], bool]:
    work = installation.home / "nights" / f"night={REVIEWED}" / "warehouse.duckdb"
    with duckdb.connect(str(work), read_only=True) as connection:
        found = connection.execute("select row_key, measure, is_wrong from samples.judged_penalties").fetchall()
    return {(row_key, measure): is_wrong for row_key, measure, is_wrong in found}


def test_a_penalty_is_wrong_that_would_not_be_without_wrong_decisions(packs: Path, tmp_path: Path) -> None:
    installation = _land(tmp_path / "home")
    decide(installation.home, DRAWN)
    # Of the third account one decision isn't reviewed: nobody knows of its penalties.
    _review(installation, unanswered={"v3.1"})
    decide(installation.home, REVIEWED)

    of_a3 = "account_id = 'a3'"
    assert installation.rows(DRAWN, "penalties", "row_key", of_a3)
    penalties = set(installation.rows(DRAWN, "penalties", "row_key, measure", f"market = 'world' and not {of_a3}"))
    # What is said of a1 there is said of m1.
    without = set(installation.rows(DRAWN, "penalties", "'a' || row_key[2:], measure", "market = 'moon'"))
    assert without
    judged = _judged(installation)
    assert set(judged) == penalties
    assert judged == {each: each not in without for each in penalties}
    assert True in judged.values() and False in judged.values()
    told = {
        about: (value, reviews)
        for about, value, reviews in installation.rows(
            REVIEWED, "quality_estimates", "about, value, reviews", "estimate = 'wrong_penalties' and market = 'world'"
        )
    }
    # All were drawn for certain.
    assert told[""] == (_share([*judged.values()]), len(judged))
    for measure in {measure for _, measure in judged}:
        of = [is_wrong for (_, of_measure), is_wrong in judged.items() if of_measure == measure]
        assert told[measure] == (_share(of), len(of))


def _share(of: Sequence[bool]) -> Decimal:
    return (Decimal(sum(of)) / len(of)).quantize(Decimal("0.000001"))
