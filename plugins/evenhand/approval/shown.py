"""What a person is shown of a held list: counts, causes, the largest groups, other words, and twenty accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb

from evenhand.policy.load import MARKETPLACE
from evenhand.quality.held_lists import HeldList, first_wave_of
from evenhand.records.markdown import plain
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.held_names import held_called
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS
from evenhand.release.rows import TOLD
from evenhand.reports.language import Language

_SQL = SqlFile(__file__)

GROUPS = 10
SAMPLE = 20
# What waits beside lists, and in which file something is otherwise.
_OTHERWISE = {
    DELIVERIES: ("Nothing is sent to {}", "receivers.yml"),
    NOTICES: ("Nobody is told in {}", "the translation"),
    ITEMS: ("In {} as many items as before are drawn for review", MARKETPLACE),
}
# What stands in the columns of these names is said as pages say it, and not by its key.
_NAMED = {"programme", "measure", "change", "cause"}


def subject(held: HeldList, night: date) -> str:
    """One line for a held list."""
    what = f"{held_called(held.list, held.market)}, night {night}"
    if held.list in _OTHERWISE:
        return f"{what}: {'it is' if held.list == ITEMS else 'they are'} held"
    return f"{what}: {held.changes:,} rows are held"


def body(connection: duckdb.DuckDBPyConnection, held: HeldList, night: date, speaks: Language) -> str:
    """The page for a held list of a night, in Markdown.

    Args:
        speaks: English, with what keys are called in it.
    """
    if held.list in _OTHERWISE:
        by = ", ".join(map(plain, held.changed_by)) or "nobody is named"
        waits, file = _OTHERWISE[held.list]
        what = waits.format(plain(held.market))
        return "\n\n".join(
            [
                f"{what} before somebody else has approved this. Changed by: {by}.",
                f"### What is otherwise in {file}",
                "\n".join(f"- {plain(each)}" for each in held.why),
                *([_notices_tonight(connection, held.market)] if held.list == NOTICES else []),
            ]
        )
    of_it = {"list": held.list, "market": held.market}
    ((kept_rows, in_force, proposed),) = connection.execute(
        _SQL("sizes", last=f"released.last_{held.list}"), {**of_it, "night": night}
    ).fetchall()
    kept = f"The market keeps what was released on {held.since}" if held.since else "Nothing of it was released before"
    changed_by = (
        f" Changed by: {', '.join(map(plain, held.changed_by)) or 'nobody is named'}." if held.by_policy else ""
    )
    return "\n\n".join(
        [
            f"{kept}: {kept_rows:,} rows, of which **{in_force:,}** are in force tonight, after what has ended; the"
            f" list of tonight would have **{proposed:,}** rows.{changed_by}"
            if held.since
            else f"{kept}; tonight there would be **{proposed:,}** rows.{changed_by}",
            "### Why it is held",
            "\n".join(f"- {plain(speaks.worded(each))}" for each in held.why),
            "### What would change, and why",
            _table(
                connection,
                ("cause", "added", "removed", "changed"),
                _SQL("causes"),
                of_it,
                speaks,
            ),
            "### The largest groups",
            _table(
                connection,
                ("programme", "measure", "change", "cause", "rows"),
                _SQL("largest_groups"),
                {**of_it, "groups": GROUPS},
                speaks,
            ),
            *_other_words(connection, held),
            f"### {SAMPLE} accounts",
            f"A first wave would be {first_wave_of(held.changes)} of them, from the top.",
            _accounts(connection, held, speaks),
        ]
    )


def _accounts(connection: duckdb.DuckDBPyConnection, held: HeldList, speaks: Language) -> str:
    """Some accounts of a list, those of a first wave first, each with what would change and why."""
    rows = connection.execute(
        _SQL("accounts", waits=_waits(connection)), {"list": held.list, "market": held.market, "accounts": SAMPLE}
    ).fetchall()
    return _lines(
        ("account", "measure", "change", "cause", "reason"),
        [
            (
                account,
                f"{speaks.label('measure', measure)} ({_begun_small(speaks.label('scope', scope))})",
                speaks.label("change", change),
                speaks.label("cause", cause),
                None if reason is None else speaks.worded(reason),
            )
            for account, measure, scope, change, cause, reason in rows
        ],
    )


def _begun_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _notices_tonight(connection: duckdb.DuckDBPyConnection, language: str) -> str:
    """How many notices of tonight wait for it; they are only known once the night is released."""
    known = connection.execute("from duckdb_tables() where schema_name = 'main' and table_name = 'notice_facts'")
    if not known.fetchone():
        return "How many notices of tonight are in it is known once the night is released."
    ((notices, accounts),) = connection.execute(
        "select count(*), count(distinct account_id) from main.notice_facts where language = ?", [language]
    ).fetchall()
    return f"Tonight {notices:,} notices to {accounts:,} accounts wait for it."


def _waits(connection: duckdb.DuckDBPyConnection) -> Sql:
    """Whether a row is in no first wave, for its account has moved."""
    # A warehouse of an earlier version doesn't know them.
    known = connection.execute("from duckdb_tables() where schema_name = 'gate' and table_name = 'kept_accounts'")
    moved = "(list, account_id) in (select (list, account_id) from gate.kept_accounts)"
    return Sql(moved if known.fetchone() else "false")


def _other_words(connection: duckdb.DuckDBPyConnection, held: HeldList) -> list[str]:
    """What is said otherwise for a change of words, by pack and by what of it differs; nothing where there is none."""
    # A warehouse of an earlier version has neither such changes nor the reasons beside them.
    of_it = {"list": held.list, "market": held.market}
    changes_of_words = "from gate.changes where list = $list and market = $market and cause = 'text'"
    if not connection.execute(changes_of_words, of_it).fetchone():
        return []
    names = [name for name in TOLD if name not in ("pack", "reason_id")]
    sides = [Sql(f"[cast(before.{name} as varchar), cast(now.{name} as varchar)]") for name in names]
    found = connection.execute(
        _SQL("other_words", before_and_now=sides, last=f"released.last_{held.list}"), of_it
    ).fetchall()
    said: Counter[tuple[str, str, str, str]] = Counter()
    for pack, *texts in found:
        for name, (before, now) in zip(names, texts, strict=True):
            if before != now:
                said[(pack, name, *_apart(before or "", now or ""))] += 1
    if not said:
        return []
    rows = sorted(((*each, count) for each, count in said.items()), key=lambda row: (-row[-1], row))
    more = f"{len(rows) - GROUPS:,} more differences aren't shown." if len(rows) > GROUPS else ""
    columns = ("pack", "text", "was", "would be", "rows")
    return ["### What would be said in other words", _lines(columns, rows[:GROUPS]), *([more] if more else [])]


def _apart(before: str, now: str) -> tuple[str, str]:
    """What of two texts differs, in whole words: what they begin and end with alike is left out."""
    was, is_now = before.split(" "), now.split(" ")
    begin = 0
    while begin < min(len(was), len(is_now)) and was[begin] == is_now[begin]:
        begin += 1
    end = 0
    while end < min(len(was), len(is_now)) - begin and was[-1 - end] == is_now[-1 - end]:
        end += 1
    return " ".join(was[begin : len(was) - end]), " ".join(is_now[begin : len(is_now) - end])


def _table(
    connection: duckdb.DuckDBPyConnection,
    columns: tuple[str, ...],
    query: Sql,
    values: Mapping[str, object],
    speaks: Language,
) -> str:
    rows = connection.execute(query, dict(values)).fetchall()
    return _lines(
        columns,
        [
            [
                speaks.label(column, cell) if column in _NAMED else cell
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in rows
        ],
    )


def _lines(columns: tuple[str, ...], rows: list[Any]) -> str:
    return "\n".join([_line(columns), "| --- " * len(columns) + "|", *(_line(row) for row in rows)])


def _line(cells: Any) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(cell: Any) -> str:
    """What stands in a cell: it can't end it or its line, and is no Markdown of its own."""
    return "" if cell is None else plain(cell)
