"""What Airflow imports at the start of each of its processes, before it imports the rest of itself."""

from __future__ import annotations

from evenhand.records.imports import look_seldom_for_garbage

look_seldom_for_garbage()
