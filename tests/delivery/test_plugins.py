"""Kinds of receivers that other packages bring: which there are, and what is said where one can't be had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.installed import BOX, install, on_the_path
from delivery.releases import night, penalty, publish
from evenhand.delivery.config import ReceiversError, load_receivers
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.tasks.receivers import open_receiver


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A deployment with four packages installed, of which one is as it should be."""
    site = tmp_path / "site"
    install(site, "box-receivers", {"box": "box_receivers:plugin"}, "box_receivers", BOX)
    install(site, "lacks-receivers", {"lacks": "lacks_receivers:plugin"}, "lacks_receivers", "import not_there")
    install(site, "odd-receivers", {"odd": "odd_receivers:plugin"}, "odd_receivers", "plugin = 7")
    install(site, "rival-receivers", {"lacks": "x:y", "twice": "x:y", "http": "x:y"}, "rival_receivers", "")
    install(site, "other-receivers", {"twice": "x:y"}, "other_receivers", "")
    for name in ("one", "two"):
        connection = {"conn_type": "generic", "extra": {"path": str(tmp_path / f"{name}.sqlite")}}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
    with on_the_path(site):
        yield tmp_path


def _write(here: Path, *receivers: str) -> Path:
    path = here / "receivers.yml"
    path.write_text("receivers:\n" + "".join(f"  {each}\n" for each in receivers))
    return path


def test_an_unknown_kind_is_told_the_known_ones_with_where_each_comes_from(here: Path) -> None:
    path = _write(here, "a: {kind: boks, connection: one, lists: [penalties]}")
    with pytest.raises(ReceiversError) as error:
        load_receivers(path)
    assert str(error.value) == (
        f"{path}:2: receivers.a: kind must be one of http, files, object_store, postgres, notices, dsa (of Evenhand),"
        " box (of the package box-receivers 1.2), lacks (of the package lacks-receivers 1.2 and of the package"
        " rival-receivers 1.2), odd (of the package odd-receivers 1.2), twice (of the package other-receivers 1.2 and"
        " of the package rival-receivers 1.2)"
    )


def test_what_its_package_does_not_know_is_named_with_its_line(here: Path) -> None:
    path = _write(
        here,
        "b: {kind: files, connection: two, lists: [penalties]}",
        "a:",
        "  kind: box",
        "  connection: one",
        "  lists: [penalties]",
        "  wait_second: 3",
        "  wait_seconds: soon",
    )
    with pytest.raises(ReceiversError) as error:
        load_receivers(path)
    unknown, wrong = sorted(str(error.value).splitlines())
    assert unknown.startswith(f"{path}:7: receivers.a.wait_second: there is no such setting")
    assert wrong.startswith(f"{path}:8: receivers.a.wait_seconds: ")
    assert "it is 'soon'" in wrong


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (
            "odd",
            "receiver bad: the kind odd, of the package odd-receivers 1.2, is no plug-in: odd_receivers:plugin is of"
            " the type int",
        ),
        ("twice", "receiver bad: the kind twice is offered by the package other-receivers 1.2 and by the package"),
        ("lacks", "receiver bad: the kind lacks is offered by the package lacks-receivers 1.2 and by the package"),
    ],
)
def test_one_that_cannot_be_had_fails_its_receiver_alone(here: Path, kind: str, said: str) -> None:
    path = _write(
        here,
        f"bad: {{kind: {kind}, connection: one, lists: [penalties], anything: 1}}",
        "good: {kind: box, connection: two, lists: [penalties]}",
    )
    release = publish(here, night(1), [penalty("p1")])
    with pytest.raises(ReceiversError) as error, open_receiver("bad", path):
        pass
    assert str(error.value).startswith(said)
    with open_receiver("good", path) as receiver, Receipts(here / "receipts.sqlite") as receipts:
        assert deliver(release, receiver, receipts).complete


def test_one_that_cannot_be_imported_is_named_with_its_package_and_the_remedy(here: Path) -> None:
    site = here / "another"
    install(site, "broken-receivers", {"broken": "broken_receivers:plugin"}, "broken_receivers", "import not_there")
    path = _write(here, "a: {kind: broken, connection: one, lists: [penalties]}")
    with on_the_path(site):
        said = load_receivers(path)["a"].model_dump(mode="json")
        with pytest.raises(ReceiversError) as error, open_receiver("a", path):
            pass
    assert str(error.value) == (
        "receiver a: the kind broken, of the package broken-receivers 1.2, can't be imported (ModuleNotFoundError: No"
        " module named 'not_there'). Install what it needs, or another version of it, then run this again; other"
        " receivers go on meanwhile."
    )
    # What is compared with what was approved is the same whether it can be imported or not.
    assert said["kind"] == "broken"


def test_two_entries_for_one_box_are_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_TWO", json.dumps({"extra": {"path": str(here / "one.sqlite")}}))
    path = _write(here, *(f"{name}: {{kind: box, connection: {name}, lists: [penalties]}}" for name in ("one", "two")))
    with (
        pytest.raises(ReceiversError, match=r"one and two are one system, box at .*list penalties"),
        open_receiver("one", path),
    ):
        pass


def test_a_package_cannot_take_the_place_of_a_kind_of_evenhand(here: Path) -> None:
    path = _write(here, "a: {kind: http, connection: one, lists: [penalties], wait_seconds: 1}")
    with pytest.raises(ReceiversError, match="wait_seconds: there is no such setting"):
        load_receivers(path)
