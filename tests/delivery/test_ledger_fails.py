"""A ledger that fails after it was opened is told with its remedy, as one that can't be opened."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from delivery.releases import LISTS, night, penalty, publish
from evenhand.delivery import ledger as ledger_module
from evenhand.delivery.answered import answered
from evenhand.delivery.deliver import deliver
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.files import FilesReceiver


def _delivered(folder: Path, number: int) -> Path:
    release = publish(folder, night(1), [penalty(f"p{each:04}") for each in range(number)])
    with Receipts(folder / "receipts.sqlite") as receipts:
        deliver(release, FilesReceiver("lake", LISTS, str(folder / "lake"), 1000), receipts)
    return release


def test_one_that_is_damaged_inside_is_named_when_it_is_read(tmp_path: Path) -> None:
    _delivered(tmp_path, 300)
    ledger = tmp_path / "receipts.sqlite"
    content = bytearray(ledger.read_bytes())
    # Its head and its tables' definitions stay; of each page after them the first bytes are gone.
    for start in range(4096 * 8, len(content), 4096):
        content[start : start + 64] = b"\xff" * 64
    ledger.write_bytes(content)
    with Receipts(ledger) as receipts:
        with pytest.raises(LedgerBroken, match=r"receipts\.sqlite: .*It is damaged"):
            receipts.acknowledged("lake")
        with pytest.raises(LedgerBroken, match="It is damaged"), receipts.transaction():
            receipts.acknowledged("lake")


@pytest.mark.parametrize(("how", "remedy"), [("damaged", "It is damaged"), ("locked", "Another process has held it")])
def test_one_that_an_explanation_cannot_read_is_named_and_neither_made_nor_changed(
    how: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LOCKED_SECONDS", 0.1)
    ledger = tmp_path / "receipts.sqlite"
    row, on = ("penalties", "p0001"), date(2026, 3, 1)
    assert answered(ledger, [row], on) == {row: []}
    assert not ledger.exists()
    _delivered(tmp_path, 2)
    ledger.chmod(0o600)
    ((given,),) = answered(ledger, [row], on).values()
    assert (given.receiver, given.action, given.status) == ("lake", "put", "acknowledged")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("receipts.sqlite*")} == {0o600}
    with closing(sqlite3.connect(ledger, isolation_level=None)) as another:
        if how == "damaged":
            ledger.write_bytes(b"SQLite format 3\0" + b"rubbish" * 1000)
        else:
            another.execute("pragma locking_mode = exclusive")
            another.execute("begin exclusive")
            another.execute("delete from outbox")
        with pytest.raises(LedgerBroken, match=rf"receipts\.sqlite: .*{remedy}"):
            answered(ledger, [row], on)


@pytest.mark.parametrize(("how", "remedy"), [("locked", "Another process has held it"), ("full", "Make room")])
def test_one_that_cannot_be_written_any_more_is_named(
    how: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LOCKED_SECONDS", 0.1)
    _delivered(tmp_path, 2)
    ledger = tmp_path / "receipts.sqlite"
    second = publish(tmp_path, night(2), [penalty(f"q{each:04}") for each in range(500)])
    lake = FilesReceiver("lake", LISTS, str(tmp_path / "lake"), 1000)
    with Receipts(ledger) as receipts, closing(sqlite3.connect(ledger, isolation_level=None)) as another:
        if how == "locked":
            another.execute("begin immediate")
        else:
            receipts.database.execute("pragma max_page_count = 1")
        with pytest.raises(LedgerBroken, match=remedy):
            deliver(second, lake, receipts)
    with Receipts(ledger) as receipts:
        assert deliver(second, lake, receipts).complete
