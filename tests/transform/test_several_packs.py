"""Several packs of one market: each decides what it says, and of what meets on a scope one prevails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.engine import Engine
from transform.oracle import Account, Emergency, Violation

NIGHT = date(2026, 3, 10)


def _pack(name: str, measures: list[str], brings: dict[str, Any], **more: Any) -> Pack:
    """A pack with one programme of its name: each fraud is a point for 30 days, and the first brings this."""
    return pack_from(
        {
            "pack": name,
            "version": 1,
            "markets": ["earth"],
            "effective_from": date(2026, 1, 1),
            "appeal_route": f"Write to {name}.",
            "measures": measures,
            "programmes": {
                f"{name}_points": {
                    "unit": "point",
                    "entries": [{"rule": "each", "violation_types": ["fraud"], "amount": 1, "lasts_days": 30}],
                    "zones": [{"zone": "good"}, {"zone": "warned", "at_least": 1, "measures": [brings]}],
                }
            },
        }
        | more
    )


POINTS = _pack("points", ["warning", "no_live", "closed"], {"measure": "no_live", "scope": "live", "days": 5})
LIMIT = _pack("limit", ["slow", "no_live"], {"measure": "slow", "scope": "live", "days": 9})
SELLERS = _pack("sellers", ["no_live"], {"measure": "no_live", "scope": "live", "days": 9}, applies_to=["seller"])
FRAUD = (Violation("v1", "fraud", date(2026, 3, 3), None),)
HISTORY = [Account("a1", "earth", "creator", FRAUD), Account("a2", "earth", "seller", FRAUD)]


def _engine(
    models: Sequence[CompiledModel],
    packs: list[Pack],
    order: list[str],
    emergencies: tuple[Emergency, ...] = (),
) -> Engine:
    return Engine(models, packs, HISTORY, 1, emergencies, {"earth": order})


def test_each_pack_decides_by_itself_and_explains_its_own_rows(models: Sequence[CompiledModel]) -> None:
    engine = _engine(models, [POINTS, LIMIT, SELLERS], order=["slow", "no_live"])
    engine.run(date(2026, 3, 7))
    rows = engine.connection.execute(
        "select row_key, measure, pack, appeal_route, ends_on from main.reasons order by row_key"
    ).fetchall()
    assert rows == [
        ("a1/limit_points/live", "slow", "limit", "Write to limit.", date(2026, 3, 11)),
        ("a1/points_points/live", "no_live", "points", "Write to points.", date(2026, 3, 7)),
        ("a2/sellers_points/live", "no_live", "sellers", "Write to sellers.", date(2026, 3, 11)),
    ]


@pytest.mark.parametrize(
    ("order", "until_the_7th", "from_the_8th"),
    [
        (["slow", "no_live"], "a1/points_points/live", "a1/limit_points/live"),
        # Whatever the order doesn't name is stricter than all that it names.
        (["slow"], "a1/points_points/live", "a1/limit_points/live"),
        (["no_live", "slow"], "a1/limit_points/live", "a1/limit_points/live"),
    ],
)
def test_when_what_prevailed_ends_the_other_takes_its_place(
    models: Sequence[CompiledModel], order: list[str], until_the_7th: str, from_the_8th: str
) -> None:
    engine = _engine(models, [POINTS, LIMIT], order=order)
    for day, prevailing in ((7, until_the_7th), (8, from_the_8th)):
        engine.run(date(2026, 3, day))
        rows = engine.connection.execute(
            "select row_key from main.int_measures_in_force where as_of = ? and prevails", [date(2026, 3, day)]
        ).fetchall()
        assert rows == [(prevailing,)]


def test_what_is_imposed_is_there_once_by_a_pack_that_judges_the_account(models: Sequence[CompiledModel]) -> None:
    imposed = tuple(
        Emergency(f"e{number}", "impose", account, "earth", "no_live", "live", date(2026, 3, 9), NIGHT)
        for number, account in enumerate(("a1", "a2"), 1)
    )
    engine = _engine(models, [SELLERS, LIMIT, POINTS], order=["slow", "no_live"], emergencies=imposed)
    engine.run(NIGHT)
    rows = engine.connection.execute(
        "select account_id, pack, appeal_route from main.reasons where programme = 'emergency' order by account_id"
    ).fetchall()
    assert rows == [("a1", "limit", "Write to limit."), ("a2", "sellers", "Write to sellers.")]
