"""What the gates say is to be done about rows that break a rule, as expectations/ word it, for other languages."""

from __future__ import annotations

REMEDIES = (
    "A model or a pack is wrong: read the rows, fix it and run the night again.",
    "Have the source land the rows again; those beside them are used.",
    "Two different rows with this key landed in one night; land the right one again on a later night.",
    "The row has no {column} (what was taken back on no day can't be applied); land it again with one.",
    "The row has no {column} (the appeal answers no violation decided before it); land it again with one.",
    "The row has no {column} (a decided appeal without its date can't be applied); land it again with one.",
    "The row has no {column}; land it again with one.",
    "A number in exponent form, or signs that nobody sees (a blank at an end, a control sign, a zero-width sign), make"
    " it another name than the one that was likely meant; land the row again with that one.",
    "Receivers take no name that is longer; land the row again with one of at most {number} characters.",
    "No pack is of this market, and marketplace.yml doesn't list it: the account stays where it was. Land the row again"
    " with the right market, or add the market first.",
    "Land the row again with such a value.",
    "Land the row again with a day that exists, as YYYY-MM-DD.",
    "A day can't be reported before it has come; land the row again with the right date.",
    "Nothing that counts is so old; land the row with the right date.",
    "Land the row again with a number such as 12 or -0.5: at most {digits} digits before the point and {decimals} after"
    " it, and no other signs.",
    "Land the row again with the right number.",
    "Land the row again with a moment such as 2026-03-01T09:30:00+07:00 or 2026-03-01T02:30:00Z.",
    "A row can't have been changed before it happens; land the row again with the right moment.",
    "Nothing that counts is so old; land the row with the right moment.",
    "A spreadsheet has made two long keys one (1.23457E+15), most likely, or the source has used a key twice. Withdraw"
    " the key for the account that has it, if that is the wrong one, and land the other's row under a key of its own.",
    "An older version of the row has landed late, most likely, and isn't used. If it is right all the same, land it"
    " with updated_at, or withdraw the key and land it on a later night.",
    "Land the row of {parent} (or correct it, if it is quarantined); this row then comes back by itself.",
    "The row of {parent} has another {column}; land the row again with the right {key} or {other}.",
)
