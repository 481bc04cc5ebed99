"""What a night's budget of reviews in a market is spent on: a key for each item, and a list that gives nothing away."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from evenhand.release.quality_samples import GOLDEN
from evenhand.sampling.draw import Drawn, Unit, draw, exposures, place

# Of a budget: items whose truth is known, at least; and second, blind reviews.
GOLDEN_SHARE, SECOND = 0.02, 0.1
# Of the first reviews: decisions, penalties; the rest is for contents and lives, and what these leave.
DECISIONS, PENALTIES = 0.25, 0.25
# A penalty that needs more decisions than this part of the room there is for them, and more than a few, isn't drawn:
# whichever come, all must have room, so that few could be drawn beside it.
LARGEST_PART, FEW = 0.25, 10
# Of the reviews of decisions, those by rules that changed in the last nights.
NEW_RULES = 0.3


@dataclass(frozen=True)
class GoldenItem:
    """An item whose truth is known."""

    golden_id: str
    subject: str


@dataclass(frozen=True)
class Frame:
    """What can be drawn in a market tonight.

    Attributes:
        links: where a reviewer can see a subject.
        without_events: penalties that rest on no decision: they aren't drawn.
        accounts: whose each subject is.
        measures: what each penalty is, by its row_key.
        surplus: penalties that would stand without any one of their decisions.
    """

    market: str
    units: tuple[Unit, ...]
    golden: tuple[GoldenItem, ...]
    links: Mapping[str, str]
    without_events: int = 0
    accounts: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    surplus: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Item:
    """What a reviewer gets, and nothing else."""

    item_id: str
    link: str


@dataclass(frozen=True)
class Key:
    """What an item stands for: an item can have several, as a decision that was drawn itself and of a penalty.

    Attributes:
        stratum: contents, decisions, new_rules, penalties or golden.
        unit_id: what was drawn: the subject itself, the penalty that needs it, the golden item.
        round: 1 for the first review, 2 for the second.
        probability: how likely the unit was to be drawn; None for golden items.
        exposure: how often it was seen.
        simple_probability: of a unit of the simple part, how likely it was to be that; None of others.
    """

    item_id: str
    market: str
    stratum: str
    unit_id: str
    subject: str
    round: int
    probability: float | None
    exposure: float | None
    simple_probability: float | None


@dataclass(frozen=True)
class Stratum:
    """What is told of a part of a draw."""

    stratum: str
    frame: int
    drawn: int
    without_views: int


@dataclass(frozen=True)
class Draw:
    """A market's draw of a night.

    Attributes:
        too_large: penalties that need so many decisions that they aren't drawn.
        without_link: items that no reviewer can see, for nobody said where.
        golden_missing: golden items that the draw should have had and that there aren't.
    """

    market: str
    budget: int
    items: tuple[Item, ...]
    key: tuple[Key, ...]
    strata: tuple[Stratum, ...]
    without_events: int
    too_large: int
    without_link: int
    golden_missing: int


def plan(frame: Frame, night: str, budget: int) -> Draw:
    """Spend a budget: golden items and second reviews first, then decisions and penalties; contents have the rest.

    A penalty puts each decision that it needs on the list. How many penalties are drawn is fixed beforehand, so that
    each one's chance is known; contents have what they leave of the budget. Those that need very many are left out.
    """
    seed = (night, frame.market)
    wanted = math.ceil(GOLDEN_SHARE * budget)
    golden = sorted(frame.golden, key=lambda each: (place(*seed, "golden", each.golden_id), each.golden_id))[:wanted]
    first = max(0, budget - len(golden) - math.floor(SECOND * budget))
    of_kind = {
        "decisions": [each for each in frame.units if each.kind == "decision" and not each.is_new],
        "new_rules": [each for each in frame.units if each.kind == "decision" and each.is_new],
        "penalties": [each for each in frame.units if each.kind == "penalty" and each.subjects],
        "contents": [each for each in frame.units if each.kind in ("content", "live")],
    }
    decisions, of_penalties = round(DECISIONS * first), round(PENALTIES * first)
    # Where there are fewer contents than would be drawn, decisions have the rest.
    decisions += max(0, first - decisions - of_penalties - len(of_kind["contents"]))
    new = min(len(of_kind["new_rules"]), round(NEW_RULES * decisions) if of_kind["decisions"] else decisions)
    drawn = {
        "new_rules": draw(of_kind["new_rules"], new, (*seed, "new_rules")),
        "decisions": draw(of_kind["decisions"], decisions - new, (*seed, "decisions")),
    }
    room = first - len(_subjects(drawn))
    most = min(room, max(FEW, math.floor(LARGEST_PART * room)))
    penalties = of_kind["penalties"]
    of_kind["penalties"] = [each for each in penalties if len(each.subjects) <= most]
    drawn["penalties"] = draw(
        of_kind["penalties"], _penalties(of_kind["penalties"], of_penalties, room), (*seed, "penalties")
    )
    drawn["contents"] = draw(of_kind["contents"], first - len(_subjects(drawn)), (*seed, "contents"))
    key = [
        *(
            _key(seed, name, one, subject)
            for name, each in drawn.items()
            for one in each
            for subject in one.unit.subjects
        ),
        *(
            Key(_item_id(seed, one.subject, 1), frame.market, GOLDEN, one.golden_id, one.subject, 1, None, None, None)
            for one in golden
        ),
    ]
    key += _second(seed, key, frame.units, budget - len({each.item_id for each in key}), math.floor(SECOND * budget))
    key.sort(key=lambda each: (each.item_id, each.stratum, each.unit_id))
    items = {each.item_id: Item(each.item_id, frame.links.get(each.subject, "")) for each in key}
    return Draw(
        frame.market,
        budget,
        tuple(items.values()),
        tuple(key),
        tuple(Stratum(name, len(all_), len(drawn[name]), exposures(all_)[1]) for name, all_ in of_kind.items()),
        frame.without_events,
        len(penalties) - len(of_kind["penalties"]),
        sum(not each.link for each in items.values()),
        wanted - len(golden),
    )


def _subjects(drawn: Mapping[str, Sequence[Drawn]]) -> set[str]:
    return {subject for each in drawn.values() for one in each for subject in one.unit.subjects}


def _penalties(frame: Sequence[Unit], share: int, room: int) -> int:
    """How many penalties are drawn: as many as have their share of items on average, if there is always room."""
    if not frame:
        return 0
    needed = sorted((len(each.subjects) for each in frame), reverse=True)
    # Of the largest, so many have room together.
    have_room = sum(each <= room for each in accumulate(needed))
    return min(math.ceil(share * len(needed) / sum(needed)), have_room)


def _item_id(seed: Sequence[str], subject: str, round_: int) -> str:
    return hashlib.sha256("\n".join((*seed, subject, str(round_))).encode()).hexdigest()[:24]


def _key(seed: Sequence[str], stratum: str, one: Drawn, subject: str) -> Key:
    return Key(
        _item_id(seed, subject, 1),
        seed[1],
        stratum,
        one.unit.unit_id,
        subject,
        1,
        one.probability,
        one.exposure,
        one.simple_probability if one.is_simple else None,
    )


def _second(seed: Sequence[str], key: Sequence[Key], units: Sequence[Unit], room: int, share: int) -> list[Key]:
    """Second reviews of what was drawn: what a model was least sure of first, then at random."""
    sure = {each.unit_id: each.confidence for each in units if each.kind == "decision"}

    def order(subject: str) -> tuple[float, float, str]:
        confidence = sure.get(subject)
        unsure = 1 - abs(2 * confidence - 1) if confidence is not None else 0.0
        return (-unsure, place(*seed, "second", subject), subject)

    again = sorted({each.subject for each in key if each.stratum != GOLDEN}, key=order)[: max(0, min(room, share))]
    chosen = set(again)
    return [
        Key(_item_id(seed, each.subject, 2), each.market, each.stratum, each.unit_id, each.subject, 2,
            each.probability, each.exposure, each.simple_probability)
        for each in key
        if each.subject in chosen and each.stratum != GOLDEN
    ]  # fmt: skip
