"""Gate 1: what every feed must satisfy, built from its contract.

Two suites a feed. The first looks at every row known by the night; a row that fails is quarantined and the night goes
on. The second looks at what arrived this night; if that fails, the feed is broken as a whole and the night stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import great_expectations.expectations as gxe
from great_expectations.expectations import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from evenhand.landing.contracts import BY_NAME, Column, Contract
from expectations.rule import described, expect_no_rows

# What points at a row of a feed: the file it landed in, and its number there.
ROW_LOCATOR = ("landed_file", "landed_row")

# A night with this many times the rows of the largest recent night is a fault of the source until a person has looked:
# the largest night of the example is 5 times the largest of the 28 nights before it.
LARGEST_GROWTH = 20
# A feed that was all but silent has little history to compare with.
SMALLEST_LIMIT = 10_000
# With more bad rows than good ones among the night's arrivals, the file is wrong and not its rows. A real feed can come
# close: of the appeals in the example's backfill, 36 % answer nothing that was decided before.
LARGEST_BAD_SHARE = 0.5
# A feed whose newest row is older by more days than this than it ever was in four weeks isn't fresh.
STALE_DAYS = 2
# What a number may have before its point: with four decimals it then fits decimal(18, 4).
MOST_DIGITS = 14
# Fewer bad rows than this never stop a night: a share means little in a file of a few rows.
FEWEST_BAD_ROWS = 20


@dataclass(frozen=True)
class RecentNights:
    """What arrived of a feed in the four weeks before a night.

    Attributes:
        largest: rows of the largest night; None if the feed began with this night, so that there is nothing to compare.
        always_a_file: whether each of the last four nights of this weekday had a file, be it one without rows.
        always_rows: whether each of them had rows.
        oldest: how many days old the newest row of a night was at most when it landed; None if its rows tell of no day
            or landed on fewer than seven nights.
    """

    night: date
    largest: int | None
    always_a_file: bool
    always_rows: bool
    oldest: int | None = None


def row_suite(contract: Contract) -> list[Expectation]:
    """What a row must satisfy to be used; what fails is quarantined."""
    suite = [
        expect_no_rows(
            f"""select {_LOCATOR}, {contract.key} from {{batch}}
            qualify count(*) over (partition by {contract.key}, landed_night) > 1 and {contract.key} is not null""",
            described(
                "one version of a key per night",
                contract.key,
                "Two different rows with this key landed in one night; land the right one again on a later night.",
            ),
        ),
    ]
    for column in contract.columns:
        suite.extend(_column_expectations(contract, column))
    return suite


def arrivals_suite(contract: Contract, recent: RecentNights) -> list[Expectation]:
    """What the night's arrivals of a feed must satisfy for the night to go on."""
    suite = [
        expect_no_rows(
            f"""select {_LOCATOR}, problem from {{batch}} where problem is not null
            qualify count(*) over () >= {FEWEST_BAD_ROWS}
            and count(*) over () > {LARGEST_BAD_SHARE} * (select count(*) from {{batch}})""",
            described(
                f"at most {LARGEST_BAD_SHARE:.0%} bad rows in a night",
                "",
                "So many bad rows mean that the file is wrong; have the source land it again."
                " The first of them, as file, row and what is wrong in which column:",
            ),
        ),
    ]
    if recent.largest is not None:
        limit = max(recent.largest * LARGEST_GROWTH, SMALLEST_LIMIT)
        suite.append(
            expect_no_rows(
                f"""select landed_file, count(*) from {{batch}} group by landed_file
                having (select count(*) from {{batch}}) > {limit}""",
                described(
                    f"at most {limit} rows in a night",
                    "",
                    f"The largest of the last 28 nights had {recent.largest}. If these rows are right, spread them over"
                    " several nights; otherwise have the source land the feed again. Its files, with their rows:",
                ),
            )
        )
    if recent.always_a_file:
        suite.append(
            expect_no_rows(
                f"""select '{contract.feed}/night={recent.night}' as landed_file from (select count(*) from {{batch}})
                where not exists (
                    select 1 from landing.files where feed = '{contract.feed}' and night = date '{recent.night}'
                )""",
                described(
                    "a file on a night that always has one",
                    "",
                    "The feed is missing: each of the last four nights of this weekday had a file. Land it; if there is"
                    " nothing to report, land a CSV file with its header alone. Nothing is in:",
                ),
            )
        )
    if recent.always_rows:
        suite.append(
            gxe.ExpectTableRowCountToBeBetween(
                min_value=1,
                severity=FailureSeverity.WARNING,
                meta=described(
                    "rows on a night that always has some",
                    "",
                    f"Each of the last four nights of this weekday had {contract.feed}; ask the source whether this is"
                    " right.",
                ),
            )
        )
    if recent.oldest is not None:
        suite.append(
            gxe.ExpectColumnMaxToBeBetween(
                column="happened_on",
                min_value=recent.night - timedelta(days=recent.oldest + STALE_DAYS),
                severity=FailureSeverity.WARNING,
                meta=described(
                    "rows that are fresh",
                    "",
                    f"In the last 28 nights the newest row was at most {recent.oldest} days old when it landed; ask the"
                    " source whether it sends what it sent before.",
                ),
            )
        )
    return suite


_LOCATOR = ", ".join(ROW_LOCATOR)


def _column_expectations(contract: Contract, column: Column) -> list[Expectation]:
    name = column.name
    expectations: list[Expectation] = []
    if column.required and column.required_unless:
        other, excuse = column.required_unless
        expectations.append(
            expect_no_rows(
                f"select {_LOCATOR}, {name} from {{batch}}"
                f" where {name} is null and {other} is distinct from '{excuse}'",
                described(f"{name} is there unless {other} is {excuse}", name, _absent(column)),
            )
        )
    elif column.required:
        expectations.append(
            gxe.ExpectColumnValuesToNotBeNull(column=name, meta=described(f"{name} is there", name, _absent(column)))
        )
    if column.one_of:
        expectations.append(
            gxe.ExpectColumnValuesToBeInSet(
                column=name,
                value_set=list(column.one_of),
                meta=described(
                    f"{name} is one of {', '.join(column.one_of)}", name, "Land the row again with such a value."
                ),
            )
        )
    if column.type == "date":
        expectations += [_is_a_day(column), _not_in_the_future(column)]
    if column.type == "number":
        expectations.append(_is_a_number(column))
    if column.refers_to:
        expectations.append(_is_known(column, BY_NAME[column.refers_to]))
    if column.refers_to and column.with_the_same:
        expectations.append(_agrees(column, BY_NAME[column.refers_to], column.with_the_same))
    return expectations


def _is_a_day(column: Column) -> Expectation:
    # DuckDB also reads 2026-1-5, a time of day or -infinity as a date; the contract knows one spelling.
    name = column.name
    return expect_no_rows(
        f"select {_LOCATOR}, {name} from {{batch}} where {name} is not null"
        f" and ({name} not like '____-__-__' or try_cast({name} as date)::varchar is distinct from {name})",
        described(f"{name} is a day", name, "Land the row again with a day that exists, as YYYY-MM-DD."),
    )


def _not_in_the_future(column: Column) -> Expectation:
    # Held against the night it landed in, not the night being decided: a wrong date doesn't become right by waiting.
    name = column.name
    return expect_no_rows(
        f"select {_LOCATOR}, {name} from {{batch}} where try_cast({name} as date) > landed_night",
        described(
            f"{name} is not after the night it landed in",
            name,
            "A day can't be reported before it has come; land the row again with the right date.",
        ),
    )


def _is_a_number(column: Column) -> Expectation:
    # DuckDB also reads 1e5, blanks around and infinity as a number, and rounds what has too many decimals.
    name = column.name
    return expect_no_rows(
        f"select {_LOCATOR}, {name} from {{batch}} where {name} is not null"
        f" and not (regexp_full_match({name}, '-?[0-9]+([.][0-9]+)?')"
        f" and length(split_part(ltrim({name}, '-'), '.', 1)) <= {MOST_DIGITS}"
        f" and length(split_part({name}, '.', 2)) <= {column.decimals})",
        described(
            f"{name} is a number",
            name,
            f"Land the row again with a number such as 12 or -0.5: at most {MOST_DIGITS} digits before the point and"
            f" {column.decimals} after it, and no other signs.",
        ),
    )


def _is_known(column: Column, parent: Contract) -> Expectation:
    name = column.name
    return expect_no_rows(
        # Of a feed without rows, even null is "not in".
        f"select {_LOCATOR}, {name} from {{batch}} where {name} is not null"
        f" and {name} not in (select parent.{parent.key} from accepted.{parent.feed} as parent)",
        described(
            f"{name} is in {parent.feed}",
            name,
            f"Land the row of {parent.feed} (or correct it, if it is quarantined); this row then comes back by itself.",
        ),
    )


def _agrees(column: Column, parent: Contract, same: str) -> Expectation:
    name = column.name
    return expect_no_rows(
        # GX gives the batch a name of its own, so that none of ours could tell its columns from the parent's.
        f"select {_LOCATOR}, {name} from {{batch}}"
        f" where {name} in (select parent.{parent.key} from accepted.{parent.feed} as parent)"
        f" and ({name}, {same}) not in"
        f" (select (parent.{parent.key}, parent.{same}) from accepted.{parent.feed} as parent)",
        described(
            f"{name} is of the same {same}",
            name,
            f"The row of {parent.feed} has another {same}; land the row again with the right {name} or {same}.",
        ),
    )


def _absent(column: Column) -> str:
    consequence = f" ({column.absent_means})" if column.absent_means else ""
    return f"The row has no {column.name}{consequence}; land it again with one."
