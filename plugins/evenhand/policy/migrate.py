"""Packs of an earlier version of the language, in the words of this one; comments and all else stay as they are."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node

from evenhand.policy.language.content import LANGUAGE
from evenhand.policy.language.former import ANNOUNCED, OF_PACKS, OF_PREAPPROVED, Renamed, called_today
from evenhand.policy.load import PREAPPROVED, packs_in
from evenhand.policy.nodes import compose, compose_quickly
from evenhand.policy.preapproved import SameRules, add_same_rules
from evenhand.policy.texts import Mistake, PackError, read_text, read_texts
from evenhand.records.atomic_files import write_anew


@dataclass(frozen=True)
class Migrated:
    """A file that was rewritten, and how many of its keys are called otherwise now."""

    path: Path
    keys: int


def in_words_of_today(text: str, renamed: Renamed = OF_PACKS) -> tuple[str, int]:
    """A text with its old keys renamed, and how many those are; what isn't YAML stays as it is."""
    if not _may_be_old(text, renamed):
        return text, 0
    try:
        # Most texts have no old key: those that have one are read once more, by what says where a key ends.
        if not any(True for _ in _old_words(compose_quickly(text), renamed)):
            return text, 0
        words = list(_old_words(compose(text), renamed))
    except (YAMLError, ValueError):
        return text, 0
    found = sorted(((node.start_mark.index, node.end_mark.index, word) for node, word in words), reverse=True)
    for begin, end, word in found:
        text = text[:begin] + word + text[end:]
    return text, len(found)


def migrate(folder: Path) -> list[Migrated]:
    """Rewrite the old keys of a folder's packs and preapproved changes; returns what was rewritten.

    Every text that it rewrites is recorded as saying the same under another hash (preapproved.yml, `same_rules`), and
    what was preapproved for it goes over. The record is written first: whoever is stopped in the middle migrates again.

    Raises:
        PackError: a pack can't be read, or preapproved changes are there under both names.
    """
    announced, preapproved = folder / ANNOUNCED, folder / PREAPPROVED
    if announced.exists() and preapproved.exists():
        raise PackError(Mistake(str(announced), 0, 0, f"found it beside {PREAPPROVED}; expected one: join them"))
    packs = {path: [text.path for text in read_texts(path)] for path in packs_in(folder)}
    before = {path.resolve(): read_text(path).text for files in packs.values() for path in files}
    after = {path: in_words_of_today(text.decode("utf-8")) for path, text in before.items()}
    now = {path: text.encode("utf-8") for path, (text, _) in after.items()}
    done = []
    if announced.exists():
        os.rename(announced, preapproved)
    if preapproved.exists():
        text, keys = in_words_of_today(preapproved.read_text(encoding="utf-8"), OF_PREAPPROVED)
        if keys:
            write_anew(preapproved, text.encode("utf-8"))
            done.append(Migrated(preapproved, keys))
    same = []
    for files in packs.values():
        was, is_now = (_hash([texts[path.resolve()] for path in files]) for texts in (before, now))
        if was != is_now:
            same.append(SameRules(was=was, now=is_now))
    add_same_rules(folder, same)
    for path, (text, keys) in after.items():
        if keys:
            write_anew(path, text.encode("utf-8"))
            done.append(Migrated(path, keys))
    return done


def _may_be_old(text: str, renamed: Renamed) -> bool:
    """Whether there is anything in a text that may be an old key, or an old version of the language."""
    versions = re.findall(r"\blanguage\W*(\w+)", text)
    return any(path[-1] in text for path in renamed) or any(each != str(LANGUAGE) for each in versions)


def _old_words(root: Node | None, renamed: Renamed) -> Iterator[tuple[Node, str]]:
    """The old keys, and the old version of the language, each with what is said today."""
    yield from _old_keys(root, (), renamed)
    yield from _old_language(root, renamed)


def _old_keys(node: Node | None, above: tuple[str, ...], renamed: Renamed) -> Iterator[tuple[Node, str]]:
    if not isinstance(node, MappingNode):
        return
    for key, value in node.value:
        path = (*above, str(key.value))
        if word := called_today(path, renamed):
            yield key, word
        yield from _old_keys(value, path, renamed)


def _old_language(root: Node | None, renamed: Renamed) -> Iterator[tuple[Node, str]]:
    if not isinstance(root, MappingNode) or renamed is not OF_PACKS:
        return
    for key, value in root.value:
        if key.value == "language" and str(value.value).isdecimal() and int(value.value) < LANGUAGE:
            yield value, str(LANGUAGE)


def _hash(texts: list[bytes]) -> str:
    return hashlib.sha256(b"\0".join(texts)).hexdigest()
