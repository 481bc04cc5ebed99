"""targets.yml beside packs: what operational metrics are to come to, and the goals of policies. It decides nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from evenhand.policy.language.part import COMPARATORS, Comparison, Day, Market, Name, Part, exactly_one, mistake
from evenhand.policy.load import TARGETS, read_beside
from evenhand.policy.texts import position, read_text

# Of a pack: its name and version.
_POLICY = re.compile(r"[a-z][a-z0-9_]*@[1-9][0-9]*")


class _Wanted(Comparison):
    """A metric, where it is measured, and the bound that it is to be within."""

    metric: Name
    """The metric, as docs/metrics.md names it."""

    market: Market
    """The market, as the feeds spell it, or all for all markets together."""

    slice: Name | None = None
    """Of a part of it: what it is cut by, such as category."""

    slice_value: str | None = None
    """The part, such as beauty."""

    unit: Literal["hours", "days"] | None = None
    """Of a time: what the bound counts. It is compared with figures in this unit alone."""

    @model_validator(mode="after")
    def _is_of_something(self) -> _Wanted:
        exactly_one(self, COMPARATORS)
        if (self.slice is None) != (self.slice_value is None):
            raise mistake((), "a slice or its value alone", "slice and slice_value, or neither")
        return self

    @property
    def about(self) -> tuple[str, str, str, str]:
        """What it is about: metric, market and part."""
        return self.metric, self.market, self.slice or "", self.slice_value or ""


class Target(_Wanted):
    """What a metric is to come to on the nights from a day on."""

    effective_from: Day
    """The first night that it is for."""

    effective_until: Day | None = None
    """The last one; without it, every night after."""

    def is_for(self, night: date) -> bool:
        """Whether it is for a night."""
        return self.effective_from <= night <= (self.effective_until or date.max)

    def overlaps(self, other: Target) -> bool:
        """Whether both are for one night."""
        latest = max(self.effective_from, other.effective_from)
        return latest <= min(self.effective_until or date.max, other.effective_until or date.max)


class Goal(_Wanted):
    """What a version of a policy is to bring a metric to, by a day."""

    policy: str
    """The pack and its version, such as creators_id@2."""

    effective_from: Day
    """The first day of that version. Windows that begin before it say nothing of it."""

    by: Day
    """The night by which it is to be there."""

    @model_validator(mode="after")
    def _is_of_a_version(self) -> Goal:
        if not _POLICY.fullmatch(self.policy):
            raise mistake(("policy",), self.policy, "a pack and its version, such as creators_id@2")
        if self.slice is not None:
            raise mistake(("slice",), self.slice, "none: a goal is of a whole market")
        if self.by <= self.effective_from:
            raise mistake(("by",), str(self.by), f"a day after {self.effective_from}, on which it begins")
        return self


class Targets(Part):
    """What metrics are to come to."""

    targets: tuple[Target, ...] = Field(default=())
    """By metric, market and days; at most one for a night."""

    goals: tuple[Goal, ...] = Field(default=())
    """Of policies."""

    @model_validator(mode="after")
    def _is_one_a_night(self) -> Targets:
        for i, one in enumerate(self.targets):
            for other in self.targets[:i]:
                if one.about == other.about and one.overlaps(other):
                    raise mistake(
                        ("targets", i, "effective_from"),
                        f"{one.effective_from}, on which another target of {one.metric} for {one.market} holds",
                        "days that don't overlap: end the other with effective_until",
                    )
        return self


NO_TARGETS = Targets()


def targets_of(content: Any) -> Targets:
    """The targets of a release, as its manifest has them."""
    return Targets.model_validate(content, strict=False)


def read_targets(folder: Path) -> Targets:
    """The targets of a folder of packs; none without the file.

    Raises:
        PackError: the file is wrong, with file and line.
    """
    return read_beside(folder / TARGETS, Targets)


def place_in_targets(folder: Path, place: tuple[str | int, ...]) -> tuple[str, int, int]:
    """File, line and column of a place in the targets of a folder."""
    text = read_text(folder / TARGETS)
    return position([text], text.content, place, False)
