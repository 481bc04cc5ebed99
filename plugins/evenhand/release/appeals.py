"""The appeals that a release tells of: each by itself, or in releases of earlier versions one beside each violation."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

_VIOLATION = ("violation_id",)


def beside_violations(violations: str = "account_violations", of_both: Sequence[str] = _VIOLATION) -> Sql:
    """SQL of the one appeal of each violation: all that releases of earlier versions have.

    Args:
        violations: the table of them, or SQL in its place.
        of_both: what is wanted of columns that appeals and violations have both.
    """
    return _SQL("beside_violations", violations=violations, of_both=of_both)


def all_appeals(
    appeals: str = "account_appeals", violations: str = "account_violations", of_both: Sequence[str] = _VIOLATION
) -> Sql:
    """SQL of the appeals that stand by themselves, and of those that stand beside a violation alone.

    What stands by itself of a violation is all of its appeals; of a held market a release may have what one of an
    earlier version had.
    """
    beside = beside_violations(violations, of_both)
    return _SQL("all_appeals", appeals=appeals, beside_violations=beside, of_both=of_both)
