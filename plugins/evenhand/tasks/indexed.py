"""The page over all nights is written again whenever a gate has written its own, whatever that says."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from evenhand.settings import settings
from evenhand.tasks.facts import Facts

log = logging.getLogger(__name__)


def indexed(step: Callable[..., Facts]) -> Callable[..., Facts]:
    """A step of a night after which the page over all nights says what came of it."""

    @functools.wraps(step)
    def with_index(night: date, **of_it: Any) -> Facts:
        from evenhand.quality.nights_page import write_index

        try:
            return step(night, **of_it)
        finally:
            try:
                write_index(settings().nights, settings().releases)
            except OSError as error:
                # A page that can't be written stops no night.
                log.warning("the page over all nights couldn't be written: %s", error)

    return with_index
