"""Gate 2 finds nothing wrong with what is right, whatever versions of packs and moves between markets make of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from evenhand.deciding.project import CompiledModel
from expectations.lists import penalties_suite, reasons_suite, rewards_suite, standings_suite
from expectations.rule import ExpectNoRows
from transform.continuity.draw import FEATURES, draw, nights_of
from transform.continuity.engine import Engine
from transform.continuity.facts import History

_PICKS = ("versions", "picks", "picks_gone", "every", "grace", "not_again", "batch", "day", "corrections", "rule_gone")


@pytest.mark.parametrize("histories", [30, pytest.param(300, marks=pytest.mark.soak)])
def test_what_is_right_over_versions_and_moves_breaks_no_rule(models: Sequence[CompiledModel], histories: int) -> None:
    # What is imposed on one scope by chance needn't be what a pack puts there.
    all_features = sorted(FEATURES - {"reordered"})
    # Of h71 and h184, an account comes back to a programme, or into one that begins with a course; of h131 a version
    # no longer counts in steps.
    drawn = [draw(14, number, all_features) for number in (71, 131, 184)]
    drawn += [draw(12, number, _PICKS) for number in range(1000, 1000 + histories)]

    assert _broken(models, drawn) == []


def _broken(models: Sequence[CompiledModel], histories: Sequence[History]) -> list[str]:
    engine = Engine(models, histories)
    broken: list[str] = []
    for night in (nights_of(14, 0, 3)[0], nights_of(14, 0, 3)[1]):
        engine.run(night)
        suites = {
            "penalties": penalties_suite(night),
            "rewards": rewards_suite(night),
            "reasons": reasons_suite(night),
            "account_standings": standings_suite(night),
        }
        for table, suite in suites.items():
            for rule in suite:
                if isinstance(rule, ExpectNoRows):
                    query = str(rule.unexpected_rows_query).replace("{batch}", f"main.{table}")
                    rows = engine.connection.execute(query).fetchall()
                    broken += [f"{night} {table}, {rule.description}: {row}" for row in rows]
    engine.close()
    return broken
