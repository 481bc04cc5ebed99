"""SQL that reads files of feeds, many at once, each row with the path of its file and its number in it."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.landing.headers import Header

# A row's number counts data rows from 1, so that it points at the same row in a CSV and a Parquet file. Folders are
# named like Hive's partitions, but what the path says is no column of the feed.
PATH = "path of the file"
CSV = f"""
    select *, scan_order - min(scan_order) over (partition by "{PATH}") + 1 as landed_row
    from (
        select *, row_number() over () as scan_order
        from read_csv(
            $paths, columns = $header, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
            filename = '{PATH}', hive_partitioning = false, store_rejects = true
        )
    )
"""


def parquet_scan(names: Sequence[str], header: Header) -> str:
    """SQL of the rows, with the columns that the feed has as column0, column1 and so on, by position.

    A file may have columns that are called as DuckDB calls what it adds.
    """
    taken = {name.casefold() for name in names}
    path = PATH
    while path.casefold() in taken:
        path += "_"
    columns = "".join(
        f', "{name.replace(chr(34), chr(34) * 2)}" as column{number}'
        for number, (column, name) in enumerate(zip(header.columns, names, strict=True))
        if column is not None
    )
    options = f"filename = '{path}', union_by_name = true, hive_partitioning = false"
    if "file_row_number" not in taken:
        return f"""
            select "{path}" as "{PATH}", file_row_number + 1 as landed_row{columns}
            from read_parquet($paths, file_row_number = true, {options})
        """
    return f"""
        select *, scan_order - min(scan_order) over (partition by "{PATH}") + 1 as landed_row
        from (
            select "{path}" as "{PATH}", row_number() over () as scan_order{columns}
            from read_parquet($paths, {options})
        )
    """
