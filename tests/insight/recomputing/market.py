"""What landed by a night of a market's accounts and what was released of them, as rows of text and of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from evenhand.records.databases import quoted

Row = Mapping[str, Any]
# The columns that rows of a feed are told apart by.
KEYS = {
    "creators": "account_id",
    "contents": "content_id",
    "lives": "live_id",
    "orders": "order_id",
    "user_reports": "report_id",
    "violations": "violation_id",
    "appeals": "appeal_id",
    "trainings": "attempt_id",
    "qa_reviews": "review_id",
    "golden_items": "golden_id",
    "creator_contacts": "contact_id",
}
RELEASED = (
    *("operational_metrics", "penalties", "rewards", "eligibility", "account_timeline", "account_entries", "qa_keys"),
)


@dataclass(frozen=True)
class Market:
    """A market as of a night.

    Attributes:
        feeds: of each feed the newest version of every row, without those in quarantine and those that were withdrawn.
        landings: of each feed every version that landed, of the same rows.
        released: of each file of the release, the market's rows.
    """

    name: str
    night: date
    feeds: Mapping[str, Sequence[Row]]
    landings: Mapping[str, Sequence[Row]]
    released: Mapping[str, Sequence[Row]]

    def recent(self, rows: str | Iterable[Row], day: str) -> list[Row]:
        """Rows, or those of a feed, of the four weeks until the night."""
        rows = self.feeds[rows] if isinstance(rows, str) else rows
        first = str(self.night - timedelta(days=27))
        return [row for row in rows if row.get(day) and first <= str(row[day]) <= str(self.night)]

    def days_ago(self, days: int) -> str:
        """A day before the night, as the feeds write it."""
        return str(self.night - timedelta(days=days))


def markets_of(home: Path, night: date, names: Sequence[str]) -> dict[str, Market]:
    """Read markets from the landing folder and the release of a night."""
    quarantined = {
        (row["feed"], str(row["landed_night"]), row["row_key"]) for row in released(home, night, "quarantine")
    }
    with duckdb.connect() as connection:
        landings = {
            feed: [row for row in _landed(connection, home, feed) if (feed, row["night"], row[key]) not in quarantined]
            for feed, key in KEYS.items()
        }
    files = {file: released(home, night, file) for file in RELEASED}
    return {name: _market_of(name, night, landings, files) for name in names}


def _market_of(
    name: str, night: date, landings: Mapping[str, Sequence[Row]], files: Mapping[str, Sequence[Row]]
) -> Market:
    accounts = {row["account_id"] for row in _newest(landings["creators"], "account_id") if row["market"] == name}
    return Market(
        name,
        night,
        {
            feed: [row for row in _newest(rows, KEYS[feed]) if row["account_id"] in accounts]
            for feed, rows in landings.items()
        },
        {
            feed: [row for row in rows if row["account_id"] in accounts and not row.get("withdrawn")]
            for feed, rows in landings.items()
        },
        {
            file: [row for row in rows if row.get("account_id") in accounts or row.get("market") == name]
            for file, rows in files.items()
        },
    )


def released(home: Path, night: date, file: str) -> list[Row]:
    """The rows of a file of a night's release."""
    with duckdb.connect() as connection:
        return _rows(connection, f"from {quoted(home / 'releases' / f'night={night}' / f'{file}.parquet')}")


def pack_of(policies: Path, name: str) -> dict[str, Any]:
    """What the pack of a market says of bonuses, and the one that it extends of all else."""
    base = yaml.safe_load((policies / "creators_base.yml").read_text())
    own = yaml.safe_load((policies / f"creators_{name.lower()}.yml").read_text())
    return {**base, "bonuses": own["bonuses"]}


def hours(row: Row, begun: str, ended: str) -> Decimal | None:
    """From one time of a row to another; none where one isn't known."""
    if not row.get(begun) or not row.get(ended):
        return None
    seconds = (datetime.fromisoformat(row[ended]) - datetime.fromisoformat(row[begun])).total_seconds()
    return round(Decimal(int(seconds)) / 3600, 4)


def days(row: Row, begun: str, ended: str) -> Decimal | None:
    """From one day of a row to another; none where one isn't known."""
    if not row.get(begun) or not row.get(ended):
        return None
    return Decimal((date.fromisoformat(row[ended]) - date.fromisoformat(row[begun])).days)


def _landed(connection: duckdb.DuckDBPyConnection, home: Path, feed: str) -> list[Row]:
    """Every version of every row, the oldest first."""
    files = sorted(str(path) for path in (home / "landing" / feed).rglob("*") if path.suffix in (".csv", ".parquet"))
    rows: list[Row] = []
    for kind, reads in ((".parquet", "read_parquet($files, "), (".csv", "read_csv($files, all_varchar = true, ")):
        named = [file for file in files if file.endswith(kind)]
        if named:
            query = f"select cast(columns(*) as varchar) from {reads}union_by_name = true, hive_partitioning = true)"
            rows += _rows(connection, query, {"files": named})
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{**columns, **row} for row in sorted(rows, key=lambda row: str(row["night"]))]


def _newest(rows: Sequence[Row], key: str) -> list[Row]:
    newest = {row[key]: row for row in rows}
    return [row for row in newest.values() if not row.get("withdrawn")]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, Any] | None = None) -> list[Row]:
    found = connection.execute(query, given or {})
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]
