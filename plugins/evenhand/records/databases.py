"""DuckDB files that somebody else has open: DuckDB lets one process write, and none read meanwhile."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from pwd import getpwuid

import duckdb

# So long is waited for somebody who has a look.
PATIENCE_SECONDS = 60.0
_EVERY_SECONDS = 0.5
_HELD_BY = re.compile(r"Could not set lock on file .*?(?:held in (?P<program>.+?) )?\(PID (?P<pid>\d+)\)", re.DOTALL)


class DatabaseInUse(Exception):
    """Another process has the file open. The message names it and says what to do."""

    passes = True


def wait_until_free(path: Path, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a DuckDB file can be written to; one that isn't there, or isn't one, is left to who opens it.

    Args:
        seconds: how long to wait for whoever has it open.

    Raises:
        DatabaseInUse: it still is open elsewhere.
    """
    until = time.monotonic() + seconds
    while path.exists():
        try:
            duckdb.connect(str(path)).close()
        except duckdb.IOException as error:
            held = _HELD_BY.search(str(error))
            if not held:
                return
            if time.monotonic() >= until:
                raise DatabaseInUse(
                    f"{path}: {_process(held)} has had it open for {seconds:.0f} s. Close it there, then clear this"
                    " task; to look at what landed, open a copy."
                ) from error
            time.sleep(_EVERY_SECONDS)
        except duckdb.Error:
            return
        else:
            return


def _process(held: re.Match[str]) -> str:
    pid, program = held["pid"], held["program"] or "a program"
    # Not its arguments, for there may be a password among them.
    with suppress(OSError, KeyError):
        return f"process {pid} ({program}, of {getpwuid(Path(f'/proc/{pid}').stat().st_uid).pw_name})"
    return f"process {pid} ({program})"
