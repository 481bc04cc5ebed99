"""What the gates' rules are called, for reports: a release says them in English, with columns and values in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter

# The kind of such a name among those of keys.
GATE_RULE = "gate_rule"
# As expectations/ word them: of rows that are in quarantine or held back, the longer one first where two begin alike.
RULES = (
    "each line and each value can be read",
    "one version of a key per night, or each with its own updated_at",
    "{name} is there unless {other} is {value}",
    "{name} is there where {other} is {value}",
    "{name} is there",
    "{name} is one of {values}",
    "{name} is a day",
    "{name} is not after the night it landed in",
    "{name} is not before {day}",
    "{name} is at least {value}",
    "{name} is at most {value}",
    "{name} is a name as it is written",
    "{name} has at most {value} characters",
    "{name} is a market",
    "{name} is a number",
    "{name} is a moment with its time zone",
    "{name} is of the account that it was of first",
    "{name} is of the same {other}",
    "{name} is in {other}",
    "what has come so far doesn't go back",
    "a violation is there once",
    "one row per {names}",
    "it has a first day, unless it hangs on recent activities",
    "a pack of the market has the measure on this scope",
    "a pack of the market has the reward on this scope",
    "a penalty of a gate names the conditions that fail",
    "a bonus has an amount, and nothing else has",
    "a bonus stays within its cap and its budget",
    "a row of a list has the reason",
    "the pack is one of this night's, by name, version and hash",
    "its entries exist, are the account's, counted when it began and aren't void",
    "its entries add up to the balance that it gives",
    "the balance is the sum of the entries that count this night",
    "an account that entered a stricter zone this night is penalised for it",
    "it has begun and hasn't ended",
    "the account is known in the market",
    "the account has a standing in the programme",
    "its reason is there and is about it",
    "an emergency imposed it, for these days, and none has lifted it since",
    "no emergency has lifted it",
    "what an emergency imposed is in it, or something stricter in its place",
    # Of lists that are held, as expectations/changes.py words them.
    "the list is about as large as the last one",
    "the list isn't empty all at once",
    "what landed changes no reason's rows by much",
    "as many rows as usual were added, removed and changed by what landed",
    "as many rows as usual landed and were withdrawn, beside the other markets",
    "no rise or fall lasts for several nights",
    "no number drifts away from what it was some weeks ago",
    "what landed is shared out as usual",
    "no file that landed late takes money from who was paid",
    "rows that a changed policy changes were approved beforehand",
    "rows that changed code changes were approved beforehand",
)


def _pattern(text: str) -> re.Pattern[str]:
    parts = (
        re.escape(words) + (f"(?P<{name}>.+)" if name is not None else "")
        for words, name, _, _ in Formatter().parse(text)
    )
    return re.compile("".join(parts))


_PATTERNS = [(each, _pattern(each)) for each in RULES]


def rule_said(words: Callable[[str], str], rule: str) -> str:
    """A rule in the reader's language; one that isn't known here, as of an earlier version, as it stands.

    Args:
        words: what the language has for an English sentence with its places, or the same.
    """
    for text, pattern in _PATTERNS:
        if found := pattern.fullmatch(rule):
            return words(text).format(**found.groupdict())
    return rule
