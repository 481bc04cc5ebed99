"""The facts about an account on a night: from its release, the notices of all releases until then, and the receipts.

What support may tell an account (`FOR_SUPPORT`) has neither linked accounts nor how something was found, and nothing
that isn't decided, nor what may tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from evenhand.explain.account_rows import AccountRows, as_dicts, with_rules
from evenhand.explain.edition_units import EditionUnits
from evenhand.explain.explanation import (
    FOR_SUPPORT,
    Audience,
    Entry,
    Explanation,
    Period,
    ProgrammeStanding,
    ToldNotice,
    Violation,
)
from evenhand.explain.happened import Story
from evenhand.explain.lacking import what_is_lacking
from evenhand.explain.measures import BALANCES_BY, ENTRIES_BY, event_of, measures_in_force
from evenhand.explain.names import Names
from evenhand.explain.timeline import timeline
from evenhand.explain.violations import violations_of
from evenhand.explain.waiting import PENALTIES, STAGE_ENTERED, Waiting, what_waits
from evenhand.landing.held_markets import decided_alone
from evenhand.landing.names import composed
from evenhand.quality.held_lists import LISTS
from evenhand.records.sql_files import SqlFile
from evenhand.release.history import said_of_history
from evenhand.release.manifest import Manifest, read_manifest
from evenhand.release.publish import revision_of

_SQL = SqlFile(__file__)

_DAY = timedelta(days=1)
# Why an entry doesn't count.
LEFT_OUT = {
    "restored": "taken back on {day}: it was restored without an appeal",
    "granted": "taken back on {day}: an appeal was granted",
    "by_rule": "left out by a rule of the programme",
}


class NoSuchAccount(Exception):
    """The release doesn't know the account."""


class NothingOfAccounts(NoSuchAccount):
    """The release is history and says nothing of single accounts, or nothing that support may tell."""


def explain(
    releases: Path, receipts: Path, night: date, account: str, names: Names, audience: Audience = "managers"
) -> Explanation:
    """What stands behind an account's measures on a night that is released.

    Args:
        receipts: the ledger of what receivers acknowledged; it may not be there yet.

    Raises:
        NoSuchAccount: no account of this name was there on the night.
        NothingOfAccounts: the night is history.
        OtherFormat: the release is of another version.
    """
    account = composed(account)
    release = releases / f"night={night}"
    manifest = read_manifest(release)
    if manifest.history and (audience == FOR_SUPPORT or "reasons.parquet" not in manifest.files):
        raise NothingOfAccounts(f"night {night}: {said_of_history(manifest)}")
    with with_rules(release) as connection:
        rows = AccountRows(connection, release, night, account)
        profile = next(iter(rows.of("account_profiles")), None)
        if profile is None:
            raise NoSuchAccount(f"{release}: no account {account} on that night; names are spelt as in the feeds")
        market = profile["market"]
        units = EditionUnits(rows.rules_of_all_days("programmes"))
        story = Story(names, units.known)
        violations = violations_of(rows, names, audience, release)
        by_name = {each.violation: each for each in violations}
        waiting = what_waits(rows, manifest, market)
        for_support = audience == FOR_SUPPORT
        hides, hides_penalties = for_support and waiting.since, for_support and PENALTIES in waiting.since
        measures = measures_in_force(rows, story, units, receipts, night, by_name)
        lacking = () if hides else what_is_lacking(rows, names, market, profile["kind"])
        penalties = () if hides_penalties else tuple(each.row_key for each in measures if each.list == PENALTIES)
        happened = tuple(timeline(rows, story, units, market, waiting, audience, by_name))
        return Explanation(
            account=account,
            night=night,
            revision=revision_of(release),
            release_id=manifest.release_id,
            audience=audience,
            market=market,
            kind=profile["kind"],
            kind_label=names.of("kind", profile["kind"]),
            language=profile["language"],
            onboarded_on=profile["onboarded_on"],
            exited_on=profile["exited_on"],
            stage="" if hides_penalties else profile["stage"],
            stage_label="" if hides_penalties else names.of("stage", profile["stage"] or "none"),
            stage_since=None if hides_penalties else profile["stage_since"],
            not_decided=()
            if for_support
            else (*_not_decided(manifest, market), *(each.said(names) for each in waiting.rows)),
            programmes=()
            if hides
            else _programmes(rows, names, units, partial(units.on, night, market), by_name, waiting),
            measures=measures,
            lacking=lacking,
            restorable=(*penalties, *(each.what for each in lacking)),
            violations=violations,
            timeline=happened,
            told=_told(connection, releases, night, account),
            linked=() if for_support else _linked(rows, profile),
            stage_not_decided=any(
                each.not_decided and (each.event, each.on_day) == (STAGE_ENTERED, profile["stage_since"])
                for each in happened
            ),
        )


def _linked(rows: AccountRows, profile: Mapping[str, Any]) -> tuple[str, ...]:
    """Accounts of the same owner, as either of the two says."""
    if "linked_to" not in profile:
        return ()
    said = rows.others("account_profiles", "linked_to = $account")
    return tuple(sorted({*([profile["linked_to"]] if profile["linked_to"] else []), *said}))


_REASONS_TOLD = 2
_WAIT, _REJECTED = "wait for somebody's answer", "were rejected, so that earlier ones are in force"


def _not_decided(manifest: Manifest, market: str) -> tuple[str, ...]:
    said = [said_of_history(manifest)] if manifest.history else []
    said += [
        f"The market isn't decided: {each.why}"
        for each in manifest.held_markets
        if each.market == market and not decided_alone(each.why)
    ]
    said += [
        f"The {each.list} of the market {_WAIT if each.waits else _REJECTED}: {_first_of(each.why)}"
        for each in manifest.held_lists
        if each.market == market and each.list in LISTS and each.answer != "approved"
    ]
    return tuple(said)


def _first_of(reasons: Sequence[str]) -> str:
    """The first reasons: a list may have dozens, and what is told here is of one account."""
    more = len(reasons) - _REASONS_TOLD
    rest = [f"and {more} more reason{'s' if more > 1 else ''}"] if more > 0 else []
    return "; ".join([*reasons[:_REASONS_TOLD], *rest])


def _programmes(
    rows: AccountRows,
    names: Names,
    units: EditionUnits,
    unit_of: Callable[[str], str],
    violations: Mapping[str, Violation],
    waiting: Waiting,
) -> tuple[ProgrammeStanding, ...]:
    health = {row["programme"]: row for row in rows.of("account_health", "programme")}
    periods: dict[str, list[Period]] = {}
    for row in rows.of("balance_periods", BALANCES_BY):
        periods.setdefault(row["programme"], []).append(_period(row, names, units))
    entries: dict[str, list[Entry]] = {}
    for row in rows.of("account_entries", ENTRIES_BY):
        entries.setdefault(row["programme"], []).append(_entry(row, names, units, violations))
    return tuple(
        ProgrammeStanding(
            programme=row["programme"],
            label=names.of("programme", row["programme"]),
            unit=unit_of(row["programme"]),
            balance=row["balance"],
            zone=row["zone"],
            zone_label=names.of("zone", row["zone"]),
            since=row["since"],
            next_zone=(next_zone := health.get(row["programme"], {}).get("next_zone")),
            next_zone_label=names.of("zone", next_zone),
            to_next_zone=health.get(row["programme"], {}).get("to_next_zone"),
            periods=periods.get(row["programme"], ()),
            entries=entries.get(row["programme"], ()),
            not_decided=waiting.is_of_zone(row["programme"], row["since"]),
        )
        for row in rows.of("standings", "programme")
    )


def _period(row: Mapping[str, Any], names: Names, units: EditionUnits) -> Period:
    kept_for = row["balance_of"]
    said = names.labels.of("violation_type", kept_for)
    return Period(
        first_day=row["from_day"],
        last_day=row["until_day"] - _DAY if row["until_day"] else None,
        balance=row["balance"],
        zone=row["zone"],
        zone_label=names.of("zone", row["zone"]),
        balance_of=kept_for,
        # It is a type of violation, or the name of a content or of what else was violated, which stays as it is.
        balance_of_label=kept_for if said == names.labels.unnamed(kept_for) else said,
        unit=units.of_edition(row["pack"], row["version"], row["programme"]),
    )


def _entry(row: Mapping[str, Any], names: Names, units: EditionUnits, violations: Mapping[str, Violation]) -> Entry:
    behind = violations.get(row["violation_id"])
    if row["voided_on"]:
        was_restored = behind is not None and behind.restored_on == row["voided_on"]
        how = LEFT_OUT["restored" if was_restored else "granted"]
        left_out = names.words(how).format(day=names.day(row["voided_on"]))
    else:
        left_out = "" if row["is_counted"] else names.words(LEFT_OUT["by_rule"])
    return Entry(
        entry=row["entry_id"],
        rule=row["rule"],
        rule_label=names.of("rule", row["rule"]),
        pack=row["pack"],
        pack_label=names.of("pack", row["pack"]),
        version=row["version"],
        amount=row["amount"],
        first_day=row["counts_from"],
        last_day=row["counts_until"] - _DAY if row["counts_until"] else None,
        event=event_of(row, names, violations),
        left_out=left_out,
        violation=row["violation_id"],
        unit=units.of_edition(row["pack"], row["version"], row["programme"]),
    )


def _told(connection: duckdb.DuckDBPyConnection, releases: Path, night: date, account: str) -> tuple[ToldNotice, ...]:
    """Every notice of a release until the night; a later revision has the notices of the one before it."""
    there = {path.name.removeprefix("night="): path for path in sorted(releases.glob("night=*"))}
    files = {
        str(path / "notices.parquet"): date.fromisoformat(name)
        for name, path in there.items()
        if name <= str(night) and (path / "notices.parquet").exists()
    }
    if not files:
        return ()
    found = as_dicts(
        connection,
        _SQL("told"),
        {"files": list(files), "account": account},
    )
    return tuple(
        ToldNotice(files[row["filename"]], row["event"], row["row_key"], row["subject"], row["body"]) for row in found
    )
