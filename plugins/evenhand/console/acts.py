"""What people can ask for in a form: a market's own measures, zones, kinds and stages to choose from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from evenhand.console.shown import Shown
from evenhand.emergency.emergency import LONGEST, Proposal
from evenhand.emergency.propose import measures_had, packs_in_force
from evenhand.policy.load import LoadedPack
from evenhand.records.databases import reading
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# How long a measure holds where nobody says otherwise.
_USUALLY = timedelta(days=7)


@dataclass(frozen=True)
class Choices:
    """What a market can be asked for.

    Attributes:
        measures: list, measure and scope.
        zones: programme and zone, from the mildest to the strictest.
        kinds, stages: those of its accounts.
        until: the last day that a form begins with.
        first, last: between which it can be.
    """

    measures: Sequence[tuple[str, str, str]]
    zones: Sequence[tuple[str, str]]
    kinds: Sequence[str]
    stages: Sequence[str]
    until: date
    first: date
    last: date


def choices(shown: Shown, packs: Sequence[LoadedPack], market: str) -> Choices:
    """What a market's packs and accounts leave to choose from on the night."""
    judging = packs_in_force(market, packs, shown.night)
    zones = [
        (name, zone.zone) for pack in judging for name, programme in pack.programmes.items() for zone in programme.zones
    ]
    with reading() as connection:
        kinds, stages = (
            [
                value
                for (value,) in connection.execute(
                    _SQL("choices", choice=column, profiles=Sql(shown.rows("account_profiles"))), {"market": market}
                ).fetchall()
            ]
            for column in ("kind", "stage")
        )
    night = shown.night
    return Choices(
        measures_had(judging), list(dict.fromkeys(zones)), kinds, stages, night + _USUALLY, night, night + LONGEST
    )


def markets(shown: Shown, packs: Sequence[LoadedPack]) -> list[str]:
    """The markets that are seen and that a pack judges."""
    named = {market for each in packs for market in each.pack.markets}
    return sorted(market for market in named if shown.sees(market) and packs_in_force(market, packs, shown.night))


def digest_of(proposal: Proposal) -> str:
    """Names what was counted: the measure, whom it meets and until when."""
    return hashlib.sha256(proposal.model_dump_json(exclude={"author"}).encode()).hexdigest()
