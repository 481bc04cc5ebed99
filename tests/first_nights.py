"""That tests' first nights go out unseen: the one place that says it, for the tests that aren't about that.

A market's first seven nights wait for a person (docs/gates.md), and nearly every test that decides a night decides one.
"""

from __future__ import annotations

ACCEPTED = {"EVENHAND_FIRST_NIGHTS": "accept"}
