"""Which bin of each measure of its feed a landed row is in: see `shares.py`, which compares how many are in each."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from datetime import date

import duckdb

from evenhand.landing.contracts import BY_NAME, FEEDS, WITHDRAWN, Column, Contract
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# Nights that are looked back on: what a night looks at in any case.
NIGHTS = 28
# Of a feed with more rows a night in a market, one in so many is looked at.
MOST_ROWS = 1_000
EMPTY = "nothing"
ROWS_OF_ACCOUNT, NIGHTS_OF_ACCOUNT, LANDED_BEFORE = "rows of its account", "nights of its account", "landed before"
OF_OTHERS = "said of another account as well"
# Whether the words of a measure are people who work for the marketplace.
_PERSONS = sorted(f"'{each.feed}.{column.name}'" for each in FEEDS for column in each.columns if column.is_person)
PERSONS = f"(feed || '.' || measure) in ({', '.join(_PERSONS)})"
# Rows per feed, measure, market, night and bin; of words, the bin is the word.
BINNED = "feed varchar, measure varchar, is_word boolean, market varchar, night date, bin varchar, number bigint"


def bin_rows(connection: duckdb.DuckDBPyConnection, contract: Contract, night: date) -> None:
    """Count in the table `binned` the rows of a feed by market, night, measure and bin.

    Not of the first night of the feed, or of a market: what lands then is all that was there before.
    """
    empty = _columns_without_values(connection, contract)
    measures = measures_of(contract, empty)
    words = [each for column in contract.columns if column.type == "text" for each in (column.name, _leads(column))]
    said = [f"candidates.{name}" for name in contract.column_names if name not in (contract.key, "updated_at")]
    of_anybody = [each for each in said if each != "candidates.account_id"]
    owners = sorted(
        {column.refers_to for column in contract.columns if column.refers_to and column.refers_to != "creators"}
    )
    binned = [f"m{number}" for number in range(len(measures))]
    # The column of a set is the only one that is grouped by: of the others, the bit is set.
    name = " ".join(f"when grouping({bin}) = 0 then '{measure}'" for bin, measure in zip(binned, measures, strict=True))
    rows = Sql("sampled")
    for feed in owners:
        with_owner = _SQL(
            "with_owner",
            sampled=rows,
            account_of_owner=f"account_of_{feed}",
            key=BY_NAME[feed].key,
            candidates=f"candidates.{feed}",
            reference=_reference(contract, feed),
        )
        rows = Sql(f"({with_owner})")
    connection.execute(
        _SQL(
            "bin_rows",
            candidates=f"candidates.{contract.feed}",
            said=said,
            of_anybody=of_anybody,
            key=contract.key,
            changed_at=Sql(contract.changed_at),
            said_before=[Sql(f"before.{each.name} as {_before(each)}") for each in _that_go_on(contract, empty)],
            bins=[Sql(f"{sql} as {bin}") for bin, sql in zip(binned, measures.values(), strict=True)],
            sampled=rows,
            measure=Sql(f"case {name} end"),
            value=Sql(f"coalesce({', '.join(binned)})"),
            one_bin_each=Sql(f"grouping sets ({', '.join(f'(market, night, {bin})' for bin in binned)})"),
        ),
        {"feed": contract.feed, "night": night, "nights": NIGHTS + 1, "most_rows": MOST_ROWS, "words": words},
    )


def _columns_without_values(connection: duckdb.DuckDBPyConnection, contract: Contract) -> set[str]:
    """Columns that files may lack and in which no row says anything: there is nothing to compare."""
    optional = [column.name for column in contract.columns if column.may_be_absent]
    counts = connection.execute(
        f"select {', '.join(f'count({name})' for name in optional)} from candidates.{contract.feed}"
    ).fetchone()
    return {name for name, values in zip(optional, counts or (), strict=True) if not values}


def measures_of(contract: Contract, empty: Collection[str] = ()) -> dict[str, str]:
    """Each measure of a feed with the SQL of a row's bin, over `rows` and what is joined to it.

    Args:
        empty: columns without a value.
    """
    found = {}
    for column in contract.columns:
        if column.name in (contract.key, "account_id", "market", *empty):
            continue
        if column.refers_to:
            if column.refers_to != "creators":
                found[f"whose {column.name}"] = _owner(column)
        elif column.type == "text":
            found[column.name] = f"coalesce(nullif(trim(rows.{column.name}), ''), '{EMPTY}')"
            if not column.one_of and not column.vocabulary:
                found[f"form of {column.name}"] = _form(column)
                found[_leads(column)] = _host(column)
        elif column.type == "number":
            found[column.name] = _magnitude(column)
        elif column.type == "date":
            found[column.name] = _delay(column)
        elif column.name == "updated_at":
            # It says which version counts, whatever the hour: one of long ago counts never.
            found[column.name] = _delay(column)
        elif column.type == "moment":
            found[column.name] = _quarter_of_the_day(column)
    found |= _pairs(contract, found) | _ratios(contract, found)
    found |= {f"decimals of {each.name}": _decimals(each) for each in _fractions(contract) if each.name in found}
    found |= {f"change of {each.name}": _change(each) for each in _that_go_on(contract, empty)}
    found |= {f"rows with the same {each.name}": _rows_alike(each) for each in _that_are_shared(contract, empty)}
    found[ROWS_OF_ACCOUNT] = _steps("account_rows", (1, 2, 4, 8, 16))
    found[NIGHTS_OF_ACCOUNT] = _steps("account_nights - 1", (0, 1, 3, 7))
    found[OF_OTHERS] = "if(is_of_others, 'yes', 'no')"
    found[LANDED_BEFORE] = (
        "case when first_landed < landed_night and was_there then 'the same row'"
        " when first_landed < landed_night and has_other_account then 'of another account'"
        " when first_landed < landed_night then 'another version'"
        " when was_there then 'the same under another key' else 'new' end"
    )
    return found


def _reference(contract: Contract, feed: str) -> str:
    return next(column.name for column in contract.columns if column.refers_to == feed)


def _owner(column: Column) -> str:
    owner = f"account_of_{column.refers_to}"
    return (
        f"case when rows.{column.name} is null then '{EMPTY}' when {owner} is null then 'nobody''s'"
        f" when {owner} = rows.account_id then 'its own' else 'another''s' end"
    )


def _pairs(contract: Contract, measures: Mapping[str, str]) -> dict[str, str]:
    """What stands beside each word that packs know: values that were exchanged between rows are there as often."""
    known = [column.name for column in contract.columns if column.vocabulary]
    among = [column.name for column in contract.columns if column.one_of]
    numbers = [column.name for column in contract.columns if column.type == "number"]
    pairs = [(one, other) for place, one in enumerate(known) for other in (*known[place + 1 :], *among, *numbers)]
    pairs += itertools.combinations([name for name in among if name != WITHDRAWN.name], 2)
    return {
        f"{one} with {other}": f"{measures[one]} || ', ' || {measures[other]}"
        for one, other in pairs
        if one in measures and other in measures
    }


def _that_go_on(contract: Contract, empty: Collection[str]) -> list[Column]:
    """What a later version of a key can say otherwise; who it is of, and whether it is one, is looked at elsewhere."""
    left_out = (contract.key, "account_id", "updated_at", WITHDRAWN.name, *empty)
    return [column for column in contract.columns if column.name not in left_out]


def _before(column: Column) -> str:
    return f"before_{column.name}"


def _change(column: Column) -> str:
    """What a row says beside what the version of its key said that had landed before.

    What a fault of a night puts in the place of something else is another word than the one before, though both are as
    usual as ever.
    """
    now, before = f"rows.{column.name}", _before(column)
    if column.one_of:
        first = f"case when before_night is null then 'at once ' else coalesce({before}, '{EMPTY}') || ', then ' end"
        return f"{first} || coalesce({now}, '{EMPTY}')"
    kinds = {"number": ("double", "more", "less"), "date": ("date", "a later day", "an earlier day")}
    beyond = ""
    if column.type in kinds:
        kind, more, less = kinds[column.type]
        now_value, value_before = (f"try_cast({each} as {kind})" for each in (now, before))
        beyond = (
            f" when {now_value} > {value_before} then '{more}' when {now_value} < {value_before} then '{less}'"
            f" when {now_value} = {value_before} then 'as before'"
        )
    return (
        f"case when before_night is null then 'a new row' when {now} is not distinct from {before} then 'as before'"
        f" when {before} is null then 'said first' when {now} is null then 'said no more'{beyond} else 'another' end"
    )


def _that_are_shared(contract: Contract, empty: Collection[str]) -> list[Column]:
    """What several rows can have in common, of which there are more than a few: texts, and things that are named."""
    left_out = (contract.key, "account_id", "market", *empty)
    return [
        column
        for column in contract.columns
        if column.type == "text"
        and column.name not in left_out
        and column.refers_to != "creators"
        and not (column.one_of or column.vocabulary or column.is_person)
    ]


def _rows_alike(column: Column) -> str:
    """Whether it is the only row of the night that says so, or most of them do."""
    value, night = f"rows.{column.name}", "partition by rows.of_market, landed_night"
    same, there = f"count(*) over ({night}, {value})", f"count({value}) over ({night})"
    return (
        f"case when {value} is null then '{EMPTY}' when {same} = 1 then 'one'"
        f" when 2 * {same} <= {there} then 'some' else 'more than half' end"
    )


def _fractions(contract: Contract) -> list[Column]:
    return [column for column in contract.columns if column.type == "number" and column.decimals]


def _decimals(column: Column) -> str:
    """How many digits a number has after its point, without noughts at the end."""
    digits = f"length(rtrim(split_part(rows.{column.name}, '.', 2), '0'))"
    return f"case when rows.{column.name} is null then '{EMPTY}' else cast({digits} as varchar) end"


def _ratios(contract: Contract, measures: Mapping[str, str]) -> dict[str, str]:
    """How large each number is beside the one before it in the contract, such as the commission of an amount.

    Numbers that were exchanged between rows, or with each other, are each as they were; beside each other they aren't.
    """
    numbers = [column.name for column in contract.columns if column.type == "number" and column.name in measures]
    found = {}
    for base, number in itertools.pairwise(numbers):
        share = f"abs(try_cast(rows.{number} as double) / nullif(try_cast(rows.{base} as double), 0))"
        found[f"{number} beside {base}"] = (
            f"case when rows.{number} is null or rows.{base} is null then '{EMPTY}'"
            f" when {share} is null then 'of nothing' when {share} = 0 then 'none of it'"
            # A sixth more is another bin.
            f" else 'about ' || round(100 * pow(2, (floor(4 * log2({share})) + 0.5) / 4), 1) || ' %' end"
        )
    return found


def _form(column: Column) -> str:
    """A word, or a sentence, or one that wants to lead somewhere: by a link, or by a number to call."""
    text = f"rows.{column.name}"
    return (
        f"case when coalesce(trim({text}), '') = '' then '{EMPTY}' when {_has_link(column)} then 'with a link'"
        f" when regexp_matches({text}, '\\d([ ().-]?\\d){{7,}}') then 'with a long number'"
        f" when regexp_matches(trim({text}), '\\s\\S+\\s') then 'a sentence' else 'a word' end"
    )


def _leads(column: Column) -> str:
    return f"where {column.name} leads"


def _host(column: Column) -> str:
    """Whose page a link in a text leads to."""
    host = f"lower(regexp_extract(rows.{column.name}, '(?:://(?:[^/@\\s]*@)?|www\\.)([^/:?#\\s]+)', 1))"
    return f"case when {_has_link(column)} then coalesce(nullif({host}, ''), 'elsewhere') else '{EMPTY}' end"


def _has_link(column: Column) -> str:
    return f"regexp_matches(rows.{column.name}, '://|www\\.|[a-z0-9]\\.[a-z]{{2,}}(/|$|\\s)|[<>@]')"


def _magnitude(column: Column) -> str:
    """Small numbers one by one, larger ones by half powers of two; below zero likewise."""
    number = f"try_cast(rows.{column.name} as double)"
    bound = f"floor(2 * log2(abs({number})))"
    return (
        f"case when {number} is null then '{EMPTY}'"
        f" when abs({number}) < 9 then cast(round({number}) as integer)::varchar"
        f" else if({number} < 0, '-', '') || round(pow(2, {bound} / 2))::bigint || ' to '"
        f" || round(pow(2, ({bound} + 1) / 2))::bigint end"
    )


def _delay(column: Column) -> str:
    """Days from a date until the night in which it landed."""
    days = f"date_diff('day', try_cast(rows.{column.name} as date), landed_night)"
    return (
        f"case when {days} is null then '{EMPTY}'"
        f" when {days} < 0 then 'a day to come' when {days} = 0 then 'the same day'"
        f" when {days} = 1 then '1 day before' when {days} <= 7 then {days} || ' days before'"
        f" when {days} <= 14 then '8 to 14 days before' when {days} <= 30 then '15 to 30 days before'"
        f" when {days} <= 180 then '31 to 180 days before' else 'more than 180 days before' end"
    )


def _quarter_of_the_day(column: Column) -> str:
    """Six hours of the day in UTC: a source that takes another time zone moves all of them."""
    hour = f"hour(timezone('UTC', try_cast(rows.{column.name} as timestamptz)))"
    return f"case when {hour} is null then '{EMPTY}' else ({hour} // 6 * 6) || ' to ' || ({hour} // 6 * 6 + 6) end"


def _steps(number: str, bounds: tuple[int, ...]) -> str:
    steps = " ".join(f"when {number} <= {bound} then 'up to {bound}'" for bound in bounds)
    return f"case {steps} else 'more than {bounds[-1]}' end"
