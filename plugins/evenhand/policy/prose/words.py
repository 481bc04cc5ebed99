"""Parts of packs as people say them: what `policy diff` and `policy docs` are made of.

A part is told as facts: what of it is told, and how. `policy diff` compares them one by one; a page strings them
together.

Longer than other files, for it has a sentence for each key that a pack can have.
"""

from __future__ import annotations

import calendar as months_of
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from evenhand.policy.language.calendar import Calendar
from evenhand.policy.language.content import Appeals, Bonus
from evenhand.policy.language.effects import Effect, Quota
from evenhand.policy.language.eligibility import Condition, Eligibility, Test
from evenhand.policy.language.entries import Answer, EntryRule, Multiplier, Relief
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Comparison
from evenhand.policy.language.programme import Programme
from evenhand.policy.prose.money import MONEY, currency_of, in_currency
from evenhand.policy.prose.neighbours import unit_read
from evenhand.policy.prose.speech import Said, day, local, market, name, say, speech

Facts = dict[str, str]

# Units of what is a part of a whole, which is told in percent, and what makes percent of a number of each.
PERCENT_OF: Mapping[str, int] = {"share": 100, "percent": 1}
# What is said of appeals without a limit.
NO_LIMIT = ("all", "whenever it is filed")

# The comparators of packs as people say them.
COMPARATORS = {"at_least": "at least", "more_than": "more than", "at_most": "at most", "less_than": "less than"}
_BEYOND = {"at_least": "less than", "more_than": "at most", "at_most": "more than", "less_than": "at least"}


def number(value: Decimal | int) -> str:
    """A number without zeros that say nothing."""
    english, other = f"{Decimal(value).normalize():f}", speech()
    return Said(english, other.number(value)) if other else english


def currency_in(pack: Pack) -> str:
    """The currency of all markets of a pack; empty where they have several, or nobody knows it."""
    first, *others = {currency_of(each) for each in pack.markets} or {None}
    return "" if others or first is None else first


def money(value: Decimal, currency: str) -> str:
    """An amount in a currency; the number alone where that isn't known."""
    english, other = in_currency(value, currency).lstrip(), speech()
    return Said(english, other.money(value, currency)) if other else english


def amount_of(value: Decimal | int, unit: str, pack: Pack) -> str:
    """A number of a programme of a pack; money in the currency of its markets, where that is known."""
    currency = currency_in(pack) if unit == MONEY else ""
    return money(Decimal(value), currency) if currency else counted(value, unit)


def counted(value: Decimal | int, unit: str) -> str:
    """A number of something, whose unit is given in the singular: `2 points per order`; percent of a whole."""
    percent = in_percent(value, unit)
    english = f"{number(value)} {unit if abs(value) == 1 else plural(unit)}"
    if percent is not None:
        english = f"{number(percent)} %"
    other = speech()
    return Said(english, other.counted(value, unit)) if other else english


def in_percent(value: Decimal | int, unit: str | None) -> Decimal | None:
    """What a part of a whole is in percent; None of what is no such part."""
    times = PERCENT_OF.get(unit or "")
    return None if times is None else times * Decimal(value)


def converted(value: Decimal, unit: str, into: str) -> Decimal | None:
    """A number of one unit in another; None where what is counted in the one isn't counted in the other."""
    if unit == into:
        return value
    return value * PERCENT_OF[unit] / PERCENT_OF[into] if unit in PERCENT_OF and into in PERCENT_OF else None


def condition_told(condition: str, unit: str | None) -> str:
    """The condition of a reason as a release has it, with its bound in percent where that is of a part of a whole."""
    before, _, end = condition.rpartition(" ")
    if unit is None or unit not in PERCENT_OF or not re.fullmatch(r"balance .+ -?\d+(\.\d+)?", condition):
        return condition
    return f"{before} {number(PERCENT_OF[unit] * Decimal(end))} %"


def plural(unit: str) -> str:
    """A unit in the plural: `points per order`."""
    first, *rest = unit.split(" ")
    if not first.endswith("s"):
        end = "es" if first.endswith("x") else "s"
        first = f"{first[:-1]}ies" if first.endswith("y") and first[-2:-1] not in "aeiou" else f"{first}{end}"
    return " ".join([first, *rest])


def days(value: int) -> str:
    """A number of days."""
    return counted(value, "day")


def spoken(name: str) -> str:
    """A name as words."""
    return name.replace("_", " ")


def capital(text: str) -> str:
    """The same with a capital letter at its beginning."""
    english = text[:1].upper() + text[1:]
    return Said(english, local(text)[:1].upper() + local(text)[1:]) if isinstance(text, Said) else english


def listed(names: Iterable[str], last: str = "and") -> str:
    """Several things: `a, b and c`."""
    found = list(names) or [""]
    *others, final = found
    english = f"{', '.join(others)} {last} {final}" if others else final
    other = speech()
    return Said(english, other.listed([local(each) for each in found], last)) if other else english


def joined(texts: Iterable[str], between: str = "; ") -> str:
    """Texts in a row."""
    found = list(texts)
    english = between.join(found)
    return Said(english, local(between).join(local(each) for each in found)) if speech() else english


def markets(pack: Pack) -> str:
    """The markets of a pack."""
    return listed([market(each) for each in pack.markets])


def edition(pack: Pack) -> str:
    """Which pack, for whom, and from when."""
    values = {
        "pack": name("pack", pack.pack),
        "version": str(pack.version),
        "kinds": kinds(pack.applies_to),
        "markets": markets(pack),
        "first": day(pack.effective_from),
    }
    if pack.effective_until:
        text = "{pack} version {version}: {kinds} in {markets}, from {first} until {last}"
        return say(text, **values, last=day(pack.effective_until))
    return say("{pack} version {version}: {kinds} in {markets}, from {first} on", **values)


def bound(comparison: Comparison, unit: str = "") -> str:
    """A comparison: `at least 6 points`."""
    how, value = comparison.comparison or ("", Decimal(0))
    if not how:
        return ""
    return say("{how} {value}", how=say(COMPARATORS[how]), value=counted(value, unit) if unit else number(value))


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
        return say("any")
    *first, (how, value) = ends
    last = say("{how} {value}", how=say(how), value=counted(value, programme.unit))
    if not first:
        return last
    ((how, value),) = first
    begins = say(
        "{how} {value}",
        how=say(how),
        value=counted(value, programme.unit) if programme.unit in PERCENT_OF else number(value),
    )
    return say("{begins} and {ends}", begins=begins, ends=last)


def days_of(calendar: Calendar) -> str:
    """When a calendar's days are: `the first Monday of January and July`."""
    months = ""
    if len(calendar.months) < 12:
        months = listed(_named("month", str(month)) for month in sorted(calendar.months))
    if calendar.day_of_month:
        number_of = str(calendar.day_of_month)
        if months:
            return say("day {day} of {months}", day=number_of, months=months)
        return say("day {day} of every month", day=number_of)
    weekday = _named("weekday", calendar.weekday or "")
    if not calendar.nth:
        return say("every {weekday}", weekday=weekday)
    nth = say({1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}[calendar.nth])
    if months:
        return say("the {nth} {weekday} of {months}", nth=nth, weekday=weekday, months=months)
    return say("the {nth} {weekday} of every month", nth=nth, weekday=weekday)


def _named(kind: str, key: str) -> str:
    """A month by its number, or a weekday."""
    english, other = months_of.month_name[int(key)] if kind == "month" else key.capitalize(), speech()
    return Said(english, other.name(kind, key)) if other else english


def appeals(part: Appeals) -> Facts:
    """Which appeals count."""
    again = part.again_within_days or part.file_within_days
    return {
        say("a first appeal counts"): (
            say("if it is filed within {days} of the decision", days=days(part.file_within_days))
            if part.file_within_days
            else say("whenever it is filed")
        ),
        say("how many count"): (
            say("at most {count} against one violation", count=number(part.at_most)) if part.at_most else say("all")
        ),
        say("a further appeal counts"): (
            say("if it is filed within {days} of the decision on the one before it", days=days(again))
            if again
            else say("whenever it is filed")
        ),
        say("an appeal that is partly granted"): say(
            {
                "adjusts": "gives the violation other points, from the beginning",
                "voids": "voids the violation from the beginning, as one that is granted",
                "denies": "changes nothing",
            }[part.partly_granted]
        ),
        **(
            {say("an appeal is to be decided"): say("within {days}", days=days(part.decide_within_days))}
            if part.decide_within_days
            else {}
        ),
    }


def stages(pack: Pack) -> Facts:
    """How far an account is on its way."""
    part = pack.stages
    probation = [name("measure", each) for each in part.probation or pack.measures[:1]]
    stops, holds = ([name("measure", each) for each in of] for of in (pack.stops_sales, pack.holds_commission))
    return {
        say("an account is onboarding"): say("for {days}", days=days(part.onboarding_days)),
        say("then it is a pilot"): (
            say("for {days}", days=days(part.pilot_days)) if part.pilot_days else say("at no time")
        ),
        say("it is put on probation by"): listed(probation) if probation else say("nothing"),
        say("its sales are stopped by"): listed(stops) if stops else say("nothing"),
        say("its commission is held by"): listed(holds) if holds else say("nothing"),
    }


# --- What becomes an entry, and how entries age.


def rule(part: EntryRule, pack: Pack, unit: str) -> Facts:
    """What a rule counts, what it adds, and for how long."""
    if part.violation_types:
        types = listed((name("violation_type", each) for each in part.violation_types), "or")
        facts = {say("counts"): say("violation {types}", types=types)}
    else:
        types = listed((name("activity", each) for each in part.activities), "or")
        facts = {say("counts"): say("activity {types}", types=types)}
    if part.severities:
        facts[say("only of severity")] = listed((name("severity", each) for each in part.severities), "or")
    if part.content_age_at_most_days:
        within = days(part.content_age_at_most_days)
        facts[say("only on content")] = say("published at most {days} before the decision", days=within)
    if part.followed_by:
        facts[say("only once")] = say("{activity} has followed", activity=_answer(part.followed_by))
    if part.not_followed_by:
        facts[say("only if no")] = say("{activity} has followed", activity=_answer(part.not_followed_by))
    facts[say("brings")] = _amount(part, unit)
    for factor in part.multiplied:
        facts[say("is multiplied {when}", when=_cause(factor))] = say("by {number}", number=number(factor.by))
    if part.counts_once_per != "violation":
        facts[say("counts once per")] = say(part.counts_once_per)
    if part.not_again_within_days:
        facts[say("doesn't count again within")] = days(part.not_again_within_days)
    if part.every:
        facts[say("takes")] = say(
            "{count} of them within {days} to make one entry",
            count=number(part.every.count),
            days=days(part.every.within_days),
        )
    if part.grace:
        facts[say("the first one")] = say(
            "only warns; after {training} the next one does again, unless it is of the same type within {days}",
            training=name("activity", part.grace.training),
            days=days(part.grace.same_type_days),
        )
    facts.update(_life(part, pack))
    if part.effective_from:
        facts[say("counts events from")] = day(part.effective_from)
    if part.effective_until:
        facts[say("counts events until")] = day(part.effective_until)
    return facts


def _life(part: EntryRule, pack: Pack) -> Facts:
    if part.lasts_days:
        facts = {say("lasts"): days(part.lasts_days)}
    elif part.lasts_until:
        facts = {say("lasts"): say("until {day}", day=days_of(pack.calendars[part.lasts_until]))}
    else:
        facts = {} if part.relief else {say("lasts"): say("for ever")}
    if part.clock_starts_with:
        facts[say("its days begin")] = say("with {activity}", activity=name("activity", part.clock_starts_with))
    if part.ends_only_after:
        facts[say("doesn't end before")] = name("activity", part.ends_only_after)
    if part.paused_by:
        facts[say("its days pause during")] = name("measure", part.paused_by)
    if part.ended_by:
        facts[say("is ended by")] = name("activity", part.ended_by)
    return facts


def _answer(part: Answer) -> str:
    said = say("{activity} within {days}", activity=name("activity", part.activity), days=days(part.within_days))
    if not part.extended_by or not part.extension_days:
        return said
    more, after = days(part.extension_days), name("activity", part.extended_by)
    return say("{said} (or {days} more, after {activity})", said=said, days=more, activity=after)


def _amount(part: EntryRule, unit: str) -> str:
    if part.amount_by_severity:
        return listed(
            say("{amount} if {severity}", amount=counted(amount, unit), severity=name("severity", each))
            for each, amount in part.amount_by_severity.items()
        )
    if part.amount_by_reviewer:
        ends = part.amount_by_reviewer
        least, most = number(ends.at_least), counted(ends.at_most, unit)
        return say("what the reviewer gave, from {least} to {most}", least=least, most=most)
    if part.amount_per_unit is not None:
        return say("{amount} for each unit of the quantity", amount=counted(part.amount_per_unit, unit))
    if part.amount_per_step:
        step = part.amount_per_step
        amount = counted(step.amount, unit)
        return say("{amount} for every {number} of the quantity", amount=amount, number=number(step.of))
    if part.relief:
        return _relief(part.relief, unit)
    return counted(part.amount or 0, unit)


def _relief(part: Relief, unit: str) -> str:
    taken = counted(part.amount, unit) if part.amount else say("all {units}", units=name("units", plural(unit)))
    source = say(
        {
            "newest": "the newest entry",
            "oldest": "the oldest entry",
            "same_type": "the newest entry of the same type",
            "violation": "the entry of the violation that it names",
        }[part.takes_from]
    )
    if not part.not_with_rules:
        return say("relief: it takes {taken} from {source}", taken=taken, source=source)
    rules = listed((name("rule", each) for each in part.not_with_rules), "or")
    text = "relief: it takes {taken} from {source}, unless an entry of {rules} counts"
    return say(text, taken=taken, source=source, rules=rules)


def _cause(part: Multiplier) -> str:
    if part.from_occurrence and part.within_days:
        text = "from occurrence {number} of a type within {days} on"
        return say(text, number=number(part.from_occurrence), days=days(part.within_days))
    metric, least = name("metric", part.metric or ""), number(part.at_least or 0)
    return say("where {metric} is at least {number}", metric=metric, number=least)


# --- What is read, and what follows.


def programme(part: Programme, pack: Pack) -> Facts:
    """What a programme's number is, and how it is looked at."""
    facts = {say("is"): _source(part, pack)}
    if part.applies_to:
        facts[say("is for")] = kinds(part.applies_to)
    balance = part.balance
    if part.source == "entries" and balance.start:
        facts[say("begins at")] = counted(balance.start, part.unit)
    if balance.at_least is not None:
        facts[say("is never less than")] = counted(balance.at_least, part.unit)
    if balance.at_most is not None:
        facts[say("is never more than")] = counted(balance.at_most, part.unit)
    if part.kept_per:
        what = name("kept_per", part.kept_per)
        facts[say("is kept for each")] = say("{what} by itself; the strictest zone is the account's", what=what)
    if part.begins_with:
        facts[say("counts from")] = say("the day of {activity} on", activity=name("activity", part.begins_with))
    if part.ends_with:
        facts[say("counts until")] = say("the day of {activity}", activity=name("activity", part.ends_with))
    if part.carries_over:
        facts[say("takes over")] = say(
            "each entry of {programme} {number} times",
            programme=name("programme", part.carries_over.programme),
            number=number(part.carries_over.times),
        )
    for proof in part.exists_when:
        of = name("programme", proof.programme)
        facts[say("exists where {programme} is", programme=of)] = bound(proof, pack.programmes[proof.programme].unit)
    if part.evaluated:
        facts[say("is looked at on")] = days_of(pack.calendars[part.evaluated])
    if part.falls_after_days:
        holds = say("{days} after it is left", days=days(part.falls_after_days))
        facts[say("a stricter zone holds on for")] = holds
    if part.never_falls:
        facts[say("a stricter zone")] = say("is never left again")
    if part.fires == "on_each_rise":
        facts[say("measures begin")] = say("on entering a zone, and again at each step further within it")
    if part.missing_is:
        facts[say("without a value, the zone is")] = name("zone", part.missing_is)
    return facts


def _source(part: Programme, pack: Pack) -> str:
    if part.entries:
        return say("a balance of entries")
    if part.metric:
        return say("the metric {metric}", metric=name("metric", part.metric))
    if part.ratio:
        values = {
            "part": name("programme", part.ratio.part),
            "whole": name("programme", part.ratio.whole),
            "least": counted(part.ratio.whole_at_least, pack.programmes[part.ratio.whole].unit),
        }
        if part.ratio.part_at_least is None:
            return say("{part} divided by {whole}, from {least} on", **values)
        few = counted(part.ratio.part_at_least, pack.programmes[part.ratio.part].unit)
        return say("{part} divided by {whole}, from {least} on, and 0 below {few}", **values, few=few)
    if part.weighted:
        first, *others = part.weighted
        words = [_times(first.weight, first.programme)]
        for each in others:
            words += [say(" minus ") if each.weight < 0 else say(" plus "), _times(abs(each.weight), each.programme)]
        return joined(words, "")
    if part.first_of:
        programmes = listed(name("programme", each) for each in part.first_of)
        return say("the first of {programmes} that has a value", programmes=programmes)
    if part.same_as:
        return say("the value of {programme}", programme=name("programme", part.same_as))
    programme = name("programme", part.peers.programme) if part.peers else ""
    if part.peers and part.peers.group == "market":
        return say("{programme} compared with the average of the account's market", programme=programme)
    return say("{programme} compared with the average of the account's market and kind", programme=programme)


def _times(weight: Decimal, programme: str) -> str:
    return say("{number} times {programme}", number=number(weight), programme=name("programme", programme))


def effect(part: Effect, pack: Pack) -> str:
    """How long an effect lasts, and what else is to be known of it: `for 7 days`."""
    return joined([_length(part, pack), *besides(part, pack)], ", ")


def besides(part: Effect, pack: Pack) -> Sequence[str]:
    """What else than how long it lasts is to be known of an effect: when it begins, what shortens it, a quota."""
    words = []
    if part.starts_after_days == 1:
        words.append(say("from the next day"))
    elif part.starts_after_days:
        words.append(say("{days} later", days=days(part.starts_after_days)))
    if part.overlap == "extend":
        words.append(say("put behind one that is running"))
    if part.shortened_by:
        short = part.shortened_by
        cut = say("cut to {days} by {activity}", days=days(short.to_days), activity=name("activity", short.activity))
        words.append(cut)
    if part.quota:
        words.append(_quota(part.quota, pack))
    return [*words, *(say("then {measure} for good", measure=on(each.measure, each.scope)) for each in part.then)]


def _length(part: Effect, pack: Pack) -> str:
    if part.days and part.and_until:
        text = "for {days}, and until {activity}"
        return say(text, days=days(part.days), activity=name("activity", part.and_until))
    if part.days:
        return say("for {days}", days=days(part.days))
    if part.permanent:
        return say("for good")
    if part.while_in_zone:
        return say("while in the zone")
    if part.until:
        until = days_of(pack.calendars[part.until])
        if part.until_nth > 1:
            return say("until {day} (number {number} of these days)", day=until, number=number(part.until_nth))
        return say("until {day}", day=until)
    return say("for {days}, while an appeal can be filed or is undecided", days=days(part.appeal_days or 0))


def _quota(part: Quota, pack: Pack) -> str:
    most, activity = number(part.at_most), name("activity", part.activity)
    if not part.per:
        return say("at most {number} {activity}", number=most, activity=activity)
    text = "at most {number} {activity} between one {day} and the next"
    return say(text, number=most, activity=activity, day=days_of(pack.calendars[part.per]))


def brought(part: Effect) -> str:
    """What an effect is, without how long it lasts: `warning on the account`."""
    return on(part.name, part.scope)


def on(measure: str, on_scope: str) -> str:
    """A measure or reward with what of an account it is about, unless its name says that: `no live`, of lives."""
    called = name("measure", measure)
    if any(word.startswith(spoken(on_scope)) for word in spoken(measure).split()):
        return called
    return say("{measure} on {scope}", measure=called, scope=scope(on_scope))


def told(facts: Facts) -> str:
    """Facts in a row: `counts violation fraud; brings 6 points; lasts 90 days`."""
    return joined(say("{what} {how}", what=what, how=how) for what, how in facts.items())


def scope(of: str) -> str:
    """What of the account an effect is about."""
    if of != "account":
        return name("scope", of)
    other = speech()
    return Said("the account", other.name("scope", of)) if other else "the account"


def kinds(names: Sequence[str]) -> str:
    """Kinds of account, in the plural."""
    return listed(_kinds_of(each) for each in names)


def _kinds_of(kind: str) -> str:
    english, other = kind if kind == "marketing" else f"{spoken(kind)}s", speech()
    return Said(english, other.name("kinds", english)) if other else english


def kind(key: str) -> str:
    """A kind of account by its key, which other languages call by its plural."""
    return Said(key, local(_kinds_of(key))) if speech() else key


# --- Eligibility and bonuses.


def condition(part: Condition, pack: Pack) -> str:
    """A condition in words: `strikes at most 2 strikes`."""
    words = [_test(part, pack, part.effective_from)] if not part.any_of else [_any_of(part, pack)]
    if part.applies_to:
        words.append(say("only for {kinds}", kinds=kinds(part.applies_to)))
    if part.effective_from:
        words.append(say("from {day} on", day=day(part.effective_from)))
    if part.effective_until:
        words.append(say("until {day}", day=day(part.effective_until)))
    return joined(words)


def _any_of(part: Condition, pack: Pack) -> str:
    return say("any of: {tests}", tests=joined(_test(each, pack, part.effective_from) for each in part.any_of))


def _test(part: Test, pack: Pack, since: date | None) -> str:
    if part.without_measure:
        measure = name("measure", part.without_measure)
        return say("neither {measure} nor a stricter measure is in force", measure=measure)
    assert part.programme
    unit = unit_read(part, pack, since)
    # Subscribers of at least 1000 subscribers are said once.
    limit = bound(part, "" if plural(unit) == spoken(part.programme) else unit)
    called = name("programme", part.programme)
    if part.of_pack:
        called = say("{programme} of {pack}", programme=called, pack=name("pack", part.of_pack))
    said = say("{programme} is {bound}", programme=called, bound=limit)
    missing = {"fails": "without a value it fails", "holds": "without a value it holds", None: ""}[part.if_missing]
    return joined([said, say(missing)]) if missing else said


def eligibility(part: Eligibility) -> Facts:
    """Who is asked about an eligibility and how it behaves; its conditions and effects aside."""
    facts = {say("is for"): kinds(part.applies_to)} if part.applies_to else {}
    if part.stays_eligible:
        facts[say("once eligible")] = say("it stays so for good")
    return facts


def bonus(part: Bonus, pack: Pack) -> Facts:
    """What a bonus pays, and its caps."""
    currency = currency_in(pack)
    paid = money(part.pays, currency)
    pays = say("{number} for each {activity}", number=paid, activity=name("activity", part.activity))
    facts = {say("pays"): pays, say("is about"): scope(part.scope)}
    if part.at_most_per_subject:
        facts[say("at most per subject")] = money(part.at_most_per_subject, currency)
    if part.at_most_per_account:
        facts[say("at most per account")] = money(part.at_most_per_account, currency)
    if part.budget:
        facts[say("for all together")] = say("at most {number}", number=money(part.budget, currency))
    facts[say("begins anew")] = days_of(pack.calendars[part.per])
    if part.eligibility:
        facts[say("only while eligible for")] = name("programme", part.eligibility)
    return facts
