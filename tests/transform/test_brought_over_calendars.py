"""Which violations brought what an evaluation does, where the one before it was by another calendar or by none.

Those that came since the value that is held was read; an appeal against one of them, and no other, keeps open what it
brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import pytest

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Appeal, Event, History
from transform.continuity.night import Night, Penalty
from transform.continuity.oracle import decide

NIGHT = date(2026, 5, 20)


class Happened(NamedTuple):
    """The days of violations, and which of them is appealed against two days later, which nobody has decided yet."""

    violations: tuple[str, ...]
    appealed: str


def day(text: str) -> date:
    """A day of 2026, as 03-01."""
    return date.fromisoformat(f"2026-{text}")


def _pack(market: str, version: int, begins: str, until: str | None, evaluated: str | None, bound: int) -> Pack:
    """From so many violations on, commission is frozen while one can appeal, and then forfeited for good."""
    frozen = {
        "measure": "frozen",
        "scope": "commission",
        "appeal_days": 10,
        "then": [{"measure": "forfeited", "scope": "commission"}],
    }
    rule = {"rule": "each", "violation_types": ["spam"], "amount": 1, "lasts_days": 200}
    zones = [
        {"zone": "good"},
        *({"zone": "seen", "at_least": number} for number in range(1, bound)),
        {"zone": "enforced", "at_least": bound, "measures": [frozen]},
    ]
    content: dict[str, Any] = {
        "pack": market,
        "version": version,
        "markets": [market],
        "effective_from": day(begins),
        "appeal_route": "Write.",
        "measures": ["frozen", "forfeited"],
        "appeals": {"file_within_days": 5},
        "programmes": {"points": {"unit": "point", "entries": [rule], "zones": zones}},
    }
    if evaluated:
        content["calendars"] = {"months": {"day_of_month": 1}, "mondays": {"weekday": "monday"}}
        content["programmes"]["points"]["evaluated"] = evaluated
    return pack_from(content | ({"effective_until": day(until)} if until else {}))


def _account(name: str, rows: Sequence[AccountRow], happened: Happened) -> Account:
    filed = date.fromordinal(day(happened.appealed).toordinal() + 2)
    return Account(
        f"{name}/a",
        tuple(rows),
        tuple(Event(f"{name}/a/{on}", day(on), day(on), violation="spam") for on in happened.violations),
        (Appeal(f"{name}/a/p", f"{name}/a/{happened.appealed}", filed, filed, "pending"),),
    )


def _versions(name: str, happened: Happened, *calendars: tuple[str, str | None]) -> History:
    """One version after the other, each with the day before which it ends and its calendar."""
    begins, packs = "01-01", []
    for number, (before, evaluated) in enumerate(calendars, start=1):
        until = date.fromordinal(day(before).toordinal() - 1).strftime("%m-%d") if before else None
        packs.append(_pack(name, number, begins, until, evaluated, len(happened.violations)))
        begins = before
    account = _account(name, [AccountRow(day("01-01"), name)], happened)
    return History(name, tuple(packs), (account,))


def _moves(name: str, happened: Happened, left: str | None, on: str, entered: str | None) -> History:
    packs = (
        _pack(name, 1, "01-01", None, left, len(happened.violations)),
        _pack(f"{name}b", 1, "01-01", None, entered, len(happened.violations)),
    )
    rows = [AccountRow(day("01-01"), name), AccountRow(day(on), f"{name}b")]
    return History(name, packs, (_account(name, rows, happened),))


ONE = Happened(("04-03",), "04-03")
FIRST_OF_TWO = Happened(("04-03", "04-20"), "04-03")
TWO = ("04-02", "04-08")
UNSEEN = (("04-10", "mondays"), ("04-21", "months"), ("", "mondays"))
HISTORIES = (
    _versions("calendars", ONE, ("04-10", "months"), ("", "mondays")),
    _moves("m", ONE, "months", "04-10", "mondays"),
    _versions("newly", FIRST_OF_TWO, ("04-10", None), ("", "months")),
    _moves("n", FIRST_OF_TWO, None, "04-10", "months"),
    # That of 2 April is read on Monday the 6th, that of the 8th on Monday the 27th: the second version sees no day.
    _versions("none", Happened(TWO, "04-08"), *UNSEEN),
    _versions("other", Happened(TWO, "04-02"), *UNSEEN),
    # On 1 April nothing was there to be read, and no day is seen until Monday the 13th.
    _versions("waits", ONE, ("04-10", "months"), ("04-12", "months"), ("", "mondays")),
)


@pytest.fixture(scope="module")
def found(models: Sequence[CompiledModel]) -> Night:
    """A night after all, which is as the oracle says."""
    engine = Engine(models, HISTORIES)
    engine.run(NIGHT)
    found = engine.night(NIGHT)
    engine.close()
    said = {key: each for history in HISTORIES for key, each in decide(history, NIGHT).penalties.items()}
    assert found.penalties == said
    return found


@pytest.mark.parametrize(
    "name, measure, first",
    [
        ("calendars", "frozen", "04-13"),
        ("m", "frozen", "04-13"),
        ("newly", "forfeited", "05-12"),
        ("n", "forfeited", "05-12"),
        ("none", "frozen", "04-27"),
        ("other", "forfeited", "05-08"),
        ("waits", "frozen", "04-13"),
    ],
)
def test_an_appeal_keeps_open_what_its_violation_brought_and_nothing_else(
    found: Night, name: str, measure: str, first: str
) -> None:
    assert found.penalties[f"{name}/a/points/commission"] == Penalty(measure, day(first), None)
