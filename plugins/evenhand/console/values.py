"""Values as a person reads them: labels for keys, figures with their units, days in words, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError

from evenhand.console.reader import once, reader, reader_of, say
from evenhand.explain.explanation import BY_PEOPLE, Happened
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.explain.worded import worded as with_names
from evenhand.notices.catalogs import REFERENCE, Catalogs, load_catalogs
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.market_names import market_called
from evenhand.policy.targets import Goal, Target
from evenhand.release.figures import ALL_MARKETS, Figure
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS
from evenhand.release.targets import Judged
from evenhand.reports import units
from evenhand.reports.catalogue import ENGLISH
from evenhand.reports.formats import NOTHING
from evenhand.settings import settings

# A day in a sentence, which can end with it, and not a part of a name such as C/2026-03-01.2.
_DAY = re.compile(r"(?<![\w/.:-])\d{4}-\d{2}-\d{2}(?![\w/-]|[.:]\w)")


def label(kind: str, key: str | None) -> str:
    """What a key is called, by Evenhand itself or by the catalogues; empty for nothing."""
    return names().of(kind, key)


def key_of(kind: str, said: str) -> str:
    """The key that is called so in English; the same where none is: releases have keys of some and names of others."""
    return once(f"keys of {kind}", lambda: _keys_of(english(), kind)).get(said.lower(), said)


def _keys_of(words: Labels, kind: str) -> Mapping[str, str]:
    there = words.catalogs.languages[words.language].messages
    keys = [name.removeprefix(f"{kind}.") for name in sorted(there) if name.startswith(f"{kind}.")]
    return {words.of(kind, key).lower(): key for key in keys}


def names() -> Names:
    """What keys are called in the reader's language."""
    return Names(labels(), reader().called, reader().day, reader().number, reader().in_currency)


def edition(policy: str) -> str:
    """A policy by its pack and version, such as `creators_id@2`."""
    pack, _, version = policy.partition("@")
    return say("%(policy)s, version %(version)s", policy=label("pack", pack), version=version)


def worded(sentence: str, programme: str | None = None) -> str:
    """An English sentence of a release with names for the keys in it; as it is where people wrote of it themselves.

    Args:
        programme: that of the row which it is of.
    """
    return sentence if programme == EMERGENCY else dated(with_names(english(), sentence))


def happened(step: Happened) -> str:
    """What a step of a timeline tells: the release's sentence with its days; what people wrote, as they wrote it."""
    return dated(step.what) if step.is_english and step.event not in BY_PEOPLE else step.what


def dated(sentence: str) -> str:
    """An English sentence with its days as people write them, and not as machines do."""
    return _DAY.sub(lambda found: _english_day(found[0]), sentence)


def _english_day(written: str) -> str:
    try:
        return reader_of(ENGLISH).day(date.fromisoformat(written))
    except ValueError:
        return written


def number(value: Decimal | int | float | None) -> str:
    """A number with as many digits as say something; a dash for nothing."""
    if value is None:
        return NOTHING
    exact = Decimal(str(value))
    return reader().number(Decimal(f"{exact:.2g}") if 0 < abs(exact) < Decimal("0.01") else exact)


def of_unit(value: Decimal, unit: str, market: str = "") -> str:
    """A number of a unit, as the catalogues call it: 1 point, 3 points, 20 %; the number alone without a unit.

    Args:
        market: whose currency money is in.
    """
    return _of_numbers().of_unit(value, unit, market)


def distance(value: Decimal, unit: str, market: str = "") -> str:
    """How far two numbers of a unit are from one another; `market` as above."""
    return _of_numbers().distance(value, unit, market)


def _of_numbers() -> Names:
    # Where a page has its own word for a unit, it stands before that of reports.
    return replace(names(), words=reader().words, number=number)


def signed(value: int) -> str:
    """A difference, with its sign."""
    return "±0" if value == 0 else reader().signed(value)


def share(value: Decimal | None) -> str:
    """A share of one, in percent."""
    return NOTHING if value is None else reader().share(value)


def day(value: date | None) -> str:
    """A day; a dash for none."""
    return reader().day(value)


def minute(written: str) -> str:
    """A minute as it is written down: `2026-03-06 20:00`."""
    at = datetime.fromisoformat(written)
    return f"{day(at.date())} {at:%H:%M}"


def last_day(value: date | None) -> str:
    """A last day, or that there is none."""
    return say("no end") if value is None else day(value)


def span(first: date | None, last: date | None) -> str:
    """Days from the first until the last, where there is one; of what hangs on recent days no first day is known."""
    if first is None:
        return say("without an end") if last is None else say("until %(last)s", last=day(last))
    if last is None:
        return say("%(first)s on, without an end", first=day(first))
    return say("%(first)s to %(last)s", first=day(first), last=day(last))


def yes(value: object) -> str:
    """Whether something is so."""
    return say("yes") if value else say("no")


def market(name: str) -> str:
    """A market; or all of them."""
    return say("all markets") if name == ALL_MARKETS else market_called(settings().policies, name, reader().name)


def markets(of: Iterable[str]) -> str:
    """Several markets, in the order in which their codes are."""
    return ", ".join(map(market, of))


def language_name(name: str) -> str:
    """What a language is called in the reader's own; as it is written where nobody knows it."""
    try:
        return Locale.parse(name).get_display_name(reader().locale) or name
    except (UnknownLocaleError, ValueError):
        return name


def figure(of: Figure) -> str:
    """A figure of a metric with its unit, or that there are too few rows to say."""
    if not of.is_enough:
        if of.minimum_sample is None:
            return say("too few to say")
        return say(
            "too few to say (%(known)s of %(needed)s needed)",
            known=round(of.sample or 0),
            needed=round(of.minimum_sample),
        )
    if of.figure is None:
        return say("none")
    said = reader().figure(Decimal(of.figure), of.unit, of.market)
    if of.is_enough and of.out_of is not None and of.sample is not None and of.out_of > of.sample:
        return say("%(figure)s (of %(known)s of %(all)s)", figure=said, known=round(of.sample), all=round(of.out_of))
    return said


def interval(of: Figure) -> str:
    """In which a metric is with a probability of 95 %; empty where it is no estimate."""
    if of.low is None or of.high is None or not of.is_enough:
        return ""
    return between(of.low, of.high, lambda value: reader().figure(value, of.unit, of.market))


def between(low: Decimal, high: Decimal, written: Callable[[Decimal], str]) -> str:
    """From one value to another."""
    return say("%(low)s to %(high)s", low=written(low), high=written(high))


def bound(wanted: Target | Goal, unit: str) -> str:
    """What a metric is to come to; `unit` is the metric's, and a bound's own counts first."""
    return units.bound(reader(), reader().words, wanted, unit)


def judged(of: Judged, unit: str) -> str:
    """A figure against its target."""
    state = label("state", of.state) if of.state else say("not compared, for the figure counts otherwise")
    return say("%(state)s: %(bound)s", state=state, bound=bound(of.target, unit))


def list_of(name: str, name_of: str) -> str:
    """A list of a market, deliveries to a receiver, or notices in a language, as a heading."""
    if name == DELIVERIES:
        return say("Deliveries to %(receiver)s", receiver=name_of)
    if name == NOTICES:
        return say("Notices in %(language)s", language=language_name(name_of))
    if name == ITEMS:
        return say("Review budget of %(market)s", market=market(name_of))
    return say("%(list)s of %(market)s", list=label("list", name), market=market(name_of))


def labels() -> Labels:
    """The words of the catalogues in the reader's language, read again where one has changed; else in English."""
    return _in(reader().name)


def english() -> Labels:
    """The same in English, for sentences that are told in it alone."""
    return _in(REFERENCE)


def _in(language: str) -> Labels:
    # A page asks for each of its keys, and files are looked at for each.
    return once(f"labels in {language}", lambda: _labels_in(language))


def _labels_in(language: str) -> Labels:
    folder = settings().translations
    changed = max((path.stat().st_mtime_ns for path in folder.glob("*.po")), default=0)
    catalogs = _catalogs_of(folder, changed)
    return Labels(catalogs, language if language in catalogs.languages else REFERENCE)


@lru_cache(maxsize=4)
def _catalogs_of(folder: Path, changed: int) -> Catalogs:
    return load_catalogs(folder)
