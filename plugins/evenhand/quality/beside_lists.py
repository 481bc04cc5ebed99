"""What is held beside lists: deliveries to receivers that are otherwise, notices in languages whose words are, and
other budgets of what is drawn for review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.policy.preapproved import Preapproval
from evenhand.quality.budget_changes import budget_changes
from evenhand.quality.held_lists import LISTS
from evenhand.quality.receiver_changes import lay_receivers
from evenhand.quality.row_causes import Base
from evenhand.quality.translation_changes import LanguageWords, lay_translations, translations_of
from evenhand.release.manifest import DELIVERIES, NOTICES, read_manifest
from evenhand.release.quality_samples import ITEMS


@dataclass(frozen=True)
class BesideLists:
    """What is held, by `DELIVERIES` and the receiver, `NOTICES` and the language, or `ITEMS` and the market.

    Attributes:
        why: for people.
        texts: what an answer is to.
    """

    why: Mapping[tuple[str, str], Sequence[str]]
    texts: Mapping[tuple[str, str], str]


def hold_beside_lists(
    connection: duckdb.DuckDBPyConnection,
    releases: Path,
    night: date,
    base: Base | None,
    receivers: Mapping[str, Any] | None,
    translations: Mapping[str, LanguageWords] | None,
    preapproved: Sequence[Preapproval],
) -> BesideLists:
    """Find what is said otherwise of receivers, in languages and of budgets, and what isn't compared.

    Args:
        base: the release that tonight is compared with.
        receivers: what receivers.yml says of each; None where that isn't to be compared.
        translations: what each language says; None likewise.
    """
    # Those of the seven nights before.
    last = [path for path in sorted(releases.glob("night=*")) if path.name < f"night={night}"][-7:]
    before = base.manifest.receivers if base else None
    otherwise = lay_receivers(connection, before, receivers, _rows_of_lists(connection, last), preapproved)
    said_before = translations_of(base.release) if base else None
    words = lay_translations(connection, said_before, translations, last)
    for what, then, now in (("receivers", before, receivers), ("translations", said_before, translations)):
        if base and then is None and now is not None:
            connection.execute("insert into gate.not_compared values (?, ?)", [what, base.manifest.night])
    if base and not base.manifest.is_in_the_log:
        connection.execute("insert into gate.not_compared values ('records', ?)", [base.manifest.night])
    why: dict[tuple[str, str], list[str]] = defaultdict(list)
    for receiver, said in otherwise.items():
        why[DELIVERIES, receiver] += [f"{each} (receivers are as they were approved)" for each in said]
    for language, said in words.items():
        why[NOTICES, language] += [f"{each} (translations are as they were approved)" for each in said]
    budgets = budget_changes(connection, night)
    for market, changed in budgets.items():
        why[ITEMS, market] += [f"{each} (review budgets are as they were approved)" for each in changed]
    of_receivers = {(DELIVERIES, each): repr((receivers or {}).get(each)) for each in otherwise}
    of_words = {(NOTICES, each): (translations or {})[each].said for each in words}
    return BesideLists(why, of_receivers | of_words | {(ITEMS, each): budgets[each][0] for each in budgets})


def _rows_of_lists(connection: duckdb.DuckDBPyConnection, releases: Sequence[Path]) -> dict[str, list[int]]:
    """Of each list, its rows in releases, and those that it would have tonight."""
    before = [read_manifest(release).files for release in releases]
    found = {}
    for name in LISTS:
        ((tonight,),) = connection.execute(
            "select cast(coalesce(sum(rows), 0) as bigint) from gate.list_sizes where list = ?", [name]
        ).fetchall()
        found[name] = [*(files[f"{name}.parquet"].rows for files in before if f"{name}.parquet" in files), tonight]
    return found
