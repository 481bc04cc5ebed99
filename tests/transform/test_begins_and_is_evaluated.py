"""A programme that is evaluated on Mondays and, in some versions or in one market, begins with an activity.

Where it is there again for an account, what is read of the day before is held from that day on, and not from a Monday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Event, History
from transform.continuity.night import Night, Penalty
from transform.continuity.oracle import decide

WITHOUT: dict[str, Any] = {}
WITH_A_COURSE = {"begins_with": "course"}


def day(text: str) -> date:
    """A day of 2026, as 03-01."""
    return date.fromisoformat(f"2026-{text}")


def _pack(name: str, market: str, version: int, begins: str, until: str | None, points: Mapping[str, Any]) -> Pack:
    """A violation is 5 points; from 4 on live is closed, and fewer are asked for by a gate."""
    rule = {"rule": "spamming", "violation_types": ["spam"], "amount": 5}
    closed = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    zones = [{"zone": "good"}, {"zone": "bad", "at_least": 4, "measures": [closed]}]
    programme = {"unit": "point", "entries": [rule], "zones": zones, "evaluated": "mondays", **points}
    few = {"condition": "few", "programme": "points", "less_than": 4, "if_missing": "fails"}
    gate = {"conditions": [few], "while_eligible": [{"reward": "fair", "scope": "campaign"}]}
    content: dict[str, Any] = {
        "pack": name,
        "version": version,
        "markets": [market],
        "effective_from": day(begins),
        "appeal_route": "Write.",
        "measures": ["no_live"],
        "programmes": {"points": {key: value for key, value in programme.items() if value is not None}},
        "eligibility": {"fairs": gate},
    }
    if programme["evaluated"]:
        content["calendars"] = {"mondays": {"weekday": "monday"}}
    return pack_from(content | ({"effective_until": day(until)} if until else {}))


def _history(name: str, packs: Sequence[Pack], rows: Mapping[str, str], events: Mapping[str, str]) -> History:
    happened = tuple(
        Event(f"{name}/a/{on}", day(on), day(on), activity=what)
        if what == "course"
        else Event(f"{name}/a/{on}", day(on), day(on), violation=what)
        for on, what in events.items()
    )
    stays = tuple(AccountRow(day(on), market) for on, market in rows.items())
    return History(name, tuple(packs), (Account(f"{name}/a", stays, happened),))


def _versions(name: str, *points: Mapping[str, Any], begin: Sequence[str], **events: str) -> History:
    until = [date.fromordinal(day(each).toordinal() - 1).strftime("%m-%d") for each in begin[1:]]
    packs = [
        _pack(name, name, number, begins, ends, each)
        for number, (begins, ends, each) in enumerate(zip(begin, [*until, None], points, strict=True), start=1)
    ]
    return _history(name, packs, {"01-01": name}, {key[1:].replace("_", "-"): what for key, what in events.items()})


def _moves(name: str, rows: Mapping[str, str], events: Mapping[str, str]) -> History:
    packs = [
        _pack(name, name, 1, "01-01", None, WITHOUT),
        _pack(f"{name}b", f"{name}b", 1, "01-01", None, WITH_A_COURSE),
    ]
    return _history(name, packs, rows, events)


NOT_EVALUATED = {"evaluated": None}
THREE = ("01-01", "03-25", "03-27")
HISTORIES = (
    _versions("through", WITHOUT, WITH_A_COURSE, WITHOUT, begin=THREE, _03_20="spam"),
    _versions("every_night", WITHOUT, WITH_A_COURSE | NOT_EVALUATED, WITHOUT, begin=THREE, _03_20="spam"),
    _versions("ended", WITHOUT, {"ends_with": "course"}, WITHOUT, begin=THREE, _03_20="spam", _03_26="course"),
    _versions("joins", WITHOUT, WITH_A_COURSE, begin=THREE[:2], _03_20="spam", _03_26="course"),
    _versions("next", WITHOUT, WITH_A_COURSE, WITH_A_COURSE, begin=("01-01", "03-25", "03-28"), _03_20="spam",
              _03_26="course"),
    _moves("m", {"01-01": "m", "03-25": "mb", "03-27": "m"}, {}),
    _moves("n", {"01-01": "n", "03-25": "nb", "03-27": "n"}, {"03-20": "spam"}),
    _moves("k", {"01-01": "k", "03-25": "kb"}, {"03-20": "spam", "03-26": "course"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def found(models: Sequence[CompiledModel]) -> Night:
    """The Saturday on which all were there again, which is as the oracle says."""
    night = day("03-28")
    engine = Engine(models, HISTORIES)
    engine.run(night)
    found = engine.night(night)
    engine.close()
    said = [decide(history, night) for history in HISTORIES]
    for part in ("penalties", "rewards", "standings", "failed"):
        assert getattr(found, part) == {key: each for one in said for key, each in getattr(one, part).items()}, part
    return found


@pytest.mark.parametrize(
    "name, first",
    [
        ("through", "03-27"),
        ("every_night", "03-27"),
        ("ended", "03-27"),
        ("joins", "03-26"),
        ("next", "03-26"),
        ("n", "03-27"),
        ("k", "03-26"),
    ],
)
def test_what_is_read_is_held_from_the_day_on_which_it_is_there_again(found: Night, name: str, first: str) -> None:
    assert found.penalties[f"{name}/a/points/live"] == Penalty("no_live", day(first), None)


def test_who_has_no_violation_is_given_what_the_gate_brings_from_that_day_on(found: Night) -> None:
    assert found.rewards["m/a/fairs/campaign/fair"] == day("03-27")
    assert found.failed["m/a/fairs"] == ()
