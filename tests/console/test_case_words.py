"""What cases are called where nobody asked for a page: in the reader's language, or as people wrote it."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

from evenhand.console import case_words
from evenhand.console.reader import read_in


def _title(case: dict[str, Any], by_hand: bool) -> str:
    def said() -> str:
        read_in("id")
        return case_words.title(case, by_hand)

    # The language that is read in is that of this context alone.
    return copy_context().run(said)


def test_what_people_called_a_case_is_not_marked_as_english() -> None:
    case = {"kind": "appeal", "title": "Telepon <saya>", "accounts": ["a1"], "subject": "p1"}
    assert _title(case, by_hand=True) == "Telepon <saya>"
    assert _title(case | {"kind": "escalation"}, by_hand=False) == "Telepon <saya>"
    assert _title(case, by_hand=False) == '<span lang="en">Telepon &lt;saya&gt;</span>'
    found = case | {"title": "Copyright of a1 isn't decided"}
    assert _title(found, by_hand=False) == "Hak cipta pada a1 belum diputuskan"
