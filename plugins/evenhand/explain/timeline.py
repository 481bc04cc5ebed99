"""What happened to an account, in the order of days, as who asks may hear of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from evenhand.explain.account_rows import AccountRows
from evenhand.explain.edition_units import EditionUnits, step_told
from evenhand.explain.explanation import BY_PEOPLE, FOR_SUPPORT, Audience, Happened, Violation
from evenhand.explain.happened import TOGETHER, Story
from evenhand.explain.measures import BALANCES_BY
from evenhand.explain.names import Names
from evenhand.explain.waiting import Waiting


def timeline(
    rows: AccountRows,
    story: Story,
    units: EditionUnits,
    market: str,
    waiting: Waiting,
    audience: Audience,
    violations: Mapping[str, Violation],
) -> Iterator[Happened]:
    """What happened; version 0.1 called it a story, and releases are never rewritten."""
    steps = rows.of("account_timeline" if rows.has("account_timeline") else "story", "step")
    # By which edition, of which market, what begins on a day was judged; releases of earlier versions don't say it.
    begun = {(row["programme"], row["from_day"]): row for row in rows.of("balance_periods", BALANCES_BY)}
    not_decided = set() if audience == FOR_SUPPORT else waiting.coming_of_it(steps)
    for row in steps:
        event, told = row["event"], row["told"]
        if audience == FOR_SUPPORT and waiting.keeps_from_support(row):
            continue
        label = story.names.of("event", event)
        if audience == FOR_SUPPORT and event == "violation_decided":
            # A release says how it was found.
            yield Happened(row["on_day"], event, label, _what_was_decided(violations.get(row["about"]), story.names))
            continue
        if event == "zone_entered":
            # Of a balance that is one of several, what it is of is behind the programme.
            programme = row["about"].partition("/")[0]
            if period := begun.get((programme, row["on_day"])):
                unit = units.of_edition(period["pack"], period["version"], programme)
            else:
                unit = units.on(row["on_day"], market, programme)
            told = step_told(told, unit)
        said = story.told(event, told)
        # What people wrote themselves stays as they wrote it.
        english = told if event in BY_PEOPLE else story.in_english(event, told)
        yield Happened(row["on_day"], event, label, said or english, said is None, row["step"] in not_decided)


def _what_was_decided(violation: Violation | None, names: Names) -> str:
    """A violation, without how it was found."""
    said = [violation.label, violation.severity_label, violation.on] if violation else []
    first, *more = [each for each in said if each] or [""]
    for each in more:
        first = names.words(TOGETHER).format(said=first, more=each)
    return first
