"""Where the cases are, and which of its migrations the store has to have."""

from __future__ import annotations

# Below EVENHAND_HOME, where they aren't in a database.
FILE = "cases.sqlite"
HEAD = "0001"
