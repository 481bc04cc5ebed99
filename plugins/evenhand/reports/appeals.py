"""Where the appeals of a night are: all of them, or in releases of earlier versions one beside each violation."""

from __future__ import annotations

from evenhand.records.sql_files import Sql
from evenhand.release.appeals import beside_violations
from evenhand.reports.facts import Facts

APPEALS = Sql("account_appeals")


def appeals_of(facts: Facts) -> Sql | None:
    """SQL of the appeals that the release tells of; None where it tells of none."""
    if facts.has("account_appeals"):
        return APPEALS
    if not facts.has("account_violations"):
        return None
    columns = {name for name, *_ in facts.connection.execute("describe account_violations").fetchall()}
    return (
        Sql(f"({beside_violations(of_both=('night', 'market', 'violation_type'))})") if "appeal_id" in columns else None
    )
