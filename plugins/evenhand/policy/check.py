"""What is right in the language of packs and can't be meant, found from packs alone: in each, and beside each other.

An **error** is a pack that can't do what it says. A **warning** is what somebody may have meant, and should look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from evenhand.policy.diagnose import dotted, nearest
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import MARKETPLACE, LoadedPack, clashes, load_each, of_each_name, where
from evenhand.policy.marketplace import Marketplace, read_marketplace
from evenhand.policy.renamed import packs_that_take_over, renamed_parts
from evenhand.policy.senseless import IN_A_PACK, OF_ITS_OWN_FILE, Severity
from evenhand.policy.texts import Mistake, PackError


@dataclass(frozen=True, order=True)
class Finding:
    """What `policy check` has to say, where and how gravely. Line and column are 0 where none is meant."""

    file: str
    line: int
    column: int
    severity: Severity
    check: str
    said: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.severity}: {self.said}"


@dataclass(frozen=True)
class Checked:
    """How many packs were looked at, and what was found, in the order of the files."""

    packs: int
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        """How many findings are as grave as this."""
        return sum(finding.severity == severity for finding in self.findings)


def check_packs(files: Sequence[Path]) -> tuple[list[LoadedPack], list[Finding]]:
    """Check packs by themselves and beside each other; a base is checked through its packs.

    Returns:
        The packs that could be read, and what was found.
    """
    packs, mistakes = load_each(files)
    found = [Finding(m.file, m.line, m.column, "error", "language", m.said) for m in mistakes]
    for loaded in packs:
        found += _of_one_pack(loaded)
    found += _beside_each_other(packs)
    return packs, found


def _of_one_pack(loaded: LoadedPack) -> Iterator[Finding]:
    for look, severity in IN_A_PACK.items():
        for place, said in look(loaded.pack):
            file, line, column = where(loaded, place)
            # A base is written for many packs, and not each of them needs all of it.
            if look in OF_ITS_OWN_FILE and Path(file) != loaded.path:
                continue
            yield Finding(file, line, column, severity, check_name(look), f"{dotted(place)}: {said}")


def _beside_each_other(packs: Sequence[LoadedPack]) -> Iterator[Finding]:
    for group in of_each_name(packs).values():
        yield from (of_mistake("clash", mistake) for mistake in clashes(group))
        yield from gaps_between_versions(group)
        yield from bonus_periods_that_are_cut(group)
        yield from parts_under_another_name(group)
    yield from packs_under_another_name(packs)
    for folder in {loaded.path.parent for loaded in packs}:
        beside = [loaded for loaded in packs if loaded.path.parent == folder]
        try:
            marketplace = read_marketplace(folder)
        except PackError as error:
            yield from (of_mistake("language", mistake) for mistake in error.mistakes)
            continue
        for loaded in beside if marketplace else ():
            assert marketplace
            yield from violation_types_without_a_rule(loaded, marketplace)
            yield from rules_for_unknown_types(loaded, marketplace)


def gaps_between_versions(versions: Sequence[LoadedPack]) -> Iterator[Finding]:
    """Days between two versions of a pack on which a market of both is decided by neither."""
    for market in sorted({market for loaded in versions for market in loaded.pack.markets}):
        in_force = sorted(
            (loaded for loaded in versions if market in loaded.pack.markets),
            key=lambda loaded: loaded.pack.effective_from,
        )
        for earlier, later in pairwise(in_force):
            last = earlier.pack.effective_until
            if last and last + timedelta(days=1) < later.pack.effective_from:
                yield Finding(
                    *where(later, ("effective_from",)), "warning", check_name(gaps_between_versions),
                    f"effective_from: found {later.pack.effective_from}; expected {last + timedelta(days=1)}, the day"
                    f" after version {earlier.pack.version} ends: no pack decides for {market} in between",
                )  # fmt: skip


def bonus_periods_that_are_cut(versions: Sequence[LoadedPack]) -> Iterator[Finding]:
    """Bonuses that get another calendar on a day that doesn't begin a period of both."""
    in_order = sorted(versions, key=lambda loaded: loaded.pack.effective_from)
    for earlier, later in pairwise(in_order):
        first = later.pack.effective_from
        for name in earlier.pack.bonuses.keys() & later.pack.bonuses.keys():
            calendars = [each.pack.calendars[each.pack.bonuses[name].per] for each in (earlier, later)]
            if calendars[0] != calendars[1] and not all(first in calendar.days() for calendar in calendars):
                place = ("bonuses", name, "per")
                yield Finding(
                    *where(later, place), "error", check_name(bonus_periods_that_are_cut),
                    f"{dotted(place)}: found another calendar than in version {earlier.pack.version} from {first} on;"
                    f" expected the change on a day that begins a period of both",
                )  # fmt: skip


def parts_under_another_name(versions: Sequence[LoadedPack]) -> Iterator[Finding]:
    """Parts that end with a version while others of their kind begin: perhaps one was meant to go on."""
    for loaded, place, said in renamed_parts(versions):
        yield Finding(
            *where(loaded, place), "warning", check_name(parts_under_another_name), f"{dotted(place)}: {said}"
        )


def packs_under_another_name(packs: Sequence[LoadedPack]) -> Iterator[Finding]:
    """Packs that begin for a market where another ends: perhaps one was meant to go on."""
    for loaded, place, said in packs_that_take_over(packs):
        yield Finding(
            *where(loaded, place), "warning", check_name(packs_under_another_name), f"{dotted(place)}: {said}"
        )


def violation_types_without_a_rule(loaded: LoadedPack, marketplace: Marketplace) -> Iterator[Finding]:
    """Types that the marketplace knows and that no programme of the pack counts."""
    counted = _types_counted(loaded.pack)
    for violation_type in marketplace.violation_types:
        if violation_type not in counted:
            yield Finding(
                *where(loaded, ("programmes",), of_key=True), "warning", check_name(violation_types_without_a_rule),
                f"programmes: found no rule for {violation_type}, which {MARKETPLACE} names; expected a rule for it in"
                f" some programme: in {', '.join(loaded.pack.markets)} it has no consequence",
            )  # fmt: skip


def rules_for_unknown_types(loaded: LoadedPack, marketplace: Marketplace) -> Iterator[Finding]:
    """Types in rules that no feed will bring, if the marketplace knows what it says."""
    known = list(marketplace.violation_types)
    for name, programme in loaded.pack.programmes.items() if known else ():
        for i, rule in enumerate(programme.entries):
            for j, violation_type in enumerate(rule.violation_types):
                if violation_type not in known:
                    place = ("programmes", name, "entries", i, "violation_types", j)
                    yield Finding(
                        *where(loaded, place), "warning", check_name(rules_for_unknown_types),
                        f"{dotted(place)}: found {violation_type}; expected a violation type of {MARKETPLACE}:"
                        f" {', '.join(known)}{nearest(violation_type, known)}",
                    )  # fmt: skip


def check_name(look: Callable[..., object]) -> str:
    """How a check is called in what it finds."""
    return look.__name__.replace("_", "-")


def of_mistake(name: str, mistake: Mistake) -> Finding:
    """A mistake in a text as a finding of a check."""
    return Finding(mistake.file, mistake.line, mistake.column, "error", name, mistake.said)


def _types_counted(pack: Pack) -> set[str]:
    return {each for p in pack.programmes.values() for rule in p.entries for each in rule.violation_types}
