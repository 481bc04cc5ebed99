"""Worked examples as little stories: what happens, and what the pack then says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evenhand.policy.language.examples import Event, Example, Expectation
from evenhand.policy.language.pack import Pack
from evenhand.policy.prose.words import counted, kinds, listed, number, spoken


def story(example: Example, pack: Pack) -> list[str]:
    """An example in sentences, a line for each day on which something happens or is expected."""
    lines: dict[date, list[str]] = {}
    for event in sorted(example.events, key=lambda event: event.on):
        whose = f" (account {event.account})" if event.account else ""
        lines.setdefault(event.on, []).append(f"{_happens(event, example)}{whose}.")
    for wanted in sorted(example.expect, key=lambda wanted: wanted.on):
        lines.setdefault(wanted.on, []).append(f"**{'. '.join(_says(wanted, pack))}.**")
    return [f"{day(on)}: {' '.join(said)}" for on, said in sorted(lines.items())]


def whose(example: Example, pack: Pack) -> str:
    """Whose story it is: `a creator in GB`."""
    kind = example.kind or pack.applies_to[0]
    singular = kinds([kind]).removesuffix("s") if kind != "marketing" else "marketing account"
    article = "An" if singular[0] in "aeiou" else "A"
    return f"{article} {singular} in {example.market or pack.markets[0]}"


def day(on: date) -> str:
    """A day as people write it: `1 March 2026`."""
    return f"{on.day} {on:%B %Y}"


def _happens(event: Event, example: Example) -> str:
    if event.violation:
        details = [f"of severity {spoken(event.severity)}"] if event.severity else []
        details += [f"to which the reviewer gave {number(event.points)}"] if event.points is not None else []
        details += [f"on content {event.content}"] if event.content else []
        details += [f"on content of {day(event.published_on)}"] if event.published_on else []
        details += [f"in batch {event.batch}"] if event.batch else []
        return f"A violation is decided, {', '.join([spoken(event.violation), *details])}"
    if event.activity:
        details = [f"{number(event.quantity)} at once"] if event.quantity is not None else []
        details += [f"about {event.subject}"] if event.subject else []
        details += [f"for the violation {_named(event.answers, example)}"] if event.answers else []
        details += [f"on content {event.content}"] if event.content else []
        return f"Then comes {', '.join([spoken(event.activity), *details])}"
    if event.metric:
        becomes = f"is {number(event.value)}" if event.value is not None else "isn't known"
        return f"From now on {spoken(event.metric)} {becomes}"
    outcome = {
        "granted": "is granted",
        "denied": "is denied",
        "pending": "is filed",
        "partly_granted": "is partly granted",
        None: "",
    }[event.outcome]
    points = f": it has {number(event.points)} now" if event.points is not None else ""
    filed = f" (filed on {day(event.filed_on)})" if event.filed_on else ""
    return f"The appeal against {_named(event.appeal or '', example)}{filed} {outcome}{points}"


def _named(identity: str, example: Example) -> str:
    """A violation or an activity as people tell it from others: by what it was and when."""
    event = next(event for event in example.events if event.id == identity)
    return f"{spoken(event.violation or event.activity or '')} of {day(event.on)}"


def _says(wanted: Expectation, pack: Pack) -> Iterator[str]:
    for name in dict.fromkeys([*wanted.balances, *wanted.zones]):
        programme = pack.programmes[name]
        words = []
        if name in wanted.balances:
            value = wanted.balances[name]
            words.append("has no value" if value is None else f"is {counted(value, programme.unit)}")
        if name in wanted.zones:
            words.append(f"in zone {spoken(wanted.zones[name])}")
        yield f"{_capital(spoken(name))} {', '.join(words)}"
    if wanted.measures is not None:
        yield f"In force: {_names(wanted.measures, 'no measure')}"
    if wanted.rewards is not None:
        yield f"Rewards: {_names(wanted.rewards, 'none')}"
    for eligibility, failed in wanted.failed.items():
        how = f"not eligible, for {_names(failed, '')}" if failed else "eligible"
        yield f"For {spoken(eligibility)} it is {how}"
    for activity, use in wanted.quotas.items():
        yield f"The quota of {spoken(activity)}: " + (
            f"{use.used} used, {use.refused} refused" if use else "there is none"
        )
    for bonus, amount in wanted.bonuses.items():
        yield f"{_capital(spoken(bonus))} has paid {number(amount)} so far"


def _names(names: tuple[str, ...], none: str) -> str:
    return listed(spoken(name) for name in names) if names else none


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
