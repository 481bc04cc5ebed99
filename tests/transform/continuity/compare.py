"""Where the models and the oracle differ on drawn histories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from evenhand.deciding.project import CompiledModel
from transform.continuity.engine import Engine
from transform.continuity.facts import History
from transform.continuity.night import Night
from transform.continuity.oracle import decide

PARTS = ("penalties", "rewards", "paid", "standings", "failed", "quotas", "imposed_by")


@dataclass(frozen=True)
class Difference:
    """What of a history isn't as the oracle says, on which night."""

    history: History
    night: date
    part: str
    key: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.night}  {self.part} {self.key}: expected {self.expected}, found {self.found}"


def differences(
    models: Sequence[CompiledModel], histories: Sequence[History], nights: Sequence[date]
) -> Iterator[Difference]:
    """All histories in one run of the models for each night."""
    engine = Engine(models, histories)
    for night in nights:
        engine.run(night)
        found = engine.night(night)
        for history in histories:
            yield from _between(history, night, found)
    engine.close()


def _between(history: History, night: date, found: Night) -> Iterator[Difference]:
    wanted = decide(history, night)
    for part in PARTS:
        theirs = {key: v for key, v in getattr(found, part).items() if key.startswith(f"{history.name}/")}
        ours = getattr(wanted, part)
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                yield Difference(history, night, part, key, ours.get(key), theirs.get(key))
