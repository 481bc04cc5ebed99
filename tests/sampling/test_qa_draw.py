"""What `evenhand qa draw` says of a night."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from sampling.night_facts import FACTS, NIGHT, opened_to_write
from sampling.warehouse import write


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    (tmp_path / "releases" / f"night={NIGHT}").mkdir(parents=True)
    write(tmp_path / "nights" / f"night={NIGHT}" / "warehouse.duckdb", FACTS)
    return tmp_path


def said(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["qa", "draw", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_the_command_shows_the_draw_and_writes_nothing(home: Path) -> None:
    before = sorted(home.rglob("*"))
    told = said("--night", str(NIGHT), "--budget", "10", "--market", "SG")
    assert "SG: 7 items of 10, of them 1 golden and 1 for a second review." in told
    assert "Not drawn, for they rest on no decision: 1 penalty." in told
    assert said("--budget", "10", "--market", "SG") == told
    assert sorted(home.rglob("*")) == before


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_market_whose_draw_fails_is_told_beside_those_of_the_others(home: Path) -> None:
    with opened_to_write(home / "nights" / f"night={NIGHT}" / "warehouse.duckdb") as connection:
        connection.execute("alter table stg_contents alter views type double")
        connection.execute(
            "insert into stg_contents (content_id, account_id, kind, views, landed_night)"
            " select 'e' || n, 'b1', 'short_video', 1e308, ? from range(20) as many(n)",
            [NIGHT],
        )
    told = said("--budget", "10")
    assert "nothing can be drawn in MY on 2026-03-28, for what landed of it makes its draw fail." in told
    assert "SG: 7 items of 10" in told
    assert "nothing can be drawn in MY" in said("--budget", "10", "--market", "MY", code=1)


def test_the_list_is_items_and_links_alone_and_json_has_the_key(home: Path) -> None:
    lines = [line.split("\t") for line in said("--budget", "10", "--items").splitlines()]
    assert {len(line) for line in lines} == {2}
    told = json.loads(said("--budget", "10", "--json"))
    assert [each["market"] for each in told] == ["MY", "SG"]
    assert {item["item_id"] for each in told for item in each["items"]} == {item for item, _ in lines}
    assert all(0 < key["probability"] <= 1 for each in told for key in each["key"] if key["stratum"] != "golden")


def test_json_has_no_key_of_what_reviewers_are_asked_about(home: Path) -> None:
    def subjects() -> set[str]:
        return {key["subject"] for each in json.loads(said("--budget", "50", "--json")) for key in each["key"]}

    assert {"c1", "c2", "w1"} <= subjects()
    duckdb.sql("select 'SG' as market, 'c1' as subject, '' as link, 'open' as state").write_parquet(
        str(home / "releases" / f"night={NIGHT}" / "qa_keys.parquet")
    )
    assert "c1" not in subjects()
    assert {"c2", "v1", "w1"} <= subjects()
    # A night that an earlier version released says nothing of it.
    (home / "releases" / "night=2026-03-29").mkdir()
    assert "c1" not in {
        key["subject"]
        for each in json.loads(said("--night", str(NIGHT), "--budget", "50", "--json"))
        for key in each["key"]
    }
    # The decision v1 has the link of its content.
    (home / "releases" / "night=2026-03-29").rmdir()
    duckdb.sql("select 'SG' as market, 'c1' as subject, 'https://x.test/1' as link, 'open' as state").write_parquet(
        str(home / "releases" / f"night={NIGHT}" / "qa_keys.parquet")
    )
    assert {"c1", "v1"}.isdisjoint(subjects())
    assert {"c2", "w1"} <= subjects()


def test_json_has_no_key_of_golden_items(home: Path) -> None:
    """c5 is golden and nothing else that is drawn; v1 is drawn itself, too, and told as that."""
    keys = [key for each in json.loads(said("--budget", "50", "--json")) for key in each["key"]]
    assert "golden" not in {key["stratum"] for key in keys}
    assert "c5" not in {key["subject"] for key in keys}
    assert "v1" in {key["subject"] for key in keys}


def test_what_cannot_be_drawn_is_said(home: Path) -> None:
    assert "there is nothing to draw in TH" in said("--budget", "10", "--market", "TH", code=1)
    assert "isn't released" in said("--budget", "10", "--night", "2026-03-01", code=1)
    assert said("--budget", "0", code=2)
    (home / "nights" / f"night={NIGHT}" / "warehouse.duckdb").unlink()
    assert "evenhand nightly 2026-03-28 computes it again" in " ".join(said("--budget", "10", code=1).split())


def test_a_night_that_is_worked_on_or_not_whole_is_said(home: Path) -> None:
    work = home / "nights" / f"night={NIGHT}" / "warehouse.duckdb"
    holding = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(work)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout and other.stdin
        other.stdout.readline()
        assert "is being worked on" in said("--budget", "10", code=1)
        other.stdin.close()
    with opened_to_write(work) as connection:
        connection.execute("drop table main.penalty_changes")
    assert "isn't computed whole" in said("--budget", "10", code=1)
    work.write_text("no database")
    assert "can't be read" in said("--budget", "10", code=1)


def test_a_link_is_a_line_whatever_is_in_it(home: Path) -> None:
    with opened_to_write(home / "nights" / f"night={NIGHT}" / "warehouse.duckdb") as connection:
        connection.execute("update stg_contents set link = ?", ["https://x.test/\t\n\x1b[31m1"])
    lines = said("--budget", "50", "--items").splitlines()
    assert all(line.count("\t") == 1 and "\x1b" not in line for line in lines)


def test_what_has_no_link_has_the_one_of_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_ITEM_LINK", "https://review.test/?item={subject}")
    links = {line.split("\t")[1] for line in said("--budget", "50", "--market", "SG", "--items").splitlines()}
    assert {"https://x.test/1", "https://review.test/?item=c2", "https://review.test/?item=v2"} <= links
