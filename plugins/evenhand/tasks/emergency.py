"""The steps of an emergency, a function for each task of the DAG `emergency_measure`.

Heavy imports are inside the functions, for this module is imported wherever the DAG is parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.settings import settings
from evenhand.tasks.facts import Facts

if TYPE_CHECKING:
    from evenhand.emergency.emergency import Proposal
    from evenhand.people.people import Right
    from evenhand.records.persons import Person


def needed(form: Mapping[str, Any]) -> tuple[Right, str]:
    """The right that the second person needs, and for which market."""
    from evenhand.people.acts import EMERGENCY

    return EMERGENCY.needs(form["market"])


def propose_emergency(form: Mapping[str, Any], logged_in_as: str | None) -> Facts:
    """Find whom the emergency would meet; returns the proposal, and what to tell the second person.

    Args:
        form: the parameters of the run.
        logged_in_as: who filled it in, as Airflow has it.

    Raises:
        AirflowFailException: it can't be proposed, and trying again wouldn't help.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.emergency.emergency import EmergencyRefused
    from evenhand.emergency.ending import propose_end_of
    from evenhand.emergency.propose import propose
    from evenhand.emergency.wish import Wish
    from evenhand.people.acts import EMERGENCY, refuse_who_may_not
    from evenhand.policy.load import load_packs
    from evenhand.records.persons import PersonRefused, identify

    try:
        author = identify(logged_in_as, form["author"], "author")
        refuse_who_may_not(settings().home, author, EMERGENCY, (form["market"] or "",))
        wish = Wish(
            **{name: form[name] or "" for name in ("market", "measure", "scope", "reason")},
            **{name: form[name] or "" for name in ("kind", "stage", "programme", "zone")},
            action=form["action"],
            until=date.fromisoformat(form["until"]),
            accounts=tuple(form["accounts"] or ()),
        )
        if named := form.get("emergency"):
            proposed = propose_end_of(named, wish, author, settings().emergencies, newest_release())
        else:
            proposed = propose(wish, author, load_packs(settings().policies), newest_release())
    except (EmergencyRefused, PersonRefused) as error:
        raise AirflowFailException(str(error)) from error
    return {"proposal": proposed.proposal.model_dump(mode="json"), "told": proposed.told(_called())}


def _called() -> Callable[[str, str], str]:
    """What keys are called for whom Airflow asks, which is in English."""
    from evenhand.notices.catalogs import load_catalogs
    from evenhand.reports.catalogue import ENGLISH
    from evenhand.reports.language import Language

    return Language(ENGLISH, load_catalogs(settings().translations)).label


def record_emergency(proposal: Mapping[str, Any], answer: Mapping[str, Any], told: str = "") -> Facts:
    """Record what the second person approved; returns its id, and the run that decides the night again.

    Args:
        proposal: from `propose_emergency`.
        answer: what the task that asked the second person got.
        told: what the second person was told, for the third.

    Raises:
        AirflowFailException: the second person is the author or unknown, or it is over already.
        AirflowSkipException: a third person has to approve it too; until then nothing is recorded.
    """
    from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

    from evenhand.emergency.emergency import EmergencyRefused, Proposal
    from evenhand.emergency.record import record
    from evenhand.records.persons import PersonRefused, identify

    responded_at = answer["responded_at"]
    at = datetime.fromisoformat(responded_at) if isinstance(responded_at, str) else responded_at
    wanted = Proposal.model_validate(proposal)
    try:
        second = identify(
            (answer["responded_by_user"] or {}).get("name"), answer["params_input"].get("approved_by"), "approved_by"
        )
        if wanted.needs > 1:
            proposal_id = _third_person_asked(wanted, second, told, at)
            raise AirflowSkipException(
                f"{second} approved it; it meets {len(wanted.accounts):,} accounts, so that a third person approves it"
                f" too, within 24 hours: evenhand approve {proposal_id}"
            )
        emergency = record(settings().emergencies, wanted, second, at, newest_night())
    except PersonRefused as error:
        raise AirflowFailException(f"{error}. Clear ask_second_person, and it is asked again.") from error
    except EmergencyRefused as error:
        raise AirflowFailException(str(error)) from error
    return _to_decide(emergency.emergency_id, newest_night())


def _third_person_asked(wanted: Proposal, second: Person, told: str, at: datetime) -> str:
    """Write down what two persons assemble and a third has to approve; returns how it is called."""
    from evenhand.records.proposals import ProposedAct, approve, propose

    form = wanted.model_dump(mode="json")
    act = ProposedAct(action="emergency", form=form, said=told, by=wanted.author, at=at, needs=wanted.needs)
    propose(settings().home, act)
    approve(settings().home, act.proposal_id, second, at)
    return act.proposal_id


def find_later_night(emergency_id: str) -> Facts | None:
    """The newest released night, if its release doesn't know the emergency yet: it was begun before.

    None, and nothing more is to be done, if it does.
    """
    from evenhand.release.manifest import read_manifest

    if emergency_id in {each.emergency for each in read_manifest(newest_release()).emergencies}:
        return None
    return _to_decide(emergency_id, newest_night())


def newest_release() -> Path:
    """The folder of the newest released night.

    Raises:
        AirflowFailException: none is released yet.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from evenhand.release.history import history_of

    newest = max(settings().releases.glob("night=*"), default=None)
    if newest is None or history_of(newest):
        raise AirflowFailException(f"{settings().releases}: no night is released yet, so nothing is in force")
    return newest


def newest_night() -> date:
    """The newest released night."""
    return date.fromisoformat(newest_release().name.removeprefix("night="))


def _to_decide(emergency_id: str, night: date) -> Facts:
    from evenhand.deployment import deployment

    return {
        "emergency": emergency_id,
        "run_id": f"emergency__{emergency_id}__{night}",
        # Airflow wants another moment of the night for each run that decides it.
        "logical_date": deployment().moment_of(night, datetime.now(UTC)).isoformat(),
        # A later one may be released meanwhile.
        "form": {"night": str(night), "older": True},
    }
