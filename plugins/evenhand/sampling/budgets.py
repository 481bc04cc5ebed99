"""By which budget a night draws: the one of the release before until somebody else has approved another.

In the warehouse: samples.review_budgets, a row per market with either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.policy.load import MARKETPLACE
from evenhand.policy.marketplace import known_marketplace
from evenhand.records.databases import parquet, reading
from evenhand.release.manifest import read_manifest
from evenhand.release.previous import last_release
from evenhand.release.quality_samples import BUDGETS


@dataclass(frozen=True)
class Budget:
    """How many items a night draws in a market, at most: as marketplace.yml says, and as was approved last.

    Attributes:
        said: None where marketplace.yml has none for it.
        approved: None where nothing was drawn in it.
    """

    market: str
    said: int | None
    approved: int | None

    @property
    def is_approved(self) -> bool:
        """Whether the one is the other."""
        return self.said == self.approved


def budgets_of(connection: duckdb.DuckDBPyConnection, releases: Path, night: date) -> list[Budget]:
    """Those of all markets that have one, tonight or before; where nothing was released before, tonight's count."""
    said = _said(connection, "deciders.packs") or {}
    release = last_release(releases, night)
    approved = approved_by(release) if release else None
    if approved is None:
        approved = said
    return [Budget(market, said.get(market), approved.get(market)) for market in sorted(said.keys() | approved.keys())]


def approved_by(release: Path) -> Mapping[str, int] | None:
    """The budgets that a release was drawn by; None in one that says nothing of them that can be read."""
    found = read_manifest(release).review_budgets
    texts = release / "packs.parquet"
    if found is not None or not texts.exists():
        return found
    # An earlier version's draw was always by what it said.
    with reading() as connection:
        return _said(connection, parquet(texts))


def lay_budgets(
    connection: duckdb.DuckDBPyConnection, budgets: list[Budget], would_draw: Mapping[str, int | None]
) -> None:
    """Write the table.

    Args:
        would_draw: how many items a market would have by a budget that isn't approved.
    """
    connection.execute(f"delete from samples.{BUDGETS}")
    for each in budgets:
        connection.execute(
            f"insert into samples.{BUDGETS} values (?, ?, ?, ?)",
            [each.market, each.said, each.approved, would_draw.get(each.market)],
        )


def _said(connection: duckdb.DuckDBPyConnection, texts: str) -> Mapping[str, int] | None:
    """What marketplace.yml says, as it was when the packs were read; None where today's language doesn't read that."""
    found = connection.execute(f"select text from {texts} where file = ?", [MARKETPLACE]).fetchone()
    if not found:
        return {}
    marketplace = known_marketplace(found[0])
    return marketplace.review_budgets if marketplace else None
