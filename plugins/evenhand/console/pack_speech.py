"""How packs are told to who reads a page: in their language, with what a pack says in words of its own marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from markupsafe import Markup

from evenhand.console import values
from evenhand.console.reader import reader
from evenhand.policy.prose.speech import Speech, speaking
from evenhand.reports.catalogue import ENGLISH
from evenhand.reports.language import Language
from evenhand.reports.pack_speech import PackSpeech

# Around what a pack says itself: signs that are no text, so that whoever writes the page around it leaves them alone.
_OPENS, _CLOSES = "\ue000", "\ue001"
_OWN = re.compile(f"{_OPENS}([^{_OPENS}{_CLOSES}]*){_CLOSES}")
# A line that begins a list or another block, or makes the one before it a heading.
_BLOCK = re.compile(r"^\s*([-*+>#|`~=]|\d+[.)])", re.MULTILINE)


class ReaderSpeech(PackSpeech):
    """The language of who reads."""

    def __init__(self) -> None:
        super().__init__(Language(reader().name, values.labels().catalogs))

    def name(self, kind: str, key: str) -> str:
        """As in reports; in English an account has its article, as other scopes have none."""
        is_english_account = (kind, key, reader().name) == ("scope", "account", ENGLISH)
        return "the account" if is_english_account else super().name(kind, key)

    def day(self, day: date) -> str:
        """A day, as other days of the page are written."""
        return reader().day(day)

    def market(self, code: str) -> str:
        """A market, as other parts of the page call it."""
        return values.market(code)

    def own(self, text: str) -> str:
        """What a pack says itself, in a language that isn't known, most often English; a paragraph by itself."""
        return "\n\n".join(_marked(each) for each in text.split("\n\n"))


@contextmanager
def told_to_reader() -> Iterator[None]:
    """Have what is said of packs be said in the language of who reads, too."""
    with speaking(_speech()):
        yield


def with_own_marked(html: str) -> Markup:
    """A page of a pack, in which what the pack says itself is marked as English unless all of the page is."""
    said = r"\1" if reader().name == ENGLISH else r'<span lang="en">\1</span>'
    return Markup(unmarked(_OWN.sub(said, html)))


def unmarked(text: str) -> str:
    """A text without what stands around what packs say themselves."""
    return text.translate({ord(_OPENS): None, ord(_CLOSES): None})


def _speech() -> Speech:
    return ReaderSpeech()


def _marked(paragraph: str) -> str:
    text = unmarked(paragraph)
    # What begins a list or another block would begin none behind a sign, and one mark goes around no two blocks.
    return text if _BLOCK.search(text) or not text.strip() else f"{_OPENS}{text}{_CLOSES}"
