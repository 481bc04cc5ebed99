"""Writing a night's notices: the facts that the models found, in each account's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from evenhand.notices.catalogs import REFERENCE, Catalogs, load_catalogs
from evenhand.notices.notice import NoticeFacts
from evenhand.notices.render import render
from evenhand.release.rows import rows_of_lists

_COLUMNS = (
    *("notice_id", "account_id", "market", "list", "row_key", "measure", "event"),
    *("language", "subject", "body", "reason_id"),
)
_FACTS = tuple(NoticeFacts.__dataclass_fields__)


def write_notices(warehouse: Path, translations: Path) -> Mapping[str, int]:
    """Write the table `main.notices` from `main.notice_facts`, once gate 2 has said what is held back.

    An account whose language nobody has translated is told in the reference language.

    Returns:
        How many notices that was, by such a language.

    Raises:
        CatalogError: something that a notice says isn't translated.
    """
    catalogs = load_catalogs(translations)
    untranslated: Counter[str] = Counter()
    notices: list[dict[str, Any]] = []
    with duckdb.connect(str(warehouse)) as connection:
        # Nothing is told of what gate 2 holds: of a row that isn't released so, or is still there.
        found = connection.execute(
            f"""
            with released as ({rows_of_lists("gate")})
            select facts.* from main.notice_facts as facts
            left join released using (list, row_key, measure)
            where case
                when facts.event = 'ended' then released.row_key is null
                else
                    released.starts_on is not distinct from facts.starts_on
                    and released.ends_on is not distinct from facts.ends_on
                    and released.reason_id = facts.reason_id
            end
            order by notice_id
            """
        )
        names = [column for column, *_ in found.description or ()]
        for values in found.fetchall():
            facts = dict(zip(names, values, strict=True))
            if not _is_translated(catalogs, facts["language"]):
                untranslated[facts["language"]] += 1
                facts["language"] = REFERENCE
            notice = render(NoticeFacts(**{name: facts[name] for name in _FACTS}), catalogs)
            notices.append(facts | {"subject": notice.subject, "body": notice.body})
        connection.begin()
        connection.execute(
            f"create or replace table main.notices ({', '.join(f'{name} varchar' for name in _COLUMNS)})"
        )
        for start in range(0, len(notices), 1000):
            _insert(connection, notices[start : start + 1000])
        connection.commit()
    return untranslated


def _is_translated(catalogs: Catalogs, language: str) -> bool:
    # A file that can't be read is an error of its own, and no reason to write English.
    return language in catalogs.languages or language in catalogs.unreadable


def _insert(connection: duckdb.DuckDBPyConnection, notices: list[dict[str, Any]]) -> None:
    row = f"({', '.join('?' * len(_COLUMNS))})"
    connection.execute(
        f"insert into main.notices values {', '.join(row for _ in notices)}",
        [notice[name] for notice in notices for name in _COLUMNS],
    )
