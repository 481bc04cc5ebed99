"""What a worker does before anything else; this module imports nothing that draws progress bars."""

from __future__ import annotations

import sys


def begin() -> None:
    """Give the worker a main file: without, DuckDB takes it for a person at a terminal, and draws progress bars."""
    sys.modules["__main__"].__file__ = __file__
