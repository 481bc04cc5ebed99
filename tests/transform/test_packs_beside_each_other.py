"""Two packs of one market, sentence by sentence: whose measures bar, and by which pack's days an appeal is in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evenhand.deciding.project import CompiledModel
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


BARRED: Sequence[tuple[list[str], list[dict[str, Any]], bool]] = [
    # Stricter, where the other pack puts slow; there it prevails over slow, which is in force all the same.
    (["slow", "no_live"], [SLOW, NO_LIVE], False),
    (["no_live", "slow"], [SLOW, NO_LIVE], False),
    # On the 8th slow is over: then it hangs on which of the two is stricter,
    (["slow", "no_live"], [NO_LIVE], False),
    (["no_live", "slow"], [NO_LIVE], True),
    # and on whether it is where slow would be, or on the account.
    (["slow", "no_live"], [NO_POST], True),
    (["slow", "no_live"], [CLOSED], False),
]


@pytest.fixture(scope="module")
def doors(models: Sequence[CompiledModel]) -> dict[str, dict[str, bool]]:
    """Of each night the markets, one for each case, and whether the door is open there."""
    packs: list[Pack] = []
    for number, (_, brings, _) in enumerate(BARRED):
        of_market = {"markets": [f"m{number}"]}
        packs += (
            _pack(f"limit_{number}", ["slow"], SLOW, applies_to=["creator"], **of_market),
            # Of the pack that asks, nothing brings slow.
            _pack(f"gates_{number}", ["slow"], eligibility=WITHOUT_SLOW, **of_market),
            _pack(f"points_{number}", ["no_live"], *[each for each in brings if each != SLOW], **of_market),
        )
    violations = [(Violation(f"v{number}", "fraud", day("03-01"), None),) for number in range(len(BARRED))]
    history = [Account(f"a{number}", f"m{number}", "creator", each) for number, each in enumerate(violations)]
    orders = {f"m{number}": order for number, (order, _, _) in enumerate(BARRED)}
    engine = Engine(models, packs, history, order=orders)
    found = {}
    for night in ("03-02", "03-08"):
        engine.run(day(night))
        rows = engine.connection.execute(
            "select account_id, is_open from main.int_eligibility_periods"
            " where from_day <= $night and (until_day is null or until_day > $night) and eligibility = 'door'",
            {"night": day(night)},
        ).fetchall()
        assert len(rows) == len(BARRED)
        found[night] = dict(rows)
    return found


@pytest.mark.parametrize("number", range(len(BARRED)))
def test_a_stricter_measure_of_another_pack_bars_where_the_one_asked_for_is_put_or_on_the_account(
    doors: dict[str, dict[str, bool]], number: int
) -> None:
    _, brings, is_open = BARRED[number]

    assert doors["03-02" if SLOW in brings else "03-08"][f"a{number}"] == is_open


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


# What two packs of a market say of appeals, those against a violation of both, and the points that are left of it.
OF_APPEALS: Sequence[tuple[dict[str, Any], dict[str, Any], list[Appeal], int]] = [
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
]  # fmt: skip


@pytest.fixture(scope="module")
def balances(models: Sequence[CompiledModel]) -> dict[str, list[int]]:
    """What both packs of each market have counted in the end, each case once with them in either order."""
    histories = []
    for number, (one, other, appeals, _) in enumerate(OF_APPEALS):
        for name in (f"h{number}", f"h{number}x"):
            points = _pack(f"points_{name}", [], appeals=one, markets=[name])
            limit = _pack(f"limit_{name}", [], appeals=other, markets=[name])
            violation = Event(f"{name}/a/v", day("03-01"), day("03-01"), violation="fraud")
            own = tuple(
                replace(each, key=each.key.replace("h/", f"{name}/"), against=violation.key) for each in appeals
            )
            account = Landed(f"{name}/a", (AccountRow(day("01-01"), name),), (violation,), own)
            both = (limit, points) if name.endswith("x") else (points, limit)
            histories.append(History(name, both, (account,)))
    engine = Landing(models, histories)
    engine.run(day("04-25"))
    rows = engine.connection.execute(
        "select account_id, balance from main.account_standings where as_of = '2026-04-25' order by all"
    ).fetchall()
    engine.close()
    found: dict[str, list[int]] = {history.name: [] for history in histories}
    for account, balance in rows:
        found[account.removesuffix("/a")].append(int(balance))
    return found


@pytest.mark.parametrize("number", range(len(OF_APPEALS)))
def test_a_violation_of_two_packs_has_each_key_of_appeals_as_the_kinder_says(
    balances: dict[str, list[int]], number: int
) -> None:
    *_, balance = OF_APPEALS[number]

    # 1 March counts until 29 April.
    assert [balances[name] for name in (f"h{number}", f"h{number}x")] == [[balance, balance]] * 2


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
