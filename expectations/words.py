"""Gate 1: words of tonight's rows that nothing counts. Many hold their market, a few are told.

The table has a row per feed, market, column and word, with the rows that have it; and, of the feed and market, the rows
that landed, those that have any such word, and the share that may. Rows of which nobody knows the market have none.
"""

from __future__ import annotations

from great_expectations.expectations import Expectation

from expectations.rule import described, expect_no_rows, warn_of_rows

# Fewer such rows hold no market.
FEWEST_ROWS = 20
# So many words are named in a reason.
_NAMED = 3

RULE = "words that packs know"
_REMEDY = (
    "Have the source land the rows again with the word that is meant; or have a rule of the market's pack count it, or"
    " name it under without_effect."
)


def words_suite() -> list[Expectation]:
    """What must hold of the table arrivals.words_without_effect."""
    said = "column_name || ' `' || if(word = '', 'others', word) || '` in ' || rows || if(rows = 1, ' row', ' rows')"
    nearest = "if(nearest is null, '', ' (is `' || nearest || '` meant?)')"
    found = f"""
        select market, feed || ': ' || array_to_string(list_slice(
                list({said} || {nearest} order by word = '', rows desc, column_name, word), 1, {_NAMED}), ', ')
            || if(count(*) > {_NAMED}, ' and others', '') || '; ' || any_value(rows_without_effect) || ' of '
            || any_value(rows_landed) || ' rows have a word that does nothing' as found
        from (from {{batch}}) as words
        where {{which}}
        group by market, feed
    """
    many = f"market != '' and rows_without_effect >= {FEWEST_ROWS} and rows_without_effect > at_most * rows_landed"
    return [
        expect_no_rows(found.replace("{which}", many), described(RULE, "", _REMEDY)),
        warn_of_rows(
            found.replace("{which}", f"not coalesce({many}, false)").replace(
                "select market,", "select if(market = '', 'no market', market) as market,"
            ),
            described(f"only {RULE}", "", _REMEDY),
        ),
    ]
