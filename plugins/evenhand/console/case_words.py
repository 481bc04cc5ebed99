"""Cases in the reader's language: what nights found of them, and what their place in the queue is made of.

What people wrote stays as they wrote it, in a language that nobody knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from evenhand.cases.case import CaseCause
from evenhand.cases.kinds import KINDS
from evenhand.cases.priority import HarmPart
from evenhand.console.night_words import in_english, who_reads, why_held
from evenhand.console.reader import marked, say, say_counted
from evenhand.console.shown import Shown
from evenhand.console.values import label
from evenhand.reports.case_sentences import CASES

# Which measure an account's harm was weighed by.
_WHY: Mapping[str, str] = {
    "in force": marked("in force"),
    "its rule would bring it": marked("its rule would bring it"),
    "mildest": marked("mildest"),
}


def title(of: CaseCause | Mapping[str, Any], by_hand: bool = False) -> str:
    """What a case is called: as it was found, or as a night's export has it.

    Args:
        by_hand: whether people called it so, in a language that nobody knows.
    """
    case = asdict(of) if isinstance(of, CaseCause) else of
    accounts: Sequence[str] = case["accounts"]
    known = {"account": accounts[0], "appeal": case["subject"]} if len(accounts) == 1 else {}
    told = CASES.told("title", case["title"], who_reads(), known)
    return told or (case["title"] if by_hand or not KINDS[case["kind"]].find else in_english(case["title"]))


def fact(by_hand: bool, said: str, shown: Shown | None) -> str:
    """What is known of one: why a list is held, or what a night found; by hand, as it was written."""
    return said if by_hand else CASES.told("fact", said, who_reads()) or why_held(said, shown)


def closed(why: str | None) -> str:
    """Why a night closed one."""
    return CASES.told("why", why, who_reads()) or in_english(why) if why else ""


def harm_part(part: HarmPart) -> str:
    """What an account adds to the harm that is to be expected."""
    rank, orders = part.factors()
    # It can be a part of one a day: then it is said as of several.
    count = 1 if orders == 1 else 2
    return say(
        "%(account)s: %(days)s × %(rank)s (%(measure)s, %(why)s) × %(orders)s = %(harm)s",
        account=part.account,
        days=say_counted("%(num)s day", "%(num)s days", part.days),
        rank=rank.normalize(),
        measure=label("measure", part.measure) or say("no measure"),
        why=say(_WHY[part.why]) if part.why in _WHY else part.why,
        orders=say_counted("%(num)s order a day", "%(num)s orders a day", count, num=orders.normalize()),
        harm=round(Decimal(repr(part.harm)), 2),
    )
