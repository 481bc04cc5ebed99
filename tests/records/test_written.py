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


# As Unicode has them. Python's own table is older than many signs, and calls those that it doesn't know nothing.
TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A}
NO_SIGNS = {
    *range(0xD800, 0xE000),
    *range(0xFDD0, 0xFDF0),
    *(each for each in range(0x110000) if each & 0xFFFE == 0xFFFE),
}
TAGS = {*range(0xE0000, 0xE0080)}
SPEAKING = TURNING | CONTROLS | NO_SIGNS | TAGS | {0x2028, 0x2029}
WITHOUT_WIDTH = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# What is neither seen nor does anything, such as a beam's begin of music, isn't needed either.
NOT_NEEDED = {*range(0x2061, 0x2066), *range(0x206A, 0x2070), *range(0xFFF0, 0xFFFC), *range(0x1BCA0, 0x1BCA4)}
NOT_NEEDED |= {*range(0x1D173, 0x1D17B), *range(0xE0080, 0xE0100), *range(0xE01F0, 0xE1000)}
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


def speaks(text: str) -> set[str]:
    """The signs of a text that speak to a terminal, turn around what follows or say in secret what nobody sees."""
    return {sign for sign in text.replace(WALES, "") if ord(sign) in SPEAKING}


@given(ANY_TEXT)
@example(FORGED)
def test_a_text_that_is_taken_is_shown_as_it_is(text: str) -> None:
    for take, breaks in ((line, False), (remark, True)):
        try:
            taken = take(text, "the comment")
        except TextRefused:
            nothing = all(sign.isspace() or ord(sign) in NO_WIDTH or sign in WITHOUT_WIDTH for sign in text)
            other = any(ord(sign) in NOT_NEEDED or unicodedata.category(sign) == "Co" for sign in text)
            assert speaks(text) or nothing or other
            continue
        assert printable(taken) == taken
        assert taken.strip() and not speaks(taken)
        assert breaks or "\n" not in taken
        # Writing it down once more changes nothing.
        assert take(taken, "the comment") == taken


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


@pytest.mark.parametrize(
    "text",
    [
        *("A heart \U0001fa77", "shaking \U0001fae8", "wireless \U0001f6dc", "\U00031350 and \U0002ebf0"),
        *("the end \u06dd", "\u0600\u0661 \u0605", "\u0715\u070f", "\U000110bd", "\U00013000\U00013430\U00013000"),
        *(f"in {WALES}", "👨\u200d👩\u200d👧", "❤\ufe0f", "1\ufe0f\u20e3"),
        *(
            "\u200f\u0645\u0631\u062d\u0628 ok",
            "\u05e9\u05dc\u200e ok",
            "\u061cabc",
            "\u0645\u06cc\u200c\u062e",
            "\u1820\u180e\u1820",
        ),
    ],
)
def test_what_everybody_sees_or_a_script_needs_is_taken_and_shown_as_it_is(text: str) -> None:
    assert reason(text) == remark(text, "the comment") == printable(text) == in_one_line(text) == text
    assert not why_no_line(text) or text == "\u061cabc"


@pytest.mark.parametrize(
    ("pasted", "taken"),
    [
        ("การ\u200bอุทธรณ์", "การอุทธรณ์"),
        ("co\u00adop", "coop"),
        ("a\u2060b", "ab"),
        ("\ufeff abc", "abc"),
        ("a \u200b", "a"),
    ],
)
def test_where_a_word_may_be_broken_is_dropped_where_it_is_written_and_shown_where_it_stands(
    pasted: str, taken: str
) -> None:
    assert reason(pasted) == remark(pasted, "the comment") == taken
    assert printable(pasted) == pasted


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"])
def test_the_end_of_a_line_of_any_word_processor_is_one(end: str) -> None:
    assert reason(f"a{end}b") == "a b"
    assert remark(f"a{end}b", "the comment") == printable(f"a{end}b") == "a\nb"
    assert in_one_line(f"a{end}b") == "a b"
    assert indented(f"a{end}b") == "a\n    b"


@pytest.mark.parametrize(
    "sign",
    [
        *("\0", "\a", "\x1b", "\x7f", "\x9b", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2069"),
        *("\ud800", "\ufdd0", "\ufffe", "\U0010ffff", "\U000e0041", "\U000e007f", "\ufff9", "\u2062"),
    ],
)
def test_what_can_turn_or_forge_is_refused_and_shown_by_its_number(sign: str) -> None:
    for take in (
        reason,
        lambda text: remark(text, "the comment"),
        lambda text: remark(f"{text}{WALES}", "the comment"),
    ):
        with pytest.raises(TextRefused, match="which nobody sees"):
            take(f"ok {sign} ok")
    assert f"sign 4 is U+{ord(sign):04X}" in why_no_line(f"ok {sign} ok")
    assert (
        printable(f"ok {sign}")
        == f"ok \\{'u' if ord(sign) < 0x10000 else 'U'}{ord(sign):0{4 if ord(sign) < 0x10000 else 8}x}"
    )


def test_a_flag_hides_no_words() -> None:
    said = "".join(chr(0xE0000 + ord(letter)) for letter in "approve")
    with pytest.raises(TextRefused, match=r"sign 2 is U\+E0061"):
        reason(f"\U0001f3f4{said}\U000e007f")


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
        ("การ\u200bอุทธรณ์", ""),
        ("a\u2028b", "sign 2 is U+2028 (LINE SEPARATOR), which nobody sees"),
        ("dee@here\u200b", "sign 9 is U+200B (ZERO WIDTH SPACE), which nobody sees"),
        ("spam\u200dmy", "sign 5 is U+200D (ZERO WIDTH JOINER), which nobody sees"),
    ],
)
def test_a_line_of_a_file_says_why_it_is_none(text: str, why: str) -> None:
    assert why_no_line(text) == why


def test_lines_of_a_form_are_lines_and_those_of_a_title_are_one() -> None:
    assert remark(" one\r\n\r\ntwo \rthree\t!\n", "the comment") == "one\n\ntwo\nthree !"
    assert line(" one\r\n two\tthree ", "the title") == "one two three"
