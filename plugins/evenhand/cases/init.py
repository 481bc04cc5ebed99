"""Make the case store, or bring it to what this version wants: `python -m evenhand.cases.init`, as a set-up does."""

from __future__ import annotations

from evenhand.cases.store import migrate
from evenhand.settings import settings

if __name__ == "__main__":
    migrate(settings().home, settings().cases)
