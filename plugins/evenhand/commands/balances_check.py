"""Programmes that keep balances otherwise than others of their name: entries stay in the balance that they came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.policy.check import Finding, check_name
from evenhand.policy.load import LoadedPack, where


def balances_kept_otherwise(packs: Sequence[LoadedPack]) -> Iterator[Finding]:
    """Programmes of one name with another `kept_per` than that of the pack before, by name and version.

    Whoever moves from the one to the other, or whose pack is followed by the other, has entries in balances of both
    kinds, and is judged by each of them alone.
    """
    first: dict[str, LoadedPack] = {}
    for loaded in sorted(packs, key=lambda each: (each.pack.pack, each.pack.version)):
        for name, programme in loaded.pack.programmes.items():
            if programme.source != "entries":
                continue
            other = first.setdefault(name, loaded)
            kept = other.pack.programmes[name].kept_per
            if programme.kept_per != kept:
                place = ("programmes", name, "kept_per") if programme.kept_per else ("programmes", name)
                said = (
                    f"programmes.{name}.kept_per: found {programme.kept_per or 'none'}, where version"
                    f" {other.pack.version} of {other.pack.pack} has {kept or 'none'}; expected the same, or a"
                    " programme of another name: who moves between the two, or goes over to the other, is judged by"
                    " parts of the balance"
                )
                yield Finding(*where(loaded, place), "warning", check_name(balances_kept_otherwise), said)
