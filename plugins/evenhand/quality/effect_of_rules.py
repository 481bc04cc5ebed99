"""What other rules would have done: tonight and on the seven nights before, decided once with them and once without.

Other rules may change nothing tonight and all of what comes later, so who approves them sees what they do on nights
that were. A day within them is taken for one that had come before these nights: else a version that begins tonight, or
next week, would have done nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.counterfactual import WhatIf, forget, what_if
from evenhand.policy.days import Day
from evenhand.policy.load import MARKETPLACE
from evenhand.policy.texts import PackError
from evenhand.quality.held_lists import LISTS
from evenhand.quality.row_causes import Base
from evenhand.quality.rule_changes import RulesChanged
from evenhand.quality.setting_changes import TIME_ZONE

log = logging.getLogger(__name__)

NIGHTS = 7
# A row of a list on each night that the models were asked about, with what is done to the account.
_ROWS = """
select
    'penalties' as list, split_part(market, '/', 1) as market, as_of, row_key, measure, scope,
    cast(null as decimal(18, 2)) as amount, starts_on, ends_on
from main.int_measures_in_force where list = 'penalties' and is_asked
union all
select 'rewards', split_part(market, '/', 1), as_of, row_key, reward, scope, amount, starts_on, ends_on
from main.int_rewards_in_force
"""


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
    markets: dict[Path, set[str]] = defaultdict(set)
    for (_, market), (base, changed) in others.items():
        # What another setting does to what landed isn't decided again here.
        if not set(changed.packs) <= {MARKETPLACE, TIME_ZONE}:
            markets[base.release].add(market)
    found: dict[tuple[str, str], str] = {}
    for release, of_it in sorted(markets.items()):
        effects = _effects(warehouse, release, scratch, night, nights, sorted(of_it))
        found |= {of: said for of, said in effects.items() if of in others and others[of][0].release == release}
    return found


def _effects(
    warehouse: Path, release: Path, scratch: Path, night: date, nights: Sequence[date], markets: Sequence[str]
) -> Mapping[tuple[str, str], str]:
    try:
        with what_if(warehouse, scratch) as asked:
            asked.lay_data_known()
            asked.lay_texts_of(release)
            _decide(asked, "before", night, nights)
            asked.lay_rules_of_tonight()
            days = _decide(asked, "after", night, nights)
            found = asked.execute(
                """
                with
                otherwise as (
                    (from effect.before except all from effect.after)
                    union all (from effect.after except all from effect.before)
                )
                select list, market, as_of, count(distinct row_key) from otherwise group by all order by all
                """
            )
    except (PackError, duckdb.Error) as error:
        log.warning("what other rules would have done can't be decided on tonight's data: %s", error)
        said = "What these rules would have done on earlier nights couldn't be decided"
        return {(name, market): said for name in LISTS for market in markets}
    finally:
        forget(scratch)
    rows: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for name, market, as_of, number in found:
        rows[name, market][as_of] = number
    come = {market: sorted({each.day for each in days if each.market == market}) for market in markets}
    return {
        (name, market): _said(name, rows[name, market], night, nights, come[market])
        for name in LISTS
        for market in markets
    }


def _decide(asked: WhatIf, name: str, night: date, nights: Sequence[date]) -> Sequence[Day]:
    """Decide the nights by the rules that lie here; returns the days within them that are taken for ones that came."""
    days = asked.bring_days_forward(min(nights, default=night))
    asked.ask_about(nights)
    asked.decide(asked.models_of_tonight(), night)
    asked.execute("create schema if not exists effect")
    asked.execute(f"create table effect.{name} as {_ROWS}")
    return days


def _said(name: str, rows: Mapping[date, int], night: date, nights: Sequence[date], come: Sequence[date]) -> str:
    earlier = [rows.get(each, 0) for each in nights]
    as_if = f", as if {' and '.join(map(str, come))} had come before" if come else ""
    tonight = rows.get(night, 0)
    said = f"Decided with them{as_if}, {_rows(tonight)} of {name} would be otherwise tonight"
    if not earlier:
        return said
    low, high = min(earlier), max(earlier)
    of_nights = f"on each of the {len(earlier)} nights before" if len(earlier) > 1 else "on the night before"
    return f"{said}, and {of_nights} {f'{low:,}' if high else 'none'}{f' to {high:,}' if high > low else ''}"


def _rows(number: int) -> str:
    return {0: "no row", 1: "1 row"}.get(number, f"{number:,} rows")
