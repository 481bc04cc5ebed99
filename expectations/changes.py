"""Gate 2, what became of the lists since the last release: whether it is unusual, and whether somebody has seen it.

What fails holds the list of its market, or both lists where it is about what landed, until a person has answered. Each
query gives `list` (unless it is about both), `market`, and in `found` what a person reads.
"""

from __future__ import annotations

from great_expectations.expectations import Expectation

from expectations.rule import described, expect_no_rows, variance_stabilised

# Less than this is no change of a list's size, whatever its share.
FEWEST_ROWS = 10
# A list that time alone would have left with so many rows isn't empty by chance.
NEVER_EMPTY = 3
# Of rows that didn't come, this part of the limit is enough: chance alone is beyond it on two nights of 10,000.
OF_WHAT_IS_LOST = 0.875
# All shares of a market together are as seldom beyond their limit by chance as one number within so many nights.
NUMBERS_LOOKED_AT = 28

# How far a number has to be from what is usual, in spreads, so that chance alone brings it on so many nights at most:
# both tails of the normal distribution.
_NIGHTS_OF_CHANCE = {4.892: "1,000,000", 4.417: "100,000", 3.891: "10,000", 3.291: "1,000", 2.576: "100", 1.645: "10"}
_BY_CHANCE = " ".join(f"when abs(z_score) >= {away} then '{nights}'" for away, nights in _NIGHTS_OF_CHANCE.items())
# What is usual of a number, and how seldom chance brings it.
_USUAL = (
    "expected || case when expected = 1 then ' is' else ' are' end || ' usual, which chance brings on one night of '"
    f" || case {_BY_CHANCE} else '2' end || ' at most'"
)
_LOOK = "Look at the sample; then approve, release a first wave, or reject and correct what is at fault."
_PREAPPROVE = "Have another person approve it: here, or for the next time with `evenhand policy preapprove`."


def changes_suite() -> list[Expectation]:
    """What must hold of the changes and their causes: the table gate.changes."""
    return [
        _preapproved("policy", "rows that a changed policy changes were approved beforehand"),
        _preapproved(
            "code",
            "rows that changed code changes were approved beforehand",
            # Of a row that a policy changes as well, that is the cause.
            "or (list, changes.market, row_key) in (from gate.changed_by_code)",
        ),
    ]


def sizes_suite() -> list[Expectation]:
    """What must hold of the sizes of lists: the table gate.list_sizes."""
    # What people imposed and lifted themselves a second person has seen, and what was approved beforehand, too.
    of_measures = (
        "(select sizes.* replace (sizes.rows - coalesce(approved.rows, 0) as rows) from (from {batch}) as sizes"
        " left join gate.preapproved_moves as approved using (list, market, programme, measure))"
    )
    whole = (
        "select list, market, sum(rows - by_emergency) as rows, sum(released) as released,"
        f" sum(left_by_time) as left_by_time from {of_measures} group by all"
    )
    return [
        expect_no_rows(
            f"""select list, market, 'There are ' || rows || ' rows, and ' || released || ' were released last' as found
            from ({whole})
            join gate.limits using (market)
            where {_rows_are_far_from("released")}""",
            described("the list is about as large as the last one", "rows", _LOOK),
        ),
        expect_no_rows(
            f"""select list, market, 'There is no row, and time alone would have left ' || left_by_time as found
            from ({whole})
            where rows = 0 and left_by_time >= {NEVER_EMPTY}""",
            described("the list isn't empty all at once", "rows", _LOOK),
        ),
        expect_no_rows(
            f"""select list, market,
                'Of ' || programme || ', ' || measure || ' there are ' || rows
                || ' rows, and time alone would have left ' || left_by_time as found
            from {of_measures}
            join gate.limits using (market)
            where {_rows_are_far_from("left_by_time")}""",
            described("what landed changes no reason's rows by much", "rows", _LOOK),
        ),
    ]


def counts_suite() -> list[Expectation]:
    """What must hold of the numbers that are compared with earlier nights: the table gate.counts."""
    told = f"number || ' where ' || {_USUAL}"
    return [
        expect_no_rows(
            f"""select kind as list, market,
                case when measure = '' then '' else 'Of ' || programme || ', ' || measure || ': ' end
                || 'rows ' || what || ': ' || {told} as found
            from (from {{batch}}) as counts
            join gate.limits using (market)
            where kind != 'feed' and abs(z_score) > usual_spreads""",
            described("as many rows as usual were added, removed and changed by what landed", "number", _LOOK),
        ),
        expect_no_rows(
            f"""select market, 'Rows of ' || what || ': ' || {told} as found
            from (from {{batch}}) as counts
            join gate.limits using (market)
            where kind = 'feed' and (
                abs(z_score) > usual_spreads
                or (what like '% that landed' and z_score < -{OF_WHAT_IS_LOST} * usual_spreads)
            )""",
            described("as many rows as usual landed and were withdrawn, beside the other markets", "number", _LOOK),
        ),
    ]


def trends_suite() -> list[Expectation]:
    """What must hold of the numbers of several nights together: the table gate.trends."""
    told = (
        "case when measure = '' then '' else 'Of ' || programme || ', ' || measure || ': ' end"
        " || 'rows ' || what"
        " || case nights when 1 then ' tonight: ' else ' over the last ' || nights || ' nights: ' end"
        f" || number || ' where ' || {_USUAL}"
    )
    return [
        expect_no_rows(
            f"""select list, market, {told} as found from (from {{batch}}) as trends
            where not is_drift and abs(z_score) > most_spreads
            qualify row_number() over (partition by list, market, what, programme, measure order by nights) = 1""",
            described("no rise or fall lasts for several nights", "number", _LOOK),
        ),
        expect_no_rows(
            f"""select list, market, {told} || ', by the nights of four to eight weeks ago' as found
            from (from {{batch}}) as trends
            where is_drift and abs(z_score) > most_spreads""",
            described("no number drifts away from what it was some weeks ago", "number", _LOOK),
        ),
    ]


def shares_suite() -> list[Expectation]:
    """What must hold of how the rows of a feed are shared out, beside earlier nights: the table gate.shares."""
    return [
        expect_no_rows(
            f"""select market,
                'Of ' || of_rows || ' rows of ' || feed || ' looked at, ' || {_percent("number / of_rows")}
                || case
                    -- Nobody is told whom it is of.
                    when persons is not null
                        then ' have one and the same "' || measure || '", of ' || persons || ' there tonight'
                    else ' have "' || measure || ': ' || bin || '"'
                end
                || '; over the last ' || nights || ' nights '
                || {_percent("expected_share")} || ' had'
                || case
                    when number > of_rows * expected_share
                        then case
                            when highest <= 0 then ', on none of them any'
                            else coalesce(', on none more than ' || {_percent("highest")}, '')
                        end
                    -- What none was less than is nothing to tell.
                    when lowest > 0 then ', on none less than ' || {_percent("lowest")}
                    else ''
                end as found
            from (from {{batch}}) as shares
            join gate.limits using (market)
            where abs(z_score) > sqrt(pow(usual_spreads, 2) + 2 * ln(greatest(numbers / {NUMBERS_LOOKED_AT}, 1)))
            qualify row_number() over (
                partition by market, feed order by abs(z_score) desc, is_together, measure, bin
            ) = 1""",
            described("what landed is shared out as usual", "number", _LOOK),
        ),
    ]


def twins_suite() -> list[Expectation]:
    """What must hold of violations that are there twice: the table gate.twins."""
    return [
        expect_no_rows(
            """select market,
                twins || ' of ' || violations || ' new violations are there under another key as well' as found
            from (from {batch}) as twins
            join gate.limits using (market)
            where twins > same_event_twice * violations""",
            described("a violation is there once", "violations", _LOOK),
        ),
    ]


def late_money_suite() -> list[Expectation]:
    """What must hold of what was paid, where files landed late in earlier nights' folders: table gate.late_money."""
    return [
        expect_no_rows(
            """select 'rewards' as list, market,
                min(landed_file) || ' landed late in the folder of an earlier night, and takes '
                || min(taken) || ' of ' || programme || ' from ' || count(*)
                || case count(*) when 1 then ' account' else ' accounts' end || ' paid before' as found
            from (from {batch}) as late group by market, programme""",
            described(
                "no file that landed late takes money from who was paid",
                "paid",
                "Land it in tonight's folder, where it takes nothing from others; then run the night again.",
            ),
        ),
    ]


def _rows_are_far_from(before: str) -> str:
    """By a share, by some rows, and by more than chance: on that scale each of the two is spread by 1."""
    apart = f"abs(rows - {before})"
    return (
        f"released > 0 and {apart} >= {FEWEST_ROWS} and {apart} > share_changed * {before}"
        f" and abs({variance_stabilised('rows')} - {variance_stabilised(before)}) > usual_spreads"
    )


def _percent(share: str) -> str:
    """SQL of a share in words."""
    return (
        f"case when {share} <= 0 then 'none' when {share} < 0.01 then 'less than 1 %'"
        f" when {share} > 0.99 and {share} < 1 then 'more than 99 %'"
        f" else cast(round(100 * {share}) as integer) || ' %' end"
    )


def _preapproved(cause: str, rule: str, or_else: str = "") -> Expectation:
    return expect_no_rows(
        f"""select list, changes.market,
            case count(distinct row_key) when 1 then '1 row changes' else count(distinct row_key) || ' rows change' end
            -- What is done stays as it is: the table beside it calls that other words.
            || case when bool_and(changes.cause = 'text') then ', in words alone,' else '' end
            || ' because the {cause} changed, and '
            || coalesce(max(at_most) || ' were approved', 'none were approved') as found
        from (from {{batch}}) as changes
        left join gate.preapproved on changes.market = preapproved.market and preapproved.cause = '{cause}'
        where '{cause}' in (changes.cause, changes.text_of) {or_else}
        group by list, changes.market
        having count(distinct row_key) > coalesce(max(at_most), 0)""",
        described(rule, "cause", _PREAPPROVE),
    )
