"""Programmes of one name of which one keeps a balance for each of something, and another for each of something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.policy.check import Finding, check_name
from evenhand.policy.load import LoadedPack, where


def balances_kept_otherwise(packs: Sequence[LoadedPack]) -> Iterator[Finding]:
    """Programmes with another `kept_per` than those of their name before them, by name and version of the pack.

    One balance is the sum of several, and is read as that. But an entry adds to one of several alone, and who moves
    from a balance for each type to one for each content would be judged by parts of both.
    """
    first: dict[str, LoadedPack] = {}
    for loaded in sorted(packs, key=lambda each: (each.pack.pack, each.pack.version)):
        for name, programme in loaded.pack.programmes.items():
            if not programme.kept_per:
                continue
            other = first.setdefault(name, loaded)
            kept = other.pack.programmes[name].kept_per
            if programme.kept_per != kept:
                said = (
                    f"programmes.{name}.kept_per: found {programme.kept_per}, where version {other.pack.version} of"
                    f" {other.pack.pack} has {kept}; expected {kept} or none, or a programme of another name: an entry"
                    " adds to a balance of one kind, which the other reads nothing of"
                )
                place = ("programmes", name, "kept_per")
                yield Finding(*where(loaded, place), "error", check_name(balances_kept_otherwise), said)
