"""SQL that reads files of feeds, many at once, each row with the path of its file and its number in it."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.landing.headers import Header
from evenhand.records.databases import quoted
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def csv_scan() -> Sql:
    """SQL of the rows, with the columns of `$header`."""
    return _SQL("csv")


def parquet_scan(names: Sequence[str], header: Header) -> Sql:
    """SQL of the rows, with the columns that the feed has as column0, column1 and so on, by position.

    A file may have columns that are called as DuckDB calls what it adds.
    """
    taken = {name.casefold() for name in names}
    path = "path_of_file"
    while path in taken:
        path += "_"
    columns = [
        Sql(f'"{name.replace(chr(34), chr(34) * 2)}" as column{number}')
        for number, (column, name) in enumerate(zip(header.columns, names, strict=True))
        if column is not None
    ]
    if "file_row_number" not in taken:
        return _SQL("parquet", path=path, path_column=quoted(path), columns=columns)
    return _SQL("parquet_with_row_numbers_of_its_own", path=path, path_column=quoted(path), columns=columns)
