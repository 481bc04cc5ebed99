"""What a night comes to, in the terms in which the models are held to the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from evenhand.policy.language.effects import Quota
from evenhand.policy.language.pack import Pack
from transform.continuity.names import Part


@dataclass(frozen=True)
class Penalty:
    """Attributes:
    counts: the quota while it lasts, with the pack whose calendar it goes by.
    pack: the version that brought it.
    """

    measure: str
    first: date
    last: date | None
    counts: tuple[Quota, Pack] | None = field(default=None, compare=False, repr=False)
    pack: Pack | None = field(default=None, compare=False, repr=False)


@dataclass
class Night:
    """Penalties and rewards (with their first day) by row key, standings and failing conditions by account and name.

    Attributes:
        imposed_by: the pack, and its version, that is named by the reason of what people imposed.
    """

    penalties: dict[str, Penalty] = field(default_factory=dict)
    rewards: dict[str, date] = field(default_factory=dict)
    paid: dict[str, tuple[Decimal, date]] = field(default_factory=dict)
    standings: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    failed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    quotas: dict[str, tuple[int, int]] = field(default_factory=dict)
    imposed_by: dict[str, tuple[str, int]] = field(default_factory=dict)


def named(said: Night, names: Mapping[Part, str]) -> Night:
    """The same with the names that parts have on the night."""
    if not names:
        return said
    of_rows = {part.name: name for part, name in names.items() if not part.of}

    def key(first: str) -> str:
        history, account, part, *more = first.split("/")
        return "/".join((history, account, of_rows.get(part, part), *more))

    def of(kind: str, name: str, first: str) -> str:
        return names.get(Part(kind, name, first.split("/")[2]), name)

    return Night(
        penalties={key(at): penalty for at, penalty in said.penalties.items()},
        rewards={key(at): since for at, since in said.rewards.items()},
        paid={key(at): amount for at, amount in said.paid.items()},
        standings={key(at): (of("zone", zone, at), value) for at, (zone, value) in said.standings.items()},
        failed={key(at): tuple(sorted(of("condition", c, at) for c in failed)) for at, failed in said.failed.items()},
        quotas={key(at): used for at, used in said.quotas.items()},
        imposed_by=said.imposed_by,
    )
