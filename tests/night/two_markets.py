"""Two markets whose packs say the same: the history of the world, and that of the moon."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.settings import PROJECT
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation, Row


def land_two_markets(installation: Installation, packs: Path, night: str) -> None:
    """Write a pack of each market to a new folder, and land the history of both."""
    write_two_packs(packs)
    installation.overrides["EVENHAND_POLICIES"] = str(packs)
    creators, violations = on_the_moon(CREATORS, VIOLATIONS)
    installation.land(
        night,
        creators=[*CREATORS, *creators],
        contents=CONTENTS,
        violations=[*VIOLATIONS, *violations],
        appeals=[],
    )


def write_two_packs(packs: Path) -> None:
    """Write a pack of each market to a new folder."""
    packs.mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    (packs / "takedowns.yml").write_text(text)
    assert "markets: [world]" in text
    (packs / "moon.yml").write_text(
        text.replace("markets: [world]", "markets: [moon]").replace("pack: takedowns", "pack: moon")
    )


def on_the_moon(creators: Sequence[Row], violations: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The same accounts and violations of the moon, where a1 … a6 are m1 … m6."""
    return (
        [(account.replace("a", "m"), "moon", *rest) for account, _, *rest in creators],
        [(f"moon{key}", account.replace("a", "m"), "", *rest) for key, account, _, *rest in violations],
    )
