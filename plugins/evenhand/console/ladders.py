"""What each zone of a policy brings, in the reader's language: as a table of a page, and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.console.policies import Policy
from evenhand.console.reader import marked, say, say_counted
from evenhand.console.values import label, of_unit
from evenhand.policy.language.effects import Effect
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose import words

HEADER = (
    *(marked("Programme"), marked("Zone"), marked("Value"), marked("Brings")),
    *(marked("Where"), marked("How long")),
)


@dataclass(frozen=True)
class Step:
    """A measure that a zone brings, or that it brings none.

    Attributes:
        value: what the programme's value is in the zone.
        length: how long the measure lasts; in English alone where more is to be said than that (`is_english`).
    """

    programme: str
    zone: str
    value: str
    brings: str
    where: str
    length: str
    is_english: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row."""
        return (self.programme, self.zone, self.value, self.brings, self.where, self.length)


def ladder(policy: Policy) -> Iterator[Step]:
    """Every step of a policy, from each programme's mildest zone to its strictest."""
    for name, programme in policy.pack.programmes.items():
        for position, zone in enumerate(programme.zones):
            said = (label("programme", name), label("zone", zone.zone), _value(programme, position))
            for effect in zone.measures:
                length, is_english = _length(effect, policy.pack)
                what = (label("measure", effect.name), label("scope", effect.scope))
                yield Step(*said, *what, length, is_english)
            if not zone.measures:
                yield Step(*said, say("nothing"), "", "")


def _value(programme: Programme, position: int) -> str:
    ends = words.ends_of(programme, position)
    said = [f"{say(how)} {of_unit(value, programme.unit)}" for how, value in ends]
    return say("%(low)s and %(high)s", low=said[0], high=said[1]) if len(said) > 1 else said[0] if said else say("any")


def _length(effect: Effect, pack: Pack) -> tuple[str, bool]:
    english = words.effect(effect, pack)
    if effect.days and english == f"for {words.days(effect.days)}":
        return say_counted("for %(num)s day", "for %(num)s days", effect.days), False
    simple = next((each for each in (marked("for good"), marked("while in the zone")) if each == english), None)
    return (say(simple), False) if simple else (english, True)
