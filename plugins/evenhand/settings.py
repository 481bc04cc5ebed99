"""Where everything lives: the one place that knows paths and environment names.

Everything that a run writes is under one data directory, `EVENHAND_HOME` (by default `.evenhand` in the checkout), so
that moving, backing up or throwing away an installation means one folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """Paths of one installation.

    Attributes:
        project: the checkout: dags/, dbt_project/, expectations/, policies/.
        home: the data directory; nothing else is written to.
        policies: the folder of policy packs.
        landing_from: where feeds land, if that isn't here: a folder's path, or an address that fsspec knows.
        translations: the folder of what notices say, a file per language.
        receivers: the file that names the receivers and the Airflow connection of each.
        cases: the address of a PostgreSQL database that has the cases, if they aren't in a file here.
        people: the file that says who may do what, if there is one.
        boards_from: the folder of boards, if it isn't beside that of the packs.
        ledger: the address of a PostgreSQL database that has the receipts, if they aren't in a file here.
        item_link: where a reviewer can see what has no link of its own, with {subject} for its key; or nothing.
        pages: the address of the pages, for links into them from elsewhere; or nothing.
        largest_file_mb: how large a file of a feed may be once it is unpacked, in millions of bytes.
        example: what a local installation lands if nothing else has landed.
    """

    project: Path
    home: Path
    policies: Path
    receivers: Path
    example: Literal["marketplace", "takedowns"] = "marketplace"
    translations: Path = PROJECT / "translations"
    landing_from: str = ""
    ledger: str = ""
    cases: str = ""
    people: Path = PROJECT / "people.yml"
    boards_from: Path | None = None
    item_link: str = ""
    pages: str = ""
    largest_file_mb: int = 2000

    @property
    def boards(self) -> Path:
        """The folder of boards, everybody's own dashboards, if there is one."""
        return self.boards_from or self.policies.parent / "boards"

    @property
    def landing(self) -> Path:
        """What source systems dropped: `landing/<feed>/night=D/*.csv|parquet`. Never changed by a run.

        Of an address elsewhere, the mirror of it.
        """
        return Path(self.landing_from) if self.landing_from and not self.lands_elsewhere else self.home / "landing"

    @property
    def lands_elsewhere(self) -> bool:
        """Whether the landing folder has to be mirrored here."""
        return "://" in self.landing_from

    @property
    def store(self) -> Path:
        """The DuckDB file of all that landed, loaded once; it can be deleted, and is then loaded again."""
        return self.home / "landed.duckdb"

    @property
    def nights(self) -> Path:
        """Where nights are worked on, a folder each: nothing of one night can leak into another."""
        return self.home / "nights"

    def work(self, night: date | str) -> Path:
        """The folder that a night is worked on in: its warehouse and what the gates found."""
        return self.nights / f"night={night}"

    def warehouse(self, night: date | str) -> Path:
        """The DuckDB file that a night is computed in. Nobody but the run reads it."""
        return self.work(night) / "warehouse.duckdb"

    def models(self, night: date | str) -> Path:
        """What the build of a night's models came to, a page for people included."""
        return self.work(night) / "models"

    @property
    def releases(self) -> Path:
        """Published nights: `releases/night=D/`. Receivers and pages read these and nothing else."""
        return self.home / "releases"

    @property
    def approvals(self) -> Path:
        """What people answered to held lists: `approvals/night=D/`. Releases depend on it; it is never deleted."""
        return self.home / "approvals"

    @property
    def receipts(self) -> Path:
        """The SQLite ledger of what every receiver was sent and what it answered."""
        return self.home / "receipts.sqlite"

    @property
    def emergencies(self) -> Path:
        """Measures that people imposed or lifted themselves: a file for each, never changed."""
        return self.home / "emergencies"

    @property
    def dbt_project(self) -> Path:
        """The dbt project."""
        return self.project / "dbt_project"

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes its artifacts, and what it compiled the project to lies."""
        return self.home / "dbt"

    @property
    def airflow_home(self) -> Path:
        """Airflow's configuration, metadata database and logs."""
        return self.home / "airflow"


def settings() -> Settings:
    """The settings of this process, from the environment.

    `EVENHAND_HOME`, `_LANDING_FROM`, `_POLICIES`, `_TRANSLATIONS`, `_RECEIVERS`, `_PEOPLE`, `_BOARDS`, `_LEDGER`,
    `_CASES`, `_ITEM_LINK`, `_PAGES`, `_LARGEST_FILE_MB` and `_EXAMPLE`.

    Raises:
        ValueError: there is no such example, or a size is no number.
    """
    example = os.environ.get("EVENHAND_EXAMPLE") or "marketplace"
    if example not in ("marketplace", "takedowns"):
        raise ValueError(f"EVENHAND_EXAMPLE is {example!r}; the examples are marketplace and takedowns")
    largest = os.environ.get("EVENHAND_LARGEST_FILE_MB") or "2000"
    if not (largest.isascii() and largest.isdigit() and int(largest)):
        raise ValueError(f"EVENHAND_LARGEST_FILE_MB is {largest!r}; write a whole number of MB, such as 2000")
    return Settings(
        project=PROJECT,
        home=_path("EVENHAND_HOME", ".evenhand"),
        policies=_path("EVENHAND_POLICIES", "policies"),
        translations=_path("EVENHAND_TRANSLATIONS", "translations"),
        landing_from=os.environ.get("EVENHAND_LANDING_FROM", ""),
        ledger=os.environ.get("EVENHAND_LEDGER", ""),
        cases=os.environ.get("EVENHAND_CASES", ""),
        receivers=_path("EVENHAND_RECEIVERS", "receivers.yml"),
        people=_path("EVENHAND_PEOPLE", "people.yml"),
        boards_from=_path("EVENHAND_BOARDS", "") if os.environ.get("EVENHAND_BOARDS") else None,
        item_link=os.environ.get("EVENHAND_ITEM_LINK", ""),
        pages=os.environ.get("EVENHAND_PAGES", ""),
        largest_file_mb=int(largest),
        example="takedowns" if example == "takedowns" else "marketplace",
    )


def _path(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or PROJECT / default).expanduser().resolve()
