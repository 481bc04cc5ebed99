"""Looking at the right of who proposes an act and of who approves it, for the markets that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand.people import acts
from evenhand.people.acts import CHANGE_PEOPLE, act_of
from evenhand.people.in_force import last_agreed
from evenhand.people.people import ALL
from evenhand.people.rights import refuse_by
from evenhand.policy.load import load_each, pack_files
from evenhand.records.persons import Person
from evenhand.records.proposals import ProposedAct
from evenhand.settings import settings


def refuse_who_may_not(act: ProposedAct, by: Person) -> None:
    """Make sure that somebody may propose or approve an act.

    Raises:
        PersonRefused: people.yml doesn't let them.
    """
    home, asked = settings().home, act_of(act.action, act.form)
    if asked == CHANGE_PEOPLE:
        # While the file can't be read, those approve what it is to be who could before.
        if people := last_agreed(home, settings().people):
            refuse_by(people, by, *asked.needs(ALL))
    elif act.action == "preapprove":
        refuse_to_approve_a_change(act.form, by)
    else:
        acts.refuse_who_may_not(home, by, asked, (act.form.get("market", ALL),))


def refuse_to_approve_a_change(form: Mapping[str, Any], by: Person) -> None:
    """Make sure that somebody may preapprove: a pack, for its markets; code and receivers, for all.

    Raises:
        PersonRefused: people.yml doesn't let them.
    """
    packs = load_each(pack_files(settings().policies.glob("*.yml")))[0] if form.get("pack") else []
    markets = sorted({market for each in packs if each.pack.pack == form["pack"] for market in each.pack.markets})
    acts.refuse_who_may_not(settings().home, by, act_of("preapprove", form), tuple(markets) or (ALL,))
