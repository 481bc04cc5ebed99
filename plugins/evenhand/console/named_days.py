"""Named days beside a chart over nights: each where it is, with its name as far as there is room for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from evenhand.console.reader import reader, say
from evenhand.console.shown import Shown
from evenhand.console.values import markets
from evenhand.policy.named_days import EVERY_MARKET, NamedDay, named_days_of

# So many lines of them a chart has, at most; all of them are told below it.
_LINES = 4
# So much of a chart's width a letter takes, in hundredths, where it is as wide as on a desk.
_LETTER, _MARGIN = 0.65, 1.0


@dataclass(frozen=True)
class _Placed:
    """A name in a line: where its days begin and end, from the left in hundredths, and the room that it takes."""

    of: NamedDay
    name: str
    left: float
    right: float

    @property
    def room(self) -> tuple[float, float]:
        """From where until where the days and the name are: it begins with them, or ends where the chart does."""
        wide = max(self.right - self.left, len(self.name) * _LETTER + _MARGIN)
        return (self.left, self.left + wide) if self.left + wide <= 100 else (max(self.right - wide, 0), self.right)

    @property
    def is_to_the_left(self) -> bool:
        """Whether the name stands before the end of the days, for behind their beginning there is no room."""
        return self.room[1] == self.right and self.room[0] < self.left


def named_days(found: Shown, market: str, nights: Sequence[date]) -> list[NamedDay]:
    """The days of some nights that have a name in a market, in their order.

    Args:
        nights: in their order.
    """
    days = named_days_of(found.manifest.named_days).days if nights else ()
    there = (each for each in days if each.is_in(market) and each.overlaps(nights[0], nights[-1]))
    return sorted(there, key=lambda each: (each.first_day, each.until, each.name, each.markets))


def name_in(market: str, of: NamedDay) -> str:
    """What a named day is called in a market; among all markets, with those that have it."""
    if market != EVERY_MARKET or EVERY_MARKET in of.markets:
        return of.name
    return f"{of.name}, {markets(of.markets)}"


def said(market: str, of: NamedDay) -> str:
    """A named day with its days, as a sentence without its end."""
    name = name_in(market, of)
    if of.until == of.first_day:
        return f"{reader().day(of.first_day)}: {name}"
    return say("%(first)s to %(last)s: %(balance)s", first=of.first_day, last=of.until, balance=name)


def lines(market: str, days: Sequence[NamedDay], nights: Sequence[date]) -> list[tuple[str, Markup]]:
    """What stands below a chart of some nights, a line each: what it is called, and the names where their days are.

    Args:
        nights: those of the chart, in their order.
    """
    filled: list[list[_Placed]] = []
    for each in days:
        places = [at for at, night in enumerate(nights) if each.overlaps(night, night)]
        if not places:
            continue
        placed = _Placed(each, name_in(market, each), _edge(places[0], nights), _edge(places[-1] + 1, nights))
        free = next((line for line in filled if _fits(placed, line)), None)
        if free is not None:
            free.append(placed)
        elif len(filled) < _LINES:
            filled.append([placed])
    return [("" if at else say("Named days"), _drawn(market, line)) for at, line in enumerate(filled)]


def _edge(place: int, nights: Sequence[date]) -> float:
    """Where a night begins: halfway between its point and that of the night before."""
    return min(max((place - 0.5) / max(len(nights) - 1, 1), 0), 1) * 100


def _fits(placed: _Placed, line: Sequence[_Placed]) -> bool:
    first, last = placed.room
    return all(last <= each.room[0] or first >= each.room[1] for each in line)


def _drawn(market: str, line: Sequence[_Placed]) -> Markup:
    in_order = sorted(line, key=lambda each: each.room)
    ends = [*(each.room[0] for each in in_order[1:]), 100.0]
    drawn = Markup("")
    for each, end in zip(in_order, ends, strict=True):
        # A name has all the room that there is until the next, however narrow the page.
        left, right = (round(edge, 2) for edge in (each.room if each.is_to_the_left else (each.left, end)))
        drawn += Markup(
            '<span class="named{back}" style="left:{left}%;width:{width}%;--part:{part}%" title="{said}">{name}</span>'
        ).format(
            back=" back" if each.is_to_the_left else "",
            left=left,
            width=round(right - left, 2),
            part=round((each.right - each.left) / (right - left) * 100, 2),
            said=said(market, each.of),
            name=each.name,
        )
    return drawn
