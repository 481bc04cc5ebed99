"""Gate 1: which rows of each feed a night is decided on, which are quarantined with their reason, and who is held."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from evenhand.landing.accepted import accepted_as_of
from evenhand.landing.contracts import FEEDS, Column, Contract
from evenhand.landing.held_markets import HeldMarket, hold_markets
from evenhand.landing.names import likely_meant, number_likely_meant
from evenhand.quality.arrivals import find_accounts, find_arrivals, find_silences, find_usual
from evenhand.quality.candidates import (
    columns_without_values,
    find_candidates,
    find_markets,
)
from evenhand.quality.finding import Finding
from evenhand.quality.gate import Gate
from evenhand.quality.held_before import HeldBefore, told_of_held_before
from evenhand.quality.late_files import find_late_files
from evenhand.quality.times import time_zones
from evenhand.quality.told_of_files import told_of_files
from evenhand.quality.whose_file import hold_for_unusable_files
from evenhand.quality.words_without_effect import WordsKnown, find_words_without_effect
from evenhand.records.sql_files import Sql, SqlFile
from expectations.feed_values import is_a_number
from expectations.feeds import (
    EVERY_MARKET,
    arrivals_suite,
    reading_suite,
    row_suite,
    silences_suite,
)
from expectations.words import words_suite

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class Beside:
    """What a marketplace knows beside its packs.

    Attributes:
        markets: those that no pack may be of.
        time_zones: by market, where no pack of it says its own.
        time_zone: that of the other markets.
        words: what is known of words.
        files: those that the last release rests on, by name, each with its hash; None where nothing was released.
        held_before: the markets that it held, and not for something that holds on, each with why and since which night.
    """

    markets: Collection[str] = ()
    time_zones: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    words: WordsKnown = field(default_factory=WordsKnown)
    files: Mapping[str, str] | None = None
    held_before: Sequence[HeldBefore] = ()


@dataclass(frozen=True)
class FeedCounts:
    """Rows of one feed: keys accepted for the night, rows that arrived this night, rows in quarantine."""

    accepted: int
    arrived: int
    quarantined: int


@dataclass(frozen=True)
class FeedsGate:
    """What gate 1 let through.

    Attributes:
        feeds: counts per feed.
        warnings: what a person should look at although the night goes on.
        held: the markets that are held, each with why.
        page: what was found, for people.
    """

    feeds: dict[str, FeedCounts]
    warnings: list[str]
    held: Sequence[HeldMarket]
    page: Path


def validate_feeds(
    warehouse: Path, folder: Path, night: date, beside: Beside | None = None, since: date | None = None
) -> FeedsGate:
    """Validate every feed as known by `night`; fill the schema `accepted` and the table `quarantine.rows`.

    Both are functions of what had landed and the night alone: a row leaves the quarantine when a corrected version of
    its key, or the row that it refers to, has landed. A market is held for a file of it that can't be used, and for
    arrivals that can't be right as a whole.

    Args:
        since: the first of several nights that are decided together, whose words are all counted; by default, `night`.

    Raises:
        GateFailed: an expectation couldn't be evaluated.
    """
    beside = beside or Beside()
    gate = Gate("Gate 1", night, folder, warehouse)
    try:
        _create_tables(gate)
        find_markets(gate, beside.markets)
        zones = time_zones(gate, beside.time_zones)
        gate.validate("landing.bad_rows", "lines and values", reading_suite(), "Its rows go into quarantine.")
        told: list[str] = []
        for contract in FEEDS:
            empty = columns_without_values(gate, contract)
            told += find_candidates(gate, contract, night, zones, beside.time_zone, empty)
            rows = f"candidates.{contract.feed}"
            findings: list[Finding] = []
            # Where there are no rows, none breaks a rule.
            if gate.execute(f"from {rows} limit 1"):
                suite = row_suite(contract, empty)
                findings = gate.validate(rows, f"{contract.feed}: rows", suite, "Its rows go into quarantine.")
            _quarantine(gate, contract, findings)
            _accept(gate, contract, night)
        find_accounts(gate)
        find_late_files(gate, since or night, beside.files)
        find_usual(gate, night)
        findings = []
        for contract in FEEDS:
            find_arrivals(gate, contract, night)
            findings += gate.validate(
                f"arrivals.{contract.feed}",
                f"{contract.feed}: arrivals",
                arrivals_suite(contract, night),
                "Its market is held.",
            )
        find_silences(gate, night)
        findings += gate.validate("arrivals.silences", "silences", silences_suite(night), "Its market is held.")
        find_words_without_effect(gate, night, beside.words, since or night)
        findings += gate.validate("arrivals.words_without_effect", "words", words_suite(), "Its market is held.")
        held = [*hold_for_unusable_files(gate), *_held_for(gate, [each for each in findings if each.blocks])]
        warnings = [
            *told_of_files(gate, night),
            *told,
            *_said_of(gate, [each for each in findings if not each.blocks]),
            *told_of_held_before(gate, beside.held_before, {each.market for each in held}),
        ]
        counts = {contract.feed: _count(gate, contract, night) for contract in FEEDS}
        markets = sorted({each.market for each in held})
        gate.let_through(
            f"Rows accepted: {sum(each.accepted for each in counts.values()):,}; in quarantine:"
            f" {sum(each.quarantined for each in counts.values()):,}; warnings: {len(warnings):,}; markets held:"
            f" {', '.join(markets) or 'none'}.",
            {"Held": [str(each) for each in held], "To look at": warnings},
        )
    except Exception:
        gate.execute("drop schema if exists accepted cascade")
        raise
    finally:
        gate.close()
    hold_markets(warehouse, "gate_1", held)
    return FeedsGate(feeds=counts, warnings=warnings, held=held, page=gate.page)


def _held_for(gate: Gate, findings: Sequence[Finding]) -> list[HeldMarket]:
    """The markets that are held for what was found of them."""
    everybody = [str(market) for (market,) in gate.execute("from candidates.markets")]
    return [
        HeldMarket(market, f"{found}. {finding.remedy}")
        for finding in findings
        if finding.failing
        for of, found in gate.execute(f"select market, found from ({finding.rows_query}) order by all")
        for market in (everybody if of == EVERY_MARKET else [str(of)])
    ]


def _said_of(gate: Gate, findings: Sequence[Finding]) -> list[str]:
    """What is told of markets that aren't held for it."""
    return [
        f"{market}: {found}; this breaks the rule: {finding.rule}. {finding.remedy}"
        for finding in findings
        if finding.failing
        for market, found in gate.execute(f"select market, found from ({finding.rows_query}) order by all")
    ]


def _create_tables(gate: Gate) -> None:
    gate.execute("drop schema if exists accepted cascade")
    for schema in ("candidates", "arrivals", "accepted", "quarantine"):
        gate.execute(f"create schema if not exists {schema}")
    gate.execute(_SQL("create_bad"))
    gate.execute(_SQL("create_quarantined"))


def _quarantine(gate: Gate, contract: Contract, findings: list[Finding]) -> None:
    """Write down every bad row of one feed, once per rule it breaks, and every line of it that can't be read."""
    gate.execute(_SQL("bad_lines"), {"feed": contract.feed})
    for finding in findings:
        if finding.rows_query and finding.failing:
            gate.execute(
                _SQL("bad_rows", rows=Sql(finding.rows_query)),
                {
                    "feed": contract.feed,
                    "column_name": finding.column,
                    "rule": finding.rule,
                    "remedy": finding.remedy,
                },
            )


def _accept(gate: Gate, contract: Contract, night: date) -> None:
    for table, rows in accepted_as_of(contract, night).items():
        gate.execute(f"create or replace table accepted.{table} as {rows}")
    text = " ".join(
        f"when '{name}' then candidate.{name}" for name in contract.column_names if not contract.may_name_a_person(name)
    )
    gate.execute(
        _SQL(
            "quarantined",
            key=contract.key,
            text_of_column=Sql(f"case bad.column_name {text} end"),
            candidates=f"candidates.{contract.feed}",
            likely_name=Sql(likely_meant("text")),
            likely_number=Sql(_likely_number(contract)),
        ),
        {"feed": contract.feed, "night": night},
    )


def _likely_number(contract: Contract) -> str:
    """SQL of the number that was likely meant by a text, if its column would take that; null else."""
    numbers = [each for each in contract.columns if each.type == "number"]
    takes = " ".join(f"when '{each.name}' then {_takes(each)}" for each in numbers) or "when '' then false"
    return f"(select likely from (select {number_likely_meant('text')} as likely) where case column_name {takes} end)"


def _takes(column: Column) -> str:
    bounds = ((">=", column.at_least), ("<=", column.at_most))
    return " and ".join(
        [
            is_a_number("likely", column),
            *(f"likely::decimal(38, 10) {how} {end}" for how, end in bounds if end is not None),
        ]
    )


def _count(gate: Gate, contract: Contract, night: date) -> FeedCounts:
    of_feed = {"feed": contract.feed, "night": night}
    ((accepted, arrived, quarantined),) = gate.execute(_SQL("counts", feed=contract.feed), of_feed)
    return FeedCounts(accepted=int(accepted), arrived=int(arrived), quarantined=int(quarantined))
