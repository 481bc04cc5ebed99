"""docs/rooms.md and docs/moved.md: every place that they name is there."""

from __future__ import annotations

import re

import pytest

from evenhand.release.manifest import NAME
from evenhand.release.publish import FILES
from evenhand.settings import PROJECT

TEXT = (PROJECT / "docs" / "rooms.md").read_text()
MOVED = (PROJECT / "docs" / "moved.md").read_text()
# Below which a place is named, as the page says before each table.
BELOW = ("", "plugins/evenhand", "dbt_project/models")
# Keys of sentences, which aren't places.
WORDS = re.compile(r"(subject|what|why|when|ended)[.][\w.*]+")


def places(text: str, title: str) -> list[str]:
    """The places that the last column of the tables below a title names."""
    below = text.split(f"## {title}\n", 1)[1].split("\n## ")[0]
    cells = [line.split(" | ")[-1] for line in below.splitlines() if line.startswith("| `") or " | " in line]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell) if re.search(r"[/.]", name)]


@pytest.mark.parametrize(("text", "title"), [(TEXT, "Where a rule is"), (MOVED, "Modules"), (MOVED, "Models")])
def test_every_place_that_the_pages_name_is_there(text: str, title: str) -> None:
    named = places(text, title)
    assert len(named) > 20
    missing = [
        name
        for name in named
        if not WORDS.fullmatch(name)
        and not any((PROJECT / folder / f"{name}{suffix}").exists() for folder in BELOW for suffix in ("", ".sql"))
        and not list((PROJECT / "dbt_project" / "models").rglob(name))
        and not list((PROJECT / "plugins" / "evenhand").glob(f"*/**/{name}"))
        and not list((PROJECT / "plugins" / "evenhand").glob(f"*/{name}"))
    ]
    assert missing == []


def test_every_room_has_a_line() -> None:
    told = set(re.findall(r"`(?:plugins/evenhand/)?(\w+)/`", TEXT.split("## ")[0]))
    rooms = {path.parent.name for path in (PROJECT / "plugins" / "evenhand").glob("*/__init__.py")}
    assert rooms - told == set()


def test_the_picture_of_a_release_names_every_file_of_it() -> None:
    picture = (PROJECT / "README.md").read_text().split("## A release\n", 1)[1].split("\n## ")[0]
    assert [name for name in (*FILES, NAME) if name not in picture] == []
