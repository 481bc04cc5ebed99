"""The facts about an account on a night: from its release, the notices of all releases until then, and the receipts.

What support may tell an account (`FOR_SUPPORT`) has neither linked accounts nor how something was found, and nothing
that isn't decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb

from evenhand.deciding.provenance import lay_rules_of
from evenhand.delivery.answered import Answered, answered
from evenhand.explain.labels import Labels
from evenhand.release.manifest import Manifest, read_manifest
from evenhand.release.publish import revision_of

Audience = Literal["managers", "support"]
FOR_SUPPORT: Audience = "support"
_DAY = timedelta(days=1)
_HOW = {"at_least": "at least", "more_than": "more than", "at_most": "at most", "less_than": "less than"}


class NoSuchAccount(Exception):
    """The release doesn't know the account."""


@dataclass(frozen=True)
class Period:
    """Days on which a balance was in one zone at one value; `last_day` is None while it goes on."""

    first_day: date
    last_day: date | None
    balance: Decimal | None
    zone: str


@dataclass(frozen=True)
class Entry:
    """What an event adds to a balance, in the programme's unit.

    Attributes:
        last_day: the last day that it counts; None if it counts for ever.
        left_out: why it doesn't count; empty if it does on its days.
        event: the violation, training or activity behind it, in words.
    """

    entry: str
    rule: str
    pack: str
    version: int
    amount: Decimal
    first_day: date
    last_day: date | None
    event: str
    left_out: str


@dataclass(frozen=True)
class Programme:
    """Where the account stands in a programme."""

    programme: str
    label: str
    unit: str
    balance: Decimal | None
    zone: str
    zone_label: str
    since: date | None
    next_zone: str | None
    to_next_zone: Decimal | None
    periods: Sequence[Period]
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Cited:
    """An entry that a measure cites.

    Attributes:
        is_needed: whether the measure would be another without it; None where a release doesn't say.
    """

    entry: str
    violation: str | None
    rule: str
    amount: Decimal
    first_day: date
    last_day: date | None
    is_needed: bool | None


@dataclass(frozen=True)
class Measure:
    """A penalty or a reward that is in force.

    Attributes:
        prevails: whether it is what the account feels on its scope.
        outranked_by: the row that prevails instead.
        outranks: the rows that it prevails over.
        before: the balance before it was entered, in the programme's unit.
        answered: what each receiver acknowledged of its row by the night.
    """

    row_key: str
    list: str
    measure: str
    label: str
    scope: str
    scope_label: str
    programme: str
    first_day: date
    last_day: date | None
    amount: Decimal | None
    prevails: bool
    outranked_by: str | None
    outranks: Sequence[str]
    pack: str
    version: int
    pack_sha256: str
    rule: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    explanation: str
    appeal_route: str
    cited: Sequence[Cited]
    answered: Sequence[Answered]


@dataclass(frozen=True)
class Condition:
    """A condition that fails.

    Attributes:
        asks: what it asks for, in words.
        has: the account's value, in words.
        lacks: by how much it fails; None where that is no number.
    """

    condition: str
    asks: str
    has: str
    lacks: Decimal | None


@dataclass(frozen=True)
class Lacking:
    """A reward of a zone, or what an eligibility gives, that the account lacks, with every condition that fails."""

    what: str
    label: str
    gives: Sequence[str]
    fails: Sequence[Condition]


@dataclass(frozen=True)
class Violation:
    """A violation that was found, with its appeal.

    Attributes:
        appeal: what can be done against it: `until` a day, `any_time`, `pending`, `granted`, `none` or `passed`.
    """

    violation: str
    label: str
    severity: str | None
    on: str
    posted_on: date | None
    detected_by: str | None
    detected_on: date | None
    decided_on: date | None
    appeal_id: str | None
    appeal_filed_on: date | None
    appeal_outcome: str | None
    appeal_decided_on: date | None
    appeal: str | None
    appeal_until: date | None


@dataclass(frozen=True)
class Happened:
    """A step of what happened to the account, in the order of days."""

    on_day: date
    event: str
    what: str


@dataclass(frozen=True)
class Told:
    """A notice, as it was written on a night."""

    night: date
    event: str
    row_key: str
    subject: str
    body: str


@dataclass(frozen=True)
class Explanation:
    """All facts about an account on a night.

    Attributes:
        not_decided: what of its market waits for somebody, in words; empty for support.
        linked: accounts of the same owner; empty for support.
    """

    account: str
    night: date
    revision: int
    release_id: str
    audience: Audience
    market: str
    kind: str
    language: str
    onboarded_on: date | None
    exited_on: date | None
    stage: str
    stage_since: date | None
    not_decided: Sequence[str]
    programmes: Sequence[Programme]
    measures: Sequence[Measure]
    lacking: Sequence[Lacking]
    violations: Sequence[Violation]
    timeline: Sequence[Happened]
    told: Sequence[Told]
    linked: Sequence[str]

    def as_json(self) -> str:
        """The same for machines."""
        return json.dumps(asdict(self), indent=2, default=str, ensure_ascii=False)


def explain(
    releases: Path, receipts: Path, night: date, account: str, labels: Labels, audience: Audience = "managers"
) -> Explanation:
    """What stands behind an account's measures on a night that is released.

    Args:
        receipts: the ledger of what receivers acknowledged; it may not be there yet.

    Raises:
        NoSuchAccount: no account of this name was there on the night.
        OtherFormat: the release is of another version.
    """
    release = releases / f"night={night}"
    manifest = read_manifest(release)
    with duckdb.connect() as connection:
        files = _Files(connection, release, account)
        profile = next(files.rows("account_profiles"), None)
        if profile is None:
            raise NoSuchAccount(f"{release}: no account {account} on that night; names are spelt as in the feeds")
        lay_rules_of(release, connection)
        market = profile["market"]
        violations = [_violation(row, labels, audience) for row in files.rows("account_violations", "violation_id")]
        return Explanation(
            account=account,
            night=night,
            revision=revision_of(release),
            release_id=manifest.release_id,
            audience=audience,
            market=market,
            kind=profile["kind"],
            language=profile["language"],
            onboarded_on=profile["onboarded_on"],
            exited_on=profile["exited_on"],
            stage=profile["stage"],
            stage_since=profile["stage_since"],
            not_decided=() if audience == FOR_SUPPORT else _not_decided(manifest, market),
            programmes=_programmes(
                files, labels, _units(connection, night, market), {each.violation: each for each in violations}
            ),
            measures=_measures(files, labels, receipts, night),
            lacking=_lacking(connection, files, labels, night, market, profile["kind"]),
            violations=violations,
            timeline=_timeline(files),
            told=_told(connection, releases, night, account),
            linked=() if audience == FOR_SUPPORT else _linked(files, profile),
        )


class _Files:
    """The rows of one account in the files of a release; a release of before a file was there has none of it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, release: Path, account: str) -> None:
        self._connection, self._release, self._account = connection, release, account

    def rows(self, name: str, order: str = "account_id") -> Iterator[dict[str, Any]]:
        if self.has(name):
            query = f"from read_parquet(?) where account_id = ? order by {order}"
            yield from _rows(self._connection, query, [str(self._release / f"{name}.parquet"), self._account])

    def has(self, name: str) -> bool:
        """Whether the release has a file."""
        return (self._release / f"{name}.parquet").exists()

    def others(self, name: str, which: str) -> list[str]:
        """Other accounts in a file, by a condition."""
        found = self._connection.execute(
            f"select distinct account_id from read_parquet($file) where {which} and account_id <> $account"
            " order by all",
            {"file": str(self._release / f"{name}.parquet"), "account": self._account},
        )
        return [account for (account,) in found.fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object]) -> Iterator[dict[str, Any]]:
    found = connection.execute(query, values)
    names = [column for column, *_ in found.description or ()]
    for row in found.fetchall():
        yield dict(zip(names, row, strict=True))


def _linked(files: _Files, profile: Mapping[str, Any]) -> tuple[str, ...]:
    """Accounts of the same owner, as either of the two says."""
    if "linked_to" not in profile:
        return ()
    said = files.others("account_profiles", "linked_to = $account")
    return tuple(sorted({*([profile["linked_to"]] if profile["linked_to"] else []), *said}))


def _not_decided(manifest: Manifest, market: str) -> tuple[str, ...]:
    said = [f"The market isn't decided: {each.why}" for each in manifest.held_markets if each.market == market]
    said += [
        f"The {each.list} of the market wait for somebody's answer: {'; '.join(each.why)}"
        for each in manifest.held_lists
        if each.market == market and each.answer != "approved"
    ]
    return tuple(said)


def _units(connection: duckdb.DuckDBPyConnection, night: date, market: str) -> dict[str, str]:
    found = connection.execute(
        "select programme, min(unit) from policy.programmes where market = $market and effective_from <= $night"
        " and (effective_until is null or effective_until >= $night) and unit is not null group by programme",
        {"market": market, "night": night},
    )
    return dict(found.fetchall())


def _programmes(
    files: _Files, labels: Labels, units: Mapping[str, str], violations: Mapping[str, Violation]
) -> tuple[Programme, ...]:
    health = {row["programme"]: row for row in files.rows("account_health", "programme")}
    periods: dict[str, list[Period]] = {}
    for row in files.rows("balance_periods", "programme, balance_of, from_day"):
        last = row["until_day"] - _DAY if row["until_day"] else None
        of_programme = periods.setdefault(row["programme"], [])
        of_programme.append(Period(row["from_day"], last, row["balance"], row["zone"]))
    entries: dict[str, list[Entry]] = {}
    for row in files.rows("account_entries", "programme, on_day, entry_id"):
        entries.setdefault(row["programme"], []).append(_entry(row, labels, violations))
    return tuple(
        Programme(
            programme=row["programme"],
            label=labels.of("programme", row["programme"]),
            unit=units.get(row["programme"], ""),
            balance=row["balance"],
            zone=row["zone"],
            zone_label=labels.of("zone", row["zone"]),
            since=row["since"],
            next_zone=health.get(row["programme"], {}).get("next_zone"),
            to_next_zone=health.get(row["programme"], {}).get("to_next_zone"),
            periods=periods.get(row["programme"], ()),
            entries=entries.get(row["programme"], ()),
        )
        for row in files.rows("standings", "programme")
    )


def _entry(row: Mapping[str, Any], labels: Labels, violations: Mapping[str, Violation]) -> Entry:
    if row["voided_on"]:
        left_out = f"taken back on {row['voided_on']}: an appeal was granted"
    else:
        left_out = "" if row["is_counted"] else "left out by a rule of the programme"
    behind = violations.get(row["violation_id"])
    event = labels.of("violation_type" if row["violation_id"] else "activity", row["event_type"])
    return Entry(
        entry=row["entry_id"],
        rule=row["rule"],
        pack=row["pack"],
        version=row["version"],
        amount=row["amount"],
        first_day=row["counts_from"],
        last_day=row["counts_until"] - _DAY if row["counts_until"] else None,
        event=f"{event}{f', {behind.on}' if behind and behind.on else ''}, {row['event_id']}",
        left_out=left_out,
    )


def _measures(files: _Files, labels: Labels, receipts: Path, night: date) -> tuple[Measure, ...]:
    rows = {(name, row["row_key"]): row for name in ("penalties", "rewards") for row in files.rows(name, "row_key")}
    felt = {row["scope"]: row["row_key"] for (name, _), row in rows.items() if name == "penalties" and row["prevails"]}
    acknowledged = answered(receipts, list(rows), night)
    found = []
    for reason in files.rows("reasons", "list, row_key"):
        name, key = reason["list"], reason["row_key"]
        row = rows[name, key]
        prevails = bool(row.get("prevails", True))
        beaten = [
            other["row_key"]
            for (other_list, _), other in rows.items()
            if other_list == name == "penalties" and other["scope"] == row["scope"] and not other["prevails"]
        ]
        found.append(
            Measure(
                row_key=key,
                list=name,
                measure=reason["measure"],
                label=labels.of("measure", reason["measure"]),
                scope=row["scope"],
                scope_label=labels.of("scope", row["scope"]),
                programme=row["programme"],
                first_day=row["starts_on"],
                last_day=row["ends_on"],
                amount=row.get("amount"),
                prevails=prevails,
                outranked_by=None if prevails else felt.get(row["scope"]),
                outranks=tuple(sorted(beaten)) if prevails else (),
                pack=reason["pack"],
                version=reason["pack_version"],
                pack_sha256=reason["pack_sha256"],
                rule=reason["condition"] or "",
                unit=reason["unit"] or "",
                before=reason["balance_before"],
                after=reason["balance_after"],
                explanation=reason["explanation"],
                appeal_route=reason["appeal_route"] or "",
                cited=tuple(_cited(each) for each in json.loads(reason["entries"])),
                answered=acknowledged.get((name, key), ()),
            )
        )
    return tuple(found)


def _cited(entry: Mapping[str, Any]) -> Cited:
    last = entry.get("last_counts_on")
    return Cited(
        entry=entry["entry"],
        violation=entry.get("violation"),
        rule=entry["rule"],
        amount=Decimal(str(entry["amount"])),
        first_day=date.fromisoformat(entry["counts_from"]),
        last_day=date.fromisoformat(last) if last else None,
        is_needed=entry.get("needed"),
    )


def _lacking(
    connection: duckdb.DuckDBPyConnection, files: _Files, labels: Labels, night: date, market: str, kind: str
) -> tuple[Lacking, ...]:
    standings = {row["programme"]: row for row in files.rows("standings", "programme")}
    penalties = {row["measure"] for row in files.rows("penalties", "row_key")}
    rewards = {(row["reward"], row["scope"]) for row in files.rows("rewards", "row_key")}
    in_force = (
        "market = ? and effective_from <= ? and (effective_until is null or effective_until >= ?)",
        [market, night, night],
    )
    found = []
    for gate in files.rows("eligibility", "eligibility"):
        if gate["is_open"]:
            continue
        failed = [each for each in gate["failed_conditions"].split(", ") if each]
        tests = list(
            _rows(
                connection,
                f"from policy.eligibility_tests where {in_force[0]} and eligibility = ? and kind = ?"
                " and asked_from <= ? and (asked_until is null or asked_until >= ?) order by condition, test",
                [*in_force[1], gate["eligibility"], kind, night, night],
            )
        )
        gives = _rows(
            connection,
            f"select list, measure, scope from policy.eligibility_effects where {in_force[0]} and eligibility = ?"
            " and list = 'rewards' order by all",
            [*in_force[1], gate["eligibility"]],
        )
        found.append(
            Lacking(
                what=gate["eligibility"],
                label=labels.of("eligibility", gate["eligibility"]),
                gives=tuple(
                    f"{labels.of('measure', row['measure'])} ({labels.of('scope', row['scope'])})"
                    for row in gives
                    if row["measure"]
                ),
                fails=tuple(
                    _condition(
                        each, [test for test in tests if test["condition"] == each], standings, penalties, labels
                    )
                    for each in failed
                ),
            )
        )
    zones: dict[tuple[str, str, str], list[str]] = {}
    for row in _rows(
        connection,
        f"select programme, zone, reward, scope from policy.rewards where {in_force[0]} order by all",
        in_force[1],
    ):
        zones.setdefault((row["programme"], row["reward"], row["scope"]), []).append(row["zone"])
    for (programme, reward, scope), asked in sorted(zones.items()):
        if programme not in standings or (reward, scope) in rewards or standings[programme]["zone"] in asked:
            continue
        asks = f"{labels.of('programme', programme)} in {' or '.join(labels.of('zone', zone) for zone in asked)}"
        has = labels.of("zone", standings[programme]["zone"])
        label = f"{labels.of('measure', reward)} ({labels.of('scope', scope)})"
        found.append(Lacking(f"{programme}/{reward}", label, (label,), (Condition("zone", asks, has, None),)))
    return tuple(found)


def _condition(
    name: str,
    tests: Sequence[Mapping[str, Any]],
    standings: Mapping[str, Mapping[str, Any]],
    penalties: set[str],
    labels: Labels,
) -> Condition:
    """A condition that fails, and how near the account is to the nearest of its alternatives."""
    asks, has, lacks = [], [], []
    for test in tests:
        if test["without_measure"]:
            measure = labels.of("measure", test["without_measure"])
            asks.append(f"no {measure} or stricter in force")
            has.append("in force" if test["without_measure"] in penalties else "a stricter one is in force")
            continue
        programme = test["programme"]
        value = standings.get(programme, {}).get("balance")
        label = labels.of("programme", programme)
        asks.append(f"{label} {_HOW[test['comparator']]} {number(test['bound'])}")
        has.append(f"{label} {'is missing' if value is None else f'is {number(value)}'}")
        if value is not None:
            lacks.append(abs(test["bound"] - value))
    return Condition(name, " or ".join(asks) or name.replace("_", " "), ", ".join(has), min(lacks, default=None))


def number(value: Decimal) -> str:
    """A number without zeros that say nothing, and with a comma for each thousand."""
    whole, _, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


def _violation(row: Mapping[str, Any], labels: Labels, audience: Audience) -> Violation:
    what = (row["kind"] or "").replace("_", " ")
    on = f"{what} “{row['title']}”" if row["title"] else " ".join(each for each in (what, row["subject"] or "") if each)
    return Violation(
        violation=row["violation_id"],
        label=labels.of("violation_type", row["violation_type"]),
        severity=row["severity"],
        on=on,
        posted_on=row["posted_on"],
        detected_by=None if audience == FOR_SUPPORT else row["detected_by"],
        detected_on=None if audience == FOR_SUPPORT else row["detected_on"],
        decided_on=row["decided_on"],
        appeal_id=row["appeal_id"],
        appeal_filed_on=row["appeal_filed_on"],
        appeal_outcome=row["appeal_outcome"],
        appeal_decided_on=row["appeal_decided_on"],
        appeal=row["appeal"],
        appeal_until=row["appeal_until"],
    )


def _timeline(files: _Files) -> tuple[Happened, ...]:
    """What happened; version 0.1 called it a story, and releases are never rewritten."""
    name = "account_timeline" if files.has("account_timeline") else "story"
    return tuple(Happened(row["on_day"], row["event"], row["told"]) for row in files.rows(name, "step"))


def _told(connection: duckdb.DuckDBPyConnection, releases: Path, night: date, account: str) -> tuple[Told, ...]:
    """Every notice of a release until the night; a later revision has the notices of the one before it."""
    there = {path.name.removeprefix("night="): path for path in sorted(releases.glob("night=*"))}
    files = {
        str(path / "notices.parquet"): date.fromisoformat(name)
        for name, path in there.items()
        if name <= str(night) and (path / "notices.parquet").exists()
    }
    if not files:
        return ()
    found = _rows(
        connection,
        "select filename, notice_id, event, row_key, subject, body"
        " from read_parquet(?, filename = true, hive_partitioning = false, union_by_name = true)"
        " where account_id = ? order by filename, list, row_key, event, notice_id",
        [list(files), account],
    )
    return tuple(
        Told(files[row["filename"]], row["event"], row["row_key"], row["subject"], row["body"]) for row in found
    )
