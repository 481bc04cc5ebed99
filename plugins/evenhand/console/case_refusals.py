"""Why something wasn't done at a case, as its pages say it: in the reader's language, and with what pages can do."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.cases.store import CaseChanged
from evenhand.cases.work import WorkRefused
from evenhand.console.reader import marked, say
from evenhand.console.text_refusals import said_of

# By what keeps it.
SAID: Mapping[str, str] = {
    "changed": marked("Somebody changed this case since it was shown, so nothing was done: look at it once more."),
    "owned": marked("%(owner)s has this case. Assign it to yourself to take it over."),
    "closed": marked("This case is closed: reopen it first."),
    "was_closed": marked("There is a case of this already, and it was closed: reopen %(case)s."),
    "known": marked("The case %(case)s is open already."),
    "by_answer": marked("A held list's case is closed by its answer alone: give that on the page of held lists."),
    "empty": marked("An empty comment says nothing: write one."),
    "no_reason": marked("No reason is given: say why, which the case's history keeps."),
}


def refused(error: Exception) -> str:
    """Why, in the reader's language; as the error says it where pages have no words of their own."""
    if isinstance(error, WorkRefused | CaseChanged) and error.kind:
        return say(SAID[error.kind], **error.values)
    return said_of(error)
