"""A market on which the models fail is held, and the others are decided as if it weren't there."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.deciding.build import ModelsFailed, build_models
from evenhand.deciding.isolate import decide_markets
from evenhand.deciding.project import CompiledModel, Node, Project
from evenhand.deciding.set_aside import set_rules_aside
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import FEEDS
from evenhand.landing.held_markets import HeldMarket, held_markets, hold_markets
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs, pack_from
from evenhand.release.previous import create_released
from evenhand.settings import PROJECT
from made_once import shared_project
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Emergency, Event, History
from transform.test_late_facts import _LONG, _NONE
from transform.test_lifted import PACK, day, of_two

NIGHT = date(2026, 11, 5)
MARKETS = ("ID", "TH", "VN")


def project() -> Project:
    """The models that lead to standings: what else a night builds makes no difference here."""
    wanted = {model.name for model in shared_project().models(leading_to=("account_standings",))}
    return Project(
        tuple(
            replace(node, tests=tuple(test for test in node.tests if set(test.models) <= wanted))
            for node in shared_project().nodes
            if node.name in wanted
        )
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """An account in each of three markets, with a violation."""
    path = tmp_path / "warehouse.duckdb"
    packs = [loaded for loaded in load_packs(PROJECT / "policies") if set(loaded.pack.markets) <= set(MARKETS)]
    compile_packs(packs, path)
    with duckdb.connect(str(path)) as connection:
        create_accepted(connection)
        create_released(connection)
        for market in MARKETS:
            connection.execute(
                "insert into accepted.creators by name select date '2026-11-01' as landed_night, ? as account_id,"
                " ? as market, 'creator' as kind, 'en' as language, '2026-01-01' as onboarded_on",
                [f"a{market}", market],
            )
            connection.execute(
                "insert into accepted.violations by name select date '2026-11-01' as landed_night, ? as violation_id,"
                " ? as account_id, 'fraud' as violation_type, '2026-11-01' as decided_on",
                [f"v{market}", f"a{market}"],
            )
    return path


def failing_on(condition: str) -> Project:
    """The project with a model that fails where a row is so."""
    nodes = []
    for node in project().nodes:
        if node.name == "int_events":
            fails = f"case when {condition} then error('a number is too large') end"
            node = replace(
                node, model=replace(node.model, sql=f"select * from ({node.model.sql}) where {fails} is null")
            )
        nodes.append(node)
    return Project(tuple(nodes))


def of_markets(warehouse: Path, table: str) -> list[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(f"select distinct account_id from {table} order by all").fetchall()
    return [account for (account,) in found]


def test_a_market_on_which_the_models_fail_is_held_and_the_others_are_decided(warehouse: Path, tmp_path: Path) -> None:
    decide_markets(warehouse, failing_on("account_id = 'aTH'"), NIGHT, tmp_path / "models")

    (held,) = held_markets(warehouse)
    assert held.market == "TH"
    assert held.why.startswith("int_events")
    assert "a number is too large" in held.why
    assert of_markets(warehouse, "main.int_events") == ["aID", "aVN"]
    assert of_markets(warehouse, "held.accounts") == ["aTH"]

    # Built again once it is mended, all are there again.
    decide_markets(warehouse, project(), NIGHT, tmp_path / "models")

    assert held_markets(warehouse) == []
    assert of_markets(warehouse, "main.int_events") == ["aID", "aTH", "aVN"]
    with duckdb.connect(str(warehouse)) as connection:
        assert connection.execute("select count(*) from held.accounts").fetchall() == [(0,)]


def test_what_fails_on_every_market_is_a_fault_of_the_models(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelsFailed, match="int_events"):
        decide_markets(warehouse, failing_on("true or account_id is null"), NIGHT, tmp_path / "models")

    assert held_markets(warehouse) == []


def test_a_market_that_is_held_before_has_no_rules_and_others_come_out_as_ever(warehouse: Path, tmp_path: Path) -> None:
    def standings() -> list[tuple[object, ...]]:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return connection.execute(
                "from main.account_standings where account_id != 'aTH' and programme != 'emergency' order by all"
            ).fetchall()

    build_models(warehouse, project(), NIGHT, tmp_path / "models")
    before = standings()
    hold_markets(warehouse, "packs", [HeldMarket("TH", "found 'two'", "policies/th.yml", 3)])

    decide_markets(warehouse, project(), NIGHT, tmp_path / "models")

    assert standings() == before != []
    assert [str(each) for each in held_markets(warehouse)] == ["TH is held: policies/th.yml:3: found 'two'"]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from policy.programmes where market = 'TH'").fetchall() == [(0,)]
        assert connection.execute("select count(*) from policy.packs where market = 'TH'").fetchall() != [(0,)]


def test_what_is_imposed_in_a_held_market_is_by_the_pack_that_judges_the_account() -> None:
    """Two packs have the measure; the first by name is for sellers, and the account is a creator."""
    content = {key: value for key, value in PACK.items() if key in ("measures", "effective_from", "appeal_route")}
    content |= {"version": 1, "markets": ["h"], "programmes": {"score": {"unit": "point", "metric": "score"}}}
    packs = tuple(
        pack_from(deepcopy(content) | {"pack": name, "applies_to": [kind]})
        for name, kind in (("a", "seller"), ("b", "creator"))
    )
    imposed = Emergency("1", False, "penalties", "h", "no_post", "live", day("03-01"), day("03-05"))
    account = Account("h/a", (AccountRow(day("01-01"), "h"),), emergencies=(imposed,))
    engine = Engine(shared_project().models(leading_to=("penalties",)), [History("h", packs, (account,))])
    for held in ([], ["h"]):
        set_rules_aside(engine.connection, held)
        engine.run(day("03-02"))
        by = engine.connection.execute("select programme, edition_id from main.int_measure_periods").fetchall()
        assert by == [("emergency", "h/b/1")], held
    engine.close()


def test_a_market_of_which_what_was_believed_cant_be_decided_is_held_for_the_model_that_reads_it(
    tmp_path: Path,
) -> None:
    """Of accounts of both markets something landed late, which the copies of one of them fail on."""
    late = Event("v", day("03-01"), day("03-09"), violation="spam", withdrawn=True)
    histories = [
        of_two(name, sold_on="03-07", sold_by_another_on="03-08", effect=_LONG, granted=_NONE, events=[late])
        for name in ("lands", "sea")
    ]
    engine = Engine([], histories)
    engine.run(day("03-09"))
    create_released(engine.connection)
    for contract in FEEDS:
        engine.connection.execute(
            f"create table if not exists candidates.{contract.feed} as from accepted.{contract.feed}"
        )
    path = tmp_path / "warehouse.duckdb"
    engine.connection.execute(f"attach '{path}' as warehouse")
    engine.connection.execute("copy from database memory to warehouse")
    engine.close()
    fails = "case when account_id like 'sea/a~%' then error('a number is too large') end"
    says = (
        "select account_id, 'e' as edition_id, 'door' as eligibility, date '2026-01-01' as from_day,"
        " null::date as until_day, date '2026-01-01' as known_from, null::date as known_until, true as is_open"
        f' from "accepted"."creators" where {fails} is null'
    )
    project = Project(
        (
            _node("int_eligibility_periods", says),
            _node("int_bonus_claims", 'select * from "believed"."eligibility"'),
            _node("int_bonus_payments", 'select * from "main"."int_bonus_claims"', ["int_bonus_claims"]),
        )
    )

    with pytest.raises(ModelsFailed) as error:
        build_models(path, project, day("03-09"), tmp_path / "models", threads=1)
    said = "int_bonus_claims failed: what nights believed before something became known can't be decided: "
    assert str(error.value).startswith(said)
    assert "1 of 3 models failed, and 1 that read them were skipped" in str(error.value)
    assert of_markets(path, "main.int_eligibility_periods") == ["lands/a", "lands/b", "sea/a", "sea/b"]

    decide_markets(path, project, day("03-09"), tmp_path / "models", threads=1)

    (held,) = held_markets(path)
    assert held.market == "sea"
    assert held.why.startswith(said)
    assert of_markets(path, "main.int_bonus_payments") == ["lands/a"]


def _node(name: str, sql: str, parents: Sequence[str] = ()) -> Node:
    model = CompiledModel(name, "table", sql)
    return Node(model, f"models/{name}.sql", tells=False, parents=tuple(parents), contract=(), tests=())
