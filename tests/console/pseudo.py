"""A language in which every word of ours stands in brackets, and what of a page stands in none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest

from evenhand.console import pack_speech, render, values
from evenhand.console.reader import Reader
from evenhand.explain.labels import Labels
from policy.marked import Marked

OPENS, CLOSES = "⟦", "⟧"
# Nothing of these is a sentence of ours: code, and what is said in a language that it names.
_NO_WORDS = {"style", "script", "pre", "code"}
_WITHOUT_END = {"meta", "link", "input", "br", "rect", "line", "polyline", "polygon", "circle"}
_READ_OUT = ("aria-label", "placeholder", "title", "alt")


@contextmanager
def in_brackets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have pages be in that language."""

    def wrapped(said: object) -> str:
        return f"{OPENS}{said}{CLOSES}"

    with monkeypatch.context() as patched:
        patched.setattr(Reader, "words", lambda _, text: wrapped(text) if text else "")
        patched.setattr(Reader, "called", lambda _, text: wrapped(text) if text else "")
        patched.setattr(Reader, "words_of", lambda _, one, many, count: wrapped(one if count == 1 else many))
        patched.setattr(Reader, "number", lambda _, value: str(value))
        patched.setattr(Reader, "share", lambda _, value: str(value))
        patched.setattr(Reader, "figure", lambda _, value, unit, market="": str(value))
        patched.setattr(Reader, "day", lambda _, day: "" if day is None else wrapped(day))
        patched.setattr(Reader, "moment", lambda _, at: wrapped(at))
        patched.setattr(Labels, "of_unit", lambda *_: wrapped("a number of a unit"))
        patched.setitem(render._templates.globals, "language_name", wrapped)
        patched.setattr(values, "market_called", lambda _, market, __: wrapped(market))
        patched.setattr(pack_speech, "_speech", Marked)
        of = Labels.of
        patched.setattr(Labels, "of", lambda self, kind, key: wrapped(of(self, kind, key)) if key else "")
        yield


class _Seen(HTMLParser):
    """What a reader sees and hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.attributes: list[str] = []
        self._around: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        is_out = tag in _NO_WORDS or (tag != "html" and "lang" in said) or (bool(self._around) and self._around[-1][1])
        if not is_out:
            self.attributes += [str(said[name]) for name in _READ_OUT if said.get(name)]
        if tag not in _WITHOUT_END:
            self._around.append((tag, is_out))

    def handle_endtag(self, tag: str) -> None:
        while self._around and self._around.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._around and self._around[-1][1]):
            self.parts.append(data)
        self.parts.append("\n")


class _Marked(HTMLParser):
    """What of a page is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._around: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITHOUT_END:
            return
        language = dict(attrs).get("lang") if tag != "html" else None
        is_english = language == "en" if language else bool(self._around and self._around[-1][1])
        self._around.append((tag, is_english))
        if is_english and language:
            self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._around and self._around.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._around and self._around[-1][1]:
            self.said[-1] += data


def marked_as_english(page: str) -> set[str]:
    """What a page says in English to whoever reads it, as it marks it."""
    seen = _Marked()
    seen.feed(page)
    return {said.strip() for said in seen.said} - {""}


def unbracketed(page: str, data: Sequence[str]) -> list[str]:
    """Words of a page that stand in no brackets and are none of some data."""
    seen = _Seen()
    seen.feed(page)
    found = []
    for text in ("".join(seen.parts), *seen.attributes):
        rest = "\n".join(_outside(text))
        for each in data:
            rest = rest.replace(each, " ")
        found += [line.strip() for line in rest.splitlines() if re.search(r"[A-Za-z]{2}", line)]
    return found


def _outside(text: str) -> Iterator[str]:
    depth, outside = 0, ""
    for sign in text:
        if sign == OPENS:
            depth += 1
            yield outside
            outside = ""
        elif sign == CLOSES:
            depth -= 1
            assert depth >= 0, text
        elif not depth:
            outside += sign
    yield outside
    assert depth == 0, text
