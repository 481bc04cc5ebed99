"""What must hold of a value of a feed, whatever else has landed: a row that breaks it never comes right by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from evenhand.landing.contracts import FIRST_DAY, MOMENT, Column, Contract
from evenhand.landing.names import LONGEST_ACCOUNT, is_no_name
from evenhand.records.databases import quoted
from expectations.rule import described

# What a number may have before its point: with four decimals it then fits decimal(18, 4).
MOST_DIGITS = 14


@dataclass(frozen=True)
class ValueRule:
    """A rule of the values of one row.

    Attributes:
        broken: SQL over its columns for whether it breaks the rule; false or null where it doesn't.
        meta: what is told of it.
    """

    broken: str
    meta: dict[str, str]


def is_broken_by_itself(contract: Contract, empty: Collection[str] = ()) -> str:
    """SQL for whether a row breaks a rule of a value.

    Args:
        empty: columns in which no row has a value, and none needs one.
    """
    rules = [rule.broken for column in contract.columns if column.name not in empty for rule in _all(contract, column)]
    return "(" + " or ".join(f"({broken})" for broken in rules) + ") is true"


def _all(contract: Contract, column: Column) -> Iterator[ValueRule]:
    yield from value_rules(contract, column)
    if column.required_when:
        yield is_there_when(column, *column.required_when)


def value_rules(contract: Contract, column: Column) -> list[ValueRule]:
    """The rules of a column, but for when another column needs it."""
    name = column.name
    rules: list[ValueRule] = []
    if column.required and column.required_unless:
        other, excuse = column.required_unless
        rules.append(
            ValueRule(
                f"{name} is null and {other} is distinct from '{excuse}'",
                described(f"{name} is there unless {other} is {excuse}", name, _absent(column)),
            )
        )
    elif column.required:
        rules.append(ValueRule(f"{name} is null", described(f"{name} is there", name, _absent(column))))
    if column.one_of:
        rules.append(
            ValueRule(
                f"{name} not in ({_texts(column.one_of)})",
                described(
                    f"{name} is one of {', '.join(column.one_of)}", name, "Land the row again with such a value."
                ),
            )
        )
    if column.type == "date":
        rules += [_is_a_day(column), _not_in_the_future(column), _not_too_early(column)]
    if column.type == "number":
        rules.append(_is_a_number(column))
    if column.type == "moment":
        rules += [_is_a_moment(column), _is_no_later_moment(column)]
        # Of a time that stands beside a day, that day says so.
        if not column.moment_of:
            rules.append(_is_no_earlier_moment(column))
    if column.at_least is not None:
        rules.append(_is_enough(column, column.at_least))
    if column.at_most is not None:
        rules.append(_is_not_too_much(column, column.at_most))
    if name in contract.names:
        rules.append(_is_a_name(column))
    if contract.names_an_account(name):
        rules.append(_is_short(column))
    return rules


def _texts(texts: Sequence[str]) -> str:
    return ", ".join(quoted(text) for text in texts)


def is_there_when(column: Column, other: str, value: str) -> ValueRule:
    """That a column has a value where another one has a certain one."""
    name = column.name
    return ValueRule(
        f"{name} is null and {other} = '{value}'",
        described(f"{name} is there where {other} is {value}", name, _absent(column)),
    )


def _is_a_day(column: Column) -> ValueRule:
    # DuckDB also reads 2026-1-5, a time of day or -infinity as a date; the contract knows one spelling.
    name = column.name
    return ValueRule(
        f"{name} is not null"
        f" and ({name} not like '____-__-__' or try_cast({name} as date)::varchar is distinct from {name})",
        described(f"{name} is a day", name, "Land the row again with a day that exists, as YYYY-MM-DD."),
    )


def _not_in_the_future(column: Column) -> ValueRule:
    # Held against the night it landed in, not the night being decided: a wrong date doesn't become right by waiting.
    name = column.name
    return ValueRule(
        f"try_cast({name} as date) > landed_night",
        described(
            f"{name} is not after the night it landed in",
            name,
            "A day can't be reported before it has come; land the row again with the right date.",
        ),
    )


def _not_too_early(column: Column) -> ValueRule:
    name = column.name
    return ValueRule(
        f"try_cast({name} as date) < date '{FIRST_DAY}'",
        described(
            f"{name} is not before {FIRST_DAY}",
            name,
            "Nothing that counts is so old; land the row with the right date.",
        ),
    )


def _is_enough(column: Column, at_least: int) -> ValueRule:
    name, number = column.name, _number(column)
    return ValueRule(
        f"{number} < {at_least}",
        described(f"{name} is at least {at_least}", name, "Land the row again with the right number."),
    )


def _number(column: Column) -> str:
    """SQL of a number as it is written; null where it isn't one, which another expectation finds."""
    # DuckDB takes 160 times as long to read a text as decimal(38): only what doesn't fit decimal(18) is read so.
    read = "try_cast({} as decimal({}, {}))".format
    name, decimals = column.name, column.decimals
    return f"coalesce({read(name, 18, decimals)}, {read(name, 38, decimals)})"


def _is_not_too_much(column: Column, at_most: int) -> ValueRule:
    name, number = column.name, _number(column)
    return ValueRule(
        f"{number} > {at_most}",
        described(f"{name} is at most {at_most}", name, "Land the row again with the right number."),
    )


def _is_a_name(column: Column) -> ValueRule:
    name = column.name
    return ValueRule(
        is_no_name(name),
        described(
            f"{name} is a name as it is written",
            name,
            "A number in exponent form, or signs that nobody sees (a blank at an end, a control sign, a zero-width"
            " sign), make it another name than the one that was likely meant; land the row again with that one.",
        ),
    )


def _is_short(column: Column) -> ValueRule:
    name = column.name
    return ValueRule(
        f"length({name}) > {LONGEST_ACCOUNT}",
        described(
            f"{name} has at most {LONGEST_ACCOUNT} characters",
            name,
            f"Receivers take no name that is longer; land the row again with one of at most {LONGEST_ACCOUNT}"
            " characters.",
        ),
    )


def is_a_number(text: str, column: Column) -> str:
    """SQL for whether a text is a number as a column has them, whatever its bounds."""
    # DuckDB also reads 1e5, blanks around and infinity as a number, and rounds what has too many decimals.
    return (
        f"(regexp_full_match({text}, '-?[0-9]+([.][0-9]+)?')"
        f" and length(split_part(ltrim({text}, '-'), '.', 1)) <= {MOST_DIGITS}"
        f" and length(split_part({text}, '.', 2)) <= {column.decimals})"
    )


def _is_a_number(column: Column) -> ValueRule:
    name = column.name
    return ValueRule(
        f"{name} is not null and not {is_a_number(name, column)}",
        described(
            f"{name} is a number",
            name,
            f"Land the row again with a number such as 12 or -0.5: at most {MOST_DIGITS} digits before the point and"
            f" {column.decimals} after it, and no other signs.",
        ),
    )


def _is_a_moment(column: Column) -> ValueRule:
    name = column.name
    return ValueRule(
        f"{name} is not null"
        f" and (not regexp_full_match({name}, '{MOMENT}') or try_cast({name} as timestamptz) is null)",
        described(
            f"{name} is a moment with its time zone",
            name,
            "Land the row again with a moment such as 2026-03-01T09:30:00+07:00 or 2026-03-01T02:30:00Z.",
        ),
    )


def _is_no_later_moment(column: Column) -> ValueRule:
    # A night ends later in some time zones than in others; one too far ahead would keep all later versions out.
    name = column.name
    return ValueRule(
        f"try_cast({name} as timestamptz) >= timezone('UTC', cast(landed_night + 2 as timestamp))",
        described(
            f"{name} is not after the night it landed in",
            name,
            "A row can't have been changed before it happens; land the row again with the right moment.",
        ),
    )


def _is_no_earlier_moment(column: Column) -> ValueRule:
    # Somebody's zero, most likely, and a version that is of 1970 is older than any other. A day begins earlier in some
    # time zones than in others.
    name = column.name
    return ValueRule(
        f"regexp_full_match({name}, '{MOMENT}')"
        f" and try_cast({name} as timestamptz) < timezone('UTC', cast(date '{FIRST_DAY}' - 1 as timestamp))",
        described(
            f"{name} is not before {FIRST_DAY}",
            name,
            "Nothing that counts is so old; land the row with the right moment.",
        ),
    )


def _absent(column: Column) -> str:
    consequence = f" ({column.absent_means})" if column.absent_means else ""
    return f"The row has no {column.name}{consequence}; land it again with one."
