"""What importing costs, and how it costs less."""

from __future__ import annotations

import gc
import importlib
import sys
from types import ModuleType
from typing import Any


class _ImportedLater(ModuleType):
    """Stands where a module will be."""

    def __getattr__(self, name: str) -> Any:
        # Whoever looks through all modules, as `inspect` does, asks each for names of this kind.
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def import_later(*names: str) -> None:
    """Have modules, which others import and hardly ever use, be imported when something of them is asked for.

    One that is imported already stays.
    """
    for name in names:
        sys.modules.setdefault(name, _ImportedLater(name))


def look_seldom_for_garbage() -> None:
    """Look for what can be let go after 50,000 new objects, instead of 700.

    What a process imports is a million objects, which stay; to look through all of them again and again meanwhile takes
    a quarter of its start.
    """
    gc.set_threshold(50_000)
