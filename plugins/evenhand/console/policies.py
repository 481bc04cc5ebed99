"""The packs that decided a night, and those that wait beside them: which are in force where, and what they say."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby, permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from fastapi import HTTPException
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from evenhand.console.pack_speech import told_to_reader, unmarked, with_own_marked
from evenhand.console.reader import marked, say
from evenhand.console.shown import Shown
from evenhand.console.values import edition, label
from evenhand.deciding.provenance import lay_texts_of
from evenhand.policy.diff import diff
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack, load_each, pack_files
from evenhand.policy.prose.bounds import examples
from evenhand.policy.prose.brief import for_readers
from evenhand.policy.prose.neighbours import beside
from evenhand.policy.prose.pages import page, version_before, version_name
from evenhand.policy.prose.speech import local
from evenhand.policy.prose.words import capital
from evenhand.quality.following_versions import changes_since
from evenhand.release.manifest import read_manifest
from evenhand.settings import settings

# Tables, and neither markup of its own nor pictures: what a pack says is text.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@dataclass(frozen=True)
class Policy:
    """A version of a pack.

    Attributes:
        text: its own file; what it extends lies in others.
        waits: whether it lies among today's packs and no part of the release: no night was decided by it yet.
    """

    pack: Pack
    file: str
    sha256: str
    text: str
    waits: bool = False

    @property
    def name(self) -> str:
        """What it is called in an address."""
        return version_name(self.pack.pack, str(self.pack.version))

    @property
    def title(self) -> str:
        """What it is called by people."""
        return edition(f"{self.pack.pack}@{self.pack.version}")

    @property
    def whose(self) -> str:
        """The kinds of account that it judges."""
        return ", ".join(label("kind", each) for each in self.pack.applies_to)

    @property
    def days(self) -> str:
        """From when until when it judges."""
        first, last = self.pack.effective_from, self.pack.effective_until
        return say("%(first)s to %(last)s", first=first, last=last) if last else say("from %(day)s on", day=first)

    def state(self, night: date) -> str:
        """Whether it judges what is decided on a night."""
        if self.waits:
            return marked("no night was decided by it yet")
        if night < self.pack.effective_from:
            return marked("begins later")
        is_over = self.pack.effective_until and night > self.pack.effective_until
        return marked("is over") if is_over else marked("in force")


@dataclass(frozen=True)
class Difference:
    """What is otherwise in one version than in another.

    Attributes:
        said: sentences, by what they are about.
        for_readers: the brief: what concerns reviewers, operations and creators of it, by that heading.
        at_bounds: what values on both sides of the bounds that changed bring now and brought; at the end, which of
            them are left out for length.
        lines: of the files, as `diff -u` writes them.
    """

    said: Sequence[tuple[str, Sequence[str]]]
    for_readers: Sequence[tuple[str, Sequence[str]]]
    at_bounds: Sequence[str]
    lines: Sequence[str]


def policies(shown: Shown) -> list[Policy]:
    """Every pack of a release, then those of today that aren't part of it; by name and version.

    Only those of markets that are seen: what a pack of several markets says, all of them may read.

    Raises:
        HTTPException: the release's packs aren't those that were released.
    """
    shown.file("packs.parquet")
    decided = _of_release(shown.folder)
    there = {each.sha256 for each in decided} | {each.sha256 for each in read_manifest(shown.folder).packs}
    # What is wrong with one of today's is said by `evenhand policy check`, and by the next night.
    today, _ = load_each(pack_files(settings().policies.glob("*.yml")))
    waiting = [_policy(each, waits=True) for each in today if each.sha256 not in there]
    found = [each for each in (*decided, *waiting) if any(map(shown.sees, each.pack.markets))]
    return sorted(found, key=lambda each: (each.pack.pack, each.pack.version, each.waits))


def in_address(version: str) -> str:
    """What a version that is written as `pack@2` is called in an address."""
    pack, _, number = version.rpartition("@")
    return version_name(pack, number)


def called(among: Sequence[Policy], name: str) -> Policy:
    """The pack of a name.

    Raises:
        HTTPException: there is none.
    """
    # Where a text was changed without another version, what nights were decided by is shown.
    found = next((each for each in among if each.name == name), None)
    if found is None:
        raise HTTPException(
            404,
            say(
                "there is no policy %(policy)s; there are %(there)s",
                policy=name,
                there=", ".join(each.name for each in among),
            ),
        )
    return found


def in_words(policy: Policy, among: Sequence[Policy]) -> Markup:
    """A pack as a page for people, without its title."""
    known = [LoadedPack(each.pack, Path(each.file), each.sha256, ()) for each in among if each is not policy]
    with told_to_reader(), beside(each.pack for each in among):
        text = local(page(policy.pack, version_before(policy.pack, known)))
    html = _MARKDOWN.render(text.partition("\n")[2])
    # A wide table is scrolled by itself, by the keyboard too.
    first, *tables = html.split("<table>")
    for number, rest in enumerate(tables, 1):
        called = escape(say("Table %(number)s", number=number))
        first += f'<div class="scroll" tabindex="0" role="region" aria-label="{called}"><table>{rest}'
    return with_own_marked(first.replace("</table>", "</table></div>"))


def compared(before: Policy, now: Policy, among: Sequence[Policy] = ()) -> Difference:
    """What is otherwise in a pack than in another one, of those that are known beside them."""
    with told_to_reader(), beside(each.pack for each in among):
        changes = diff(before.pack, now.pack)
        brief = list(for_readers(changes)) if changes else []
        shown, left_out = examples(before.pack, now.pack)
        bounds = [local(each) for each in (*shown, left_out) if each]
    said = [
        (local(capital(about)), [with_own_marked(escape(local(each.said))) for each in group])
        for about, group in groupby(changes, lambda each: each.about)
    ]
    told = [
        (
            local(title).removeprefix("## "),
            [with_own_marked(escape(local(each).removeprefix("- "))) for each in sentences],
        )
        for title, sentences in brief
    ]
    lines = difflib.unified_diff(
        before.text.splitlines(), now.text.splitlines(), before.file, now.file, lineterm="", n=2
    )
    return Difference(said, told, bounds, list(lines))


def following_said(shown: Shown) -> Mapping[str, str]:
    """What versions of a release's packs say otherwise than those that they follow, by how a night says it."""
    packs = [each.pack for each in _of_release(shown.folder)]
    found = {}
    with told_to_reader(), beside(packs):
        for before, now in permutations(packs, 2):
            if before.pack == now.pack and before.version < now.version:
                for each in changes_since(before, now, now.effective_from):
                    found[f"{each.about}: {each.said}"] = unmarked(f"{local(each.about)}: {local(each.said)}")
    return found


# A revision's folder never changes.
@lru_cache(maxsize=32)
def _of_release(folder: Path) -> Sequence[Policy]:
    with TemporaryDirectory() as scratch, duckdb.connect() as connection:
        texts = Path(scratch) / "packs"
        lay_texts_of(folder, texts, connection)
        loaded, _ = load_each(pack_files(texts.glob("*.yml")))
        return tuple(_policy(each) for each in loaded)


def _policy(loaded: LoadedPack, waits: bool = False) -> Policy:
    text = loaded.path.read_text(encoding="utf-8")
    return Policy(loaded.pack, loaded.path.name, loaded.sha256, text, waits)
