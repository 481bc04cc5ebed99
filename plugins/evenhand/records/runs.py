"""Which night a run decides: written down when it begins, so that it decides the same one when it is cleared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import quote

_FOLDER = "runs"


def note_night(nights: Path, run_id: str, night: date) -> None:
    """Write down that a run decides a night.

    Args:
        nights: the folder that nights are worked on in.
    """
    folder = nights / f"night={night}" / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _name(run_id)).touch()


def night_of(nights: Path, run_id: str) -> date | None:
    """The night that a run decides; None for one that hasn't begun."""
    found = sorted(nights.glob(f"night=*/{_FOLDER}/{_name(run_id)}"))
    return date.fromisoformat(found[-1].parents[1].name.removeprefix("night=")) if found else None


def _name(run_id: str) -> str:
    return quote(run_id, safe="")
