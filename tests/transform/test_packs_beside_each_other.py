"""Two packs of one market, sentence by sentence: whose measures bar, and by which pack's days an appeal is in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evenhand.deciding.compiled import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.engine import Engine as Landing
from transform.continuity.facts import Account as Landed
from transform.continuity.facts import AccountRow, Appeal, Event, History
from transform.engine import Engine
from transform.oracle import Account, Violation


def day(text: str) -> date:
    """A day of 2026, as 03-01."""
    return date.fromisoformat(f"2026-{text}")


def _pack(name: str, measures: Sequence[str], *brings: dict[str, Any], **more: Any) -> Pack:
    """A pack with one programme of its name: each fraud is a point for 60 days, and the first brings this."""
    zones = [{"zone": "good"}, {"zone": "warned", "at_least": 1, "measures": list(brings)}]
    rule = {"rule": "each", "violation_types": ["fraud"], "amount": 1, "lasts_days": 60}
    return pack_from(
        {
            "pack": name,
            "version": 1,
            "markets": ["earth"],
            "effective_from": day("01-01"),
            "appeal_route": f"Write to {name}.",
            "measures": list(measures),
            "programmes": {f"of_{name}": {"unit": "point", "entries": [rule], "zones": zones}},
            **more,
        }
    )


def _is_open(engine: Engine, night: date) -> dict[str, bool]:
    rows = engine.connection.execute(
        "select eligibility, is_open from main.int_eligibility_periods"
        " where from_day <= $night and (until_day is null or until_day > $night)",
        {"night": night},
    ).fetchall()
    return dict(rows)


SLOW = {"measure": "slow", "scope": "live", "days": 3}
NO_LIVE = {"measure": "no_live", "scope": "live", "days": 9}
NO_POST = {"measure": "no_live", "scope": "short_video", "days": 9}
CLOSED = {"measure": "no_live", "scope": "account", "days": 9}
WITHOUT_SLOW = {"door": {"conditions": [{"condition": "not_slow", "without_measure": "slow"}]}}


@pytest.mark.parametrize(
    ("order", "brings", "is_open"),
    [
        # Stricter, where the other pack puts slow; there it prevails over slow, which is in force all the same.
        (["slow", "no_live"], [SLOW, NO_LIVE], False),
        (["no_live", "slow"], [SLOW, NO_LIVE], False),
        # On the 8th slow is over: then it hangs on which of the two is stricter,
        (["slow", "no_live"], [NO_LIVE], False),
        (["no_live", "slow"], [NO_LIVE], True),
        # and on whether it is where slow would be, or on the account.
        (["slow", "no_live"], [NO_POST], True),
        (["slow", "no_live"], [CLOSED], False),
    ],
)
def test_a_stricter_measure_of_another_pack_bars_where_the_one_asked_for_is_put_or_on_the_account(
    models: Sequence[CompiledModel], order: list[str], brings: list[dict[str, Any]], is_open: bool
) -> None:
    limit = _pack("limit", ["slow"], SLOW, applies_to=["creator"])
    # Of the pack that asks, nothing brings slow.
    gates = _pack("gates", ["slow"], eligibility=WITHOUT_SLOW)
    points = _pack("points", ["no_live"], *[each for each in brings if each["measure"] == "no_live"])
    night = day("03-02") if SLOW in brings else day("03-08")
    history = [Account("a", "earth", "creator", (Violation("v", "fraud", day("03-01"), None),))]
    engine = Engine(models, [limit, gates, points], history, order={"earth": order})

    engine.run(night)

    assert _is_open(engine, night)["door"] == is_open


def test_a_measure_that_another_packs_eligibility_brings_bars_from_nothing(models: Sequence[CompiledModel]) -> None:
    shut = {"conditions": [{"condition": "none", "programme": "of_points", "less_than": 1}]}
    shut |= {"while_not_eligible": [{"measure": "slow", "scope": "live"}]}
    points = _pack("points", ["slow"], eligibility={"shut": shut})
    gates = _pack("gates", ["slow"], eligibility=WITHOUT_SLOW)
    history = [Account("a", "earth", "creator", (Violation("v", "fraud", day("03-01"), None),))]
    engine = Engine(models, [gates, points], history, order={"earth": ["slow"]})

    engine.run(day("03-02"))

    assert _is_open(engine, day("03-02")) == {"door": True, "shut": False}
    assert engine.connection.execute("select row_key from main.penalties").fetchall() == [("a/shut/live",)]


def _filed(number: int, on: str, outcome: str, decided: str, points: int | None = None) -> Appeal:
    """An appeal against the violation of 1 March, decided on a day."""
    key = f"h/a/p{number}"
    return Appeal(
        key, "h/a/v", day(on), day(decided), outcome, day(decided), None if points is None else Decimal(points)
    )


def _partly(points: int) -> Appeal:
    return _filed(0, "03-05", "partly_granted", "03-08", points)


TEN_DAYS = {"file_within_days": 10}
DENIED = _filed(0, "03-05", "denied", "03-08")


@pytest.mark.parametrize(
    ("one", "other", "appeals", "balance"),
    [
        # Filed on the 15th: 20 days of one are enough for both.
        (TEN_DAYS, {"file_within_days": 20}, [_filed(0, "03-15", "granted", "03-18")], 0),
        (TEN_DAYS, TEN_DAYS, [_filed(0, "03-15", "granted", "03-18")], 1),
        # Who says no days has no end.
        (TEN_DAYS, {}, [_filed(0, "04-20", "granted", "04-22")], 0),
        # A further one is bound from the decision of the 8th: by 10 days of one, though by 3 of the other,
        (TEN_DAYS, {"again_within_days": 3}, [DENIED, _filed(1, "03-18", "granted", "03-20")], 0),
        (TEN_DAYS, TEN_DAYS | {"again_within_days": 3}, [DENIED, _filed(1, "03-19", "granted", "03-20")], 1),
        # partly granted too; what that made of the violation holds.
        (TEN_DAYS, TEN_DAYS, [_partly(0), _filed(1, "03-19", "granted", "03-20")], 0),
        (TEN_DAYS, TEN_DAYS, [_partly(2), _filed(1, "03-19", "granted", "03-20")], 2),
        # One appeal of one, two of the other.
        ({"at_most": 1}, {"at_most": 2}, [DENIED, _filed(1, "03-10", "granted", "03-12")], 0),
        ({"at_most": 1}, {"at_most": 1}, [DENIED, _filed(1, "03-10", "granted", "03-12")], 1),
        # An appeal that is too late uses up none.
        (TEN_DAYS | {"at_most": 1}, TEN_DAYS | {"at_most": 1}, [_filed(0, "03-12", "denied", "03-13")], 1),
        # What partly granting does is the kindest of both.
        ({"partly_granted": "denies"}, {"partly_granted": "voids"}, [_partly(5)], 0),
        ({"partly_granted": "denies"}, {}, [_partly(5)], 5),
        ({"partly_granted": "denies"}, {"partly_granted": "denies"}, [_partly(5)], 1),
    ],
)  # fmt: skip
def test_a_violation_of_two_packs_has_each_key_of_appeals_as_the_kinder_says(
    models: Sequence[CompiledModel], one: dict[str, Any], other: dict[str, Any], appeals: list[Appeal], balance: int
) -> None:
    packs = (_pack("points", [], appeals=one, markets=["h"]), _pack("limit", [], appeals=other, markets=["h"]))
    violation = Event("h/a/v", day("03-01"), day("03-01"), violation="fraud")
    account = Landed("h/a", (AccountRow(day("01-01"), "h"),), (violation,), tuple(appeals))
    found = []
    for both in (packs, packs[::-1]):
        engine = Landing(models, [History("h", both, (account,))])
        engine.run(day("04-25"))
        rows = engine.connection.execute(
            "select programme, balance from main.account_standings where as_of = '2026-04-25' order by programme"
        ).fetchall()
        found.append({programme: int(value) for programme, value in rows})
        engine.close()

    # 1 March counts until 29 April.
    assert found == [{"of_limit": balance, "of_points": balance}] * 2


def test_by_the_pack_that_alone_counts_it_the_other_says_nothing(models: Sequence[CompiledModel]) -> None:
    kinder = _pack("limit", [], appeals={"file_within_days": 90}, applies_to=["seller"], markets=["h"])
    counting = _pack("points", [], appeals=TEN_DAYS, markets=["h"])
    violation = Event("h/a/v", day("03-01"), day("03-01"), violation="fraud")
    appeal = _filed(0, "03-15", "granted", "03-18")
    account = Landed("h/a", (AccountRow(day("01-01"), "h"),), (violation,), (appeal,))
    engine = Landing(models, [History("h", (kinder, counting), (account,))])

    engine.run(day("03-20"))

    assert {key: int(value) for key, (_, value) in engine.night(day("03-20")).standings.items()} == {"h/a/of_points": 1}
    engine.close()
