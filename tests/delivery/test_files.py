"""The files receiver: a pointer to whole versions, the same bytes for the same state."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import fsspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery.releases import LISTS, night, penalty, publish, reward
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.reconcile import reconcile, reconcile_and_correct


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _writes(folder: Path) -> dict[Path, tuple[int, int]]:
    # Not the whole stat: reading changes the access time.
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def _current(folder: Path) -> Path:
    version: str = json.loads((folder / "current.json").read_text())["version"]
    return folder / "versions" / version


def test_the_lists_are_there_typed_and_readable(tmp_path: Path, receipts: Receipts) -> None:
    folder = tmp_path / "o'brien's out"
    receiver = FilesReceiver("files", LISTS, str(folder))
    release = publish(
        tmp_path, night(1), [penalty("p2"), penalty("p1", ends_on=None)], [reward("r1", amount="1234.50")]
    )
    summary = deliver(release, receiver, receipts)
    assert (summary.sent, summary.applied, summary.complete) == (
        {"penalties": {"put": 2}, "rewards": {"put": 1}},
        3,
        True,
    )
    penalties = (_current(folder) / "penalties.csv").read_text().splitlines()
    assert penalties == [
        "row_key,account_id,market,programme,scope,measure,starts_on,ends_on,reason_id,explanation",
        'p1,A1,US,health,live,no_live,2026-03-01,,why-p1,"Because of p1, naturally."',
        'p2,A1,US,health,live,no_live,2026-03-01,2026-04-01,why-p2,"Because of p2, naturally."',
    ]
    rewards = duckdb.read_parquet(str(_current(folder) / "rewards.parquet"))
    assert dict(zip(rewards.columns, map(str, rewards.types), strict=True))["amount"] == "DECIMAL(12,2)"
    assert str(rewards.project("amount").fetchone()) == "(Decimal('1234.50'),)"
    assert reconcile(release, receiver, receipts).agrees


def test_a_second_delivery_writes_nothing_but_its_night(tmp_path: Path, receipts: Receipts) -> None:
    folder = tmp_path / "out"
    rows = [penalty(f"p{number}") for number in range(5)]
    deliver(publish(tmp_path, night(1), rows), FilesReceiver("files", LISTS, str(folder)), receipts)
    written = _writes(folder)
    summary = deliver(publish(tmp_path, night(2), rows), FilesReceiver("files", LISTS, str(folder)), receipts)
    assert (summary.sent, summary.already_there) == ({}, 5)
    assert json.loads((folder / "night.json").read_text()) == {"night": "2026-03-02"}
    night_file = {folder / "night.json": (0, 0)}
    assert _writes(folder) | night_file == written | night_file


def test_a_list_without_rows_is_published_as_one(tmp_path: Path, receipts: Receipts) -> None:
    deliver(publish(tmp_path, night(1)), FilesReceiver("files", LISTS, str(tmp_path / "out")), receipts)
    assert len((_current(tmp_path / "out") / "rewards.csv").read_text().splitlines()) == 1


def test_only_the_version_before_is_kept(tmp_path: Path, receipts: Receipts) -> None:
    folder = tmp_path / "out"
    for day in (1, 2, 3):
        rows = [penalty(f"p{number}") for number in range(day)]
        deliver(publish(tmp_path, night(day), rows), FilesReceiver("files", LISTS, str(folder)), receipts)
    pointers = [json.loads((folder / name).read_text()) for name in ("previous.json", "current.json")]
    assert [pointer["lists"]["penalties"]["rows"] for pointer in pointers] == [2, 3]
    assert {path.name for path in (folder / "versions").iterdir()} == {pointer["version"] for pointer in pointers}


def test_the_same_state_has_the_same_bytes_whatever_led_to_it(tmp_path: Path) -> None:
    ways = ([["p1", "p2", "p3"]], [["p3"], ["p3", "p4"], ["p3", "p2", "p1"]])
    made = []
    for way, keys in enumerate(ways):
        home = tmp_path / str(way)
        with Receipts(home / "receipts.sqlite") as receipts:
            for day, wanted in enumerate(keys, start=1):
                release = publish(home, night(day), [penalty(key) for key in wanted])
                deliver(release, FilesReceiver("files", LISTS, str(home / "out")), receipts)
        current = _current(home / "out")
        made.append(((home / "out" / "current.json").read_bytes(), _files(current)))
    assert made[0] == made[1]


def test_a_lost_folder_is_published_whole_again(tmp_path: Path, receipts: Receipts) -> None:
    folder = tmp_path / "out"
    rows = [penalty(f"p{number}") for number in range(5)]
    deliver(publish(tmp_path, night(1), rows), FilesReceiver("files", LISTS, str(folder)), receipts)
    before = _files(_current(folder))
    (folder / "current.json").unlink()
    summary = deliver(publish(tmp_path, night(2), rows), FilesReceiver("files", LISTS, str(folder)), receipts)
    assert summary.sent == {"penalties": {"put": 5}}
    assert _files(_current(folder)) == before


@pytest.mark.parametrize("damaged", ["penalties.parquet", "penalties.csv", "current.json"])
def test_what_was_damaged_is_no_state_and_is_published_anew(damaged: str, tmp_path: Path, receipts: Receipts) -> None:
    release = publish(tmp_path, night(1), [penalty("p1")])
    folder = tmp_path / "out"
    receiver = FilesReceiver("files", LISTS, str(folder))
    deliver(release, receiver, receipts)
    before = _files(_current(folder))
    (folder if damaged == "current.json" else _current(folder)).joinpath(damaged).write_bytes(b"{PAR1")
    assert reconcile(release, receiver, receipts).missing == (("penalties", "p1"),)
    assert reconcile_and_correct(release, receiver, receipts).agrees
    assert _files(_current(folder)) == before
    assert not (folder / "previous.json").exists()


def test_any_place_that_fsspec_reaches_will_do(tmp_path: Path, receipts: Receipts) -> None:
    receiver = FilesReceiver("files", LISTS, "memory://bucket/out")
    for day, rows in ((1, [penalty("p1")]), (2, [penalty("p2")]), (3, [])):
        release = publish(tmp_path, night(day), rows)
        assert deliver(release, receiver, receipts).complete
        assert reconcile(release, receiver, receipts).agrees
    files = fsspec.filesystem("memory")
    assert len(files.ls("/bucket/out/versions")) == 2


class _Crash(BaseException):
    pass


@pytest.mark.parametrize("examples", [10, pytest.param(20, marks=pytest.mark.soak)])
def test_a_crash_at_any_write_leaves_a_whole_state_and_the_next_delivery_the_wanted_one(examples: int) -> None:
    """Each night ends in a crash before its n-th write, or goes through; readers see whole versions only."""
    settings(max_examples=examples, deadline=None)(given(nights=_NIGHTS)(_crash))()


_NIGHTS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["no_live", "no_ads"])),
        st.none() | st.integers(0, 8),
    ),
    min_size=1,
    max_size=4,
)


def _crash(nights: Sequence[tuple[dict[str, str], int | None]]) -> None:
    with TemporaryDirectory() as made, Receipts(Path(made, "receipts.sqlite")) as receipts:
        home = Path(made)
        states: list[dict[str, str]] = [{}]
        for day, (wanted, crash_at) in enumerate(nights, start=1):
            release = publish(home, night(day), [penalty(key, measure=measure) for key, measure in wanted.items()])
            states.append(wanted)
            try:
                deliver(release, _Crashing(home / "out", crash_at), receipts)
            except _Crash:
                assert crash_at is not None
            else:
                assert _published(home / "out") == wanted
            assert _published(home / "out") in states
        deliver(release, FilesReceiver("files", ("penalties",), str(home / "out")), receipts)
        assert _published(home / "out") == wanted
        held = {key for (_, key), row in receipts.acknowledged("files").items() if row.payload_sha256}
        assert (held, receipts.unanswered("files")) == (set(wanted), [])


def test_what_a_crash_left_half_written_is_gone_after_the_next_delivery(
    tmp_path: Path, receipts: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, replace = tmp_path / "out", os.replace

    def crash_at_the_pointer(source: str, target: str) -> None:
        if target.endswith("current.json"):
            raise _Crash
        replace(source, target)

    release = publish(tmp_path, night(1), [penalty("p1")])
    monkeypatch.setattr(os, "replace", crash_at_the_pointer)
    with pytest.raises(_Crash):
        deliver(release, FilesReceiver("files", LISTS, str(folder)), receipts)
    monkeypatch.undo()
    deliver(release, FilesReceiver("files", LISTS, str(folder)), receipts)
    assert [name for name in _files(folder) if "/." in f"/{name}"] == []


class _Crashing(FilesReceiver):
    def __init__(self, folder: Path, crash_at: int | None) -> None:
        super().__init__("files", ("penalties",), str(folder), batch_size=2)
        self._left = crash_at

    def _write(self, name: str, content: bytes) -> None:
        if self._left == 0:
            raise _Crash
        self._left = None if self._left is None else self._left - 1
        super()._write(name, content)

    def _drop_old_versions(self) -> None:
        if self._left is not None:
            raise _Crash
        super()._drop_old_versions()


def _published(folder: Path) -> dict[str, str]:
    if not (folder / "current.json").exists():
        return {}
    rows = duckdb.read_parquet(str(_current(folder) / "penalties.parquet"))
    return dict(rows.project("row_key, measure").fetchall())
