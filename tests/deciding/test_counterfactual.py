"""What lies in the scratch in which it is asked what lists would be."""

from __future__ import annotations

from pathlib import Path

import duckdb

from evenhand.deciding.counterfactual import what_if
from evenhand.policy.load import load_packs
from policy.packs import write


def test_rules_of_an_earlier_version_of_a_held_market_make_way_for_those_of_today(tmp_path: Path) -> None:
    """The first night after an upgrade on which a market was held stopped all: its limits had a column less."""
    (tmp_path / "packs").mkdir()
    write(tmp_path / "packs")
    packs = load_packs(tmp_path / "packs")
    (market,) = packs[0].pack.markets
    release, warehouse = tmp_path / "release", tmp_path / "warehouse.duckdb"
    release.mkdir()
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema held")
        connection.execute(f"create table held.markets as select '{market}' as market")
        limits = "market varchar, effective_from date, effective_until date, usual_spreads decimal(18, 2)"
        connection.execute(
            f"copy (select 'limits' as rules, '{limits}' as columns, ['{market}', '2026-01-01', null, '4'] as fields)"
            f" to '{release}/rules.parquet' (format parquet)"
        )

    with what_if(warehouse, tmp_path / "scratch.duckdb") as asked:
        asked.lay_rules_of(release)
        earlier = asked.execute("select count(*) from policy.limits")
        asked.lay_packs(packs, {})
        asked.lay_packs(packs, {})

        assert earlier == [(1,)]
        # What people need to impose and lift measures themselves stays; nothing else of it does.
        assert asked.execute("select count(*) from policy.limits") == [(len(packs),)]
        assert asked.execute("select count(*) from policy.zones") == [(0,)]
