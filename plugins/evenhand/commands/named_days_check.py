"""`evenhand policy check` of calendar.yml."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.policy.check import Finding, check_name, of_mistake
from evenhand.policy.named_days import read_named_days
from evenhand.policy.texts import PackError
from evenhand.settings import Settings


def days_with_a_name(here: Settings) -> Iterator[Finding]:
    """Mistakes in calendar.yml, by which no day has a name until they are mended."""
    try:
        read_named_days(here.policies)
    except PackError as error:
        yield from (of_mistake(check_name(days_with_a_name), mistake) for mistake in error.mistakes)
