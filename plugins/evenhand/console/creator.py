"""Finding an account by whatever a reader has of it, and what would restore it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import duckdb
from fastapi import HTTPException

from evenhand.console.reader import say
from evenhand.console.shown import Shown
from evenhand.console.values import last_day, names, of_unit
from evenhand.explain.explanation import Explanation
from evenhand.explain.facts import NoSuchAccount, explain
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.settings import settings

_SQL = SqlFile(__file__)

# What a reader may have of an account: the file that has it, and the column.
_NAMES = (
    ("account_profiles", "account_id"),
    ("account_violations", "violation_id"),
    ("account_violations", "appeal_id"),
    ("notices", "notice_id"),
)
_MOST_FOUND = 50
_WIDTH, _HEIGHT, _LEFT = 960, 120, 8
# So much is shown of the time before there was anything.
_BEFORE = timedelta(days=14)


@dataclass(frozen=True)
class Step:
    """Days on which a balance was one value, as a part of a chart: x, y and width in its units."""

    x: float
    y: float
    width: float
    said: str
    is_to_come: bool


@dataclass(frozen=True)
class Chart:
    """The balance of a programme over days.

    Attributes:
        tonight: where the night is.
        first_day, last_day: the days that it shows.
    """

    steps: Sequence[Step]
    tonight: float
    first_day: date
    last_day: date
    highest: Decimal
    width: int = _WIDTH
    height: int = _HEIGHT


def facts(shown: Shown, account: str) -> tuple[Explanation, int]:
    """Everything that is known of an account on the night, and how many accounts that aren't seen are linked with it.

    Raises:
        HTTPException: no account of this name was there, or none that is seen: that says the same.
    """
    here = settings()
    none = HTTPException(
        404,
        say(
            "There is no creator %(account)s on %(night)s. Names are spelt as in the feeds.",
            account=account,
            night=shown.night,
        ),
    )
    if shown.markets is not None and not seen_of(shown, [account]):
        raise none
    try:
        found = explain(here.releases, here.receipts, shown.night, account, names())
    except NoSuchAccount as error:
        raise none from error
    linked = seen_of(shown, found.linked)
    return replace(found, linked=tuple(linked)), len(found.linked) - len(linked)


def seen_of(shown: Shown, accounts: Sequence[str]) -> list[str]:
    """Those of some accounts that are seen, in their order; all of them by who sees all markets."""
    if shown.markets is None or not accounts:
        return list(accounts)
    with duckdb.connect(config={"threads": 1}) as connection:
        found = connection.execute(
            f"select account_id from {shown.rows('account_profiles')} where account_id in (select unnest(?))",
            [list(accounts)],
        ).fetchall()
    there = {account for (account,) in found}
    return [each for each in accounts if each in there]


def accounts_called(shown: Shown, words: str) -> list[str]:
    """The accounts that are called so, or have a violation, appeal or notice that is; else those with it in a name."""
    with duckdb.connect(config={"threads": 1}) as connection:
        for file, column in _NAMES:
            if not shown.has(f"{file}.parquet"):
                continue
            found = connection.execute(
                _SQL("called", rows=Sql(shown.rows(file)), called=column), {"words": words, "most": _MOST_FOUND}
            ).fetchall()
            if found:
                return [account for (account,) in found]
        found = connection.execute(
            _SQL("with_it_in_a_name", profiles=Sql(shown.rows("account_profiles"))),
            {"words": words, "most": _MOST_FOUND},
        ).fetchall()
        return [account for (account,) in found]


def charts(of: Explanation) -> dict[str, Chart]:
    """The balances of each programme of which there are any, by its name."""
    drawn = {}
    for programme in of.programmes:
        periods = [each for each in programme.periods if each.balance is not None]
        if not periods or all(each.balance == 0 for each in periods):
            continue
        first = max(periods[0].first_day, next(each.first_day for each in periods if each.balance) - _BEFORE)
        last = max([of.night, *(each.last_day or each.first_day for each in periods)])
        days = (last - first).days + 1
        highest = max(each.balance or Decimal(0) for each in periods)

        def across(on: date, first: date = first, days: int = days) -> float:
            return _LEFT + (on - first).days / days * (_WIDTH - 2 * _LEFT)

        steps = []
        for each in periods:
            until = each.last_day or last
            if until < first:
                continue
            balance = of_unit(each.balance or Decimal(0), programme.unit)
            height = float((each.balance or Decimal(0)) / (highest or 1)) * (_HEIGHT - 24)
            x = across(max(each.first_day, first))
            steps.append(
                Step(
                    round(x, 1),
                    round(_HEIGHT - 12 - height, 1),
                    round(max(across(until) - x + (_WIDTH - 2 * _LEFT) / days, 1), 1),
                    say(
                        "%(first)s to %(last)s: %(balance)s, %(zone)s",
                        first=each.first_day,
                        last=last_day(each.last_day),
                        balance=balance,
                        zone=each.zone_label,
                    ),
                    each.first_day > of.night,
                )
            )
        drawn[programme.programme] = Chart(steps, round(across(of.night), 1), first, last, highest)
    return drawn
