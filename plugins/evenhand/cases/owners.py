"""Which market an account is of: the newest release says so, and people of that market see all of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.records.databases import parquet, reading
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)
_FILE = "account_profiles.parquet"


@dataclass(frozen=True)
class Owners:
    """The markets of some accounts.

    Attributes:
        night: of the release that says so.
        known: every market that has accounts in it.
        markets: by account; without those that aren't there.
    """

    night: str
    known: Sequence[str]
    markets: Mapping[str, str]


def owners_of(releases: Path, accounts: Collection[str]) -> Owners | None:
    """Which markets some accounts are of; None where no release says it yet."""
    newest = max(releases.glob("night=*"), default=None)
    if newest is None or not (newest / _FILE).exists():
        return None
    profiles = parquet(newest / _FILE)
    with reading() as connection:
        known = connection.execute(_SQL("markets", profiles=profiles)).fetchall()
        found = connection.execute(_SQL("of_accounts", profiles=profiles), {"accounts": sorted(accounts)}).fetchall()
    return Owners(newest.name.removeprefix("night="), [market for (market,) in known], dict(found))
