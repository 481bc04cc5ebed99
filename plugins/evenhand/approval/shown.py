"""What a person is shown of a held list: counts, causes, the largest groups, and twenty accounts with their reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from evenhand.quality.held_lists import HeldList, first_wave_of
from evenhand.records.markdown import plain

GROUPS = 10
SAMPLE = 20


def subject(held: HeldList, night: date) -> str:
    """One line for a held list."""
    return f"{held.list} of {held.market}, night {night}: {held.changes:,} rows are held"


def body(connection: duckdb.DuckDBPyConnection, held: HeldList, night: date) -> str:
    """The page for a held list of a night, in Markdown."""
    ((kept_rows, proposed),) = connection.execute(
        # What has ended meanwhile isn't kept: nobody is penalised for longer because somebody has to look.
        f"select (select count(*) from released.last_{held.list}"
        " where market = $2 and (ends_on is null or ends_on >= $3)),"
        " (select coalesce(sum(rows), 0) from gate.list_sizes where list = $1 and market = $2)",
        [held.list, held.market, night],
    ).fetchall()
    kept = f"The market keeps what was released on {held.since}" if held.since else "Nothing of it was released before"
    changed_by = (
        f" Changed by: {', '.join(map(plain, held.changed_by)) or 'nobody is named'}." if held.by_policy else ""
    )
    return "\n\n".join(
        [
            f"{kept}, less what has ended: **{kept_rows:,}** rows; tonight there would be **{proposed:,}**.{changed_by}"
            if held.since
            else f"{kept}; tonight there would be **{proposed:,}** rows.{changed_by}",
            "### Why it is held",
            "\n".join(f"- {plain(each)}" for each in held.why),
            "### What would change, and why",
            _table(
                connection,
                ("cause", "added", "removed", "changed"),
                "select cause, count(*) filter (change = 'added'), count(*) filter (change = 'removed'),"
                " count(*) filter (change = 'changed') from gate.changes where list = ? and market = ?"
                " group by cause order by count(*) desc, cause",
                held,
            ),
            "### The largest groups",
            _table(
                connection,
                ("programme", "measure", "change", "cause", "rows"),
                "select programme, measure, change, cause, count(*) from gate.changes where list = ? and market = ?"
                f" group by all order by count(*) desc, programme, measure, change, cause limit {GROUPS}",
                held,
            ),
            f"### {SAMPLE} accounts",
            f"A first wave would be {first_wave_of(held.changes)} of them, from the top.",
            _table(
                connection,
                ("account", "measure", "change", "cause", "reason"),
                f"""
                select account_id, measure || ' on ' || scope, change, cause, explanation
                from gate.changes left join (
                    select reason_id, explanation from main.reasons
                    union select reason_id, explanation from released.last_reasons
                ) as reasons using (reason_id)
                where list = ? and market = ?
                qualify row_number() over (partition by row_key order by explanation) = 1
                order by md5(row_key), row_key limit {SAMPLE}
                """,
                held,
            ),
        ]
    )


def _table(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...], query: str, held: HeldList) -> str:
    rows = connection.execute(query, [held.list, held.market]).fetchall()
    lines = [_line(columns), "| --- " * len(columns) + "|", *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Any) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: Any) -> str:
    """What stands in a cell: it can't end it or its line, and is no Markdown of its own."""
    return "" if cell is None else plain(cell)
