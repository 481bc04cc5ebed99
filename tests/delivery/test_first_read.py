"""Rows that a receiver was never sent: when a person is asked before they are removed there, and when not."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.faulty import FaultyServer
from delivery.releases import LISTS, night, penalty, publish, reward
from evenhand.delivery.deliver import deliver
from evenhand.delivery.first_read import HoldsOthers, agreed, refuse_to_remove, take_over
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Capabilities
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.reconcile import reconcile_and_correct
from evenhand.records.persons import Person
from evenhand.tasks.receivers import open_receiver
from sandbox.process import SECRET, SandboxProcess

ANN = Person("ann", False)
ROWS = [penalty(f"p{number:03}") for number in range(150)]


@pytest.fixture
def receiver(sandbox: SandboxProcess, client: httpx.Client) -> HttpReceiver:
    return HttpReceiver("sandbox", LISTS, sandbox.url, SECRET, client)


def _write(sandbox: SandboxProcess, name: str, number: int, start: int = 0) -> None:
    """What others write there beside ours."""
    with closing(sandbox.database_open()) as database:
        database.execute("begin")
        database.executemany(
            "insert into held (list, row_key, payload, payload_sha256, account_id, changed_at)"
            " values (?, ?, '{}', 'theirs', 'theirs', '2026-03-01')",
            [(name, f"theirs{start + each}") for each in range(number)],
        )
        database.execute("commit")


def test_that_it_agreed_on_nothing_removes_nothing_of_others(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    """Its lists were empty, and so was it; whose system it is, nothing has shown."""
    empty = publish(tmp_path, night(1), [])
    for _ in range(2):
        deliver(empty, receiver, receipts)
        assert reconcile_and_correct(empty, receiver, receipts).agrees
    _write(sandbox, "penalties", 3)
    _write(sandbox, "another_list", 300)
    second = publish(tmp_path, night(2), ROWS[:2])
    deliver(second, receiver, receipts)
    for _ in range(2):
        with pytest.raises(HoldsOthers, match=r"303 rows that it was never sent.*`evenhand take-over sandbox"):
            reconcile_and_correct(second, receiver, receipts)
    assert len(sandbox.held()) == 305
    take_over(tmp_path, "sandbox", ANN, "it is ours")
    assert reconcile_and_correct(second, receiver, receipts).agrees
    assert len(sandbox.held()) == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "asked"), [(2, 10, False), (2, 11, True), (150, 16, False), (150, 17, True)]
)
def test_of_one_that_agreed_a_few_rows_of_others_go_unasked_and_more_are_asked_about(
    ours: int,
    theirs: int,
    asked: bool,
    tmp_path: Path,
    sandbox: SandboxProcess,
    receiver: HttpReceiver,
    receipts: Receipts,
) -> None:
    """Ten rows, or a tenth of what it holds: 16 of 166, and 16.7 of 167."""
    release = publish(tmp_path, night(1), ROWS[:ours])
    deliver(release, receiver, receipts)
    assert reconcile_and_correct(release, receiver, receipts).agrees
    _write(sandbox, "penalties", theirs)
    if asked:
        with pytest.raises(HoldsOthers, match=rf"{theirs} rows .*\(at most {max(10, (ours + theirs) // 10)} are rem"):
            reconcile_and_correct(release, receiver, receipts)
        assert len(sandbox.held()) == ours + theirs
    else:
        assert reconcile_and_correct(release, receiver, receipts).corrected
        assert len(sandbox.held()) == ours


def test_what_a_person_said_is_used_once(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    """It was said of the rows that they saw. What comes later in such numbers, they didn't."""
    release = publish(tmp_path, night(1), ROWS[:2])
    deliver(release, receiver, receipts)
    take_over(tmp_path, "sandbox", ANN, "it is ours")
    for again in range(2):
        _write(sandbox, "penalties", 20, start=20 * again)
        if again:
            with pytest.raises(HoldsOthers, match="20 rows that it was never sent"):
                reconcile_and_correct(release, receiver, receipts)
        else:
            assert reconcile_and_correct(release, receiver, receipts).agrees


def test_a_connection_that_leads_elsewhere_is_asked_about_again(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the same name, and though what it holds could be ours but for three rows."""
    path = tmp_path / "receivers.yml"
    path.write_text("receivers:\n  sandbox: {kind: http, connection: it, lists: [penalties, rewards]}\n")

    def leads_to(url: str) -> None:
        connection = {"conn_type": "http", "host": url, "password": SECRET}
        monkeypatch.setenv("AIRFLOW_CONN_IT", json.dumps(connection))

    release = publish(tmp_path, night(1), ROWS[:4], [reward("r1")])
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        leads_to(sandbox.url)
        with open_receiver("sandbox", path) as receiver:
            assert deliver(release, receiver, receipts).complete
            assert reconcile_and_correct(release, receiver, receipts).agrees
        _write(sandbox, "penalties", 3)
        leads_to(faulty.url)
        with open_receiver("sandbox", path) as receiver, pytest.raises(HoldsOthers, match="3 rows"):
            reconcile_and_correct(release, receiver, receipts)
        assert len(sandbox.held()) == 8
        leads_to(sandbox.url + "/")
        with open_receiver("sandbox", path) as receiver:
            assert reconcile_and_correct(release, receiver, receipts).corrected
        assert len(sandbox.held()) == 5


def test_what_earlier_versions_wrote_down_says_of_no_system_that_it_agreed(tmp_path: Path) -> None:
    folder = tmp_path / "taken_over" / "lake"
    folder.mkdir(parents=True)
    before = {"said_by": None, "why": "it held what it should", "at": "2026-03-01T00:00:00Z"}
    (folder / "0001.json").write_text(json.dumps(before))
    lake = FilesReceiver("lake", ("penalties",), str(tmp_path / "lake"), 2)
    with pytest.raises(HoldsOthers):
        refuse_to_remove(tmp_path, lake, [("penalties", "theirs")], held=100)
    agreed(tmp_path, lake, held=1)
    refuse_to_remove(tmp_path, lake, [("penalties", "theirs")], held=100)


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("agreed"), st.sampled_from("ab"), st.integers(0, 2)),
        st.tuples(st.just("taken over"), st.just(""), st.just(0)),
        st.tuples(st.just("found"), st.sampled_from("ab"), st.integers(0, 300)),
    ),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(steps=_STEPS)
def test_nothing_is_removed_that_was_never_sent_but_for_what_the_rule_says(
    steps: list[tuple[str, str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Against the rule in plain words: systems that agreed, and whether a word of somebody's is open."""
    home = tmp_path_factory.mktemp("home")
    known: set[str] = set()
    is_open = False
    for what, system, number in steps:
        lake = FilesReceiver("lake", ("penalties",), str(home / "lake"), 2)
        lake.capabilities = Capabilities(2, honours_keys=False, address=system)
        if what == "agreed":
            agreed(home, lake, held=number)
            if number:
                known.add(system)
                is_open = False
        elif what == "taken over":
            take_over(home, "lake", ANN, "it is ours")
            is_open = True
        else:
            theirs = [("penalties", str(each)) for each in range(number)]
            passes = not theirs or is_open or (system in known and (number <= 10 or number * 10 <= number + 40))
            if theirs and is_open:
                known.add(system)
                is_open = False
            if passes:
                refuse_to_remove(home, lake, theirs, held=number + 40)
            else:
                with pytest.raises(HoldsOthers):
                    refuse_to_remove(home, lake, theirs, held=number + 40)
