"""The simulated marketplace: what lands keeps to the contracts, is the same again, and holds what was planted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.landing.contracts import BY_NAME
from evenhand.landing.load import load
from evenhand.records.databases import quoted
from evenhand.simulation.marketplace import FEEDS, answer, plan_file_of, simulate, simulated
from evenhand.simulation.plan import MARKETS, Plan

PLAN = Plan(creators=5000, nights=30, until=date(2026, 10, 31), seed=3)


def _simulate(home: Path, plan: Plan = PLAN) -> bool:
    return simulate(plan, home / "landing", lambda made: None)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("simulated") / "o'brien 50 %"
    assert _simulate(home)
    return home


@pytest.fixture(scope="module")
def landed(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """All that landed, as it is loaded."""
    load(home / "landed.duckdb", home / "landing", PLAN.until)
    with duckdb.connect(str(home / "landed.duckdb"), read_only=True) as connection:
        connection.execute(f"create temp view truth as from {quoted(home / 'simulation_truth.parquet')}")
        yield connection


def _landed(home: Path, feed: str) -> str:
    """Every row that a simulation landed, with its night and market."""
    return f"from {quoted(home / 'landing' / feed / '*/*/*.parquet')} as landed"


def _rows(home: Path, feed: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"{_landed(home, feed)} order by all").fetchall()


def _hashed(home: Path, feed: str) -> tuple[object, ...]:
    """The columns of what landed, how many rows there are, and the sum of all their hashes."""
    with duckdb.connect() as connection:
        columns = connection.execute(f"describe {_landed(home, feed)}").fetchall()
        sums = f"select count(*), sum(cast(hash(landed) as hugeint)) {_landed(home, feed)}"
        return columns, connection.execute(sums).fetchall()


def test_eleven_feeds_land_in_eight_markets_and_all_of_it_loads(landed: duckdb.DuckDBPyConnection) -> None:
    assert len(FEEDS) == 11
    for feed in FEEDS:
        query = f"select count(distinct night), sum(rows) > 0 from landing.files where feed = '{feed}'"
        assert landed.execute(query).fetchone() == (30, True), feed
    markets = landed.execute("select distinct market from landing.creators order by market").fetchall()
    assert markets == [(name,) for name in sorted(market.name for market in MARKETS)]
    assert landed.execute("select count(distinct account_id) from landing.creators").fetchone() == (PLAN.creators,)


def test_the_same_plan_lands_the_same_rows_and_another_seed_others(home: Path, tmp_path: Path) -> None:
    assert not _simulate(home)
    assert simulated(home / "landing") == PLAN
    assert _simulate(tmp_path)
    assert all(_hashed(tmp_path, feed) == _hashed(home, feed) for feed in FEEDS)
    # How many there are is the same to another seed.
    violations = []
    for seed in (3, 4):
        assert _simulate(tmp_path, Plan(400, 30, PLAN.until, seed=seed))
        violations.append(_rows(tmp_path, "violations"))
    assert all(violations)
    assert violations[0] != violations[1]


def test_a_simulation_that_was_killed_begins_anew(tmp_path: Path) -> None:
    small = Plan(creators=50, nights=3, until=PLAN.until, seed=1)
    _simulate(tmp_path, small)
    complete = _rows(tmp_path, "contents")
    # What a kill leaves behind: the mark of a beginning, and feeds in part.
    plan_file_of(tmp_path / "landing").write_text("unfinished\n")
    (tmp_path / "landing" / "contents").rename(tmp_path / "lost")
    assert simulated(tmp_path / "landing") is None
    assert _simulate(tmp_path, small)
    assert _rows(tmp_path, "contents") == complete


def test_what_was_planted_can_be_found_in_what_landed(landed: duckdb.DuckDBPyConnection) -> None:
    newest = """
        (from landing.violations qualify row_number() over (partition by violation_id order by landed_night desc) = 1)
    """
    for what, condition in {
        "decided_not_enforced": "decided_on is not null and withdrawn is null and enforced_on is null",
        "detected_not_decided": "status = 'open' and enforced_on is null",
        "enforced_not_decided": "status = 'open' and enforced_on is not null",
    }.items():
        # Of the last nights, what is still to come looks as if it were never to.
        until = "detected_on < '2026-10-15'"
        found = landed.execute(
            f"select violation_id from {newest} where {condition} and {until} order by all"
        ).fetchall()
        planted = landed.execute(
            f"select truth.row_key from truth join {newest} as case_ on truth.row_key = case_.violation_id"
            f" where truth.what = '{what}' and {until} order by all"
        ).fetchall()
        assert planted, what
        assert found == planted, what
    without = landed.execute(
        "select distinct landed_night, split_part(account_id, '-', 1) from landing.orders where commission is null"
    ).fetchall()
    assert without == [(date(2026, 10, 22), "TH")]


def test_views_of_a_content_never_fall_and_those_before_its_removal_are_all_of_them(
    landed: duckdb.DuckDBPyConnection,
) -> None:
    seen, removed, fell, other = landed.execute(
        """
        select count(*), count(views_before_removal), count(*) filter (cast(views as bigint) < before),
            count(*) filter (views_before_removal <> views)
        from (
            select *, lag(cast(views as bigint)) over (partition by content_id order by landed_night) as before
            from landing.contents
        )
        """
    ).fetchone() or (0, 0, 0, 0)
    assert seen > removed > 100
    assert (fell, other) == (0, 0)


def test_second_reviewers_are_as_often_right_as_those_of_a_market_are(landed: duckdb.DuckDBPyConnection) -> None:
    """The first opinion is the truth. Of what is no violation, a second one falsely finds 3 %; within four errors."""
    second = """
        landing.qa_reviews as first
        inner join landing.qa_reviews as again on again.review_id = 'second-' || first.review_id
    """
    clean, wrong = landed.execute(
        f"select count(*), count(*) filter (again.is_violation = 'yes') from {second} where first.is_violation = 'no'"
    ).fetchone() or (0, 0)
    assert clean > 1_000
    assert wrong / clean == pytest.approx(0.03, abs=4 * (0.03 * 0.97 / clean) ** 0.5)
    assert landed.execute(
        f"select count(*) from {second} where again.inclusion_probability is distinct from first.inclusion_probability"
        " or again.violation_type is not null"
    ).fetchone() == (0,)


def test_no_feed_says_what_the_truth_is(home: Path) -> None:
    for feed in FEEDS:
        with duckdb.connect() as connection:
            described = connection.execute(
                f"describe from {quoted(home / 'landing' / feed / '*/*/*.parquet')}"
            ).fetchall()
        assert {name for name, *_ in described} - {"night", "source"} <= set(BY_NAME[feed].column_names)
    assert not list((home / "landing").rglob("*truth*"))


def test_reviewers_answer_each_item_once_as_well_as_those_of_their_market_can(home: Path, tmp_path: Path) -> None:
    """Of the breaches of VN three in four are seen, elsewhere 85 %; one item in twenty is never reviewed."""
    landing, night = home / "landing", PLAN.until
    file = landing / "qa_reviews" / f"night={night}" / "source=reviewers" / "answers.csv"
    with duckdb.connect() as connection:
        connection.execute(f"create view seen as from {quoted(home / 'simulation_reviewable.parquet')}")
        links = connection.execute("select link from seen where is_violation or hash(link) % 20 = 0").fetchall()
        items = {f"i{number}": link for number, (link,) in enumerate(sorted(links))}
        try:
            landed = answer({**items, "nothing": "", "gone": "https://marketplace.example/none"}, landing, night)
            before = file.read_bytes()
            # What has landed stays as it is.
            assert answer(items, landing, night) == 0
            assert file.read_bytes() == before
            connection.execute(f"create table answers as from read_csv({quoted(file)}, all_varchar = true)")
        finally:
            file.unlink(missing_ok=True)
        items_table = list(items.items())
        connection.execute("create table items (item_id varchar, link varchar)")
        connection.executemany("insert into items values (?, ?)", items_table)
        shares = dict(
            connection.execute(
                "select case when not seen.is_violation then 'clean' when market = 'VN' then 'VN' else 'others' end,"
                " avg(case when answers.is_violation = 'yes' then 1 else 0 end)"
                " from answers join items on draw_item_id = item_id join seen using (link) group by all"
            ).fetchall()
        )
    assert set(BY_NAME["qa_reviews"].column_names) >= set(before.decode().splitlines()[0].split(","))
    assert landed / len(items) == pytest.approx(0.95, abs=0.01)
    assert shares["clean"] == pytest.approx(0.03, abs=0.01)
    assert shares["VN"] == pytest.approx(0.75, abs=0.06)
    assert shares["others"] == pytest.approx(0.85, abs=0.04)


def test_what_nobody_simulated_nobody_answers(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    assert answer({"i1": "https://marketplace.example/c1"}, tmp_path / "landing", PLAN.until) == 0
    assert not list((tmp_path / "landing").iterdir())
