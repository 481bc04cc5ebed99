"""What a receiver would be sent of a release, before it is: what a delivery compares, without sending or writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.delivery.announcements.outbox import Outbox
from evenhand.delivery.changes import RowId, diff
from evenhand.delivery.held import held_delivery
from evenhand.delivery.read_release import has_file, read_release, refuse_other_files
from evenhand.delivery.receipts import Receipts
from evenhand.records.databases import reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.release.manifest import NOTICES
from evenhand.settings import settings

_SQL = SqlFile(__file__)

# Where the release itself changed nothing of a row: an earlier one did, or the receiver was found otherwise.
NOT_YET = "not acknowledged yet"


@dataclass(frozen=True)
class PlannedChange:
    """A row that would be put or removed.

    Attributes:
        why: the cause of the change in this release; or `not acknowledged yet`, where it is older.
    """

    list: str
    row_key: str
    action: str
    why: str


@dataclass(frozen=True)
class DeliveryPlan:
    """What a receiver would be sent of a night's release.

    Attributes:
        holds_newer: the later night that it was brought to; nothing is sent then.
        unanswered: changes of an earlier delivery that have no answer and are settled first.
        already_there: wanted rows that need no change.
        held: why nothing is sent at all; empty where it is.
    """

    receiver: str
    night: date
    release_id: str
    holds_newer: date | None
    unanswered: int
    changes: Sequence[PlannedChange]
    already_there: int
    held: str = ""

    @property
    def counts(self) -> Mapping[tuple[str, str, str], int]:
        """Changes by list, action and why."""
        return Counter((each.list, each.action, each.why) for each in self.changes)


@dataclass(frozen=True)
class AnnouncementPlan:
    """What a receiver that announces only would say; nothing is put or removed there.

    Attributes:
        says: what it announces: `notices` or `statements`.
        in_release: how many notices the release has; None for statements, which are made when they are sent.
        after: the receivers that must have acknowledged a measure before anything is said of it.
        announced: the night that it was brought to; None before the first.
        waiting: what it was given to say on nights before and hasn't said yet.
        held: why nothing is said at all; empty where it is.
    """

    receiver: str
    says: str
    in_release: int | None
    after: Sequence[str]
    announced: date | None
    waiting: int
    held: str = ""


def plan_announcing(
    release_dir: Path, receiver: str, says: str, after: Sequence[str], ledger: Path
) -> AnnouncementPlan:
    """What a receiver that announces would say of a release, by what it said so far.

    Raises:
        LedgerBroken: the ledger can't be read.
    """
    with Receipts(ledger, settings().ledger, reads_only=True) as receipts:
        position = receipts.position(receiver)
        announced = position.night if position else None
        waiting = len(Outbox(receipts, receiver).waiting())
    return AnnouncementPlan(
        receiver,
        says,
        _notices(release_dir) if says == NOTICES else None,
        after,
        announced,
        waiting,
        held_delivery(release_dir, receiver),
    )


def _notices(release_dir: Path) -> int:
    folder = release_dir.resolve()
    name = f"{NOTICES}.parquet"
    # Releases of before notices have none.
    if not has_file(folder, name):
        return 0
    refuse_other_files(folder, [name])
    with reading() as connection:
        file = str(folder / name)
        ((count,),) = connection.execute("select count(*) from read_parquet(?)", [file]).fetchall()
    return int(count)


def plan(
    release_dir: Path,
    receiver: str,
    lists: Sequence[str],
    ledger: Path,
    one_row_per_scope: bool = False,
    others: Set[str] = frozenset(),
) -> DeliveryPlan:
    """What a receiver of lists would be sent, by what it acknowledged so far; it isn't asked itself.

    Args:
        lists: those that it gets.
        one_row_per_scope: of the penalties on a scope of an account, it gets the one that prevails alone.
        ledger: the receipts, where they are in a file; it may not be there yet.
        others: lists that another entry of receivers.yml brings to its system, which are left alone.

    Raises:
        ReleaseError: the release can't be delivered.
        LedgerBroken: the ledger can't be read.
    """
    release = read_release(release_dir, lists, one_row_per_scope)
    with Receipts(ledger, settings().ledger, reads_only=True) as receipts:
        acknowledged = receipts.acknowledged(receiver, others - {*lists})
        unsettled = {(change.list, change.row_key) for change in receipts.unanswered(receiver)}
        position = receipts.position(receiver)
        newer = position.night if position and position.night > release.night else None
    held = held_delivery(release_dir, receiver)
    found = [] if newer or held else diff(receiver, release.lists, acknowledged, unsettled)
    causes = _causes(release_dir)
    touched = {(change.list, change.row_key) for change in found} | unsettled
    return DeliveryPlan(
        receiver,
        release.night,
        release.release_id,
        newer,
        len(unsettled),
        [
            PlannedChange(each.list, each.row_key, each.action, causes.get((each.list, each.row_key), NOT_YET))
            for each in found
        ],
        0 if held else sum((each.name, row_key) not in touched for each in release.lists for row_key in each.rows),
        held,
    )


def _causes(release_dir: Path) -> Mapping[RowId, str]:
    file = release_dir / "changes.parquet"
    if not file.exists():
        return {}
    with reading() as connection:
        columns = {name for name, *_ in connection.execute("describe from read_parquet(?)", [str(file)]).fetchall()}
        # What is held isn't in the list: its row is sent as it was, if it is sent.
        is_sent = Sql("not is_held" if "is_held" in columns else "true")
        found = connection.execute(_SQL("causes", is_sent=is_sent), {"file": str(file)}).fetchall()
    return {(name, row_key): cause for name, row_key, cause in found}
