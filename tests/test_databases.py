from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from evenhand.records.databases import DatabaseInUse, reading, wait_until_free

READER = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
time.sleep(float(sys.argv[2]))
"""


@contextmanager
def read_by_another(path: Path, seconds: float) -> Iterator[int]:
    """Somebody looks at a DuckDB file; its process."""
    duckdb.connect(str(path)).close()
    command = [sys.executable, "-c", READER, str(path), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout and reader.stdout.readline() == "open\n"
        yield reader.pid
        reader.kill()


def test_who_has_a_look_is_waited_for(tmp_path: Path) -> None:
    with read_by_another(tmp_path / "landed.duckdb", 1.5):
        wait_until_free(tmp_path / "landed.duckdb")
        duckdb.connect(str(tmp_path / "landed.duckdb")).close()


def test_who_goes_on_looking_is_named(tmp_path: Path) -> None:
    with (
        read_by_another(tmp_path / "landed.duckdb", 60) as pid,
        pytest.raises(DatabaseInUse, match=rf"landed\.duckdb: process {pid} \(.*python.*\) has had it open for 1 s"),
    ):
        wait_until_free(tmp_path / "landed.duckdb", seconds=1)


def test_what_is_not_there_or_is_no_database_is_left_to_who_opens_it(tmp_path: Path) -> None:
    wait_until_free(tmp_path / "nothing.duckdb")
    (tmp_path / "text.duckdb").write_text("no database at all")
    wait_until_free(tmp_path / "text.duckdb")


@pytest.mark.parametrize("error", [duckdb.FatalException, duckdb.InternalException])
def test_who_reads_after_duckdb_gave_up_has_another_database(error: type[duckdb.Error]) -> None:
    with reading() as first, reading() as beside:
        first.execute("create view of_this_database as select 1")
        beside.execute("from of_this_database")
    with pytest.raises(error, match="gave up"), reading():
        raise error("it gave up")
    with reading() as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("from of_this_database")
