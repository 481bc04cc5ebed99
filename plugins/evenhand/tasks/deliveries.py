"""The deliveries of a release: what is done for each receiver, and the tasks of it for every DAG that releases.

Heavy imports are inside the functions, for this module is imported wherever a DAG is parsed.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

from airflow.configuration import conf
from airflow.sdk import TaskGroup

from evenhand.delivery.config import announces, load_receivers
from evenhand.settings import settings
from evenhand.tasks.facts import Facts, note, told_if_it_fails
from evenhand.tasks.facts_task import facts_task

log = logging.getLogger(__name__)
# A receiver that is down comes back; sending again is safe, for it knows what it has answered before. It is waited for
# as long as this Airflow waits by default, and then twice that: other tasks' few seconds are for Airflow's own hiccups.
_REPEATED: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=conf.getint("core", "default_task_retry_delay")),
    "retry_exponential_backoff": True,
    "pool": "default_pool",
}


@told_if_it_fails("deliver_release")
def deliver_release(night: date, receiver: str) -> Facts:
    """Bring a receiver to the wanted state.

    Raises:
        AirflowFailException: the receiver refused rows, the deployment is wrong, or deliveries are stopped: trying
            again would not help.
        evenhand.delivery.receivers.ReceiverError: it couldn't be reached or gave no answer: trying again may.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.announcements.announce import announce
    from evenhand.delivery.announcements.statement_words import NotStatable
    from evenhand.delivery.config import ReceiversError, announces, load_receivers
    from evenhand.delivery.deliver import LONGEST_WAIT, deliver
    from evenhand.delivery.emptied import ReceiverEmptied
    from evenhand.delivery.first_read import HoldsOthers
    from evenhand.delivery.held import held_delivery
    from evenhand.delivery.ledger import LedgerBroken
    from evenhand.delivery.read_release import ReleaseError
    from evenhand.delivery.receipts import Receipts
    from evenhand.delivery.receivers import ReceiverError
    from evenhand.delivery.stopping import DeliveriesStopped
    from evenhand.release.verify import ReleaseChanged, refuse_changed
    from evenhand.tasks.receivers import open_announcer, open_receiver

    release = settings().releases / f"night={night}"
    try:
        # The manifest alone, which says what is held; each list is looked at where it is read.
        refuse_changed(release, ())
        if said := held_delivery(release, receiver):
            log.warning("%s", said)
            return note(night, "deliver_release", {"told": said, "sent": {}}, receiver)
        with Receipts(settings().receipts, settings().ledger) as receipts:
            if announces(load_receivers()[receiver]):
                with open_announcer(receiver) as announcer:
                    summary = announce(release, announcer, receipts)
            else:
                with open_receiver(receiver) as opened:
                    summary = deliver(release, opened, receipts)
    except (
        DeliveriesStopped,
        HoldsOthers,
        LedgerBroken,
        ReceiverEmptied,
        ReceiversError,
        ReleaseChanged,
        ReleaseError,
        NotStatable,
    ) as error:
        raise AirflowFailException(str(error)) from error
    if summary.unanswered:
        raise ReceiverError(f"{summary}. What has no answer is asked again when this task is run again.")
    if summary.rejected:
        rejected = "\n".join(f"  {row.list} {row.row_key}: {row.reason}" for row in summary.rejected[:20])
        raise AirflowFailException(
            f"{summary}. The rows that it took are in force there; the first that it refused:\n{rejected}\n"
            "Settle them with the receiver's owners and clear this task; only what isn't acknowledged is sent."
        )
    if summary.overdue:
        first = summary.overdue[0]
        raise AirflowFailException(
            f"{summary}. All that is known in full was sent; {len(summary.overdue)} have waited for more than"
            f" {LONGEST_WAIT} nights. Have the source land automation_of_detection and automation_of_decision of their"
            f" violations, the first of which is {first.violation}; the next night then sends them."
        )
    return note(night, "deliver_release", {"told": str(summary), "sent": summary.sent}, receiver)


@told_if_it_fails("reconcile_receiver")
def reconcile_receiver(night: date, receiver: str) -> Facts:
    """Read back what a receiver holds, correct what it lost or changed by itself, and stop if it still differs."""
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.announcements.announce import check_announced
    from evenhand.delivery.config import ReceiversError, announces, load_receivers
    from evenhand.delivery.emptied import ReceiverEmptied
    from evenhand.delivery.first_read import HoldsOthers
    from evenhand.delivery.held import held_delivery
    from evenhand.delivery.ledger import LedgerBroken
    from evenhand.delivery.read_release import ReleaseError
    from evenhand.delivery.receipts import Receipts
    from evenhand.delivery.reconcile import reconcile_and_correct
    from evenhand.delivery.stopping import DeliveriesStopped
    from evenhand.release.verify import ReleaseChanged, refuse_changed
    from evenhand.tasks.receivers import open_announcer, open_receiver

    release = settings().releases / f"night={night}"
    try:
        refuse_changed(release, ())
        if said := held_delivery(release, receiver):
            return note(night, "reconcile_receiver", {"told": said}, receiver)
        with Receipts(settings().receipts, settings().ledger) as receipts:
            if announces(load_receivers()[receiver]):
                with open_announcer(receiver) as announcer:
                    summary = check_announced(release, announcer, receipts)
            else:
                with open_receiver(receiver) as opened:
                    summary = reconcile_and_correct(release, opened, receipts)
    except (
        DeliveriesStopped,
        HoldsOthers,
        LedgerBroken,
        ReceiverEmptied,
        ReceiversError,
        ReleaseChanged,
        ReleaseError,
    ) as error:
        raise AirflowFailException(str(error)) from error
    if summary.corrected:
        log.warning("%s", summary)
    if not summary.agrees and not summary.holds_newer:
        raise AirflowFailException(
            f"{summary}. It was sent again what differs and still holds something else: it refuses these rows, or is "
            "written to by others meanwhile. Settle that with its owners and clear this task."
        )
    return note(night, "reconcile_receiver", {"told": str(summary), "agrees": summary.agrees}, receiver)


@facts_task(task_id="deliver_release", **_REPEATED)
def _deliver(night: str, receiver: str) -> Facts:
    """Send the receiver the difference between the release and what it has acknowledged."""
    return deliver_release(date.fromisoformat(night), receiver)


@facts_task(task_id="reconcile_receiver", **_REPEATED)
def _reconcile(night: str, receiver: str) -> Facts:
    """Read back what the receiver holds; stop if it isn't the wanted state."""
    return reconcile_receiver(date.fromisoformat(night), receiver)


def delivery_groups(night: str, released: Any) -> TaskGroup:
    """Deliver a night's release to each receiver and reconcile it; what is said comes after those who enforce.

    Args:
        night: the night, YYYY-MM-DD, or the template of it.
        released: the task that releases it.
    """
    with TaskGroup(
        "deliver", tooltip="Lists to those who enforce them; then what is said of what took effect"
    ) as deliver:
        sent = {}
        for receiver, config in load_receivers().items():
            with TaskGroup(receiver):
                # What one receiver didn't take is told of as far as the others did; of what isn't released, nothing.
                rule = "all_done_min_one_success" if announces(config) else "all_success"
                within = timedelta(minutes=config.within_minutes)
                sent[receiver] = _deliver.override(trigger_rule=rule, execution_timeout=within)(night, receiver)
                compared = _reconcile.override(execution_timeout=within)(night, receiver)
                [released, *(sent[each] for each in announces(config))] >> sent[receiver] >> compared
    return deliver
