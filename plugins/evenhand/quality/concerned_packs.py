"""The packs whose doing a change of policy is: those with another text, and those with a day that has come."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import duckdb
from ruamel.yaml.error import YAMLError

from evenhand.deciding.provenance import texts_of
from evenhand.policy.days import Day
from evenhand.policy.load import LoadedPack
from evenhand.policy.migrate import in_words_of_today
from evenhand.policy.nodes import parse
from evenhand.policy.preapproved import SameRules, texts_before
from evenhand.policy.texts import read_texts
from evenhand.quality.row_causes import Base
from evenhand.records.sql_files import SqlFile
from evenhand.release.rows import rows_of_lists

_SQL = SqlFile(__file__)
_DAY = timedelta(days=1)


def days_come(connection: duckdb.DuckDBPyConnection) -> Sequence[Day]:
    """The days within released rules that have come since."""
    found = connection.execute("select market, pack, version, day from gate.days_come order by all").fetchall()
    return tuple(Day(*row) for row in found)


def with_another_text(
    packs: Sequence[LoadedPack], base: Base | None, same_rules: Sequence[SameRules]
) -> list[LoadedPack]:
    """Those that a release doesn't have, or has with another text.

    One that names nobody, and whose only difference is that it ends the day before a successor among them begins, is
    a part of the successor's change, and has its authors: ending it is what beginning the other takes.

    Args:
        packs: all of one market.
    """
    known = {each.sha256 for each in base.manifest.packs} if base else set()
    changed = [loaded for loaded in packs if not known & texts_before(same_rules, loaded.sha256)]
    return [
        _with_authors(each, changed, lambda ended: base is not None and _only_ends(ended, base)) for each in changed
    ]


def with_a_day_come(packs: Sequence[LoadedPack], market: str, days: Sequence[Day]) -> list[LoadedPack]:
    """Those within which a day has come that is one of a market.

    One that names nobody, and of which nothing has come but its end, for a successor that begins that day, has the
    authors of that one, as above.
    """
    of_market: dict[tuple[str, int], set[Day]] = defaultdict(set)
    for each in days:
        if each.market == market:
            of_market[each.pack, each.version].add(each)

    def only_ends(loaded: LoadedPack) -> bool:
        come = {each.day for each in of_market[loaded.pack.pack, loaded.pack.version]}
        return loaded.pack.effective_until is not None and come == {loaded.pack.effective_until + _DAY}

    found = [loaded for loaded in packs if (loaded.pack.pack, loaded.pack.version) in of_market]
    return [_with_authors(each, found, only_ends) for each in found]


def say_nobody(packs: Sequence[LoadedPack]) -> str:
    """Which files of packs that change something name nobody, and what to write; empty where all name somebody."""
    files = sorted({loaded.path.name for loaded in packs if not loaded.changed_by})
    if not files:
        return ""
    says, them = ("doesn't say", "it") if len(files) == 1 else ("don't say", "each of them")
    return f"{' and '.join(files)} {says} who changed it. Write `changed_by: NAME` of who did into {them}"


def _with_authors(
    loaded: LoadedPack, changed: Sequence[LoadedPack], only_ends: Callable[[LoadedPack], bool]
) -> LoadedPack:
    """A pack that changes something; where it names nobody and only ends for successors, with the authors of these."""
    if loaded.changed_by or loaded.pack.effective_until is None:
        return loaded
    pack, first = loaded.pack, loaded.pack.effective_until + _DAY
    successors = [
        each.changed_by
        for each in changed
        if each.pack.effective_from == first and pack.pack in (each.pack.pack, *each.pack.continues)
    ]
    if not successors or not all(successors) or not only_ends(loaded):
        return loaded
    return replace(loaded, changed_by=tuple(dict.fromkeys(name for names in successors for name in names)))


def _only_ends(loaded: LoadedPack, base: Base) -> bool:
    """Whether a pack says what a release has it say, but for its last day: value by value, of all that it extends."""
    own, *others = read_texts(loaded.path)
    if hashlib.sha256(b"\0".join(text.text for text in (own, *others))).hexdigest() != loaded.sha256:
        return False
    before = {file: _content(in_words_of_today(text)[0]) for file, text in texts_of(base.release).items()}
    key = (loaded.pack.pack, loaded.pack.version)
    then = [
        each for each in before.values() if isinstance(each, dict) and (each.get("pack"), each.get("version")) == key
    ]
    return (
        len(then) == 1
        and _but_for_its_end(own.content) == _but_for_its_end(then[0])
        and all(repr(text.content) == repr(before.get(text.path.name)) for text in others)
    )


def _content(text: str) -> Any:
    try:
        return parse(text)[1]
    except (YAMLError, ValueError):
        return None  # A text of an earlier version needn't be one today.


def _but_for_its_end(content: dict[str, object]) -> str:
    # As written, for what is equal in Python, such as 1 and true, or stands in another order, can be another rule.
    return repr({key: value for key, value in content.items() if key != "effective_until"})


def concerned(
    packs: Sequence[LoadedPack], bases: Sequence[Base], same_rules: Sequence[SameRules], days: Sequence[Day]
) -> Mapping[str, Mapping[str, Sequence[LoadedPack]]]:
    """By market and name, the packs with another text than a release that lists come from has, or with such a day.

    One that is gone has no text any more, and only its days: nothing can be approved of it beforehand.
    """
    found: dict[str, dict[str, list[LoadedPack]]] = defaultdict(lambda: defaultdict(list))
    for market in sorted({market for loaded in packs for market in loaded.pack.markets}):
        of_market = [loaded for loaded in packs if market in loaded.pack.markets]
        of_its_lists = [base for base in bases if base.has_lists_of(market)]
        changed = [loaded for base in of_its_lists for loaded in with_another_text(of_market, base, same_rules)]
        for loaded in (*changed, *with_a_day_come(of_market, market, days)):
            found[market][loaded.pack.pack].append(loaded)
    return found


def lay_preapproved_moves(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `gate.preapproved_moves`: by list and measure, rows that come for what was approved, less those that go.

    Where more than the approved number changes, there are none: then nothing of it was approved.
    """
    connection.execute(_SQL("preapproved_moves", released=rows_of_lists("released", "last_")))
