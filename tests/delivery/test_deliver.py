"""Delivery to the sandbox process: what is sent, once, and what a second delivery leaves alone."""

from __future__ import annotations

import fcntl
import hashlib
import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from delivery.releases import night, notice, penalty, publish, reward
from evenhand.delivery.announcements.announcement import read_notices
from evenhand.delivery.deliver import deliver
from evenhand.delivery.lock import DeliveryRunning
from evenhand.delivery.read_release import ReleaseError, read_release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import AheadOfReleases
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.reconcile import reconcile, reconcile_and_correct
from sandbox.process import SandboxProcess


def test_a_delivery_brings_the_rows_with_their_explanation(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(
        tmp_path, night(1), [penalty("p1", ends_on=None), penalty("p2")], [reward("r1", amount="1234.50")]
    )
    summary = deliver(release, receiver, receipts)
    assert summary.sent == {"penalties": {"put": 2}, "rewards": {"put": 1}}
    assert (summary.applied, summary.already_there, summary.complete) == (3, 0, True)
    held = sandbox.held()
    assert held["penalties", "p1"] == {
        "account_id": "A1",
        "market": "US",
        "programme": "health",
        "scope": "live",
        "measure": "no_live",
        "starts_on": "2026-03-01",
        "ends_on": None,
        "reason_id": "why-p1",
        "explanation": "Because of p1, naturally.",
    }
    assert held["rewards", "r1"]["amount"] == "1234.50"
    assert held["rewards", "r1"]["lives"] == 7
    assert held["rewards", "r1"]["first_time"] is True
    assert reconcile(release, receiver, receipts).agrees


def test_a_second_delivery_sends_nothing(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    rows = [penalty(f"p{number}") for number in range(8)]
    deliver(publish(tmp_path, night(1), rows), receiver, receipts)
    effects = sandbox.effects()
    for day in (1, 2):
        again = deliver(publish(tmp_path, night(day), rows[::-1]), receiver, receipts)
        assert (again.sent, again.applied, again.already_there) == ({}, 0, 8)
    assert sandbox.effects() == effects


def test_what_is_no_longer_wanted_is_removed_first(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    deliver(publish(tmp_path, night(1), [penalty("p1"), penalty("p9")], [reward("r1")]), receiver, receipts)
    deliver(publish(tmp_path, night(2), [penalty("p0"), penalty("p1", measure="no_ads")]), receiver, receipts)
    assert [effect[1:] for effect in sandbox.effects()[3:]] == [
        ("penalties", "p9", "remove"),
        ("rewards", "r1", "remove"),
        ("penalties", "p0", "put"),
        ("penalties", "p1", "put"),
    ]
    assert {key: row["measure"] for (_, key), row in sandbox.held().items()} == {"p0": "no_live", "p1": "no_ads"}


def test_a_row_put_back_has_a_new_key(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    for day, rows in ((1, [penalty("p1")]), (2, []), (3, [penalty("p1")])):
        assert deliver(publish(tmp_path, night(day), rows), receiver, receipts).applied == 1
    keys = [effect[0] for effect in sandbox.effects()]
    assert len(set(keys)) == 3
    assert list(sandbox.held()) == [("penalties", "p1")]


def test_an_older_night_is_never_delivered_over_a_newer_one(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    old = publish(tmp_path, night(1), [penalty("p1")])
    # The newer night wants nothing: that, too, is a state that the older one must not undo.
    deliver(publish(tmp_path, night(2)), receiver, receipts)
    summary = deliver(old, receiver, receipts)
    assert summary.holds_newer is not None
    assert not summary.complete
    assert "holds night 2026-03-02, which is newer" in str(summary)
    assert "holds night 2026-03-02, which is newer" in str(reconcile(old, receiver, receipts))
    assert sandbox.effects() == []


def test_a_receiver_whose_night_was_never_released_here_is_an_error_and_not_silence(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    """One that is of another installation, or whose night somebody typed, would get nothing for ever."""
    other = tmp_path / "other"
    other.mkdir()
    with Receipts(other / "receipts.sqlite") as theirs:
        deliver(publish(other, "2062-01-01", [penalty("p9")]), receiver, theirs)
    sent = sandbox.effects()
    ours = publish(tmp_path, night(1), [penalty("p1")])
    for what in (deliver, reconcile, reconcile_and_correct):
        with pytest.raises(AheadOfReleases, match=r"has night 2062-01-01, .*the newest is 2026-03-01.*set it back"):
            what(ours, receiver, receipts)
    assert sandbox.effects() == sent


def test_a_corrected_revision_of_the_same_night_is_delivered(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    deliver(publish(tmp_path, night(1), [penalty("p1")]), receiver, receipts)
    assert deliver(publish(tmp_path, night(1)), receiver, receipts).sent == {"penalties": {"remove": 1}}
    assert sandbox.held() == {}


def test_rejected_rows_are_reported_and_tried_again(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    for day in (1, 2):
        release = publish(tmp_path, night(day), [penalty("p1"), penalty("p2", account="")])
        summary = deliver(release, receiver, receipts)
        assert [(one.row_key, one.action) for one in summary.rejected] == [("p2", "put")]
        assert "account_id" in summary.rejected[0].reason
        assert not summary.complete
    compared = reconcile_and_correct(release, receiver, receipts)
    assert (compared.missing, compared.corrected) == ((("penalties", "p2"),), "")
    assert deliver(publish(tmp_path, night(3), [penalty("p1"), penalty("p2")]), receiver, receipts).complete


def test_what_the_receiver_changed_by_itself_is_found_and_corrected(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    other = publish(tmp_path / "other", night(1), [penalty("p2", measure="no_ads"), penalty("p3")])
    deliver(publish(tmp_path, night(1), [penalty("p1"), penalty("p2")]), receiver, receipts)
    release = tmp_path / "releases" / f"night={night(1)}"
    assert reconcile_and_correct(release, receiver, receipts).agrees
    with Receipts(tmp_path / "other" / "receipts.sqlite") as foreign:
        sandbox.forget()
        deliver(other, receiver, foreign)
    found = reconcile(release, receiver, receipts)
    assert (found.missing, found.stale, found.differing) == (
        (("penalties", "p1"),),
        (("penalties", "p3"),),
        (("penalties", "p2"),),
    )
    corrected = reconcile_and_correct(release, receiver, receipts)
    assert corrected.agrees
    assert "corrected: 1 missing, the first penalties/p1; 1 stale, the first penalties/p3" in str(corrected)
    assert sandbox.held().keys() == {("penalties", "p1"), ("penalties", "p2")}
    effects = sandbox.effects()
    assert reconcile_and_correct(release, receiver, receipts).corrected == ""
    assert sandbox.effects() == effects


def test_one_delivery_at_a_time(tmp_path: Path, receiver: HttpReceiver, receipts: Receipts) -> None:
    release = publish(tmp_path, night(1))
    with (tmp_path / "delivery-sandbox.lock").open("w") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        with pytest.raises(DeliveryRunning, match=r"delivery-sandbox\.lock"):
            deliver(release, receiver, receipts)
    assert deliver(release, receiver, receipts).complete


def test_a_release_that_changed_after_publication_is_refused(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), [penalty("p1")])
    (release / "penalties.parquet").write_bytes(
        (publish(tmp_path, night(2), [penalty("p2")]) / "penalties.parquet").read_bytes()
    )
    with pytest.raises(ReleaseError, match=r"penalties\.parquet: it isn't what the manifest says"):
        deliver(release, receiver, receipts)
    manifest = json.loads((release / "manifest.json").read_text())
    del manifest["files"]["penalties.parquet"]
    (release / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match=r"manifest\.json: it isn't what its release_id says.*not an empty list"):
        deliver(release, receiver, receipts)
    manifest["release_id"] = hashlib.sha256(
        json.dumps({name: value for name, value in manifest.items() if name != "release_id"}, sort_keys=True).encode()
    ).hexdigest()
    (release / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ReleaseError, match=r"penalties\.parquet: it isn't in the manifest"):
        deliver(release, receiver, receipts)
    with pytest.raises(ReleaseError, match="nothing was released here"):
        deliver(tmp_path / "releases" / "night=2020-01-01", receiver, receipts)
    assert sandbox.effects() == []


def test_each_receiver_looks_at_the_files_that_it_reads_and_no_others(tmp_path: Path) -> None:
    release = publish(tmp_path, night(1), [penalty("p1")], notices=[notice("p1", "new")])
    for name in ("penalties", "rewards", "notices"):
        path = release / f"{name}.parquet"
        kept = path.read_bytes()
        path.write_bytes(kept[:-4] + b"xxxx")
        readers = {"penalties": ("penalties",), "rewards": ("rewards",), "notices": ("penalties", "rewards")}
        for reading, lists in readers.items():
            concerned = name in (reading, *lists)
            with pytest.raises(ReleaseError, match=f"{name}.parquet: it isn't") if concerned else nullcontext():
                read_notices(release, lists) if reading == "notices" else read_release(release, lists)
        path.write_bytes(kept)


def test_a_row_key_that_is_there_twice_is_refused(tmp_path: Path, receiver: HttpReceiver, receipts: Receipts) -> None:
    with pytest.raises(ReleaseError, match="'p1' is null or there twice"):
        deliver(publish(tmp_path, night(1), [penalty("p1"), penalty("p1", measure="no_ads")]), receiver, receipts)
