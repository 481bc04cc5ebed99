"""What receivers were sent for a night, out of the ledger, for the list of deliveries."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import duckdb

from evenhand.console.compared import Compared
from evenhand.console.shown import Shown
from evenhand.console.tonight import receivers
from evenhand.delivery.answered import sent_for
from evenhand.records.databases import parquet, quoted
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.settings import settings

_SQL = SqlFile(__file__)

_COLUMNS = ("receiver", "list", "row_key", "action", "status", "planned_at", "answered_at")
_SENT = Compared()
# A ledger in a database doesn't say when it was written last: it is read again after so many seconds.
_SECONDS = 60


def sources(shown: Shown) -> list[tuple[str, str]]:
    """Whose each row is, what receivers were sent, and which of them agreed, as SQL by name.

    To who sees single markets that is what is of their accounts, and nothing of whether receivers agreed, which is of
    all markets together.
    """
    file = parquet(_SENT.file((shown.night, _written()), lambda path: _write(shown.night, path)))
    sent = f"from {file}" if shown.markets is None else _SQL("sent_of_theirs", sent=Sql(file))
    agreed = ", ".join(
        f"({quoted(each.receiver)}, {str(each.agrees).lower()})" for each in receivers(shown) if each.agrees is not None
    )
    known = f"select * from (values {agreed}) as t (receiver, agrees)" if agreed else _SQL("agreed_nothing")
    return [("whose", _SQL("whose", sent=Sql(file))), ("sent", sent), ("agreed", known)]


def sql_for(night: date) -> str:
    """What the ledger can be asked of a night, which `evenhand query` doesn't know."""
    return _SQL("of_the_ledger").replace("$night", quoted(str(night)))


def _written() -> tuple[object, ...]:
    """What is otherwise once the ledger is."""
    here = settings()
    if here.ledger:
        return (here.ledger, int(monotonic()) // _SECONDS)
    files = [each for each in (here.receipts, Path(f"{here.receipts}-wal")) if each.exists()]
    return (here.receipts, *((each.stat().st_mtime_ns, each.stat().st_size) for each in files))


def _write(night: date, path: Path) -> None:
    with TemporaryDirectory() as folder, duckdb.connect(config={"threads": 1}) as connection:
        rows = Path(folder) / "sent.csv"
        with sent_for(settings().receipts, night) as sent, rows.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            writer.writerows(sent)
        # How it is quoted is said, for DuckDB guesses it from the first rows, which may have no quote.
        how = "header = true, all_varchar = true, parallel = false, delim = ',', quote = '\"', escape = '\"'"
        connection.execute(f"copy (from read_csv({quoted(rows)}, {how})) to {quoted(path)} (format parquet)")
