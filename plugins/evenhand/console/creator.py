"""Finding an account by whatever a reader has of it, and everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fastapi import HTTPException

from evenhand.console.reader import say
from evenhand.console.seen import in_full
from evenhand.console.shown import Shown
from evenhand.console.values import names
from evenhand.explain.explanation import FOR_SUPPORT, Audience, Explanation
from evenhand.explain.facts import NoSuchAccount, explain
from evenhand.landing.names import composed
from evenhand.records.databases import reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.settings import settings

_SQL = SqlFile(__file__)

# What a reader may have of an account: the file that has it, and the column.
_NAMES = (
    ("account_profiles", "account_id"),
    ("account_violations", "violation_id"),
    ("account_violations", "appeal_id"),
    ("account_appeals", "appeal_id"),
    ("notices", "notice_id"),
)
_MOST_FOUND = 50


def facts(shown: Shown, account: str) -> tuple[Explanation, int]:
    """Everything that is known of an account on the night, and how many accounts that aren't seen are linked with it.

    Of a market of which somebody may see what creators may be told, it is that.

    Raises:
        HTTPException: no account of this name was there, or none that is seen: that says the same.
    """
    here, account = settings(), composed(account)
    if not shown.has("account_profiles.parquet"):
        # A night of a history tells of nobody: that says so.
        shown.rows("account_profiles")
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
        found = explain(here.releases, here.receipts, shown.night, account, names(), _audience(shown, account))
    except NoSuchAccount as error:
        raise none from error
    linked = seen_of(shown, found.linked)
    return replace(found, linked=tuple(linked)), len(found.linked) - len(linked)


def _audience(shown: Shown, account: str) -> Audience:
    of_managers = in_full()
    if of_managers is None or (of_managers and seen_of(replace(shown, markets=of_managers), [account])):
        return "managers"
    return FOR_SUPPORT


def seen_of(shown: Shown, accounts: Sequence[str]) -> list[str]:
    """Those of some accounts that are seen, in their order; all of them by who sees all markets."""
    if shown.markets is None or not accounts:
        return list(accounts)
    with reading() as connection:
        found = connection.execute(
            f"select account_id from {shown.rows('account_profiles')} where account_id in (select unnest(?))",
            [list(accounts)],
        ).fetchall()
    there = {account for (account,) in found}
    return [each for each in accounts if each in there]


def accounts_called(shown: Shown, words: str) -> list[str]:
    """The accounts that are called so, or have a violation, appeal or notice that is; else those with it in a name."""
    words = composed(words)
    with reading() as connection:
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
