"""SQL of the bin that a row is in by one of its columns: by its words, its magnitude, its days, or what it said before.

It is over `rows` and what `bins.py` joins to them.
"""

from __future__ import annotations

from evenhand.landing.contracts import Column

EMPTY = "nothing"


def owner(column: Column) -> str:
    """Whose the thing is that is named."""
    whose = f"account_of_{column.refers_to}"
    return (
        f"case when rows.{column.name} is null then '{EMPTY}' when {whose} is null then 'nobody''s'"
        f" when {whose} = rows.account_id then 'its own' else 'another''s' end"
    )


def said_before(column: Column) -> str:
    """The name of what the version before said in a column."""
    return f"before_{column.name}"


def change(column: Column) -> str:
    """What a row says beside what the version of its key said that had landed before.

    What a fault of a night puts in the place of something else is another word than the one before, though both are as
    usual as ever.
    """
    now, before = f"rows.{column.name}", said_before(column)
    if column.one_of:
        first = f"case when before_night is null then 'at once ' else coalesce({before}, '{EMPTY}') || ', then ' end"
        return f"{first} || coalesce({now}, '{EMPTY}')"
    kind = {"number": "double", "date": "date"}.get(column.type)
    beyond = ""
    if kind:
        is_, was = (f"try_cast({each} as {kind})" for each in (now, before))
        steps = {f"{is_} = {was}": "as before", f"{is_} > {was}": "a later day", f"{is_} < {was}": "an earlier day"}
        if kind == "double":
            steps = {
                f"{is_} = {was}": "as before",
                f"{was} != 0 and {is_} / {was} >= 2": "at least twice",
                f"{is_} > {was}": "more",
                f"{is_} * 2 <= {was}": "at most half",
                f"{is_} < {was}": "less",
            }
        beyond = "".join(f" when {is_so} then '{said}'" for is_so, said in steps.items())
    return (
        f"case when before_night is null then 'a new row' when {now} is not distinct from {before} then 'as before'"
        f" when {before} is null then 'said first' when {now} is null then 'said no more'{beyond} else 'another' end"
    )


def decimals(column: Column) -> str:
    """How many digits a number has after its point, without noughts at the end."""
    digits = f"length(rtrim(split_part(rows.{column.name}, '.', 2), '0'))"
    return f"case when rows.{column.name} is null then '{EMPTY}' else cast({digits} as varchar) end"


def form(column: Column) -> str:
    """A word, or a sentence, or one that wants to lead somewhere: by a link, or by a number to call."""
    text = f"rows.{column.name}"
    return (
        f"case when coalesce(trim({text}), '') = '' then '{EMPTY}' when {_has_link(column)} then 'with a link'"
        f" when regexp_matches({text}, '\\d([ ().-]?\\d){{7,}}') then 'with a long number'"
        f" when regexp_matches(trim({text}), '\\s\\S+\\s') then 'a sentence' else 'a word' end"
    )


def leads(column: Column) -> str:
    """What the measure of its links is called."""
    return f"where {column.name} leads"


def host(column: Column, key: str) -> str:
    """Whose page a link in a text leads to, how, and whether it names what the row is about: links can be exchanged."""
    text = f"rows.{column.name}"
    whose = f"lower(regexp_extract({text}, '(?:://(?:[^/@\\s]*@)?|www\\.)([^/:?#\\s]+)', 1))"
    how = "".join(
        f" || if({is_so}, '{said}', '')"
        for is_so, said in (
            (f"contains({text}, rows.{key})", " by its key"),
            (f"contains({text}, '?')", " with a query"),
            (f"contains({text}, 'http://')", " by http"),
        )
    )
    return f"case when {_has_link(column)} then coalesce(nullif({whose}, ''), 'elsewhere'){how} else '{EMPTY}' end"


def _has_link(column: Column) -> str:
    return f"regexp_matches(rows.{column.name}, '://|www\\.|[a-z0-9]\\.[a-z]{{2,}}(/|$|\\s)|[<>@]')"


def magnitude(column: Column) -> str:
    """Small numbers one by one, larger ones by half powers of two; below zero likewise."""
    number = f"try_cast(rows.{column.name} as double)"
    bound = f"floor(2 * log2(abs({number})))"
    return (
        f"case when {number} is null then '{EMPTY}'"
        f" when abs({number}) < 9 then cast(round({number}) as integer)::varchar"
        f" else if({number} < 0, '-', '') || round(pow(2, {bound} / 2))::bigint || ' to '"
        f" || round(pow(2, ({bound} + 1) / 2))::bigint end"
    )


def delay(column: Column) -> str:
    """Days from a date until the night in which it landed."""
    days = f"date_diff('day', try_cast(rows.{column.name} as date), landed_night)"
    return (
        f"case when {days} is null then '{EMPTY}'"
        f" when {days} < 0 then 'a day to come' when {days} = 0 then 'the same day'"
        f" when {days} = 1 then '1 day before' when {days} <= 7 then {days} || ' days before'"
        f" when {days} <= 14 then '8 to 14 days before' when {days} <= 30 then '15 to 30 days before'"
        f" when {days} <= 180 then '31 to 180 days before' else 'more than 180 days before' end"
    )


def quarter_of_the_day(column: Column) -> str:
    """Six hours of the day in UTC: a source that takes another time zone moves all of them."""
    hour = f"hour(timezone('UTC', try_cast(rows.{column.name} as timestamptz)))"
    return f"case when {hour} is null then '{EMPTY}' else ({hour} // 6 * 6) || ' to ' || ({hour} // 6 * 6 + 6) end"


def up_to(number: str, bounds: tuple[int, ...]) -> str:
    """Up to which of some bounds a number is."""
    steps = " ".join(f"when {number} <= {bound} then 'up to {bound}'" for bound in bounds)
    return f"case {steps} else 'more than {bounds[-1]}' end"
