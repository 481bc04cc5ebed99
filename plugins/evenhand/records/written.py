"""What people write, such as a title, a reason or a comment: which signs it may have, and how it is shown.

A sign that nobody sees can forge a line of a terminal, turn around what follows, or make a file that is no file of its
kind. So none is taken in; and what has one all the same, for it was written down before or landed so, is shown with the
sign's number in its place.
"""

from __future__ import annotations

import re
import unicodedata

# A title or another text of one line; a reason, which may be a sentence or three; and what has paragraphs.
LONGEST_LINE = 200
LONGEST_REASON = 1_000
LONGEST_REMARK = 10_000
# Letters of no width, whatever kind Unicode calls them.
NO_WIDTH = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)}
NO_WIDTH |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
# Kinds of signs that nobody sees: controls, those that format, what is no letter, and what breaks a line or paragraph.
HIDDEN = ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp")
_PRIVATE = "Co"
# What joins two signs or keeps them apart: scripts are written with them, and pictures made of several.
_JOINERS = "\u200c\u200d"
_BREAKS = re.compile(r"\r\n|\r")
_BLANKS = re.compile(r"[ \t\r\n]+")


class TextRefused(Exception):
    """A text can't be taken as it is written. The message says which sign of it is wrong and where it stands."""


def line(text: str, what: str, longest: int = LONGEST_LINE) -> str:
    """A text of one line as it is written down; what was broken into lines is one, with a blank for each break.

    Args:
        what: what it is, for the message: "the title".

    Raises:
        TextRefused: there is nothing to see of it, it is too long, or it has a sign that nobody sees.
    """
    return _checked(_BLANKS.sub(" ", text).strip(" "), what, longest)


def reason(text: str) -> str:
    """Why somebody does something, as it is written down.

    Raises:
        TextRefused: see `line`.
    """
    return line(text, "the reason", LONGEST_REASON)


def remark(text: str, what: str, longest: int = LONGEST_REMARK) -> str:
    """A text that may have several lines, as it is written down.

    Raises:
        TextRefused: see `line`.
    """
    lines = _BREAKS.sub("\n", text).replace("\t", " ").split("\n")
    return _checked("\n".join(each.rstrip(" ") for each in lines).strip("\n "), what, longest)


def why_no_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Why a text can't stand in a file as one line; empty where it can."""
    if text != text.strip(" \t\r\n"):
        return "it has a blank before or after it"
    return why_not(text, longest) or _first_break(text)


def why_not(text: str, longest: int = LONGEST_REMARK) -> str:
    """Why a text can't be taken, line breaks aside; empty where it can."""
    if len(text) > longest:
        return f"it has {len(text):,} signs, and {longest:,} at most are taken"
    if hidden := first_hidden(text):
        return hidden
    if not any(_is_seen(sign) for sign in text):
        return "there is nothing to see of it" if text else "it is empty"
    return ""


def first_hidden(text: str) -> str:
    """The first sign of a text that nobody sees, line breaks aside, and where it stands; empty where there is none."""
    if text.isprintable():
        return ""
    for number, each in enumerate(text.split("\n"), start=1):
        for at, sign in enumerate(each, start=1):
            if is_hidden(sign) or unicodedata.category(sign) == _PRIVATE:
                place = f"of line {number} is" if "\n" in text else "is"
                return f"sign {at:,} {place} {_called(sign)}, which nobody sees"
    return ""


def _first_break(text: str) -> str:
    at = text.find("\n") + 1
    return f"a line ends at sign {at:,}" if at else ""


def is_hidden(sign: str) -> bool:
    """Whether nobody sees a sign, and it could do something where it is shown."""
    return unicodedata.category(sign) in HIDDEN and sign not in _JOINERS


def printable(text: str) -> str:
    """A text as it can be shown anywhere: a hidden sign by its number, such as \\u202e. Its lines stay lines."""
    if text.isprintable():
        return text
    lines = _BREAKS.sub("\n", text)
    return "".join(_number(sign) if sign not in "\n\t" and is_hidden(sign) else sign for sign in lines)


def in_one_line(text: str) -> str:
    """The same on one line."""
    return _BLANKS.sub(" ", printable(text)).strip(" ")


def indented(text: str, blanks: int = 4) -> str:
    """The same with its later lines indented, so that none of them is mistaken for what stands at the edge."""
    return printable(text).replace("\n", f"\n{' ' * blanks}")


def finalised(value: object) -> object:
    """What a template is about to show; what is a piece of a page already stays as it is."""
    return printable(value) if type(value) is str else value


def _checked(text: str, what: str, longest: int) -> str:
    if why := why_not(text, longest):
        raise TextRefused(f"{what} can't be taken: {why}; write it otherwise")
    return text


def _is_seen(sign: str) -> bool:
    return not (sign.isspace() or ord(sign) in NO_WIDTH or sign in _JOINERS or is_hidden(sign))


def _called(sign: str) -> str:
    name = unicodedata.name(sign, "")
    return f"U+{ord(sign):04X}{f' ({name})' if name else ''}"


def _number(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
