"""What rows of lists say in English or for machines, told in the reader's language."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal

from evenhand.console.reader import marked, once, reader, say
from evenhand.console.values import dated, label, names, of_unit
from evenhand.explain.happened import Story
from evenhand.policy.language.part import EMERGENCY
from evenhand.reports.catalogue import ENGLISH
from evenhand.reports.rules import rule_said

# What became of an entry that moved a balance.
_BECAUSE: Mapping[str, str] = {
    "begins to count": marked("begins to count"),
    "is adjusted": marked("is adjusted"),
    "ends": marked("ends"),
    "is taken back": marked("is taken back"),
}
# Where a sentence of a reason ends.
_SENTENCE = re.compile(r"\. ")


def why(sentence: str, programme: str | None, units: Collection[str]) -> tuple[str, str]:
    """Why there is a measure, in the reader's language, and what its pack says of appeals; nothing of it where it isn't
    understood, or people wrote it.

    Args:
        units: of all programmes of the release.
    """
    if programme == EMERGENCY or reader().name == ENGLISH:
        return "", sentence
    story = once("story", lambda: Story(names(), units))
    # How to appeal stands behind it, as the pack says it, in as many sentences as it likes.
    ends = [found.end() for found in _SENTENCE.finditer(sentence)]
    for end in [*ends, len(sentence)]:
        if told := story.why(sentence[:end].rstrip()):
            return told, dated(sentence[end:])
    return "", sentence


def moves(entries: str, unit: str, market: str) -> str:
    """The entries that moved a balance since the night before, as a release has them."""
    return "; ".join(
        say(
            "%(rule)s %(amount)s: %(because)s",
            rule=label("rule", each["rule"]),
            amount=f"{'+' if each['amount'] > 0 else ''}{of_unit(each['amount'], unit, market)}",
            because=say(_BECAUSE.get(each["because"], each["because"])),
        )
        for each in json.loads(entries, parse_float=Decimal, parse_int=Decimal)
    )


def conditions(keys: str) -> str:
    """Some conditions, as a release names them."""
    return ", ".join(label("condition", each) for each in keys.split(", "))


def gate_rule(rule: str) -> str:
    """A rule of the gates in the reader's language; in English where there are no words for it."""
    return rule_said(reader().words, rule)
