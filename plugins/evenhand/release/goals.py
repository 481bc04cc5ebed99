"""The goals of policies on a night: what each is to bring, and how far it is by the nights released until then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from evenhand.policy.targets import Goal, targets_of
from evenhand.release.figures import METRICS, definitions, figures_by_metric
from evenhand.release.manifest import Manifest
from evenhand.release.targets import WINDOW_DAYS, Measured, State, state_of_goal
from evenhand.release.verify import refuse_changed_since


@dataclass(frozen=True)
class GoalOnNight:
    """A goal, what its metric is called and counted in, and how far it is.

    Attributes:
        label: in English; a metric of an earlier version is called by its name.
        unit: empty where the metric isn't known.
    """

    goal: Goal
    label: str
    unit: str
    state: State


def goals_of(manifest: Manifest, released: Sequence[tuple[date, Path]], project: Path) -> list[GoalOnNight]:
    """The goals that a release has, as of its night.

    Args:
        released: nights with the folders of their newest revisions, in any order; later ones aren't looked at.
        project: the dbt project, whose definitions have the labels.

    Raises:
        ReleaseChanged: a figure isn't what was released.
    """
    defined, found = definitions(project), []
    for goal in targets_of(manifest.targets).goals:
        definition = defined.get(goal.metric)
        # From some nights before it begins on: its line begins at the last window before.
        first = goal.effective_from - timedelta(days=WINDOW_DAYS)
        measured = [
            each
            for night, folder in released
            if first <= night <= manifest.night and (each := _measured(goal, night, folder, project))
        ]
        label, unit = (definition.label, definition.unit) if definition else (goal.metric, "")
        found.append(GoalOnNight(goal, label, unit, state_of_goal(goal, measured, manifest.night)))
    return found


def _measured(goal: Goal, night: date, folder: Path, project: Path) -> Measured | None:
    """What a goal's metric came to on a night; None where that says nothing of it."""
    if not (folder / METRICS).exists():
        return None
    refuse_changed_since(folder, [METRICS])
    figure = figures_by_metric(folder, project, goal.market).get(goal.metric)
    if not figure or not figure.is_enough or not figure.figure or goal.unit not in (None, figure.unit):
        return None
    return Measured(night, Decimal(figure.figure), figure.low, figure.high)
