"""Somebody who manages one market of an installation that has two, and what they are answered."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import duckdb
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response

from console.serving import has_run, log_in, seen_by_all
from reports.pdfs import text_of_pdf

PEOPLE = """\
people:
  - {user: ika, markets: [ID], rights: [see, work_cases, approve, emergency, stop]}
  - {user: wen, markets: [world], rights: [see, work_cases, approve, emergency, stop]}
  - {user: bo, markets: all, rights: [admin]}
  - {user: cy, markets: all, rights: [admin]}
"""
BOARD = """\
board: quality
title: Quality
order: off_target_first
metrics: [{metric: grant_rate, slices: [violation_type, surface]}, repeat_rate]
"""


@contextmanager
def managed(home: Path, people: Path, run: SimpleNamespace | None = None) -> Iterator[TestClient]:
    """The pages, where people.yml says who sees what; who asks is whoever is logged in last (`log_in`)."""
    from evenhand.console.rights import only_who_is_listed
    from night.directly import environment

    people.write_text(PEOPLE)
    boards = people.parent / "boards"
    boards.mkdir(exist_ok=True)
    (boards / "quality.yml").write_text(BOARD)
    of_world = BOARD.replace("quality", "of_world").replace("Quality", "creators_of_the_world\nmarkets: world")
    (boards / "of_world.yml").write_text(of_world)
    (boards / "broken.yml").write_text("markets: [world, ID]")
    with seen_by_all(home) as app, environment({"EVENHAND_PEOPLE": str(people), "EVENHAND_BOARDS": str(boards)}):
        del app.dependency_overrides[only_who_is_listed]
        has_run(run)
        log_in("ika")
        # With one loop for all that is asked: each without had one of its own.
        with TestClient(app, base_url="http://127.0.0.1:8080", headers={"accept": "text/html"}) as client:
            yield client


def every_route() -> set[tuple[str, str]]:
    """Every route of the pages, as its method and path."""
    from evenhand.console.app import app

    return {
        (method, route.path) for route in app.routes if isinstance(route, APIRoute) for method in route.methods or ()
    }


def readable(answer: Response) -> str:
    """All that stands in an answer, of whatever form."""
    content = answer.content
    if content.startswith(b"PAR1"):
        with duckdb.connect() as connection:
            return str(connection.read_parquet(BytesIO(content)).fetchall())
    if answer.headers.get("content-type", "").startswith("font/"):
        # Letters, and nothing that was written with them.
        return ""
    if content.startswith(b"%PDF"):
        return text_of_pdf(content)
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as book:
            # When it was made is said in docProps.
            names = sorted(name for name in book.namelist() if not name.startswith("docProps"))
            return "\n".join(unescape(book.read(name).decode()) for name in names)
    return unescape(re.sub(r"<(style|script)>.*?</\1>", "", answer.text, flags=re.DOTALL))


@dataclass(frozen=True)
class Rewritten:
    """A release in which rows are otherwise than they were decided, and which says so rightly."""

    folder: Path

    def change(self, table: str, query: str) -> None:
        """Have a table be what a query gives of it, which names it `released`."""
        path = self.folder / f"{table}.parquet"
        new = path.with_suffix(".new")
        with duckdb.connect() as connection:
            connection.execute(f"create view released as from read_parquet('{path}', hive_partitioning = false)")
            connection.execute(f"copy ({query}) to '{new}' (format parquet)")
        new.replace(path)
        self.say(files={f"{table}.parquet": hashlib.sha256(path.read_bytes()).hexdigest()})

    def lose(self, *tables: str) -> None:
        """Have it lack tables, as a night of a history does."""
        for table in tables:
            (self.folder / f"{table}.parquet").unlink()
        self.say({}, lost=frozenset(f"{table}.parquet" for table in tables))

    def say(self, files: Mapping[str, str], lost: Collection[str] = (), **otherwise: object) -> None:
        """Have its manifest say of files what they are, and else something otherwise."""
        path = self.folder / "manifest.json"
        before, content = path.stat(), json.loads(path.read_text())
        del content["release_id"]
        content |= otherwise
        content["files"] = {name: said for name, said in content["files"].items() if name not in lost}
        for name, sha256 in files.items():
            content["files"][name]["sha256"] = sha256
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        path.unlink()
        path.write_text(json.dumps({"release_id": digest, **content}))
        os.utime(path, (before.st_atime, before.st_mtime))
