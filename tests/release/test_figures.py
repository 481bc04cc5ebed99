"""Operational metrics on the terminal: labels, units, and what is too few to say anything."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from evenhand.release.figures import figures, figures_of
from evenhand.settings import PROJECT


@pytest.fixture
def release(tmp_path: Path) -> Path:
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select metric, market, '' as slice, figure::decimal(18, 6) as figure, sample::decimal(18, 2) as sample,
                    is_enough,
                    case metric when 'grant_rate' then 0.1::decimal(18, 6) end as interval_low,
                    case metric when 'grant_rate' then 0.15::decimal(18, 6) end as interval_high, '' as slice_value
                from (values
                    ('grant_rate', 'all', 0.123456, 400, true),
                    ('grant_rate', 'ID', 0, 12, false),
                    ('median_days_to_decision', 'all', 1, 90, true),
                    ('median_days_to_notice', 'all', 2.5, 90, true),
                    ('violations_per_thousand_contents', 'all', 1234.5, 5000, true),
                    ('viewers_per_live', 'all', 12.345678, 5000, true),
                    ('live_conversion', 'all', 0.002345, 5000, true),
                    ('of_an_earlier_version', 'all', 0.5, 1, true)
                ) as found (metric, market, figure, sample, is_enough)
            ) to '{tmp_path / "operational_metrics.parquet"}' (format parquet)"""
        )
    return tmp_path


def test_each_has_its_label_its_unit_and_no_more_digits_than_say_something(release: Path) -> None:
    found = [(each.label, each.text) for each in figures(release, PROJECT / "dbt_project")]
    assert found == [
        ("Violations per thousand contents", "1,234"),
        ("Days to decision", "1 day"),
        ("Days to notice", "2.5 days"),
        ("Grant rate", "12.3 %"),
        ("Viewers per live", "12.3"),
        ("Conversion of lives", "0.0023"),
        ("of_an_earlier_version", "0.5"),
    ]


def test_of_a_market_with_too_few_it_says_how_many_are_needed(release: Path) -> None:
    (found,) = figures(release, PROJECT / "dbt_project", "ID")
    assert (found.label, found.market, found.text) == ("Grant rate", "ID", "too few to say (12 of 30 needed)")


def test_an_estimate_has_its_interval_where_there_is_enough_to_say(release: Path) -> None:
    project = PROJECT / "dbt_project"
    of_all, of_market = figures_of(release, project, "grant_rate")
    assert (of_all.market, of_all.interval) == ("all", "10.0 % to 15.0 %")
    assert (of_market.market, of_market.interval) == ("ID", "")
    assert figures_of(release, project, "viewers_per_live")[0].interval == ""
