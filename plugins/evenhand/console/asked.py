"""What pages are asked for in their addresses."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

Night = Annotated[date | None, Query(description="The night; by default the newest that is released.")]
Against = Annotated[str, Query(description="A night to compare with, or `week`; by default the night before.")]
