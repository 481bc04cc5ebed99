"""Holding a market's list until a person has seen it: meanwhile the market keeps what was released last.

In the warehouse, gate 2 leaves in the schema `gate`:

    held_lists                   the lists that are held, why, and what was answered
    held_markets                 the markets that can't be decided, why, and the night of the release that they keep
    first_wave                   the rows of a held list that are released before the others
    never_held                   the rows that people imposed or lifted themselves: a second person has seen them
    kept_accounts                the accounts that moved from or to the market of a held list: they keep what they had
    penalties, rewards, reasons  what is released
    changes_and_holds            the changes and the sizes of lists, with whether
    list_sizes_and_holds         the list is held

A held list is known by a digest of all that would change in it. An answer is to that, so that it counts for no other
night and for no other outcome of the same night.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from evenhand.landing.held_markets import held_markets
from evenhand.quality.held_rows import reasons_of
from evenhand.quality.moves import KeptList, create_kept_accounts, find_kept_accounts
from evenhand.quality.row_causes import EMERGENCY
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)
LISTS = ("penalties", "rewards")
# What stands before who has to be named first, in why a list is held that nobody can approve as it is.
NOBODY = "Nobody can approve it yet: "
# A first wave is at most this share of what would change in a market's list, and at most so many rows.
WAVE_SHARE = 0.01
WAVE_ROWS = 50


@dataclass(frozen=True)
class HeldList:
    """A list of a market that is held.

    Attributes:
        digest: SHA-256 in hex of all that would change in it.
        changes: how many rows that is.
        why: what is unusual, for people.
        approvable: whether a person may release it all the same; rows that break a rule are mended instead.
        by_policy: whether a changed policy changes rows of it, or its rules are others.
        changed_by: who changed that; one of them can't approve it.
        since: the night of the release that the market keeps; None if nothing of it was ever released.
        answer: what was answered: `approved`, `rejected`, `first_wave`, or nothing yet.
        answered_by: who.
    """

    list: str
    market: str
    digest: str
    changes: int
    why: tuple[str, ...]
    approvable: bool
    by_policy: bool
    changed_by: tuple[str, ...]
    since: date | None
    answer: str = ""
    answered_by: str = ""

    @property
    def so_far(self) -> str:
        """What was answered so far and by whom; empty where nothing was."""
        return f"{self.answer.replace('_', ' ')} by {self.answered_by}" if self.answer else ""


def hold_lists(
    connection: duckdb.DuckDBPyConnection,
    why: Mapping[tuple[str, str], Sequence[str]],
    broken: Mapping[tuple[str, str], Sequence[str]],
    changed_by: Callable[[str, str], Sequence[str]],
    since: Callable[[str, str], date | None],
    night: date,
    since_of_tonight: Callable[[str], date | None] | None = None,
    other_rules: Mapping[tuple[str, str], str] | None = None,
    nobody: Callable[[str, str], str] = lambda name, market: "",
) -> list[HeldList]:
    """Hold lists, in place of those that were held before; also where nothing would change in them tonight.

    What landed wrong may change them later: they stay held until somebody has seen it.

    Args:
        why: what is unusual of a list and market.
        broken: which rules more of its rows break than may be held back one by one.
        changed_by: who changed the packs that a list and market are decided by.
        since: the night of the release that a list and market keep.
        night: tonight.
        since_of_tonight: the same of a market that can't be decided, where the night was released before.
        other_rules: how the rules of a list and market differ from those that it was released by.
        nobody: which files of its packs don't say who changed them, where some don't.
    """
    other_rules = other_rules or {}
    connection.execute(_SQL("create_held_lists"))
    connection.execute("create or replace table gate.first_wave (list varchar, market varchar, row_key varchar)")
    connection.execute(_SQL("never_held"), {"emergency": EMERGENCY})
    connection.execute(_SQL("held_markets"))
    for market in {each.market for each in held_markets(connection)}:
        if since_of_tonight:
            kept = since_of_tonight(market)
        else:
            kept = max((known for name in LISTS if (known := since(name, market))), default=None)
        connection.execute("update gate.held_markets set since = ? where market = ?", [kept, market])
    create_kept_accounts(connection, "gate.kept_accounts")
    held = []
    for name, market in sorted({*why, *broken}):
        rules = other_rules.get((name, market), "")
        digest, changes, by_policy = _digest(connection, name, market, rules)
        by = tuple(changed_by(name, market)) if by_policy else ()
        unnamed = nobody(name, market) if by_policy and not by else ""
        held.append(
            HeldList(
                name,
                market,
                digest,
                changes,
                (
                    *broken.get((name, market), ()),
                    *why.get((name, market), ()),
                    *([f"{NOBODY}{unnamed}"] if unnamed else []),
                ),
                (name, market) not in broken,
                by_policy,
                by,
                since(name, market),
            )
        )
    for each in held:
        # A delivery that is held keeps no list.
        if each.list in LISTS:
            find_kept_accounts(connection, "gate.kept_accounts", KeptList(each.list, each.market, each.since), night)
        connection.execute(
            "insert into gate.held_lists values (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '')",
            [
                *(each.list, each.market, each.digest, each.changes, list(each.why), each.approvable),
                *(each.by_policy, list(each.changed_by), each.since),
            ],
        )
    return held


def read_held(connection: duckdb.DuckDBPyConnection) -> list[HeldList]:
    """The lists that are held, with what was answered."""
    found = connection.execute("from gate.held_lists order by list, market").fetchall()
    return [
        HeldList(name, market, digest, changes, tuple(why), approvable, by_policy, tuple(changed_by), since, said, by)
        for name, market, digest, changes, why, approvable, by_policy, changed_by, since, said, by in found
    ]


def answer(connection: duckdb.DuckDBPyConnection, held: HeldList, said: str, by: str) -> None:
    """Write down what was answered to a held list: it is released, or a first wave of it, or it stays held."""
    connection.execute(
        "update gate.held_lists set answer = ?, answered_by = ? where list = ? and market = ?",
        [said, by, held.list, held.market],
    )
    connection.execute("delete from gate.first_wave where list = ? and market = ?", [held.list, held.market])
    if said == "first_wave":
        # A warehouse of an earlier version doesn't know who moved.
        connection.execute("create table if not exists gate.kept_accounts (list varchar, account_id varchar)")
        connection.execute(
            _SQL("first_wave"), {"list": held.list, "market": held.market, "rows": first_wave_of(held.changes)}
        )


def first_wave_of(changes: int) -> int:
    """How many of so many rows are a first wave; one at least, or there would be none to look at."""
    return max(1, min(WAVE_ROWS, int(changes * WAVE_SHARE)))


def make_views(connection: duckdb.DuckDBPyConnection, night: date) -> None:
    """The views of what is released: what is proposed, but of held lists what was released last and hasn't ended."""
    says = _columns(connection, "reasons")
    reasons = []
    connection.execute(_SQL("kept_by_held_lists"))
    for name in LISTS:
        columns = _columns(connection, name)
        is_held = f"market in (select market from gate.held_lists where list = '{name}' and answer != 'approved')"
        in_wave = f"row_key in (select row_key from gate.first_wave where list = '{name}')"
        is_never_held = f"row_key in (select row_key from gate.never_held where list = '{name}')"
        # What is proposed of those of a market that can't be decided is what was released of them last.
        is_of_a_held_market = "account_id in (select account_id from held.accounts)"
        is_kept = f"account_id in (select account_id from gate.kept_by_held_lists where list = '{name}')"
        keeps_its_row = (
            f"not {is_never_held} and not {is_of_a_held_market} and ({is_kept} or ({is_held} and not {in_wave}))"
        )
        proposed = Sql(f"gate.proposed_{name} where not ({keeps_its_row})")
        kept = Sql(f"released.last_{name} where {keeps_its_row} and (ends_on is null or ends_on >= date '{night}')")
        connection.execute(_SQL("released_list", view=f"gate.{name}", columns=columns, proposed=proposed, kept=kept))
        # What is kept is said as it was: tonight's words of the same reason are held with its list.
        for rows, schema in ((proposed, "gate.proposed_"), (kept, "released.last_")):
            reasons.append(reasons_of(rows, says, f"{schema}reasons", name))
    connection.execute(f"create or replace view gate.reasons as {' union all '.join(reasons)}")
    for name, is_kept in (
        ("changes", "(list, account_id) in (select (list, account_id) from gate.kept_by_held_lists)"),
        ("list_sizes", "false"),
    ):
        connection.execute(
            _SQL("and_holds", view=f"gate.{name}_and_holds", counted=f"gate.{name}", is_kept=Sql(is_kept))
        )


def _digest(connection: duckdb.DuckDBPyConnection, name: str, market: str, rules: str) -> tuple[str, int, bool]:
    """What is known by what would change, how many rows that is, and whether a policy changes one, or will.

    Other rules are a part of what would change, also where they change no row tonight.
    """
    rows = connection.execute(_SQL("all_that_would_change"), {"list": name, "market": market}).fetchall()
    by_policy = any("policy" in (cause, text_of) for _, _, cause, *_, text_of in rows)
    return hashlib.sha256((repr(rows) + rules).encode()).hexdigest(), len(rows), by_policy or bool(rules)


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [column for column, *_ in connection.execute(f"describe main.{name}").fetchall()]
