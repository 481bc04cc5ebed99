"""What is written from what defines it is as it would be written now."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from evenhand.reference import contracts, currencies, feeds, labels, metrics, release, rules

CREATOR: dict[str, str | None] = {
    "account_id": "a1",
    "market": "ID",
    "language": "id",
    "onboarded_on": "2026-01-01",
}
VIOLATION: dict[str, str | None] = {
    "violation_id": "v1",
    "account_id": "a1",
    "violation_type": "fraud",
    "decided_on": "2026-03-01",
}
METRIC: dict[str, str | None] = {
    "measurement_id": "m1",
    "account_id": "a1",
    "metric": "late_orders",
    "on_day": "2026-03-01",
}
APPEAL: dict[str, str | None] = {
    "appeal_id": "p1",
    "violation_id": "v1",
    "account_id": "a1",
    "filed_on": "2026-03-01",
}


def test_the_feeds_page_and_dbts_sources_of_feeds_say_what_the_contracts_say() -> None:
    assert feeds.PATH.read_text(encoding="utf-8") == feeds.render()
    assert feeds.SOURCES.read_text(encoding="utf-8") == feeds.render_sources()


def test_dbts_sources_of_rules_say_what_the_tables_say() -> None:
    assert rules.PATH.read_text(encoding="utf-8") == rules.render()


def test_what_explanations_call_measures_and_programmes_is_what_the_catalogue_does() -> None:
    assert labels.PATH.read_text(encoding="utf-8") == labels.render()


def test_what_dbt_takes_for_a_markets_currency_is_what_pages_do() -> None:
    assert currencies.PATH.read_text(encoding="utf-8") == currencies.render()


def test_the_page_of_metrics_says_what_they_are_defined_as() -> None:
    assert metrics.PATH.read_text(encoding="utf-8") == metrics.render()


def test_the_page_of_a_release_says_what_marts_and_gates_leave() -> None:
    assert release.PATH.read_text(encoding="utf-8") == release.render()


def test_the_contracts_in_standard_formats_say_what_the_contracts_say() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in contracts.FOLDER.iterdir()}
    assert there == contracts.render()


@pytest.mark.parametrize(
    ("feed", "row", "is_valid"),
    [
        ("violations", {"violation_id": "v1", "account_id": "a1", "violation_type": "fraud", "status": "open"}, True),
        # A case that isn't open has its day.
        ("violations", {"violation_id": "v1", "account_id": "a1", "violation_type": "fraud"}, False),
        ("violations", {"violation_id": "v1", "account_id": "", "violation_type": "fraud", "status": "open"}, False),
        (
            "violations",
            {"violation_id": "v1", "account_id": "a1", "violation_type": "fraud", "points": "-1.5.0"},
            False,
        ),
        # A column more is left out and named, and its rows count.
        ("violations", {**VIOLATION, "x": "1"}, True),
        ("violations", {**VIOLATION, "points": "1.5"}, True),
        ("violations", {**VIOLATION, "points": "-1"}, False),
        ("violations", {**VIOLATION, "points": "1e3"}, False),
        ("violations", {**VIOLATION, "violation_id": "1.23457E+15"}, False),
        ("violations", {**VIOLATION, "account_id": "a1 "}, False),
        ("violations", {**VIOLATION, "violation_id": "-1.23457E+15"}, False),
        ("violations", {**VIOLATION, "account_id": "a\u200b1"}, False),
        ("violations", {**VIOLATION, "account_id": "\u2060a1"}, False),
        ("violations", {**VIOLATION, "account_id": "a\ufe0f1"}, False),
        ("violations", {**VIOLATION, "updated_at": "2026-03-01T09:30:00+07:00"}, True),
        ("violations", {**VIOLATION, "updated_at": "26-03-01T09:30:00Z"}, False),
        ("violations", {**VIOLATION, "updated_at": "1970-01-01T00:00:00Z"}, False),
        ("violations", {**VIOLATION, "updated_at": "2026-03-01T09:30:00+25:00"}, False),
        ("violations", {**VIOLATION, "decided_on": "1999-12-31"}, False),
        ("metrics", {**METRIC, "value": "-1.5"}, True),
        ("metrics", {**METRIC, "value": None}, True),
        ("metrics", {**METRIC, "value": "1.2E+5"}, False),
        ("creators", {**CREATOR, "kind": "creator"}, True),
        ("creators", {**CREATOR, "kind": "a person"}, False),
        ("creators", {**CREATOR, "kind": "creator", "onboarded_on": "5 March"}, False),
        ("appeals", {**APPEAL, "outcome": "pending"}, True),
        # A decision has a day, unless there is none yet.
        ("appeals", {**APPEAL, "outcome": "granted"}, False),
        ("appeals", {**APPEAL, "outcome": "granted", "decided_on": "2026-03-06"}, True),
    ],
)
def test_a_json_schema_takes_the_rows_that_gate_1_takes(feed: str, row: dict[str, str | None], is_valid: bool) -> None:
    schema = json.loads((contracts.FOLDER / f"{feed}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(row) == is_valid
