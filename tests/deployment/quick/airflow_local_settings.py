"""Airflow imports this where it begins: for a test, its scheduler has what the gates of every night import.

The tasks' processes are forked from it, as those of `evenhand nightly` are from one that has imported the same.
"""

from __future__ import annotations

import sys

from evenhand.local_run import import_what_is_dear

if sys.argv[1:] == ["scheduler"]:
    import_what_is_dear()
