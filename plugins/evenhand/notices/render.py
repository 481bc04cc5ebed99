"""Rendering: a notice from its facts, in the account's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_territory_currencies

from evenhand.notices.catalogs import Catalog, Catalogs, catalog_of, text
from evenhand.notices.notice import Notice, NoticeFacts, ToldViolation
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.prose.words import in_percent

# How many violations are spelled out; of others only their number is told.
_SPELLED_OUT = 10
_BUDDHIST_ERA = 543
# After these, nobody needs to hear that there is no appeal, nor what would restore anything.
_GOOD_NEWS = (("penalties", "ended"), ("rewards", "new"))


def render(facts: NoticeFacts, catalogs: Catalogs) -> Notice:
    """A notice: what happened, from when to when, why, how to appeal, and what restores what was taken.

    Raises:
        CatalogError: the language isn't there, or lacks something that this notice says.
    """
    catalog = catalog_of(catalogs, facts.language)
    values = _values(facts, catalog)
    happened = f"{facts.list}.{facts.event}"
    lines = [text(catalog, key, values) for key in (f"what.{happened}", _amount(facts), _when(facts)) if key]
    lines += _why(facts, catalog, values)
    keys = (_balance(facts), _beside(facts), _appeal(facts), _restored(facts))
    lines += [text(catalog, key, values) for key in keys if key]
    return Notice(text(catalog, f"subject.{happened}", values), "\n".join(lines))


def _values(facts: NoticeFacts, catalog: Catalog) -> dict[str, str]:
    values = {
        "measure": text(catalog, f"measure.{facts.measure}", {}),
        "scope": text(catalog, f"scope.{facts.scope}", {}),
        "programme": text(catalog, f"programme.{facts.programme}", {}),
        "reason": facts.reason,
        "more": format_decimal(len(facts.cases[_SPELLED_OUT:]), locale=catalog.locale),
    }
    if facts.amount is not None:
        values["amount"] = _money(facts.amount, facts.market, facts.starts_on, catalog)
    if facts.balance_before is not None:
        # What it counts is said once, after the later one; percent of both.
        is_part = in_percent(facts.balance_before, facts.unit) is not None
        values["balance_before"] = counted(facts.balance_before, facts.unit if is_part else None, catalog)
    if facts.balance_after is not None:
        values["balance_after"] = counted(facts.balance_after, facts.unit, catalog)
    if other := facts.outranked_by or facts.followed_by:
        values["other"] = text(catalog, f"measure.{other}", {})
    return values | _days(
        catalog,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        lifted_until=facts.lifted_until,
        appeal_until=facts.appeal_until,
        restored_on=facts.restored_on,
        followed_until=facts.followed_until,
    )


def counted(number: Decimal, unit: str | None, catalog: Catalog) -> str:
    """A number with its unit, if the language has a word for that; a part of a whole in percent."""
    if (percent := in_percent(number, unit)) is not None:
        return f"{format_decimal(percent, locale=catalog.locale)}\u00a0%"
    shown = str(format_decimal(number, locale=catalog.locale))
    key = f"unit.{unit}"
    if key not in catalog.messages:
        return shown
    return text(catalog, key, {"count": shown}, int(number) if number == int(number) else 2)


def _days(catalog: Catalog, **days: date | None) -> dict[str, str]:
    return {name: _day(day, catalog) for name, day in days.items() if day}


def _day(day: date, catalog: Catalog) -> str:
    """A day as the market writes it: in Thailand, with the year of the Buddhist era."""
    if catalog.locale.language == "th":
        return f"{format_date(day, 'd MMMM', locale=catalog.locale)} {day.year + _BUDDHIST_ERA}"
    return str(format_date(day, "long", locale=catalog.locale))


def _money(amount: Decimal, market: str, day: date | None, catalog: Catalog) -> str:
    """An amount in the currency of the market, if it is named as a country is."""
    currencies = get_territory_currencies(market, start_date=day or date(2026, 1, 1))
    if not currencies:
        return str(format_decimal(amount, locale=catalog.locale))
    pattern = catalog.locale.currency_formats["standard"].pattern
    if amount == amount.to_integral_value():
        # Nobody writes the cents of a whole amount.
        return str(
            format_currency(
                amount, currencies[0], pattern.replace(".00", ""), locale=catalog.locale, currency_digits=False
            )
        )
    return str(format_currency(amount, currencies[0], locale=catalog.locale))


def _case(case: ToldViolation, facts: NoticeFacts, catalog: Catalog) -> str:
    """What a violation was, where, what it counts, and until when one can appeal against it."""
    days = _days(
        catalog,
        posted_on=case.posted_on,
        decided_on=case.decided_on,
        # People are told last days; the catalogues' word for it stands in translations that were approved.
        counts_until=case.last_counts_on,
        appeal_until=case.appeal_until,
    )
    kind = f"violation_type.{case.violation_type}"
    values = days | {
        "type": text(catalog, kind if kind in catalog.messages else "violation_type.other", {}),
        "about": _about(case, catalog, days),
    }
    if case.amount is not None:
        # What counts towards a part of a whole is none itself.
        unit = case.unit or facts.unit
        is_part = in_percent(case.amount, unit) is not None
        values["amount"] = counted(case.amount, None if is_part else unit, catalog)
    keys = ["case.undated" if not case.decided_on else "case.about" if case.kind else "case.plain"]
    if (facts.list, facts.event) not in _GOOD_NEWS and facts.list == "penalties":
        if case.amount is not None:
            keys.append("case.counts_until" if case.last_counts_on else "case.counts")
        if case.is_needed is not None and len(facts.cases) > 1:
            keys.append("case.needed" if case.is_needed else "case.not_needed")
        keys.append(f"case.appeal.{case.appeal}")
    return " ".join(text(catalog, key, values) for key in keys)


def _about(case: ToldViolation, catalog: Catalog, days: Mapping[str, str]) -> str:
    if not case.kind:
        return ""
    known = case.kind if case.kind in ("live", "short_video") else "content"
    kind = text(catalog, f"kind.{known}", {})
    told = [name for name, value in (("titled", case.title), ("dated", case.posted_on)) if value]
    if not told:
        return kind
    return text(catalog, f"about.{'_'.join(told)}", {**days, "kind": kind, "title": case.title or ""})


def _amount(facts: NoticeFacts) -> str:
    return f"amount.{facts.event}" if facts.amount is not None else ""


def _balance(facts: NoticeFacts) -> str:
    told = facts.list == "penalties" and facts.event != "ended" and facts.cases
    return "balance.reached" if told and None not in (facts.balance_before, facts.balance_after) else ""


def _beside(facts: NoticeFacts) -> str:
    """What else of the account's is in force on the scope."""
    if facts.outranked_by:
        return "beside.stricter"
    if facts.followed_by:
        return "beside.remains_until" if facts.followed_until else "beside.remains"
    return ""


def _when(facts: NoticeFacts) -> str:
    ended = facts.event == "ended"
    if facts.amount is not None and not ended and facts.starts_on and not facts.ends_on:
        return "when.paid"
    if facts.starts_on and facts.ends_on:
        days = "from_until"
    elif facts.starts_on:
        days = "from"
    elif facts.ends_on:
        days = "until"
    else:
        # That it ended has been said.
        return "" if ended else "when.in_force.open"
    return f"when.{'ended' if ended else 'in_force'}.{days}"


def _why(facts: NoticeFacts, catalog: Catalog, values: Mapping[str, str]) -> list[str]:
    if facts.reason:
        return [text(catalog, "why.lifted" if facts.lifted_until else "why.emergency", values)]
    if facts.programme == EMERGENCY:
        # It is over; why it was imposed has been told.
        return []
    of = "penalties_ended" if (facts.list, facts.event) == ("penalties", "ended") else facts.list
    lines = [text(catalog, "reversed", values)] if facts.is_reversed else []
    if facts.is_appeal_granted:
        lines.append(text(catalog, "ended.appeal", values))
    if facts.is_restored:
        lines.append(text(catalog, "ended.restored", values))
    if facts.amount is not None and not facts.cases:
        # It is paid for what the account did, and its name says for what.
        return lines
    if not facts.cases:
        return [*lines, text(catalog, f"why.{of}.standing", values)]
    lines.append(text(catalog, f"why.{of}.evidence", values, len(facts.cases)))
    lines += [_case(case, facts, catalog) for case in facts.cases[:_SPELLED_OUT]]
    if more := len(facts.cases[_SPELLED_OUT:]):
        lines.append(text(catalog, "why.more", values, more))
    return lines


def _appeal(facts: NoticeFacts) -> str:
    if facts.can_appeal:
        if facts.cases and not facts.reason:
            # Until when, each violation says.
            return "appeal.each"
        return "appeal.until" if facts.appeal_until else "appeal.any_time"
    if facts.cases or (facts.list, facts.event) in _GOOD_NEWS:
        return ""
    return "appeal.none"


def _restored(facts: NoticeFacts) -> str:
    if not facts.restored_by or (facts.list, facts.event) in _GOOD_NEWS:
        return ""
    dated = "_on" if facts.restored_on and facts.restored_by in ("time", "balance") else ""
    return f"restored.{facts.list}.{facts.restored_by}{dated}"
