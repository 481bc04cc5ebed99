"""Names that go on, end and begin over versions and packs: another name is another part, unless it `was` that one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

from evenhand.policy.diagnose import dotted
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.loaded import LoadedPack, where
from evenhand.policy.texts import Mistake

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
        was = _names_before(later.pack)
        for kind, names in now.items():
            of = (kind[0], was.get((_PART_OF[kind[0]], kind[1]), kind[1])) if len(kind) > 1 else kind
            there = before.get(of, {})
            gone = sorted(there.keys() - names.keys() - {was.get((*kind, name)) for name in names})
            new = [name for name in names if name not in there and was.get((*kind, name)) not in there]
            if gone and new:
                said = (
                    f"found {', '.join(new)} and no longer {', '.join(gone)}, which version {earlier.pack.version}"
                    " has; expected the same name for what goes on, or `was` beside the new one: else nothing does"
                )
                yield later, names[new[0]], said


def packs_that_take_over(packs: Sequence[LoadedPack]) -> Iterator[tuple[LoadedPack, Place, str]]:
    """Where a pack begins for a market on the day after another ends, and doesn't say whether it continues that one."""
    for loaded in packs:
        pack = loaded.pack
        if any(other.pack.pack == pack.pack and other.pack.version < pack.version for other in packs):
            continue
        for before in packs:
            last, markets = before.pack.effective_until, sorted({*before.pack.markets} & {*pack.markets})
            goes_on = any(
                other.pack.pack == before.pack.pack and other.pack.effective_from > before.pack.effective_from
                for other in packs
            )
            if before.pack.pack == pack.pack or goes_on or before.pack.pack in pack.continues or not markets:
                continue
            if last and last + timedelta(days=1) == pack.effective_from:
                said = (
                    f"found a new pack for {', '.join(markets)} on the day after {before.pack.pack} ends; expected"
                    f" continues: [{before.pack.pack}], if it takes its place"
                )
                yield loaded, ("pack",), said


def names_that_clash(one: LoadedPack, other: LoadedPack) -> Iterator[Mistake]:
    """Names that can't be told apart: former ones that are there still or again, or that two packs go on with."""
    if not set(one.pack.markets) & set(other.pack.markets):
        return
    if one.pack.pack == other.pack.pack:
        earlier, later = sorted((one, other), key=lambda loaded: loaded.pack.effective_from)
        before, now = ({(part.kind, part.of, part.name): part for part in each.pack.parts_named()}
                       for each in (earlier, later))  # fmt: skip
        for (kind, of, name), part in now.items():
            if part.was and {(kind, of, name), (kind, of, part.was)} <= before.keys():
                said = f"found {part.was}, which version {earlier.pack.version} has beside {name}"
                yield _clash(later, (*part.place, "was"), f"{said}; expected a {kind} that it has under another name")
        for (kind, of, name), part in before.items():
            again = now.get((kind, of, part.was or ""))
            if part.was and again and again.was != name:
                said = f"found {part.was}, which is {name} since version {earlier.pack.version}"
                yield _clash(later, again.place, f"{said}; expected a name that no {kind} had before")
        return
    for continued in sorted(set(one.pack.continues) & set(other.pack.continues)):
        if one.pack.pack in other.pack.continues or other.pack.pack in one.pack.continues:
            continue
        there = {(part.kind, part.was or part.name) for part in one.pack.parts_named() if not part.of}
        for part in other.pack.parts_named():
            if not part.of and (part.kind, part.was or part.name) in there:
                said = (
                    f"found {part.was or part.name} of {continued}, which {one.pack.pack} version {one.pack.version}"
                    " goes on with too; expected one pack that goes on with it"
                )
                yield _clash(other, part.place, said)


def _clash(loaded: LoadedPack, place: Place, said: str) -> Mistake:
    return Mistake(*where(loaded, place, of_key=place[-1] == "was"), f"{dotted(place)}: {said}")


# What the parts that go on by name under another part are named by, in `NamedPart.kind`.
_PART_OF = {"rules": "programmes", "zones": "programmes", "conditions": "eligibility"}
_KINDS = {
    "programme": "programmes", "rule": "rules", "zone": "zones", "eligibility": "eligibility",
    "condition": "conditions", "bonus": "bonuses",
}  # fmt: skip


def _names_before(pack: Pack) -> Mapping[tuple[str, ...], str]:
    """By kind, what it is a part of and name, the name that a part had before."""
    return {
        (_KINDS[part.kind], *((part.of,) if part.of else ()), part.name): part.was
        for part in pack.parts_named()
        if part.was
    }


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
