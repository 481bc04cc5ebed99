"""Whether every number of a report is what the releases that it was made of say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb

from evenhand.reports.facts import Asked, exact, facts_of
from evenhand.settings import Settings

_EXPORT = re.compile(r"cases/night=\d{4}-\d\d-\d\d/\d+\.parquet")


class NoReport(Exception):
    """A file isn't a report. The message says why."""


@dataclass(frozen=True)
class CheckedReport:
    """What came of it: how many numbers there are, and a line for each that is otherwise."""

    numbers: int
    wrong: tuple[str, ...]


class _Read(HTMLParser):
    """The numbers that a reader sees, in order, and what the report says of them for machines."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[tuple[int, str, str]] = []
        self.machine = ""
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "data":
            self.shown.append((int(said["data-number"] or 0), said["value"] or "", ""))
        self._in = tag if tag == "data" or (tag == "script" and said.get("id") == "report") else ""

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "data":
            place, value, text = self.shown[-1]
            self.shown[-1] = (place, value, text + data)
        elif self._in == "script":
            self.machine += data


def check_report(here: Settings, path: Path) -> CheckedReport:
    """Compute every number of an HTML report again.

    Raises:
        NoReport: the file isn't one, or a release that it was made of isn't the night's newest any more.
    """
    read = _Read()
    read.feed(path.read_text(encoding="utf-8"))
    try:
        said = json.loads(read.machine)
        night = date.fromisoformat(said["night"])
    except (ValueError, KeyError, TypeError) as error:
        raise NoReport(f"{path}: it isn't a report as evenhand report writes it ({error})") from error
    if said.get("cases") and not _EXPORT.fullmatch(said["cases"]):
        raise NoReport(f"{path}: {said['cases']} is no export of cases")
    if not (here.releases / f"night={night}").exists():
        raise NoReport(f"{path}: night {night} isn't released here")
    with facts_of(here.home, here.releases, night, said["cases"]) as facts:
        ids = {str(each): release_id for each, release_id in facts.connection.execute(
            "select night, release_id from releases").fetchall()}  # fmt: skip
        for made_of, release_id in said["made_of"]:
            if ids.get(made_of) != release_id:
                raise NoReport(f"{path}: night {made_of} was released again since; make the report anew")
        try:
            answers = [facts.ask(each["sql"], *each["key"]) for each in said["queries"]]
        except duckdb.Error as error:
            raise NoReport(f"{path}: a query of it can't be answered ({error})") from error
    return CheckedReport(len(read.shown), tuple(_wrong(read.shown, said["numbers"], answers)))


def _wrong(shown: list[tuple[int, str, str]], numbers: list[Any], answers: list[Asked]) -> Iterator[str]:
    if sorted(place for place, _, _ in shown) != list(range(len(numbers))):
        yield "it doesn't show each number once that it says where it comes from"
    computed = [_by_key(each) for each in answers]
    for place, value, text in shown:
        query, key, column, said, said_text = numbers[place]
        row = computed[query].get(tuple(key))
        is_now = "" if row is None or row[column] is None else exact(row[column])
        if (value, text) != (said, said_text) or said != is_now:
            yield f"{text} ({column} of {', '.join(key)}, query {query + 1}): it is {is_now or 'not there'}"


def _by_key(asked: Asked) -> dict[tuple[str, ...], dict[str, Any]]:
    found = {}
    for values in asked.rows:
        row = dict(zip(asked.columns, values, strict=True))
        found[tuple(str(row[name]) for name in asked.key)] = row
    return found
