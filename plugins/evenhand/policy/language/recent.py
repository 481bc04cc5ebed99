"""Activities that come out of feeds which are looked at for some weeks only, and what a pack can't do with them.

Nobody has to land these as activities: dbt's model `activities` counts them by account and day. What they mean can't
depend on what happened before those weeks, or a night would say something else as soon as that is out of sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evenhand.landing.contracts import RECENT_NIGHTS
from evenhand.policy.language.content import PackContent
from evenhand.policy.language.eligibility import Eligibility
from evenhand.policy.language.part import Place, mistake

RECENT: Mapping[str, str] = {
    "content_published": "contents of that day",
    "live_minutes": "minutes of lives that began that day",
    "order_placed": "orders of that day",
    "order_delivered": "orders delivered that day",
    "order_cancelled": "orders cancelled that day",
    "order_refunded": "orders refunded that day",
    "order_disputed": "orders disputed that day",
    "order_amount": "money of the orders delivered that day, in the market's currency",
}
# A week less than rows are looked at: they may come late.
AT_MOST_DAYS = RECENT_NIGHTS - 7


def refuse_what_needs_more(pack: PackContent) -> None:
    """Refuse what would need recent activities of longer ago than they are looked at.

    Raises:
        PydanticCustomError: with the place of the first such thing.
    """
    for place, found, expected in _what_needs_more(pack):
        raise mistake(place, found, expected)


def _what_needs_more(pack: PackContent) -> Iterator[tuple[Place, str, str]]:
    place: Place
    why = f"for an activity of a feed that is looked at for {RECENT_NIGHTS} nights"
    counted = {activity for p in pack.programmes.values() for rule in p.entries for activity in rule.activities}
    quotas = {effect.quota.activity for _, effect in pack.effects if effect.quota}
    for activity in sorted(pack.activities_named() & RECENT.keys() - counted - quotas):
        yield ("programmes",), f"{activity}, which something waits for", f"it in activities of a rule alone {why}"
    for name, programme in pack.programmes.items():
        for i, rule in enumerate(programme.entries):
            if not RECENT.keys() & set(rule.activities):
                continue
            for key in ("every", "not_again_within_days", "relief"):
                if getattr(rule, key):
                    yield ("programmes", name, "entries", i, key), key, f"each to count by itself {why}"
            if rule.lasts_days is None or rule.lasts_days > AT_MOST_DAYS:
                found = f"{rule.lasts_days}" if rule.lasts_days else "no lasts_days"
                yield ("programmes", name, "entries", i, "lasts_days"), found, f"at most {AT_MOST_DAYS} {why}"
        if programme.carries_over and reads_recent(pack, programme.carries_over.programme):
            place = ("programmes", name, "carries_over", "programme")
            yield place, programme.carries_over.programme, f"a programme without recent activities {why}"
        if not reads_recent(pack, name):
            continue
        for key in ("never_falls", "falls_after_days", "evaluated"):
            if getattr(programme, key):
                yield ("programmes", name, key), key, f"none {why}: the zone is that of the value tonight"
        for j, zone in enumerate(programme.zones):
            for k, effect in enumerate(zone.measures):
                if not effect.while_in_zone:
                    place = ("programmes", name, "zones", j, "measures", k)
                    yield place, f"{effect.name} with a length of its own", f"while_in_zone {why}"
    for name, eligibility in pack.eligibility.items():
        if eligibility.stays_eligible and eligibility_reads_recent(pack, eligibility):
            yield ("eligibility", name, "stays_eligible"), "stays_eligible", f"none {why}"
    for name, bonus in pack.bonuses.items():
        if bonus.activity in RECENT:
            yield ("bonuses", name, "activity"), bonus.activity, "an activity of the feeds activities or trainings"
        if bonus.eligibility and eligibility_reads_recent(pack, pack.eligibility[bonus.eligibility]):
            yield ("bonuses", name, "eligibility"), bonus.eligibility, f"one without recent activities {why}"


def reads_recent(pack: PackContent, name: str) -> bool:
    """Whether a programme's value comes, however indirectly, from recent activities."""
    programme = pack.programmes[name]
    own = {activity for rule in programme.entries for activity in rule.activities}
    return bool(RECENT.keys() & own) or any(reads_recent(pack, other) for other in programme.inputs())


def eligibility_reads_recent(pack: PackContent, eligibility: Eligibility) -> bool:
    """Whether a condition of an eligibility does, by a programme or by a measure that one brings."""
    return any(reads_recent(pack, programme) for programme in pack.programmes_behind(eligibility))
