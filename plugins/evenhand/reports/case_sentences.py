"""Titles and facts of cases as nights find them (cases/found.py), for who reads them in another language.

What people wrote of a case is no such sentence, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evenhand.reports.sentences import (
    Place,
    Sentences,
    day,
    known,
    label,
    language,
    market,
    money,
    number,
    number_or_none,
    short_day,
    text,
)

_QA = ("QA found a violation that nobody decided", "QA says that it is no violation")
_OF: Mapping[str, Sequence[str]] = {
    "title": (
        "The review budget of {market} waits for an answer",
        "Penalties of {market} wait for an answer: {rows_change}",
        "Rewards of {market} wait for an answer: {rows_change}",
        "Deliveries of {receiver} wait for an answer: {rows_change}",
        "Notices of {language} wait for an answer: {rows_change}",
        "Appeal {appeal} of {account}: {violation_type}",
        "{violation_type} of {account} isn't decided",
        "{account}: {gap} since {short_day}",
        "{subject} of {account}: {qa}",
        "{account} is near {next_zone} ({programme})",
    ),
    "fact": (
        "What would change is {digest}",
        "A first wave is released",
        "Filed on {day} against violation {violation}, decided on {decided}",
        "Violation {violation}, detected on {day} by {detected_by}",
        "Violation {violation}, detected on {day}",
        "{violation_type}, found by {detected_by}",
        "It is {severity}",
        "{gap} since {day}: violation {violation}",
        "{gap} since {day}: {programme}, on {scope} from {first_day} on",
        "{orders} [order|orders] in spite of it, for {money}",
        "Reviewed on {day}, {review}: {qa}",
        "{zone} at {balance}, {distance} from {next_zone}",
        # Of an appeal against what nobody says that they found.
        "{known_type}",
    ),
    "rows_change": ("1 row changes", "{rows} rows change"),
    # At the beginning of a fact with a capital letter.
    "gap": (
        "decided and not carried out",
        "carried out without a decision",
        "sold in spite of a penalty",
        "Decided and not carried out",
        "Carried out without a decision",
        "Sold in spite of a penalty",
    ),
    "qa": _QA,
    # What became of one.
    "why": ("its cause is gone",),
}
_PLACES: Mapping[str, Place] = {
    **dict.fromkeys(("rows", "orders"), number()),
    **dict.fromkeys(("receiver", "appeal", "account", "subject", "digest", "violation", "review"), text()),
    "money": money(),
    **dict.fromkeys(("balance", "distance"), number_or_none()),
    "decided": day(),
    "day": day(),
    "first_day": day(),
    "short_day": short_day(),
    "market": market(),
    "language": language(),
    "known_type": known("violation_type"),
    "next_zone": Place(".+?", label("zone").told),
    **{kind: label(kind) for kind in ("violation_type", "detected_by", "severity", "programme", "scope", "zone")},
}
CASES = Sentences(_OF, _PLACES)
