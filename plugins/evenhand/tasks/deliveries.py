"""The deliveries of a release as Airflow tasks: a group per receiver, for every DAG that releases something."""

from __future__ import annotations

from datetime import date

from airflow.sdk import TaskGroup, task

from evenhand.delivery.config import announces, load_receivers
from evenhand.tasks import night as nightly


# A receiver that is down comes back; sending again is safe, for it knows what it has answered before.
@task(retries=2, retry_exponential_backoff=True)
def delivered(night: str, receiver: str) -> nightly.Facts:
    """Send the receiver the difference between the release and what it has acknowledged."""
    return nightly.deliver_release(date.fromisoformat(night), receiver)


@task(retries=2, retry_exponential_backoff=True)
def reconciled(night: str, receiver: str) -> nightly.Facts:
    """Read back what the receiver holds; stop if it isn't the wanted state."""
    return nightly.reconcile_receiver(date.fromisoformat(night), receiver)


def a_group_per_receiver(night: str) -> TaskGroup:
    """Deliver a night's release to each receiver and reconcile it; what is said comes after those who enforce.

    Args:
        night: the night, YYYY-MM-DD, or the template of it.
    """
    with TaskGroup(
        "deliver", tooltip="Lists to those who enforce them; then what is said of what took effect"
    ) as deliver:
        sent = {}
        for receiver, config in load_receivers().items():
            with TaskGroup(receiver):
                # What one receiver didn't take is told of as far as the others did.
                sending = delivered.override(trigger_rule="all_done") if announces(config) else delivered
                sent[receiver] = sending(night, receiver)
                [sent[each] for each in announces(config)] >> sent[receiver] >> reconciled(night, receiver)
    return deliver
