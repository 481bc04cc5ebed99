"""Writing a night's notices: what is to be told of what is released, in each account's language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from evenhand.notices.catalogs import REFERENCE, in_words_of, load_catalogs, translated_as
from evenhand.notices.notice import NoticeFacts, ToldViolation
from evenhand.notices.render import render
from evenhand.release.previous import take_told

_COLUMNS = (
    *("notice_id", "account_id", "market", "list", "row_key", "measure", "event"),
    *("language", "subject", "body", "reason_id"),
)
_FACTS = tuple(NoticeFacts.__dataclass_fields__)


def write_notices(
    warehouse: Path,
    translations: Path,
    releases: Path,
    night: date,
    approved: Mapping[str, str | None] | None = None,
    is_reversed: bool = False,
) -> Mapping[str, int]:
    """Write the table `main.notices` from `main.notice_facts`, once it is known what is released.

    What the night's release told before is told as it was; what differs from it is told besides. An account whose
    language nobody has translated is told in the reference language.

    Args:
        approved: what is said in languages whose words of tonight nobody has approved; None in one that is new.
        is_reversed: whether people took the night's lists back; what that changes of what the night told is told so.

    Returns:
        How many new notices that was, by such a language.

    Raises:
        CatalogError: something that a notice says isn't translated.
    """
    catalogs = load_catalogs(translations)
    for language, said in (approved or {}).items():
        catalogs = in_words_of(catalogs, language, said)
    untranslated: Counter[str] = Counter()
    notices: list[dict[str, Any]] = []
    with duckdb.connect(str(warehouse)) as connection:
        take_told(connection, releases, night)
        told_tonight = connection.execute("select 1 from released.told_release where night = ?", [night]).fetchone()
        taken_back = {"is_reversed": is_reversed and told_tonight is not None}
        found = connection.execute("from main.notice_facts order by notice_id")
        names = [column for column, *_ in found.description or ()]
        for values in found.fetchall():
            facts = dict(zip(names, values, strict=True))
            translated = translated_as(catalogs, facts["language"])
            if translated is None:
                untranslated[facts["language"]] += 1
            facts["language"] = translated or REFERENCE
            cases = {"cases": _cases(facts["cases"])}
            given = {name: facts[name] for name in _FACTS if name in facts}
            notice = render(NoticeFacts(**given | cases | taken_back), catalogs)
            notices.append(facts | {"subject": notice.subject, "body": notice.body})
        connection.begin()
        _create_table(connection)
        connection.execute("insert into main.notices by name from released.told_notices")
        for start in range(0, len(notices), 1000):
            _insert(connection, notices[start : start + 1000])
        connection.commit()
    return untranslated


def write_no_notices(warehouse: Path) -> None:
    """Write the table `main.notices` without any: what was never in force nobody is told of."""
    with duckdb.connect(str(warehouse)) as connection:
        _create_table(connection)
        connection.execute("delete from released.told_since")


def _create_table(connection: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{name} varchar{'' if name == 'reason_id' else ' not null'}" for name in _COLUMNS)
    connection.execute(f"create or replace table main.notices ({columns}, primary key (notice_id))")


def _cases(told: str) -> Sequence[ToldViolation]:
    """The violations of a notice, from their JSON."""
    return [
        ToldViolation(
            violation_type=case["violation_type"],
            kind=case["kind"],
            title=case["title"],
            posted_on=_day(case["posted_on"]),
            decided_on=_day(case["decided_on"]),
            amount=None if case["amount"] is None else Decimal(str(case["amount"])),
            # A night that an earlier version decided, and this one publishes, doesn't say it.
            unit=case.get("unit"),
            # Such a one calls the same day so.
            last_counts_on=_day(case["last_counts_on"] if "last_counts_on" in case else case["counts_until"]),
            is_needed=case["is_needed"],
            appeal=case["appeal"],
            appeal_until=_day(case["appeal_until"]),
        )
        for case in json.loads(told)
    ]


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


def _insert(connection: duckdb.DuckDBPyConnection, notices: list[dict[str, Any]]) -> None:
    row = f"({', '.join('?' * len(_COLUMNS))})"
    connection.execute(
        f"insert into main.notices values {', '.join(row for _ in notices)}",
        [notice[name] for notice in notices for name in _COLUMNS],
    )
