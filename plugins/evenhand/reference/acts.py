"""Writes the table of docs/concepts.md of who may approve what, from the acts that are looked at."""

from __future__ import annotations

from evenhand.people.acts import ACTS, Act
from evenhand.reference.tables import put_table
from evenhand.settings import PROJECT

PAGE = PROJECT / "docs" / "concepts.md"
WRITTEN_BY = "python -m evenhand.reference.acts"


def render() -> str:
    """The table, in Markdown."""
    rows = [f"| {act.what} | {act.asked_by} | {act.approved_by} | {_right(act)} | {act.where} |\n" for act in ACTS]
    return "".join(
        ["| what | asked for by | approved by | right | where |\n", "| --- | --- | --- | --- | --- |\n", *rows]
    )


def _right(act: Act) -> str:
    return f"`{act.right}`" if act.of == "its market" else f"`{act.right}`, {act.of}"


if __name__ == "__main__":
    put_table(PAGE, WRITTEN_BY, render())
