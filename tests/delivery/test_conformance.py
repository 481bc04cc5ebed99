"""What every receiver must do. To have a new one judged, add its system to systems.py; nothing here knows any kind."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from random import Random

import pytest

from delivery import systems
from delivery.installed import installed
from delivery.releases import night, penalty, publish, reward
from delivery.systems import LISTS, System
from evenhand.delivery.changes import Change
from evenhand.delivery.deliver import deliver
from evenhand.delivery.payload import canonical
from evenhand.delivery.read_release import ReleaseError
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receipt, Receiver, ReceiverError
from evenhand.delivery.reconcile import reconcile, reconcile_and_correct
from evenhand.delivery.stopping import DeliveriesStopped, resume, stop
from evenhand.records.persons import Person
from evenhand.tasks.receivers import open_receiver

Row = tuple[object, ...]
Open = Callable[[], AbstractContextManager[Receiver]]


@pytest.fixture(scope="module", params=(*systems.KINDS, *systems.PLUGINS))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    if request.param in systems.PLUGINS:
        with installed(tmp_path_factory.mktemp("site"), request.param):
            system = systems.start(request.param, tmp_path_factory.mktemp(request.param))
            yield system
        return
    system = systems.start(request.param, tmp_path_factory.mktemp(request.param))
    yield system
    system.stop()


@pytest.fixture
def system(running: System) -> System:
    running.fresh()
    return running


@pytest.fixture
def opened(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """The receiver as a deployment has it: from receivers.yml and an Airflow connection."""
    return _opened(system, tmp_path, monkeypatch, LISTS)


def _opened(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lists: Sequence[str]) -> Open:
    config = {"kind": system.kind, "connection": "conforming", "lists": lists, "batch_size": 3, **system.settings}
    (tmp_path / "receivers.yml").write_text(json.dumps({"receivers": {"receiver": config}}))
    monkeypatch.setenv("AIRFLOW_CONN_CONFORMING", json.dumps(system.connection()))

    @contextmanager
    def open_one() -> Iterator[Receiver]:
        with open_receiver("receiver", tmp_path / "receivers.yml") as receiver:
            yield receiver

    return open_one


def test_it_comes_to_hold_exactly_what_is_wanted(
    system: System, opened: Open, tmp_path: Path, receipts: Receipts
) -> None:
    nights: Sequence[tuple[list[Row], list[Row]]] = (
        ([penalty("p1"), penalty("p2", ends_on=None), penalty("p3")], [reward("r1", amount="1234.50")]),
        ([penalty("p2", measure="no_ads"), penalty("p3"), penalty("p4", account="Ñandú \\ \" ' ; 雪")], []),
        ([], []),
        ([penalty("p1")], [reward("r1"), reward("r2")]),
    )
    for day, (penalties, rewards) in enumerate(nights, start=1):
        release = publish(tmp_path, night(day), penalties, rewards)
        with opened() as receiver:
            assert deliver(release, receiver, receipts).complete
            assert reconcile(release, receiver, receipts).agrees
            assert deliver(release, receiver, receipts).sent == {}
        assert system.held() == wanted(penalties, rewards)


def test_items_for_review_are_a_list_like_any_other(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receipts: Receipts
) -> None:
    opened = _opened(system, tmp_path, monkeypatch, (*LISTS, "qa_items"))
    nights: Sequence[Sequence[tuple[str, str]]] = (
        [("i1", "https://x.test/1"), ("i2", ""), ("i3", "https://x.test/?q=Ñandú \\ \" ' ; 雪&<b>")],
        [("i2", ""), ("i4", "https://x.test/1")],
        [],
    )
    for day, items in enumerate(nights, start=1):
        release = publish(tmp_path, night(day), [penalty("p1")], items=items)
        with opened() as receiver:
            assert deliver(release, receiver, receipts).complete
            assert reconcile(release, receiver, receipts).agrees
            assert deliver(release, receiver, receipts).sent == {}
            held = {
                (each.list, each.row_key): each.payload_sha256 for each in receiver.read_back() if each.list != "probe"
            }
        assert set(held) == {("penalties", "p1"), *(("qa_items", item) for item, _ in items)}
        for item, link in items:
            assert held["qa_items", item] == canonical({"link": link}).sha256


def test_their_key_is_no_list(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), [penalty("p1")], items=[("i1", "")], keys=True)
    with (
        _opened(system, tmp_path, monkeypatch, ("qa_items", "qa_keys"))() as receiver,
        pytest.raises(ReleaseError, match="this is not a list"),
    ):
        deliver(release, receiver, receipts)


def test_nothing_more_is_handed_to_it_once_deliveries_are_stopped(
    system: System, opened: Open, tmp_path: Path, receipts: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = Person("ann", logged_in=True), Person("bob", logged_in=True)
    rows = [penalty(f"p{number}") for number in range(8)]
    release = publish(tmp_path, night(1), rows)
    batches: list[Sequence[Change]] = []
    with opened() as receiver:
        apply = receiver.apply

        def apply_and_stop(batch: Sequence[Change]) -> Sequence[Receipt]:
            batches.append(batch)
            answered = apply(batch)
            stop(tmp_path, ann, "wrong lists")
            return answered

        monkeypatch.setattr(receiver, "apply", apply_and_stop)
        with pytest.raises(DeliveriesStopped):
            deliver(release, receiver, receipts)
    assert len(batches) == 1
    assert set(system.held()) <= {(change.list, change.row_key) for change in batches[0]}
    resume(tmp_path, ann, bob, "they are right again")
    with opened() as receiver:
        assert deliver(release, receiver, receipts).complete
        assert reconcile(release, receiver, receipts).agrees
    assert system.held() == wanted(rows, [])


def test_what_it_reads_back_is_what_it_holds(system: System, opened: Open, tmp_path: Path, receipts: Receipts) -> None:
    with opened() as receiver:
        assert list(receiver.read_back()) == []
        deliver(publish(tmp_path, night(1), [penalty("p1")], [reward("r1")]), receiver, receipts)
        found = {(row.list, row.row_key): row.payload_sha256 for row in receiver.read_back()}
    acknowledged = receipts.acknowledged("receiver")
    assert found == {row: held.payload_sha256 for row, held in acknowledged.items()}


def test_a_change_that_comes_twice_has_one_effect_if_it_says_so(system: System, opened: Open) -> None:
    put = Change("a" * 64, "penalties", "p1", 0, "put", canonical({"account_id": "A1", "measure": "no_live"}))
    other = Change("b" * 64, "penalties", "p1", 1, "put", canonical({"account_id": "A1", "measure": "no_ads"}))
    with opened() as receiver:
        assert receiver.capabilities.honours_keys is system.honours_keys
        if not system.honours_keys:
            return
        receiver.begin((), date(2026, 3, 1))
        for change, status in ((put, "applied"), (put, "duplicate"), (other, "applied"), (put, "duplicate")):
            assert [receipt.status for receipt in receiver.apply([change])] == [status]
        assert [row.payload_sha256 for row in receiver.read_back()] == [
            canonical({"account_id": "A1", "measure": "no_ads"}).sha256
        ]


@pytest.mark.parametrize("seed", range(6))
def test_what_was_edited_by_hand_is_found_and_put_right(
    seed: int, system: System, opened: Open, tmp_path: Path, receipts: Receipts
) -> None:
    rows = [penalty(f"p{number}") for number in range(5)], [reward("r1")]
    release = publish(tmp_path, night(1), *rows)
    with opened() as receiver:
        deliver(release, receiver, receipts)
        assert reconcile_and_correct(release, receiver, receipts).agrees
        system.edit(Random(seed))
        assert reconcile_and_correct(release, receiver, receipts).agrees
        assert reconcile_and_correct(release, receiver, receipts).corrected == ""
    assert system.held() == wanted(*rows)


def test_one_row_that_it_cannot_take_keeps_no_other_from_going_through(
    system: System, opened: Open, tmp_path: Path, receipts: Receipts
) -> None:
    rows = [penalty(f"p{number}") for number in range(8)]
    release = publish(tmp_path, night(1), [*rows, penalty("p5b", account="\x00")])
    with opened() as receiver:
        summary = deliver(release, receiver, receipts)
    taken = {row_key for _, row_key in system.held()}
    assert taken >= {row[0] for row in rows}
    # Whoever can hold the row must; whoever can't must say so.
    assert [row.row_key for row in summary.rejected] == ([] if "p5b" in taken else ["p5b"])


def test_killed_in_the_middle_it_has_everything_after_the_next_run(
    system: System, opened: Open, tmp_path: Path, receipts: Receipts
) -> None:
    if system.address() is None:
        pytest.skip("it has no process")
    rows = [penalty(f"p{number}") for number in range(90)], [reward("r1")]
    release = publish(tmp_path, night(1), *rows)
    killing = threading.Timer(0.15, system.kill)
    killing.start()
    try:
        with opened() as receiver:
            deliver(release, receiver, receipts)
    except ReceiverError as error:
        assert "nothing is lost" in str(error).lower()
    killing.join()
    system.start()
    with opened() as receiver:
        deliver(release, receiver, receipts)
        assert reconcile_and_correct(release, receiver, receipts).agrees
    assert system.held() == wanted(*rows)


def test_one_that_is_down_is_named_with_the_remedy_and_without_the_secret(
    system: System, opened: Open, tmp_path: Path, receipts: Receipts, caplog: pytest.LogCaptureFixture
) -> None:
    if system.address() is None:
        pytest.skip("it has no process")
    release = publish(tmp_path, night(1), [penalty("p1")])
    system.kill()
    try:
        with opened() as receiver, pytest.raises(ReceiverError) as error:
            deliver(release, receiver, receipts)
    finally:
        system.start()
    assert "receiver receiver" in str(error.value)
    assert "nothing is lost" in str(error.value).lower()
    assert system.connection()["password"] not in str(error.value) + caplog.text


def wanted(penalties: list[tuple[object, ...]], rewards: list[tuple[object, ...]]) -> systems.Held:
    """What a system should hold, made from the rows without delivery's code."""
    columns = {
        "penalties": ("account_id", "market", "programme", "scope", "measure", "starts_on", "ends_on", "reason_id"),
        "rewards": ("account_id", "market", "reward", "amount", "lives", "first_time", "starts_on", "reason_id"),
    }
    held: systems.Held = {}
    for name, rows in (("penalties", penalties), ("rewards", rewards)):
        for key, *values in rows:
            held[name, str(key)] = {
                column: None if value is None else str(value)
                for column, value in zip(columns[name], values, strict=True)
            } | {"explanation": f"Because of {key}, naturally."}
    return held
