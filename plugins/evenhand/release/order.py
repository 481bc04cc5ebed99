"""In which order nights were decided: one that was decided before an earlier one was goes on from an older release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand.release.manifest import read_manifest


def decided_too_early(releases: Path, night: date) -> date | None:
    """The newest earlier night that was released since this one was decided; None if it came in order.

    What the night keeps of lists that were held, the causes of its changes and what accounts are told of it go on from
    the night before that one. Run again, it comes out as if it had come in order.

    Raises:
        FileNotFoundError: the night was never released.
    """
    manifest = read_manifest(releases / f"night={night}")
    before = [each for each in _released(releases) if each < night]
    told_since = manifest.told_since.night if manifest.told_since else None
    goes_on_from = manifest.follows or told_since
    if not before or (goes_on_from is not None and goes_on_from >= before[-1]):
        return None
    return before[-1]


def to_run_again(releases: Path, night: date) -> list[date]:
    """The nights after this one that were decided before it was, and those after them, in order."""
    later = [each for each in _released(releases) if each > night]
    if not later or decided_too_early(releases, later[0]) != night:
        return []
    return later


def _released(releases: Path) -> list[date]:
    return sorted(date.fromisoformat(path.name.removeprefix("night=")) for path in releases.glob("night=*"))
