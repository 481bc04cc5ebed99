"""Reviewers of the sandbox: of what it holds for review, they land what they say with the next night."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from evenhand.sandbox.rows import ITEMS
from evenhand.sandbox.store import Store
from evenhand.simulation.marketplace import answer


def land_answers(database: Path, landing: Path, releases: Path, night: date) -> int:
    """Have them answer before a night is released; for one that is, or where nothing is simulated, nobody does.

    Args:
        database: the sandbox's file.

    Returns:
        how many reviews landed.
    """
    if not database.exists() or (releases / f"night={night}").exists():
        return 0
    store = Store(database)
    brought = store.newest_night()
    if brought is None or brought >= str(night):
        return 0
    items = {item: str(json.loads(payload)["link"]) for item, payload in store.payloads(ITEMS).items()}
    return answer(items, landing, night)
