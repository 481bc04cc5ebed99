"""Write docs/feeds.md, dbt's sources and what it makes metrics of from the contracts:

python -m evenhand.reference.feeds

Longer than other files, for it has the whole page on feeds.
"""

from __future__ import annotations

import json

from evenhand.landing.contracts import BY_NAME, CREATORS, FEEDS, FIRST_DAY, RECENT_NIGHTS, Column, Contract
from evenhand.landing.names import LONGEST_ACCOUNT
from evenhand.landing.replaced import FEWEST_GONE, LARGEST_SHARE_GONE
from evenhand.policy.language.recent import AT_MOST_DAYS, RECENT
from evenhand.settings import PROJECT, Settings
from expectations.feed_values import MOST_DIGITS
from expectations.feeds import (
    FEWEST_BAD_ROWS,
    FEWEST_MISSED_ROWS,
    FEWEST_WAITS,
    LARGEST_BAD_SHARE,
    LARGEST_GROWTH,
    SMALLEST_LIMIT,
    STALE_DAYS,
)
from expectations.words import FEWEST_ROWS

PATH = PROJECT / "docs" / "feeds.md"
SOURCES = PROJECT / "dbt_project" / "models" / "staging" / "accepted.yml"
METRICS = PROJECT / "dbt_project" / "macros" / "creator_metrics.sql"


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


def render_metrics() -> str:
    """The text of dbt's macro of the columns of creators that are metrics."""
    columns = [f'    {{"name": "{each.name}", "is_flag": {str(each.is_flag).lower()}}}' for each in CREATORS.figures]
    return _METRICS.format(columns=",\n".join(columns))


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
    if column.required_when:
        other, value = column.required_when
        return f"unless `{other}` is `{value}`, or absent"
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
        bounds = {"at least": column.at_least, "at most": column.at_most}
        said = [f"{how} {bound}" for how, bound in bounds.items() if bound is not None]
        return ", ".join([*said, f"at most {column.decimals} digits after the point"])
    return ", ".join(f"`{value}`" for value in column.one_of) or "any"


_SOURCES = """\
# Written by `python -m evenhand.reference.feeds` from the contracts; edit those.
sources:
  - name: accepted
    description: >
      What gate 1 accepted for the night: the newest good version of every row of each feed that the night looks at,
      every value as text. A feed that is absent has no rows.
    tables:"""

_METRICS = """\
{{# Written by `python -m evenhand.reference.feeds` from the contracts; edit those. #}}
{{% macro creator_metrics() %}}
{{{{ return([
{columns}
]) }}}}
{{% endmacro %}}
"""

_WHERE_IT_LANDED = (
    ("landed_night", "The night that this version of the row landed in.", "date"),
    ("landed_file", "The file that it came in.", "varchar"),
    ("landed_row", "Its row in that file, from 1.", "bigint"),
)

_START = f"""\
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
folders of their own if you like: `night=2026-03-01/market=ID/violations.parquet`. What ends otherwise, such as `.part`
or `.xlsx`, is passed over, and the night's warnings name it; so is what starts with `.` or `_`, which is named only
where it ends as a feed's file does or says a market (`_rows.csv`, `.market=ID`). Write a file elsewhere and move it in:
what is there is taken for whole. `violations.parquet.rows` beside a file may say how many rows of data it has, lines
that can't be read included; one that has another number can't be used, and a number without its file holds the markets
of that file. Names and keys are the same however their letters are composed, as macOS does otherwise.

The folder is `landing/` below `EVENHAND_HOME`, or what `EVENHAND_LANDING_FROM` says: another folder, or an address that
[fsspec](https://filesystem-spec.readthedocs.io) knows, such as `https://host/landing`, or `s3://bucket/landing` with
`s3fs` installed. What is at an address is mirrored into `landing/` before a night looks at it: what is new or changed
is fetched, what is gone is removed (and counts on). Credentials are the file system's own, in the environment.
One file there that can't be fetched, that is larger than a file may be (it isn't fetched then, or no further than
that), or that has its name with another (`a//b.csv` beside `a/b.csv`), holds its markets like one that can't be used,
and keeps none of the others away. Keys of no bytes that stand for folders are no files.
A listing that names a file outside of that address is refused as a whole, and a link in `landing/` that leads out of it
is neither written through nor read: what lies there can't be used. `landing/` itself may be a link. A link to a folder
that it lies in is passed over and named; a pipe, a socket, a device or a link to nothing can't be used, where a folder
is expected too. A night's folder without a file of a feed in it is no night that landed. Nothing looks at the folder of
a night that hasn't come until it does: the first night that sees it names it in its warnings, those after it count it.

- **CSV**: UTF-8, with or without a byte order mark, a header, commas, `"` around values that need it and doubled inside
  them, line ends of any kind. `.csv.gz` is CSV packed with gzip. A text of several lines, such as a title or a reason,
  is what its quotes say where all quotes of the file are closed, even if a line of it looks like a row; that is told.
  Of more than 500 lines it is likelier a quote that isn't closed, and the file can't be used.
- A file that is larger than {Settings.largest_file_mb:,} MB once it is unpacked (`EVENHAND_LARGEST_FILE_MB`) can't be
  used, and isn't read: a small packed file can be very large. Of Parquet that is what the file says of its columns, and
  at least a byte a value and all of each text.
- **Parquet**: a value is read as text. A float that is whole is the whole number, a BOOLEAN is `yes` or `no` (in
  `withdrawn`, `yes` or empty), a BLOB is UTF-8; a column of type null is empty. A day is DATE, text or a timestamp: one
  with a time zone is its day in the market's time zone (`timezone` in its packs, else marketplace.yml's or the
  deployment's), one without has to be midnight.
- The header has the columns of the contract, in any order and with any capitals. A column that may be absent can be
  left out of a file: its rows then have no value in it. Columns that the contract doesn't have are left out and named.
- A value is taken as it is: leading zeros and blanks stay. An empty text is no value. A day is `YYYY-MM-DD`. A number
  is digits, with a point before its decimals and `-` before a negative one: `12`, `-0.5`.
- A time (`*_at`) stands beside a day (`*_on`), for what the field measures in hours. Where the day is empty, it is that
  of the time in the market's time zone.
- **A night without rows** is a file with its header alone. A night without a file is a feed that didn't come; a feed
  that may be absent has no rows until its first file lands, and from then on is a feed like the others.
- A file that changes after it was loaded is loaded again, unless more than {LARGEST_SHARE_GONE:.0%} of its keys, and at
  least {FEWEST_GONE}, are gone or are of other accounts: then its markets are held, and the old rows count until a
  better one lands or two persons have it taken (`evenhand feed accept FILE`). Better leave what has landed and land
  corrections.
- What landed once is known until people say otherwise. A file that is removed, by a retention rule say, keeps its rows:
  its bytes are kept in `EVENHAND_HOME/kept/`, from where `landed.duckdb` can be built again. It is told on the first
  night without it, and counted after that. `evenhand feed forget FILE --reason TEXT` has one count
  no more, from the newest released night on; the manifest (`forgotten`) says so.

`evenhand feed check FILE` says what would become of a file before it is dropped: why it can't be used, which rows would
be quarantined, who would be held. It takes the file to be dropped in the night and the folders that it lies in, such as
`market=ID`, with what lies beside it (`FILE.rows`), in the place of what it would replace there. It changes nothing,
and ends with 1 if not every row would be used.

## Versions of a row

A row that lands again with the same key on a later night is its newer version; it replaces the older one as a whole.
With `updated_at`, the version that the source changed last counts, whatever lands when, and one night may bring several
versions; one without it is of the end of the night that it lands in, midnight in UTC whatever the market's time zone:
so a source gives it in all of its rows, or in none. Without it, what has come so far doesn't go back: a decision
doesn't become open, an appeal's outcome doesn't become pending, an order's `status_on` doesn't become an earlier day.
Such a row is quarantined, unless its key was withdrawn before. A key is of the account that it was of first, for ever:
a row that has it for another account is quarantined.
The same row twice in one night counts once. A night that is run again sees only what had landed by then. A row that
lands again with `yes` in `withdrawn` is taken back: it counts as one that never landed, until it lands without it.

## The feeds"""

_MAY_BE_ABSENT = " **The feed may be absent.**"
_LOOKED_AT = " A row is looked at for {} nights after it landed, or as long as a row that is looked at refers to it."

_TOO_MANY = (
    f"more than {LARGEST_GROWTH} times the largest of the last 28 nights and more than {SMALLEST_LIMIT};"
    " where all of those nights were replaced, the middle of them; the feed's"
    " first night, a backfill, is free and isn't compared with"
)

_DERIVED = "\n".join(f"| `{activity}` | {quantity} |" for activity, quantity in RECENT.items())

_FIGURES = ", ".join(f"`{each.name}`" for each in CREATORS.figures)

_OF_PERSONS = " and ".join(f"`{each.feed}`" for each in FEEDS if each.may_name_a_person(""))

_END = f"""\
## Activities that come out of other feeds

Packs go by activities. Besides those of the feed activities, each training that is passed is one, by its name, and some
come out of contents, lives and orders, summed up by account and day:

| activity | quantity |
| --- | --- |
{_DERIVED}

As rows of these feeds are looked at for {RECENT_NIGHTS} nights, a pack can count them for at most {AT_MOST_DAYS} days.
What it makes of them holds for as long as the value does, and no longer; the first day of it is not told. Metrics
are looked at for ever.

## Metrics that come out of creators

Each column of creators that is a number, or `yes` and `no`, is a metric of its name as well (`yes` is 1, `no` is 0),
from the night on that its value landed in: {_FIGURES}. What another column needs for that is in
[adding.md](adding.md#a-column).

## What quarantines a row

The row is left out, the night goes on. `quarantine.rows` in the night's warehouse, and `quarantine.parquet` in its
release, have a line per row and rule: feed, key, column, rule, remedy, file and row (the first row of data is row 1).
`evenhand quarantine` shows them row by row: file, row and line, what stands there, the rule, and what was likely meant.

- A line can't be read: a byte isn't UTF-8 or is zero, a quote isn't closed or doubled, it has too few or too many
  values. It costs itself and no other line, and is kept as it stands in the column `text`. That is empty where a line
  can name who decided or reviewed, of {_OF_PERSONS}: file, row and line say where to look.
- A value of Parquet can't be used: a key that isn't whole or is too large for its type, a moment that is no day.
- A key has a sign that nobody sees (a blank at an end, a control or zero-width sign) or is a number in exponent form;
  `meant` has the key that was likely meant. Keys that look alike are alike: they are compared in Unicode's form NFC.
- An `account_id` has more than {LONGEST_ACCOUNT} characters: receivers take no longer one
  ([receivers.md](receivers.md#what-is-sent)).
- A market is none: no pack is of it, and `markets` in marketplace.yml doesn't list it. The account stays where it was.
- A value is missing where the contract wants one, or is none of the allowed ones.
- A time (`*_at`) can't be read, or has no time zone or one of more than 14 hours. One whose day in the market's time
  zone isn't that of its date column is left out and counted in a warning, and the row stays.
- A date isn't a day that exists in the form `YYYY-MM-DD`, or is after the night that the row landed in (waiting
  doesn't make it right), or before {FIRST_DAY}. So is an `updated_at`.
- A number isn't one, such as `1.2E+5` of a spreadsheet (`meant` has the likely one), or has more than {MOST_DIGITS}
  digits before its point or more than its column allows after it, or is less than its column allows.
- It refers to a row that is not there, that is itself in quarantine, or that is another account's.
- Two different rows with one key landed in one night: both are out, unless one of them is wrong by a value of its
  own: then that one is out alone.

**How rows come back.** Nobody releases a row by hand. Land a right version of the key on a later night, or the row that
it refers to, and the quarantine lets go by itself. Until then the last good version of the key, if there is one, stays
in force.

## What holds a market

The market keeps its last lists, less what has ended, and holds no other ([decision
11](decisions/0011-a-market-is-held.md)). The summary and the log name the file, what is wrong with it and the remedy.

**A file that can't be used**: another delimiter, UTF-16, HTML, no header or another feed's, a required column that is
missing or there twice, no bytes, a packed or Parquet file that was cut, nested values, a number of rows beside it that
isn't its own, a link to nothing, a misspelt folder. It holds its markets each night until it is replaced, taken
away or forgotten; what it was before, if it could be used then, counts on. Those are the markets of the accounts
in it, as far as that can be read; else of `market=` or `source=` in its path; else of the file of that name that landed
last; else all. Folders bind nothing otherwise: rows of other markets' accounts count there, and are told of.

**Arrivals that can't be right**, counted per feed and market:

| rule | limit |
| --- | --- |
| missing rows | none, though each of the last four nights of this weekday had {FEWEST_MISSED_ROWS} or more |
| too many rows | {_TOO_MANY} |
| too many bad rows | {FEWEST_BAD_ROWS} or more bad rows, and more than {LARGEST_BAD_SHARE:.0%} of the night's rows |

**Words that nothing counts**: a market that is none; a violation type (of reports and reviews too), an activity, a
training or a metric that no pack of the market goes by; a severity that no rule for the type reads, where one reads
severities; a surface that marketplace.yml doesn't list, where it lists `surfaces`. The night's warnings, its summary
and manifest (`words_without_effect`) name each with the word that was likely meant, and the metric
`rows_with_words_without_effect` says how many there are in four weeks. {FEWEST_ROWS} rows or more of a feed and market
on one night, and more than `limits.words_without_effect` of its pack (1 %), hold the market. What is right all the
same stands under `without_effect` in the pack.

**What lands late**, in the folder of an earlier night, or in the place of what lay there, is held to the limits of bad
rows and of too many, and to known words, on the first night that looks at it; what takes the place of the backfill of
the feed's first night is as free as that was. It stands for none of the rows that are missing tonight.

Bad rows, too many rows and words hold their market on the night that looks at them first, and the next night's warnings
say that it is decided again. What is bad stays in quarantine until it is landed right, and what too many rows would
change in a list is gate 2's to hold until somebody answers ([gates.md](gates.md#what-is-unusual)): rows that are right
after all, such as those of weeks that a source had been silent, need nobody to forget them.

A feed without any file, though each of the last four nights of this weekday had one, holds all markets. Both hold on
however long nothing comes: a feed, or a market, that fell silent is held against the four nights of this weekday
before. After a week without rows a file with its header alone in a folder `market=…` of the market says that there are
none, for seven nights.

A market's file of a name that came on each of those nights and doesn't tonight is named in a warning, whatever else
came of its market. A market without a row, though each of those nights had some, is a warning. So is one whose rows
aren't fresh: its newest is older, by more than {STALE_DAYS} days, than the newest of any of the last 28 nights was when
it landed, as if an old file had landed again. And so is a feed of a market of which nothing has landed for more than
{STALE_DAYS} days longer than it ever took in its last 28 arrivals (of {FEWEST_WAITS} waits or more), however long ago
that is.

## What stops the night

Nothing is decided, published or delivered: nothing at all had landed by the night, or there is no file of a feed that
may not be absent."""


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
    SOURCES.write_text(render_sources(), encoding="utf-8")
    METRICS.write_text(render_metrics(), encoding="utf-8")
