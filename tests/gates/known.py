"""What was known before a night, decided once for all judgements of it.

To find causes, gate 2 decides a night with what had landed by the last release, and by its rules. A fault is planted in
what lands tonight, or in tonight's rules and lists: with each of them that comes to the same as without. So it is
decided when the night is judged for the first time; that nothing that had landed before is otherwise is looked at anew
each time.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.counterfactual import WhatIf, what_if
from evenhand.deciding.project import CompiledModel
from evenhand.landing.contracts import FEEDS

# Marketplaces are judged side by side.
_ONE_THREAD = "set threads = 1"


class Known:
    """What was known before one night, kept in a file once it is decided."""

    def __init__(self, path: Path) -> None:
        """What an earlier run left in the file is forgotten."""
        path.unlink(missing_ok=True)
        self.path = path
        self.landed: Sequence[object] = ()

    def opened(self, warehouse: Path, scratch: Path) -> AbstractContextManager[WhatIf]:
        """A scratch beside a warehouse, as `what_if` opens it."""
        if self.path.exists():
            return what_if(warehouse, scratch, lambda connection, folder: _Taking(connection, folder, self), self.path)
        return what_if(warehouse, scratch, lambda connection, folder: _Keeping(connection, folder, self, scratch))


class _Keeping(WhatIf):
    """A scratch that is copied once what was known is decided in it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, known: Known, scratch: Path) -> None:
        super().__init__(connection, folder)
        self._known, self._scratch = known, scratch
        self.execute(_ONE_THREAD)

    def lay_data_known(self, night: date | None = None) -> None:
        super().lay_data_known(night)
        if night:
            self._known.landed = _landed_by(self, night)

    def decide(self, models: Sequence[CompiledModel], night: date) -> None:
        super().decide(models, night)
        if not self._known.path.exists():
            self.execute("checkpoint")
            shutil.copy(self._scratch, self._known.path)


class _Taking(WhatIf):
    """A scratch in which what was known is decided already."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, known: Known) -> None:
        super().__init__(connection, folder)
        self._known, self._is_decided = known, True
        self.execute(_ONE_THREAD)
        self.execute("drop schema steps cascade")

    def lay_data_known(self, night: date | None = None) -> None:
        if not night:
            super().lay_data_known()
        elif _landed_by(self, night) != self._known.landed:
            raise ValueError(f"what had landed by {night} isn't what it was when the night was judged first")

    def decide(self, models: Sequence[CompiledModel], night: date) -> None:
        if self._is_decided:
            self._is_decided = False
        else:
            super().decide(models, night)


def _landed_by(asked: WhatIf, night: date) -> Sequence[object]:
    """What says whether the rows that had landed by a night are the same."""
    return [
        asked.execute(
            f"select count(*), bit_xor(hash({', '.join(contract.column_names)}, landed_night, landed_file, landed_row))"
            f" from tonight.candidates.{contract.feed} where landed_night <= $night",
            {"night": night},
        )
        for contract in FEEDS
    ]
