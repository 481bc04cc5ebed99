"""What comes from outside is shown in Markdown as it is written: seen by a real parser with GitHub's additions."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evenhand.records.markdown import plain

_PARSER = MarkdownIt("gfm-like", {"linkify": False})
_FROM_OUTSIDE = [
    "[pay here](https://evil.example)",
    "<img src=x onerror=alert(1)>",
    "![x](http://evil.example/x.png)",
    "a|b",
    "| --- |",
    "# heading",
    "- item",
    "1. item",
    "**bold** _it_ ~~no~~ `code`",
    "&lt;b&gt;",
    "https://evil.example/`x`|y",
    "a\n\n# b",
    "no_live on live",
    "back\\slash\\",
    "``https://evil``",
]


def _shown(markdown: str) -> tuple[set[str], str]:
    """The kinds of tokens that a text is made of, and the letters that a reader sees."""
    tokens = [child for token in _PARSER.parse(markdown) for child in (token, *(token.children or ()))]
    kinds = {token.type for token in tokens} - {"paragraph_open", "paragraph_close", "inline"}
    text = "".join(token.content for token in tokens if token.type in ("text", "text_special", "code_inline"))
    return kinds, text


@pytest.mark.parametrize("said", _FROM_OUTSIDE)
def test_it_is_shown_letter_by_letter(said: str) -> None:
    kinds, text = _shown(plain(said))
    assert kinds <= {"text", "text_special", "code_inline"}
    assert text.strip().replace("\\|", "|") == " ".join(said.split())


@pytest.mark.parametrize("said", _FROM_OUTSIDE)
def test_in_a_table_it_stays_in_its_cell(said: str) -> None:
    tokens = _PARSER.parse(f"| a | b |\n| --- | --- |\n| {plain(said)} | last |")
    cells = [tokens[at + 1] for at, token in enumerate(tokens) if token.type == "td_open"]
    assert len(cells) == 2
    assert cells[1].content == "last"
    assert {child.type for child in cells[0].children or ()} <= {"text", "text_special", "code_inline"}


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab _*`[]()<>!|#-+.1~&\\:/@=", min_size=1, max_size=25))
@example("https://a_b_")
def test_nothing_that_is_written_becomes_anything_but_text(said: str) -> None:
    kinds, _ = _shown(plain(f"x {said} x"))
    assert kinds <= {"text", "text_special", "code_inline"}


def test_words_are_left_as_they_are() -> None:
    assert plain("no_live on live, from 12.5 to 3 (a1/x-2)") == "no_live on live, from 12.5 to 3 (a1/x-2)"
