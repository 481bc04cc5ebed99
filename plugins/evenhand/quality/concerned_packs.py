"""The packs whose doing a change of policy is: those with another text, and those with a day that has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import duckdb

from evenhand.policy.days import Day
from evenhand.policy.load import LoadedPack
from evenhand.policy.preapproved import SameRules, texts_before
from evenhand.quality.row_causes import Base
from evenhand.records.sql_files import SqlFile
from evenhand.release.rows import rows_of_lists

_SQL = SqlFile(__file__)


def days_come(connection: duckdb.DuckDBPyConnection) -> Sequence[Day]:
    """The days within released rules that have come since."""
    found = connection.execute("select market, pack, version, day from gate.days_come order by all").fetchall()
    return tuple(Day(*row) for row in found)


def with_another_text(
    packs: Sequence[LoadedPack], base: Base | None, same_rules: Sequence[SameRules]
) -> list[LoadedPack]:
    """Those that a release doesn't have, or has with another text."""
    known = {each.sha256 for each in base.manifest.packs} if base else set()
    return [loaded for loaded in packs if not known & texts_before(same_rules, loaded.sha256)]


def with_a_day_come(packs: Sequence[LoadedPack], market: str, days: Sequence[Day]) -> list[LoadedPack]:
    """Those within which a day has come that is one of a market."""
    of_market = {(each.pack, each.version) for each in days if each.market == market}
    return [loaded for loaded in packs if (loaded.pack.pack, loaded.pack.version) in of_market]


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
