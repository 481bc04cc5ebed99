"""Ending one emergency alone, by its name: what policies brought, and what else people imposed, stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import duckdb

from evenhand.emergency.emergency import Emergency, EmergencyRefused, Proposal
from evenhand.emergency.propose import (
    Proposed,
    as_taken,
    have_it_now,
    market_of,
    needed,
    refuse_a_reason_that_names_somebody,
    usual_measures,
)
from evenhand.emergency.record import EmergencyBroken, known
from evenhand.emergency.wish import Wish
from evenhand.records.persons import Person


def those_to_end(emergencies: Path, night: date, market: str) -> list[Emergency]:
    """What was imposed in a market and is neither over nor ended, in the order of its approval.

    Raises:
        EmergencyRefused: a file of the folder can't be read.
    """
    there = _known(emergencies)
    return [
        each
        for each in there
        if each.market == market and each.action == "impose" and each.until >= night and not _ended_by(each, there)
    ]


def propose_end(
    emergency_id: str, why: str, author: Person, emergencies: Path, release: Path, market: str = ""
) -> Proposed:
    """Make a proposal to end an emergency that was imposed, on all its accounts.

    Args:
        emergencies: the folder of what was recorded.
        release: the folder of the newest release.
        market: the one of which it must be, where it is asked for by who may be shown nothing of others.

    Raises:
        EmergencyRefused: there is no such one, it imposed nothing, it is over, or a reason is missing.
    """
    night = date.fromisoformat(release.name.removeprefix("night="))
    ended = _to_end(emergency_id, emergencies, night, market)
    reason = as_taken(why)
    if not reason:
        raise EmergencyRefused("a reason is missing; write why it ends, which its accounts are told", "no_end_reason")
    refuse_a_reason_that_names_somebody(reason, ended.accounts)
    with duckdb.connect() as connection:
        in_market, who = market_of(connection, ended.market, ended.accounts, release)
        proposal = Proposal(
            action="end", list=ended.list, market=ended.market, accounts=ended.accounts, measure=ended.measure,
            scope=ended.scope, until=ended.until, reason=reason, author=author, ends=ended.emergency_id,
            needs=needed(len(ended.accounts), in_market),
        )  # fmt: skip
        have_it, all_have_it = have_it_now(connection, proposal, release)
        usual = usual_measures(connection, proposal, release)
    return Proposed(proposal, night, have_it, all_have_it, in_market, who, usual)


def propose_end_of(emergency_id: str, wish: Wish, author: Person, emergencies: Path, release: Path) -> Proposed:
    """The same of a form that says what is to be lifted besides.

    Raises:
        EmergencyRefused: also where the emergency is of another measure, scope, market or last day, or of accounts that
            are named one by one.
    """
    ended = _to_end(emergency_id, emergencies, date.fromisoformat(release.name.removeprefix("night=")))
    said = (wish.action, wish.measure, wish.scope, wish.market, wish.until)
    if said != ("lift", ended.measure, ended.scope, ended.market, ended.until):
        raise EmergencyRefused(
            f"{emergency_id} is {ended.measure} on {ended.scope} in {ended.market} until {ended.until}; write these and"
            " lift, or no emergency",
            "ends_otherwise",
            emergency=emergency_id,
            measure=ended.measure,
            scope=ended.scope,
            market=ended.market,
            until=ended.until,
        )
    if wish.accounts or wish.kind or wish.stage or wish.programme or wish.zone:
        raise EmergencyRefused(
            f"{emergency_id} ends for all its accounts; write no accounts, and no segment",
            "ends_for_all",
            emergency=emergency_id,
        )
    return propose_end(emergency_id, wish.reason, author, emergencies, release)


def _known(emergencies: Path) -> list[Emergency]:
    try:
        return [each.emergency for each in known(emergencies, date.max)]
    except EmergencyBroken as error:
        raise EmergencyRefused(str(error), "emergencies_broken", why=str(error)) from error


def _to_end(emergency_id: str, emergencies: Path, night: date, market: str = "") -> Emergency:
    there = [each for each in _known(emergencies) if market in ("", each.market)]
    ended = next((each for each in there if each.emergency_id == emergency_id), None)
    if ended is None:
        near = get_close_matches(emergency_id, [each.emergency_id for each in there], n=1)
        raise EmergencyRefused(
            f"there is no emergency {emergency_id!r}"
            + (f"; is {near[0]} meant?" if near else "; evenhand emergencies lists those that there are"),
            "no_such_emergency",
            emergency=emergency_id,
        )
    if ended.action != "impose":
        raise EmergencyRefused(
            f"{emergency_id} imposed nothing: {ended.said}; write the name of one that did, evenhand emergencies lists"
            " them",
            "imposed_nothing",
            emergency=emergency_id,
        )
    if ended.until < night:
        raise EmergencyRefused(
            f"{emergency_id} was over on {ended.until}, so that there is nothing to end",
            "nothing_to_end",
            emergency=emergency_id,
            until=ended.until,
        )
    if by := _ended_by(ended, there):
        raise EmergencyRefused(
            f"{emergency_id} is ended already, since {by.first_night}, by {by.emergency_id}",
            "ended_already",
            emergency=emergency_id,
            since=by.first_night,
            by=by.emergency_id,
        )
    return ended


def _ended_by(ended: Emergency, there: Sequence[Emergency]) -> Emergency | None:
    return next((each for each in there if each.ends == ended.emergency_id), None)
