"""Metrics against what they are to come to: by the figure, unless the interval says that it could be either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from evenhand.policy.prose.words import COMPARATORS
from evenhand.policy.targets import Goal, Target, Targets, targets_of
from evenhand.release.figures import ALL_MARKETS, Definition, Figure, is_money, with_unit
from evenhand.release.manifest import Manifest

# A metric of a night is of so many days until it.
WINDOW_DAYS = 28
State = Literal["met", "missed", "too few to say", "on the way", "behind", "too early to say"]
_COMPARED = {
    "at_least": Decimal.__ge__,
    "more_than": Decimal.__gt__,
    "at_most": Decimal.__le__,
    "less_than": Decimal.__lt__,
}
_RISES = ("at_least", "more_than")


@dataclass(frozen=True)
class Measured:
    """A figure of a night, for a goal.

    Attributes:
        low, high: the ends of its interval, where it is of a sample.
    """

    night: date
    figure: Decimal
    low: Decimal | None = None
    high: Decimal | None = None

    def is_within(self, how: str, bound: Decimal) -> bool | None:
        """Whether it is within a bound; None where its interval says that it could be either."""
        return _compared(how, bound, self.figure, self.low, self.high)


def state_of(target: Target, figure: Figure) -> State | None:
    """Whether a target is met; None where the figure is in another unit than the target, so that nothing is said."""
    if target.unit and target.unit != figure.unit:
        return None
    if not figure.is_enough or figure.figure is None:
        return "too few to say"
    value = Decimal(figure.figure)
    how, wanted = target.comparison or ("at_most", value)
    is_there = _compared(how, wanted, value, figure.low, figure.high)
    return "too few to say" if is_there is None else "met" if is_there else "missed"


def target_for(targets: Sequence[Target], figure: Figure, night: date) -> Target | None:
    """The target of a figure on a night; None where there is none."""
    about = (figure.metric, figure.market, figure.slice, figure.slice_value)
    return next((each for each in targets if each.about == about and each.is_for(night)), None)


@dataclass(frozen=True)
class Judged:
    """A figure against its target.

    Attributes:
        bound: the target, as people read it: `at most 20.0 %`.
        state: None where nothing is said.
        target: the same, as it was written.
    """

    bound: str
    state: State | None
    target: Target

    @property
    def text(self) -> str:
        """Both."""
        return f"{self.state or 'not compared, for the figure counts otherwise'}: {self.bound}"


def judged(manifest: Manifest, figure: Figure) -> Judged | None:
    """A figure of a release against what it was to come to on its night; None where it has no target."""
    target = target_for(targets_of(manifest.targets).targets, figure, manifest.night)
    return Judged(bound(target, figure.unit), state_of(target, figure), target) if target else None


def bound(wanted: Target | Goal, unit: str) -> str:
    """A bound as people read it.

    Args:
        unit: of the metric; a bound's own counts first.
    """
    how, value = wanted.comparison or ("at_most", Decimal(0))
    return f"{COMPARATORS[how]} {with_unit(value, wanted.unit or unit, wanted.market)}"


def mistakes_in(targets: Targets, defined: Mapping[str, Definition]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What targets say of metrics that can't be: where, and what was found and expected."""
    several: Sequence[tuple[str, Sequence[Target | Goal]]] = (("targets", targets.targets), ("goals", targets.goals))
    for name, wanted in several:
        for position, each in enumerate(wanted):
            definition = defined.get(each.metric)
            how, _ = each.comparison or ("", Decimal(0))
            if definition is None:
                near = get_close_matches(each.metric, defined, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield (name, position, "metric"), f"found {each.metric}; expected a metric of docs/metrics.md{hint}"
            elif definition.better == "none":
                said = f"found {each.metric}, of which neither more nor less is better; expected another metric"
                yield (name, position, "metric"), said
            elif (how in _RISES) != (definition.better == "more"):
                right = "at_least or more_than" if definition.better == "more" else "at_most or less_than"
                said = f"found {how} for {each.metric}, of which {definition.better} is better; expected {right}"
                yield (name, position, how), said
            elif is_money(definition.unit) and each.market == ALL_MARKETS:
                why = "money of several is of several currencies"
                said = f"found {ALL_MARKETS} for {each.metric}; expected a market: {why}"
                yield (name, position, "market"), said
            elif (definition.unit == "time") != (each.unit is not None):
                expected = "hours or days" if definition.unit == "time" else f"no unit: {each.metric} is no time"
                found = f"unit {each.unit}" if each.unit else "no unit"
                yield (name, position, "unit" if each.unit else "metric"), f"found {found}; expected {expected}"
            if definition and each.slice and each.slice not in definition.slices:
                there = ", ".join(definition.slices) or "none: it is told of whole markets"
                yield (name, position, "slice"), f"found {each.slice} for {each.metric}; expected {there}"
            # A release that has one was made before this was looked at, so that it can still be read.
            if isinstance(each, Target) and each.effective_until and each.effective_until < each.effective_from:
                said = f"found {each.effective_until}; expected {each.effective_from} or later, for it is of no night"
                yield (name, position, "effective_until"), said


def state_of_goal(goal: Goal, measured: Sequence[Measured], night: date) -> State:
    """How far a goal is on a night.

    It is judged by windows that begin on its first day or later, against the straight line from the last window before
    that day to the goal on its own. After its day it is what it was on it; where no figure until then says anything, by
    the newest. Where the interval of the newest spans the goal, or the line, it is too few to say.

    Args:
        measured: figures that say something, of nights until this one, in any order.
    """
    known = sorted((each for each in measured if each.night <= night), key=lambda each: each.night)
    before = [each for each in known if each.night < goal.effective_from]
    since = [each for each in known if each.night - timedelta(days=WINDOW_DAYS - 1) >= goal.effective_from]
    if not since:
        return "missed" if night > goal.by else "too early to say"
    # What it came to by its day stands, whatever the metric does after it.
    newest = max((each for each in since if each.night <= goal.by), key=lambda each: each.night, default=since[-1])
    how, wanted = goal.comparison or ("at_most", newest.figure)
    is_met = newest.is_within(how, wanted)
    if is_met is None:
        return "too few to say"
    if is_met:
        return "met"
    if night > goal.by:
        return "missed"
    if not before:
        return "too early to say"
    start = before[-1]
    passed = Decimal((newest.night - start.night).days) / Decimal((goal.by - start.night).days)
    on_line = start.figure + (wanted - start.figure) * min(passed, Decimal(1))
    is_there = newest.is_within("at_least" if how in _RISES else "at_most", on_line)
    return "too few to say" if is_there is None else "on the way" if is_there else "behind"


def _compared(how: str, bound: Decimal, figure: Decimal, *ends: Decimal | None) -> bool | None:
    """Whether a figure is within a bound; None where the ends of its interval say both."""
    said = {bool(_COMPARED[how](end, bound)) for end in ends if end is not None}
    return None if len(said) > 1 else bool(_COMPARED[how](figure, bound))
