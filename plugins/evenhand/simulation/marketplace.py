"""Simulate a marketplace and land its feeds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from hashlib import sha256
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from evenhand.landing.contracts import BY_NAME
from evenhand.landing.kept import drop_kept
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.simulation import plan as planted
from evenhand.simulation.plan import MARKETS, TRENDS, Plan

SQL = files("evenhand.simulation") / "sql"
_SQL = SqlFile(__file__)
FEEDS = (
    "creators",
    "contents",
    "lives",
    "orders",
    "user_reports",
    "violations",
    "appeals",
    "trainings",
    "qa_reviews",
    "creator_contacts",
    "golden_items",
)
# Beside the landing folder, where nothing reads it at night.
TRUTH_FILE = "simulation_truth.parquet"
REVIEWABLE_FILE = "simulation_reviewable.parquet"
_UNFINISHED = "unfinished\n"


def simulate(plan: Plan, landing: Path, progress: Callable[[str], None]) -> bool:
    """Land the eleven feeds of a simulated marketplace, and write the truth beside the landing folder.

    Feeds that the same plan has landed before stay as they are; those of another plan are replaced. After a run that
    was killed, the next one begins anew.

    Args:
        progress: told what is being made, for people.

    Returns:
        Whether anything was written.
    """
    plan_file = plan_file_of(landing)
    wanted = json.dumps({**asdict(plan), "simulator": _version()}, default=str, indent=2) + "\n"
    if plan_file.exists() and plan_file.read_text() == wanted:
        return False
    landing.mkdir(parents=True, exist_ok=True)
    plan_file.write_text(_UNFINISHED)
    with (
        TemporaryDirectory(dir=landing.parent) as scratch,
        duckdb.connect(f"{scratch}/simulation.duckdb") as connection,
    ):
        connection.execute(f"set temp_directory = {quoted(Path(scratch, 'spill'))}")
        _set_the_stage(connection, plan)
        for script in _scripts():
            progress(script.partition("_")[2].removesuffix(".sql"))
            connection.execute((SQL / script).read_text())
        for feed in FEEDS:
            progress(f"feed {feed}")
            _land(connection, feed, plan, Path(scratch) / feed)
        truths = {TRUTH_FILE: "truth", REVIEWABLE_FILE: "reviewable"}
        for file, table in truths.items():
            connection.execute(f"copy (from {table} order by all) to {quoted(Path(scratch, file))} (format parquet)")
        for feed in FEEDS:
            shutil.rmtree(landing / feed, ignore_errors=True)
            (Path(scratch) / feed).rename(landing / feed)
        drop_kept(landing.parent, is_simulated)
        for file in truths:
            (Path(scratch) / file).replace(landing.parent / file)
    plan_file.write_text(wanted)
    return True


def is_simulated(name: str) -> bool:
    """Whether a file of the landing folder, by its name, is one that a simulation lands."""
    feed, _, below = name.partition("/")
    return feed in FEEDS and ("/source=" in below or below.endswith("/none.csv"))


def plan_file_of(landing: Path) -> Path:
    """Where it is written what a landing folder was simulated from."""
    return landing.parent / "simulation.json"


def simulated(landing: Path) -> Plan | None:
    """What a landing folder was simulated from; None if it wasn't, or not to the end."""
    path = plan_file_of(landing)
    if not path.exists() or path.read_text() == _UNFINISHED:
        return None
    plan = json.loads(path.read_text())
    known = {name: plan[name] for name in ("creators", "nights", "seed", "breaches", "is_planted")}
    return Plan(until=date.fromisoformat(plan["until"]), **known)


def _version() -> str:
    """A hash of what simulates: another simulator lands other rows."""
    texts = [(SQL / name).read_bytes() for name in _scripts()]
    texts.append((files("evenhand.simulation") / "plan.py").read_bytes())
    return sha256(b"\0".join(texts)).hexdigest()[:12]


def _scripts() -> list[str]:
    """The files that make a marketplace, in their order: those with a number."""
    return sorted(each.name for each in SQL.iterdir() if each.name[0].isdigit())


def _set_the_stage(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    variables: dict[str, int | float | str | date | None] = {
        "creators": plan.creators,
        "nights": plan.nights,
        "seed": str(plan.seed),
        "first_night": plan.first_night,
        "until": plan.until,
        "never_decided": planted.NEVER_DECIDED,
        "never_enforced": planted.NEVER_ENFORCED,
        "enforced_undecided": planted.ENFORCED_UNDECIDED,
        "drawn_a_day": planted.DRAWN_A_DAY,
        "faulty_market": planted.FAULTY_MARKET,
        "faulty_night": plan.until - timedelta(days=planted.FAULTY_DAYS_BEFORE_THE_END) if plan.is_planted else None,
    }
    for name, value in variables.items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    shares = list(accumulate(market.share for market in MARKETS))
    connection.execute(_SQL("create_markets"))
    for market, upto in zip(MARKETS, shares, strict=True):
        connection.execute(
            "insert into markets values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                market.name, market.language, market.price, market.violating * plan.breaches, market.wrongly_upheld,
                market.sensitivity, market.specificity,
                upto - market.share, 1.0 if market is MARKETS[-1] else upto,
            ],
        )  # fmt: skip
    connection.execute("create table trends (market varchar, category varchar, from_day date, times double)")
    for trend in TRENDS if plan.is_planted else ():
        from_day = plan.until - timedelta(days=trend.days_before_the_end)
        connection.execute(
            "insert into trends values (?, ?, ?, ?)", [trend.market, trend.category, from_day, trend.times]
        )


def answer(items: Mapping[str, str], landing: Path, night: date) -> int:
    """Have the reviewers of a simulated marketplace look at items, and land what they say for a night.

    They err as those of their market do, and some items nobody ever reviews. What has landed stays as it is.

    Args:
        items: where each can be seen; what can't be isn't reviewed.

    Returns:
        how many reviews landed.
    """
    plan, seen = simulated(landing), landing.parent / REVIEWABLE_FILE
    file = landing / "qa_reviews" / f"night={night}" / "source=reviewers" / "answers.csv"
    if plan is None or not items or not seen.exists() or file.exists():
        return 0
    with duckdb.connect() as connection:
        connection.execute(f"set variable seed = '{plan.seed}'")
        connection.execute((SQL / "0_chances.sql").read_text())
        connection.execute("create table items (item_id varchar, link varchar)")
        connection.execute(
            "insert into items select unnest($ids::varchar[]), unnest($links::varchar[])",
            {"ids": list(items), "links": list(items.values())},
        )
        connection.execute(_SQL("answer"), {"night": night, "seen": str(seen), "never": planted.NEVER_REVIEWED})
        ((answers,),) = connection.execute("select count(*) from answers").fetchall()
        if answers:
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(".answers.csv.draft")
            connection.execute(f"copy (from answers order by review_id) to {quoted(draft)} (format csv, header)")
            draft.replace(file)
    return int(answers)


def _land(connection: duckdb.DuckDBPyConnection, feed: str, plan: Plan, folder: Path) -> None:
    """A Parquet file per night and market, every value as text, as the contract has the columns."""
    described = connection.execute(f"describe feed_{feed}").fetchall()
    names = [name for name, *_ in described if name not in ("lands_on", "source")]
    assert set(names) <= set(BY_NAME[feed].column_names), (feed, names)
    columns = [Sql(f"cast({name} as varchar) as {name}") for name in names]
    rows = _SQL("rows_that_land", columns=columns, rows=f"feed_{feed}", key=BY_NAME[feed].key)
    connection.execute(f"copy ({rows}) to {quoted(folder)} (format parquet, partition_by (night, source))")
    # A night without a file would mean that the feed is late.
    for day in range(plan.nights):
        night = folder / f"night={plan.first_night + timedelta(days=day)}"
        if not night.exists():
            night.mkdir(parents=True)
            (night / "none.csv").write_text(",".join(names) + "\n")
