"""Who may decide what: each act of people, the right of people.yml that it needs, and how many others approve it.

The table of docs/concepts.md is written from this one (`python -m evenhand.reference.acts`). Whatever looks at a right
or counts approvals reads it here; that the second person is another than the first is `refuse_the_same_person` of
`records/persons.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from evenhand.people.people import ALL, Right
from evenhand.people.rights import refuse_to_stop, refuse_without_right
from evenhand.records.persons import Person


@dataclass(frozen=True)
class Act:
    """Something that people decide.

    Attributes:
        what: in words, as a row of the docs' table.
        asked_by, approved_by: likewise.
        right: what people.yml has to give to who asks, and to who approves.
        of: for which markets.
        approvals: how many persons approve it, beside who asks; 0 where that one is enough, or where nobody can.
        most_approvals: how many where more are needed, as `approved_by` says.
        where: how it is done.
    """

    what: str
    asked_by: str
    approved_by: str
    right: Right
    of: Literal["its market", "all markets", "any market"]
    approvals: int
    where: str
    most_approvals: int = 0

    def needs(self, market: str) -> tuple[Right, str]:
        """The right, and for which market, where the act is about one."""
        return self.right, market if self.of == "its market" else ALL

    def approved_by_so_many(self, needs_more: bool) -> int:
        """How many persons approve it.

        Args:
            needs_more: whether it is so that more have to than usual.
        """
        return self.most_approvals if needs_more else self.approvals


_PAGE_OR_ANSWER, _AS_ABOVE = "page, form in Airflow, `evenhand answer`", "the same"
HELD_LIST = Act(
    "a held list, for data, corrections or size", "gate 2", "one person", "approve", "its market", 1, _PAGE_OR_ANSWER
)
HELD_FOR_CODE = Act(
    "a held list that changed code changes", "who [changed it](operations.md#changed-code)",
    "another person; two where it isn't known who changed it", "approve", "its market", 1, _AS_ABOVE, most_approvals=2,
)  # fmt: skip
HELD_FOR_POLICY = Act(
    "a held list that a changed policy changes, or whose rules are others; another review budget",
    "who is named in `changed_by`", "another person; where nobody is named, nobody can", "approve", "its market", 1,
    _AS_ABOVE,
)  # fmt: skip
HELD_FOR_BROKEN_RULES = Act(
    "a held list of which too many rows break a rule", "gate 2", "nobody: it can only be rejected", "approve",
    "its market", 0, _AS_ABOVE,
)  # fmt: skip
HELD_RECEIVER = Act(
    "a receiver that is new, or otherwise in receivers.yml", "who is named in `changed_by` there",
    "another person; where nobody is named, nobody can", "approve", "all markets", 1, _AS_ABOVE,
)  # fmt: skip
HELD_WORDS = Act(
    "other words of a translation, or a new language", "who its `Last-Translator` names",
    "another person; where nobody is named, nobody can", "approve", "all markets", 1, _AS_ABOVE,
)  # fmt: skip
TAKE_OVER = Act(
    "that rows which a receiver was never sent are removed there, once, where they are"
    " [more than a few](receivers.md#when-a-receiver-doesnt-answer) or it never agreed",
    "the delivery or reconcile that would", "one person", "admin", "all markets", 1, "`evenhand take-over`",
)  # fmt: skip
SEND_AGAIN = Act(
    "that a receiver which was emptied is sent all of it once more", "the delivery or reconcile that would",
    "one person", "admin", "all markets", 1, "`evenhand send-again`",
)  # fmt: skip
PREAPPROVE_PACK = Act(
    "a change of a pack, beforehand", "who changed it", "another person", "approve", "its market", 1,
    "`evenhand policy preapprove`",
)  # fmt: skip
PREAPPROVE_CODE = Act(
    "a change of code, beforehand", "who changed it", "none of its authors; two where one isn't known", "approve",
    "all markets", 1, "`evenhand policy preapprove --code`", most_approvals=2,
)  # fmt: skip
PREAPPROVE_RECEIVER = Act(
    "a change of a receiver, beforehand", "who changed it", "another person", "approve", "all markets", 1,
    "`evenhand policy preapprove --receiver`",
)  # fmt: skip
EMERGENCY = Act(
    "a measure now, for some or all accounts, for at most 30 days", "one person",
    "another person; a third too above 50 accounts and 1 % of the market's", "emergency", "its market", 1,
    "page, form in Airflow, `evenhand emergency`", most_approvals=2,
)  # fmt: skip
STOP = Act(
    "stopping all deliveries", "one person", "nobody else: it works at once", "stop", "any market", 0,
    "page, form in Airflow, `evenhand stop`",
)  # fmt: skip
RESUME = Act(
    "resuming them", "one person", "another person", "stop", "all markets", 1,
    "page, form in Airflow, `evenhand resume`",
)  # fmt: skip
CHANGE_PEOPLE = Act(
    "who may do what: [people.yml](operations.md#people)", "an admin for all markets",
    "another of them; a first file holds at once", "admin", "all markets", 1, "`evenhand people propose`",
)  # fmt: skip
DECIDE_FILE = Act(
    "forgetting a landed file, or taking one with many rows less", "one person", "another person", "approve",
    "all markets", 1, "`evenhand feed forget`, `evenhand feed accept`",
)  # fmt: skip
REVERSE = Act(
    "reversing a night, and lifting that", "one person", "another person", "stop", "all markets", 1,
    "page, form in Airflow, `evenhand reverse`",
)  # fmt: skip
ACCEPT_LOSS = Act(
    "that what was lost or changed of releases, or of what people decided, stays so", "one person", "another person",
    "admin", "all markets", 1, "`evenhand verify --accept`",
)  # fmt: skip
WORK_CASE = Act(
    "who works at a case, and what became of it", "one person", "nobody else: it decides nothing", "work_cases",
    "its market", 0, "Cases in the pages, `evenhand case`",
)  # fmt: skip

# In the order of the docs' table.
ACTS: tuple[Act, ...] = (
    *(HELD_LIST, HELD_FOR_CODE, HELD_FOR_POLICY, HELD_FOR_BROKEN_RULES, HELD_RECEIVER, HELD_WORDS),
    *(TAKE_OVER, SEND_AGAIN, PREAPPROVE_PACK, PREAPPROVE_CODE, PREAPPROVE_RECEIVER, EMERGENCY, STOP, RESUME),
    *(CHANGE_PEOPLE, DECIDE_FILE, REVERSE, ACCEPT_LOSS, WORK_CASE),
)
# What a proposal is to do, by its action; a change beforehand is of a pack, of code or of a receiver.
_PROPOSED: Mapping[str, Act] = {
    "resume": RESUME,
    "reverse": REVERSE,
    "emergency": EMERGENCY,
    "accept": ACCEPT_LOSS,
    "file": DECIDE_FILE,
    "people": CHANGE_PEOPLE,
}


def act_of(action: str, form: Mapping[str, Any]) -> Act:
    """The act that a proposal asks for.

    Args:
        action: which command does it.
        form: what it is done with.
    """
    if action == "preapprove":
        return PREAPPROVE_PACK if form.get("pack") else PREAPPROVE_RECEIVER if form.get("receiver") else PREAPPROVE_CODE
    return _PROPOSED[action]


def refuse_who_may_not(
    home: Path, person: Person, act: Act, markets: Iterable[str] = (), at: datetime | None = None
) -> None:
    """Make sure that somebody may decide something: ask for it, approve it, or do it where one person is enough.

    Args:
        markets: those that it is about, where its right is looked at for them: at least one then.
        at: when they did, if that is past; by default now.

    Raises:
        WithoutRight: people.yml gives them no such right.
        PeopleClosed: it isn't known who may.
        ValueError: it is about markets, and none is named.
    """
    if act.of == "any market":
        # Stopping, the safe direction.
        refuse_to_stop(home, person)
    else:
        refuse_without_right(home, person, act.right, (ALL,) if act.of == "all markets" else markets, at)
