"""What each zone of a policy brings, in the reader's language: as a table of a page, and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evenhand.console.pack_speech import told_to_reader
from evenhand.console.policies import Policy
from evenhand.console.reader import marked, say
from evenhand.console.values import label, of_unit
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose import words
from evenhand.policy.prose.speech import local

HEADER = (
    *(marked("Programme"), marked("Zone"), marked("Value"), marked("Brings")),
    *(marked("Where"), marked("How long")),
)


@dataclass(frozen=True)
class Step:
    """A measure that a zone brings, or that it brings none.

    Attributes:
        value: what the programme's value is in the zone.
        length: how long the measure lasts, and what else is to be known of it.
    """

    programme: str
    zone: str
    value: str
    brings: str
    where: str
    length: str

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row."""
        return (self.programme, self.zone, self.value, self.brings, self.where, self.length)


def ladder(policy: Policy) -> Iterator[Step]:
    """Every step of a policy, from each programme's mildest zone to its strictest."""
    # All of its markets have the currency of one, or none is known.
    market = policy.pack.markets[0] if words.currency_in(policy.pack) else ""
    for name, programme in policy.pack.programmes.items():
        for position, zone in enumerate(programme.zones):
            said = (label("programme", name), label("zone", zone.zone), _value(programme, position, market))
            for effect in zone.measures:
                what = (label("measure", effect.name), label("scope", effect.scope))
                with told_to_reader():
                    length = local(words.effect(effect, policy.pack))
                yield Step(*said, *what, length)
            if not zone.measures:
                yield Step(*said, say("nothing"), "", "")


def _value(programme: Programme, position: int, market: str) -> str:
    ends = words.ends_of(programme, position)
    said = [f"{say(how)} {of_unit(value, programme.unit, market)}" for how, value in ends]
    return say("%(low)s and %(high)s", low=said[0], high=said[1]) if len(said) > 1 else said[0] if said else say("any")
