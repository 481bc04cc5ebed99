"""A tier that falls late or never is held through versions for as long as the account is in the programme.

Where it wasn't, what it had reached is forgotten: nothing counts as entered in what is gone and comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Event, History
from transform.continuity.oracle import decide
from transform.story import day

NEVER: Mapping[str, Any] = {"never_falls": True}
AFTER_DAYS: Mapping[str, Any] = {"falls_after_days": 60}
# One sale of 3 March counts for ten days.
SOLD, LAPSED = "03-03", "03-13"


def _pack(
    name: str, version: int, begins: str, until: str | None, programme: Mapping[str, Any], **keys: object
) -> Pack:
    rule = {"rule": "selling", "activities": ["sale"], "amount": 5, "lasts_days": 10}
    gold = {
        "zone": "gold",
        "at_least": 4,
        "measures": [{"reward": "badge", "scope": "campaign", "while_in_zone": True}],
    }
    content: dict[str, Any] = {
        "pack": name,
        "version": version,
        "markets": [name],
        "applies_to": ["creator"],
        "effective_from": day(begins),
        "appeal_route": "Write.",
        "measures": [],
        "programmes": {"tier": {"unit": "point", "entries": [rule], "zones": [{"zone": "plain"}, gold], **programme}},
        **keys,
    }
    return pack_from(content | ({"effective_until": day(until)} if until else {}))


def _history(name: str, *versions: tuple[str, Mapping[str, Any]], kind: str = "creator", **events: str) -> History:
    """Versions that begin on days, with what they say of the programme and, of the pack, whom it applies to."""
    packs = []
    for number, (begins, says) in enumerate(versions):
        until = None
        if number + 1 < len(versions):
            until = date.fromordinal(day(versions[number + 1][0]).toordinal() - 1).strftime("%m-%d")
        said = dict(says)
        keys = {"applies_to": said.pop("applies_to")} if "applies_to" in said else {}
        packs.append(_pack(name, number + 1, begins, until, said, **keys))
    happened = [Event(f"{name}/a/sold", day(SOLD), day(SOLD), activity="sale")]
    happened += [Event(f"{name}/a/{on}", day(on), day(on), activity=what) for what, on in events.items()]
    row = AccountRow(day("01-01"), name, kind, day("01-01"))
    return History(name, tuple(packs), (Account(f"{name}/a", (row,), tuple(happened)),))


def _histories(holds: Mapping[str, Any]) -> list[tuple[History, str]]:
    """Each with the tier that the account is in on 20 April."""
    course, exam = {"begins_with": "course"}, {"ends_with": "exam"}
    sellers = {"applies_to": ["seller"]}
    return [
        (_history("same", ("01-01", holds), ("04-01", holds)), "gold"),
        (_history("begun", ("01-01", holds), ("04-01", {**holds, **course}), course="02-01"), "gold"),
        (_history("begins_then", ("01-01", holds), ("04-01", {**holds, **course}), course="04-01"), "gold"),
        (_history("begins_later", ("01-01", holds), ("04-01", {**holds, **course}), course="04-02"), "plain"),
        (
            _history(
                "begins_later_again",
                ("01-01", holds),
                ("04-01", {**holds, **course}),
                ("04-10", {**holds, **course}),
                course="04-05",
            ),
            "plain",
        ),
        (_history("ended_before", ("01-01", {**holds, **exam}), ("04-01", holds), exam="03-31"), "plain"),
        (_history("ends_then", ("01-01", {**holds, **exam}), ("04-01", holds), exam="04-01"), "gold"),
        (
            _history("others_between", ("01-01", holds), ("04-01", {**holds, **sellers}), ("04-10", holds)),
            "plain",
        ),
        (_history("begins_as_it_lapses", ("01-01", holds), ("03-10", {**holds, **course}), course=LAPSED), "gold"),
    ]


@pytest.mark.parametrize("holds", [NEVER, AFTER_DAYS], ids=["never-falls", "falls-after-days"])
def test_what_was_reached_is_held_while_the_account_is_in_the_programme_without_a_break(
    models: Sequence[CompiledModel], holds: Mapping[str, Any]
) -> None:
    histories = [history for history, _ in _histories(holds)]
    engine = Engine(models, histories)
    night = day("04-20")
    engine.run(night)
    found = engine.night(night)
    engine.close()

    assert {history.name: found.standings[f"{history.name}/a/tier"] for history in histories} == {
        history.name: (tier, Decimal(0)) for history, tier in _histories(holds)
    }
    for history in histories:
        wanted = decide(history, night)
        assert wanted.standings == {k: v for k, v in found.standings.items() if k.startswith(f"{history.name}/")}
        assert wanted.rewards == {k: v for k, v in found.rewards.items() if k.startswith(f"{history.name}/")}
