"""The steps of a night, a function for each task of the DAG `nightly_governance`.

Each can be run again at any time: what it writes is a function of what was there before it and the night. Heavy
imports are inside the functions, for this module is imported wherever the DAG is parsed.

Longer than other files, for it has a function for each step of a night.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.deciding.report import PAGE
from evenhand.records.written import by_numbers
from evenhand.settings import settings
from evenhand.tasks.facts import Facts, note, told_if_it_fails
from evenhand.tasks.indexed import indexed
from evenhand.tasks.silence import hold_if_silent
from evenhand.tasks.warehouse import begun, forget_old_ones, in_warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evenhand.policy.named_days import NamedDays
    from evenhand.policy.targets import Targets
    from evenhand.quality.feeds import Beside
    from evenhand.quality.translation_changes import LanguageWords

log = logging.getLogger(__name__)
# What it registers while it is imported is a hundred lines that say nothing of the night.
logging.getLogger("great_expectations").setLevel(logging.WARNING)


def land_or_hold(night: date, today: date | None = None) -> Facts:
    """`land_feeds`, and hold every market where nothing has landed for the night; returns why, too, as `silent`."""
    facts = land_feeds(night, today=today)
    return {"silent": hold_if_silent(night), **facts}


def fetch_landed() -> None:
    """Fetch what has landed elsewhere, if that is where feeds land."""
    from evenhand.landing.mirror import end_mirroring, mirror
    from evenhand.records.modes import close, for_readers

    here = settings()
    if here.lands_elsewhere:
        close(here.home)
        with for_readers():
            log.info("%d files fetched from %s", mirror(here.landing_from, here.landing), here.landing_from)
    else:
        end_mirroring(here.landing)


@told_if_it_fails("land_feeds")
def land_feeds(night: date, since: date | None = None, today: date | None = None) -> Facts:
    """Load what had landed by the night, and take what it looks at, and the emergencies; returns rows per feed.

    Args:
        since: the first of several nights that are decided together; by default, `night`.
        today: the last night that may have come; without it nothing is told of folders of nights that haven't.
    """
    from evenhand.emergency.load import load_emergencies
    from evenhand.landing.ahead import note_ahead
    from evenhand.landing.decisions import file_decisions
    from evenhand.landing.load import load
    from evenhand.landing.window import take
    from evenhand.quality.bases import bases_of
    from evenhand.records.databases import create_database, kept_open, wait_until_free
    from evenhand.records.modes import close
    from evenhand.records.record_log import refuse_troubles, seal
    from evenhand.release.manifest import read_manifest
    from evenhand.release.older_releases import refuse_changed_before
    from evenhand.release.previous import last_release, take_last_release
    from evenhand.release.verify import refuse_not_accepted

    close(settings().home)
    refuse_troubles(settings().home)
    seal(settings().home)
    if before := last_release(settings().releases, night):
        refuse_not_accepted(settings().home, before)
        # What lists that are held come from is read as well.
        for base in bases_of(settings().releases, before.resolve(), read_manifest(before))[1:]:
            refuse_not_accepted(settings().home, base.release)
    refuse_changed_before(settings().home, settings().releases, night)
    forget_old_ones(night)
    wait_until_free(settings().store)
    wait_until_free(settings().warehouse(night))
    decisions = file_decisions(settings().home)
    arrivals = load(settings().store, settings().landing, night, decisions)
    if today:
        note_ahead(settings().store, settings().landing, night, today)
    create_database(settings().warehouse(night))
    with kept_open(settings().warehouse(night), reads=[settings().store]):
        take(settings().store, settings().warehouse(night), night, decisions, since)
        take_last_release(settings().releases, settings().warehouse(night), night)
        emergencies = load_emergencies(settings().emergencies, settings().warehouse(night), night)
    for name, why in arrivals.unusable.items():
        log.error("%s can't be used: %s", by_numbers(name), by_numbers(why))
    facts = {
        "new_files": arrivals.new_files,
        "rows": arrivals.rows,
        "unusable": arrivals.unusable,
        "emergencies": emergencies,
    }
    return note(night, "land_feeds", facts)


@told_if_it_fails("compile_policies")
@in_warehouse
def compile_policies(night: date, warehouse: Path) -> Facts:
    """Check the policy packs and the words for them, and compile them to tables; returns rows per table."""
    import duckdb

    from evenhand.deciding.compiled import compiled_project
    from evenhand.deciding.provenance import keep_deciders, texts_of
    from evenhand.deciding.set_aside import bring_all_back, lay_what_stays
    from evenhand.landing.held_markets import hold_markets
    from evenhand.notices.names_to_translate import markets_that_cannot_be_told
    from evenhand.policy.compile import compile_packs
    from evenhand.policy.renaming import take_names
    from evenhand.policy.sift import sift
    from evenhand.release.previous import last_release

    here, last = settings(), last_release(settings().releases, night)
    sifted = sift(here.policies, texts_of(last))
    held = [*sifted.held, *markets_that_cannot_be_told(sifted.packs, here.translations)]
    bring_all_back(warehouse)
    rows = compile_packs(sifted.packs, warehouse, order=sifted.order)
    with duckdb.connect(str(warehouse)) as connection:
        take_names(connection, night)
    if last:
        lay_what_stays(warehouse, last, {each.market for each in held})
    hold_markets(warehouse, "packs", held)
    for each in held:
        log.error("%s", each)
    keep_deciders(warehouse, compiled_project(), here.policies, sifted.unreadable, *_beside_packs(here.policies))
    return note(night, "compile_policies", {"rows": rows, "held": [str(each) for each in held]})


def _beside_packs(policies: Path) -> tuple[Targets, NamedDays]:
    """What metrics are to come to, and named days; nothing of a file that is wrong, for neither decides anything."""
    from evenhand.policy.named_days import NO_NAMED_DAYS, read_named_days
    from evenhand.policy.targets import NO_TARGETS, read_targets
    from evenhand.policy.texts import PackError

    targets, named_days = NO_TARGETS, NO_NAMED_DAYS
    try:
        targets = read_targets(policies)
    except PackError as error:
        log.warning("No metric is judged by a target tonight: %s", error)
    try:
        named_days = read_named_days(policies)
    except PackError as error:
        log.warning("No day has a name tonight: %s", error)
    return targets, named_days


@indexed
@told_if_it_fails("gate_1.validate_feeds")
def validate_feeds(night: date, since: date | None = None) -> Facts:
    """Gate 1: accept good rows, quarantine bad ones, hold the markets of which something is wrong as a whole.

    Args:
        since: the first of several nights that are decided together.
    """
    from evenhand.deciding.set_aside import bring_all_back
    from evenhand.quality import feeds
    from evenhand.records.databases import kept_open

    warehouse = begun(night)
    with kept_open(warehouse):
        bring_all_back(warehouse)
        gate = feeds.validate_feeds(warehouse, settings().work(night) / "gate_1", night, known_beside(night), since)
    for held in gate.held:
        log.error("%s", by_numbers(str(held)))
    for warning in gate.warnings:
        log.warning("%s", by_numbers(warning))
    facts = {
        "accepted": {feed: counts.accepted for feed, counts in gate.feeds.items()},
        "quarantined": {feed: counts.quarantined for feed, counts in gate.feeds.items()},
        "held": [str(each) for each in gate.held],
        "warnings": gate.warnings,
        "page": str(gate.page),
    }
    return note(night, "validate_feeds", facts)


@told_if_it_fails("build_models")
@in_warehouse
def build_models(night: date, warehouse: Path) -> Facts:
    """Build and test every dbt model in the night's warehouse, from what dbt compiled; returns what became of each.

    Raises:
        AirflowFailException: a model or a test of it failed: trying again would not help.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.deciding.build import ModelsFailed
    from evenhand.deciding.compiled import compiled_project
    from evenhand.deciding.isolate import decide_markets
    from evenhand.landing.held_markets import held_markets

    try:
        report = decide_markets(warehouse, compiled_project(), night, settings().models(night))
    except ModelsFailed as error:
        raise AirflowFailException(str(error)) from error
    facts = {
        "models": len(report.models),
        "tests": sum(model.tests for model in report.models),
        "seconds": round(sum(model.seconds for model in report.models), 2),
        "held": [str(each) for each in held_markets(warehouse)],
        "page": str(settings().models(night) / PAGE),
    }
    return note(night, "build_models", facts)


@indexed
@told_if_it_fails("gate_2.validate_lists")
def validate_lists(night: date) -> Facts:
    """Draw for review and estimate what reviews say, then gate 2: rows that break a rule, lists that change unusually.

    A list that is held waits until a person has seen it.
    """
    from evenhand.approval.code_changes import lay_code_authors
    from evenhand.deciding.code import code_version
    from evenhand.deciding.provenance import texts_of
    from evenhand.deployment import asks_first_nights, deployment
    from evenhand.policy.preapproved import read_preapproved, read_same_rules
    from evenhand.policy.sift import sift
    from evenhand.quality import holding, lists
    from evenhand.records.databases import kept_open
    from evenhand.release.held_names import held_called
    from evenhand.release.previous import last_release, take_kept_release
    from evenhand.sampling.estimate import lay_estimates
    from evenhand.sampling.night import lay_draws
    from evenhand.sampling.penalties import lay_judged

    here = settings()
    warehouse = begun(night)
    with kept_open(warehouse):
        take_kept_release(here.releases, warehouse, night)
        listed = lay_draws(warehouse, here.releases, night, here.item_link)
    judged = lay_judged(warehouse, night)
    with kept_open(warehouse):
        estimated = lay_estimates(warehouse, night)
        rows = lists.validate_lists(warehouse, here.work(night) / "gate_2" / "rows", night)
    for each in rows.held:
        log.warning(
            "%d of %d rows of %s in %s are held back", each.held, each.rows, each.list, each.market or "no market"
        )
    for rule in rows.broken:
        log.warning("%s", rule)
    before = texts_of(last_release(here.releases, night))
    tonight = holding.Tonight(
        here.releases,
        sift(here.policies, before).packs,
        read_preapproved(here.policies),
        code_version(here.project),
        read_same_rules(here.policies),
        *_receivers(),
        _translations(),
        deployment().timezone.key,
        _settings_changed_by(),
        asks_first_nights(),
    )
    broken = {(each.list, each.market): rows.broken for each in rows.too_many}
    changed = holding.validate_changes(warehouse, here.work(night) / "gate_2" / "changes", night, tonight, broken)
    lay_code_authors(warehouse, here.project, here.releases)
    for held in changed.held:
        log.warning("Held, %s: %s", held_called(held.list, held.market), "; ".join(held.why))
    for said in changed.not_compared:
        log.warning("%s", said)
    facts = {
        "for_review": asdict(listed),
        "judged_penalties": judged,
        "estimates": estimated,
        "expectations": rows.expectations + changed.expectations,
        "held_back": [asdict(each) for each in rows.held],
        "causes": changed.causes,
        "held_lists": [held_called(each.list, each.market) for each in changed.held],
        "page": str(rows.page),
        "page_of_changes": str(changed.page),
    }
    return note(night, "validate_lists", facts)


@indexed
@told_if_it_fails("publish_release")
def publish_release(night: date) -> Facts:
    """Release what passed and what people answered to, with its notices, frozen; a reversed night has earlier lists."""
    from evenhand.approval.answers import apply
    from evenhand.deciding.build import build_after_gate, check_after_gate
    from evenhand.deciding.code import code_version
    from evenhand.deciding.code_authors import origin
    from evenhand.deciding.compiled import compiled_project
    from evenhand.notices.write import write_notices
    from evenhand.quality.nights_page import keep_pages
    from evenhand.records.databases import kept_open
    from evenhand.release.assemble import assemble, tell_of_accounts
    from evenhand.release.publish import publish
    from evenhand.release.reversal import reversal_of

    here = settings()
    reversal = reversal_of(here.home, night)
    if reversal:
        log.warning(
            "%s. That holds until it is lifted, with a second person: the DAG release_reversed, or evenhand reverse %s"
            " --lift --reason TEXT",
            *(reversal, night),
        )
    warehouse, project = begun(night), compiled_project()
    with kept_open(warehouse):
        apply(warehouse, here.approvals, night)
        assemble(warehouse, here.releases, night, reversal.back_to if reversal else None)
        tell_of_accounts(warehouse, here.releases, night)
        build_after_gate(warehouse, project, night)
        words = _approved_words(warehouse)
        told = write_notices(warehouse, here.translations, here.releases, night, words, bool(reversal))
        for language, notices in told.items():
            log.warning("%d notices in English: nothing is translated to %s, the accounts' language", notices, language)
        tested = check_after_gate(warehouse, project, night)
    said = reversal.in_manifest if reversal else None
    code = {**code_version(here.project), **origin(here.project)}
    published = publish(warehouse, here.releases, night, code, said)
    keep_pages(settings().work(night), published.revision)
    facts = {
        "release": str(published.folder),
        "release_id": published.release_id,
        "revision": published.revision,
        "changed": published.changed,
        "notices_tested": tested,
    }
    return note(night, "publish_release", facts)


def known_beside(night: date) -> Beside:
    """What gate 1 knows beside the packs: marketplace.yml, and the limits and the files of the last release."""
    from evenhand.deciding.provenance import limits_of_words
    from evenhand.deployment import deployment
    from evenhand.landing.held_markets import decided_alone
    from evenhand.policy.marketplace import read_marketplace
    from evenhand.quality.feeds import Beside
    from evenhand.quality.held_before import HeldBefore
    from evenhand.quality.words_without_effect import WordsKnown
    from evenhand.release.manifest import read_manifest
    from evenhand.release.previous import last_release

    marketplace = read_marketplace(settings().policies)
    zone = deployment().timezone.key
    last = last_release(settings().releases, night)
    released = read_manifest(last) if last else None
    files = released.inputs if released else None
    held: list[HeldBefore] = []
    if released:
        # What is wrong with a file, or a pack, holds its market until it is mended.
        once = [each for each in released.held_markets if not each.file and not decided_alone(each.why)]
        held = [HeldBefore(each.market, released.night, each.why) for each in once]
    words = WordsKnown(marketplace.surfaces if marketplace else (), limits_of_words(last, night))
    if not marketplace:
        return Beside(time_zone=zone, words=words, files=files, held_before=held)
    return Beside(marketplace.markets, marketplace.time_zones, zone, words, files, held)


def _receivers() -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """What receivers.yml says of each and who changed it; where it is wrong, nothing is compared and nothing sent."""
    from evenhand.delivery.config import ReceiversError, receivers_changed_by, receivers_said

    try:
        return {**receivers_said()}, receivers_changed_by()
    except ReceiversError as error:
        log.warning("%s", error)
        return None, ()


def _settings_changed_by() -> dict[str, tuple[str, ...]]:
    from evenhand.deployment import changed_by
    from evenhand.policy.load import MARKETPLACE
    from evenhand.policy.marketplace import read_marketplace
    from evenhand.quality.setting_changes import TIME_ZONE

    marketplace = read_marketplace(settings().policies)
    return {MARKETPLACE: marketplace.changed_by if marketplace else (), TIME_ZONE: changed_by()}


def _translations() -> dict[str, LanguageWords]:
    """What each language says, and who changed it last; without those whose file can't be read."""
    from evenhand.notices.catalogs import load_catalogs, said_by
    from evenhand.quality.translation_changes import LanguageWords

    languages = load_catalogs(settings().translations).languages
    return {name: LanguageWords(said_by(catalog), catalog.changed_by) for name, catalog in languages.items()}


def _approved_words(warehouse: Path) -> Mapping[str, str | None]:
    import duckdb

    from evenhand.quality.translation_changes import approved_words

    with duckdb.connect(str(warehouse)) as connection:
        return approved_words(connection)
