"""What names something, such as an account: how it is compared, and what isn't one."""

from __future__ import annotations

import unicodedata

from evenhand.records.written import NO_WIDTH

# Signs that DuckDB doesn't count as control signs, and that nobody sees either: letters of no width, and what is no
# sign yet and will have none.
_NEITHER_SEEN = "".join(map(chr, sorted(NO_WIDTH))) + "\ufff0-\ufff8\U000e0000-\U000e0fff"
# What isn't seen where it is written: control signs, and signs of no width. Without braces, which are Great
# Expectations' own in a query.
_UNSEEN = f"[\\pC\u2028\u2029{_NEITHER_SEEN}]"
# As spreadsheets write a long number: one digit before the point, or before the comma of some countries.
_UNSIGNED = r"[0-9]([.,][0-9]+)?[eE][+-]?[0-9]+"
# What names something can be below nothing: a hash of 64 bits is, every other time.
EXPONENT = f"[+-]?{_UNSIGNED}"

# As many signs an account's name has at most, for receivers take no longer one: docs/receivers.md.
LONGEST_ACCOUNT = 200

# As many digits are told after a point.
_AFTER_POINT = 10


def compared(name: str) -> str:
    """SQL of a name as it is compared: what looks alike is alike, however it is composed."""
    return f"nfc_normalize({name})"


def composed(name: str) -> str:
    """A name as it is compared, as `compared` has it in SQL: macOS takes the letters of a file's name apart."""
    return unicodedata.normalize("NFC", name)


def is_no_name(name: str) -> str:
    """SQL of whether a text isn't the name that was likely meant; false where there is none."""
    return (
        f"{name} is not null and (regexp_full_match({name}, '{EXPONENT}') or regexp_matches({name}, '{_UNSEEN}')"
        f" or regexp_matches({name}, '^[\\s\\pZ]|[\\s\\pZ]$'))"
    )


def likely_meant(name: str) -> str:
    """SQL of what was likely meant by a text that is no name; null where nothing is."""
    whole = f"try_cast(try_cast(replace({name}, ',', '.') as double) as hugeint)::varchar"
    seen = f"regexp_replace(regexp_replace({name}, '{_UNSEEN}', '', 'g'), '^[\\s\\pZ]+|[\\s\\pZ]+$', '', 'g')"
    return f"case when regexp_full_match({name}, '{EXPONENT}') then {whole} else nullif({seen}, '') end"


def number_likely_meant(text: str) -> str:
    """SQL of the number that was likely meant by a text that is none; null where nothing is.

    In exponent form a spreadsheet has left digits out, so that it is likely and not known. No digit of the text is lost
    on the way: of one with more of them than a decimal has, nothing is told.
    """
    bare = f"replace(ltrim(trim({text}), '+'), ',', '.')"
    number = f"try_cast({bare} as decimal(38, {_AFTER_POINT}))"
    short = f"regexp_replace({number}::varchar, '[.]?0+$', '')"
    exponent = f"regexp_extract({bare}, '[eE][+]?(.+)', 1)"
    moved = f"if({exponent} = '', 0, try_cast({exponent} as integer))"
    after_point = f"length(rtrim(regexp_extract({bare}, '[.]([0-9]+)', 1), '0')) - {moved}"
    # Of zero no exponent moves a digit.
    is_zero = f"regexp_full_match({bare}, '-?[0.]+([eE].*)?')"
    is_one = f"regexp_full_match(ltrim(trim({text}), '+'), '-?({_UNSIGNED}|[0-9]+([.][0-9]+)?)')"
    return f"case when {is_one} and ({is_zero} or {after_point} <= {_AFTER_POINT}) then nullif({short}, {text}) end"
