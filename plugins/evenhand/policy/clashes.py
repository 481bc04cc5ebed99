"""Whether packs can decide beside each other: for one market and day, what two of them both say is said twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, permutations

from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.loaded import LoadedPack, where
from evenhand.policy.measures_order import MEASURES_ORDER
from evenhand.policy.renamed import names_that_clash
from evenhand.policy.texts import Mistake

# What a row of a list is known by: a programme, an eligibility and a bonus of a market can't have one name.
_OF_ONE_NAME = ("programmes", "eligibility", "bonuses")


def clashes(
    packs: Sequence[LoadedPack], ordered: Collection[str] | None = None, *, of_moves: bool = False
) -> Iterator[Mistake]:
    """What keeps packs from deciding beside each other, at its place in the later pack, with its place in the other.

    Packs of one name are versions of each other: of them only one decides for a market and day. Packs of other names
    combine, where their programmes, eligibility, bonuses and calendars have other names, and where only one of them
    says the stages of a kind of account.

    Args:
        ordered: the markets whose measures have an order; without it, nobody asks whether they need one.
        of_moves: whether what only accounts that move meet is one, too: no night is stopped for it.
    """
    if of_moves:
        yield from _picks_of_who_moves(packs)
    for one, other in combinations(packs, 2):
        a, b = one.pack, other.pack
        yield from names_that_clash(one, other)
        yield from _other_time_zone(one, other)
        if set(a.markets) & set(b.markets):
            before, after = sorted((one, other), key=lambda each: each.pack.effective_from)
            yield from _picks_after_reliefs(before, after, "was a relief in", "")
        if (a.pack, a.version) == (b.pack, b.version):
            yield Mistake(
                *where(other, ("version",)),
                f"version: found {b.version}, which {b.pack} also is in {one.path}; expected another: the version"
                " counts up",
            )
        elif not (shared := markets_of_both(a, b)):
            continue
        elif a.pack == b.pack:
            yield Mistake(
                *where(other, ("effective_from",)),
                f"effective_from: found {b.effective_from} for {', '.join(shared)}, where {a.pack} version {a.version}"
                f" ({_at(one, ('effective_from',))}) decides {days_of(a)}; expected one version for a market and day:"
                " end one with effective_until before the other begins",
            )
        else:
            yield from _said_twice(one, other, shared)
            if ordered is not None:
                yield from _in_no_order(one, other, [market for market in shared if market not in ordered])


def _picks_of_who_moves(packs: Sequence[LoadedPack]) -> Iterator[Mistake]:
    """Rules that would look back at what was a relief to accounts that move from another market."""
    for before, after in permutations(packs, 2):
        is_over = after.pack.effective_until and after.pack.effective_until <= before.pack.effective_from
        if not is_over and not set(before.pack.markets) & set(after.pack.markets):
            yield from _picks_after_reliefs(before, after, "is a relief to who moves here from", " of other markets")


def markets_of_both(a: Pack, b: Pack) -> list[str]:
    """The markets for which two packs decide on one day."""
    apart = (a.effective_until and a.effective_until < b.effective_from) or (
        b.effective_until and b.effective_until < a.effective_from
    )
    return [] if apart else sorted(set(a.markets) & set(b.markets))


def days_of(pack: Pack) -> str:
    """The days of a pack, in words."""
    return f"from {pack.effective_from}" + (f" until {pack.effective_until}" if pack.effective_until else " on")


def _other_time_zone(one: LoadedPack, other: LoadedPack) -> Iterator[Mistake]:
    """Whichever days each decides for: what landed once is read by one time zone on all of them."""
    a, b = one.pack, other.pack
    shared = sorted(set(a.markets) & set(b.markets))
    if shared and a.timezone and b.timezone and a.timezone != b.timezone:
        yield Mistake(
            *where(other, ("timezone",)),
            f"timezone: found {b.timezone} for {', '.join(shared)}, where {a.pack} version {a.version}"
            f" ({_at(one, ('timezone',))}) says {a.timezone}; expected one time zone for a market, in every version of"
            " its packs",
        )


def _picks_after_reliefs(before: LoadedPack, after: LoadedPack, was_relief: str, where_to: str) -> Iterator[Mistake]:
    """A rule that looks back at what was a relief before: which reliefs were given is known only once all is picked."""
    reliefs = {
        (name, rule.rule)
        for name, programme in before.pack.programmes.items()
        for rule in programme.entries
        if rule.relief
    }
    for name, programme in after.pack.programmes.items():
        for at, rule in enumerate(programme.entries):
            looks_back = rule.every or (rule.not_again_within_days and not rule.relief)
            was = (programme.was or name, rule.was or rule.rule)
            if looks_back and not reliefs.isdisjoint({was, (name, rule.rule), (name, was[1]), (was[0], rule.rule)}):
                place: Place = ("programmes", name, "entries", at, "rule")
                yield Mistake(
                    *where(after, place),
                    f"programmes.{name}.entries[{at}].rule: found {rule.rule}, which looks back at its events, and"
                    f" {was_relief} {before.pack.pack} version {before.pack.version}{where_to} ({before.path});"
                    " expected another name (without was), or a relief: which reliefs were given isn't known when"
                    " events are picked",
                )


def _said_twice(one: LoadedPack, other: LoadedPack, shared: Sequence[str]) -> Iterator[Mistake]:
    a, b = one.pack, other.pack
    there: dict[tuple[str, str], Place] = {
        ("" if part in _OF_ONE_NAME else part, name): (part, name)
        for part in (*_OF_ONE_NAME, "calendars")
        for name in getattr(a, part)
    }
    for part in (*_OF_ONE_NAME, "calendars"):
        for name in getattr(b, part):
            place = there.get(("" if part in _OF_ONE_NAME else part, name))
            if place:
                yield Mistake(
                    *where(other, (part, name), of_key=True),
                    f"{part}: found {name}, which {a.pack} version {a.version} ({_at(one, place, of_key=True)}) has"
                    f" too, for {', '.join(shared)}; expected another name, where two packs decide for a market and"
                    " day",
                )
    kinds = sorted(set(a.applies_to) & set(b.applies_to))
    if kinds and a.says_stages and b.says_stages:
        yield Mistake(
            *where(other, ("stages",), of_key=True),
            f"stages: found those of {', '.join(kinds)} in {', '.join(shared)}, which {a.pack} version {a.version}"
            f" ({_at(one, ('stages',), of_key=True)}) says too; expected one pack that says them for a market and kind"
            " of account",
        )


def _in_no_order(one: LoadedPack, other: LoadedPack, markets: Sequence[str]) -> Iterator[Mistake]:
    a, b = one.pack, other.pack
    meeting = {scope for _, scope in _scopes(a) & _scopes(b)}
    # Whoever may have something without a measure is asked whether a stricter one is on the account as a whole.
    for reading, putting in ((a, b), (b, a)):
        asked = {
            kind
            for eligibility in reading.eligibility.values()
            if any(test.without_measure for condition in eligibility.conditions for test in condition.tests())
            for kind in eligibility.applies_to or reading.applies_to
        }
        if any(kind in asked and scope == "account" for kind, scope in _scopes(putting)):
            meeting.add("account")
    if markets and meeting:
        yield Mistake(
            *where(other, ("measures",), of_key=True),
            f"measures: found measures on {', '.join(sorted(meeting))} in {', '.join(markets)} beside those of"
            f" {a.pack} version {a.version} ({_at(one, ('measures',), of_key=True)}); expected the order of both in"
            f" {MEASURES_ORDER}, such as {markets[0]}: [{', '.join(dict.fromkeys((*a.measures, *b.measures)))}],"
            " mildest first",
        )


def _scopes(pack: Pack) -> set[tuple[str, str]]:
    """The kinds of account and scopes on which a pack puts measures."""
    found: set[tuple[str, str]] = set()
    for (_, name, *_), effect in pack.effects:
        kinds = pack.programmes[str(name)].applies_to or pack.applies_to
        scopes = [follower.scope for follower in effect.then] + ([effect.scope] if effect.measure else [])
        found |= {(kind, scope) for kind in kinds for scope in scopes}
    for eligibility in pack.eligibility.values():
        kinds = eligibility.applies_to or pack.applies_to
        found |= {(kind, each.scope) for kind in kinds for each in eligibility.while_not_eligible if each.measure}
    return found


def _at(loaded: LoadedPack, place: Place, of_key: bool = False) -> str:
    file, line, _ = where(loaded, place, of_key)
    return f"{file}:{line}"
