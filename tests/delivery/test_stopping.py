"""Stopping in mid-delivery, against real processes. What counts is the order: nothing begins once the stop was seen."""

from __future__ import annotations

import json
import multiprocessing
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest

from delivery.faulty import FaultyServer
from delivery.releases import LISTS, night, notice, penalty, publish
from evenhand.delivery import stopping
from evenhand.delivery.announcements.announce import announce
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receipt
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.receivers.notices import NoticesReceiver
from evenhand.delivery.reconcile import reconcile, reconcile_and_correct
from evenhand.delivery.stopping import DeliveriesStopped, NothingStopped, resume, stop, stopped
from evenhand.records.persons import Person, PersonRefused
from evenhand.settings import PROJECT
from sandbox.process import SECRET, SandboxProcess

ANN, BOB = Person("ann", logged_in=True), Person("bob", logged_in=True)
ROWS = [penalty(f"p{number}") for number in range(12)]


def test_nothing_is_sent_after_the_batch_in_which_it_was_stopped_and_a_resumed_delivery_converges(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    faulty.kills["stop_meanwhile"] = lambda: _stop(tmp_path)
    faulty.faults.extend(["fine", "stop_meanwhile"])

    with pytest.raises(DeliveriesStopped, match=r"stopped by ann at .*wrong lists.*Nothing is lost.*evenhand resume"):
        deliver(release, flaky, receipts)

    assert len(faulty.bodies) == 2
    # What was under way had its answer, and it is written down.
    assert len(sandbox.effects()) == len(receipts.acknowledged("sandbox")) == 6
    assert receipts.unanswered("sandbox") == []
    with pytest.raises(DeliveriesStopped):
        deliver(release, flaky, receipts)
    with pytest.raises(DeliveriesStopped):
        reconcile_and_correct(release, flaky, receipts)
    assert len(faulty.bodies) == 2

    resume(tmp_path, ANN, BOB, "they are right again")
    assert deliver(release, flaky, receipts).complete
    assert reconcile(release, flaky, receipts).agrees
    assert len(sandbox.effects()) == len(ROWS)


def test_who_waits_because_a_receiver_asked_for_it_sends_no_more(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    faulty.retry_after = 300
    faulty.faults.append("429")
    stopper = threading.Thread(target=_stop_once, args=(tmp_path, lambda: len(faulty.bodies) == 1))
    stopper.start()
    release = publish(tmp_path, night(1), ROWS)
    with pytest.raises(DeliveriesStopped):
        deliver(release, flaky, receipts)
    stopper.join()
    assert len(faulty.bodies) == 1
    assert sandbox.effects() == []
    resume(tmp_path, ANN, BOB, "they are right again")
    assert deliver(release, flaky, receipts).complete
    assert len(sandbox.effects()) == len(ROWS)


def test_a_receiver_that_hangs_is_not_asked_again(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, receipts: Receipts
) -> None:
    has_given_up = threading.Event()

    def stop_and_hang() -> None:
        _stop(tmp_path)
        has_given_up.wait(60)

    faulty.kills["stop_and_hang_after"] = stop_and_hang
    faulty.faults.append("stop_and_hang_after")
    release = publish(tmp_path, night(1), ROWS)
    with httpx.Client(timeout=2) as client:
        receiver = HttpReceiver("sandbox", LISTS, faulty.url, SECRET, client, batch_size=3, backoff_seconds=0)
        with pytest.raises(DeliveriesStopped):
            deliver(release, receiver, receipts)
        has_given_up.set()
        assert len(faulty.bodies) == 1
        # It was applied, and nobody heard of it.
        assert len(receipts.unanswered("sandbox")) == 3
        resume(tmp_path, ANN, BOB, "they are right again")
        summary = deliver(release, receiver, receipts)
    assert summary.complete
    assert summary.duplicates == 3
    assert len(sandbox.effects()) == len(ROWS)


def test_a_call_that_is_kept_alive_ends_with_its_process_and_the_ledger_is_as_after_a_kill(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    faulty.faults.extend(["fine", "drip"])
    spawn = multiprocessing.get_context("spawn")
    sender = spawn.Process(target=_deliver_with_little_patience, args=(str(tmp_path), str(release), faulty.url))
    sender.start()
    assert faulty.hanging.wait(60)
    _stop(tmp_path)
    sender.join(60)
    assert sender.exitcode == 1
    assert len(faulty.bodies) == 2
    assert (len(sandbox.effects()), len(receipts.acknowledged("sandbox"))) == (6, 3)
    assert len(receipts.unanswered("sandbox")) == 3
    resume(tmp_path, ANN, BOB, "they are right again")
    assert deliver(release, flaky, receipts).complete
    assert len(sandbox.effects()) == len(ROWS)


def test_a_stop_that_is_taken_back_in_time_ends_nothing(
    tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watch has seen it, but must not end the process of a delivery that may go on."""
    monkeypatch.setattr(stopping, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(stopping, "UNDER_WAY_SECONDS", 2)

    def stop_and_resume() -> None:
        _stop(tmp_path)
        time.sleep(0.3)
        resume(tmp_path, ANN, BOB, "that was a mistake")
        time.sleep(2.5)

    faulty.kills["mistake_meanwhile"] = stop_and_resume
    faulty.faults.append("mistake_meanwhile")
    assert deliver(publish(tmp_path, night(1), ROWS), flaky, receipts).complete


def test_no_file_is_written_after_it_was_stopped(tmp_path: Path, receipts: Receipts) -> None:
    receiver = StoppedMeanwhile(tmp_path, "lists", LISTS, str(tmp_path / "lists"))
    assert deliver(publish(tmp_path, night(1), ROWS[:3]), receiver, receipts).complete
    before = {path: path.read_bytes() for path in (tmp_path / "lists").rglob("*") if path.is_file()}
    receiver.is_to_be_stopped = True
    release = publish(tmp_path, night(2), ROWS)
    with pytest.raises(DeliveriesStopped):
        deliver(release, receiver, receipts)
    assert {path: path.read_bytes() for path in (tmp_path / "lists").rglob("*") if path.is_file()} == before
    resume(tmp_path, ANN, BOB, "they are right again")
    assert deliver(release, receiver, receipts).complete
    assert reconcile(release, receiver, receipts).agrees


def test_what_is_said_once_waits_for_the_resuming_and_is_said_once(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), ROWS, notices=[notice(f"p{number}", "new") for number in range(12)])
    assert deliver(release, flaky, receipts).complete
    faulty.kills["stop_meanwhile"] = lambda: _stop(tmp_path)
    faulty.faults.append("stop_meanwhile")
    with httpx.Client(timeout=5) as client:
        messenger = HttpReceiver("notices", ("notices",), f"{faulty.url}/notices", SECRET, client, batch_size=3)
        announcer = NoticesReceiver(messenger, {"sandbox": LISTS})
        with pytest.raises(DeliveriesStopped):
            announce(release, announcer, receipts)
        assert len(sandbox.notices()) == 3
        resume(tmp_path, ANN, BOB, "they are right again")
        assert announce(release, announcer, receipts).complete
    assert sorted(name for name, _ in sandbox.notices()) == sorted(f"{night(1)}-p{n}-new" for n in range(12))


def test_one_person_stops_and_two_resume(tmp_path: Path) -> None:
    with pytest.raises(NothingStopped, match="aren't stopped"):
        resume(tmp_path, ANN, BOB, "why not")
    _stop(tmp_path)
    with pytest.raises(PersonRefused, match="somebody else"):
        resume(tmp_path, ANN, Person("Ann ", logged_in=False), "I say so")
    assert stopped(tmp_path)
    resume(tmp_path, ANN, BOB, "they are right again")
    assert stopped(tmp_path) is None
    _stop(tmp_path)
    assert stopped(tmp_path)
    told = [json.loads(path.read_text()) for path in sorted((tmp_path / "stops").iterdir())]
    assert [(entry["action"], entry["by"]["name"], entry["why"]) for entry in told] == [
        ("stopped", "ann", "wrong lists"),
        ("resumed", "ann", "they are right again"),
        ("stopped", "ann", "wrong lists"),
    ]
    assert [entry["approved_by"] and entry["approved_by"]["name"] for entry in told] == [None, "bob", None]


def test_where_it_cannot_be_read_whether_deliveries_are_stopped_nothing_is_sent(
    tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    (tmp_path / "stops").mkdir()
    (tmp_path / "stops" / "0001.json").write_text("half an ent")
    with pytest.raises(DeliveriesStopped, match=r"isn't known whether.*0001\.json"):
        deliver(publish(tmp_path, night(1), ROWS), flaky, receipts)
    assert faulty.bodies == []


class StoppedMeanwhile(FilesReceiver):
    """Deliveries are stopped while it collects."""

    is_to_be_stopped = False

    def __init__(self, home: Path, name: str, lists: tuple[str, ...], url: str) -> None:
        super().__init__(name, lists, url)
        self._home = home

    def commit(self) -> Sequence[Receipt]:
        if self.is_to_be_stopped:
            self.is_to_be_stopped = False
            _stop(self._home)
        return super().commit()


def _stop(home: Path) -> None:
    stop(home, ANN, "wrong lists")


def _stop_once(home: Path, happened: Callable[[], bool]) -> None:
    while not happened():
        time.sleep(0.01)
    _stop(home)


def _deliver_with_little_patience(home: str, release: str, url: str) -> None:
    stopping.LOOK_EVERY_SECONDS, stopping.UNDER_WAY_SECONDS = 0.1, 0.5
    with Receipts(Path(home) / "receipts.sqlite") as receipts, httpx.Client(timeout=30) as client:
        deliver(Path(release), HttpReceiver("sandbox", LISTS, url, SECRET, client, batch_size=3), receipts)


def test_every_text_that_says_how_long_a_stop_takes_says_what_it_takes() -> None:
    texts = [*(PROJECT / "docs").rglob("*.md"), *(PROJECT / "dags").glob("*.py"), *(PROJECT / "plugins").rglob("*.py")]
    under_way = round(stopping.UNDER_WAY_SECONDS)
    in_all = round(under_way + 2 * stopping.LOOK_EVERY_SECONDS)
    said = {(path.name, int(seconds)) for path in texts for seconds in re.findall(r"\b(4\d) seconds", path.read_text())}
    assert {seconds for _, seconds in said} == {under_way, in_all}
    assert {name for name, seconds in said if seconds == in_all} >= {
        "operations.md",
        "emergency_stop.py",
        "stopping.py",
    }
