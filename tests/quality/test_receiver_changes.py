"""A receiver that is otherwise than it was approved gets nothing until somebody else has approved that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from evenhand.approval.answers import AnswerRefused, record
from evenhand.approval.shown import body, subject
from evenhand.delivery.config import load_receivers, receivers_changed_by
from evenhand.quality.held_lists import HeldList, answer, hold_lists, read_held
from evenhand.quality.receiver_changes import lay_receivers
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.describe import approved_receivers
from evenhand.release.manifest import DELIVERIES
from evenhand.release.manifest import HeldList as ReleasedHeldList
from evenhand.tasks.deliveries import held_delivery
from release.manifests import manifest_of

NIGHT = date(2026, 3, 6)
BEFORE = {"sandbox": {"kind": "http", "lists": ["penalties", "rewards"]}, "files": {"kind": "files"}}
DROPPED = {"sandbox": {"kind": "http", "lists": ["rewards"]}, "files": {"kind": "files"}, "lake": {"kind": "files"}}
BUDI = Person("budi", logged_in=True)


@pytest.fixture
def gate() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema gate; create schema held")
        connection.execute(
            "create table held.markets (market varchar, why varchar, file varchar, line integer, step varchar)"
        )
        connection.execute(
            "create table gate.changes (list varchar, row_key varchar, market varchar, change varchar, cause varchar,"
            " measure varchar, reason_id varchar, content varchar, text_of varchar)"
        )
        yield connection


def _held(gate: duckdb.DuckDBPyConnection, now: dict[str, Any]) -> list[HeldList]:
    otherwise = {(DELIVERIES, name): said for name, said in lay_receivers(gate, BEFORE, now).items()}
    rules = {of: "; ".join(said) for of, said in otherwise.items()}
    hold_lists(gate, otherwise, {}, lambda *of: ("ayu",), lambda *of: NIGHT, NIGHT, None, rules)
    return read_held(gate)


def test_a_list_that_is_dropped_and_a_receiver_that_is_new_are_held_and_said_by_name(
    gate: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    lake, sandbox = _held(gate, DROPPED)

    assert [(each.list, each.market, each.by_policy, each.changed_by) for each in (lake, sandbox)] == [
        ("deliveries", "lake", True, ("ayu",)),
        ("deliveries", "sandbox", True, ("ayu",)),
    ]
    assert sandbox.why == ('lists was ["penalties", "rewards"] and is ["rewards"]',)
    assert subject(sandbox, NIGHT) == "deliveries to sandbox, night 2026-03-06: they are held"
    assert "Changed by: ayu." in body(gate, sandbox, NIGHT)
    with pytest.raises(AnswerRefused, match="a delivery has no first wave"):
        record(tmp_path, NIGHT, sandbox, "first_wave", BUDI)
    with pytest.raises(PersonRefused, match="Ayu asked for the change of deliveries of sandbox and can't approve it"):
        record(tmp_path, NIGHT, sandbox, "approved", Person("Ayu", logged_in=True))
    with pytest.raises(PersonRefused, match=r"receivers\.yml doesn't say who changed it"):
        record(tmp_path, NIGHT, replace(sandbox, changed_by=()), "approved", BUDI)
    assert record(tmp_path, NIGHT, sandbox, "approved", BUDI).said == "approved"


def test_the_next_night_compares_with_what_was_approved(gate: duckdb.DuckDBPyConnection) -> None:
    lake, sandbox = _held(gate, DROPPED)
    assert approved_receivers(gate) == BEFORE
    answer(gate, sandbox, "approved", "budi")
    assert approved_receivers(gate) == {"files": DROPPED["files"], "sandbox": DROPPED["sandbox"]}
    answer(gate, lake, "approved", "budi")
    assert approved_receivers(gate) == DROPPED


def test_a_release_that_doesnt_say_what_receivers_were_is_compared_with_nothing(
    gate: duckdb.DuckDBPyConnection,
) -> None:
    assert lay_receivers(gate, None, DROPPED) == {}
    assert lay_receivers(gate, BEFORE, None) == {}
    assert lay_receivers(gate, BEFORE, BEFORE) == {}


def test_nothing_is_sent_to_a_receiver_whose_delivery_is_held(tmp_path: Path) -> None:
    of_it = ReleasedHeldList(
        list=DELIVERIES, market="sandbox", digest="d", changes=0, why=("otherwise",), since=NIGHT, answer="",
        answered_by="", first_wave=0,
    )  # fmt: skip
    release = tmp_path / f"night={NIGHT}"
    release.mkdir()
    (release / "manifest.json").write_text(manifest_of(NIGHT, held_lists=(of_it,)).named().text())
    assert "sandbox, night 2026-03-06: nothing sent" in held_delivery(release, "sandbox")
    assert held_delivery(release, "files") == ""
    approved = of_it.model_copy(update={"answer": "approved"})
    (release / "manifest.json").write_text(manifest_of(NIGHT, held_lists=(approved,)).named().text())
    assert held_delivery(release, "sandbox") == ""


@pytest.mark.parametrize(
    ("said", "names"), [("", ()), ("changed_by: ayu\n", ("ayu",)), ("changed_by: [ayu, budi]\n", ("ayu", "budi"))]
)
def test_receivers_yml_says_who_changed_it(tmp_path: Path, said: str, names: tuple[str, ...]) -> None:
    file = tmp_path / "receivers.yml"
    file.write_text(f"{said}receivers:\n  files: {{kind: files, connection: files, lists: [penalties]}}\n")
    assert receivers_changed_by(file) == names
    assert list(load_receivers(file)) == ["files"]
