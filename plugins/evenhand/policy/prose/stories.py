"""Worked examples as little stories: what happens, and what the pack then says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evenhand.policy.language.examples import Event, Example, Expectation
from evenhand.policy.language.pack import Pack
from evenhand.policy.prose.speech import Said, market, name, own, say, speech
from evenhand.policy.prose.words import amount_of, capital, currency_in, joined, listed, money, number, spoken

_OUTCOMES = {
    "granted": "{appeal} is granted",
    "denied": "{appeal} is denied",
    "pending": "{appeal} is filed",
    "partly_granted": "{appeal} is partly granted",
    None: "{appeal}",
}


def story(example: Example, pack: Pack) -> list[str]:
    """An example in sentences, a line for each day on which something happens or is expected."""
    lines: dict[date, list[str]] = {}
    for event in sorted(example.events, key=lambda event: event.on):
        what = _happens(event, example)
        if event.account:
            what = say("{what} (account {account})", what=what, account=own(event.account))
        lines.setdefault(event.on, []).append(say("{what}.", what=what))
    for wanted in sorted(example.expect, key=lambda wanted: wanted.on):
        facts = joined((say("{what}.", what=each) for each in _says(wanted, pack)), " ")
        lines.setdefault(wanted.on, []).append(joined(["**", facts, "**"], ""))
    return [say("{day}: {what}", day=day(on), what=joined(said, " ")) for on, said in sorted(lines.items())]


def whose(example: Example, pack: Pack) -> str:
    """Whose story it is: `a creator in GB`."""
    kind, code = example.kind or pack.applies_to[0], example.market or pack.markets[0]
    english, other = "marketing account" if kind == "marketing" else spoken(kind), speech()
    called = Said(english, other.name("kind", kind)) if other else english
    return say(
        "An {kind} in {market}" if english[0] in "aeiou" else "A {kind} in {market}", kind=called, market=market(code)
    )


def day(on: date) -> str:
    """A day as people write it: `1 March 2026`."""
    english, other = f"{on.day} {on:%B %Y}", speech()
    return Said(english, other.day(on)) if other else english


def _happens(event: Event, example: Example) -> str:
    if event.violation:
        details = [name("violation_type", event.violation)]
        if event.severity:
            details.append(say("of severity {severity}", severity=name("severity", event.severity)))
        if event.points is not None:
            details.append(say("to which the reviewer gave {points}", points=number(event.points)))
        details += [say("on content {content}", content=own(event.content))] if event.content else []
        details += [say("on content of {day}", day=day(event.published_on))] if event.published_on else []
        details += [say("in batch {batch}", batch=own(event.batch))] if event.batch else []
        return say("A violation is decided, {details}", details=joined(details, say(", ")))
    if event.activity:
        details = [name("activity", event.activity)]
        details += [say("{number} at once", number=number(event.quantity))] if event.quantity is not None else []
        details += [say("about {subject}", subject=own(event.subject))] if event.subject else []
        if event.answers:
            details.append(say("for the violation {violation}", violation=_named(event.answers, example)))
        details += [say("on content {content}", content=own(event.content))] if event.content else []
        return say("Then comes {details}", details=joined(details, say(", ")))
    if event.metric:
        metric = name("metric", event.metric)
        if event.value is None:
            return say("From now on {metric} isn't known", metric=metric)
        return say("From now on {metric} is {value}", metric=metric, value=number(event.value))
    appeal = say("The appeal against {violation}", violation=_named(event.appeal or "", example))
    if event.filed_on:
        appeal = say("{appeal} (filed on {day})", appeal=appeal, day=day(event.filed_on))
    said = say(_OUTCOMES[event.outcome], appeal=appeal)
    if event.points is None:
        return said
    return say("{said}: it has {points} now", said=said, points=number(event.points))


def _named(identity: str, example: Example) -> str:
    """A violation or an activity as people tell it from others: by what it was and when."""
    event = next(event for event in example.events if event.id == identity)
    kind, key = ("violation_type", event.violation) if event.violation else ("activity", event.activity or "")
    return say("{what} of {day}", what=name(kind, key), day=day(event.on))


def _says(wanted: Expectation, pack: Pack) -> Iterator[str]:
    for key in dict.fromkeys([*wanted.balances, *wanted.zones]):
        yield _standing(key, wanted, pack)
    if wanted.measures is not None:
        yield say("In force: {measures}", measures=_names("measure", wanted.measures, "no measure"))
    if wanted.rewards is not None:
        yield say("Rewards: {rewards}", rewards=_names("measure", wanted.rewards, "none"))
    for eligibility, failed in wanted.failed.items():
        called = name("eligibility", eligibility)
        if failed:
            why = _names("condition", failed, "")
            yield say("For {eligibility} it is not eligible, for {conditions}", eligibility=called, conditions=why)
        else:
            yield say("For {eligibility} it is eligible", eligibility=called)
    for activity, use in wanted.quotas.items():
        called = name("activity", activity)
        if use:
            used, refused = number(use.used), number(use.refused)
            text = "The quota of {activity}: {used} used, {refused} refused"
            yield say(text, activity=called, used=used, refused=refused)
        else:
            yield say("The quota of {activity}: there is none", activity=called)
    for bonus, amount in wanted.bonuses.items():
        paid = money(amount, currency_in(pack))
        yield say("{bonus} has paid {number} so far", bonus=capital(name("measure", bonus)), number=paid)


def _standing(key: str, wanted: Expectation, pack: Pack) -> str:
    called = capital(name("programme", key))
    if key not in wanted.balances:
        return say("{programme} in zone {zone}", programme=called, zone=name("zone", wanted.zones[key]))
    value = wanted.balances[key]
    if value is None:
        said = say("{programme} has no value", programme=called)
    else:
        said = say("{programme} is {value}", programme=called, value=amount_of(value, pack.programmes[key].unit, pack))
    if key not in wanted.zones:
        return said
    return say("{said}, in zone {zone}", said=said, zone=name("zone", wanted.zones[key]))


def _names(kind: str, keys: tuple[str, ...], none: str) -> str:
    return listed(name(kind, key) for key in keys) if keys else say(none) if none else ""
