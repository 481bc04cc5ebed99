"""Folders of nights that haven't come: no night looks at what lies there, so that a mistyped day would go unseen."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS
from evenhand.landing.file_names import form_of, name_of, night_of, spelt_otherwise
from evenhand.landing.walk import files_below, visible


def note_ahead(store: Path, landing: Path, night: date, today: date) -> None:
    """Write down in the store which folders lie ahead, and which night was the first to see each.

    They are told of and decide nothing: a night that is decided again much later comes to the same lists.

    Args:
        today: the last night that may have come.
    """
    found = _folders_ahead(landing.absolute(), max(night, today))
    with duckdb.connect(str(store)) as connection:
        connection.begin()
        seen = dict(connection.execute("select name, since from landing.ahead").fetchall())
        connection.execute("delete from landing.ahead")
        for name, files, first in found:
            row = [name, files, first, min(night, seen.get(name, night))]
            connection.execute("insert into landing.ahead values (?, ?, ?, ?)", row)
        connection.commit()


def _folders_ahead(landing: Path, today: date) -> list[tuple[str, int, str]]:
    """The folders of feeds of nights after a day, each with how many files of feeds are in it, and the first."""
    found = []
    for contract in FEEDS:
        try:
            folders = visible(landing / contract.feed)
        except OSError:
            # One that can't be read is told of where its files are listed.
            continue
        for folder in folders:
            of_night = night_of(folder.name) or spelt_otherwise(folder.name)
            if of_night and of_night > today and os.path.isdir(folder):
                below = files_below(landing, folder)
                names = [name_of(folder, each.path) for each in below if each.problem or form_of(each.path)]
                if names:
                    found.append((name_of(landing, folder), len(names), names[0]))
    return found
