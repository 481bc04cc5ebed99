"""All appeals against a violation are told, in the order in which they were filed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.explain.account_rows import AccountRows
from evenhand.explain.explanation import Appeal
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.explain.violations import violations_of
from evenhand.notices.catalogs import load_catalogs
from evenhand.settings import PROJECT

NIGHT = date(2026, 3, 6)
VIOLATION = """
    select 'a' as account_id, 'v' as violation_id, 'fraud' as violation_type, null as severity, null as kind,
    null as title, null as subject, null::date as posted_on, null as detected_by, null::date as detected_on,
    date '2026-02-28' as decided_on, 'p2' as appeal_id, date '2026-03-02' as appeal_filed_on,
    'denied' as appeal_outcome, date '2026-03-04' as appeal_decided_on, 'none' as appeal, null::date as appeal_until
"""
# As a release has them: not in their order.
APPEALS = """
    from (values ('a', 'p3', 'v', date '2026-03-03', 'pending', null, true),
    ('a', 'p1', 'v', date '2026-03-01', 'denied', date '2026-03-03', false),
    ('b', 'p9', 'w', date '2026-03-01', 'denied', date '2026-03-03', false))
    as t (account_id, appeal_id, violation_id, filed_on, outcome, decided_on, is_out_of_court)
"""


@pytest.mark.parametrize(
    ("appeals", "told"),
    [
        (
            APPEALS,
            (
                Appeal("p1", date(2026, 3, 1), "denied", date(2026, 3, 3)),
                Appeal("p3", date(2026, 3, 3), "pending", None, is_out_of_court=True),
            ),
        ),
        # A release of an earlier version has the one that says how it stands.
        ("", (Appeal("p2", date(2026, 3, 2), "denied", date(2026, 3, 4)),)),
    ],
)
def test_each_is_told(tmp_path: Path, appeals: str, told: tuple[Appeal, ...]) -> None:
    names = Names(Labels(load_catalogs(PROJECT / "translations"), "en"))
    with duckdb.connect() as connection:
        for name, query in {"account_violations": VIOLATION, "account_appeals": appeals}.items():
            if query:
                connection.execute(f"copy ({query}) to '{tmp_path / f'{name}.parquet'}'")
        (violation,) = violations_of(AccountRows(connection, tmp_path, NIGHT, "a"), names, "managers", tmp_path)
    assert violation.appeals == told
