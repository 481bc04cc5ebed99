"""What a model is made of, as its SQL says."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol, TypeVar

_READ = re.compile(r'"main"\."(\w+)"')


class Model(Protocol):
    """A model, for any night."""

    @property
    def name(self) -> str: ...
    @property
    def materialized(self) -> str: ...
    @property
    def sql(self) -> str: ...
    def of(self, night: date) -> str: ...


_Model = TypeVar("_Model", bound=Model)


def leading_to(names: Collection[str], models: Sequence[_Model]) -> list[_Model]:
    """Of models in an order in which they can be built, those with these names and what they are made of."""
    wanted = set(names)
    found = []
    for model in reversed(models):
        if model.name in wanted:
            wanted.update(_READ.findall(model.sql))
            found.append(model)
    return found[::-1]
