"""Operational metrics on the terminal: labels, units, and what is too few to say anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from evenhand.policy.targets import Target
from evenhand.release.figures import Figure, counted_in, figures, figures_of, with_unit
from evenhand.release.targets import state_of
from evenhand.settings import PROJECT


@pytest.fixture
def release(tmp_path: Path) -> Path:
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select metric, market, '' as slice, figure::decimal(18, 6) as figure, sample::decimal(18, 2) as sample,
                    is_enough,
                    case metric when 'grant_rate' then 0.1::decimal(18, 6) end as interval_low,
                    case metric when 'grant_rate' then 0.15::decimal(18, 6) end as interval_high, '' as slice_value,
                    unit, out_of::decimal(18, 2) as out_of
                from (values
                    ('grant_rate', 'all', 0.123456, 400, true, 'share', null),
                    ('grant_rate', 'ID', 0, 12, false, 'share', null),
                    ('restored_with_an_appeal', 'ID', 0, 0, false, 'count', null),
                    ('median_time_to_decision', 'all', 1, 90, true, 'hours', 120),
                    ('median_time_to_notice', 'all', 2.5, 90, true, 'days', 90),
                    ('violations_per_thousand_contents', 'all', 1234.5, 5000, true, 'per thousand contents', null),
                    ('viewers_per_live', 'all', 12.345678, 5000, true, 'number', null),
                    ('live_conversion', 'all', 0.002345, 5000, true, 'share', null),
                    ('share_of_lives_interrupted', 'all', 0.0004, 5000, true, 'share', null),
                    ('of_an_earlier_version', 'all', 0.5, 1, true, null, null)
                ) as found (metric, market, figure, sample, is_enough, unit, out_of)
            ) to '{tmp_path / "operational_metrics.parquet"}' (format parquet)"""
        )
    return tmp_path


def test_each_has_its_label_its_unit_and_no_more_digits_than_say_something(release: Path) -> None:
    found = [(each.label, each.text) for each in figures(release, PROJECT / "dbt_project")]
    assert found == [
        ("Violations per thousand contents", "1,234"),
        ("Time to decision", "1 hour (of 90 of 120)"),
        ("Time to notice", "2.5 days"),
        ("Grant rate", "12.3 %"),
        ("Viewers per live", "12.3"),
        ("Conversion of lives", "0.2 %"),
        ("Lives interrupted", "0.04 %"),
        ("Of an earlier version", "0.5"),
    ]


@pytest.mark.parametrize(
    ("market", "figure", "unit", "said"),
    [
        ("ID", "1234567.5", "money", "IDR1,234,567.50"),
        ("US", "12.5", "money per reward", "$12.50"),
        ("world", "1234.5", "money", "1,234.50"),
    ],
)
def test_money_is_in_the_currency_of_its_market_where_that_is_a_country(
    market: str, figure: str, unit: str, said: str
) -> None:
    assert Figure("m", "M", market, figure, True, unit=unit).text == said
    assert with_unit(Decimal(figure), unit, market) == said


def test_of_a_market_with_too_few_it_says_how_many_are_needed(release: Path) -> None:
    found = figures(release, PROJECT / "dbt_project", "ID")
    assert [(each.label, each.market, each.text) for each in found] == [
        ("Grant rate", "ID", "too few to say (12 of 30 needed)"),
        # That there was none is no matter of how many there were, also where an earlier version took it for one.
        ("Restored with an appeal", "ID", "0"),
    ]
    few = Target(metric="restored_with_an_appeal", market="ID", at_most=Decimal(3), effective_from=date(2026, 1, 1))
    assert [state_of(few, each) for each in found] == ["too few to say", "met"]


def test_a_release_of_an_earlier_version_told_times_in_days(release: Path) -> None:
    path, before = release / "operational_metrics.parquet", release / "before.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * exclude (unit, out_of) from '{path}') to '{before}'")
        renamed = "select * replace (replace(metric, 'median_time', 'median_days') as metric)"
        connection.execute(f"copy ({renamed} from '{before}') to '{path}'")
    found = {each.metric: each.text for each in figures(release, PROJECT / "dbt_project")}
    assert found["median_days_to_notice"] == "2.5 days"
    assert found["grant_rate"] == "12.3 %"


def test_an_estimate_has_its_interval_where_there_is_enough_to_say(release: Path) -> None:
    project = PROJECT / "dbt_project"
    of_all, of_market = figures_of(release, project, "grant_rate")
    assert (of_all.market, of_all.interval) == ("all", "10.0 % to 15.0 %")
    assert (of_market.market, of_market.interval) == ("ID", "")
    assert figures_of(release, project, "viewers_per_live")[0].interval == ""


@pytest.mark.parametrize(
    ("unit", "other", "figure", "text", "interval"),
    [
        ("days", "hours", "48", "48 hours (of 90 of 120)", "24 hours to 72 hours"),
        ("hours", "days", "0.08333333333333333333333333333", "0.083 days (of 90 of 120)", "0.042 days to 0.12 days"),
        ("days", "days", "2", "2 days (of 90 of 120)", "1 day to 3 days"),
        ("share", "hours", "2", "200.0 % (of 90 of 120)", "100.0 % to 300.0 %"),
        ("hours", "share", "2", "2 hours (of 90 of 120)", "1 hour to 3 hours"),
    ],
)
def test_a_time_is_counted_in_the_unit_of_another_night_and_nothing_else_is(
    unit: str, other: str, figure: str, text: str, interval: str
) -> None:
    two = Figure("m", "M", "all", "2", True, Decimal(1), Decimal(3), unit=unit, sample=Decimal(90), out_of=Decimal(120))
    found = counted_in(two, other)
    assert (found.figure, found.text, found.interval) == (figure, text, interval)
    assert counted_in(replace(two, figure=None, low=None, high=None), other).text == "none (of 90 of 120)"
