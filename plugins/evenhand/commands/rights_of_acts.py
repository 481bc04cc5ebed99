"""Which right an act needs of who proposes it and of who approves it, and for which markets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand.people.in_force import last_agreed
from evenhand.people.people import ALL, Right
from evenhand.people.rights import refuse_by, refuse_without_right
from evenhand.policy.load import load_each, pack_files
from evenhand.records.persons import Person
from evenhand.records.proposals import ProposedAct
from evenhand.settings import settings

_FOR_ALL_MARKETS: Mapping[str, Right] = {
    "resume": "stop",
    "reverse": "stop",
    "file": "approve",
    "accept": "admin",
    "people": "admin",
}


def refuse_who_may_not(act: ProposedAct, by: Person) -> None:
    """Make sure that somebody may propose or approve an act.

    Raises:
        PersonRefused: people.yml doesn't let them.
    """
    home = settings().home
    if act.action == "people":
        # While the file can't be read, those approve what it is to be who could before.
        if people := last_agreed(home, settings().people):
            refuse_by(people, by, "admin", ALL)
    elif right := _FOR_ALL_MARKETS.get(act.action):
        refuse_without_right(home, by, right, (ALL,))
    elif act.action == "emergency":
        refuse_without_right(home, by, "emergency", (act.form["market"],))
    else:
        refuse_to_approve_a_change(act.form, by)


def refuse_to_approve_a_change(form: Mapping[str, Any], by: Person) -> None:
    """Make sure that somebody may preapprove: a pack, for its markets; code and receivers, for all.

    Raises:
        PersonRefused: people.yml doesn't let them.
    """
    packs = load_each(pack_files(settings().policies.glob("*.yml")))[0] if form.get("pack") else []
    markets = sorted({market for each in packs if each.pack.pack == form["pack"] for market in each.pack.markets})
    refuse_without_right(settings().home, by, "approve", tuple(markets) or (ALL,))
