"""Translations that are otherwise than when nothing was held for them last: until a second person has approved them,
what accounts are told in that language waits, in all markets, and is written in the words that were approved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.records.databases import reading
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# What a person is shown of them, one by one.
_SHOWN = 20


@dataclass(frozen=True)
class LanguageWords:
    """What a language says.

    Attributes:
        said: the texts by key and how plurals are formed, as JSON: equal texts are equal.
        changed_by: who changed them last, as the file says.
    """

    said: str
    changed_by: tuple[str, ...]


def translations_of(release: Path) -> Mapping[str, str] | None:
    """What each language said when nothing was held for it last; None in a release that doesn't say."""
    path = release / "translations.parquet"
    if not path.exists():
        return None
    with reading() as connection:
        found = connection.execute("select language, said from read_parquet(?) order by all", [str(path)]).fetchall()
    return dict(found) or None


def lay_translations(
    connection: duckdb.DuckDBPyConnection,
    before: Mapping[str, str] | None,
    now: Mapping[str, LanguageWords] | None,
    releases: Sequence[Path] = (),
) -> dict[str, tuple[str, ...]]:
    """Write `gate.translations`, and find by language what is said otherwise than it was approved.

    A language whose file is gone, or can't be read, goes on with the words that were approved.

    Args:
        before: what each language said; None where that isn't known: then nothing is compared.
        now: what each says tonight; None where that isn't to be compared.
        releases: the last ones, to say how many notices there were in a language.
    """
    connection.execute("create or replace table gate.translations (language varchar, said varchar, before varchar)")
    texts = {**(before or {}), **{language: words.said for language, words in (now or {}).items()}}
    for language, text in sorted(texts.items()):
        was = text if before is None else before.get(language)
        connection.execute("insert into gate.translations values (?, ?, ?)", [language, text, was])
    if before is None:
        return {}
    return {
        language: (*_said(before.get(language), text), _usual(connection, language, releases))
        for language, text in sorted(texts.items())
        if before.get(language) != text
    }


def approved_words(connection: duckdb.DuckDBPyConnection) -> Mapping[str, str | None]:
    """What is said instead in the languages whose words nobody has approved; None in one that is new."""
    # A warehouse of an earlier version doesn't know them.
    if not connection.execute(
        "from duckdb_tables() where schema_name = 'gate' and table_name = 'translations'"
    ).fetchone():
        return {}
    return dict(connection.execute(_SQL("held_translations")).fetchall())


def _said(before: str | None, now: str) -> tuple[str, ...]:
    if before is None:
        return ("It is a language that nobody has approved; until then its accounts are told in English",)
    was, is_now = json.loads(before), json.loads(now)
    differences = [
        f"{key} was {_text(was['texts'].get(key))} and is {_text(is_now['texts'].get(key))}"
        for key in sorted({*was["texts"], *is_now["texts"]})
        if was["texts"].get(key) != is_now["texts"].get(key)
    ]
    if was["plural"] != is_now["plural"]:
        differences.append(f"plurals were {was['plural']} and are {is_now['plural']}")
    more = len(differences) - _SHOWN
    return (*differences[:_SHOWN], *([f"{more:,} more texts are otherwise"] if more > 0 else []))


def _text(forms: Sequence[str] | None) -> str:
    return "nothing" if forms is None else json.dumps(forms if len(forms) > 1 else forms[0], ensure_ascii=False)


def _usual(connection: duckdb.DuckDBPyConnection, language: str, releases: Sequence[Path]) -> str:
    files = [str(each / "notices.parquet") for each in releases if (each / "notices.parquet").exists()]
    if not files:
        return "No night is released that would say how many accounts read it"
    found = connection.execute(_SQL("notices_in_language"), {"files": files, "language": language}).fetchone()
    notices, accounts = found or (0, 0)
    nights = "night" if len(files) == 1 else f"{len(files)} nights"
    return f"The last {nights} had {notices:,} notices in it, to {accounts:,} accounts"
