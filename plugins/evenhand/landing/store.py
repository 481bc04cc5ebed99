"""The tables of the store of all that landed, in its schema `landing`.

<feed>           a row per row that landed, every column as text
files            a file that is loaded: its hash, its rows, and which of its columns are moments
unusable         a file that can't be used as a whole, and why
unusable_values  what in it may name an account, or a market (position -1)
bad_rows         a line that can't be read, or a value of Parquet that can't be used, with its raw text
arrived          the markets that a loaded file has rows of, as accounts were when it landed, and how many
told             what else there is to say of a file
vanished         a file that is loaded and lies in the landing folder no more, and the first night without it
passed_over      what lies in the landing folder and is no file of a feed
ahead            folders of nights that haven't come, with their files, and the first night that saw each
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from evenhand.landing.contracts import FEEDS, Contract
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# What is known of a file whether it can be used or not.
_FILE = (
    "feed varchar, night date, landed_file varchar primary key, sha256 varchar, size bigint, changed_at bigint,"
    " touched_at bigint, rows_said varchar"
)
TABLES = {
    "files": f"{_FILE}, rows bigint, moments varchar[]",
    "unusable": f"{_FILE}, why varchar",
    "unusable_values": "landed_file varchar, position integer, value varchar",
    "bad_rows": (
        "feed varchar, night date, landed_file varchar, landed_row bigint, line bigint, row_key varchar,"
        " column_name varchar, text varchar, rule varchar, remedy varchar"
    ),
    "arrived": "night date, landed_file varchar, feed varchar, market varchar, rows bigint",
    "told": "night date, landed_file varchar, said varchar",
    "vanished": "night date, landed_file varchar, since date",
    "passed_over": "night date, name varchar, why varchar",
    "ahead": "name varchar, files bigint, first varchar, since date",
}
# What is kept of a file beside its rows.
OF_FILES = ("files", "unusable", "unusable_values", "bad_rows", "arrived", "told")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make what is missing. What was made by other code, or under another contract, is loaded again."""
    connection.execute("create schema if not exists landing")
    laid = _laid(connection)
    if any(_is_otherwise(laid, name, columns) for name, columns in TABLES.items()):
        connection.execute("drop schema landing cascade")
        connection.execute("create schema landing")
        laid = {}
    for name, columns in TABLES.items():
        connection.execute(f"create table if not exists landing.{name} ({columns})")
    for contract in FEEDS:
        columns = columns_landed(contract)
        if _is_otherwise(laid, contract.feed, columns):
            connection.execute(f"drop table landing.{contract.feed}")
            for table in OF_FILES:
                if table not in ("files", "unusable"):
                    connection.execute(_SQL("forget_files_of_feed", table=f"landing.{table}"), {"feed": contract.feed})
            for table in ("files", "unusable"):
                connection.execute(f"delete from landing.{table} where feed = ?", [contract.feed])
        connection.execute(f"create table if not exists landing.{contract.feed} ({columns})")


def columns_landed(contract: Contract) -> str:
    """The columns of a table of rows of a feed, with their types: where each landed, and all as text."""
    columns = ", ".join(f"{name} varchar" for name in contract.column_names)
    return f"landed_night date, landed_file varchar, landed_row bigint, {columns}"


def _laid(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of each table that is there, in their order: one look at all of them."""
    return dict(connection.execute(_SQL("columns")).fetchall())


def _is_otherwise(laid: Mapping[str, Sequence[str]], table: str, columns: str) -> bool:
    return table in laid and laid[table] != [each.split()[0] for each in columns.split(", ")]


def forget_files(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """Delete everything that is kept of some files."""
    if not names:
        return
    for table in (*(contract.feed for contract in FEEDS), *OF_FILES):
        connection.execute(f"delete from landing.{table} where landed_file in (from unnest(?::varchar[]))", [names])
