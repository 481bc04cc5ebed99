"""Notices: each once, after what it tells of took effect, and never of what didn't."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from delivery.faulty import FaultyServer
from delivery.releases import LISTS, night, notice, penalty, publish
from evenhand.delivery.announcements.announce import announce, check_announced
from evenhand.delivery.deliver import deliver
from evenhand.delivery.plan import plan
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.receivers.notices import NoticesReceiver
from evenhand.delivery.reconcile import reconcile
from sandbox.process import SECRET, SandboxProcess


@pytest.fixture
def messenger(sandbox: SandboxProcess, client: httpx.Client) -> NoticesReceiver:
    return _messenger(f"{sandbox.url}/notices", client)


@pytest.fixture
def flaky_messenger(sandbox: SandboxProcess, client: httpx.Client) -> Iterator[tuple[NoticesReceiver, FaultyServer]]:
    server = FaultyServer(f"{sandbox.url}/notices")
    yield _messenger(server.url, client), server
    server.stop()


def _messenger(url: str, client: httpx.Client) -> NoticesReceiver:
    http = HttpReceiver("notices", ("notices",), url, SECRET, client, batch_size=2, attempts=2, backoff_seconds=0)
    return NoticesReceiver(http, {"sandbox": LISTS})


def test_what_took_effect_is_told_once(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    release = publish(
        tmp_path,
        night(1),
        [penalty("p1"), penalty("p2"), penalty("p3")],
        notices=[notice("p1", "new"), notice("p3", "new")],
    )
    deliver(release, receiver, receipts)
    assert announce(release, messenger, receipts).applied == 2
    assert announce(release, messenger, receipts).sent == {}
    ended = publish(tmp_path, night(2), [penalty("p2"), penalty("p3")], notices=[notice("p1", "ended", night=night(2))])
    deliver(ended, receiver, receipts)
    assert announce(ended, messenger, receipts).applied == 1
    assert [key for key, _ in sandbox.notices()] == ["2026-03-01-p1-new", "2026-03-01-p3-new", "2026-03-02-p1-ended"]
    assert check_announced(ended, messenger, receipts).agrees


def test_a_notice_in_a_language_whose_words_are_held_waits_until_somebody_has_approved_them(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    def held(number: int, answered: str, *notices: tuple[object, ...]) -> Path:
        of_it = {"list": "notices", "market": "vi", "answer": answered}
        return publish(tmp_path, night(number), [penalty("p1"), penalty("p2")], notices=notices, held_lists=[of_it])

    in_vi = (*notice("p1", "new")[:7], "vi", *notice("p1", "new")[8:])
    for number, answered in ((1, ""), (2, "rejected")):
        release = held(number, answered, *([in_vi, notice("p2", "new")] if number == 1 else []))
        deliver(release, receiver, receipts)
        assert announce(release, messenger, receipts).waiting == 1
        assert [key for key, _ in sandbox.notices()] == ["2026-03-01-p2-new"]
    release = held(3, "approved")
    deliver(release, receiver, receipts)
    assert announce(release, messenger, receipts).applied == 1
    assert announce(release, messenger, receipts).sent == {}
    assert sorted(key for key, _ in sandbox.notices()) == ["2026-03-01-p1-new", "2026-03-01-p2-new"]


def test_nothing_is_told_before_it_took_effect_or_if_it_never_does(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    """The receiver refuses p2, and knows nothing yet of the rest."""
    rows = [penalty("p1"), penalty("p2", account="")]
    release = publish(tmp_path, night(1), rows, notices=[notice("p1", "new"), notice("p2", "new")])
    assert announce(release, messenger, receipts).waiting == 2
    deliver(release, receiver, receipts)
    summary = announce(release, messenger, receipts)
    assert (summary.applied, summary.waiting) == (1, 1)
    assert "1 waits for its measure" in str(summary)
    # It ends without ever having begun: neither is told.
    ended = publish(tmp_path, night(2), [penalty("p1")], notices=[notice("p2", "ended", night=night(2))])
    deliver(ended, receiver, receipts)
    assert announce(ended, messenger, receipts).dropped == 2
    assert [key for key, _ in sandbox.notices()] == ["2026-03-01-p1-new"]


def test_what_another_outranks_is_told_though_a_receiver_of_one_row_per_scope_never_gets_it(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    receiver.capabilities = replace(receiver.capabilities, one_row_per_scope=True)
    messenger.one_row_per_scope = frozenset({"sandbox"})
    both = [penalty("mild"), penalty("strict", measure="closed")]
    wanted = [(both, ["mild"]), ([penalty("mild")], []), ([], [])]
    told = [[notice("mild", "new"), notice("strict", "new", "closed")]]
    told += [[notice("strict", "ended", "closed", night(2))], [notice("mild", "ended", night=night(3))]]
    for number, ((rows, outranked), notices) in enumerate(zip(wanted, told, strict=True), 1):
        release = publish(tmp_path, night(number), rows, notices=notices, outranked=outranked)
        planned = plan(release, receiver.name, LISTS, receipts.path, one_row_per_scope=True)
        sent = len(sandbox.effects())
        deliver(release, receiver, receipts)
        assert [(each.list, each.row_key, each.action) for each in planned.changes] == [
            effect[1:] for effect in sandbox.effects()[sent:]
        ]
        assert announce(release, messenger, receipts).applied == len(notices)
        assert reconcile(release, receiver, receipts).agrees
    assert [effect[2:] for effect in sandbox.effects()] == [
        ("strict", "put"), ("strict", "remove"), ("mild", "put"), ("mild", "remove")
    ]  # fmt: skip


def test_what_took_effect_while_the_messenger_was_down_is_told_later(
    tmp_path: Path,
    sandbox: SandboxProcess,
    receiver: HttpReceiver,
    flaky_messenger: tuple[NoticesReceiver, FaultyServer],
    receipts: Receipts,
) -> None:
    messenger, server = flaky_messenger
    first = publish(tmp_path, night(1), [penalty("p1")], notices=[notice("p1", "new")])
    deliver(first, receiver, receipts)
    server.faults.extend(["503", "503"])
    with pytest.raises(ReceiverError, match="Nothing is lost"):
        announce(first, messenger, receipts)
    # Nobody announces the second night; the third makes up for it.
    deliver(
        publish(tmp_path, night(2), [penalty("p1"), penalty("p2")], notices=[notice("p2", "new", night=night(2))]),
        receiver,
        receipts,
    )
    third = publish(
        tmp_path,
        night(3),
        [penalty("p2", measure="no_ads")],
        notices=[
            notice("p1", "ended", night=night(3)),
            notice("p2", "ended", night=night(3)),
            notice("p2", "new", "no_ads", night(3)),
        ],
    )
    deliver(third, receiver, receipts)
    server.faults.append("drop_after")
    assert announce(third, messenger, receipts).complete
    assert sorted(key for key, _ in sandbox.notices()) == [
        "2026-03-01-p1-new",
        "2026-03-02-p2-new",
        "2026-03-03-p1-ended",
        "2026-03-03-p2-ended",
        "2026-03-03-p2-new",
    ]


def test_what_the_messenger_lost_is_told_again(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    release = publish(
        tmp_path, night(1), [penalty("p1"), penalty("p2")], notices=[notice("p1", "new"), notice("p2", "new")]
    )
    deliver(release, receiver, receipts)
    announce(release, messenger, receipts)
    with closing(
        sqlite3.connect(sandbox.database.with_name("sandbox_notices.sqlite"), isolation_level=None)
    ) as database:
        database.execute("delete from held where row_key like '%p2%'")
        database.execute("delete from effects where row_key like '%p2%'")
    found = check_announced(release, messenger, receipts)
    assert found.agrees
    assert "corrected: 1 missing, the first notices/2026-03-01-p2-new" in str(found)
    assert sandbox.notices() == [("2026-03-01-p1-new", "About it."), ("2026-03-01-p2-new", "About it.")]


def test_a_night_that_is_older_than_what_was_told_is_not_announced(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    old = publish(tmp_path, night(1), [penalty("p1")], notices=[notice("p1", "new")])
    new = publish(tmp_path, night(2), [penalty("p1")])
    deliver(new, receiver, receipts)
    announce(new, messenger, receipts)
    assert announce(old, messenger, receipts).holds_newer is not None
    assert sandbox.notices() == []


FIRST = [notice("p1", "new")]
SECOND = [*FIRST, notice("p1", "ended")]
THIRD = [*SECOND, notice("p1", "new", again="-again")]


def test_a_measure_that_a_revision_takes_away_and_the_next_brings_back_is_told_each_time_it_took_effect(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    for rows, notices in (([penalty("p1")], FIRST), ([], SECOND), ([penalty("p1")], THIRD)):
        release = publish(tmp_path, night(1), rows, notices=notices, goes_on=len(notices) > 1)
        for _ in range(2):
            deliver(release, receiver, receipts)
            assert announce(release, messenger, receipts).complete
    said = ["2026-03-01-p1-new", "2026-03-01-p1-ended", "2026-03-01-p1-new-again"]
    assert [key for key, _ in sandbox.notices()] == said
    # What was told last is that it is in force, so its end is worth telling.
    ended = publish(tmp_path, night(2), [], notices=[notice("p1", "ended", night=night(2))])
    deliver(ended, receiver, receipts)
    announce(ended, messenger, receipts)
    assert [key for key, _ in sandbox.notices()] == [*said, "2026-03-02-p1-ended"]


@pytest.mark.parametrize(
    ("delivered", "announced", "said"),
    [
        # It went away before anybody was told that it was there, but not before it was there.
        ({1, 2}, {2}, ["2026-03-01-p1-new", "2026-03-01-p1-ended"]),
        # It was never there.
        ({2}, {2}, []),
        ({2}, {1, 2}, []),
        # It was never gone.
        ({1, 3}, {1, 3}, ["2026-03-01-p1-new"]),
        ({3}, {3}, ["2026-03-01-p1-new"]),
        # It was there, and gone, and is there.
        ({1, 2, 3}, {3}, ["2026-03-01-p1-new", "2026-03-01-p1-ended", "2026-03-01-p1-new-again"]),
    ],
)
def test_revisions_that_were_left_out_are_told_of_as_far_as_they_took_effect(
    delivered: set[int],
    announced: set[int],
    said: list[str],
    tmp_path: Path,
    sandbox: SandboxProcess,
    receiver: HttpReceiver,
    messenger: NoticesReceiver,
    receipts: Receipts,
) -> None:
    for number, (rows, notices) in enumerate(
        (([penalty("p1")], FIRST), ([], SECOND), ([penalty("p1")], THIRD)), start=1
    ):
        release = publish(tmp_path, night(1), rows, notices=notices, goes_on=number > 1)
        if number in delivered:
            deliver(release, receiver, receipts)
        if number in announced:
            announce(release, messenger, receipts)
        if number == max(delivered):
            break
    assert sorted(key for key, _ in sandbox.notices()) == sorted(said)
    assert announce(release, messenger, receipts).sent == {}


def test_what_still_waits_is_about_the_row_as_the_newest_revision_has_it(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    first = publish(tmp_path, night(1), [penalty("p1")], notices=FIRST)
    assert announce(first, messenger, receipts).waiting == 1
    # p1 is the same to its account, but for something that it isn't told.
    rows = [penalty("p1", account="A2"), penalty("p2")]
    second = publish(tmp_path, night(1), rows, notices=[*FIRST, notice("p2", "new")], goes_on=True)
    deliver(second, receiver, receipts)
    assert announce(second, messenger, receipts).applied == 2
    assert [key for key, _ in sandbox.notices()] == ["2026-03-01-p1-new", "2026-03-01-p2-new"]


def test_a_revision_that_nobody_announced_is_made_up_for_by_the_next_night(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, messenger: NoticesReceiver, receipts: Receipts
) -> None:
    first = publish(tmp_path, night(1), [penalty("p1")], notices=FIRST)
    deliver(first, receiver, receipts)
    announce(first, messenger, receipts)
    publish(tmp_path, night(1), [], notices=SECOND, goes_on=True)
    # The next night goes on from the second revision and tells nothing of p1.
    following = publish(tmp_path, night(2), [])
    deliver(following, receiver, receipts)
    announce(following, messenger, receipts)
    assert [key for key, _ in sandbox.notices()] == ["2026-03-01-p1-new", "2026-03-01-p1-ended"]


def test_a_ledger_of_before_revisions_were_told_of_is_gone_on_with(tmp_path: Path) -> None:
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        receipts.database.execute("alter table outbox drop column telling")
    for _ in range(2):
        with Receipts(tmp_path / "receipts.sqlite") as receipts:
            columns = [name for _, name, *_ in receipts.database.execute("pragma table_info(outbox)")]
            assert columns.count("telling") == 1
