"""From when on a night's lists of a market are held until a person has seen them, and words that hold none."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from evenhand.policy.language.part import Amount, Part

# As a feed has it, however it is spelt.
Word = Annotated[str, Field(min_length=1)]


class Limits(Part):
    """What is too unusual for a market's list to be released before a person has seen it.

    They apply from the night after the one that released them: a pack can't loosen what holds itself.
    """

    usual_spreads: Annotated[Amount, Field(gt=0)] = Decimal(4)
    """Held, if the rows of a list that were added, removed or changed tonight, or the rows of a feed that landed, are
    further from what is usual than so many times the spread that is usual, in either direction. The spread grows with
    the number, as chance has it, and with how much earlier nights differed. Held likewise, if tonight's rows of a feed
    are shared out otherwise than is usual: by their words, magnitudes, delays or accounts; or if rows of a list are so
    far from it over three or seven nights together, or have drifted away over some weeks, of a whole list that rises
    from seven tenths of these spreads on."""
    share_changed: Annotated[Amount, Field(gt=0, le=1)] = Decimal("0.3")
    """Held, if a list, or what it has of one measure, is larger or smaller than before by more than this share, and by
    ten rows, and by more than `usual_spreads` of what chance makes of such a number."""
    same_event_twice: Annotated[Amount, Field(ge=0, lt=1)] = Decimal("0.05")
    """Held, if more than this share of tonight's violations have a twin: the same but for the key."""
    words_without_effect: Annotated[Amount, Field(ge=0, lt=1)] = Decimal("0.01")
    """Held, if more than this share of a feed's rows that landed tonight, and at least 20 of them, have a word that
    nothing counts, such as a violation type that is spelt otherwise than in any rule."""


class WithoutEffect(Part):
    """Words of feeds that nothing is to follow from; others that no rule knows are told, and hold the market."""

    violation_types: tuple[Word, ...] = ()
    """Violation types that no rule counts."""
    severities: tuple[Word, ...] = ()
    """Severities that no rule reads, of any violation type."""
    activities: tuple[Word, ...] = ()
    """Activities and trainings that nothing goes by."""
    metrics: tuple[Word, ...] = ()
    """Metrics that no programme reads."""
