"""Write docs/feeds.md and dbt's sources from the contracts: `python -m evenhand.reference.feeds`."""

from __future__ import annotations

import json

from evenhand.landing.contracts import BY_NAME, FEEDS, RECENT_NIGHTS, Column, Contract
from evenhand.policy.language.recent import AT_MOST_DAYS, RECENT
from evenhand.settings import PROJECT
from expectations.feeds import (
    FEWEST_BAD_ROWS,
    LARGEST_BAD_SHARE,
    LARGEST_GROWTH,
    MOST_DIGITS,
    SMALLEST_LIMIT,
    STALE_DAYS,
)

PATH = PROJECT / "docs" / "feeds.md"
SOURCES = PROJECT / "dbt_project" / "models" / "staging" / "accepted.yml"


def render() -> str:
    """The text of docs/feeds.md."""
    return "\n\n".join([_START, *(_feed(contract) for contract in FEEDS), _END]) + "\n"


def render_sources() -> str:
    """The text of dbt's sources of what gate 1 accepts."""
    lines = [_SOURCES]
    tables = [(contract.feed, contract.grain, contract) for contract in FEEDS]
    tables += [
        (each.versions, f"All good versions, newest and older, and those that withdraw a row. {each.grain}", each)
        for each in FEEDS
        if each.versions
    ]
    for table, description, contract in tables:
        lines += [f"      - name: {table}", f"        description: {json.dumps(description)}", "        columns:"]
        columns = [(column.name, column.meaning, "varchar") for column in contract.columns]
        for name, meaning, data_type in (*_WHERE_IT_LANDED, *columns):
            lines += [
                f"          - name: {name}",
                f"            description: {json.dumps(meaning)}",
                f"            data_type: {data_type}",
            ]
    return "\n".join(lines) + "\n"


def _feed(contract: Contract) -> str:
    lines = [
        f"### {contract.feed}",
        "",
        f"{contract.grain} Key: `{contract.key}`.{_MAY_BE_ABSENT if contract.may_be_absent else ''}"
        + (_LOOKED_AT.format(contract.looked_at_nights) if contract.looked_at_nights else ""),
        "",
        "| column | type | may be empty | values | meaning |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| `{column.name}` | {column.type} | {_may_be_empty(column)} | {_values(column)} | {column.meaning} |"
            for column in contract.columns
        ),
    ]
    return "\n".join(lines)


def _may_be_empty(column: Column) -> str:
    if column.required and column.required_unless:
        other, value = column.required_unless
        return f"while `{other}` is `{value}`"
    if column.may_be_absent:
        return "yes, or absent"
    return "no" if column.required else "yes"


def _values(column: Column) -> str:
    if column.refers_to:
        known = f"`{BY_NAME[column.refers_to].key}` of {column.refers_to}"
        return f"{known} with the same `{column.with_the_same}`" if column.with_the_same else known
    if column.type == "date":
        return "not after the night it lands in"
    if column.type == "moment":
        return "with its time zone, not after the night it lands in"
    if column.type == "number":
        return f"at most {column.decimals} digits after the point"
    return ", ".join(f"`{value}`" for value in column.one_of) or "any"


_SOURCES = """\
# Written by `python -m evenhand.reference.feeds` from the contracts; edit those.
sources:
  - name: accepted
    description: >
      What gate 1 accepted for the night: the newest good version of every row of each feed that the night looks at,
      every value as text. A feed that is absent has no rows.
    tables:"""

_WHERE_IT_LANDED = (
    ("landed_night", "The night that this version of the row landed in.", "date"),
    ("landed_file", "The file that it came in.", "varchar"),
    ("landed_row", "Its row in that file, from 1.", "bigint"),
)

_START = """\
<!-- Written by `python -m evenhand.reference.feeds` from the contracts; edit those. -->

# Feeds

A feed is one kind of input. Its contract is in `plugins/evenhand/landing/contracts.py`; loading, gate 1 and this page
come from there.

## How files lie

```
landing/violations/night=2026-03-01/anything.csv
landing/violations/night=2026-03-01/more.parquet
```

One folder per feed, in it one folder per night that something arrived, in it any number of files with any names, in
folders of their own if you like: `night=2026-03-01/market=ID/violations.parquet`. Names
that start with `.` or `_` are passed over. Write a file elsewhere and move it in: what is there is taken for whole.

The folder is `landing/` below `EVENHAND_HOME`, or what `EVENHAND_LANDING_FROM` says: another folder, or an address that
[fsspec](https://filesystem-spec.readthedocs.io) knows, such as `https://host/landing`, or `s3://bucket/landing` with
`s3fs` installed. What is at an address is mirrored into `landing/` before a night looks at it: what is new or changed
is fetched, what is gone is removed. Credentials are the file system's own, in the environment.

- **CSV**: UTF-8, a header, commas, `"` around values that need it and doubled inside them. **Parquet**: text, whole
  numbers or DATE; a day is DATE or text. A column of type number may also be DECIMAL, DOUBLE or FLOAT.
- The header has exactly the columns of the contract, in any order. A column that may be absent can be left out of a
  file: its rows then have no value in it.
- A value is taken as it is: leading zeros and blanks stay. An empty text is no value. A day is `YYYY-MM-DD`. A number
  is digits, with a point before its decimals and `-` before a negative one: `12`, `-0.5`.
- **A night without rows** is a file with its header alone. A night without a file is a feed that didn't come; a feed
  that may be absent has no rows until its first file lands, and from then on is a feed like the others.
- A file that changes after it was loaded is loaded again; one that is removed is forgotten. Better leave what has
  landed and land corrections: a night that is run again then sees what it saw.

## Versions of a row

A row that lands again with the same key on a later night is its newer version; it replaces the older one as a whole.
With `updated_at`, the version that the source changed last counts, whatever lands when, and one night may bring several
versions; one without it is of the end of the night that it lands in. Without it, what has come so far doesn't go back:
a decision doesn't become open, an appeal's outcome doesn't become pending, an order's `status_on` doesn't become an
earlier day. Such a row is quarantined, unless its key was withdrawn before. A key is of the account that it was of
first, for ever: a row that has it for another account is quarantined.
The same row twice in one night counts once. A night that is run again sees only what had landed by then. A row that
lands again with `yes` in `withdrawn` is taken back: it counts as one that never landed, until it lands without it.

## The feeds"""

_MAY_BE_ABSENT = " **The feed may be absent.**"
_LOOKED_AT = " A row is looked at for {} nights after it landed, or as long as a row that is looked at refers to it."

_TOO_MANY = (
    f"more than {LARGEST_GROWTH} times the largest of the last 28 nights and more than {SMALLEST_LIMIT}; the feed's"
    " first night, a backfill, is free and isn't compared with"
)

_DERIVED = "\n".join(f"| `{activity}` | {quantity} |" for activity, quantity in RECENT.items())

_END = f"""\
## Activities that come out of other feeds

Packs go by activities. Besides those of the feed activities, each training that is passed is one, by its name, and some
come out of contents, lives and orders, summed up by account and day:

| activity | quantity |
| --- | --- |
{_DERIVED}

As rows of these feeds are looked at for {RECENT_NIGHTS} nights, a pack can count them for at most {AT_MOST_DAYS} days.
What it makes of them holds for as long as the value does, and no longer; the first day of it is not told. The metric
`followers` comes out of the feed creators; metrics are looked at for ever.

## What quarantines a row

The row is left out, the night goes on. `quarantine.rows` in the night's warehouse, and `quarantine.parquet` in its
release, have a line per row and rule: feed, key, column, rule, remedy, file and row (the first row of data is row 1).

- A value is missing where the contract wants one, or is none of the allowed ones.
- A date isn't a day that exists in the form `YYYY-MM-DD`, or is after the night that the row landed in. Waiting doesn't
  make it right.
- A number isn't one, or has more than {MOST_DIGITS} digits before its point or more than its column allows after
  it.
- It refers to a row that is not there, that is itself in quarantine, or that is another account's.
- Two different rows with one key landed in one night: both are out.

**How rows come back.** Nobody releases a row by hand. Land a right version of the key on a later night, or the row that
it refers to, and the quarantine lets go by itself. Until then the last good version of the key, if there is one, stays
in force.

## What stops the night

Nothing is decided, published or delivered; the last release stays in force. The error names the file, the row or
column if there is one, and the remedy.

While loading; the warehouse stays as it was:

- A feed that may not be absent has no file at all by the night, a folder is of no known feed or isn't named
  `night=YYYY-MM-DD`, or a file is neither `.csv` nor `.parquet`.
- A file has no header, or its columns are not the contract's: missing (unless it may be absent), unknown or twice.
- A file isn't UTF-8, isn't Parquet, has a row with too few or too many values, or a column of Parquet that can't be
  read as text without a loss (timestamps, lists, and numbers with a point where the contract has none).

At gate 1, for each feed:

| rule | limit |
| --- | --- |
| missing feed | no file this night, though each of the last four nights of this weekday had one |
| too many rows | {_TOO_MANY} |
| too many bad rows | {FEWEST_BAD_ROWS} or more bad rows, and more than {LARGEST_BAD_SHARE:.0%} of the night's rows |

A feed without a single row, though each of the last four nights of this weekday had some, is a warning. So is a feed
that isn't fresh: its newest row is older, by more than {STALE_DAYS} days, than the newest row of any of the last 28
nights was when it landed, as if an old file had landed again. After gate 1 has stopped, the schema `accepted` is gone,
so that no model can run on feeds that were half looked at; the quarantine stays, to be read. Once the feed is right,
clear the run from its first task."""


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
    SOURCES.write_text(render_sources(), encoding="utf-8")
