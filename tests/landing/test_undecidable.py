"""Files that nothing is to be decided about: what they are is said, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.landing.decisions import file_decisions
from evenhand.landing.load import load
from landing.feeds import creator, land, night

MANY = [creator(f"A{n}") for n in range(40)]
NAME = "creators/night=2026-03-01/rows.csv"
BOTH = ("--by", "ann", "--approved-by", "bo", "--reason", "It is so.")


def test_what_is_to_be_decided_about_no_file_is_said_with_what_to_do(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(store.parent))
    monkeypatch.setenv("EVENHAND_LANDING_FROM", str(landing))
    path = land(landing, "creators", 1, MANY)
    land(landing, "creators", 1, [], name="broken.csv").write_text("account_id\n")
    load(store, landing, night(1), file_decisions(store.parent))
    for name, folder in (("new.csv", "night=2026-03-01"), ("later.csv", "night=2062-03-01")):
        land(landing, "creators", 1, MANY, name=f"../{folder}/{name}")

    def says(*words: str) -> str:
        return " ".join(CliRunner().invoke(app, ["feed", *words, *BOTH]).output.split())

    assert "counts as it is, so there is nothing to accept" in says("accept", NAME)
    broken = "creators/night=2026-03-01/broken.csv"
    assert "accepting it doesn't mend that: its header lacks" in (said := says("accept", broken))
    assert f"evenhand feed forget {broken}" in said
    assert "no night has looked at it yet" in says("forget", "creators/night=2026-03-01/new.csv")
    later = "creators/night=2062-03-01/later.csv"
    assert "a night that hasn't come: today is 20" in says("forget", later)
    assert not file_decisions(store.parent)

    says("forget", NAME)
    assert "was forgotten already, by ann (by their own word), approved by bo" in (said := says("forget", NAME))
    assert (
        "counts no more from night 2000-01-01 on; to have its rows count again, land them in a file of another" in said
    )
    load(store, landing, night(1), file_decisions(store.parent))
    assert "was forgotten already" in says("forget", NAME)
    # Another version of it is another matter.
    path.write_text(path.read_text() + ",".join(["B", *path.read_text().splitlines()[1].split(",")[1:]]) + "\n")
    load(store, landing, night(1), file_decisions(store.parent))
    assert "counts no more" in says("forget", NAME)
    assert len(file_decisions(store.parent)) == 2
