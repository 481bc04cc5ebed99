"""Whatever the expectations of both gates say to people is known to who tells it in another language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.reports.gate_sentences import GATES
from evenhand.reports.rules import RULES
from reports.understood import TOLD, who_reads

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

NIGHT = date(2026, 3, 6)
# What gate 2 looks at, each with rows that are unusual in a way of their own.
UNUSUAL = """
create table limits as select 'ID' as market, 3.0 as usual_spreads, 0.1 as share_changed, 0.1 as same_event_twice;
create table preapproved_moves (list varchar, market varchar, programme varchar, measure varchar, rows integer);
create table preapproved as from (values ('ID', 'code', 2)) as _ (market, cause, at_most);
create table changed_by_code as from (values ('penalties', 'ID', 'a')) as _ (list, market, row_key);
create table list_sizes as from (values
    ('penalties', 'ID', 'strikes', 'warning', 900, 100, 100, 0),
    ('rewards', 'ID', 'sales', 'lower_fee', 0, 90, 90, 0)
) as _ (list, market, programme, measure, rows, released, left_by_time, by_emergency);
create table counts as from (values
    ('penalties', 'added', 'ID', '', '', 30, 1, 8.25),
    ('penalties', 'removed', 'ID', 'strikes', 'warning', 1, 30, -8.0),
    ('feed', 'orders that landed', 'ID', '', '', 0, 9, -7.5),
    ('feed', 'user_reports that were withdrawn', 'ID', '', '', 9, 0, 7.5)
) as _ (kind, what, market, programme, measure, number, expected, z_score);
create table trends as from (values
    ('penalties', 'changed', 'ID', '', '', 1, 30, 1, 8.25, false),
    ('penalties', 'added', 'ID', 'strikes', 'warning', 7, 30, 1, 8.25, false),
    ('rewards', 'added', 'ID', 'sales', 'lower_fee', 7, 30, 1, 8.25, true)
) as _ (list, what, market, programme, measure, nights, number, expected, z_score, is_drift);
alter table trends add column most_spreads double default 3;
create table shares as from (values
    ('orders', 'ID', 'status', 'paid: "all"', 90, 200, 28, 0.005, 0.0, null, null),
    ('violations', 'ID', 'violation_type', 'fraud', 90, 200, 28, 0.2, 0.3, 0.1, null),
    ('appeals', 'ID', 'outcome', 'denied', 1, 200, 28, 0.999, null, 0.98, null),
    ('contents', 'ID', 'form of title', 'a word', 1, 200, 28, 0.5, null, 0.0, null),
    ('qa_reviews', 'ID', 'reviewer_id', 'anna', 90, 200, 28, 0.2, null, null, 7)
) as _ (feed, market, measure, bin, number, of_rows, nights, expected_share, highest, lowest, persons);
alter table shares add column z_score double default 9;
alter table shares add column numbers integer default 28;
alter table shares add column is_together boolean default false;
create table twins as select 'ID' as market, 3 as twins, 9 as violations;
create table late_money as from (values
    ('a.csv', 12.5, 'ID', 'sales'), ('b.csv', 2, 'TH', 'sales'), ('b.csv', 2, 'TH', 'sales')
) as _ (landed_file, taken, market, programme);
create table changes as from (values
    ('penalties', 'ID', 'a', 'policy', null), ('penalties', 'ID', 'b', 'policy', null),
    ('rewards', 'ID', 'c', 'text', 'policy'),
    ('rewards', 'ID', 'd', 'code', null), ('rewards', 'ID', 'e', 'code', null), ('rewards', 'ID', 'f', 'code', null),
    ('penalties', 'TH', 'g', 'code', null)
) as _ (list, market, row_key, cause, text_of);
"""


def _meta(expectation: Expectation) -> Mapping[str, str]:
    """What it says to people."""
    assert expectation.meta
    return expectation.meta


def test_what_gate_2_finds_unusual_is_understood_to_the_last_word() -> None:
    from expectations import changes

    suites = {
        "changes": changes.changes_suite(),
        "list_sizes": changes.sizes_suite(),
        "counts": changes.counts_suite(),
        "trends": changes.trends_suite(),
        "shares": changes.shares_suite(),
        "twins": changes.twins_suite(),
        "late_money": changes.late_money_suite(),
    }
    reads = who_reads()
    with duckdb.connect() as connection:
        connection.execute("create schema gate; use gate")
        connection.execute(UNUSUAL)
        for table, suite in suites.items():
            for each in suite:
                rule = _meta(each)["rule"]
                assert rule in RULES
                query = str(each.configuration.kwargs["unexpected_rows_query"]).replace("{batch}", f"gate.{table}")
                found = connection.execute(f"select found from ({query})").fetchall()
                assert found, rule
                for (said,) in found:
                    assert GATES.told("why", f"{said}; this breaks the rule: {rule}", reads) is not None, said


def test_what_is_to_be_done_about_rows_that_break_a_rule_is_known() -> None:
    from expectations import feeds, lists

    suites = [
        feeds.reading_suite(),
        *(feeds.row_suite(each) for each in FEEDS),
        lists.penalties_suite(NIGHT), lists.rewards_suite(NIGHT), lists.reasons_suite(NIGHT),
        lists.standings_suite(NIGHT),
    ]  # fmt: skip
    reads = who_reads()
    # That a table has other columns is about no row: it stops the night.
    of_no_row = "columns are those that receivers know"
    of_rows = [meta for suite in suites for meta in map(_meta, suite) if meta["rule"] != of_no_row]
    assert {each["remedy"] for each in of_rows if GATES.told("remedy", each["remedy"], reads) is None} == set()
    assert {each["rule"] for each in of_rows if not reads.rule(each["rule"]).startswith(TOLD)} == set()


def test_why_gate_1_leaves_a_market_undecided_is_known() -> None:
    from great_expectations.expectations.metadata_types import FailureSeverity

    from expectations import feeds

    # A warning holds nothing.
    holding = [
        _meta(each)["remedy"]
        for contract in FEEDS
        for each in feeds.arrivals_suite(contract, NIGHT)
        if each.severity is not FailureSeverity.WARNING
    ]
    known = GATES.of["undecided"]
    assert {each for each in holding if not any(text.endswith(each) for text in known)} == set()
