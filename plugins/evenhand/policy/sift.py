"""Which packs of a folder a night can be decided with, and which markets those that are wrong hold.

A wrong pack holds the markets that it names and those that it had at the last release; a new one that can't be read at
all holds those of the pack whose name its own begins or ends with. One of which nobody can say whose it is stops the
night.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
from ruamel.yaml.error import YAMLError

from evenhand.landing.held_markets import HeldMarket
from evenhand.policy.bars_across import wrong_bars
from evenhand.policy.compile import compile_packs
from evenhand.policy.language.part import MARKET
from evenhand.policy.load import LoadedPack, clashes, extended_elsewhere, load_pack, pack_files
from evenhand.policy.measures_order import read_measures_order
from evenhand.policy.nodes import parse
from evenhand.policy.read_across import unread_programmes
from evenhand.policy.texts import Mistake, PackError, read_text, read_yaml
from evenhand.records.databases import NO_ROOM

# The texts of the packs that this process compiled last: a night asks for the same ones several times.
_KNOWN_TO_COMPILE: set[tuple[str, ...]] = set()


@dataclass(frozen=True)
class Sifted:
    """The packs of a folder.

    Attributes:
        packs: those that are right, ordered by name and version.
        held: the markets that the others hold, with the mistakes.
        unreadable: names of files that say nothing which can be read again.
        order: of markets that have one, the order of their measures.
    """

    packs: tuple[LoadedPack, ...]
    held: tuple[HeldMarket, ...] = ()
    unreadable: frozenset[str] = frozenset()
    order: Mapping[str, Sequence[str]] = field(default_factory=dict)


def sift(folder: Path, before: Mapping[str, str]) -> Sifted:
    """The packs of a folder that are right, and the markets that are held for those that are wrong.

    Args:
        before: the texts that the last release was decided with, by the name of their file.

    Raises:
        PackError: no pack is right, or nobody can say whose market a wrong one is.
    """
    misnamed = sorted(folder.glob("*.yaml"))
    paths = pack_files(folder.glob("*.yml"))
    wrong = {path: [Mistake(str(path), 0, 0, "found a file that ends in .yaml; expected .yml")] for path in misnamed}
    if not paths and not misnamed:
        raise PackError(Mistake(str(folder), 0, 0, "found no pack; expected at least one file that ends in .yml"))
    packs: list[LoadedPack] = []
    for path in paths:
        try:
            loaded = load_pack(path)
        except PackError as error:
            wrong[path] = list(error.mistakes)
        else:
            if elsewhere := extended_elsewhere(loaded):
                wrong[path] = elsewhere
            else:
                packs.append(loaded)
    for path, said in _not_compiled(packs).items():
        packs = [loaded for loaded in packs if loaded.path != path]
        wrong[path] = [Mistake(str(path), 1, 1, said)]
    mistakes = [mistake for found in wrong.values() for mistake in found]
    if not packs:
        raise PackError(*mistakes)
    markets_of = _markets_of_names(packs, before) if wrong else {}
    # A base that can't be read is a mistake of each pack that extends it, and those say whose it is.
    told_by_others = {mistake.file for path, found in wrong.items() for mistake in found if mistake.file != str(path)}
    held = set()
    for path, found in wrong.items():
        markets = {*markets_named(path), *markets_of.get(path.name, ())}
        if not markets and str(path) not in told_by_others:
            markets = set(_akin(path, markets_of))
            if not markets:
                raise PackError(*found)
        held |= {_held(market, each, folder) for market in markets for each in found}
    order, wrong_order = _order_of(folder)
    for one, other in combinations(sorted(packs, key=lambda loaded: (loaded.pack.pack, loaded.pack.version)), 2):
        if found := list(clashes([one, other], order)):
            # Where the order can't be read, that is said of the markets that need one.
            held |= {_held(market, each, folder) for market in _shared(one, other) for each in (*wrong_order, *found)}
    held |= {
        _held(market, each, folder)
        for loaded in packs
        for market in loaded.pack.markets
        for each in (
            *unread_programmes(loaded, packs, [market]),
            *wrong_bars(loaded, packs, order, [market]),
        )
    }
    unreadable = {path.name for path in wrong} | {Path(each.file).name for each in mistakes if not _is_yaml(each.file)}
    packs.sort(key=lambda loaded: (loaded.pack.pack, loaded.pack.version))
    return Sifted(tuple(packs), tuple(sorted(held)), frozenset(unreadable), order)


def _order_of(folder: Path) -> tuple[Mapping[str, Sequence[str]], Sequence[Mistake]]:
    try:
        return read_measures_order(folder), ()
    except PackError as error:
        return {}, error.mistakes


def markets_named(path: Path) -> tuple[str, ...]:
    """The markets that a file names as its own, as far as that can be read."""
    try:
        return _markets_in(read_yaml(path).content)
    except PackError:
        return ()


def _not_compiled(packs: Sequence[LoadedPack]) -> dict[Path, str]:
    """The packs that say what their tables can't hold, with what that is."""
    texts = tuple(loaded.sha256 for loaded in packs)
    if texts in _KNOWN_TO_COMPILE:
        return {}
    with duckdb.connect() as aside:
        try:
            compile_packs(packs, aside)
        except NO_ROOM:
            raise
        except (duckdb.Error, OverflowError) as error:
            if len(packs) > 1:
                return {path: said for each in packs for path, said in _not_compiled([each]).items()}
            found = str(error).splitlines()[0]
            return {packs[0].path: f"found what can't be compiled ({found}); expected numbers and days within bounds"}
    _KNOWN_TO_COMPILE.clear()
    _KNOWN_TO_COMPILE.add(texts)
    return {}


def _held(market: str, mistake: Mistake, folder: Path) -> HeldMarket:
    """A market that is held for a mistake, whose file is told from the folder of the packs on, wherever that is."""
    above = f"{folder.parent}/"
    return HeldMarket(market, mistake.said.replace(above, ""), mistake.file.removeprefix(above), mistake.line)


def _markets_of_names(packs: Iterable[LoadedPack], before: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """The markets of each file, of the last release and, where it had none, of tonight."""
    known = {loaded.path.name: tuple(loaded.pack.markets) for loaded in packs}
    for name, text in before.items():
        if "/" in name:
            continue  # It is extended, and decides nothing by itself.
        try:
            _, content = parse(text)
        except (YAMLError, ValueError):
            continue
        if markets := _markets_in(content):
            known[name] = markets
    return known


def _akin(path: Path, markets_of: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The markets of the pack whose name a new file's begins or ends with; of several, the longest."""
    alike = [
        name for name in markets_of if path.stem.startswith(Path(name).stem) or path.stem.endswith(Path(name).stem)
    ]
    return markets_of[max(alike, key=lambda name: (len(name), name))] if alike else ()


def _markets_in(content: Any) -> tuple[str, ...]:
    markets = content.get("markets") if isinstance(content, dict) else None
    written: Sequence[Any] = markets if isinstance(markets, list) else ()
    return tuple(each for each in written if isinstance(each, str) and re.match(MARKET, each))


def _shared(one: LoadedPack, other: LoadedPack) -> set[str]:
    """The markets of two packs that clash: those of both, or all where one can't be told from the other."""
    both = set(one.pack.markets) & set(other.pack.markets)
    return both or {*one.pack.markets, *other.pack.markets}


def _is_yaml(file: str) -> bool:
    try:
        read_text(Path(file))
    except PackError:
        return False
    return True
