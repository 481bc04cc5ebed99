"""What a number of an account was counted in: the unit of the edition that decided it, whichever is in effect tonight.

Releases of earlier versions have numbers of what is a part of a whole as packs write them: here they get the percent
that releases have today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from evenhand.policy.prose.words import PERCENT_OF, number

_NUMBER = r"-?\d+(?:\.\d+)?"
# The balance before is percent where the one after it is: of a ledger without a unit, neither is.
_HAD = re.compile(rf"^(On \S+ the account went from )({_NUMBER})(?= to {_NUMBER} % of )")
_AT = re.compile(rf"^(from .+, at )({_NUMBER})$", re.DOTALL)


class EditionUnits:
    """The units of the programmes of every edition that a release knows."""

    def __init__(self, programmes: Sequence[Mapping[str, Any]]) -> None:
        """Args: programmes: their rows among the rules of the release, of all days."""
        self._programmes = programmes

    @property
    def known(self) -> frozenset[str]:
        """All that something was counted in."""
        return frozenset(row["unit"] for row in self._programmes if row["unit"])

    def of_edition(self, pack: str, version: int, programme: str) -> str:
        """Of a version of a pack, which is one whatever its markets are; empty where that isn't said."""
        return self._unit(lambda row: (row["pack"], row["version"], row["programme"]) == (pack, version, programme))

    def on(self, day: date, market: str, programme: str) -> str:
        """Of what was in effect in a market on a day; empty where nothing was."""
        return self._unit(
            lambda row: (
                (row["market"], row["programme"]) == (market, programme)
                and row["effective_from"] <= day
                and (row["effective_before"] is None or day < row["effective_before"])
            )
        )

    def _unit(self, is_it: Callable[[Mapping[str, Any]], bool]) -> str:
        return next((row["unit"] for row in self._programmes if row["unit"] and is_it(row)), "")


def reason_told(english: str, unit: str) -> str:
    """Why there is a measure, with the balance before it in percent where the one after it is."""
    return _HAD.sub(lambda found: _in_percent(found, unit), english)


def step_told(english: str, unit: str) -> str:
    """A zone that was entered, with its balance in percent where that is a part of a whole."""
    return _AT.sub(lambda found: _in_percent(found, unit), english)


def _in_percent(found: re.Match[str], unit: str) -> str:
    if unit not in PERCENT_OF:
        return found[0]
    return f"{found[1]}{number(PERCENT_OF[unit] * Decimal(found[2]))} %"
