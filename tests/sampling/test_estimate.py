"""What reviews say of all that nobody reviewed, by a handful of them; and what `evenhand qa estimates` says of it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.sampling.estimate import lay_estimates
from evenhand.sampling.prevalence import prevalence
from evenhand.sampling.sums import golden, sums
from sampling.estimated import (
    CREATORS,
    NIGHT,
    OLD,
    Facts,
    found,
    judged,
    review,
    twice,
    weighed,
    wrong_decisions,
)
from sampling.warehouse import rows, write


def test_a_review_stands_for_one_over_its_probability_and_its_views(tmp_path: Path) -> None:
    """By hand: 2 in breach of 2 + 5 + 3 contents; 2 · 10 views of 2 · 10 + 5 · 20, for c3 tells none."""
    ours = found(
        tmp_path,
        {
            "main.stg_qa_reviews": [
                review(1, True, inclusion_probability=0.5), review(2, False, inclusion_probability=0.2),
                # Drawn elsewhere, without a probability: as many as the model says.
                review(3, False),
                # Nobody knows what it stands for.
                review(7, True, inclusion_probability=0), review(8, True, inclusion_probability=5),
                # Before the four weeks; a second opinion; of a draw whose key isn't there.
                review(4, True, reviewed_on=OLD), review(5, True, round=2), review(6, True, draw_item_id="x"),
            ],
            "main.int_qa_reviews_weighted": [rows(review_id="q3", weight=3)],
            "main.stg_contents": [rows(content_id="c1", views=10), rows(content_id="c2", views=20)],
        },
    )  # fmt: skip
    assert set(ours) == {("prevalence", "SG", ""), ("violative_view_rate", "SG", "")}
    assert ours["prevalence", "SG", ""].value == pytest.approx(0.2)
    assert ours["violative_view_rate", "SG", ""].value == pytest.approx(20 / 120)
    expected = prevalence(sums([2, 5, 3], [True, False, False]))
    assert ours["prevalence", "SG", ""].interval_high == pytest.approx(expected.high[0])
    assert (ours["prevalence", "SG", ""].reviews, ours["prevalence", "SG", ""].is_enough) == (3, False)


GOLDEN = [
    *(rows(golden_id=f"g{n}", account_id="a1", subject=f"c{n}", is_violation="yes", guidance_version="g1")
      for n in range(20)),
    *(rows(golden_id=f"h{n}", account_id="a1", subject=f"vn{n}", is_violation="no") for n in range(10)),
]  # fmt: skip


def test_reviewers_errors_are_those_of_golden_items_by_the_same_guidance(tmp_path: Path) -> None:
    """17 of 20 in breach are seen and 1 of 10 others is a false alarm: of 40 contents 17 were found."""
    reviews = [
        *(review(n, n < 17, guidance_version="g1") for n in range(20)),
        *(review(n, False) for n in range(20, 40)),
        # Of golden items too, by another guidance.
        *(review(f"x{n}", False, content_id=f"c{n}", guidance_version="g0", reviewed_on=OLD) for n in range(20)),
        *(review(f"dn{n}", n == 0, drawn_from="decided", violation_id=f"vn{n}") for n in range(10)),
    ]
    ours = found(tmp_path, {"main.stg_qa_reviews": reviews, "accepted.golden_items": GOLDEN})
    told = ours["prevalence", "SG", ""]
    assert told.golden_reviews == 30
    assert told.value == pytest.approx((17 / 40 - 0.1) / (0.85 - 0.1))
    expected = prevalence(sums(np.ones(40), np.arange(40) < 17), golden(20, 17, 10, 9))
    assert told.interval_low == pytest.approx(expected.low[0])
    assert told.interval_high == pytest.approx(expected.high[0])
    # A decision is wrong where nothing is found: 9 of 10, and what reviewers miss is what looks wrong.
    assert ours["wrong_decisions", "SG", ""].value == pytest.approx((0.9 - 0.15) / (0.9 - 0.15))


def test_without_golden_items_of_both_kinds_reviewers_are_never_wrong(tmp_path: Path) -> None:
    facts: Facts = {"main.stg_qa_reviews": [review(n, n < 4) for n in range(8)], "accepted.golden_items": GOLDEN[:20]}
    told = found(tmp_path, facts)["prevalence", "SG", ""]
    assert (told.value, told.golden_reviews) == (0.5, 0)


def test_markets_with_enough_reviews_are_compared(tmp_path: Path) -> None:
    ours = found(tmp_path, {"main.stg_qa_reviews": wrong_decisions(("a1", 100, 40), ("b1", 100, 5))})
    gap = ours["gap_of_wrong_decisions", "all", "MY less SG"]
    assert gap.value == pytest.approx(-0.35)
    assert (gap.verdict, gap.reviews) == ("differs", 200)


def test_markets_with_few_reviews_are_not_compared(tmp_path: Path) -> None:
    ours = found(tmp_path, {"main.stg_qa_reviews": wrong_decisions(("a1", 100, 40), ("b1", 29, 0))})
    assert not [name for name, *_ in ours if name == "gap_of_wrong_decisions"]


def test_wrong_penalties_are_of_each_market_and_measure_and_weigh_by_their_chance(tmp_path: Path) -> None:
    """By hand: 10 of SG's 40 pauses, each standing for 2, and 20 of 20 closings, each for 10."""
    penalties = [*judged("SG", "paused", 40, 10), *judged("SG", "closed", 20, 20, probability=0.1)]
    ours = found(tmp_path, {"samples.judged_penalties": penalties})
    assert {key: each.reviews for key, each in ours.items()} == {
        ("wrong_penalties", "SG", ""): 60, ("wrong_penalties", "SG", "closed"): 20,
        ("wrong_penalties", "SG", "paused"): 40,
    }  # fmt: skip
    assert ours["wrong_penalties", "SG", "paused"].value == pytest.approx(0.25)
    assert ours["wrong_penalties", "SG", ""].value == pytest.approx((10 * 2 + 20 * 10) / (40 * 2 + 20 * 10))
    expected = prevalence(sums(np.ones(40), np.arange(40) < 10))
    assert ours["wrong_penalties", "SG", "paused"].interval_low == pytest.approx(expected.low[0])
    assert not ours["wrong_penalties", "SG", "closed"].is_enough


def test_a_penalty_that_needs_more_decisions_is_more_often_found_wrong_by_error(tmp_path: Path) -> None:
    """Of decisions on what is in breach 85 % are recognised, all of three with 61 %; one of ten is a false alarm."""
    reviews = [
        *(review(n, n < 17, guidance_version="g1") for n in range(20)),
        *(review(f"dn{n}", n == 0, drawn_from="decided", violation_id=f"vn{n}") for n in range(10)),
    ]
    facts: Facts = {"main.stg_qa_reviews": reviews, "accepted.golden_items": GOLDEN}
    one, three = (
        found(
            tmp_path / str(needed), {**facts, "samples.judged_penalties": judged("SG", "x", 100, 50, decisions=needed)}
        )
        for needed in (1, 3)
    )
    told = one["wrong_penalties", "SG", ""]
    assert told.value == pytest.approx((0.5 - 0.15) / (0.9 - 0.15), abs=1e-6)
    assert told.golden_reviews == 30
    missed, false_alarms = 0.1 * 0.85**2, 1 - 0.85**3
    expected = (0.5 - false_alarms) / (1 - missed - false_alarms)
    assert three["wrong_penalties", "SG", ""].value == pytest.approx(expected, abs=1e-6)


def test_markets_that_differ_in_wrong_penalties_are_named(tmp_path: Path) -> None:
    penalties = [*judged("SG", "x", 100, 40), *judged("MY", "x", 100, 5), *judged("TH", "x", 29, 29)]
    ours = found(tmp_path, {"samples.judged_penalties": penalties})
    ((name, _, about),) = [key for key in ours if key[0].startswith("gap_of_")]
    assert (name, about) == ("gap_of_wrong_penalties", "MY less SG")
    assert ours[name, "all", about].value == pytest.approx(-0.35)
    assert ours[name, "all", about].verdict == "differs"


def test_a_type_of_violation_that_reviewers_read_otherwise_is_unclear(tmp_path: Path) -> None:
    """Of 40 decisions on fraud they differ on every fourth, of 40 on spam on none; two more are no blind pairs."""
    reviews = [each for n in range(40) for each in twice(n, n % 2 == 0, n % 4 == 0)]
    reviews += [each for n in range(40, 80) for each in twice(n, n % 2 == 0, n % 2 == 0)]
    reviews += twice(80, True, False, blind=False)
    one, other = twice(81, True, False)
    reviews += [{**one, "guidance_version": "g1"}, {**other, "guidance_version": "g2"}]
    ours = found(
        tmp_path,
        {
            "main.stg_qa_reviews": reviews,
            "main.stg_violations": [
                rows(violation_id=f"v{n}", violation_type="fraud" if n < 40 else "spam") for n in range(82)
            ],
        },
    )
    fraud, spam, every = (ours["agreement", "SG", about] for about in ("fraud", "spam", ""))
    assert (fraud.verdict, spam.verdict, spam.value, spam.reviews) == ("unclear", "", 1, 40)
    assert every.reviews == 80
    # By hand: 10 of 40 differ; of 80 reviews 30 say yes: 1 - 0.25 / (2 · 30 · 50 / (80 · 79)).
    assert fraud.value == pytest.approx(1 - 0.25 / (2 * 30 * 50 / (80 * 79)))


def test_nothing_reviewed_is_nothing_said(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == {}


def test_the_order_of_rows_says_nothing(tmp_path: Path) -> None:
    reviews = [review(n, n % 7 == 0, inclusion_probability=0.05 + n / 200) for n in range(100)]
    ours, other = (
        found(tmp_path / name, {"main.stg_qa_reviews": each})
        for name, each in (("a", reviews), ("b", [*reversed(reviews)]))
    )
    assert ours == other


def test_a_night_has_a_table_of_them_and_the_same_when_it_is_decided_again(tmp_path: Path) -> None:
    reviews = [review(n, n % 7 == 0) for n in range(210)]
    warehouse = write(tmp_path / "w.duckdb", weighed({"main.stg_qa_reviews": reviews}))
    assert (lay_estimates(warehouse, NIGHT), lay_estimates(warehouse, NIGHT)) == (2, 2)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row, of_all = connection.execute("from estimates.quality_estimates order by market").fetchall()
    assert row[:6] == (NIGHT, "prevalence", "SG", "", "", Decimal("0.142857"))
    assert (of_all[2], of_all[5]) == ("all", row[5])
    assert row[-4:] == (210, 0, True, "")


def test_what_cannot_be_estimated_keeps_no_list_from_anybody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    warehouse = write(tmp_path / "w.duckdb", {"main.stg_creators": CREATORS})
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table stg_qa_reviews")
    assert lay_estimates(warehouse, NIGHT) == 0
    assert "can't be estimated" in caplog.text
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from estimates.quality_estimates").fetchone() == (0,)


def test_one_estimate_that_cannot_be_made_leaves_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A review of MY stands for none of its contents, of which no share can be said; SG's can, and MY's decisions."""
    reviews = [review(1, True), review(2, False, "b1"), *wrong_decisions(("b1", 40, 20))]
    weights = [rows(review_id=each["review_id"], weight=each["review_id"] != "q2") for each in reviews]
    ours = found(tmp_path, {"main.stg_qa_reviews": reviews, "main.int_qa_reviews_weighted": weights})
    assert set(ours) == {("prevalence", "SG", ""), ("wrong_decisions", "MY", "")}
    assert "prevalence, MY can't be estimated" in caplog.text


def test_reviewers_who_recognise_nothing_leave_a_night_its_estimates(tmp_path: Path) -> None:
    """That all of 30 decisions are recognised is then less likely than a number can say: nothing is known of it."""
    reviews = [
        *(review(n, False, guidance_version="g1") for n in range(20)),
        *(review(f"dn{n}", False, drawn_from="decided", violation_id=f"vn{n}") for n in range(10)),
    ]
    facts: Facts = {"main.stg_qa_reviews": reviews, "accepted.golden_items": GOLDEN}
    ours = found(tmp_path, {**facts, "samples.judged_penalties": judged("SG", "x", 100, 50, decisions=30)})
    told = ours["wrong_penalties", "SG", ""]
    assert (told.value, told.interval_low, told.interval_high) == (None, 0, 1)
    assert {"prevalence", "wrong_decisions", "wrong_penalties"} <= {name for name, *_ in ours}


def said(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["qa", "estimates", *words])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def test_the_command_says_estimates_as_people_read_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setattr("evenhand.commands.qa.console.width", 200)
    (tmp_path / "releases" / f"night={NIGHT}").mkdir(parents=True)
    reviews = [*(review(n, n < 5) for n in range(250)), *wrong_decisions(("a1", 40, 20), ("b1", 20, 1))]
    penalties = [*judged("SG", "no_live", 50, 25), *judged("MY", "no_live", 20, 20)]
    work = tmp_path / "nights" / f"night={NIGHT}" / "warehouse.duckdb"
    keys = [
        rows(item_id=f"i{n}", market="SG", closed_on=NIGHT, state="unanswered" if n < 2 else "reviewed")
        for n in range(10)
    ]
    facts = {"main.stg_qa_reviews": reviews, "samples.judged_penalties": penalties, "samples.qa_keys": keys}
    write(work, weighed(facts))

    told = said()
    assert "Singapore (SG) Penalties that are wrong: No live streaming 50.0 %" in told
    assert "Singapore (SG) Items that nobody reviewed in 14 nights 20.0 % 10" in told
    assert "Malaysia (MY) Penalties that are wrong too few to say (20 of 30 needed)" in told
    assert "Singapore (SG) Contents in breach 2.0 % 0.7 % to 4.5 % 250" in told
    assert "Malaysia (MY) Decisions that are wrong too few to say (20 of 30 needed)" in told
    assert "reviewers are taken to be never wrong" in told
    assert {each["market"] for each in json.loads(said("--json", "--market", "SG"))} == {"SG"}
    assert "there are no reviews of TH" in said("--market", "TH", code=1)
    work.unlink()
    assert "computes it again" in said(code=1)
