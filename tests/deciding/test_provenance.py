"""The rules that decided a release, laid as it had them or as the columns are called today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from evenhand.deciding.provenance import (
    DECIDED,
    keep_deciders,
    lay_rules_in_words_of_today,
    lay_rules_of,
    limits_of_words,
)
from evenhand.landing.contracts import FEEDS
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from made_once import shared_project
from policy.packs import changed, write

LAST_DAY = date(2026, 3, 31)


def released_before(folder: Path, limits: Sequence[tuple[str, str | None, str]]) -> Path:
    """A release of a version that compiled a pack's last day as it stands there: market, last day and limit."""
    columns = "market varchar, effective_from date, effective_until date, words_without_effect decimal(18, 2)"
    with duckdb.connect() as connection:
        connection.execute("create table rules (rules varchar, columns varchar, fields varchar[])")
        connection.execute("insert into rules values ('limits', ?, null)", [columns])
        for market, last, limit in limits:
            connection.execute(
                "insert into rules values ('limits', ?, ?)", [columns, [market, "2026-01-01", last, limit]]
            )
        connection.execute(f"copy rules to '{folder / 'rules.parquet'}' (format parquet)")
    return folder


def test_models_of_an_earlier_version_have_its_columns_and_code_of_today_the_first_day_after(tmp_path: Path) -> None:
    release = released_before(tmp_path, [("ID", str(LAST_DAY), "1"), ("TH", None, "2")])
    with duckdb.connect() as connection:
        lay_rules_of(release, connection)
        then = connection.execute("select market, effective_until from policy.limits order by market").fetchall()
        lay_rules_in_words_of_today(release, connection)
        now = connection.execute("select market, effective_before from policy.limits order by market").fetchall()
    assert then == [("ID", LAST_DAY), ("TH", None)]
    assert now == [("ID", date(2026, 4, 1)), ("TH", None)]


def test_rules_of_a_release_that_had_no_key_for_an_edition_get_it(tmp_path: Path) -> None:
    """A measure's end was of the pack that brought it, and is of the one that ends it: q, which goes on with p.

    Whom packs judge and whose place they take is there as well.
    """
    edition = "market varchar, effective_from date, effective_before date, pack varchar, version integer"
    tables: dict[str, tuple[str, list[list[str | None]]]] = {
        "packs": (edition, [["ID", "2026-01-01", "2026-03-01", "p", "1"], ["ID", "2026-03-01", None, "q", "1"]]),
        "stages": (f"{edition}, kind varchar", [["ID", "2026-03-01", None, "q", "1", "seller"]]),
        "zones": (f"{edition}, zone varchar", [["ID", "2026-03-01", None, "q", "1", "good"]]),
        "ends_running": (f"{edition}, measure varchar", [
            ["ID", "2026-03-01", None, name, "1", "ban"] for name in ("p", "q")
        ]),
        "measures_order": ("market varchar, measure varchar", [["ID", "ban"]]),
    }  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("create table rules (rules varchar, columns varchar, fields varchar[])")
        for table, (columns, rows) in tables.items():
            for row in rows:
                connection.execute("insert into rules values (?, ?, ?)", [table, columns, row])
        connection.execute(f"copy rules to '{tmp_path / 'rules.parquet'}' (format parquet)")

        lay_rules_in_words_of_today(tmp_path, connection)

        say = connection.execute
        assert say("select edition_id from policy.packs order by 1").fetchall() == [("ID/p/1",), ("ID/q/1",)]
        assert say("select edition_id, zone from policy.zones").fetchall() == [("ID/q/1", "good")]
        ends = say("select edition_id, former_pack, measure from policy.ends_running order by all").fetchall()
        assert ends == [("ID/q/1", "p", "ban"), ("ID/q/1", "q", "ban")]
        assert say("select edition_id, kind from policy.kinds_judged").fetchall() == [("ID/q/1", "seller")]
        continued = say("select edition_id, former_pack from policy.continued order by all").fetchall()
        assert continued == [("ID/p/1", "p"), ("ID/q/1", "q")]
        assert "edition_id" not in [name for name, *_ in say("describe policy.measures_order").fetchall()]


@pytest.mark.parametrize(("night", "found"), [(LAST_DAY, {"ID", "TH"}), (date(2026, 4, 1), {"TH"})])
def test_limits_of_an_earlier_version_s_release_hold_on_their_last_day_and_not_after_it(
    tmp_path: Path, night: date, found: set[str]
) -> None:
    release = released_before(tmp_path, [("ID", str(LAST_DAY), "1"), ("TH", None, "2")])
    limits = limits_of_words(release, night)
    assert set(limits) == found
    assert limits["TH"] == Decimal(2)


def test_the_rules_of_a_release_of_today_are_the_same_both_ways(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    write(packs, changed(("effective_from: 2026-01-01", f"effective_from: 2026-01-01\neffective_until: {LAST_DAY}")))
    warehouse = tmp_path / "warehouse.duckdb"
    compile_packs(load_packs(packs), warehouse)
    keep_deciders(warehouse, shared_project(), packs)
    with duckdb.connect(str(warehouse)) as connection:
        compiled = connection.execute("select distinct effective_before from policy.packs").fetchall()
        connection.execute(f"copy deciders.rules to '{tmp_path / 'rules.parquet'}' (format parquet)")
    assert compiled == [(date(2026, 4, 1),)]
    for lay in (lay_rules_of, lay_rules_in_words_of_today):
        with duckdb.connect() as connection:
            lay(tmp_path, connection)
            assert connection.execute("select distinct effective_before from policy.packs").fetchall() == compiled


def test_no_model_that_decides_reads_a_feed_that_only_tells() -> None:
    deciding = "".join(model.sql for model in shared_project().models(leading_to=DECIDED))
    read = {contract.feed for contract in FEEDS if f'"accepted"."{contract.feed}"' in deciding}
    assert read
    assert not read & {contract.feed for contract in FEEDS if contract.tells}
