"""How far what brought a measure was automated, for its statement of reasons.

It is that of the decision that the measure needed last, as the feed violations has it. While it isn't known, the
statement waits, and is completed by any later release that knows it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evenhand.delivery.announcements.statement_words import NotStatable, StatementWords
from evenhand.delivery.payload import Payload, canonical
from evenhand.policy.language.part import EMERGENCY
from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# The column of the payload with the violation whose automation isn't known; what is sent never has it.
_WAITS_FOR = "waits_for"
_DECISIONS = {
    "full": "AUTOMATED_DECISION_FULLY",
    "part": "AUTOMATED_DECISION_PARTIALLY",
    "none": "AUTOMATED_DECISION_NOT_AUTOMATED",
}
# What a part of was found by a system was found by automated means.
_DETECTIONS = {"full": "Yes", "part": "Yes", "none": "No"}


@dataclass(frozen=True, slots=True)
class Automation:
    """How far a violation was detected and decided by a system, in the words of the feed; None where it doesn't say."""

    detection: str | None
    decision: str | None

    @property
    def fields(self) -> dict[str, str]:
        """In the words of the database; nothing unless both are known."""
        if self.detection is None or self.decision is None:
            return {}
        return {"automated_detection": _DETECTIONS[self.detection], "automated_decision": _DECISIONS[self.decision]}


def refuse_former_keys(words: StatementWords) -> None:
    """What the receiver said of automation once for all of its statements.

    Raises:
        NotStatable: it says so still.
    """
    of_sources = any(source.automated_detection for source in words.sources.values())
    if words.automated_detection or words.automated_decision or of_sources:
        raise NotStatable(
            "statements: automated_detection and automated_decision are no settings any more; take them out of the"
            " receiver in receivers.yml, and land automation_of_detection and automation_of_decision in the feed"
            " violations (docs/receivers.md)"
        )


def automation_known(release: Path, violations: Sequence[str]) -> dict[str, Automation]:
    """What a release knows of these violations; nothing where it is of an earlier version."""
    path = release / "account_violations.parquet"
    if not violations or not path.exists():
        return {}
    with reading() as connection:
        rows = connection.sql(f"from {parquet(path)}")
        if "automation_of_decision" not in rows.columns:
            return {}
        found = connection.execute(
            _SQL("of_violations"), {"file": str(path), "violations": list(violations)}
        ).fetchall()
    return {violation: Automation(detection, decision) for violation, detection, decision in found}


def decision_needed_last(reason: Mapping[str, Any], against: Sequence[Mapping[str, Any]]) -> str:
    """The violation whose decision the measure needed last; empty where it rests on no person's decision.

    Where more was counted than it needed, none of the entries was needed by itself: of those, the last counts.

    Args:
        against: the entries that brought the measure, and not those that eased it.
    """
    needed = [entry for entry in against if entry.get("needed") is not False] or against
    last = max(needed, key=lambda entry: (entry["counts_from"], entry["entry"]), default=None)
    return "" if reason["programme"] == EMERGENCY or last is None else str(last.get("violation") or "")


def automation_of(reason: Mapping[str, Any], violation: str, known: Mapping[str, Automation]) -> dict[str, str]:
    """The fields of a statement; nothing where the violation's automation isn't known."""
    if reason["programme"] == EMERGENCY:
        return Automation("none", "none").fields
    # A metric or an order that brought it was judged by no person.
    return known.get(violation, Automation(None, None)).fields if violation else Automation("full", "full").fields


def waiting(account_id: str, statement: Mapping[str, Any], violation: str) -> Payload:
    """The payload of a statement; with the violation that it waits for, if it does.

    Args:
        account_id: whom it is about, for the check that it doesn't say so.
        statement: what is said.
        violation: whose automation isn't known; empty where all is known.
    """
    content = {"account_id": account_id, "statement": json.dumps(statement, sort_keys=True)}
    return canonical(content | ({_WAITS_FOR: violation} if violation else {}))


def waits_for(payload: Payload) -> str:
    """The violation whose automation an announcement waits for; empty for what waits for none."""
    # Most don't, and are long.
    return str(json.loads(payload.text).get(_WAITS_FOR, "")) if f'"{_WAITS_FOR}"' in payload.text else ""


def completed(release: Path, payloads: Sequence[Payload]) -> dict[str, Payload]:
    """Of statements that wait, those that a release completes, by the hash of what waited."""
    wanted = {payload.sha256: (payload, waits_for(payload)) for payload in payloads}
    known = automation_known(release, sorted({violation for _, violation in wanted.values()}))
    made = {}
    for sha256, (payload, violation) in wanted.items():
        if violation in known and (fields := known[violation].fields):
            content = json.loads(payload.text)
            statement = json.loads(content["statement"]) | fields
            made[sha256] = waiting(content["account_id"], statement, "")
    return made
