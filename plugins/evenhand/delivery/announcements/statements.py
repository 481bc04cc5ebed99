"""Statements of reasons for the EU's DSA Transparency Database, made from penalties and their reasons.

Fields and limits are those of the database's own rules (schema of 1 July 2025). `mistakes` is stricter: it refuses what
the database would take and silently change or drop, and personal data, which the database doesn't look for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

from evenhand.delivery.announcements.announcement import About, Announcement
from evenhand.delivery.announcements.automation import (
    Automation,
    automation_known,
    automation_of,
    decision_needed_last,
    refuse_former_keys,
    waiting,
)
from evenhand.delivery.announcements.statement_words import END_DATES, SOURCES, NotStatable, StatementWords, enums
from evenhand.delivery.read_release import read_release
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.prose.words import PERCENT_OF, condition_told, counted, number, spoken
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

Statement = Mapping[str, Any]

_PERSONAL = {
    "an e-mail address": re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    "a handle": re.compile(r"(?<!\w)@\w{2,}"),
    "a telephone or identity number": re.compile(r"(?<![\d-])\+?\d(?:[ .()-]?\d){8,}(?![\d-])"),
    "an address of a page": re.compile(r"https?://\S+"),
}
_FIRST, _LAST = date(2020, 1, 1), date(2038, 1, 1)
_TEXTS = {
    "decision_visibility_other": 500,
    "decision_monetary_other": 500,
    "content_type_other": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2000,
    "decision_facts": 5000,
}
# What of a receiver's words isn't said as it stands.
_NOT_SAID = {"markets", "measures", "grounds", "sources", "automated_detection", "automated_decision"}
_ARRAYS = ("decision_visibility", "content_type", "category_specification", "territorial_scope")


def statements_of(release_dir: Path, words: StatementWords) -> list[Announcement]:
    """A statement for every penalty of the markets, by PUID. The account isn't in it.

    One of which nobody knows how far it was automated says for which violation it waits.

    Raises:
        NotStatable: a measure or a rule has no words, or the receiver says how far all is automated.
        ReleaseError: the release can't be read.
    """
    refuse_former_keys(words)
    release = read_release(release_dir, ("penalties",))
    (penalties,) = release.lists
    folder = release_dir.resolve()
    with duckdb.connect(config={"threads": 1}) as connection:
        found = connection.execute(
            _SQL("reasons_of_penalties"),
            {
                "penalties": str(folder / "penalties.parquet"),
                "reasons": str(folder / "reasons.parquet"),
                "markets": list(words.markets),
            },
        )
        names = [column for column, *_ in found.description or ()]
        reasons = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    needed = [decision_needed_last(reason, _against(reason)) for reason in reasons]
    known = automation_known(folder, sorted({violation for violation in needed if violation}))
    made = []
    for reason, violation in zip(reasons, needed, strict=True):
        statement = statement_of(reason, words, release.night, known)
        row = ("penalties", reason["row_key"])
        payload = waiting(str(reason["account_id"]), statement, "" if "automated_decision" in statement else violation)
        about = About(row, reason["measure"], "new", penalties.rows[reason["row_key"]].sha256)
        made.append(Announcement(("statements", statement["puid"]), payload, about, release.night))
    return sorted(made, key=lambda each: each.row)


def statement_of(
    reason: Mapping[str, Any],
    words: StatementWords,
    night: date,
    known: Mapping[str, Automation] = MappingProxyType({}),
) -> dict[str, Any]:
    """The statement of one reason; the PUID is the pack, its version and the reason's id.

    Args:
        reason: a row of reasons.parquet with its measure.
        words: how it is said.
        night: the night of the release, which is told of a penalty of which nobody knows since when it is there.
        known: how far violations were automated; where that isn't known, the statement doesn't say.

    Raises:
        NotStatable: the measure or the rule has no words.
    """
    measure, entries = reason["measure"], _against(reason)
    rules = sorted({entry["rule"] for entry in entries}) or [reason["programme"]]
    last = max(entries, key=lambda entry: (entry["counts_from"], entry["entry"]), default=None)
    decision = words.measures.get(measure)
    ground = words.grounds.get(last["rule"] if last else reason["programme"]) or words.grounds.get("otherwise")
    if decision is None or ground is None:
        what = f"measures: {measure}" if decision is None else f"grounds: {' or '.join(rules)}, or otherwise"
        raise NotStatable(f"{what} has no words; add them to the receiver in receivers.yml (docs/receivers.md)")
    begins = str(reason["starts_on"] or night)
    policy = f"policy {reason['pack']}, version {reason['pack_version']}"
    said = spoken(", ".join(rules))
    brings = f"This brings {spoken(measure)} on {spoken(reason['scope'])}"
    explanation = (
        f"The conduct isn't compatible with the rules {said} of {policy}. "
        f"{brings} from {begins} until {reason['ends_on'] or 'it is lifted'}."
    )
    if reason["programme"] == EMERGENCY:
        explanation = (
            f"People of the platform decided this themselves, under {policy}. {brings}"
            f" from {begins} until {reason['ends_on'] or 'it is lifted'}."
        )
    illegal = ground.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
    statement = {
        **decision.model_dump(mode="json", exclude_none=True),
        **ground.model_dump(mode="json", exclude_none=True),
        **words.model_dump(mode="json", exclude_none=True, exclude=_NOT_SAID),
        **_source(last, words),
        **automation_of(reason, decision_needed_last(reason, entries), known),
        "puid": re.sub(r"[^A-Za-z0-9_-]", "-", f"{reason['pack']}-{reason['pack_version']}-{reason['reason_id']}"),
        "territorial_scope": sorted(set(words.territorial_scope)),
        # Where nobody knows of which day the content is, it is of the decision's at the latest.
        "content_date": min(last.get("posted_on") or last["counts_from"], begins) if last else begins,
        "application_date": begins,
        "decision_facts": _facts(reason, begins, len(entries), rules),
    }
    if illegal:
        statement["illegal_content_explanation"] = explanation
    else:
        statement["incompatible_content_ground"] = f"Rules {said} of {policy}"[:500]
        statement["incompatible_content_explanation"] = explanation
    if reason["ends_on"]:
        statement |= {end: str(reason["ends_on"]) for field, end in END_DATES.items() if statement.get(field)}
    return {field: value for field, value in statement.items() if value not in (None, [], ())}


def mistakes(statement: Statement, account_id: str) -> list[str]:
    """What is wrong with a statement, in words; empty if it can be sent.

    Args:
        statement: what would be sent.
        account_id: whom it is about, which it must not say.
    """
    return [
        *_missing(statement),
        *_values(statement),
        *_others(statement),
        *_dates(statement),
        *_private(statement, account_id),
    ]


def _against(reason: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries that brought the balance to where it is, and not those that eased it, such as a training."""
    entries: list[dict[str, Any]] = json.loads(reason["entries"])
    before, after = reason["balance_before"], reason["balance_after"]
    falls = before is not None and after is not None and after < before
    return [entry for entry in entries if falls == (Decimal(str(entry.get("amount", -1 if falls else 1))) < 0)]


def _source(last: Mapping[str, Any] | None, words: StatementWords) -> dict[str, Any]:
    """How the case came up, where its violation says so."""
    detected_by = (last or {}).get("detected_by") or ""
    source = words.sources.get(detected_by) or SOURCES.get(detected_by)
    return {"source_type": source.source_type} if source else {}


def _facts(reason: Mapping[str, Any], begins: str, entries: int, rules: Sequence[str]) -> str:
    if reason["programme"] == EMERGENCY:
        return f"On {begins} people of the platform decided this themselves: {reason['condition']}."
    programme = spoken(reason["programme"])
    by = "the rule" if len(rules) == 1 else "the rules"
    counting = f"{counted(entries, 'decision')} by {by} {spoken(', '.join(rules))} counted." if entries else ""
    balance = (
        f"the balance in the programme {programme} went from {_before(reason['balance_before'], reason['unit'])} to"
        f" {counted(reason['balance_after'], reason['unit']) if reason['unit'] else number(reason['balance_after'])}"
        if reason["balance_after"] is not None
        else f"the programme {programme} was judged anew"
    )
    return f"On {begins} {balance}: {spoken(condition_told(reason['condition'], reason['unit']))}. {counting}".strip()


def _before(balance: Decimal | None, unit: str | None) -> str:
    if balance is None:
        return "nothing"
    return counted(balance, unit) if unit and unit in PERCENT_OF else number(balance)


def _missing(statement: Statement) -> list[str]:
    needed = ["decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts"]
    needed += ["source_type", "automated_detection", "automated_decision", "puid", "territorial_scope"]
    needed += (
        ["illegal_content_legal_ground", "illegal_content_explanation"]
        if statement.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT"
        else ["incompatible_content_ground", "incompatible_content_explanation"]
    )
    missing = [f"{field}: is missing" for field in needed if not statement.get(field)]
    if not any(statement.get(field) for field in END_DATES):
        missing.append("no decision: one of visibility, monetary, provision and account is needed")
    return missing


def _values(statement: Statement) -> list[str]:
    wrong = []
    for field, value in statement.items():
        known = enums().get(field)
        values = value if isinstance(value, list) else [value]
        if known and (unknown := [each for each in values if each not in known]):
            wrong.append(f"{field}: the database doesn't know {unknown[0]!r}")
        if field in _ARRAYS and (not isinstance(value, list) or len(set(value)) < len(value)):
            wrong.append(f"{field}: must be an array without doubles")
        if field in _TEXTS and (not isinstance(value, str) or not value.strip() or len(value) > _TEXTS[field]):
            wrong.append(f"{field}: must be a text of 1 to {_TEXTS[field]} characters")
        if known is None and field not in _KNOWN:
            wrong.append(f"{field}: the database has no such field, and would drop it")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,500}", str(statement.get("puid", ""))):
        wrong.append("puid: only letters, digits, _ and -, at most 500")
    return wrong


def _others(statement: Statement) -> list[str]:
    """What belongs together; the database drops one without the other."""
    wrong = []
    for field in ("decision_visibility", "decision_monetary", "content_type"):
        value = statement.get(field) or []
        values = value if isinstance(value, list) else [value]
        if any(each.endswith("_OTHER") for each in values) != bool(statement.get(f"{field}_other")):
            wrong.append(f"{field}_other: goes with ..._OTHER of {field}, and only with it")
    ground = "incompatible" if statement.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT" else "illegal"
    wrong += [f"{field}: goes with another decision_ground" for field in statement if field.startswith(f"{ground}_")]
    return wrong


def _dates(statement: Statement) -> list[str]:
    wrong, found = [], {}
    for field in ("content_date", "application_date", *END_DATES.values()):
        if field not in statement:
            continue
        try:
            found[field] = date.fromisoformat(statement[field])
        except (TypeError, ValueError):
            wrong.append(f"{field}: {statement[field]!r} isn't a day such as 2026-03-01")
            continue
        if not _FIRST <= found[field] <= _LAST:
            wrong.append(f"{field}: {found[field]} isn't between {_FIRST} and {_LAST}")
    applied = found.get("application_date", _FIRST)
    if found.get("content_date", applied) > applied:
        wrong.append("content_date: is after application_date")
    wrong += [
        f"{field}: is before application_date" for field in END_DATES.values() if found.get(field, applied) < applied
    ]
    wrong += [
        f"{end}: there is no such decision"
        for decision, end in END_DATES.items()
        if end in statement and not statement.get(decision)
    ]
    return wrong


def _private(statement: Statement, account_id: str) -> list[str]:
    wrong = []
    for field in _TEXTS:
        text = str(statement.get(field, ""))
        if account_id and account_id.lower() in text.lower():
            wrong.append(f"{field}: names the account")
        wrong += [f"{field}: has {what}" for what, pattern in _PERSONAL.items() if pattern.search(text)]
    return wrong


_KNOWN = {
    *_TEXTS,
    *END_DATES.values(),
    *("puid", "content_date", "application_date", "decision_ground_reference_url"),
}
