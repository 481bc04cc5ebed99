"""Rendering: a notice from its facts, in the account's language."""

from __future__ import annotations

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from evenhand.notices.catalogs import Catalog, Catalogs, catalog_of, text
from evenhand.notices.notice import Notice, NoticeFacts
from evenhand.policy.language.part import EMERGENCY

# How many ids of violations are spelled out; of others only their number is told.
_SPELLED_OUT = 10
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
    keys = [f"what.{happened}", _when(facts), *_why(facts), _appeal(facts), _restored(facts)]
    counts = {"why.more": len(facts.evidence[_SPELLED_OUT:])}
    return Notice(
        text(catalog, f"subject.{happened}", values),
        "\n".join(text(catalog, key, values, counts.get(key, len(facts.evidence))) for key in keys if key),
    )


def _values(facts: NoticeFacts, catalog: Catalog) -> dict[str, str]:
    values = {
        "measure": text(catalog, f"measure.{facts.measure}", {}),
        "scope": text(catalog, f"scope.{facts.scope}", {}),
        "programme": text(catalog, f"programme.{facts.programme}", {}),
        "evidence": format_list(facts.evidence[:_SPELLED_OUT], locale=catalog.locale),
        "reason": facts.reason,
        "more": format_decimal(len(facts.evidence[_SPELLED_OUT:]), locale=catalog.locale),
    }
    days = {
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "lifted_until": facts.lifted_until,
        "appeal_until": facts.appeal_until,
        "restored_on": facts.restored_on,
    }
    return values | {name: format_date(day, "long", locale=catalog.locale) for name, day in days.items() if day}


def _when(facts: NoticeFacts) -> str:
    ended = facts.event == "ended"
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


def _why(facts: NoticeFacts) -> list[str]:
    if facts.reason:
        return ["why.lifted" if facts.lifted_until else "why.emergency"]
    if facts.programme == EMERGENCY:
        # It is over; why it was imposed has been told.
        return []
    of = "penalties_ended" if (facts.list, facts.event) == ("penalties", "ended") else facts.list
    if not facts.evidence:
        return [f"why.{of}.standing"]
    more = ["why.more"] if len(facts.evidence) > _SPELLED_OUT else []
    return [f"why.{of}.evidence", *more]


def _appeal(facts: NoticeFacts) -> str:
    if facts.can_appeal:
        return "appeal.until" if facts.appeal_until else "appeal.any_time"
    return "" if (facts.list, facts.event) in _GOOD_NEWS else "appeal.none"


def _restored(facts: NoticeFacts) -> str:
    if not facts.restored_by or (facts.list, facts.event) in _GOOD_NEWS:
        return ""
    dated = "_on" if facts.restored_on and facts.restored_by in ("time", "balance") else ""
    return f"restored.{facts.list}.{facts.restored_by}{dated}"
