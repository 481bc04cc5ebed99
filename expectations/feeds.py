"""Gate 1: what every feed must satisfy, built from its contract.

Two suites a feed. The first looks at every row known by the night; a row that fails is quarantined and the night goes
on. The second looks at what arrived this night, market by market; a market that fails is held, and the others go on.

Longer than other files, for it is the list of all rules of the feeds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from great_expectations.expectations import Expectation

from evenhand.landing.contracts import BY_NAME, MARKET, Column, Contract
from expectations.feed_values import ValueRule, is_broken_by_itself, is_there_when, value_rules
from expectations.rule import described, expect_no_rows, warn_of_rows

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
# After fewer arrivals nobody knows how often a feed comes.
FEWEST_WAITS = 3
# Fewer bad rows than this never hold a market: a share means little in a file of a few rows.
FEWEST_BAD_ROWS = 20
# A market that had fewer rows than this on one of the last four nights of a weekday may well have none on the next.
FEWEST_MISSED_ROWS = 20
# What stands for all markets: rows of accounts that nobody knows, in a file of which nobody knows whose it is.
EVERY_MARKET = "every market"


def reading_suite() -> list[Expectation]:
    """What must hold of lines and values for anything to be read; those that can't be are quarantined."""
    return [
        expect_no_rows(
            f"select {_LOCATOR}, line, feed, column_name, rule, text from {{batch}}",
            described(
                "each line and each value can be read",
                "",
                "Have the source land the rows again; those beside them are used.",
            ),
        )
    ]


def row_suite(contract: Contract, empty: Collection[str] = ()) -> list[Expectation]:
    """What a row must satisfy to be used; what fails is quarantined.

    Args:
        empty: columns in which no row has a value, and none needs one: they aren't looked at.
    """
    suite = [
        expect_no_rows(
            # One that is wrong by itself never counts, and takes nothing from another that is right.
            f"""select {_LOCATOR}, {contract.key} from {{batch}}
            semi join (
                select twins.{contract.key}, twins.landed_night from {{batch}} as twins group by all having count(*) > 1
            ) using ({contract.key}, landed_night)
            where not {is_broken_by_itself(contract, empty)}
            qualify count(*) over (partition by {contract.key}, landed_night) > 1 and {contract.key} is not null
            and (
                count(updated_at) over (partition by {contract.key}, landed_night)
                < count(*) over (partition by {contract.key}, landed_night)
                or count(*) over (partition by {contract.key}, landed_night, {contract.changed_at}) > 1
            )""",
            described(
                "one version of a key per night, or each with its own updated_at",
                contract.key,
                "Two different rows with this key landed in one night; land the right one again on a later night.",
            ),
        ),
    ]
    if contract.progress:
        suite.append(_goes_on(contract, contract.progress))
    if "account_id" in contract.column_names and contract.key != "account_id":
        suite.append(_keeps_its_account(contract))
    for column in contract.columns:
        if column.required_when and column.required_when[0] not in empty:
            suite.append(_of_a_value(column.name, is_there_when(column, *column.required_when)))
        if column.name not in empty:
            suite.extend(_column_expectations(contract, column))
    return suite


def arrivals_suite(contract: Contract, night: date) -> list[Expectation]:
    """What the night's arrivals of a feed must satisfy, market by market, for the market to be decided.

    What came late, into the folder of an earlier night, is held to what holds of its rows, and stands for none that
    are missing tonight. Each query finds a row per market with what was found of it. Beside the batch there is
    `arrivals.usual`: what was usual of the feed and a market in the four weeks before.
    """
    feed = contract.feed
    usual = f"(from arrivals.usual where feed = '{feed}')"
    tonight = f"landed_night = date '{night}'"
    nothing = f"from {usual} as usual where market not in"
    nothing += f" (select market from {{batch}} where market is not null and {tonight})"
    # After a week of silence the nights that it is held against aren't the last four any more.
    since = f"if(date '{night}' - newest > 7, ' has landed since ' || newest, ' landed')"
    nights = f"if(date '{night}' - newest > 7, 'the four nights of this weekday before', 'the last four nights of"
    nights += " this weekday')"
    or_none = f"if(date '{night}' - newest > 7, '; a header alone in a folder market=… of it says that there are none',"
    or_none += " '')"
    # What came late is compared with all that came, and makes nothing of tonight look smaller.
    of_everybody = f"(select count(*) from (from {{batch}}) as every where every.{tonight}"
    of_everybody += f" or arrived.landed_night != date '{night}')"
    return [
        expect_no_rows(
            f"""select coalesce(market, '{EVERY_MARKET}') as market, count(problem) || ' of ' || count(*)
                || ' rows of {feed}' || if({tonight}, '', ' of ' || landed_night || ', which landed late,')
                || ' are bad; the first: ' || arg_min(landed_file || ', row ' || landed_row || ', '
                || problem, (landed_file, landed_row)) filter (problem is not null) as found
            from (from {{batch}}) as arrived group by arrived.market, landed_night
            having count(problem) >= {FEWEST_BAD_ROWS} and count(problem) > {LARGEST_BAD_SHARE}
                * if(any_value(market) is null, {of_everybody}, count(*))""",
            described(
                f"at most {LARGEST_BAD_SHARE:.0%} bad rows in a night",
                "",
                "So many bad rows mean that the file is wrong; have the source land it again.",
            ),
        ),
        expect_no_rows(
            f"""select market, count(*) || ' rows of {feed}' || if({tonight}, '', ' of ' || landed_night)
                || if({tonight}, ' landed', ' landed late') || ', and the largest of the last 28 nights had '
                || largest as found
            from {{batch}} join {usual} using (market)
            where not (
                landed_file in (from arrivals.late_in_place)
                and landed_night = (select min(night) from landing.files where feed = '{feed}')
            )
            group by market, landed_night, largest
            having count(*) > greatest(largest * {LARGEST_GROWTH}, {SMALLEST_LIMIT})""",
            described(
                f"at most {LARGEST_GROWTH} times the rows of the largest of 28 nights",
                "",
                "If these rows are right, spread them over several nights; otherwise have the source land the feed"
                " again.",
            ),
        ),
        expect_no_rows(
            f"""select '{EVERY_MARKET}' as market, 'nothing is in {feed}/night={night}' as found
            from (select count(*) from {{batch}})
            where (
                select count(distinct night)
                from landing.files, (
                    select ((date '{night}' - max(night) + 6) // 7) * 7 as days
                    from landing.files where feed = '{feed}' and night < date '{night}'
                ) as last
                where feed = '{feed}' and (date '{night}' - night) % 7 = 0
                    and date '{night}' - night between days and days + 21
            ) = 4 and not exists (
                select 1 from (
                    select feed, night from landing.files union all select feed, night from landing.unusable
                ) where feed = '{feed}' and night = date '{night}'
            )""",
            described(
                "a file on a night that always has one",
                "",
                "The feed is missing: each of the last four nights of this weekday until it fell silent had a file."
                " Land it; if there is nothing to report, land a CSV file with its header alone.",
            ),
        ),
        expect_no_rows(
            f"""select market, 'no row of {feed}' || {since} || ', and at least ' || fewest
                || ' did on each of ' || {nights} || {or_none} as found
            {nothing} and fewest >= {FEWEST_MISSED_ROWS}""",
            described(
                "rows on a night that always has many",
                "",
                "Ask the source where they are, and land them.",
            ),
        ),
        warn_of_rows(
            f"""select market, 'no row of {feed}' || {since} as found
            {nothing} and fewest < {FEWEST_MISSED_ROWS}""",
            described(
                "rows on a night that always has some",
                "",
                f"Each of the last four nights of this weekday had {feed}; ask the source whether this is right.",
            ),
        ),
        warn_of_rows(
            f"""select market, 'the newest row of {feed} is of ' || max(happened_on) || ', and in the '
                || if(newest < date '{night}' - 28, '28 nights until ' || newest, 'last 28 nights')
                || ' it was at most ' || oldest || case when oldest = 1 then ' day' else ' days' end
                || ' old when it landed' as found
            from {{batch}} join {usual} using (market) where {tonight}
            group by market, oldest, newest having max(happened_on) < date '{night}' - oldest - {STALE_DAYS}""",
            described("rows that are fresh", "", "Ask the source whether it sends what it sent before."),
        ),
    ]


def silences_suite(night: date) -> list[Expectation]:
    """What must hold of how long ago anything landed: the table arrivals.silences, a row per feed and market."""
    return [
        warn_of_rows(
            f"""select market, 'nothing of ' || feed || ' has landed since ' || newest || ', ' || days
                || ' days ago, and never before did it take more than ' || longest as found
            from (from {{batch}}) as silences
            where waits >= {FEWEST_WAITS} and days > longest + {STALE_DAYS}""",
            described("something as often as ever", "", "Ask the source whether it still sends the feed, and land it."),
        )
    ]


_LOCATOR = ", ".join(ROW_LOCATOR)


def _column_expectations(contract: Contract, column: Column) -> list[Expectation]:
    expectations = [_of_a_value(column.name, rule) for rule in value_rules(contract, column)]
    if column is MARKET:
        expectations.append(_is_a_market(column))
    if column.refers_to:
        expectations.append(_is_known(column, BY_NAME[column.refers_to]))
    if column.refers_to and column.with_the_same:
        expectations.append(_agrees(column, BY_NAME[column.refers_to], column.with_the_same))
    return expectations


def _of_a_value(name: str, rule: ValueRule) -> Expectation:
    return expect_no_rows(f"select {_LOCATOR}, {name} from {{batch}} where {rule.broken}", rule.meta)


def _is_a_market(column: Column) -> Expectation:
    name = column.name
    return expect_no_rows(
        f"select {_LOCATOR}, {name} from {{batch}}"
        f" where {name} is not null and {name} not in (select market from candidates.markets)",
        described(
            f"{name} is a market",
            name,
            "No pack is of this market, and marketplace.yml doesn't list it: the account stays where it was. Land the"
            " row again with the right market, or add the market first.",
        ),
    )


def _goes_on(contract: Contract, progress: str) -> Expectation:
    # Since the key was withdrawn last, for what is taken back begins again.
    return expect_no_rows(
        f"""select {_LOCATOR}, {contract.key} from (
            select *, max(case when withdrawn is null then {progress} end) over (
                partition by {contract.key}, withdrawals order by landed_night
                range between unbounded preceding and interval 1 day preceding
            ) as furthest
            from (
                select *, count(withdrawn) over (partition by {contract.key} order by landed_night) as withdrawals
                from {{batch}}
                semi join ({_with_less_than_the_row_before(contract, progress)})
                    on {contract.key} is not distinct from known_key
            )
        )
        where withdrawn is null and updated_at is null and {progress} < furthest""",
        described(
            "what has come so far doesn't go back",
            contract.key,
            "An older version of the row has landed late, most likely, and isn't used. If it is right all the same,"
            " land it with updated_at, or withdraw the key and land it on a later night.",
        ),
    )


def _with_less_than_the_row_before(contract: Contract, progress: str) -> str:
    # Keys of which nothing went back, nearly all, needn't be gone through again, with all of their columns.
    return f"""select known_key from (
        select {contract.key} as known_key, {progress} as come, lag({progress}) over (
            partition by {contract.key} order by landed_night
        ) as come_before
        from {{batch}}
        where withdrawn is null and {progress} is not null
    ) where come < come_before"""


def _keeps_its_account(contract: Contract) -> Expectation:
    first = f"min_by(first.account_id, (first.landed_night, {contract.changed_at}, landed_file, landed_row))"
    return expect_no_rows(
        f"""select {_LOCATOR}, {contract.key} from {{batch}}
        join (
            select first.{contract.key} as known_key, {first} as first_account
            from {{batch}} as first
            where first.account_id in (select known.account_id from accepted.creators as known)
            group by known_key
        ) as owners on {contract.key} = known_key
        where account_id <> first_account
            and account_id in (select known.account_id from accepted.creators as known)""",
        described(
            f"{contract.key} is of the account that it was of first",
            contract.key,
            "A spreadsheet has made two long keys one (1.23457E+15), most likely, or the source has used a key twice."
            " Withdraw the key for the account that has it, if that is the wrong one, and land the other's row under a"
            " key of its own.",
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
