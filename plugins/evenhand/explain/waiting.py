"""What of an account waits for somebody: changes of lists that are held, and rows that gate 2 holds back.

A night is computed as if nothing were held, and only its lists are what was decided: where an account stands, its stage
and what happened to it tell of what waits, too. Managers see that marked. Support isn't told it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evenhand.explain.account_rows import AccountRows
from evenhand.explain.names import Names
from evenhand.policy.language.part import EMERGENCY
from evenhand.release.manifest import Manifest

PENALTIES, REWARDS = "penalties", "rewards"
# What happened that tells of penalties, and what tells of balances, which bring both lists.
_BEGINS = "penalty_begins"
_OF_PENALTIES = frozenset({_BEGINS, "penalty_ends", "penalty_reversed"})
STAGE_ENTERED = "stage_entered"
_OF_BALANCES = frozenset({"entry", "zone_entered"})


@dataclass(frozen=True)
class WaitingRow:
    """A row of a list that isn't as the night comes to.

    Attributes:
        about: the row's key without its account: the programme, the scope, and of a reward its name.
        measure: the penalty or the reward; empty where only the row's key is known.
        change: `added`, `removed` or `changed`; empty of a row that is held back.
        why: what holds it back, and what can be done about that.
    """

    list: str
    about: str
    measure: str
    scope: str
    change: str = ""
    why: str = ""

    def said(self, names: Names) -> str:
        """The row and what becomes of it, in English, as all that waits is said."""
        programme, _, _ = self.about.partition("/")
        unnamed = f"The {'penalty' if self.list == PENALTIES else 'reward'} of {names.of('programme', programme)}"
        what = names.of("measure", self.measure) if self.measure else unnamed
        row = f"{what} ({names.of('scope', self.scope)})"
        return f"{row} is held back: {self.why}" if self.why else f"{row} would be {self.change}: that isn't released"


@dataclass(frozen=True)
class Waiting:
    """What of an account waits.

    Attributes:
        since: each list of which something may wait, with the last night that was decided; None where none was.
        rows: what waits of the account itself.
    """

    since: Mapping[str, date | None]
    rows: tuple[WaitingRow, ...]

    def coming_of_it(self, steps: Sequence[Mapping[str, Any]]) -> set[int]:
        """The numbers of the steps of what happened that come of a penalty that waits, and of stages from then on."""
        since = self.since.get(PENALTIES)
        rows = [each for each in self.rows if each.list == PENALTIES]
        penalties = [step for each in rows for step in _coming_of(each, steps, since)]
        first = min((each["on_day"] for each in penalties), default=None)
        stages = [each for each in steps if each["event"] == STAGE_ENTERED and first and each["on_day"] >= first]
        return {each["step"] for each in (*penalties, *stages)}

    def is_of_zone(self, programme: str, entered_on: date | None) -> bool:
        """Whether what waits comes of the zone that an account is in since a day: what that brings isn't released."""
        last = [self.since.get(each.list) for each in self.rows if each.about.partition("/")[0] == programme]
        return any(night is None or entered_on is None or entered_on > night for night in last)

    def keeps_from_support(self, step: Mapping[str, Any]) -> bool:
        """Whether a step may tell of something that waits; what people decided themselves never does."""
        if step["event"] in _OF_BALANCES:
            return bool(self.since)
        return PENALTIES in self.since and _is_of_penalties(step)


def what_waits(rows: AccountRows, manifest: Manifest, market: str) -> Waiting:
    """What of an account waits on a night.

    Args:
        market: the account's.
    """
    held = [each for each in manifest.held_lists if each.answer != "approved" and each.list in (PENALTIES, REWARDS)]
    since = {each.list: each.since for each in held if each.market == market}
    waves = {(each.list, each.market) for each in held if each.answer == "first_wave"}
    found = (*_changes(rows, waves), *_held_back(rows))
    # What is held of a market that it came from, or by row, is of no one night.
    return Waiting({**dict.fromkeys(sorted({each.list for each in found})), **since}, found)


def _coming_of(row: WaitingRow, steps: Sequence[Mapping[str, Any]], since: date | None) -> Sequence[Mapping[str, Any]]:
    """The steps that come of a penalty that waits: those since a night or, of no one night, from what made it so on."""
    of_it = [each for each in steps if each["event"] in _OF_PENALTIES and each["about"] == row.about]
    if since is not None:
        return [each for each in of_it if each["on_day"] > since]
    # What was before it was over, or is in force: none of that waits.
    made_so = [at for at, each in enumerate(of_it) if (each["event"] == _BEGINS) != (row.change == "removed")]
    return of_it[made_so[-1] :] if made_so else []


def _is_of_penalties(step: Mapping[str, Any]) -> bool:
    if step["event"] == STAGE_ENTERED:
        return True
    return step["event"] in _OF_PENALTIES and not step["about"].startswith(f"{EMERGENCY}/")


def _changes(rows: AccountRows, waves: set[tuple[str, str]]) -> Iterator[WaitingRow]:
    listed = {(name, row["row_key"]): row for name in (PENALTIES, REWARDS) for row in rows.of(name, "row_key")}
    for row in rows.of("changes", "list, row_key"):
        key = row["list"], row["row_key"]
        # Of a first wave, what is released is as the change has it.
        there = listed.get(key, {}).get("reason_id")
        is_out = (row["list"], row["market"]) in waves and (
            there is None if row["change"] == "removed" else there == row["reason_id"]
        )
        if row.get("is_held") and row["cause"] != EMERGENCY and not is_out:
            yield WaitingRow(row["list"], _about(row), row["measure"], row["scope"], row["change"])


def _held_back(rows: AccountRows) -> Iterator[WaitingRow]:
    for row in rows.of("held_rows", "list, row_key, rule"):
        about = _about(row)
        _, scope, *reward = about.split("/")
        yield WaitingRow(row["list"], about, "".join(reward), scope, why=f"{row['rule']}; {row['remedy']}")


def _about(row: Mapping[str, Any]) -> str:
    about: str = row["row_key"].removeprefix(f"{row['account_id']}/")
    return about
