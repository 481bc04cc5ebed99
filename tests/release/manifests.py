"""Manifests for tests, of which most say next to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from evenhand.release.manifest import HeldList, Manifest, ReleasedPack


def manifest_of(
    night: date,
    *,
    release_id: str = "",
    packs: tuple[ReleasedPack, ...] = (),
    held_lists: tuple[HeldList, ...] = (),
    code: Mapping[str, Any] | None = None,
    inputs: dict[str, str] | None = None,
    compared: tuple[str, ...] = (),
) -> Manifest:
    """The manifest of a night with nothing in it but what is given."""
    return Manifest(
        release_id=release_id, night=night, known_at=night, packs=packs, files={}, feeds={}, quarantined=(),
        held_lists=held_lists, zones=(), penalties=(), stages=(), metrics=(), notices=(), told_since=None,
        code=code or {}, inputs=inputs or {}, compared=compared,
    )  # fmt: skip
