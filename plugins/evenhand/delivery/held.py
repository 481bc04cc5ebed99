"""Receivers to which nothing of a night is sent."""

from __future__ import annotations

from pathlib import Path

from evenhand.delivery.read_release import manifest_of
from evenhand.release.manifest import DELIVERIES, NAME


def held_delivery(release: Path, receiver: str) -> str:
    """What is told of a receiver to which nothing is sent, for receivers.yml says otherwise of it than was approved."""
    if not (release / NAME).exists():
        return ""
    manifest = manifest_of(release)
    if manifest.history:
        return f"{receiver}, night {manifest.night}: nothing sent, the night is history, which is delivered to nobody"
    for each in manifest.held_lists:
        if (each.list, each.market) == (DELIVERIES, receiver) and each.answer != "approved":
            return (
                f"{receiver}, night {manifest.night}: nothing sent, receivers.yml says otherwise of it than was"
                f" approved; look at it with: evenhand held {manifest.night} --list deliveries --market {receiver}"
            )
    return ""
