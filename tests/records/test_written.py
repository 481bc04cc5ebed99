"""What people write, and how it is shown: no text of theirs can be taken for anything but what it is."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from evenhand.commands import terminal
from evenhand.records.markdown import code, plain
from evenhand.records.written import (
    NO_WIDTH,
    TextRefused,
    finalised,
    in_one_line,
    indented,
    line,
    printable,
    reason,
    remark,
    why_no_line,
)

SIGNS = st.one_of(
    st.characters(), st.sampled_from("\x00\x07\x1b\x7f\x85\x9b\r\n\t\u00a0\u200d\u2028\u202e\ufeff\uffff")
)
ANY_TEXT = st.text(SIGNS)
ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d UTC  ", re.MULTILINE)
FORGED = "ok\n2026-11-30 13:02 UTC  reopened by bo: agreed with legal"


def speaks(text: str) -> set[str]:
    """The signs of a text that speak to a terminal or turn around what follows, by their kinds in Unicode alone."""
    kinds = {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"}
    return {sign for sign in text if unicodedata.category(sign) in kinds} - set("\n\t\u200c\u200d")


@given(ANY_TEXT)
@example(FORGED)
def test_a_text_that_is_taken_is_shown_as_it_is(text: str) -> None:
    for take, breaks in ((line, False), (remark, True)):
        try:
            taken = take(text, "it")
        except TextRefused:
            nothing = all(sign.isspace() or ord(sign) in NO_WIDTH or sign in "\u200c\u200d" for sign in text)
            assert speaks(text) or nothing or any(unicodedata.category(sign) == "Co" for sign in text)
            continue
        assert printable(taken) == taken
        assert taken.strip() and not speaks(taken)
        assert breaks or "\n" not in taken
        # Writing it down once more changes nothing.
        assert take(taken, "it") == taken


@given(ANY_TEXT)
def test_whatever_was_written_down_before_is_shown_without_a_sign_that_speaks(text: str) -> None:
    for shown in (printable(text), in_one_line(text), indented(text), str(finalised(text)), plain(text), code(text)):
        assert not speaks(shown)
    assert not {"\n", "\t"} & {*in_one_line(text), *plain(text), *code(text)}
    assert all(each.startswith("    ") for each in indented(text).split("\n")[1:])


@given(ANY_TEXT)
@example(FORGED)
@example("x" * 70 + " 2026-11-30 13:02 UTC  reopened by bo")
@example(f"{'x' * 46} 2026-11-30 13:02 UTC  reopened by bo: agreed")
def test_an_entry_is_one_entry_on_a_terminal_and_in_a_file(text: str) -> None:
    for is_terminal in (False, True):
        shown = type(terminal.console)(force_terminal=is_terminal, width=60, emoji=False, color_system=None)
        before, terminal.console = terminal.console, shown
        try:
            with shown.capture() as captured:
                terminal.say_entry(f"2026-11-30 13:01 UTC  commented by mai: {text}")
        finally:
            terminal.console = before
        said = captured.get()
        assert len(ENTRY.findall(said)) == 1
        assert not speaks(said)
        assert all(each.startswith("    ") for each in said.rstrip("\n").split("\n")[1:] if each.strip())


def test_the_terminal_shows_no_escape_of_a_text_and_makes_no_picture_of_it() -> None:
    assert isinstance(terminal.console, Console)
    for shown in (terminal.console, terminal.errors):
        with shown.capture() as captured:
            shown.print("a\x1b[2Kb :cat: \u202e", markup=False, highlight=False)
            shown.print(terminal.plain_table("What\x1b[2K"))
        assert captured.get().startswith("a\\u001b[2Kb :cat: \\u202e\n")
        assert "\x1b[2K" not in captured.get()


def test_a_refusal_names_the_sign_and_its_place() -> None:
    with pytest.raises(TextRefused) as refused:
        line("About \u202eevil", "the title")
    assert str(refused.value) == (
        "the title can't be taken: sign 7 is U+202E (RIGHT-TO-LEFT OVERRIDE), which nobody sees; write it otherwise"
    )
    with pytest.raises(TextRefused, match=r"sign 2 of line 2 is U\+001B, which nobody sees"):
        remark("fine\nb\x1b[2J", "the comment")
    with pytest.raises(TextRefused, match="there is nothing to see of it"):
        line("\u2800\u3164", "the title")
    with pytest.raises(TextRefused, match="it has 1,001 signs, and 1,000 at most are taken"):
        reason("x" * 1001)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Weekly look 每周", ""),
        ("👩\u200d💻 的", ""),
        (" a", "it has a blank before or after it"),
        ("a\nb", "a line ends at sign 2"),
        ("a\x00", "sign 2 is U+0000, which nobody sees"),
        ("\u3000", "there is nothing to see of it"),
        ("\ue000a", "sign 1 is U+E000, which nobody sees"),
    ],
)
def test_a_line_of_a_file_says_why_it_is_none(text: str, why: str) -> None:
    assert why_no_line(text) == why


def test_lines_of_a_form_are_lines_and_those_of_a_title_are_one() -> None:
    assert remark(" one\r\n\r\ntwo \rthree\t!\n", "the comment") == "one\n\ntwo\nthree !"
    assert line(" one\r\n two\tthree ", "the title") == "one two three"
