"""Which of several penalties on a scope an account feels: asked of what is released, some of which may be kept.

A list that is held, a row that is held back and a night that is reversed keep rows of an earlier release beside
tonight's. So it is worked out from the rows themselves, as strict as tonight's packs and order of measures have them.
Of tonight's rows alone `int_measures_in_force` says it, in the same order (`tests/release/test_prevailing.py`).
"""

from __future__ import annotations

from datetime import date

from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def with_what_prevails(penalties: Sql, night: date) -> Sql:
    """The SQL of penalties with the column `prevails`: true for one of each account and scope.

    That is the strictest; of equal ones the one that ends last, then the one that began first, then by the
    programme's name.

    Args:
        penalties: SQL for the rows.
    """
    return _SQL("with_what_prevails", rows=penalties, night=quoted(night))
