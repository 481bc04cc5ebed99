"""A pack that is changed: its second version takes over, and what it doesn't change stays."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from gates.nights import Nights
from made_once import shared_compiled, shared_project

PLAN = Plan(900, 40, seed=11)
NIGHT = PLAN.until
# Which rewards there are, but not since when: that begins anew with each version.
OF_REWARDS = "row_key, account_id, market, programme, scope, reward, ends_on"


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A small marketplace of eight markets, of which nothing is decided yet."""
    home = tmp_path_factory.mktemp("versions")
    simulate(PLAN, home / "landing", lambda made: None)
    return Nights(home, shared_compiled(), PROJECT / "policies")


@pytest.fixture(scope="module")
def one(nights: Nights) -> Path:
    """The night, decided by the packs as they are."""
    return nights.judge(nights.land(NIGHT), NIGHT, "one").warehouse


@pytest.mark.parametrize(
    "days_ago", [0, 12, pytest.param(1, marks=pytest.mark.soak), pytest.param(30, marks=pytest.mark.soak)]
)
def test_one_that_is_word_for_word_the_first_stops_no_night_and_changes_no_penalty(
    nights: Nights, one: Path, tmp_path: Path, days_ago: int
) -> None:
    """As docs/policy-language.md says: a copy, the old one ends, and the new one begins on the day after."""
    landed = nights.land(NIGHT)

    two = nights.judge(landed, NIGHT, "two", policies=_in_two_versions(tmp_path, NIGHT - timedelta(days_ago))).warehouse

    assert _rows(two, "penalties") == _rows(one, "penalties")
    assert _rows(two, "rewards", OF_REWARDS) == _rows(one, "rewards", OF_REWARDS)
    assert len(_rows(one, "penalties")) > 20 and len(_rows(one, "rewards")) > 500
    assert _failing_tests(two) == _failing_tests(one) == []


def _in_two_versions(folder: Path, turn: date) -> Path:
    """All packs, those of the marketplace in two versions of which the second begins on a day."""
    packs = Path(shutil.copytree(PROJECT / "policies", folder / "packs", ignore=shutil.ignore_patterns("published")))
    for path in sorted(packs.glob("creators_??.yml")):
        text = path.read_text()
        begins = r"^effective_from: \S+$"
        last = turn - timedelta(days=1)
        first, found = re.subn(begins, rf"\g<0>\neffective_until: {last}", text, count=1, flags=re.MULTILINE)
        second = re.sub(begins, f"effective_from: {turn}", text, count=1, flags=re.MULTILINE)
        assert found == 1
        path.write_text(first)
        path.with_name(f"{path.stem}_2.yml").write_text(
            re.sub(r"^version: 1$", "version: 2", second, count=1, flags=re.MULTILINE)
        )
    return packs


def _rows(warehouse: Path, name: str, columns: str = "*") -> Sequence[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f"select {columns} from main.{name} order by all").fetchall()


def _failing_tests(warehouse: Path) -> list[str]:
    """The data tests of the models that decide, on what they came to."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        there = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'main'"
            ).fetchall()
        }
        return [
            test.name
            for node in shared_project().part(after_gate=False).nodes
            for test in node.tests
            if set(test.models) <= there
            and connection.execute(f"select count(*) from ({test.of(NIGHT)})").fetchall() != [(0,)]
        ]
