"""What reviewers said, each with what it stands for: of samples drawn elsewhere, and of items that nights drew."""

from __future__ import annotations

from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Those by which contents and decisions are judged: a first review, of what was drawn as one of them.
OF_UNITS = Sql("round = 1 and coalesce(stratum in ('contents', 'decisions', 'new_rules'), true)")
# What was drawn without a chance, or with more than certainty, stands for nobody knows what.
LIKELY = Sql("coalesce(probability > 0 and probability <= 1, true)")


def told() -> Sql:
    """SQL for what each review says of each unit."""
    return _SQL("told")
