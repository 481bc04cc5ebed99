"""What reasons call needed is needed, and what they don't cite is not: penalties decided again without either."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faithful import (
    CITED,
    FEWER,
    NEEDED,
    SUM,
    TOGETHER,
    UNCITED,
    Decision,
    Outcome,
    Try,
    outcomes,
    table_of,
)
from evenhand.simulation.plan import Plan


@pytest.mark.parametrize(
    ("creators", "decisions"), [(2500, 250), pytest.param(5000, 500, marks=pytest.mark.soak)], ids=["250", "500"]
)
def test_what_is_taken_away_changes_decisions_as_their_reasons_say(
    tmp_path: Path, creators: int, decisions: int
) -> None:
    """Penalties of a marketplace, the short form of `python -m benchmarks.faithful`."""
    found = outcomes(tmp_path, Plan(creators, 60, seed=7), decisions)

    told = [each for each in found if each.tried.decision.how == SUM]
    assert len({each.tried.decision for each in found}) == decisions
    of_500 = {NEEDED: 300, TOGETHER: 10, FEWER: 20, CITED: 300, UNCITED: 300}
    for kind, at_least in {kind: least * decisions // 500 for kind, least in of_500.items()}.items():
        some = [each for each in told if each.tried.kind == kind]
        assert len(some) > at_least
        assert [each for each in some if not each.is_faithful] == []


def test_the_table_has_each_kind_with_its_share() -> None:
    right = Decision("a/p/s", "a", "p", None, frozenset({"e"}), frozenset({"e"}), frozenset(), SUM)
    table = table_of([Outcome(Try(right, NEEDED, right.needed), is_changed) for is_changed in (True, True, False)])
    assert "1 penalty decided again, 3 times in all" in table
    assert "| each event that is called needed | sum of entries | yes | 3 | 66.67% |" in table


def test_the_table_writes_thousands_with_a_comma() -> None:
    found = [
        Outcome(Try(each, NEEDED, each.needed), True)
        for each in (
            Decision(f"a/p/{n}", "a", "p", None, frozenset(), frozenset(), frozenset(), SUM) for n in range(1000)
        )
    ]
    assert "1,000 penalties decided again, 1,000 times in all" in table_of(found)
