"""Parts of packs as people say them: what `policy diff` and `policy docs` are made of.

A part is told as facts: what of it is told, and how. `policy diff` compares them one by one; a page strings them
together.

Longer than other files, for it has a sentence for each key that a pack can have.
"""

from __future__ import annotations

import calendar as months_of
from collections.abc import Iterable, Sequence
from decimal import Decimal

from evenhand.policy.language.calendar import Calendar
from evenhand.policy.language.content import Appeals, Bonus
from evenhand.policy.language.effects import Effect, Quota
from evenhand.policy.language.eligibility import Condition, Eligibility, Test
from evenhand.policy.language.entries import Answer, EntryRule, Multiplier, Relief
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Comparison
from evenhand.policy.language.programme import Programme

Facts = dict[str, str]

# The unit of what is a part of a whole.
SHARE = "share"
# What is said of appeals without a limit.
NO_LIMIT = ("all", "whenever it is filed")

# The comparators of packs as people say them.
COMPARATORS = {"at_least": "at least", "more_than": "more than", "at_most": "at most", "less_than": "less than"}
_BEYOND = {"at_least": "less than", "more_than": "at most", "at_most": "more than", "less_than": "at least"}


def number(value: Decimal | int) -> str:
    """A number without zeros that say nothing."""
    return f"{Decimal(value).normalize():f}"


def counted(value: Decimal | int, unit: str) -> str:
    """A number of something, whose unit is given in the singular: `2 points per order`; a share in percent."""
    if unit == SHARE:
        return f"{number(100 * value)} %"
    return f"{number(value)} {unit if abs(value) == 1 else plural(unit)}"


def plural(unit: str) -> str:
    """A unit in the plural: `points per order`."""
    first, *rest = unit.split(" ")
    if not first.endswith("s"):
        first = f"{first[:-1]}ies" if first.endswith("y") and first[-2:-1] not in "aeiou" else f"{first}s"
    return " ".join([first, *rest])


def days(value: int) -> str:
    """A number of days."""
    return counted(value, "day")


def spoken(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """The same with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def listed(names: Iterable[str], last: str = "and") -> str:
    """Several things: `a, b and c`."""
    *others, final = list(names) or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def edition(pack: Pack) -> str:
    """Which pack, for whom, and from when."""
    until = f" until {pack.effective_until}" if pack.effective_until else " on"
    return (
        f"{spoken(pack.pack)} version {pack.version}: {kinds(pack.applies_to)} in {listed(pack.markets)},"
        f" from {pack.effective_from}{until}"
    )


def bound(comparison: Comparison, unit: str = "") -> str:
    """A comparison: `at least 6 points`."""
    how, value = comparison.comparison or ("", Decimal(0))
    return f"{COMPARATORS[how]} {counted(value, unit) if unit else number(value)}" if how else ""


def ends_of(programme: Programme, position: int) -> list[tuple[str, Decimal]]:
    """The ends of a zone, each as people say how it is compared, and the value."""
    own = programme.zones[position].comparison
    stricter = programme.zones[position + 1].comparison if position + 1 < len(programme.zones) else None
    ends = [(COMPARATORS[own[0]], own[1])] if own else []
    return ends + ([(_BEYOND[stricter[0]], stricter[1])] if stricter else [])


def band(programme: Programme, position: int) -> str:
    """The values of a zone: `at least 6 and less than 24 points`."""
    ends = ends_of(programme, position)
    if not ends:
        return "any"
    is_share = programme.unit == SHARE
    words = [f"{how} {counted(value, SHARE) if is_share else number(value)}" for how, value in ends[:-1]]
    return " and ".join([*words, f"{ends[-1][0]} {counted(ends[-1][1], programme.unit)}"])


def days_of(calendar: Calendar) -> str:
    """When a calendar's days are: `the first Monday of January and July`."""
    of = ""
    if len(calendar.months) < 12:
        of = f" of {listed(months_of.month_name[month] for month in sorted(calendar.months))}"
    if calendar.day_of_month:
        return f"day {calendar.day_of_month}{of or ' of every month'}"
    weekday = (calendar.weekday or "").capitalize()
    if not calendar.nth:
        return f"every {weekday}"
    nth = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}[calendar.nth]
    return f"the {nth} {weekday}{of or ' of every month'}"


def appeals(part: Appeals) -> Facts:
    """Which appeals count."""
    again = part.again_within_days or part.file_within_days
    return {
        "a first appeal counts": (
            f"if it is filed within {days(part.file_within_days)} of the decision"
            if part.file_within_days
            else "whenever it is filed"
        ),
        "how many count": f"at most {part.at_most} against one violation" if part.at_most else "all",
        "a further appeal counts": (
            f"if it is filed within {days(again)} of the decision on the one before it"
            if again
            else "whenever it is filed"
        ),
        "an appeal that is partly granted": {
            "adjusts": "gives the violation other points, from the beginning",
            "voids": "voids the violation from the beginning, as one that is granted",
            "denies": "changes nothing",
        }[part.partly_granted],
        **(
            {"an appeal is to be decided": f"within {days(part.decide_within_days)}"} if part.decide_within_days else {}
        ),
    }


def stages(pack: Pack) -> Facts:
    """How far an account is on its way."""
    part = pack.stages
    return {
        "an account is onboarding": f"for {days(part.onboarding_days)}",
        "then it is a pilot": f"for {days(part.pilot_days)}" if part.pilot_days else "at no time",
        "it is put on probation by": listed(spoken(each) for each in part.probation or pack.measures[:1]) or "nothing",
        "its sales are stopped by": listed(spoken(each) for each in pack.stops_sales) or "nothing",
    }


# --- What becomes an entry, and how entries age.


def rule(part: EntryRule, pack: Pack, unit: str) -> Facts:
    """What a rule counts, what it adds, and for how long."""
    events = part.violation_types or part.activities
    kind = "violation" if part.violation_types else "activity"
    facts = {"counts": f"{kind} {listed((spoken(name) for name in events), 'or')}"}
    if part.severities:
        facts["only of severity"] = listed((spoken(name) for name in part.severities), "or")
    if part.content_age_at_most_days:
        facts["only on content"] = f"published at most {days(part.content_age_at_most_days)} before the decision"
    if part.followed_by:
        facts["only once"] = f"{_answer(part.followed_by)} has followed"
    if part.not_followed_by:
        facts["only if no"] = f"{_answer(part.not_followed_by)} has followed"
    facts["brings"] = _amount(part, unit)
    for factor in part.multiplied:
        facts[f"is multiplied {_cause(factor)}"] = f"by {number(factor.by)}"
    if part.counts_once_per != "violation":
        facts["counts once per"] = part.counts_once_per
    if part.not_again_within_days:
        facts["doesn't count again within"] = days(part.not_again_within_days)
    if part.every:
        facts["takes"] = f"{part.every.count} of them within {days(part.every.within_days)} to make one entry"
    if part.grace:
        facts["the first one"] = (
            f"only warns; after {spoken(part.grace.training)} the next one does again, unless it is of the same type"
            f" within {days(part.grace.same_type_days)}"
        )
    facts.update(_life(part, pack))
    if part.effective_from:
        facts["counts events from"] = str(part.effective_from)
    if part.effective_until:
        facts["counts events until"] = str(part.effective_until)
    return facts


def _life(part: EntryRule, pack: Pack) -> Facts:
    if part.lasts_days:
        facts = {"lasts": days(part.lasts_days)}
    elif part.lasts_until:
        facts = {"lasts": f"until {days_of(pack.calendars[part.lasts_until])}"}
    else:
        facts = {} if part.relief else {"lasts": "for ever"}
    if part.clock_starts_with:
        facts["its days begin"] = f"with {spoken(part.clock_starts_with)}"
    if part.ends_only_after:
        facts["doesn't end before"] = spoken(part.ends_only_after)
    if part.paused_by:
        facts["its days pause during"] = spoken(part.paused_by)
    if part.ended_by:
        facts["is ended by"] = spoken(part.ended_by)
    return facts


def _answer(part: Answer) -> str:
    extension = (
        f" (or {days(part.extension_days)} more, after {spoken(part.extended_by)})"
        if part.extended_by and part.extension_days
        else ""
    )
    return f"{spoken(part.activity)} within {days(part.within_days)}{extension}"


def _amount(part: EntryRule, unit: str) -> str:
    if part.amount_by_severity:
        return listed(f"{counted(amount, unit)} if {spoken(name)}" for name, amount in part.amount_by_severity.items())
    if part.amount_by_reviewer:
        ends = part.amount_by_reviewer
        return f"what the reviewer gave, from {number(ends.at_least)} to {counted(ends.at_most, unit)}"
    if part.amount_per_unit is not None:
        return f"{counted(part.amount_per_unit, unit)} for each unit of the quantity"
    if part.amount_per_step:
        return (
            f"{counted(part.amount_per_step.amount, unit)} for every {number(part.amount_per_step.of)} of the quantity"
        )
    if part.relief:
        return _relief(part.relief, unit)
    return counted(part.amount or 0, unit)


def _relief(part: Relief, unit: str) -> str:
    taken = counted(part.amount, unit) if part.amount else f"all {plural(unit)}"
    source = {
        "newest": "the newest entry",
        "oldest": "the oldest entry",
        "same_type": "the newest entry of the same type",
        "violation": "the entry of the violation that it names",
    }[part.takes_from]
    without = (
        f", unless an entry of {listed((spoken(name) for name in part.not_with_rules), 'or')} counts"
        if part.not_with_rules
        else ""
    )
    return f"relief: it takes {taken} from {source}{without}"


def _cause(part: Multiplier) -> str:
    if part.from_occurrence and part.within_days:
        return f"from occurrence {part.from_occurrence} of a type within {days(part.within_days)} on"
    return f"where {spoken(part.metric or '')} is at least {number(part.at_least or 0)}"


# --- What is read, and what follows.


def programme(part: Programme, pack: Pack) -> Facts:
    """What a programme's number is, and how it is looked at."""
    facts = {"is": _source(part, pack)}
    if part.applies_to:
        facts["is for"] = kinds(part.applies_to)
    balance = part.balance
    if part.source == "entries" and balance.start:
        facts["begins at"] = counted(balance.start, part.unit)
    if balance.at_least is not None:
        facts["is never less than"] = counted(balance.at_least, part.unit)
    if balance.at_most is not None:
        facts["is never more than"] = counted(balance.at_most, part.unit)
    if part.kept_per:
        facts["is kept for each"] = f"{spoken(part.kept_per)} by itself; the strictest zone is the account's"
    if part.begins_with:
        facts["counts from"] = f"the day of {spoken(part.begins_with)} on"
    if part.ends_with:
        facts["counts until"] = f"the day of {spoken(part.ends_with)}"
    if part.carries_over:
        facts["takes over"] = (
            f"each entry of {spoken(part.carries_over.programme)} {number(part.carries_over.times)} times"
        )
    for proof in part.exists_when:
        facts[f"exists where {spoken(proof.programme)} is"] = bound(proof, pack.programmes[proof.programme].unit)
    if part.evaluated:
        facts["is looked at on"] = days_of(pack.calendars[part.evaluated])
    if part.falls_after_days:
        facts["a stricter zone holds on for"] = f"{days(part.falls_after_days)} after it is left"
    if part.never_falls:
        facts["a stricter zone"] = "is never left again"
    if part.fires == "on_each_rise":
        facts["measures begin"] = "on entering a zone, and again at each step further within it"
    if part.missing_is:
        facts["without a value, the zone is"] = spoken(part.missing_is)
    return facts


def _source(part: Programme, pack: Pack) -> str:
    if part.entries:
        return "a balance of entries"
    if part.metric:
        return f"the metric {spoken(part.metric)}"
    if part.ratio:
        least = counted(part.ratio.whole_at_least, pack.programmes[part.ratio.whole].unit)
        few = ""
        if part.ratio.part_at_least is not None:
            few = f", and 0 below {counted(part.ratio.part_at_least, pack.programmes[part.ratio.part].unit)}"
        return f"{spoken(part.ratio.part)} divided by {spoken(part.ratio.whole)}, from {least} on{few}"
    if part.weighted:
        return " plus ".join(f"{number(each.weight)} times {spoken(each.programme)}" for each in part.weighted)
    if part.first_of:
        return f"the first of {listed(spoken(name) for name in part.first_of)} that has a value"
    if part.same_as:
        return f"the value of {spoken(part.same_as)}"
    group = "market" if part.peers and part.peers.group == "market" else "market and kind"
    return f"{spoken(part.peers.programme if part.peers else '')} compared with the average of the account's {group}"


def effect(part: Effect, pack: Pack) -> str:
    """How long an effect lasts, and what else is to be known of it: `for 7 days`."""
    words = [_length(part, pack)]
    if part.starts_after_days:
        words.append("from the next day" if part.starts_after_days == 1 else f"{part.starts_after_days} days later")
    if part.overlap == "extend":
        words.append("put behind one that is running")
    if part.shortened_by:
        words.append(f"cut to {days(part.shortened_by.to_days)} by {spoken(part.shortened_by.activity)}")
    if part.quota:
        words.append(_quota(part.quota, pack))
    words += [f"then {on(follower.measure, follower.scope)} for good" for follower in part.then]
    return ", ".join(words)


def _length(part: Effect, pack: Pack) -> str:
    if part.days:
        also = f", and until {spoken(part.and_until)}" if part.and_until else ""
        return f"for {days(part.days)}{also}"
    if part.permanent:
        return "for good"
    if part.while_in_zone:
        return "while in the zone"
    if part.until:
        nth = f" (number {part.until_nth} of these days)" if part.until_nth > 1 else ""
        return f"until {days_of(pack.calendars[part.until])}{nth}"
    return f"for {days(part.appeal_days or 0)}, while an appeal can be filed or is undecided"


def _quota(part: Quota, pack: Pack) -> str:
    per = f" between one {days_of(pack.calendars[part.per])} and the next" if part.per else ""
    return f"at most {part.at_most} {spoken(part.activity)}{per}"


def brought(part: Effect) -> str:
    """What an effect is, without how long it lasts: `warning on the account`."""
    return on(part.name, part.scope)


def on(name: str, on_scope: str) -> str:
    """A measure or reward with what of an account it is about, unless its name says that: `no live`, of lives."""
    said = any(word.startswith(spoken(on_scope)) for word in spoken(name).split())
    return spoken(name) if said else f"{spoken(name)} on {scope(on_scope)}"


def told(facts: Facts) -> str:
    """Facts in a row: `counts violation fraud; brings 6 points; lasts 90 days`."""
    return "; ".join(f"{what} {how}" for what, how in facts.items())


def scope(name: str) -> str:
    """What of an account an effect is about."""
    return "the account" if name == "account" else spoken(name)


def kinds(names: Sequence[str]) -> str:
    """Kinds of account, in the plural."""
    return listed(name if name == "marketing" else f"{spoken(name)}s" for name in names)


# --- Eligibility and bonuses.


def condition(part: Condition, pack: Pack) -> str:
    """A condition in words: `strikes at most 2 strikes`."""
    words = f"any of: {'; '.join(_test(each, pack) for each in part.any_of)}" if part.any_of else _test(part, pack)
    if part.applies_to:
        words += f"; only for {kinds(part.applies_to)}"
    if part.effective_from:
        words += f"; from {part.effective_from} on"
    if part.effective_until:
        words += f"; until {part.effective_until}"
    return words


def _test(part: Test, pack: Pack) -> str:
    if part.without_measure:
        return f"neither {spoken(part.without_measure)} nor a stricter measure is in force"
    assert part.programme
    missing = {"fails": "; without a value it fails", "holds": "; without a value it holds", None: ""}[part.if_missing]
    unit = pack.programmes[part.programme].unit
    # Subscribers of at least 1000 subscribers are said once.
    return f"{spoken(part.programme)} is {bound(part, '' if plural(unit) == spoken(part.programme) else unit)}{missing}"


def eligibility(part: Eligibility) -> Facts:
    """Who is asked about an eligibility and how it behaves; its conditions and effects aside."""
    facts = {"is for": kinds(part.applies_to)} if part.applies_to else {}
    if part.stays_eligible:
        facts["once eligible"] = "it stays so for good"
    return facts


def bonus(part: Bonus, pack: Pack) -> Facts:
    """What a bonus pays, and its caps."""
    facts = {"pays": f"{number(part.pays)} for each {spoken(part.activity)}", "is about": scope(part.scope)}
    if part.at_most_per_subject:
        facts["at most per subject"] = number(part.at_most_per_subject)
    if part.at_most_per_account:
        facts["at most per account"] = number(part.at_most_per_account)
    if part.budget:
        facts["for all together"] = f"at most {number(part.budget)}"
    facts["begins anew"] = days_of(pack.calendars[part.per])
    if part.eligibility:
        facts["only while eligible for"] = spoken(part.eligibility)
    return facts
