"""Why a text that somebody wrote can't be taken, as pages say it: in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.console.reader import marked, say
from evenhand.records.written import FaultKind, TextRefused, What

WHAT: Mapping[What, str] = {
    "the title": marked("The title"),
    "the reason": marked("The reason"),
    "the comment": marked("The comment"),
    "what the case is about": marked("What the case is about"),
    "a fact": marked("A fact"),
}
FAULTS: Mapping[FaultKind, str] = {
    "too_long": marked("%(what)s can't be taken: it has %(signs)s signs, and %(most)s at most are taken."),
    "hidden": marked("%(what)s can't be taken: sign %(at)s is %(sign)s, which nobody sees. Write it otherwise."),
    "hidden_in_line": marked(
        "%(what)s can't be taken: sign %(at)s of line %(line)s is %(sign)s, which nobody sees. Write it otherwise."
    ),
    "unseen": marked("%(what)s can't be taken: there is nothing to see of it."),
    "empty": marked("%(what)s can't be taken: it is empty."),
}


def said_of(error: Exception) -> str:
    """Why, where a text was refused or that is the cause of the error; else as the error says it."""
    refused = error if isinstance(error, TextRefused) else error.__cause__
    if not isinstance(refused, TextRefused):
        return str(error)
    fault = refused.fault
    # A sign's name is Unicode's own, in English; its number is enough to find it.
    return say(FAULTS[fault.kind], what=say(WHAT[refused.what]), **fault.values)
