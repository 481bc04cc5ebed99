"""What people write, such as a title, a reason or a comment: which signs it may have, and how it is shown.

A sign that nobody sees can forge a line of a terminal, turn around what follows, or make a file that is no file of its
kind. So none is taken in; and what has one all the same, for it was written down before or landed so, is shown with the
sign's number in its place. What is merely without width does none of this: scripts are written with it.

Which signs those are is written out, as Unicode has them: Python's own table is some years old, and knows neither the
newest letters nor the newest pictures.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

# A title or another text of one line; a reason, which may be a sentence or three; and what has paragraphs.
LONGEST_LINE = 200
LONGEST_REASON = 1_000
LONGEST_REMARK = 10_000
# Letters of no width, whatever kind Unicode calls them.
NO_WIDTH = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)}
NO_WIDTH |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
# Where a word may be broken or not, which comes along with what is pasted: nothing is lost without.
_DROPPED = "\u00ad\u200b\u2060\ufeff"
# What joins two signs or keeps them apart, and what says which way a blank beside it runs: scripts are written with
# them, and pictures made of several. By themselves they turn nothing around.
_MARKS = "\u061c\u200c\u200d\u200e\u200f"
_HARMLESS = {*map(ord, _DROPPED + _MARKS), *NO_WIDTH}
# Controls but for a tab and a line's end; the ends of lines of word processors; what turns around what follows; what
# formats in secret or is kept for that; halves of signs; and what is no sign and never will be.
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2061-\u206f\ud800-\udfff\ufdd0-\ufdef\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
# The flag of a part of a country, such as Wales: its letters are signs that are hidden elsewhere.
_FLAG = "\U0001f3f4[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
_SHOWN_BY_NUMBER = re.compile(f"{_FLAG}|([{_HIDDEN}])")
_NOT_TAKEN = re.compile(f"{_FLAG}|([\t{_HIDDEN}{_PRIVATE}])")
_BREAKS = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]")
_BLANKS = re.compile(r"[ \t\n]+")

# What is written, as refusals call it.
What = Literal["the title", "the reason", "the comment", "what the case is about", "a fact"]
FaultKind = Literal["too_long", "hidden", "hidden_in_line", "unseen", "empty"]
_SAID: dict[FaultKind, str] = {
    "too_long": "it has {signs:,} signs, and {most:,} at most are taken",
    "hidden": "sign {at:,} is {sign}{name}, which nobody sees",
    "hidden_in_line": "sign {at:,} of line {line} is {sign}{name}, which nobody sees",
    "unseen": "there is nothing to see of it",
    "empty": "it is empty",
}


@dataclass(frozen=True)
class Fault:
    """Why a text can't be taken.

    Attributes:
        kind: which of the ways.
        values: what it names, such as where the sign stands.
    """

    kind: FaultKind
    values: dict[str, int | str]

    def __str__(self) -> str:
        return _SAID[self.kind].format(**self.values)


class TextRefused(Exception):
    """A text can't be taken as it is written. The message says which sign of it is wrong and where it stands.

    Attributes:
        what: which text.
        fault: why, for who says it in another language.
    """

    def __init__(self, what: What, fault: Fault) -> None:
        super().__init__(f"{what} can't be taken: {fault}; write it otherwise")
        self.what = what
        self.fault = fault


def line(text: str, what: What, longest: int = LONGEST_LINE) -> str:
    """A text of one line as it is written down; what was broken into lines is one, with a blank for each break.

    Where words may be broken without being seen to is left out.

    Args:
        what: what it is, for the message: "the title".

    Raises:
        TextRefused: there is nothing to see of it, it is too long, or it has a sign that nobody sees.
    """
    return _checked(_BLANKS.sub(" ", _in_lines(text)).strip(" "), what, longest)


def reason(text: str) -> str:
    """Why somebody does something, as it is written down.

    Raises:
        TextRefused: see `line`.
    """
    return line(text, "the reason", LONGEST_REASON)


def remark(text: str, what: What, longest: int = LONGEST_REMARK) -> str:
    """A text that may have several lines, as it is written down.

    Raises:
        TextRefused: see `line`.
    """
    lines = _in_lines(text).replace("\t", " ").split("\n")
    return _checked("\n".join(each.rstrip(" ") for each in lines).strip("\n "), what, longest)


def why_no_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Why a text can't stand in a file as one line; empty where it can."""
    if text != text.strip(" \t\r\n"):
        return "it has a blank before or after it"
    if fault := _fault(text, longest):
        return str(fault)
    return first_in_a_name(text) or _first_break(text)


def first_hidden(text: str) -> str:
    """The first sign of a text that nobody sees, line breaks aside, and where it stands; empty where there is none."""
    return str(_hidden(text) or "")


def first_in_a_name(text: str) -> str:
    """The first sign without width of what is otherwise one plain word, and where it stands; empty where there is none.

    Such a word may be a name or an address, which would be another than it looks.
    """
    rest = seen_of(text)
    if rest == text or not rest.isascii() or " " in rest or not rest.isprintable():
        return ""
    return str(_at(text, next(at for at, sign in enumerate(text) if ord(sign) in _HARMLESS)))


def seen_of(text: str) -> str:
    """What is seen of a text: all of it but signs without width."""
    return "".join(sign for sign in text if ord(sign) not in _HARMLESS)


def printable(text: str) -> str:
    """A text as it can be shown anywhere: a hidden sign by its number, such as \\u202e. Its lines stay lines."""
    if text.isprintable():
        return text
    return _SHOWN_BY_NUMBER.sub(lambda found: _number(found[0]) if found[1] else found[0], _BREAKS.sub("\n", text))


def by_numbers(text: str) -> str:
    """A text with every sign that nobody sees as its number, ends of lines too: they may be what is wrong with it."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def in_one_line(text: str) -> str:
    """The same on one line."""
    return _BLANKS.sub(" ", printable(text)).strip(" ")


def indented(text: str, blanks: int = 4) -> str:
    """The same with its later lines indented, so that none of them is mistaken for what stands at the edge."""
    return printable(text).replace("\n", f"\n{' ' * blanks}")


def finalised(value: object) -> object:
    """What a template is about to show; what is a piece of a page already stays as it is."""
    return printable(value) if type(value) is str else value


def _in_lines(text: str) -> str:
    return _BREAKS.sub("\n", text).translate(dict.fromkeys(map(ord, _DROPPED)))


def _checked(text: str, what: What, longest: int) -> str:
    if fault := _fault(text, longest):
        raise TextRefused(what, fault)
    return text


def _fault(text: str, longest: int) -> Fault | None:
    """Why a text can't be taken, line breaks aside."""
    if len(text) > longest:
        return Fault("too_long", {"signs": len(text), "most": longest})
    if hidden := _hidden(text):
        return hidden
    if not any(_is_seen(sign) for sign in text):
        return Fault("unseen" if text else "empty", {})
    return None


def _hidden(text: str) -> Fault | None:
    if text.isprintable():
        return None
    found = next((found for found in _NOT_TAKEN.finditer(text) if found[1]), None)
    return _at(text, found.start()) if found else None


def _at(text: str, place: int) -> Fault:
    before, sign = text[:place], text[place]
    name = unicodedata.name(sign, "")
    called = {"sign": f"U+{ord(sign):04X}", "name": f" ({name})" if name else ""}
    at = place - before.rfind("\n")
    if "\n" in text:
        return Fault("hidden_in_line", {"at": at, "line": before.count("\n") + 1, **called})
    return Fault("hidden", {"at": at, **called})


def _first_break(text: str) -> str:
    at = text.find("\n") + 1
    return f"a line ends at sign {at:,}" if at else ""


def _is_seen(sign: str) -> bool:
    return not (sign.isspace() or ord(sign) in _HARMLESS or _NOT_TAKEN.match(sign))


def _number(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
