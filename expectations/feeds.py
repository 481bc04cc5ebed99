"""Gate 1: what every feed must satisfy, built from its contract.

Two suites a feed. The first looks at every row known by the night; a row that fails is quarantined and the night goes
on. The second looks at what arrived this night; if that fails, the feed is broken as a whole and the night stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import great_expectations.expectations as gxe
from great_expectations.expectations import Expectation

from evenhand.landing.contracts import BY_NAME, SQL_TYPE, Column, Contract
from evenhand.quality.gate import described, expect_no_rows

# What points at a row of a feed: the file it landed in, and its number there.
ROW_LOCATOR = ("landed_file", "landed_row")

# A night with this many times the rows of the largest recent night is a fault of the source until a person has looked:
# the largest honest night of the example is under 8 times the largest of the 28 nights before it.
LARGEST_GROWTH = 20
# A first night, or a feed that was all but silent, has no history to compare with.
SMALLEST_LIMIT = 10_000
# Above this share of bad rows among the night's arrivals, the file is wrong and not its rows.
LARGEST_BAD_SHARE = 0.25
# Fewer bad rows than this never stop a night: a share means little in a file of a few rows.
FEWEST_BAD_ROWS = 20


@dataclass(frozen=True)
class RecentNights:
    """How many rows of a feed arrived per night in the four weeks before this one."""

    largest: int
    quietest_same_weekday: int


def row_suite(contract: Contract) -> list[Expectation]:
    """What a row must satisfy to be used; what fails is quarantined."""
    suite: list[Expectation] = [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=["landed_night", *ROW_LOCATOR, *contract.column_names],
            exact_match=True,
            meta=described(
                "columns are the contract's", "", f"Land {contract.feed} with the columns of docs/feeds.md."
            ),
        ),
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
    largest = max(recent.largest * LARGEST_GROWTH, SMALLEST_LIMIT)
    return [
        gxe.ExpectTableRowCountToBeBetween(
            max_value=largest,
            meta=described(
                f"at most {largest} rows in a night",
                "",
                f"The largest of the last 28 nights had {recent.largest}. If this night is right, land it in parts.",
            ),
        ),
        gxe.ExpectTableRowCountToBeBetween(
            min_value=min(recent.quietest_same_weekday, 1),
            severity="warning",
            meta=described(
                "rows on a night that always has some",
                "",
                f"Each of the last four nights of this weekday had {contract.feed}; ask the source whether a file is late.",
            ),
        ),
        expect_no_rows(
            f"""select {_LOCATOR} from {{batch}} where is_bad
            qualify count(*) over () >= {FEWEST_BAD_ROWS}
            and count(*) over () > {LARGEST_BAD_SHARE} * (select count(*) from {{batch}})""",
            described(
                f"at most {LARGEST_BAD_SHARE:.0%} bad rows in a night",
                "",
                "So many bad rows mean that the file is wrong; have the source land it again. The quarantine says why.",
            ),
        ),
    ]


_LOCATOR = ", ".join(ROW_LOCATOR)


def _column_expectations(contract: Contract, column: Column) -> list[Expectation]:
    name = column.name
    expectations: list[Expectation] = []
    if column.required and column.required_unless:
        other, excuse = column.required_unless
        expectations.append(
            expect_no_rows(
                f"select {_LOCATOR}, {name} from {{batch}} where {name} is null and {other} is distinct from '{excuse}'",
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
    if column.type != "text":
        expectations.append(_is_of_type(column))
    if column.type == "date":
        expectations.append(_not_in_the_future(column))
    if column.refers_to:
        expectations.append(_is_known(column, BY_NAME[column.refers_to]))
    return expectations


def _is_of_type(column: Column) -> Expectation:
    name = column.name
    return expect_no_rows(
        f"select {_LOCATOR}, {name} from {{batch}}"
        f" where {name} is not null and try_cast({name} as {SQL_TYPE[column.type]}) is null",
        described(
            f"{name} is a {column.type}", name, "Land the row again with a readable value (dates as YYYY-MM-DD)."
        ),
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


def _is_known(column: Column, parent: Contract) -> Expectation:
    name = column.name
    return expect_no_rows(
        f"select {_LOCATOR}, {name} from {{batch}}"
        f" where {name} not in (select parent.{parent.key} from accepted.{parent.feed} as parent)",
        described(
            f"{name} is in {parent.feed}",
            name,
            f"Land the row of {parent.feed} (or correct it, if it is quarantined); this row then comes back by itself.",
        ),
    )


def _absent(column: Column) -> str:
    consequence = f" ({column.absent_means})" if column.absent_means else ""
    return f"The row has no {column.name}{consequence}; land it again with one."
