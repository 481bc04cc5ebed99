"""The packs whose doing a change of policy is: those with another text, and those with a day that has come."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from ruamel.yaml.error import YAMLError

from evenhand.deciding.provenance import texts_of
from evenhand.policy.days import Day
from evenhand.policy.load import LoadedPack
from evenhand.policy.migrate import in_words_of_today
from evenhand.policy.nodes import parse
from evenhand.policy.preapproved import SameRules, texts_before
from evenhand.policy.texts import path_from, read_texts
from evenhand.quality.row_causes import Base
from evenhand.records.sql_files import SqlFile
from evenhand.release.rows import rows_of_lists

_SQL = SqlFile(__file__)
_DAY = timedelta(days=1)
# What says who changed a pack, and stories that are tried with it.
_NO_RULES = ("changed_by", "examples")


def days_come(connection: duckdb.DuckDBPyConnection) -> Sequence[Day]:
    """The days within released rules that have come since."""
    found = connection.execute("select market, pack, version, day from gate.days_come order by all").fetchall()
    return tuple(Day(*row) for row in found)


def with_another_text(
    packs: Sequence[LoadedPack], base: Base | None, same_rules: Sequence[SameRules]
) -> list[LoadedPack]:
    """Those that a release doesn't have, or has with another text.

    One whose only difference is that it ends, earlier than it did, on the day before a successor begins, is a part of
    the successor's change: ending it is what beginning the other takes. Where it names nobody, it has the authors of
    the other, which is one of these that is new, or says something else than the release.

    Args:
        packs: all of one market.
    """
    known = {each.sha256 for each in base.manifest.packs} if base else set()
    changed = [loaded for loaded in packs if not known & texts_before(same_rules, loaded.sha256)]
    if base is None:
        return changed
    release = base.release

    def begins(successor: LoadedPack) -> bool:
        return _says_otherwise(successor, release)

    return [_as_part(each, changed, lambda ended: _only_ends(ended, release), begins) for each in changed]


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
    newest: dict[str, int] = {}
    for loaded in found:
        newest[loaded.pack.pack] = max(loaded.pack.version, newest.get(loaded.pack.pack, 0))
    # Their texts were approved when they came: what was approved of the newest one that has such a day counts.
    return [
        replace(each, as_part=each.pack.version < newest[each.pack.pack])
        for each in (_as_part(loaded, found, only_ends) for loaded in found)
    ]


def say_nobody(packs: Sequence[LoadedPack]) -> str:
    """Which files of packs that change something name nobody, and what to write; empty where all name somebody."""
    files = sorted({loaded.path.name for loaded in packs if not loaded.changed_by})
    if not files:
        return ""
    says, them = ("doesn't say", "it") if len(files) == 1 else ("don't say", "each of them")
    return f"{' and '.join(files)} {says} who changed it. Write `changed_by: NAME` of who did into {them}"


def _as_part(
    loaded: LoadedPack,
    changed: Sequence[LoadedPack],
    only_ends: Callable[[LoadedPack], bool],
    begins: Callable[[LoadedPack], bool] = lambda _: True,
) -> LoadedPack:
    """A pack that changes something; where it only ends for successors, as a part of their change."""
    if loaded.pack.effective_until is None:
        return loaded
    pack, first = loaded.pack, loaded.pack.effective_until + _DAY
    successors = [
        each
        for each in changed
        if each.pack.effective_from == first and pack.pack in (each.pack.pack, *each.pack.continues)
    ]
    if not successors or not all(each.changed_by and begins(each) for each in successors) or not only_ends(loaded):
        return loaded
    authors = loaded.changed_by or tuple(dict.fromkeys(name for each in successors for name in each.changed_by))
    return replace(loaded, changed_by=authors, as_part=True)


def _only_ends(loaded: LoadedPack, release: Path) -> bool:
    """Whether a pack says what a release has it say, but for an end, or an earlier one: of all that it extends."""
    now, then = _now_and_then(loaded, release)
    if len(then) != 1 or loaded.pack.effective_until is None:
        return False
    end = then[0][0].get("effective_until")
    # What ended before is in force for longer: that is no part of beginning another.
    earlier = end is None or (type(end) is date and end > loaded.pack.effective_until)
    return earlier and _written(now, ("effective_until",)) == _written(then[0], ("effective_until",))


def _says_otherwise(loaded: LoadedPack, release: Path) -> bool:
    """Whether a release hasn't a pack, or has it say something else: another comment or author is nothing else."""
    now, then = _now_and_then(loaded, release)
    return bool(now) and all(_written(each, _NO_RULES) != _written(now, _NO_RULES) for each in then)


def _now_and_then(loaded: LoadedPack, release: Path) -> tuple[Sequence[Any], Sequence[Sequence[Any]]]:
    """What a pack's files say, its own first, and what a release has them say: nothing where it hasn't the pack.

    Where they aren't as they were when the pack was read, they say nothing either.
    """
    said = _said_now(loaded.path, loaded.sha256)
    if not said:
        return (), ()
    (_, own), *others = said
    file = release.resolve() / "packs.parquet"
    before = _said_then(file, file.stat().st_mtime_ns) if file.exists() else {}
    key = (loaded.pack.pack, loaded.pack.version)
    below = [before.get(path_from(loaded.path.parent, path)) for path, _ in others]
    then = [
        (each, *below)
        for name, each in before.items()
        # What lies in a folder of theirs is extended, and decides nothing by itself.
        if "/" not in name and isinstance(each, dict) and (each.get("pack"), each.get("version")) == key
    ]
    return (own, *(content for _, content in others)), then


# Of each pack it is asked several times a night, by list and market.
@lru_cache(maxsize=256)
def _said_now(path: Path, sha256: str) -> Sequence[tuple[Path, Any]]:
    """What a pack's files say that have a hash together, its own first; nothing where they have another by now."""
    texts = read_texts(path)
    if hashlib.sha256(b"\0".join(text.text for text in texts)).hexdigest() != sha256:
        return ()
    return [(text.path, text.content) for text in texts]


@lru_cache(maxsize=16)
def _said_then(file: Path, _as_of: int) -> Mapping[str, Any]:
    """What each file of a release's packs says, by its name, where they were last written at a moment."""
    return {name: _content(in_words_of_today(text)[0]) for name, text in texts_of(file.parent).items()}


def _content(text: str) -> Any:
    try:
        return parse(text)[1]
    except (YAMLError, ValueError):
        return None  # A text of an earlier version needn't be one today.


def _written(contents: Sequence[Any], but_for: Collection[str]) -> str:
    # As written, for what is equal in Python, such as 1 and true, or stands in another order, can be another rule.
    said = [
        {key: value for key, value in each.items() if key not in but_for} if isinstance(each, dict) else each
        for each in contents
    ]
    return repr(said)


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
