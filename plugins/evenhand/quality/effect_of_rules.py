"""What other rules would have done: tonight and on the seven nights before, decided once with them and once without.

Other rules may change nothing tonight and all of what comes later, so who approves them sees what they do on nights
that were. A day within them is taken for one that had come before these nights: else a version that begins tonight, or
next week, would have done nothing. Of several such days each is told by itself: a version that will be over when the
last has come would have done nothing either.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.counterfactual import WhatIf, forget, what_if
from evenhand.deciding.night_range import rows_in_force
from evenhand.policy.days import Day
from evenhand.policy.load import MARKETPLACE
from evenhand.policy.texts import PackError
from evenhand.quality.held_lists import LISTS
from evenhand.quality.row_causes import Base
from evenhand.quality.rule_changes import RulesChanged
from evenhand.quality.setting_changes import TIME_ZONE

log = logging.getLogger(__name__)

NIGHTS = 7
# So many days to come are told one by one; the last of more takes those between with it, for each is decided twice.
MOST_DAYS = 3


@dataclass(frozen=True)
class _Effect:
    """What is otherwise once days within the rules have come.

    Attributes:
        come: the days, of each market.
        rows: that are otherwise, by list, market and night.
    """

    come: Mapping[str, tuple[date, ...]]
    rows: Mapping[tuple[str, str], Mapping[date, int]]


def effects_of_other_rules(
    warehouse: Path,
    releases: Path,
    others: Mapping[tuple[str, str], tuple[Base, RulesChanged]],
    scratch: Path,
    night: date,
) -> Mapping[tuple[str, str], str]:
    """Of each list whose packs say other rules than a release's, what these would have made otherwise, in a sentence.

    Args:
        warehouse: the night's; it is only read.
        others: by list and market, the release and the rules.
        scratch: a file that may be written and is deleted again.
    """
    earlier = [date.fromisoformat(path.name.removeprefix("night=")) for path in releases.glob("night=*")]
    nights = sorted(each for each in earlier if each < night)[-NIGHTS:]
    markets: dict[Path, dict[str, frozenset[str]]] = defaultdict(dict)
    bases: dict[Path, Base] = {}
    for (_, market), (base, changed) in others.items():
        # What another setting does to what landed isn't decided again here.
        if packs := frozenset(changed.packs) - {MARKETPLACE, TIME_ZONE}:
            bases[base.release] = base
            markets[base.release][market] = packs
    found: dict[tuple[str, str], str] = {}
    for release, of_it in sorted(markets.items()):
        effects = _effects(warehouse, bases[release], scratch, night, nights, of_it)
        found |= {of: said for of, said in effects.items() if of in others and others[of][0].release == release}
    return found


def _effects(
    warehouse: Path,
    base: Base,
    scratch: Path,
    night: date,
    nights: Sequence[date],
    markets: Mapping[str, frozenset[str]],
) -> Mapping[tuple[str, str], str]:
    try:
        with what_if(warehouse, scratch) as asked:
            asked.lay_data_known()
            asked.lay_accounts_of(markets)
            asked.lay_rules_of_tonight()
            to_come = [
                each
                for each in asked.days_after(base.manifest.night)
                # The order of measures across packs, and what has no pack, is the doing of all.
                if each.pack in markets.get(each.market, ()) or "" in markets.get(each.market, ())
            ]
            effects = [
                _effect(asked, base, night, nights, [each for each in to_come if each.day <= until], until)
                for until in _told_by_itself(sorted({each.day for each in to_come})) or [base.manifest.night]
            ]
    except (PackError, duckdb.Error) as error:
        log.warning("what other rules would have done can't be decided on tonight's data: %s", error)
        said = "What these rules would have done on earlier nights couldn't be decided"
        return {(name, market): said for name in LISTS for market in markets}
    finally:
        forget(scratch)
    return {(name, market): _said(name, market, effects, night, nights) for name in LISTS for market in sorted(markets)}


def _told_by_itself(days: Sequence[date]) -> Sequence[date]:
    return days if len(days) <= MOST_DAYS else [*days[: MOST_DAYS - 1], days[-1]]


def _effect(
    asked: WhatIf, base: Base, night: date, nights: Sequence[date], come: Sequence[Day], until: date
) -> _Effect:
    """What is otherwise where the days within the rules until one have come, as those within the base's have."""
    asked.execute("drop schema if exists effect cascade")
    asked.execute("create schema effect")
    asked.lay_texts_of(base.release)
    _decide(asked, "before", night, nights, until)
    asked.lay_rules_of_tonight()
    _decide(asked, "after", night, nights, until)
    # What is only called otherwise is no other row.
    asked.take_names_of_rows("effect.before", date.max)
    rows: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for name, market, as_of, number in asked.rows_otherwise("effect.before", "effect.after", "list", "market", "as_of"):
        rows[name, market][as_of] = number
    days: dict[str, set[date]] = defaultdict(set)
    for each in come:
        days[each.market].add(each.day)
    return _Effect({market: tuple(sorted(of_it)) for market, of_it in days.items()}, rows)


def _decide(asked: WhatIf, name: str, night: date, nights: Sequence[date], until: date) -> None:
    """Decide the nights by the rules that lie here, whose parts are called as they will be."""
    asked.take_names(date.max)
    asked.bring_days_forward(min(nights, default=night), until)
    asked.ask_about(nights)
    # What is said of a row makes no other row.
    rows = rows_in_force()
    asked.decide(asked.models_of_tonight(leading_to=re.findall(r"main[.](\w+)", rows)), night)
    asked.execute(f"create table effect.{name} as select * exclude (prevails) from ({rows})")


def _said(name: str, market: str, effects: Sequence[_Effect], night: date, nights: Sequence[date]) -> str:
    # Days of other markets are no news of this one.
    by_days = {each.come.get(market, ()): each.rows.get((name, market), {}) for each in reversed(effects)}
    said = [
        (f"as if {' and '.join(map(str, come))} had come before, " if come else "")
        + _would_be(name, rows, night, nights)
        for come, rows in sorted(by_days.items())
    ]
    return f"Decided with them, {'; '.join(said)}"


def _would_be(name: str, rows: Mapping[date, int], night: date, nights: Sequence[date]) -> str:
    earlier = [rows.get(each, 0) for each in nights]
    said = f"{_rows(rows.get(night, 0))} of {name} would be otherwise tonight"
    if not earlier:
        return said
    low, high = min(earlier), max(earlier)
    of_nights = f"on each of the {len(earlier)} nights before" if len(earlier) > 1 else "on the night before"
    return f"{said}, and {of_nights} {f'{low:,}' if high else 'none'}{f' to {high:,}' if high > low else ''}"


def _rows(number: int) -> str:
    return {0: "no row", 1: "1 row"}.get(number, f"{number:,} rows")
