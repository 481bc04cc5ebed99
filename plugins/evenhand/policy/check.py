"""`evenhand policy check`: what is right in the language and can't be meant, each kind of it a small function.

An **error** is a pack that can't do what it says. A **warning** is what somebody may have meant, and should look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from evenhand.notices.words import what_cannot_be_told
from evenhand.policy.diagnose import dotted, nearest
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.language.programme import Programme
from evenhand.policy.load import MARKETPLACE, LoadedPack, files_of, load_each, of_each_name, overlapping, where
from evenhand.policy.marketplace import Marketplace, read_marketplace
from evenhand.policy.prose.words import number
from evenhand.policy.reach import amounts_of, range_of, zones_out_of_range, zones_skipped
from evenhand.policy.texts import Mistake, PackError
from evenhand.settings import Settings

Severity = Literal["error", "warning"]
# A place in a pack, and what is to be said of it.
Remark = tuple[Place, str]


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


def check(paths: Sequence[Path], here: Settings) -> Checked:
    """Check packs by themselves, beside each other, and against what the installation has.

    Args:
        paths: files, or folders that are searched with all that is in them. A base is checked through its packs.
    """
    files = files_of(paths)
    packs, mistakes = load_each(files)
    found = [Finding(m.file, m.line, m.column, "error", "language", m.said) for m in mistakes]
    if not files:
        names = ", ".join(str(path) for path in paths)
        found.append(Finding(names, 0, 0, "error", "language", "found no pack; expected a file that ends in .yml"))
    for loaded in packs:
        found += _of_one_pack(loaded)
    found += _beside_each_other(packs, here)
    found += receivers_that_take_no_measure(packs, here.receivers)
    decided_at_night = [loaded for loaded in packs if loaded.path.resolve().parent == here.policies]
    found += past_of_a_released_night(decided_at_night, here.releases)
    found += measures_without_words(decided_at_night, here.translations)
    # Of a market nothing can be missed where only some of the packs are looked at.
    if here.policies in [path.resolve() for path in paths]:
        found += markets_without_a_pack(decided_at_night, here.landing)
    return Checked(len(files), tuple(sorted(set(found))))


def _of_one_pack(loaded: LoadedPack) -> Iterator[Finding]:
    for look, severity in IN_A_PACK.items():
        for place, said in look(loaded.pack):
            file, line, column = where(loaded, place)
            # A base is written for many packs, and not each of them needs all of it.
            if look in OF_ITS_OWN_FILE and Path(file) != loaded.path:
                continue
            yield Finding(file, line, column, severity, _name(look), f"{dotted(place)}: {said}")


def _beside_each_other(packs: Sequence[LoadedPack], here: Settings) -> Iterator[Finding]:
    for group in of_each_name(packs).values():
        yield from (_error("overlap", mistake) for mistake in overlapping(group))
        yield from gaps_between_versions(group)
    at_night = [loaded for loaded in packs if loaded.path.resolve().parent == here.policies]
    yield from (_error("overlap", mistake) for mistake in overlapping(at_night))
    for folder in {loaded.path.parent for loaded in packs}:
        beside = [loaded for loaded in packs if loaded.path.parent == folder]
        try:
            marketplace = read_marketplace(folder)
        except PackError as error:
            yield from (_error("language", mistake) for mistake in error.mistakes)
            continue
        for loaded in beside if marketplace else ():
            assert marketplace
            yield from violation_types_without_a_rule(loaded, marketplace)
            yield from rules_for_unknown_types(loaded, marketplace)


def measures_without_words(packs: Sequence[LoadedPack], translations: Path) -> Iterator[Finding]:
    """Measures, scopes and programmes that notices have no words for, and texts of notices that can't be used."""
    for said in what_cannot_be_told([loaded.pack for loaded in packs], translations) if packs else ():
        place, _, what = said.partition(": ")
        file, _, line = place.partition(".po:")
        yield Finding(f"{file}.po" if line else file, int(line or 0), 1, "error", "notices", what)


# --- A pack by itself.


def unreachable_zones(pack: Pack) -> Iterator[Remark]:
    """Zones beyond what the programme's value can be: its balance's ends, or amounts that only go the other way."""
    for name, programme in pack.programmes.items():
        low, high = range_of(pack, name)
        for position in zones_out_of_range(pack, name):
            zone = programme.zones[position]
            assert zone.comparison
            how, bound = zone.comparison
            ends = [f"never less than {low}"] if low is not None else []
            ends += [f"never more than {high}"] if high is not None else []
            yield (
                ("programmes", name, "zones", position, how),
                f"found {bound}; expected a bound that the value can reach: it is {' and '.join(ends)}, so no account"
                f" can be in zone {zone.zone}",
            )


def skipped_zones(pack: Pack) -> Iterator[Remark]:
    """Zones between two bounds on which no sum of amounts can fall: the ladder goes past them."""
    for name, programme in pack.programmes.items():
        for position in zones_skipped(pack, name):
            zone = programme.zones[position]
            amounts = ", ".join(number(amount) for amount in amounts_of(pack, programme))
            yield (
                ("programmes", name, "zones", position, *([zone.comparison[0]] if zone.comparison else [])),
                f"found zone {zone.zone}, {_between(programme, position)}; expected a zone that a sum of amounts"
                f" ({amounts}) falls in: no account can be in it",
            )


def never_counted(pack: Pack) -> Iterator[Remark]:
    """Rules and conditions whose days lie outside the pack's."""
    dated: list[tuple[Place, date | None, date | None]] = [
        (("programmes", name, "entries", i), rule.effective_from, rule.effective_until)
        for name, programme in pack.programmes.items()
        for i, rule in enumerate(programme.entries)
    ]
    dated += [
        (("gates", name, "conditions", i), condition.effective_from, condition.effective_until)
        for name, gate in pack.gates.items()
        for i, condition in enumerate(gate.conditions)
    ]
    for place, first, last in dated:
        if last and last < pack.effective_from:
            yield (
                (*place, "effective_until"),
                f"found {last}; expected a day of the pack, from {pack.effective_from} on",
            )
        if first and pack.effective_until and first > pack.effective_until:
            said = f"found {first}; expected a day of the pack, until {pack.effective_until}"
            yield (*place, "effective_from"), said


def never_fires(pack: Pack) -> Iterator[Remark]:
    """Parts of rules and effects that can't come about."""
    for name, programme in pack.programmes.items():
        adding = [rule.rule for rule in programme.entries if not rule.relief]
        for i, rule in enumerate(programme.entries):
            place: Place = ("programmes", name, "entries", i)
            if rule.every and rule.counts_once_per == "day" and rule.every.count > rule.every.within_days:
                yield (
                    (*place, "every", "count"),
                    f"found {rule.every.count} within {rule.every.within_days} days, of which each counts once"
                    " (counts_once_per: day); expected at most as many as days: there is never an entry",
                )
            if rule.relief and not adding:
                yield (
                    (*place, "relief"),
                    "found relief; expected a rule of the programme that adds: there is nothing to take from",
                )
            if rule.relief and adding and set(adding) <= set(rule.relief.not_with_rules):
                yield (
                    (*place, "relief", "not_with_rules"),
                    "found every rule that adds; expected one to be left: it is never given",
                )
    for place, effect in pack.effects:
        if effect.shortened_by and effect.days and effect.shortened_by.to_days >= effect.days:
            yield (
                (*place, "shortened_by", "to_days"),
                f"found {effect.shortened_by.to_days}; expected fewer than days, {effect.days}: nothing is shortened",
            )


def grace_without_use(pack: Pack) -> Iterator[Remark]:
    """Trainings that never let a violation be a warning again, as long as the rule is in force."""
    for name, programme in pack.programmes.items():
        for i, rule in enumerate(programme.entries):
            last = min((day for day in (rule.effective_until, pack.effective_until) if day), default=None)
            first = max(pack.effective_from, rule.effective_from or pack.effective_from)
            if rule.grace and last and len(rule.violation_types) == 1 and first <= last:
                days = (last - first).days + 1
                if rule.grace.same_type_days >= days:
                    yield (
                        ("programmes", name, "entries", i, "grace", "same_type_days"),
                        f"found {rule.grace.same_type_days}; expected fewer than the {days} days that the rule is in"
                        " force: it counts one type, so no training makes a later violation a warning again",
                    )


def unused_words(pack: Pack) -> Iterator[Remark]:
    """Measures that nothing brings, and calendars that nothing goes by."""
    brought = {effect.measure for _, effect in pack.effects}
    brought |= {follower.measure for _, effect in pack.effects for follower in effect.then}
    brought |= {effect.measure for gate in pack.gates.values() for effect in gate.while_shut}
    for i, measure in enumerate(pack.measures):
        if measure not in brought:
            yield ("measures", i), f"found {measure}; expected a zone or a gate that brings it"
    used = {name for _, name in pack.calendars_named()}
    for calendar in pack.calendars:
        if calendar not in used:
            yield ("calendars", calendar), f"found {calendar}; expected something that goes by it"


IN_A_PACK: Mapping[Callable[[Pack], Iterator[Remark]], Severity] = {
    unreachable_zones: "error",
    skipped_zones: "error",
    never_counted: "warning",
    never_fires: "error",
    grace_without_use: "warning",
    unused_words: "warning",
}
OF_ITS_OWN_FILE = (never_counted, grace_without_use, unused_words)


# --- Packs beside each other.


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
                    *where(later, ("effective_from",)), "warning", _name(gaps_between_versions),
                    f"effective_from: found {later.pack.effective_from}; expected {last + timedelta(days=1)}, the day"
                    f" after version {earlier.pack.version} ends: no pack decides for {market} in between",
                )  # fmt: skip


def violation_types_without_a_rule(loaded: LoadedPack, marketplace: Marketplace) -> Iterator[Finding]:
    """Types that the marketplace knows and that no programme of the pack counts."""
    counted = _types_counted(loaded.pack)
    for violation_type in marketplace.violation_types:
        if violation_type not in counted:
            yield Finding(
                *where(loaded, ("programmes",), of_key=True), "warning", _name(violation_types_without_a_rule),
                f"programmes: found no rule for {violation_type}, which {MARKETPLACE} names; expected a rule for it in"
                f" some programme: in {', '.join(loaded.pack.markets)} it has no consequence",
            )  # fmt: skip


def rules_for_unknown_types(loaded: LoadedPack, marketplace: Marketplace) -> Iterator[Finding]:
    """Types in rules that no feed will bring, if the marketplace knows what it says."""
    known = list(marketplace.violation_types)
    for name, programme in loaded.pack.programmes.items():
        for i, rule in enumerate(programme.entries):
            for j, violation_type in enumerate(rule.violation_types):
                if violation_type not in known:
                    place = ("programmes", name, "entries", i, "violation_types", j)
                    yield Finding(
                        *where(loaded, place), "warning", _name(rules_for_unknown_types),
                        f"{dotted(place)}: found {violation_type}; expected a violation type of {MARKETPLACE}:"
                        f" {', '.join(known)}{nearest(violation_type, known)}",
                    )  # fmt: skip


# --- Packs and what the installation has.


def receivers_that_take_no_measure(packs: Sequence[LoadedPack], receivers: Path) -> Iterator[Finding]:
    """Measures and rewards that no receiver of their list can carry out."""
    from evenhand.delivery.config import ReceiversError, load_receivers

    try:
        configs = load_receivers(receivers)
    except ReceiversError as error:
        yield Finding(str(receivers), 0, 0, "error", _name(receivers_that_take_no_measure), str(error))
        return
    for loaded in packs:
        for kind, names in (("penalties", _penalties(loaded.pack)), ("rewards", _rewards(loaded.pack))):
            takers = {name: config for name, config in configs.items() if kind in config.lists}
            # Who doesn't say what it can do can do anything.
            if any(not config.measures for config in takers.values()):
                continue
            known = sorted({measure for config in takers.values() for measure in config.measures})
            for place, measure in names:
                if measure not in known:
                    yield Finding(
                        *where(loaded, place), "error", _name(receivers_that_take_no_measure),
                        f"{dotted(place)}: found {measure}; expected one of those that a receiver of {kind} in"
                        f" {receivers.name} can carry out: {', '.join(known) or 'there are none'}"
                        f"{nearest(measure, known)}",
                    )  # fmt: skip


def past_of_a_released_night(packs: Sequence[LoadedPack], releases: Path) -> Iterator[Finding]:
    """Packs that decide differently about days that a released night has already decided."""
    released = _newest_release(releases)
    if not released:
        return
    night, editions = released
    check_name = _name(past_of_a_released_night)
    for loaded in packs:
        pack = loaded.pack
        sha256 = editions.get((pack.pack, pack.version))
        if sha256 == loaded.sha256:
            continue
        if sha256 is None and pack.effective_from <= night:
            yield Finding(
                *where(loaded, ("effective_from",)), "error", check_name,
                f"effective_from: found {pack.effective_from}; expected a day after {night}, the newest released"
                f" night: the days until then are decided, and {pack.pack} version {pack.version} wasn't there",
            )  # fmt: skip
        elif sha256 and pack.effective_until and pack.effective_until < night:
            yield Finding(
                *where(loaded, ("effective_until",)), "error", check_name,
                f"effective_until: found {pack.effective_until}; expected {night}, the newest released night, or a"
                f" later day: that night was decided with version {pack.version}, with another text",
            )  # fmt: skip
        # A text that now ends is what it was with its end, if its version was counted up as it should be.
        elif sha256 and pack.effective_from <= night and not pack.effective_until:
            yield Finding(
                *where(loaded, ("version",)), "warning", check_name,
                f"version: found {pack.version} with another text than night {night} was decided with; expected"
                f" {pack.version + 1}, effective from {night + timedelta(days=1)}, if it decides anything else",
            )  # fmt: skip


def markets_without_a_pack(packs: Sequence[LoadedPack], landing: Path) -> Iterator[Finding]:
    """Markets whose creators have landed and for which no pack decides."""
    known = {market for loaded in packs for market in loaded.pack.markets}
    for market, accounts in _markets_landed(landing).items():
        if market not in known:
            yield Finding(
                str(landing / "creators"), 0, 0, "warning", _name(markets_without_a_pack),
                f"found {accounts} accounts of the market {market}; expected a pack that decides for it"
                f"{nearest(market, sorted(known))}",
            )  # fmt: skip


# --- What the checks look at.


def _name(look: Callable[..., object]) -> str:
    return look.__name__.replace("_", "-")


def _error(name: str, mistake: Mistake) -> Finding:
    return Finding(mistake.file, mistake.line, mistake.column, "error", name, mistake.said)


def _between(programme: Programme, position: int) -> str:
    own = programme.zones[position].comparison
    stricter = programme.zones[position + 1].comparison if position + 1 < len(programme.zones) else None
    words = [f"{own[0].replace('_', ' ')} {own[1]}"] if own else []
    if stricter:
        opposite = {"at_least": "less than", "more_than": "at most", "at_most": "more than", "less_than": "at least"}
        words.append(f"{opposite[stricter[0]]} {stricter[1]}")
    return " and ".join(words)


def _types_counted(pack: Pack) -> set[str]:
    return {each for p in pack.programmes.values() for rule in p.entries for each in rule.violation_types}


def _penalties(pack: Pack) -> list[tuple[Place, str]]:
    return [(("measures", i), measure) for i, measure in enumerate(pack.measures)]


def _rewards(pack: Pack) -> Iterator[tuple[Place, str]]:
    yield from (((*place, "reward"), effect.reward) for place, effect in pack.effects if effect.reward)
    for name, programme in pack.programmes.items():
        for i, reward in enumerate(programme.rewards):
            yield ("programmes", name, "rewards", i, "reward"), reward.reward
    for name, gate in pack.gates.items():
        for i, each in enumerate(gate.while_open):
            if each.reward:
                yield ("gates", name, "while_open", i, "reward"), each.reward
    yield from ((("bonuses", name), name) for name in pack.bonuses)


def _newest_release(releases: Path) -> tuple[date, dict[tuple[str, int], str]] | None:
    """The newest released night, and the hash of every pack that it was decided with."""
    from evenhand.release.manifest import read_manifest

    for release in sorted(releases.glob("night=*"), reverse=True):
        try:
            manifest = read_manifest(release)
        except (ValidationError, OSError):
            continue  # Of another version of Evenhand; it can't say what it was decided with.
        return manifest.night, {(each.pack, each.version): each.sha256 for each in manifest.packs}
    return None


def _markets_landed(landing: Path) -> dict[str, int]:
    """The accounts that have landed, by market. A file that can't be read is gate 1's to refuse."""
    import duckdb

    accounts: dict[str, set[str]] = {}
    with duckdb.connect() as connection:
        for path in sorted((landing / "creators").glob("night=*/[!._]*")):
            reader = "read_parquet(?)" if path.suffix == ".parquet" else "read_csv(?, all_varchar = true)"
            try:
                rows = connection.execute(
                    f"select market, list(distinct account_id) from {reader} where market is not null group by market",
                    [str(path)],
                ).fetchall()
            except duckdb.Error:
                continue
            for market, ids in rows:
                accounts.setdefault(market, set()).update(ids)
    return {market: len(ids) for market, ids in sorted(accounts.items())}
