"""SQLite files that are only read: nothing is written to them, and beside them no more than reading needs."""

from __future__ import annotations

import os
from pathlib import Path


def address_to_read(path: Path) -> str:
    """The address by which a file is opened for reading alone, while others may write to it."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    # Who reads beside a writer makes a file beside it. Who can't, and finds none of a writer, needs none.
    alone = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return f"{address}&immutable=1" if alone else address
