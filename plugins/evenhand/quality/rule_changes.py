"""Rules that aren't those of a release, whatever they change tonight: what is loosened tonight lets rows pass tomorrow.

Packs are compared as they are compiled today, both those of the release and tonight's: another comment is no
difference, and neither is another version of the code. In a difference are all rules of a market, days to come among
them, and the limits that its lists are held by.
"""

from __future__ import annotations

import logging
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.provenance import lay_texts_of
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import PREAPPROVED
from evenhand.policy.migrate import in_words_of_today
from evenhand.policy.prose.words import counted
from evenhand.policy.renaming import take_names
from evenhand.policy.sift import sift
from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import columns
from evenhand.policy.texts import PackError
from evenhand.quality.following_versions import following_versions, not_told, without_versions
from evenhand.quality.held_lists import LISTS
from evenhand.quality.moved_periods import moved_periods, without_moved
from evenhand.quality.setting_changes import (
    hangs_on_time_zones,
    said_now,
    said_then,
    setting_changes,
    zones_of_packs,
)
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)

# Which nights are asked about is no rule; a hash is another wherever a comment is, and whose commission is held is for
# metrics to tell and decides nothing. Time zones are compared with what they take the place of (setting_changes.py).
# An edition's key says its market, pack and version once more. That a programme is read, or looks from one entry at
# another, follows from rules that are compared themselves, and can be those of another pack or market.
_NO_RULES = ("asked_nights",)
_NO_COLUMNS = ("edition_id", "sha256", "holds_commission", "timezone", "is_read", "has_company")
# Rules are numbered over all packs: what counts is a rule's place in its programme. In which order programmes stand
# decides nothing.
_NUMBERED = "rule_no"
_PLACE = Sql("place as rule_no")


@dataclass(frozen=True)
class RulesChanged:
    """The rules of a market that aren't those of a release.

    Attributes:
        market: whose.
        packs: the packs with a difference; "" is the order of their measures, which is no pack's, and settings have
            names of their own.
        lists: those that rules of the market bring rows to, then or tonight; of others nothing can be otherwise.
        said: each difference, for people.
    """

    market: str
    packs: tuple[str, ...]
    lists: tuple[str, ...]
    said: tuple[str, ...]


def rule_changes(
    warehouse: Path,
    release: Path,
    scratch: Path,
    night: date,
    time_zones: tuple[str | None, str | None] = (None, None),
) -> Mapping[str, RulesChanged]:
    """By market, what of tonight's rules isn't as in a release; nothing where the release has no packs to compare.

    Args:
        warehouse: the night's, with its packs compiled and their texts kept.
        night: by whose names both are compared.
        scratch: a folder that may be written and is deleted again.
        time_zones: the deployment's then and tonight; None where it isn't known.
    """
    if not (release / "packs.parquet").exists():
        return {}
    with duckdb.connect() as connection:
        connection.execute(f"attach {quoted(warehouse)} as tonight (read_only)")
        if _texts_are_the_same(connection, release) and len(set(time_zones) - {None}) < 2:
            return {}
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            lay_texts_of(release, scratch, connection)
            before = sift(scratch, {})
            compile_packs(before.packs, connection, order=before.order)
            take_names(connection, night)
        except PackError as error:
            log.warning("the packs of %s aren't packs any more, and aren't compared: %s", release.name, error)
            first = error.mistakes[0]
            where = f"{Path(first.file).name}:{first.line}: {first.said}"
            return {market: _not_known(market, where) for market in _markets_tonight(connection)}
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        not_known = {
            each.market: _not_known(each.market, f"{Path(each.file).name}:{each.line}: {each.why}")
            for each in reversed(before.held)
        }
        differences: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for market, pack, said in _differences(connection, scratch):
            if market not in not_known:
                differences[market].append((pack, said))
        for market, settings in _settings(connection, release, time_zones).items():
            differences[market] += settings
        lists = {market: _lists_of(connection, market) for market in differences}
        tonight = _markets_tonight(connection)
    return {market: each for market, each in sorted(not_known.items()) if market in tonight} | {
        market: RulesChanged(
            market,
            tuple(sorted({pack for pack, _ in found})),
            lists[market],
            tuple(f"{pack and f'{pack}: '}{said}" for pack, said in found),
        )
        for market, found in sorted(differences.items())
        if market not in not_known
    }


def _not_known(market: str, why: str) -> RulesChanged:
    """What is said where the packs of a release were packs once, and aren't by what the language refuses today."""
    said = f"what its packs said isn't taken any more, so that nobody knows what is otherwise: {why}"
    return RulesChanged(market, ("",), LISTS, (said,))


def _markets_tonight(connection: duckdb.DuckDBPyConnection) -> Sequence[str]:
    found = connection.execute("select distinct market from tonight.policy.packs order by market")
    return [market for (market,) in found.fetchall()]


def _settings(
    connection: duckdb.DuckDBPyConnection, release: Path, time_zones: tuple[str | None, str | None]
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    names = [name for (name,) in connection.execute(_SQL("markets")).fetchall()]
    now = said_now(connection, "tonight.deciders.packs", time_zones[1], zones_of_packs(connection, "tonight.policy"))
    then = said_then(release, time_zones[0], zones_of_packs(connection, "policy"))
    return setting_changes(then, now, names, hangs_on_time_zones(connection, "tonight"))


def _texts_are_the_same(connection: duckdb.DuckDBPyConnection, release: Path) -> bool:
    texts = "select file, text from {} where file != $preapproved order by file"
    then = connection.execute(
        texts.format("read_parquet($release)"), {"release": str(release / "packs.parquet"), "preapproved": PREAPPROVED}
    ).fetchall()
    now = connection.execute(texts.format("tonight.deciders.packs"), {"preapproved": PREAPPROVED}).fetchall()
    # Most nights they are the same to the letter, and needn't be read.
    return then == now or [(file, in_words_of_today(text)[0]) for file, text in then] == now


def _lists_of(connection: duckdb.DuckDBPyConnection, market: str) -> tuple[str, ...]:
    tables = ("effects", "eligibility_effects", "followers", "rewards", "bonuses")
    found: set[str] = set()
    for schema in ("policy", "tonight.policy"):
        lists = _SQL("lists_of", **{table: f"{schema}.{table}" for table in tables})
        found |= {name for (name,) in connection.execute(lists, {"market": market}).fetchall()}
    return tuple(sorted(found))


def _differences(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[tuple[str, str, str]]:
    """Market, pack (or nothing, where a rule is of none) and what differs: first new versions, then tables."""
    following = following_versions(connection, scratch)
    versions = [(*of, each) for of, some in sorted(following.items()) for each in some]
    for market, of_pack, version in versions:
        yield from ((market, of_pack, said) for said in version.said)
    whole = _whole_packs(connection)
    yield from ((market, of_pack, each) for (market, of_pack), said in whole.items() for each in said)
    moved = moved_periods(
        connection, {of: {(each.before, each.begins) for each in some} for of, some in following.items()}
    )
    for (market, of_pack), some in sorted(moved.items()):
        yield from ((market, of_pack, each.said) for each in some)
    for table, row in TABLES.items():
        names = [name for name in columns(row) if name not in _NO_COLUMNS]
        if table in _NO_RULES or "market" not in names:
            continue
        pack = "pack" if "pack" in names else Sql("''")
        then, now = (_rules(schema, table, names) for schema in ("policy", "tonight.policy"))
        found: dict[tuple[str, str], tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for side, (rules, others) in enumerate(((then, now), (now, then))):
            only_here = _SQL("only_here", pack=pack, columns=names, rules=rules, others=others)
            for market, of_pack, *values in connection.execute(only_here).fetchall():
                found[market, of_pack][side].append(dict(zip(names, values, strict=True)))
        for (market, of_pack), (before, after) in sorted(found.items()):
            if (market, of_pack) in whole:
                continue
            gone, new = without_versions(before, after, following.get((market, of_pack), ()))
            gone, new = without_moved(gone, new, moved.get((market, of_pack), ()))
            if gone or new:
                yield market, of_pack, _said(table, gone, new)
        for market, of_pack, version in versions if {"pack", "version"} <= set(names) else ():
            of_both = _SQL("of_both", columns=names, rules=now)
            asked: dict[str, Any] = {"market": market, "pack": of_pack}
            asked["versions"] = [version.before, version.version]
            rows = [dict(zip(names, row, strict=True)) for row in connection.execute(of_both, asked).fetchall()]
            gone, new = not_told(table, rows, version)
            if gone or new:
                yield market, of_pack, f"version {version.version}, {_said(table, gone, new)}"


def _whole_packs(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, str], list[str]]:
    """What is said of packs that a market hadn't at all or has no more: all their rules are new or gone."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for market, pack, version, begins, ends, is_new in connection.execute(_SQL("whole_packs")).fetchall():
        until = f"until {ends - timedelta(days=1)}" if ends else "on"
        found[market, pack].append(
            f"version {version} decides from {begins} {until}, and nothing of this pack did in the market before"
            if is_new
            else f"version {version}, which decided from {begins} {until}, is gone with all of its rules"
        )
    return found


def _rules(schema: str, table: str, names: Sequence[str]) -> Sql:
    rules = f"{schema}.{table}"
    if _NUMBERED not in names:
        return _SQL("rules", columns=names, rules=rules)
    places = [_PLACE if name == _NUMBERED else name for name in names]
    return _SQL("numbered_rules", columns=places, rules=rules, entry_rules=f"{schema}.entry_rules")


def _said(table: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> str:
    """What differs of a table: the values where a row took the place of another, else how many rows are otherwise."""
    if len(before) == len(after) == 1:
        changed = [
            f"{name} was {_value(before[0][name])} and is {_value(after[0][name])}"
            for name in before[0]
            if before[0][name] != after[0][name]
        ]
        return f"{table}: {', '.join(changed)}"
    gone, new = (f"{counted(len(rows), 'rule')} {'is' if len(rows) == 1 else 'are'}" for rows in (before, after))
    return f"{table}: {gone} gone or otherwise, {new} new or otherwise"


def _value(value: object) -> str:
    return "nothing" if value is None else str(value)
