"""What delivery makes of a receiver that forgets, lags or lies, and of a ledger that was lost.

Longer than other files, for its tests share the receivers that forget, lag and lie.
"""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from delivery.faulty import FaultyServer
from delivery.releases import LISTS, night, penalty, publish, reward
from evenhand.delivery import ledger as ledger_module
from evenhand.delivery.changes import Change
from evenhand.delivery.deliver import deliver
from evenhand.delivery.emptied import ReceiverEmptied, send_again
from evenhand.delivery.first_read import HoldsOthers, take_over
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receipt, ReceiverError
from evenhand.delivery.receivers import http as module
from evenhand.delivery.receivers.deadline import client as client_in_time
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.reconcile import ReconcileSummary, reconcile_and_correct
from evenhand.records.persons import Person
from sandbox.process import SECRET, SandboxProcess

ROWS = [penalty(f"p{number}") for number in range(4)]


@pytest.fixture(autouse=True)
def _looks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PROBES", (0.0, 0.0, 0.0))


def test_a_lost_ledger_neither_repeats_what_is_there_nor_brings_back_an_older_night(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver
) -> None:
    old, new = publish(tmp_path, night(1), ROWS), publish(tmp_path, night(2), ROWS[:2])
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        deliver(old, receiver, receipts)
        deliver(new, receiver, receipts)
    with Receipts(tmp_path / "another.sqlite") as receipts:
        assert str(deliver(old, receiver, receipts)).endswith("it holds night 2026-03-02, which is newer")
        assert deliver(new, receiver, receipts).sent == {}
        third = publish(tmp_path, night(3), [*ROWS[1:3], penalty("p9")])
        assert deliver(third, receiver, receipts).sent == {"penalties": {"put": 2, "remove": 1}}
        assert reconcile_and_correct(third, receiver, receipts).corrected == ""
    assert {key for _, key in sandbox.held()} == {"p1", "p2", "p9"}
    assert len(sandbox.effects()) == 4 + 2 + 3


def test_after_a_restored_ledger_one_reconcile_does(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver
) -> None:
    """However many changes of a row the ledger lacks, none of which may be taken for a retry."""
    ledger, backup = tmp_path / "receipts.sqlite", tmp_path / "backup.sqlite"
    with Receipts(ledger) as receipts:
        deliver(publish(tmp_path, night(1), ROWS), receiver, receipts)
    shutil.copy(ledger, backup)
    with Receipts(ledger) as receipts:
        for day in range(2, 9):
            # p0 goes and comes back, in turn with another measure.
            rows = [penalty("p0", measure="no_ads" if day % 4 else "no_live")] if day % 2 else []
            deliver(publish(tmp_path, night(day), [*rows, ROWS[3]]), receiver, receipts)
    shutil.copy(backup, ledger)
    for suffix in ("-wal", "-shm"):
        ledger.with_name(ledger.name + suffix).unlink(missing_ok=True)
    with Receipts(ledger) as receipts:
        release = publish(tmp_path, night(9), [penalty("p0"), penalty("p1"), ROWS[3]])
        assert deliver(release, receiver, receipts).complete
        assert reconcile_and_correct(release, receiver, receipts).corrected == ""
    assert {key: row["measure"] for (_, key), row in sandbox.held().items()} == dict.fromkeys(
        ("p0", "p1", "p3"), "no_live"
    )


def test_a_ledger_of_the_version_before_goes_on(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver
) -> None:
    """It has no keys beside the rows: what it acknowledged stays, and what follows has keys that were never used."""
    ledger = tmp_path / "receipts.sqlite"
    with Receipts(ledger) as receipts:
        for day, rows in ((1, ROWS), (2, ROWS[:2]), (3, ROWS)):
            deliver(publish(tmp_path, night(day), rows), receiver, receipts)
    with closing(sqlite3.connect(ledger, isolation_level=None)) as database:
        keys = database.execute("select row_key, key from acknowledged order by row_key").fetchall()
        for table, column in (
            ("acknowledged", "key"),
            ("acknowledged", "gone"),
            ("changes", "replaces"),
            ("positions", "epoch"),
        ):
            database.execute(f"alter table {table} drop column {column}")
    with Receipts(ledger) as receipts:
        assert receipts.database.execute("select row_key, key from acknowledged order by row_key").fetchall() == keys
        assert deliver(publish(tmp_path, night(4), ROWS), receiver, receipts).sent == {}
        release = publish(tmp_path, night(5), ROWS[:1])
        assert deliver(release, receiver, receipts).applied == 3
        assert reconcile_and_correct(release, receiver, receipts).agrees
    effects = [key for key, *_ in sandbox.effects()]
    assert len(effects) == len(set(effects)) == 4 + 2 + 2 + 3


def test_an_empty_state_that_only_lags_sends_nothing_again(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    deliver(release, flaky, receipts)
    lags = [True] * 3

    def told(page: Any) -> Any:
        return {"rows": [], "next": None, "night": page["night"]} if lags and lags.pop() else page

    faulty.tell_state = told
    assert reconcile_and_correct(release, flaky, receipts).agrees
    assert len(sandbox.effects()) == 4
    faulty.tell_state = lambda page: {"rows": [], "next": None}
    with pytest.raises(ReceiverError, match="doesn't show what it took"):
        reconcile_and_correct(release, flaky, receipts)
    assert len(sandbox.effects()) == 4


def test_where_all_is_gone_a_person_says_so_before_it_takes_effect_once_more(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    deliver(release, receiver, receipts)
    for emptied in (1, 2):
        with closing(sandbox.database_open()) as database:
            database.execute("delete from held")
        with pytest.raises(ReceiverEmptied, match=r"had acknowledged 4 rows.*`evenhand send-again sandbox"):
            reconcile_and_correct(release, receiver, receipts)
        send_again(tmp_path, "sandbox", Person("ann", False), "its disk was replaced")
        assert reconcile_and_correct(release, receiver, receipts).agrees
        assert len(sandbox.effects()) == 4 + 4 * emptied


@pytest.mark.parametrize("spelt", ["zoe\u0308/live", "ZO\u00cb/live "])
def test_a_row_of_ours_in_another_spelling_is_never_taken_for_anothers(
    spelt: str, tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), [penalty("zo\u00eb/live")])
    deliver(release, flaky, receipts)

    def told(page: Any) -> Any:
        return {
            **page,
            "rows": [{**row, "row_key": spelt} for row in page["rows"] if row["list"] != "probe"]
            + [row for row in page["rows"] if row["list"] == "probe"],
        }

    faulty.tell_state = told
    take_over(tmp_path, "sandbox", Person("ann", False), "it is ours")
    with pytest.raises(ReceiverError, match=r"must keep a row_key letter for letter"):
        reconcile_and_correct(release, flaky, receipts)
    assert len(sandbox.effects()) == 1


def test_where_all_of_before_is_gone_a_person_is_asked_too_though_tonights_rows_are_there(
    tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client, receipts: Receipts
) -> None:
    receiver = HttpReceiver("sandbox", LISTS, sandbox.url, SECRET, client)
    rows = [penalty(f"p{number:02}") for number in range(12)]
    deliver(publish(tmp_path, night(1), rows), receiver, receipts)
    with closing(sandbox.database_open()) as database:
        database.execute("delete from held")
    release = publish(tmp_path, night(2), [*rows, penalty("tonight")])
    assert deliver(release, receiver, receipts).applied == 1
    with pytest.raises(ReceiverEmptied, match=r"nothing of what it held before tonight, and had acknowledged 12 rows"):
        reconcile_and_correct(release, receiver, receipts)
    assert len(sandbox.effects()) == 13
    send_again(tmp_path, "sandbox", Person("ann", False), "its disk was replaced")
    assert reconcile_and_correct(release, receiver, receipts).agrees
    assert len(sandbox.effects()) == 25


@pytest.mark.parametrize("honours_keys", [True, False])
def test_what_it_was_never_sent_is_removed_on_a_first_reconcile_only_after_a_person_said_so(
    tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client, receipts: Receipts, honours_keys: bool
) -> None:
    receiver = HttpReceiver("sandbox", LISTS, sandbox.url, SECRET, client, honours_keys=honours_keys)
    release = publish(tmp_path, night(1), ROWS)
    with closing(sandbox.database_open()) as database:
        database.execute(
            "insert into held (list, row_key, payload, payload_sha256, account_id, changed_at)"
            " values ('penalties', 'theirs', '{}', 'theirs', 'theirs', '2026-03-01')"
        )
    for _ in range(2):
        with pytest.raises(HoldsOthers, match=r"1 rows that it was never sent.*penalties/theirs.*`evenhand take-over"):
            deliver(release, receiver, receipts)
            reconcile_and_correct(release, receiver, receipts)
        assert ("penalties", "theirs") in sandbox.held()
    take_over(tmp_path, "sandbox", Person("ann", False), "it is ours")
    deliver(release, receiver, receipts)
    assert reconcile_and_correct(release, receiver, receipts).agrees
    assert ("penalties", "theirs") not in sandbox.held()


def test_what_another_system_brought_with_its_own_night_is_not_ours_either(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver
) -> None:
    """Its night looks as if our ledger was lost; but no release of ours ever had its rows."""
    with Receipts(tmp_path / "theirs" / "receipts.sqlite") as theirs:
        deliver(publish(tmp_path / "theirs", night(1), [penalty("theirs")]), receiver, theirs)
    first = publish(tmp_path, night(1), [penalty("p0")])
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        for _ in range(2):
            with pytest.raises(HoldsOthers, match=r"1 rows that it was never sent.*penalties/theirs"):
                deliver(first, receiver, receipts)
                reconcile_and_correct(first, receiver, receipts)
        assert list(sandbox.held()) == [("penalties", "theirs")]
        take_over(tmp_path, "sandbox", Person("ann", False), "it is ours")
        deliver(first, receiver, receipts)
        assert reconcile_and_correct(first, receiver, receipts).agrees
    assert list(sandbox.held()) == [("penalties", "p0")]


def test_a_reading_that_fails_after_a_lost_ledger_is_made_again_and_nothing_takes_effect_twice(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        deliver(release, receiver, receipts)
    with Receipts(tmp_path / "another.sqlite") as receipts:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(receiver, "read_back", lambda: (_ for _ in ()).throw(ReceiverError("it is down")))
            for _ in range(2):
                with pytest.raises(ReceiverError, match="it is down"):
                    deliver(release, receiver, receipts)
        assert deliver(release, receiver, receipts).sent == {}
    assert len(sandbox.effects()) == len(ROWS)


def test_an_empty_state_beside_a_lost_ledger_asks_a_person_too_unless_its_night_had_nothing(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver
) -> None:
    """Its night says that it was brought something, which no ledger knows any more."""
    first, second = publish(tmp_path, night(1), ROWS), publish(tmp_path, night(2), ROWS)
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        deliver(first, flaky, receipts)
    faulty.tell_state = lambda page: {**page, "rows": [row for row in page["rows"] if row["list"] == "probe"]}
    with Receipts(tmp_path / "lost.sqlite") as receipts:
        for bring in (deliver, reconcile_and_correct):
            with pytest.raises(ReceiverEmptied, match="holds nothing, and has a night of which 4 rows were released"):
                bring(second, flaky, receipts)
        assert len(sandbox.effects()) == len(ROWS)
        # A state that only lagged is told again.
        faulty.tell_state = None
        assert deliver(second, flaky, receipts).sent == {}
        assert len(sandbox.effects()) == len(ROWS)
        third, fourth = publish(tmp_path, night(3)), publish(tmp_path, night(4), ROWS[:1])
        assert deliver(third, flaky, receipts).complete
    with Receipts(tmp_path / "lost_again.sqlite") as receipts:
        assert deliver(fourth, flaky, receipts).complete
    assert list(sandbox.held()) == [("penalties", ROWS[0][0])]


def test_what_a_person_says_of_an_empty_receiver_is_followed_by_a_reconcile_beside_a_lost_ledger_too(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        deliver(release, receiver, receipts)
    for emptied in (1, 2):
        with closing(sandbox.database_open()) as database:
            database.execute("delete from held")
        with Receipts(tmp_path / f"lost_{emptied}.sqlite") as receipts:
            with pytest.raises(ReceiverEmptied, match="has a night of which 4 rows were released"):
                reconcile_and_correct(release, receiver, receipts)
            send_again(tmp_path, "sandbox", Person("ann", False), "its disk was replaced")
            assert reconcile_and_correct(release, receiver, receipts).corrected == ("4 missing, the first penalties/p0")
            assert len(sandbox.held()) == 4
            assert len(sandbox.effects()) == 4 + 4 * emptied


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_night_that_a_neighbour_of_the_system_brought_explains_an_empty_state_unless_the_ledger_was_lost(
    is_lost: bool, tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client
) -> None:
    """What stands in the ledger of other systems says nothing of this one, nor what was read after a loss."""
    first, second = (publish(tmp_path, night(day), ROWS, [reward("r1")]) for day in (1, 2))

    def entry(name: str, neighbour: str, *lists: str) -> HttpReceiver:
        receiver = HttpReceiver(name, lists, sandbox.url, SECRET, client, audience="sandbox")
        others = frozenset(LISTS) - set(lists)
        receiver.capabilities = replace(receiver.capabilities, others=others, neighbours=frozenset({neighbour}))
        return receiver

    one, other = entry("one", "other", "penalties"), entry("other", "one", "rewards")
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        deliver(first, one, receipts)
        if is_lost:
            deliver(first, other, receipts)
            with closing(sandbox.database_open()) as database:
                database.execute("delete from held where list = 'rewards'")
    with Receipts(tmp_path / ("lost.sqlite" if is_lost else "receipts.sqlite")) as receipts:
        deliver(second, FilesReceiver("elsewhere", LISTS, str(tmp_path / "elsewhere")), receipts)
        deliver(second, one, receipts)
        if not is_lost:
            assert deliver(second, other, receipts).complete
            assert ("rewards", "r1") in sandbox.held()
            return
        for bring in (deliver, reconcile_and_correct):
            with pytest.raises(ReceiverEmptied, match="has a night of which 1 rows were released"):
                bring(second, other, receipts)
    assert len(sandbox.effects()) == len(ROWS) + 1


@pytest.mark.parametrize("bring", [deliver, reconcile_and_correct])
def test_a_list_that_another_entry_brings_now_is_not_taken_for_gone(
    bring: Callable[..., Any], tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client
) -> None:
    """Of a system without keys, which is read each time."""
    first, second = (publish(tmp_path, night(day), [], [reward("r1")]) for day in (1, 2))
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        for release, lists in ((first, LISTS), (second, ("penalties",))):
            one = HttpReceiver("one", lists, sandbox.url, SECRET, client, honours_keys=False, audience="sandbox")
            one.capabilities = replace(one.capabilities, others=frozenset(LISTS) - set(lists))
            bring(release, one, receipts)
    assert [row for _, row in sandbox.held()] == ["r1"]
    assert len(sandbox.effects()) == 1


@pytest.mark.parametrize("honours_keys", [True, False])
@pytest.mark.parametrize("is_theirs", [True, False])
def test_a_list_that_another_entry_may_bring_is_neither_removed_nor_forgotten_until_that_is_known(
    is_theirs: bool, honours_keys: bool, tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client
) -> None:
    """Its connection can't be read on the second night, on which this entry no longer has the list."""
    ours = (LISTS, ("penalties",), ("penalties",))
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        for day, lists in enumerate(ours, 1):
            one = HttpReceiver("one", lists, sandbox.url, SECRET, client, honours_keys=honours_keys, audience="sandbox")
            others = frozenset({"rewards"} if day == 2 or (day == 3 and is_theirs) else ())
            one.capabilities = replace(
                one.capabilities, others=others, maybe_others=others if day == 2 else frozenset()
            )
            release = publish(tmp_path, night(day), [penalty("p1")], [reward("r1")])
            deliver(release, one, receipts)
            assert reconcile_and_correct(release, one, receipts).agrees
            assert (("rewards", "r1") in sandbox.held()) == (day < 3 or is_theirs)
    assert len(sandbox.effects()) == (2 if is_theirs else 3)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_first_batch_without_an_answer_is_sent_again_unless_the_night_says_that_it_arrived(
    arrived: bool, tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a system without keys, whose state then shows no row."""
    release = publish(tmp_path, night(1), [penalty("p1")])
    receiver = HttpReceiver("one", LISTS, sandbox.url, SECRET, client, honours_keys=False, audience="sandbox")
    whole = receiver.apply

    def lost(batch: Sequence[Change]) -> Sequence[Receipt]:
        if arrived:
            whole(batch)
        raise ReceiverError("no answer")

    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        with monkeypatch.context() as meanwhile, pytest.raises(ReceiverError, match="no answer"):
            meanwhile.setattr(receiver, "apply", lost)
            deliver(release, receiver, receipts)
        if arrived:
            with monkeypatch.context() as meanwhile:
                meanwhile.setattr(receiver, "read_back", list)
                with pytest.raises(ReceiverEmptied, match="something of the night reached it, of which 1 row has no"):
                    deliver(release, receiver, receipts)
        assert deliver(release, receiver, receipts).complete
    assert len(sandbox.effects()) == 1


def test_an_old_release_that_lacks_a_list_or_has_lost_one_blocks_no_delivery_beside_a_lost_ledger(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver
) -> None:
    """Of the night that the receiver has, only a count is wanted."""
    first, second = (publish(tmp_path, night(day), ROWS) for day in (1, 2))
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        deliver(first, receiver, receipts)
    for gone in ("rewards", "reasons"):
        (first.resolve() / f"{gone}.parquet").unlink()
    with Receipts(tmp_path / "lost.sqlite") as receipts:
        assert deliver(second, receiver, receipts).sent == {}
    assert len(sandbox.effects()) == len(ROWS)


def test_the_same_finding_twice_is_one_key_and_a_real_loss_is_another(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    """The probe is read, and what was sent again isn't, as where a store is behind its queue."""
    release = publish(tmp_path, night(1), ROWS)
    deliver(release, flaky, receipts)

    def without_p0(page: Any) -> Any:
        return {**page, "rows": [row for row in page["rows"] if row["row_key"] != "p0"]}

    faulty.tell_state = without_p0
    for _ in range(3):
        assert not reconcile_and_correct(release, flaky, receipts).agrees
    # It had been there: sending it again is a second effect, and a third time is none.
    assert [row_key for _, _, row_key, _ in sandbox.effects()[4:]] == ["p0"]
    faulty.tell_state = None
    assert reconcile_and_correct(release, flaky, receipts).agrees
    with closing(sandbox.database_open()) as database:
        database.execute("delete from held where row_key = 'p0'")
    assert reconcile_and_correct(release, flaky, receipts).corrected
    assert [row_key for _, _, row_key, _ in sandbox.effects()[5:]] == ["p0"]
    assert ("penalties", "p0") in sandbox.held()


@pytest.mark.parametrize(
    ("tell", "complaint"),
    [
        (lambda page: {**page, "rows": page["rows"] * 2}, "is there twice"),
        (lambda page: {**page, "next": ""}, "names itself as the next"),
        (lambda page: {**page, "rows": "all"}, "broke the contract"),
    ],
)
def test_a_state_outside_the_contract_is_an_error(
    tell: Callable[[Any], Any],
    complaint: str,
    tmp_path: Path,
    faulty: FaultyServer,
    flaky: HttpReceiver,
    receipts: Receipts,
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    deliver(release, flaky, receipts)
    faulty.tell_state = tell
    with pytest.raises(ReceiverError, match=complaint):
        reconcile_and_correct(release, flaky, receipts)


def test_pages_without_end_are_an_error(
    tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = publish(tmp_path, night(1), ROWS)
    deliver(release, flaky, receipts)
    monkeypatch.setattr(module, "_STATE_PAGES", 20)
    # Cursors that the sandbox takes, and never the same twice.
    cursors = iter(range(100))

    def told(page: Any) -> Any:
        cursor = base64.urlsafe_b64encode(json.dumps(["zzz", f"{next(cursors):03}"]).encode()).decode()
        return {"rows": [], "next": cursor, "night": None}

    faulty.tell_state = told
    with pytest.raises(ReceiverError, match="more than 20 pages"):
        reconcile_and_correct(release, flaky, receipts)


def test_an_answer_that_comes_byte_by_byte_ends_with_its_time(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, receipts: Receipts
) -> None:
    """Each byte comes long before the next read would time out."""
    faulty.faults.extend(["drip", "drip"])
    release = publish(tmp_path, night(1), ROWS)
    with client_in_time(seconds=2) as client:
        receiver = HttpReceiver("sandbox", LISTS, faulty.url, SECRET, client, attempts=2, backoff_seconds=0)
        with pytest.raises(ReceiverError, match="gave no answer in 2 attempts; the last: ReadTimeout"):
            deliver(release, receiver, receipts)
        assert deliver(release, receiver, receipts).complete
    assert len(sandbox.effects()) == 4


def test_an_answer_twice_for_one_key_is_an_error(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, client: httpx.Client, receipts: Receipts
) -> None:
    faulty.faults.append("repeat")
    receiver = HttpReceiver("sandbox", LISTS, faulty.url, SECRET, client, attempts=2, backoff_seconds=0)
    release = publish(tmp_path, night(1), ROWS)
    with pytest.raises(ReceiverError, match="it answered twice for one key"):
        deliver(release, receiver, receipts)
    assert deliver(release, receiver, receipts).duplicates == 4
    assert len(sandbox.effects()) == 4


@pytest.mark.parametrize(
    ("spoil", "remedy"),
    [
        ("damaged", "Bring it back from a backup, or move it away"),
        ("locked", "Another process has held it"),
        ("read-only", "the right to write it"),
    ],
)
def test_a_ledger_that_cannot_be_used_is_named_with_its_remedy(
    spoil: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "receipts.sqlite"
    monkeypatch.setattr(ledger_module, "LOCKED_SECONDS", 0.1)
    with closing(sqlite3.connect(ledger, isolation_level=None)) as database:
        if spoil == "damaged":
            ledger.write_bytes(b"SQLite format 3\0" + b"rubbish" * 1000)
        elif spoil == "locked":
            database.execute("pragma journal_mode = wal")
            database.execute("begin exclusive")
        else:
            database.execute("create table of_somebody_else (x)")
            # Root may write what is read-only, and a folder by no means.
            ledger.unlink()
            ledger.mkdir()
        with pytest.raises(LedgerBroken) as error:
            Receipts(ledger)
    assert str(ledger) in str(error.value)
    assert remedy in str(error.value)


def test_a_list_that_comes_back_is_not_taken_to_be_there_for_a_state_that_lags(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    rows = [penalty("p1"), penalty("p2")]
    deliver(publish(tmp_path, night(1), rows), flaky, receipts)
    read: list[Any] = []

    def told(page: Any) -> Any:
        read.append(page)
        return page

    faulty.tell_state = told
    list(flaky.read_back())
    faulty.tell_state = None
    deliver(publish(tmp_path, night(2), []), flaky, receipts)
    # The first two readings of the delivery are of before: its night, and its rows.
    lagging = read * 2
    faulty.tell_state = lambda page: lagging.pop() if lagging else page
    deliver(publish(tmp_path, night(3), rows), flaky, receipts)
    assert sandbox.held().keys() == {("penalties", "p1"), ("penalties", "p2")}


@pytest.mark.parametrize(("wanted", "said"), [(0, "0 rows wanted"), (1, "1 row wanted"), (2, "2 rows wanted")])
def test_rows_that_are_wanted_are_counted_as_people_count(wanted: int, said: str) -> None:
    summary = ReconcileSummary("sandbox", date(2026, 3, 1), "", wanted, wanted)
    assert str(summary) == f"sandbox, night 2026-03-01: {said}, {wanted} held: they agree"
