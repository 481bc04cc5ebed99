"""Nights, one after the other: each is decided, judged by gate 2 and released, as a night is.

What takes seconds and isn't judged here is left out: gate 1 accepts everything (what is simulated is right), the models
run without dbt, the models that only tell of a night don't run, and where it is asked nobody is told what other rules
would have done, which holds nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.deciding.compiled import compiled_project, run_models
from evenhand.deciding.counterfactual import what_if
from evenhand.deciding.night_range import ask_about, lay_lists
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.provenance import DECIDED, keep_deciders
from evenhand.emergency.load import load_emergencies
from evenhand.landing.accepted import accepted_as_of
from evenhand.landing.contracts import FEEDS
from evenhand.landing.load import load
from evenhand.landing.window import take
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import LoadedPack, load_packs
from evenhand.policy.preapproved import Preapproval
from evenhand.quality.effect_of_rules import effects_of_other_rules
from evenhand.quality.held_lists import LISTS, HeldList, answer
from evenhand.quality.held_rows import hold
from evenhand.quality.holding import Tonight, validate_changes
from evenhand.quality.range_sizes import lay_range_sizes, take_sizes, write_sizes
from evenhand.release.assemble import assemble
from evenhand.release.manifest import FORMAT, ReleasedPack
from evenhand.release.manifest import HeldList as ReleasedHeldList
from evenhand.release.previous import take_last_release
from evenhand.release.publish import FILES
from evenhand.release.rows import COMPARED
from gates.known import Known
from release.manifests import manifest_of

CODE = {"evenhand": "simulated", "sha256": "0" * 64, "engines": {}}
_RELEASED = (
    *("penalties.parquet", "rewards.parquet", "reasons.parquet", "changes.parquet", "list_sizes.parquet"),
    *("models.parquet", "rules.parquet", "packs.parquet"),
)
Spoil = Callable[[duckdb.DuckDBPyConnection], None]


def _no_effects(*_: object) -> Mapping[tuple[str, str], str]:
    return {}


@dataclass(frozen=True)
class Judged:
    """What gate 2 said of a night: causes of its changes, what is held, and its warehouse."""

    causes: dict[str, int]
    held: Sequence[HeldList]
    warehouse: Path
    not_compared: Sequence[str] = ()

    def is_held(self, name: str, market: str) -> bool:
        return any((each.list, each.market) == (name, market) for each in self.held)


class Nights:
    """The nights of what has landed below a folder."""

    def __init__(self, home: Path, compiled: Path, policies: Path, *, says_effects: bool = True) -> None:
        """Load `landing/` of the folder.

        Args:
            compiled: the folder of the project.
            policies: that of the packs.
            says_effects: whether what is held for other rules says what they would have done.
        """
        self.home, self.policies = home, policies
        self._effects = effects_of_other_rules if says_effects else _no_effects
        self._project = compiled_project(compiled)
        wanted = (*DECIDED, "reasons", "int_emergencies_in_force")
        self._models: Sequence[CompiledModel] = self._project.models(leading_to=wanted)
        self._packs = load_packs(policies)
        self.releases = home / "releases"
        self.load()

    def load(self) -> None:
        """Load what has landed since."""
        load(self.home / "landed.duckdb", self.home / "landing", date(9999, 12, 31))

    def land(self, night: date, since: date | None = None) -> Path:
        """What had landed by the night, accepted, in a warehouse of its own.

        Args:
            since: the first of several nights that are decided together; by default, `night`.
        """
        warehouse = self.home / "nights" / f"{night}.duckdb"
        warehouse.parent.mkdir(exist_ok=True)
        warehouse.unlink(missing_ok=True)
        take(self.home / "landed.duckdb", warehouse, night, since=since)
        take_last_release(self.releases, warehouse, night)
        with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
            connection.begin()
            for schema in ("candidates", "quarantine"):
                connection.execute(f"create schema {schema}")
            connection.execute("create table quarantine.bad (feed varchar, landed_file varchar, landed_row bigint)")
            for contract in FEEDS:
                connection.execute(f"create table candidates.{contract.feed} as from landing.{contract.feed}")
            connection.commit()
        load_emergencies(self.home / "emergencies", warehouse, night)
        return warehouse

    def judge(
        self,
        landed: Path,
        night: date,
        name: str = "judged",
        *,
        policies: Path | None = None,
        preapproved: Sequence[Preapproval] = (),
        code: Mapping[str, object] = CODE,
        spoil_what_landed: Spoil | None = None,
        spoil_lists: Spoil | None = None,
        asks_first_nights: bool = False,
        asked_nights: Sequence[date] = (),
        known: Known | None = None,
    ) -> Judged:
        """Decide a night on a copy of what landed, and judge what it changes; of asked nights, say the lists too.

        Args:
            known: what was known before, where the night is judged several times.
        """
        warehouse = landed.with_suffix(f".{name}.duckdb")
        shutil.copy(landed, warehouse)
        packs = load_packs(policies) if policies else self._packs
        compile_packs(packs, warehouse)
        keep_deciders(warehouse, self._project, policies or self.policies)
        with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
            connection.begin()
            ask_about(connection, asked_nights)
            if spoil_what_landed:
                spoil_what_landed(connection)
            self._decide(connection, night)
            if spoil_lists:
                spoil_lists(connection)
            hold(connection, night, [])
            connection.commit()
        opened = known.opened if known else what_if
        tonight = Tonight(
            self.releases, packs, preapproved, code,
            asks_first_nights=asks_first_nights, what_if=opened, effects=self._effects,
        )  # fmt: skip
        gate = validate_changes(warehouse, warehouse.with_suffix(".gate"), night, tonight, {})
        return Judged(gate.causes, gate.held, warehouse, gate.not_compared)

    def _decide(self, connection: duckdb.DuckDBPyConnection, night: date) -> None:
        connection.execute("create schema accepted")
        for contract in FEEDS:
            for table, rows in accepted_as_of(contract, night).items():
                connection.execute(f"create table accepted.{table} as {rows}")
        connection.commit()
        connection.begin()
        run_models(connection, self._models, night, in_parts=True)

    def added(self, nights: Sequence[date]) -> dict[str, list[int]]:
        """Of each list, how many rows of all markets came on each of some nights that follow each other.

        All are decided in one go, out of what had landed by the last; of the first nobody knows what was there before.
        """
        warehouse = self.land(nights[-1], since=nights[0])
        compile_packs(self._packs, warehouse, asked_nights=nights[:-1])
        with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
            connection.begin()
            self._decide(connection, nights[-1])
            found = connection.execute(
                """
                with
                listed as (
                    select 'penalties' as list, as_of, row_key from main.int_measures_in_force
                    where list = 'penalties' and is_asked
                    union select 'rewards', as_of, row_key from main.int_rewards_in_force
                ),
                came as (
                    select now.* from listed as now
                    anti join listed as before
                        on now.list = before.list and now.row_key = before.row_key and now.as_of = before.as_of + 1
                )
                select list, as_of, count(*) from came group by all
                """
            ).fetchall()
            connection.commit()
        rows = {(name, as_of): number for name, as_of, number in found}
        return {name: [rows.get((name, night), 0) for night in nights[1:]] for name in LISTS}

    def lay_sizes(self, nights: Sequence[date]) -> Path:
        """Decide some nights in one go, as `evenhand history` does, and lay the sizes of their lists in a warehouse."""
        before = nights[0] - timedelta(days=1)
        warehouse = self.land(nights[-1], since=before)
        compile_packs(self._packs, warehouse, asked_nights=[before, *nights[:-1]])
        with duckdb.connect(str(warehouse), config={"threads": 1}) as connection:
            connection.begin()
            self._decide(connection, nights[-1])
            connection.commit()
        lay_lists(warehouse)
        write_sizes(warehouse, nights)
        return warehouse

    def learn(self, nights: Sequence[date]) -> Judged:
        """Decide and release some nights in one go, as `evenhand history` does."""
        shutil.rmtree(self.releases, ignore_errors=True)
        last = nights[-1]
        asked_nights = [nights[0] - timedelta(days=1), *nights]
        judged = self.judge(self.land(last, since=asked_nights[0]), last, "history", asked_nights=asked_nights)
        lay_lists(judged.warehouse)
        lay_range_sizes(judged.warehouse, nights)
        with duckdb.connect(str(judged.warehouse), config={"threads": 1}) as connection:
            of_night = "select * exclude (as_of) from history.list_sizes where as_of = date '{}'"
            for night in nights[:-1]:
                folder = self._folder(night)
                sizes = of_night.format(night)
                connection.execute(f"copy ({sizes}) to '{folder / 'list_sizes.parquet'}' (format parquet)")
                (folder / "manifest.json").write_text(manifest_of(night, code=CODE).text())
            take_sizes(connection, last)
        self.release(judged, last)
        return judged

    def is_released(self, night: date) -> bool:
        """Whether a night was, in a run before."""
        return (self.releases / f"night={night}" / "manifest.json").exists()

    def _folder(self, night: date) -> Path:
        folder = self.releases / f"night={night}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def release(self, judged: Judged, night: date, said: str = "approved", packs: Sequence[LoadedPack] = ()) -> None:
        """Publish what the next nights look back on, after a person said this to what is held.

        Args:
            packs: those that the manifest names; another night has all others with a new text.
        """
        folder = self._folder(night)
        with duckdb.connect(str(judged.warehouse), config={"threads": 1}) as connection:
            for each in judged.held:
                answer(connection, each, said, "a person")
        assemble(judged.warehouse, self.releases, night, None)
        with duckdb.connect(str(judged.warehouse), config={"threads": 1}) as connection:
            for name in _RELEASED:
                connection.execute(f"copy ({FILES[name]}) to '{folder / name}' (format parquet)")
            inputs = dict(connection.execute("select landed_file, sha256 from landing.files").fetchall())
        held = tuple(
            ReleasedHeldList(
                list=each.list, market=each.market, digest=each.digest, changes=each.changes, why=each.why,
                since=each.since, answer=said, answered_by="a person", first_wave=0,
            )
            for each in judged.held
        )  # fmt: skip
        known = tuple(
            ReleasedPack(pack=each.pack.pack, version=each.pack.version, sha256=each.sha256) for each in packs
        )
        manifest = manifest_of(night, held_lists=held, code=CODE, inputs=inputs, compared=COMPARED, packs=known)
        (folder / "manifest.json").write_text(manifest.model_copy(update={"format": FORMAT}).named().text())

    def forget(self, night: date) -> None:
        """Delete the warehouses of a night."""
        for path in (self.home / "nights").glob(f"{night}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
