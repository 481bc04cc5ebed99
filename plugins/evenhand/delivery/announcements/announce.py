"""Announce what a release gives to say, once each, and never of a measure that didn't take effect."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Set
from dataclasses import replace
from datetime import date
from pathlib import Path

from evenhand.delivery.announcements.announcement import Announcer, judge
from evenhand.delivery.announcements.automation import waits_for
from evenhand.delivery.announcements.outbox import Outbox
from evenhand.delivery.changes import RowId
from evenhand.delivery.deliver import DeliverySummary, Incomplete, summary_of
from evenhand.delivery.lock import delivery_lock
from evenhand.delivery.payload import Payload
from evenhand.delivery.read_release import Release, outranked_rows, read_release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.reconcile import ReconcileSummary
from evenhand.delivery.sending import Sender
from evenhand.release.manifest import NOTICES

log = logging.getLogger(__name__)

# The lists that are enforced, and so can be told about.
ENFORCED = ("penalties", "rewards")


def announce(release_dir: Path, announcer: Announcer, receipts: Receipts) -> DeliverySummary:
    """Say what has taken effect of everything that was released until this night and isn't said yet.

    Nights that were released since the last one that was announced are made up for. What can't be said yet waits in the
    outbox for the next run; what never will take effect is dropped there, with the reason.

    Raises:
        ReleaseError: a release can't be read.
        DeliveryRunning: another delivery to this receiver is running.
        ReceiverError: the receiver gave no answer; run it again after the remedy.
    """
    with delivery_lock(receipts.path.parent, announcer.name):
        release = read_release(release_dir, ENFORCED)
        position = receipts.position(announcer.name)
        if position and position.night > release.night:
            summary = DeliverySummary(announcer.name, release.night, release.release_id, holds_newer=position.night)
        else:
            summary = _say(release_dir, release, announcer, receipts, position.night if position else None)
    log.info("%s", summary)
    return summary


def check_announced(release_dir: Path, announcer: Announcer, receipts: Receipts) -> ReconcileSummary:
    """Ask whether the receiver has what was said on this night, and say again what it lost.

    Raises:
        ReleaseError: the release can't be read.
        DeliveryRunning: another delivery to this receiver is running.
        ReceiverError: the receiver can't be asked.
    """
    with delivery_lock(receipts.path.parent, announcer.name):
        release = read_release(release_dir, ())
        announcer.begin(release.night)
        rows = Outbox(receipts, announcer.name).said_on(release.night)
        lost = announcer.missing(rows)
        if lost:
            receipts.reopen(announcer.name, lost)
            Sender(announcer, receipts).settle()
        missing = announcer.missing(lost)
    return ReconcileSummary(
        announcer.name,
        release.night,
        release.release_id,
        len(rows),
        len(rows) - len(missing),
        missing=tuple(missing),
        corrected=f"{len(lost)} missing, the first {'/'.join(lost[0])}" if lost else "",
    )


def _say(
    release_dir: Path, release: Release, announcer: Announcer, receipts: Receipts, since: date | None
) -> DeliverySummary:
    outbox = Outbox(receipts, announcer.name)
    for each in _released_since(release_dir, since):
        outbox.take(announcer.announcements(each))
    _complete(release_dir, announcer, receipts, outbox)
    receipts.move_to(announcer.name, release)
    announcer.begin(release.night)
    outranked = {("penalties", row_key) for row_key in outranked_rows(release_dir)}
    verdicts, incomplete = _judge(release, outranked, announcer, receipts, outbox)
    sender = Sender(announcer, receipts)
    sender.settle()
    ready = [
        change
        for change in outbox.to_send()
        if change.key not in sender.answers and not (change.payload and _is_held(change.list, change.payload, release))
    ]
    sender.send(ready, release)
    summary = summary_of(release, announcer.name, sender.sent, sender.answers, {change.key for change in sender.sent})
    return replace(
        summary, already_there=0, waiting=verdicts["waiting"], dropped=verdicts["dropped"], incomplete=tuple(incomplete)
    )


def _complete(release_dir: Path, announcer: Announcer, receipts: Receipts, outbox: Outbox) -> None:
    """Say what is known by now of what waited for it."""
    lacking = [each for each in outbox.waiting() if waits_for(each.payload)]
    if not lacking:
        return
    known = announcer.completed(release_dir.resolve(), [each.payload for each in lacking])
    with receipts.transaction():
        for each in lacking:
            if each.payload.sha256 in known:
                outbox.complete(each, known[each.payload.sha256])


def _released_since(release_dir: Path, since: date | None) -> list[Path]:
    """The nights to announce: this one, those that were released after the last one that was, and that one itself.

    It can have a revision since that was never delivered, but that the next night goes on from.
    """
    earlier = [
        path
        for path in sorted(release_dir.parent.glob("night=*"))
        if since and f"night={since}" <= path.name < release_dir.name
    ]
    return [*earlier, release_dir]


def _is_held(name: str, payload: Payload, release: Release) -> bool:
    """Whether it is a notice in a language whose words nobody has approved: it waits, whatever took effect."""
    return bool(
        name == NOTICES
        and release.held_languages
        and json.loads(payload.text).get("language") in release.held_languages
    )


def _judge(
    release: Release, outranked: Set[RowId], announcer: Announcer, receipts: Receipts, outbox: Outbox
) -> tuple[Counter[str], list[Incomplete]]:
    # Judged before anything is sent: what took effect tonight is still told if the receiver of announcements is down.
    wanted_now = {
        (each.name, row_key): payload.sha256 for each in release.lists for row_key, payload in each.rows.items()
    }
    verdicts: Counter[str] = Counter()
    incomplete = []
    with receipts.transaction():
        for each in outbox.waiting():
            if _is_held(each.row[0], each.payload, release):
                verdicts["waiting"] += 1
                continue
            about, told = each.about, outbox.told(each.about)
            enforcers = [name for name, lists in announcer.after.items() if about.row[0] in lists]
            # A row that another one outranks is in force there without having been sent.
            sent = [name for name in enforcers if not (about.row in outranked and name in announcer.one_row_per_scope)]
            may_have_begun = any(receipts.may_have_had(name, about.row) for name in enforcers) or bool(
                told and told.in_force and announcer.one_row_per_scope.intersection(enforcers)
            )
            verdict, why = judge(
                about,
                [receipts.took_effect(name, about.row, about.payload_sha256, each.night) for name in sent],
                may_have_begun,
                wanted_now,
                told,
            )
            if verdict == "ready" and (violation := waits_for(each.payload)):
                incomplete.append(Incomplete(each.row[1], violation, each.night))
                continue
            verdicts[verdict] += 1
            if verdict != "waiting":
                outbox.mark(each, verdict, why)
    return verdicts, incomplete
