"""The ledger in a PostgreSQL database: deliveries end as with one in a file; and who is slow holds up nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from delivery import systems
from delivery.releases import LISTS, night, notice, penalty, publish, reward
from delivery.systems import System
from evenhand.delivery.announcements.announcement import read_notices
from evenhand.delivery.announcements.outbox import Outbox
from evenhand.delivery.answered import answered
from evenhand.delivery.changes import Change
from evenhand.delivery.deliver import deliver
from evenhand.delivery.first_read import agreed
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.ledger_server import in_its_dialect
from evenhand.delivery.plan import plan
from evenhand.delivery.read_release import read_release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import Receipt, ReceiverRow
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.reconcile import reconcile, reconcile_and_correct


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = systems.start("postgres", tmp_path_factory.mktemp("postgres"))
    yield system
    system.stop()


@pytest.fixture
def server(postgres: System, monkeypatch: pytest.MonkeyPatch) -> str:
    given = postgres.connection()
    address = (
        f"postgresql://{given['login']}:{quote(given['password'])}@{given['host']}:{given['port']}/{given['schema']}"
    )
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("drop schema if exists evenhand_receipts cascade")
    monkeypatch.setenv("EVENHAND_LEDGER", address)
    return address


def _ledgers(home: Path, server: str) -> list[Receipts]:
    return [Receipts(home / "receipts.sqlite"), Receipts(home / "receipts.sqlite", server)]


def test_deliveries_and_announcements_leave_the_same_in_both(server: str, tmp_path: Path) -> None:
    nights = [
        publish(tmp_path, night(1), [penalty("p1"), penalty("p2"), penalty("é")], [reward("r1")],
                [notice("p1", "new"), notice("p2", "new")]),
        publish(tmp_path, night(2), [penalty("p1", measure="no_ads")], [reward("r1")],
                [notice("p2", "ended", night=night(2))]),
        publish(tmp_path, night(3), [penalty("p1", measure="no_ads"), penalty("p2")], []),
    ]  # fmt: skip
    left = []
    for number, receipts in enumerate(_ledgers(tmp_path, server)):
        with receipts:
            # One name, so that keys are the same; a place each.
            receiver = FilesReceiver("lake", LISTS, str(tmp_path / f"lake{number}"), 2)
            said: list[object] = []
            for release in nights:
                said.append(str(deliver(release, receiver, receipts)))
                outbox = Outbox(receipts, "told")
                outbox.take(read_notices(release, LISTS))
                outbox.take(read_notices(release, LISTS))
                for each in outbox.waiting():
                    took = receipts.took_effect("lake", each.about.row, each.about.payload_sha256, each.night)
                    said.append((each.row, took, outbox.told(each.about)))
                    outbox.mark(each, "ready" if took else "dropped", "")
                sent = outbox.to_send()
                receipts.plan("told", sent, read_release(release, LISTS))
                receipts.record("told", [Receipt(each.key, "applied", "") for each in sent[:1]])
                receipts.record("told", [Receipt(each.key, "rejected", "no") for each in sent[1:]])
                said.append((sent, outbox.said_on(date(2026, 3, 1)), receipts.unanswered("told")))
            # Somebody empties it: it is found, and brought back under other keys.
            agreed(tmp_path, receiver, held=1)
            FilesReceiver("lake", LISTS, str(tmp_path / f"lake{number}"), 2).begin((), date(2026, 3, 3))
            said += [receipts.acknowledged("lake"), receipts.position("lake"), receipts.epoch("lake")]
            said.append(receipts.believe("lake", [ReceiverRow("penalties", "p1", "0" * 64)], date(2026, 3, 3)))
            said.append(str(deliver(nights[2], receiver, receipts)))
            said += [receipts.acknowledged("lake"), receipts.may_have_had("lake", ("penalties", "p9"))]
            said.append(str(reconcile_and_correct(nights[2], receiver, receipts)))
            receipts.reopen("told", [("notices", sent[0].row_key)] if sent else [])
            receipts.begin_epoch("lake", read_release(nights[2], LISTS))
            assert len(receipts.epoch("lake")) == 16
            assert reconcile(nights[2], receiver, receipts).agrees
            left.append(said)
    assert left[0] == left[1]
    assert plan(nights[2], "lake", LISTS, tmp_path / "nothing").changes == []
    ((sent_last,),) = answered(tmp_path / "nothing", [("penalties", "p2")], date(2026, 3, 3)).values()
    assert (sent_last.receiver, sent_last.action, sent_last.status) == ("lake", "put", "acknowledged")


def test_what_was_planned_when_a_sender_died_is_asked_again(server: str, tmp_path: Path) -> None:
    release = publish(tmp_path, night(1), [penalty("p1"), penalty("p2")])

    class Dies(FilesReceiver):
        def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
            raise KeyboardInterrupt

    # Who only reads makes nothing, and writes nothing.
    with Receipts(tmp_path / "receipts.sqlite", server, reads_only=True) as receipts:
        assert receipts.position("lake") is None
    with psycopg.connect(server) as connection:
        assert connection.execute("select to_regnamespace('evenhand_receipts')").fetchone() == (None,)
    with Receipts(tmp_path / "receipts.sqlite", server) as receipts:
        with pytest.raises(KeyboardInterrupt):
            deliver(release, Dies("lake", LISTS, str(tmp_path / "lake"), 2), receipts)
        assert len(receipts.unanswered("lake")) == 2
    with Receipts(tmp_path / "receipts.sqlite", server, reads_only=True) as receipts:
        assert len(receipts.unanswered("lake")) == 2
        with pytest.raises(LedgerBroken, match="read-only"):
            receipts.hand_over("lake", LISTS)
    with Receipts(tmp_path / "receipts.sqlite", server) as receipts:
        assert deliver(release, FilesReceiver("lake", LISTS, str(tmp_path / "lake"), 2), receipts).complete


def test_one_that_is_not_there_is_named_with_the_remedy_and_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(LedgerBroken, match=r"the ledger's database: .*correct EVENHAND_LEDGER") as broken:
        Receipts(tmp_path / "receipts.sqlite", "postgresql://evenhand:the-password@127.0.0.1:1/nothing")
    assert "the-password" not in str(broken.value)


def test_statements_are_told_in_its_dialect() -> None:
    assert in_its_dialect("select 1 where a is ?2 and b = ? and c is not excluded.c") == (
        "select 1 where a is not distinct from $2 and b = $1 and c is distinct from excluded.c"
    )
    assert in_its_dialect("x is null or y is not null") == "x is null or y is not null"


@pytest.mark.parametrize("where", ["file", "server"])
def test_one_that_is_slow_holds_up_no_other(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """While one is asked for anything at all, another is brought to its whole state, with the same ledger."""
    address = request.getfixturevalue("server") if where == "server" else ""
    release = publish(tmp_path, night(1), [penalty("p1"), penalty("p2"), penalty("p3")], [reward("r1")])
    asked: list[str] = []

    class Slow(FilesReceiver):
        def _meanwhile(self, what: str) -> None:
            if what not in asked:
                asked.append(what)
                quick = FilesReceiver(f"quick_{what}", LISTS, str(tmp_path / what), 2)
                with Receipts(tmp_path / "receipts.sqlite", address) as others:
                    assert deliver(release, quick, others).complete

        def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
            self._meanwhile("apply")
            return super().apply(batch)

        def commit(self) -> Sequence[Receipt]:
            self._meanwhile("commit")
            return super().commit()

        def read_back(self) -> Iterator[ReceiverRow]:
            self._meanwhile("read_back")
            return iter(list(super().read_back()))

        def newest_night(self) -> date | None:
            self._meanwhile("newest_night")
            return super().newest_night()

    with Receipts(tmp_path / "receipts.sqlite", address) as receipts:
        slow = Slow("slow", LISTS, str(tmp_path / "slow"), 2)
        assert deliver(release, slow, receipts).complete
        assert reconcile_and_correct(release, slow, receipts).agrees
    assert sorted(asked) == ["apply", "commit", "newest_night", "read_back"]


def test_several_that_begin_at_once_make_the_tables_once(server: str, tmp_path: Path) -> None:
    for _ in range(3):
        with closing(Receipts(tmp_path / "receipts.sqlite", server).database):
            pass


def test_a_database_that_is_lost_during_a_delivery_is_named_with_its_remedy(server: str, tmp_path: Path) -> None:
    with Receipts(tmp_path / "receipts.sqlite", server) as receipts:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and application_name = 'evenhand'"
            )
        for _ in range(2):
            with pytest.raises(LedgerBroken, match=r"^the ledger's database: .*Start it"), receipts.transaction():
                receipts.acknowledged("lake")
            with pytest.raises(LedgerBroken, match="Start it"):
                receipts.unanswered("lake")
