"""A receiver that is otherwise than it was approved gets nothing until somebody else has approved that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from approval.english import SPEAKS
from evenhand.approval.answers import AnswerRefused, record
from evenhand.approval.shown import body, subject
from evenhand.delivery.config import load_receivers, receivers_changed_by, receivers_said
from evenhand.delivery.held import held_delivery
from evenhand.policy.preapproved import Preapproval
from evenhand.quality.held_lists import HeldList, answer, hold_lists, read_held
from evenhand.quality.receiver_changes import config_sha256, lay_receivers, who_changed
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.describe import approved_receivers
from evenhand.release.manifest import DELIVERIES
from evenhand.release.manifest import HeldList as ReleasedHeldList
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


def test_which_file_names_nobody_is_a_part_of_why_a_list_waits(gate: duckdb.DuckDBPyConnection) -> None:
    # A delivery stands for a list, for it keeps no accounts that the gate would have to know.
    of = {(DELIVERIES, "lake"): "days was 7 and is 9"}
    for by, why in (((), ("other", "Nobody can approve it yet: gb.yml says nobody")), (("ayu",), ("other",))):
        (held,) = hold_lists(
            gate,
            {key: ["other"] for key in of},
            {},
            lambda *_, by=by: by,
            lambda *_: NIGHT,
            NIGHT,
            None,
            of,
            lambda *_: "gb.yml says nobody",
        )
        assert (held.changed_by, held.why) == (by, why)


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
    assert "Changed by: ayu." in body(gate, sandbox, NIGHT, SPEAKS)
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


def test_what_comes_to_it_or_goes_is_said_of_tonight_and_of_the_nights_before(gate: duckdb.DuckDBPyConnection) -> None:
    rows = {"penalties": [1150, 1230, 1200], "rewards": [40, 40, 44]}
    now = {"sandbox": {"kind": "http", "lists": ["rewards"]}, "lake": {"kind": "files", "lists": ["rewards"]}}
    found = lay_receivers(gate, BEFORE, now, rows)
    assert found["sandbox"][1:] == (
        "It would lose 1,200 rows of penalties tonight; of the last 2 nights, 1,150 to 1,230",
    )
    assert found["lake"][1:] == ("It would be sent 44 rows of rewards tonight; of the last 2 nights, 40",)


LINK, OTHER = "https://review.test/?item={subject}", "https://elsewhere.test/{subject}"
REVIEWERS = {"kind": "http", "lists": ["qa_items"]}


def test_another_link_of_items_holds_what_is_sent_to_reviewers_and_nothing_else(
    gate: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "receivers.yml"
    file.write_text(
        "receivers:\n  reviewers: {kind: files, connection: reviews, lists: [qa_items]}\n"
        "  lake: {kind: files, connection: files, lists: [penalties]}\n"
    )
    said = {}
    for link in ("", LINK, OTHER):
        monkeypatch.setenv("EVENHAND_ITEM_LINK", link)
        said[link] = receivers_said(file)
    # Where nothing is set, all is as it was approved before this was compared.
    assert said[""] == {name: config.model_dump(mode="json") for name, config in load_receivers(file).items()}
    assert lay_receivers(gate, said[LINK], said[LINK]) == {}
    for before, now, told in (
        ("", LINK, f'EVENHAND_ITEM_LINK was nothing and is "{LINK}"'),
        (LINK, OTHER, f'EVENHAND_ITEM_LINK was "{LINK}" and is "{OTHER}"'),
        (OTHER, "", f'EVENHAND_ITEM_LINK was "{OTHER}" and is nothing'),
    ):
        assert lay_receivers(gate, said[before], said[now]) == {"reviewers": (told,)}


@pytest.mark.parametrize(
    ("before", "now", "named"),
    [
        (REVIEWERS, {**REVIEWERS, "item_link": LINK}, ("mallory",)),
        ({**REVIEWERS, "item_link": LINK}, REVIEWERS, ("mallory",)),
        ({**REVIEWERS, "item_link": LINK}, {**REVIEWERS, "item_link": LINK, "kind": "files"}, ("ayu",)),
        (REVIEWERS, {**REVIEWERS, "item_link": LINK, "kind": "files"}, ("ayu", "mallory")),
        (None, {**REVIEWERS, "item_link": LINK}, ("ayu",)),
        (REVIEWERS, None, ("ayu",)),
    ],
)
def test_who_changed_the_link_of_items_says_the_deployment(before: Any, now: Any, named: tuple[str, ...]) -> None:
    assert who_changed(before, now, ("ayu",), ("mallory",)) == named
    if "mallory" in named:
        assert who_changed(before, now, ("ayu",), ()) == ()
    if "ayu" in named:
        assert who_changed(before, now, (), ("mallory",)) == ()


def test_a_receiver_that_is_taken_out_is_held_and_said_with_the_rows_that_stay_there_until_that_is_approved(
    gate: duckdb.DuckDBPyConnection,
) -> None:
    rows = {"penalties": [1150, 1230, 1200], "rewards": [40, 40, 44]}
    gone = "It isn't in receivers.yml any more: nothing is sent to it from now on, and what it holds isn't taken back"
    for now in ({"files": {"kind": "files"}}, {}):
        found = lay_receivers(gate, BEFORE, now, rows)
        assert found["sandbox"] == (
            gone,
            "1,230 rows of penalties were released last, and stay there",
            "40 rows of rewards were released last, and stay there",
        )
        assert found.get("files") == (None if now else (gone,))
    (sandbox,) = _held(gate, {"files": BEFORE["files"]})
    assert (sandbox.list, sandbox.market, sandbox.changed_by) == ("deliveries", "sandbox", ("ayu",))
    # The night after asks again, until somebody approved it.
    assert approved_receivers(gate) == BEFORE
    answer(gate, sandbox, "rejected", "budi")
    assert approved_receivers(gate) == BEFORE
    answer(gate, sandbox, "approved", "budi")
    assert approved_receivers(gate) == {"files": BEFORE["files"]}


def test_a_receiver_that_is_called_otherwise_is_one_that_is_gone_and_one_that_is_new(
    gate: duckdb.DuckDBPyConnection,
) -> None:
    found = lay_receivers(gate, BEFORE, {"files": BEFORE["files"], "box": BEFORE["sandbox"]})
    assert [(name, said[0].split(" any more")[0][:29]) for name, said in sorted(found.items())] == [
        ("box", "It is a receiver that nobody "),
        ("sandbox", "It isn't in receivers.yml"),
    ]


@pytest.mark.parametrize(("at_most", "held"), [(1199, True), (1200, False)])
def test_what_was_preapproved_of_a_receiver_is_its_text_and_so_many_rows(
    gate: duckdb.DuckDBPyConnection, at_most: int, held: bool
) -> None:
    now: dict[str, Any] = {"sandbox": {"kind": "http", "lists": ["rewards"]}, "files": {"kind": "files"}}
    approved = Preapproval(
        what="x",
        receiver="sandbox",
        text=config_sha256(now["sandbox"]),
        changed_by="ayu",
        approved_by="budi",
        at_most=at_most,
    )
    assert bool(lay_receivers(gate, BEFORE, now, {"penalties": [1200]}, [approved])) is held
    # Of another receiver, or of another text, it is none.
    for other in ({"receiver": "files"}, {"text": "a" * 64}):
        assert lay_receivers(gate, BEFORE, now, {"penalties": [10]}, [approved.model_copy(update=other)])


@pytest.mark.parametrize("setting", ["batch_size", "within_minutes"])
def test_how_quickly_rows_are_sent_is_no_difference(gate: duckdb.DuckDBPyConnection, setting: str) -> None:
    assert lay_receivers(gate, BEFORE, {**BEFORE, "files": {"kind": "files", setting: 3}}) == {}


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
