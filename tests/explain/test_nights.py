"""Nights of the simulated marketplace, released and told one after the other: what explanations say of its accounts.

Short in the suite, of the sixty creators of two thousand about whom most lands; ninety nights of all of them are
a soak, which says how far it is and goes on after the last night that was told where it was killed:

    pytest -n 0 -s -m soak tests/explain/test_nights.py
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.explain.facts import explain
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.records.databases import quoted
from evenhand.settings import PROJECT
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import UNTIL, Plan
from first_nights import ACCEPTED
from made_once import DECIDED_BY, digest, kept_folder
from night.directly import decide, environment
from night.told import receivers

CREATORS = 2000
# Nights that land before the first that is decided.
BEFORE = 5


@dataclass(frozen=True)
class Marketplace:
    """A home with nights that are released and told.

    Attributes:
        outbox: the id of every notice that the messenger was given, and its text.
    """

    home: Path
    nights: tuple[date, ...]
    outbox: tuple[tuple[str, str], ...]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((60, 2), id="60-creators"),
        pytest.param((CREATORS, 90), id="2000-creators", marks=pytest.mark.soak),
    ],
)
def marketplace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marketplace]:
    creators, nights = request.param
    is_short = creators < CREATORS
    home = tmp_path_factory.mktemp("nights") / "home" if is_short else _kept_home(nights)
    days = tuple(UNTIL - timedelta(days=back) for back in reversed(range(nights)))
    plan = Plan(CREATORS, nights + BEFORE, seed=3)
    if not (home / "simulated").exists():
        shutil.rmtree(home, ignore_errors=True)
        simulate(plan, home / "landing", lambda made: None)
        if is_short:
            _keep(home / "landing", creators, days[0])
        (home / "simulated").touch()
    with environment({**ACCEPTED, "EVENHAND_HOME": str(home), "COLUMNS": "300"}), receivers(home) as told:
        for number, night in enumerate(days, 1):
            told_already = home / f"told {night}"
            if not told_already.exists():
                decide(home, str(night))
                told.bring(str(night))
                told_already.touch()
            print(f"{night}: {number} of {nights} nights are decided and told")
        yield Marketplace(home, days, tuple(told.sandbox.notices()))


def _kept_home(nights: int) -> Path:
    """The home of the long form, of the code as it is: what other code decided and told is removed."""
    below = kept_folder()
    name = f"nights-{CREATORS}-{nights}"
    there = below / f"{name}-{digest(*DECIDED_BY, str(Path(__file__).relative_to(PROJECT)))}"
    for former in below.glob(f"{name}-*"):
        if former != there:
            shutil.rmtree(former)
    return there / "home"


def _keep(landing: Path, creators: int, since: date) -> None:
    """Leave so many creators in what has landed, those of whom most violations land since a night."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table kept as select account_id from read_parquet(?, hive_partitioning = true)"
            " group by account_id order by count(*) filter (night >= ?) desc, count(*) desc, account_id limit ?",
            [str(landing / "violations" / "*" / "*" / "*.parquet"), since, creators],
        )
        for path in sorted(landing.glob("*/*/*/*.parquet")):
            file = str(path)
            connection.execute(
                "create or replace table landed as from read_parquet(?, hive_partitioning = false)", [file]
            )
            connection.execute("delete from landed where account_id not in (from kept)")
            connection.execute(f"copy landed to {quoted(path)} (format parquet)")


@pytest.mark.timeout(6 * 3600)
def test_every_notice_in_the_outbox_is_in_its_creators_explanation(marketplace: Marketplace) -> None:
    releases = marketplace.home / "releases"
    with duckdb.connect() as connection:
        released = {
            notice: (account, market, subject)
            for notice, account, market, subject in connection.execute(
                "select distinct notice_id, account_id, market, subject"
                " from read_parquet(?, hive_partitioning = false)",
                [str(releases / "revisions" / "*" / "*" / "notices.parquet")],
            ).fetchall()
        }
    outbox: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for notice, body in marketplace.outbox:
        account, _, subject = released[notice]
        outbox[account][subject, body] += 1
    assert len(marketplace.outbox) >= 2 * len(marketplace.nights)
    names = Names(Labels(load_catalogs(PROJECT / "translations")))
    for audience in ("managers", "support"):
        for account, said in outbox.items():
            found = explain(
                releases, marketplace.home / "receipts.sqlite", marketplace.nights[-1], account, names, audience
            )
            assert Counter((each.subject, each.body) for each in found.told) == said, account


def test_what_the_terminal_says_of_an_account_has_no_key_in_it(marketplace: Marketplace) -> None:
    night = marketplace.nights[-1]
    with duckdb.connect() as connection:
        profiles = str(marketplace.home / "releases" / f"night={night}" / "account_profiles.parquet")
        accounts = connection.execute("select account_id from read_parquet(?) order by 1", [profiles]).fetchall()
    for number, (account,) in enumerate(accounts[:60]):
        for language in ("en", "id")[: 1 + (number < 10)]:
            result = CliRunner().invoke(app, ["explain", account, "--no-restore", "--lang", language])
            assert result.exit_code == 0, result.output
            assert [line for line in result.output.splitlines() if "_" in line] == []
