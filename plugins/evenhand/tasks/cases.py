"""The cases of a night, beside its deliveries: what neither holds nor fails a night, nor changes what it released.

Heavy imports are inside the functions, for this module is imported wherever a DAG is parsed.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from evenhand.settings import settings
from evenhand.tasks.facts import Facts, note, told_if_it_fails
from evenhand.tasks.facts_task import facts_task
from evenhand.tasks.pools import WAREHOUSE

log = logging.getLogger(__name__)


class NobodyTold(Exception):
    """People weren't told of their cases. The message says who and why; trying again may help."""

    passes = True


@told_if_it_fails("update_cases")
def update_cases(night: date) -> Facts:
    """Bring the cases to what the newest released night found, and export them.

    Raises:
        evenhand.cases.store.CasesBroken: the case store can't be used.
    """
    from evenhand.cases.export import export
    from evenhand.cases.night import is_older, update
    from evenhand.cases.night_facts import night_facts
    from evenhand.cases.store import writing
    from evenhand.policy.load import load_each, pack_files
    from evenhand.records.databases import wait_until_free
    from evenhand.release.manifest import read_manifest

    here = settings()
    release = here.releases / f"night={night}"
    manifest = read_manifest(release)
    warehouse = here.warehouse(night)
    wait_until_free(warehouse)
    packs, _ = load_each(pack_files(here.policies.glob("*.yml")))
    with writing(here.home, here.cases) as cases:
        if is_older(cases, manifest):
            return note(night, "update_cases", {"told": f"cases are as of a later night than {night}"})
        with night_facts(release, warehouse if warehouse.exists() else None, packs) as facts:
            changed = update(cases, facts)
    with writing(here.home, here.cases) as cases:
        export(here.home, cases, night, manifest.release_id)
    told, untold = tell_people(night)
    said = f"{changed}{f'; {told} told' if told else ''}"
    noted = note(night, "update_cases", {"told": said, **changed.counts, "people_told": told})
    if untold:
        raise NobodyTold(f"of {told + len(untold)} who are to be told of their cases, {'; '.join(untold)}")
    return noted


def tell_people(night: date) -> tuple[int, list[str]]:
    """Tell the people of people.yml what came to them: one message for each and night.

    Returns:
        How many were told, and of the others who and why not.
    """
    from evenhand.cases.messages import SENDING, messages_of
    from evenhand.cases.store import reading, writing
    from evenhand.deployment import deployment
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.people.in_force import PeopleClosed, people_in_force
    from evenhand.reports.case_letter import case_letter_of
    from evenhand.reports.language import Language, languages
    from evenhand.tasks.alerts import tell_person

    here = settings()
    try:
        people = people_in_force(here.home, here.people)
    except PeopleClosed:
        # Nobody is told anything until it is known who may know what; nights go on.
        people = None
    if people is None or not deployment().people_notifiers:
        return 0, []
    with reading(here.home, here.cases) as cases:
        messages = messages_of(cases, people, night)
    told, untold = 0, []
    catalogs = load_catalogs(here.translations)
    for each in messages:
        language = Language(each.language if each.language in languages() else "en", catalogs)
        subject, body = case_letter_of(each, language, night)
        # Before it is sent: what a kill leaves isn't sent twice on one night, and the next night says it again.
        with writing(here.home, here.cases) as cases:
            cases.add_message(night, each.person, each.address, f"{subject}\n{body}", SENDING, each.until)
        failures = tell_person(each.person, each.address, subject, body)
        with writing(here.home, here.cases) as cases:
            said = "; ".join(failures)
            cases.add_message(night, each.person, each.address, f"{subject}\n{body}", said, each.until)
        told += not failures
        untold += [f"{each.person} wasn't ({said})"] if failures else []
    return told, untold


@facts_task(task_id="update_cases", owner="strategy", pool=WAREHOUSE)
def _update_cases(night: str, ti: Any = None) -> Facts:
    """Open, update and close what a person must look at; it fails for itself alone."""
    return alone(lambda: update_cases(date.fromisoformat(night)), ti)


def alone(step: Any, ti: Any, failed: str = "the cases aren't up to date") -> Facts:
    """Do a step that is repeated and told by itself: where it fails for good, who hears of nights is told.

    The task ends well all the same: nothing waits for it, and a run that released its night hasn't failed.

    Args:
        ti: the task's instance, which says how often it was tried.
        failed: what isn't as it should be then.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.tasks.alerts import tell

    try:
        facts: Facts = step()
    except Exception as error:
        in_vain = isinstance(error, AirflowFailException)
        if not in_vain and ti.try_number <= ti.max_tries:
            raise
        log.exception("it failed, and the night goes on")
        said = f"{failed}: {error}"
        tell(said)
        return {"told": said}
    return facts


def cases_task(night: str, released: Any) -> Any:
    """Look at the cases once a night is released.

    Args:
        night: the night, YYYY-MM-DD, or the template of it.
        released: the task that releases it.
    """
    looked = _update_cases(night)
    released >> looked
    return looked
