"""Nights of a market that draw for review, one after the other, each released as far as the next reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenhand.landing.held_markets import HeldMarket, hold_markets
from evenhand.release.manifest import ReleasedFile
from evenhand.release.quality_samples import FILES
from evenhand.sampling.night import Listed, lay_draws
from release.manifests import manifest_of
from sampling.warehouse import rows, write

FIRST = date(2026, 3, 1)
Facts = dict[str, Sequence[Mapping[str, object]]]
MARKETPLACE = "violation_types: {spam: Too much of it.}\nreview_budgets: {SG: 10}\n"


class Nights:
    """Nights of a market with contents that land on the first alone, unless a night has its own facts."""

    def __init__(self, folder: Path, marketplace: str = MARKETPLACE) -> None:
        self.folder = folder
        self.releases = folder / "releases"
        self.marketplace = marketplace
        self.files = dict(FILES)
        self.held: list[str] = []
        self.approved: Mapping[str, int] | None = None
        self.reviews: list[Mapping[str, object]] = []
        self.site = "https://x.test"
        self.item_link = "https://r.test/{subject}"

    def facts(self, night: date, contents: int) -> Facts:
        return {
            "main.stg_creators": [rows(account_id="a1", market="SG"), rows(account_id="b1", market="MY")],
            "main.stg_contents": [
                rows(content_id=f"c{n}", account_id="a1", kind="short_video", views=10 * n + 1, landed_night=FIRST,
                     link=f"{self.site}/{n}" if self.site else "")
                for n in range(contents)
            ],
            "main.stg_qa_reviews": [each for each in self.reviews if str(each["landed_night"]) <= str(night)],
            "deciders.packs": [rows(file="marketplace.yml", text=self.marketplace)] if self.marketplace else [],
        }  # fmt: skip

    def run(self, day: int, contents: int = 40, name: str = "") -> tuple[Listed, Path]:
        night = FIRST + timedelta(days=day)
        warehouse = self._warehouse(night, name)
        # Whoever opens it meanwhile finds it open.
        with duckdb.connect(str(warehouse)):
            write(warehouse, self.facts(night, contents))
            hold_markets(warehouse, "gate_1", [HeldMarket(market, "it is held") for market in self.held])
            return lay_draws(warehouse, self.releases, night, self.item_link), warehouse

    def _warehouse(self, night: date, name: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{night}{name}.duckdb"

    def release(self, day: int, contents: int = 40, name: str = "") -> Listed:
        night = FIRST + timedelta(days=day)
        with duckdb.connect(str(self._warehouse(night, name))) as connection:
            listed, _ = self.run(day, contents, name)
            revisions = self.releases / "revisions" / f"night={night}"
            folder = revisions / f"{len(list(revisions.glob('*'))) + 1:04}"
            folder.mkdir(parents=True)
            described = {}
            connection.execute("set threads = 1")
            for file, query in self.files.items():
                connection.execute(f"copy ({query}) to '{folder / file}' (format parquet)")
                sha256 = hashlib.sha256((folder / file).read_bytes()).hexdigest()
                described[file] = ReleasedFile(rows=1, sha256=sha256)
        manifest = manifest_of(night).model_copy(update={"files": described, "review_budgets": self.approved})
        (folder / "manifest.json").write_text(manifest.named().text())
        link = self.releases / f"night={night}"
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        return listed

    def of(self, file: str, day: int, what: str = "*") -> list[tuple[Any, ...]]:
        path = self.releases / f"night={FIRST + timedelta(days=day)}" / file
        return duckdb.sql(f"select {what} from read_parquet('{path}', hive_partitioning = false)").fetchall()

    def items(self, day: int) -> dict[str, str]:
        return dict(self.of("qa_items.parquet", day))

    def answer(self, item: str, day: int, **rest: object) -> None:
        on = FIRST + timedelta(days=day)
        self.reviews.append(
            {
                "review_id": f"q{len(self.reviews)}", "drawn_from": "published", "account_id": "a1",
                "reviewed_on": on, "is_violation": False, "draw_item_id": item, "landed_night": on, **rest,
            }
        )  # fmt: skip
