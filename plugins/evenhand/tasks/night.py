"""The steps of a night, a function for each task of the DAG `nightly_governance`.

Each can be run again at any time: what it writes is a function of what was there before it and the night. Heavy
imports are inside the functions, for this module is imported wherever the DAG is parsed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

from evenhand.deciding.report import PAGE
from evenhand.settings import settings

log = logging.getLogger(__name__)
# What it registers while it is imported is a hundred lines that say nothing of the night.
logging.getLogger("great_expectations").setLevel(logging.WARNING)

# Nights whose warehouse is kept, so that their tasks can be cleared one by one; older ones start again from their
# first task. Releases are never deleted.
KEPT_WAREHOUSES = 7


# What a step found and did, for the summary and for Airflow's XCom page.
Facts = dict[str, Any]


class NightNotBegun(Exception):
    """A later task was run before the first one. The message says what to do."""


def _told_if_it_fails(step: str) -> Callable[[Callable[..., Facts]], Callable[..., Facts]]:
    """Have what a step complains of kept with the night's work, where the run's page finds it, until it ends well."""

    def decorated(function: Callable[..., Facts]) -> Callable[..., Facts]:
        @wraps(function)
        def called(night: date, *arguments: str) -> Facts:
            name = ".".join((step, *arguments, "failed"))
            try:
                facts = function(night, *arguments)
            except Exception as error:
                _note(night, name, {"said": str(error)})
                raise
            (settings().work(night) / "steps" / f"{name}.json").unlink(missing_ok=True)
            return facts

        return called

    return decorated


@_told_if_it_fails("feeds_landed")
def land_feeds(night: date) -> Facts:
    """Load what had landed by the night, and take what it looks at, and the emergencies; returns rows per feed."""
    from evenhand.emergency.load import load_emergencies
    from evenhand.landing.load import load
    from evenhand.landing.mirror import mirror
    from evenhand.landing.window import take
    from evenhand.release.previous import take_last_release

    _forget_old_warehouses(night)
    if settings().lands_elsewhere:
        log.info(
            "%d files fetched from %s", mirror(settings().landing_from, settings().landing), settings().landing_from
        )
    arrivals = load(settings().store, settings().landing, night)
    take(settings().store, settings().warehouse(night), night)
    take_last_release(settings().releases, settings().warehouse(night), night)
    emergencies = load_emergencies(settings().emergencies, settings().warehouse(night), night)
    facts = {"new_files": arrivals.new_files, "rows": arrivals.rows, "emergencies": emergencies}
    return _note(night, "feeds_landed", facts)


@_told_if_it_fails("policies_compiled")
def compile_policies(night: date) -> Facts:
    """Check the policy packs and the words for them, and compile them to tables; returns rows per table."""
    from evenhand.deciding.compiled import compiled_project
    from evenhand.deciding.provenance import keep_deciders
    from evenhand.notices.words import refuse_what_cannot_be_told
    from evenhand.policy.compile import compile_packs
    from evenhand.policy.load import load_packs

    packs = load_packs(settings().policies)
    refuse_what_cannot_be_told([loaded.pack for loaded in packs], settings().translations)
    rows = compile_packs(packs, _warehouse(night))
    keep_deciders(_warehouse(night), compiled_project(), settings().policies)
    return _note(night, "policies_compiled", {"rows": rows})


@_told_if_it_fails("gate_1.feeds_validated")
def validate_feeds(night: date) -> Facts:
    """Gate 1: accept good rows, quarantine bad ones, stop if a feed is broken."""
    from evenhand.quality import feeds

    gate = feeds.validate_feeds(_warehouse(night), settings().work(night) / "gate_1", night)
    for warning in gate.warnings:
        log.warning("%s", warning)
    facts = {
        "accepted": {feed: counts.accepted for feed, counts in gate.feeds.items()},
        "quarantined": {feed: counts.quarantined for feed, counts in gate.feeds.items()},
        "warnings": gate.warnings,
        "page": str(gate.page),
    }
    return _note(night, "feeds_validated", facts)


@_told_if_it_fails("models_built")
def build_models(night: date) -> Facts:
    """Build and test every dbt model in the night's warehouse, from what dbt compiled; returns what became of each.

    Raises:
        AirflowFailException: a model or a test of it failed: trying again would not help.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.deciding.build import ModelsFailed
    from evenhand.deciding.build import build_models as build
    from evenhand.deciding.compiled import compiled_project

    try:
        report = build(_warehouse(night), compiled_project(), night, settings().models(night))
    except ModelsFailed as error:
        raise AirflowFailException(str(error)) from error
    facts = {
        "models": len(report.models),
        "tests": sum(model.tests for model in report.models),
        "seconds": round(sum(model.seconds for model in report.models), 2),
        "page": str(settings().models(night) / PAGE),
    }
    return _note(night, "models_built", facts)


@_told_if_it_fails("gate_2.lists_validated")
def validate_lists(night: date) -> Facts:
    """Gate 2: hold back rows that break a rule, and lists whose change is unusual, until a person has seen it."""
    from evenhand.deciding.code import code_version
    from evenhand.policy.load import load_packs
    from evenhand.policy.preapproved import read_announced
    from evenhand.quality import changes, lists

    here = settings()
    rows = lists.validate_lists(_warehouse(night), here.work(night) / "gate_2" / "rows", night)
    for each in rows.held:
        log.warning(
            "%d of %d rows of %s in %s are held back", each.held, each.rows, each.list, each.market or "no market"
        )
    for rule in rows.broken:
        log.warning("%s", rule)
    tonight = changes.Tonight(
        here.releases, load_packs(here.policies), read_announced(here.policies), code_version(here.project)
    )
    broken = {(each.list, each.market): rows.broken for each in rows.too_many}
    changed = changes.validate_changes(
        _warehouse(night), here.work(night) / "gate_2" / "changes", night, tonight, broken
    )
    for held in changed.held:
        log.warning("%s of %s are held: %s", held.list, held.market, "; ".join(held.why))
    facts = {
        "expectations": rows.expectations + changed.expectations,
        "held_back": [asdict(each) for each in rows.held],
        "causes": changed.causes,
        "held_lists": [f"{each.list} of {each.market}" for each in changed.held],
        "page": str(rows.page),
        "page_of_changes": str(changed.page),
    }
    return _note(night, "lists_validated", facts)


@_told_if_it_fails("night_released")
def publish_release(night: date) -> Facts:
    """Release what passed and what people answered to, with its notices, frozen; a reversed night has earlier lists."""
    from evenhand.approval.answers import apply
    from evenhand.deciding.code import code_version
    from evenhand.notices.write import write_notices
    from evenhand.release.assemble import want
    from evenhand.release.publish import publish
    from evenhand.release.reversal import reversal_of

    here = settings()
    reversal = reversal_of(here.home, night)
    if reversal:
        log.warning("%s. That holds until it is lifted: evenhand reverse %s --lift", reversal, night)
    apply(_warehouse(night), here.approvals, night)
    want(_warehouse(night), here.releases, night, reversal.back_to if reversal else None)
    for language, notices in write_notices(_warehouse(night), here.translations, here.releases, night).items():
        log.warning("%d notices in English: nothing is translated to %s, the accounts' language", notices, language)
    said = reversal.in_manifest if reversal else None
    published = publish(_warehouse(night), here.releases, night, code_version(here.project), said)
    facts = {
        "release": str(published.folder),
        "release_id": published.release_id,
        "revision": published.revision,
        "changed": published.changed,
    }
    return _note(night, "night_released", facts)


@_told_if_it_fails("delivered")
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
    from evenhand.delivery.config import ReceiversError, announces, load_receivers, open_announcer, open_receiver
    from evenhand.delivery.deliver import deliver
    from evenhand.delivery.read_release import ReleaseError
    from evenhand.delivery.receipts import Receipts
    from evenhand.delivery.receivers import ReceiverError
    from evenhand.delivery.stopping import DeliveriesStopped

    release = settings().releases / f"night={night}"
    try:
        with Receipts(settings().receipts) as receipts:
            if announces(load_receivers()[receiver]):
                with open_announcer(receiver) as announcer:
                    summary = announce(release, announcer, receipts)
            else:
                with open_receiver(receiver) as opened:
                    summary = deliver(release, opened, receipts)
    except (DeliveriesStopped, ReceiversError, ReleaseError, NotStatable) as error:
        raise AirflowFailException(str(error)) from error
    if summary.unanswered:
        raise ReceiverError(f"{summary}. What has no answer is asked again when this task is run again.")
    if summary.rejected:
        rejected = "\n".join(f"  {row.list} {row.row_key}: {row.reason}" for row in summary.rejected[:20])
        raise AirflowFailException(
            f"{summary}. The rows that it took are in force there; the first that it refused:\n{rejected}\n"
            "Settle them with the receiver's owners and clear this task; only what isn't acknowledged is sent."
        )
    return _note(night, f"delivered.{receiver}", {"told": str(summary), "sent": summary.sent})


@_told_if_it_fails("reconciled")
def reconcile_receiver(night: date, receiver: str) -> Facts:
    """Read back what a receiver holds, correct what it lost or changed by itself, and stop if it still differs."""
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.delivery.announcements.announce import check_announced
    from evenhand.delivery.config import announces, load_receivers, open_announcer, open_receiver
    from evenhand.delivery.receipts import Receipts
    from evenhand.delivery.reconcile import reconcile_and_correct
    from evenhand.delivery.stopping import DeliveriesStopped

    release = settings().releases / f"night={night}"
    try:
        with Receipts(settings().receipts) as receipts:
            if announces(load_receivers()[receiver]):
                with open_announcer(receiver) as announcer:
                    summary = check_announced(release, announcer, receipts)
            else:
                with open_receiver(receiver) as opened:
                    summary = reconcile_and_correct(release, opened, receipts)
    except DeliveriesStopped as error:
        raise AirflowFailException(str(error)) from error
    if summary.corrected:
        log.warning("%s", summary)
    if not summary.agrees and not summary.holds_newer:
        raise AirflowFailException(
            f"{summary}. It was sent again what differs and still holds something else: it refuses these rows, or is "
            "written to by others meanwhile. Settle that with its owners and clear this task."
        )
    return _note(night, f"reconciled.{receiver}", {"told": str(summary)})


def _note(night: date, step: str, facts: Facts) -> Facts:
    """Keep what a step came to with the night's work, where the summary finds it."""
    folder = settings().work(night) / "steps"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{step}.json").write_text(json.dumps(facts, indent=2))
    return facts


def _warehouse(night: date) -> Path:
    warehouse = settings().warehouse(night)
    if not warehouse.exists():
        raise NightNotBegun(
            f"{warehouse}: not there. Night {night} isn't being worked on (only the {KEPT_WAREHOUSES} nights worked on "
            "last are kept); clear the run from its first task, feeds_landed."
        )
    return warehouse


def _forget_old_warehouses(night: date) -> None:
    files = [path for path in settings().nights.glob("night=*/warehouse.duckdb") if path != settings().warehouse(night)]
    by_last_use = sorted(files, key=lambda path: (path.stat().st_mtime, path), reverse=True)
    for path in by_last_use[KEPT_WAREHOUSES - 1 :]:
        path.unlink()
