"""Why each measure of an account is in force: its rule, what it outranks, and the events that it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from evenhand.delivery.answered import answered
from evenhand.explain.account_rows import AccountRows
from evenhand.explain.edition_units import EditionUnits, reason_told
from evenhand.explain.explanation import Cited, Measure, Violation
from evenhand.explain.happened import Story
from evenhand.explain.labels import Labels, begun
from evenhand.explain.names import Names
from evenhand.explain.worded import worded
from evenhand.policy.language.part import EMERGENCY
from evenhand.policy.prose.money import money
from evenhand.policy.prose.words import condition_told

# The order in which entries are told.
ENTRIES_BY = "programme, on_day, entry_id"
# And that of the periods of balances.
BALANCES_BY = "programme, balance_of, from_day"


def measures_in_force(
    rows: AccountRows,
    story: Story,
    units: EditionUnits,
    receipts: Path,
    night: date,
    violations: Mapping[str, Violation],
) -> tuple[Measure, ...]:
    names = story.names
    listed = {(name, row["row_key"]): row for name in ("penalties", "rewards") for row in rows.of(name, "row_key")}
    # Releases of before several packs say nothing of what prevails: then one row of a scope was there at a time.
    penalties = rows.of("penalties", "row_key")
    felt = {row["scope"]: row["row_key"] for row in penalties if row.get("prevails", True)}
    beaten: dict[str, list[str]] = {}
    for row in penalties:
        if not row.get("prevails", True):
            beaten.setdefault(row["scope"], []).append(row["row_key"])
    acknowledged = answered(receipts, list(listed), night)
    called = {
        key: f"{names.of('measure', row['measure'])} ({names.of('programme', row['programme'])})"
        for (name, key), row in listed.items()
        if name == "penalties"
    }
    events = {row["entry_id"]: event_of(row, names, violations) for row in rows.of("account_entries", ENTRIES_BY)}
    found = []
    for reason in rows.of("reasons", "list, row_key"):
        name, key = reason["list"], reason["row_key"]
        row = listed[name, key]
        prevails = bool(row.get("prevails", True))
        outranked_by = None if prevails else felt.get(row["scope"])
        outranks = tuple(beaten.get(row["scope"], ())) if name == "penalties" and prevails else ()
        rule, english, route = reason["condition"] or "", reason["explanation"], reason["appeal_route"] or ""
        # Releases of earlier versions have the bound of a part of a whole as the pack writes it in the sentence, too;
        # and of a reward no release has the unit.
        unit = units.of_edition(reason["pack"], reason["pack_version"], row["programme"]) or reason["unit"] or ""
        condition = condition_told(rule, unit)
        if (amount := row.get("amount")) is not None:
            # The condition has it as it is compared, and so has the sentence of releases of earlier versions.
            written, told = f"{amount.normalize():f}", money(amount, row["market"])
            condition = condition.replace(f"{written} for", f"{told} for")
            english = english.replace(f" brings {written} on", f" brings {told} on")
        english = reason_told(english.replace(f"({rule})", f"({condition})") if condition != rule else english, unit)
        # A reward has its pack's, too, and doesn't say it: nobody appeals one.
        route = route if english.endswith(route) else ""
        explained = story.why(english.removesuffix(route).removesuffix(" ") if route else english)
        # What people wrote themselves stays as they wrote it.
        is_by_people = row["programme"] == EMERGENCY
        found.append(
            Measure(
                row_key=key,
                list=name,
                measure=reason["measure"],
                label=names.of("measure", reason["measure"]),
                scope=row["scope"],
                scope_label=names.of("scope", row["scope"]),
                programme=row["programme"],
                first_day=row["starts_on"],
                last_day=row["ends_on"],
                market=row["market"],
                amount=amount,
                prevails=prevails,
                outranked_by=outranked_by,
                outranked_by_measure=listed["penalties", outranked_by]["measure"] if outranked_by else "",
                outranked_by_label=called.get(outranked_by or "", ""),
                outranks=outranks,
                outranks_labels=tuple(called[each] for each in outranks),
                pack=reason["pack"],
                pack_label=names.of("pack", reason["pack"]),
                version=reason["pack_version"],
                pack_sha256=reason["pack_sha256"],
                rule=rule,
                rule_label=rule
                if is_by_people
                else begun(story.condition(condition) or "") or names.of("rule", condition),
                unit=reason["unit"] or "",
                before=reason["balance_before"],
                after=reason["balance_after"],
                explanation=explained or (english if is_by_people else sentence_of(english, names)),
                is_english=explained is None,
                appeal_route=route,
                cited=tuple(_cited(each, events) for each in json.loads(reason["entries"])),
                answered=acknowledged.get((name, key), ()),
            )
        )
    return tuple(found)


def _cited(entry: Mapping[str, Any], events: Mapping[str, str]) -> Cited:
    last = entry.get("last_counts_on")
    return Cited(
        entry=entry["entry"],
        # Entries of a night that is long gone may not be told any more.
        event=events.get(entry["entry"]) or entry.get("violation") or entry["entry"],
        violation=entry.get("violation"),
        rule=entry["rule"],
        amount=Decimal(str(entry["amount"])),
        first_day=date.fromisoformat(entry["counts_from"]),
        last_day=date.fromisoformat(last) if last else None,
        is_needed=entry.get("needed"),
        # Releases of earlier versions don't have it.
        is_needed_together=entry.get("needed_together"),
    )


def event_of(row: Mapping[str, Any], names: Names, violations: Mapping[str, Violation]) -> str:
    """What an entry is of, in words."""
    what = names.of("violation_type" if row["violation_id"] else "activity", row["event_type"])
    behind = violations.get(row["violation_id"])
    return ", ".join([what, *([behind.on] if behind and behind.on else []), row["event_id"]])


def sentence_of(sentence: str, names: Names) -> str:
    """An English sentence of a release; those of before keys had names in it had the keys."""
    return worded(Labels(names.labels.catalogs), sentence)
