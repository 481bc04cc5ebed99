"""Parts of a pack that end with a version while others of their kind begin: another name is another part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.load import LoadedPack

# A kind of part, and what it is a part of.
_Kind = tuple[str, ...]


def renamed_parts(versions: Sequence[LoadedPack]) -> Iterator[tuple[LoadedPack, Place, str]]:
    """Where a version has new names of a kind, and lacks some that the version before it has.

    Returns:
        The later version, the place of the first new name, and what is to be said there.
    """
    in_order = sorted(versions, key=lambda loaded: loaded.pack.version)
    for earlier, later in pairwise(in_order):
        before, now = _parts(earlier.pack), _parts(later.pack)
        for kind, names in now.items():
            gone = sorted(before.get(kind, {}).keys() - names.keys())
            new = [name for name in names if name not in before.get(kind, {})]
            if gone and new:
                said = (
                    f"found {', '.join(new)} and no longer {', '.join(gone)}, which version {earlier.pack.version}"
                    " has; expected the same name for what goes on: under another name nothing does"
                )
                yield later, names[new[0]], said


def _parts(pack: Pack) -> Mapping[_Kind, Mapping[str, Place]]:
    """The names of each kind, with their places."""
    found: dict[_Kind, dict[str, Place]] = {
        ("measures",): {name: ("measures", i) for i, name in enumerate(pack.measures)},
        **{
            (kind,): {name: (kind, name) for name in getattr(pack, kind)}
            for kind in ("programmes", "eligibility", "bonuses", "calendars")
        },
    }
    for name, programme in pack.programmes.items():
        place: Place = ("programmes", name)
        found["rules", name] = {rule.rule: (*place, "entries", i) for i, rule in enumerate(programme.entries)}
        found["zones", name] = {zone.zone: (*place, "zones", i) for i, zone in enumerate(programme.zones)}
    for name, eligibility in pack.eligibility.items():
        place = ("eligibility", name)
        found["conditions", name] = {
            each.condition: (*place, "conditions", i) for i, each in enumerate(eligibility.conditions)
        }
    return found
