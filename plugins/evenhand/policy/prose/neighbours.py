"""What is known of other packs while one is told: what those of their programmes count in that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from evenhand.policy.language.eligibility import Test
from evenhand.policy.language.pack import Pack

_BESIDE: ContextVar[tuple[Pack, ...]] = ContextVar("the packs that are known beside the one that is told", default=())


@contextmanager
def beside(packs: Iterable[Pack]) -> Iterator[None]:
    """Have packs be told as what stands beside these."""
    token = _BESIDE.set(tuple(packs))
    try:
        yield
    finally:
        _BESIDE.reset(token)


def unit_read(test: Test, pack: Pack, since: date | None = None) -> str:
    """The unit of the programme whose value a test of a pack compares; empty where it isn't known, or isn't one.

    Args:
        since: the first day of what has the test, where that isn't the pack's.
    """
    if not test.programme:
        return ""
    if not test.of_pack:
        return pack.programmes[test.programme].unit
    versions = [
        each
        for each in _BESIDE.get()
        if each.pack == test.of_pack and test.programme in each.programmes and set(each.markets) & set(pack.markets)
    ]
    # Of several versions, those that are in force when it begins to be asked.
    day = max(pack.effective_from, since or pack.effective_from)
    first = [each for each in versions if each.effective_from <= day <= (each.effective_until or day)]
    newest: dict[tuple[str, ...], Pack] = {}
    for each in sorted(first, key=lambda each: each.version):
        newest[each.markets] = each
    units = {each.programmes[test.programme].unit for each in (newest.values() or versions)}
    return units.pop() if len(units) == 1 else ""
