"""Which files landed late, in the folder of an earlier night or in the place of what lay there, for gate 1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from evenhand.quality.gate import Gate
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)


def find_late_files(gate: Gate, since: date, known: Mapping[str, str] | None) -> None:
    """The files of nights before `since` that no gate has looked at as they are: they landed late, or were replaced.

    Bytes that were known by another name of their feed and night are known.

    Args:
        known: the files that the last release rests on, by name, each with its hash; None where nothing was released.
    """
    versions = {} if known is None else known
    gate.execute(
        _SQL("find_late_files"),
        {
            "since": since,
            "is_first": known is None,
            "folders": ["/".join(name.split("/")[:2]) for name in versions],
            "versions": list(versions.values()),
        },
    )
    gate.execute(_SQL("find_late_in_place"), {"names": list(versions)})
