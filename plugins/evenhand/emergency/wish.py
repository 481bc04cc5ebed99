"""What somebody wants, before anybody looked whether it can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class Wish:
    """What somebody wants, as a form has it.

    Attributes:
        accounts: whom it shall meet; without any, the segment that the next ones describe, of which none may be said.
        kind: the kind of account.
        stage: how far it is, as its profile says.
        programme: with `zone`: the zone that it stands in.
    """

    action: Literal["impose", "lift"]
    market: str
    measure: str
    scope: str
    until: date
    reason: str
    accounts: tuple[str, ...] = ()
    kind: str = ""
    stage: str = ""
    programme: str = ""
    zone: str = ""
