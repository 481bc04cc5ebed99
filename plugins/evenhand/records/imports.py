"""What importing costs, and how it costs less."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _ImportedLater(ModuleType):
    """Stands where a module will be."""

    def __getattr__(self, name: str) -> Any:
        # Whoever looks through all modules, as `inspect` does, asks each for names of this kind. For its path asks who
        # imports a module of it.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class _Loader(Loader):
    """Loads a module that finds others only as what stands for them; whoever else imports those gets themselves."""

    def __init__(self, loader: Loader, later: Sequence[str]) -> None:
        self._loader = loader
        self._later = later

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # What reads its sources and its data asks the loader that has them.
        module.__loader__ = self._loader
        if module.__spec__:
            module.__spec__.loader = self._loader
        standing = {name: _ImportedLater(name) for name in self._later if name not in sys.modules}
        sys.modules.update(standing)
        try:
            self._loader.exec_module(module)
        finally:
            for name, each in standing.items():
                if sys.modules.get(name) is each:
                    del sys.modules[name]


class _Finder(MetaPathFinder):
    """Finds one module as others do."""

    def __init__(self, importer: str, later: Sequence[str]) -> None:
        self._importer = importer
        self._later = later

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._importer:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            spec = finder.find_spec(fullname, path, target)
            if spec:
                spec.loader = _Loader(spec.loader, self._later) if spec.loader else None
                return spec
        return None


def import_later(*names: str, by: str) -> None:
    """Have modules, which another imports and hardly ever uses, be imported when it asks for something of them.

    Those that are imported already stay, and so does all if the other one is.

    Args:
        by: the other, with all that is imported when it is.
    """
    sys.meta_path.insert(0, _Finder(by, names))


def look_seldom_for_garbage() -> None:
    """Look for what can be let go after 50,000 new objects, instead of 700.

    What a process imports is a million objects, which stay; to look through all of them again and again meanwhile takes
    a quarter of its start.
    """
    gc.set_threshold(50_000)
