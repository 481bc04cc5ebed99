-- Longer than other files, for from a test's answers to the days of an eligibility is one chain of steps.
with

programme_values as (
    select * from {{ ref('int_programme_values') }}
),

episodes as (
    select * from {{ ref('int_measure_periods') }}
    where list = 'penalties'
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

eligibilities as (
    select * from {{ rules('eligibility') }}
),

eligibility_tests as (
    select * from {{ rules('eligibility_tests') }}
),

barring_measures as (
    select * from {{ ref('int_barring_measures') }}
),

accounts_asked as (
    select
        history_versions.account_id,
        history_versions.market,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until,
        eligibilities.* exclude (market)  -- noqa: RF02
    from history_versions
    inner join creators on history_versions.account_id = creators.account_id
    inner join eligibilities
        on
            creators.market = eligibilities.market
            and creators.kind = eligibilities.kind
),

tests_of_accounts as (
    select
        asked.account_id,
        asked.market,
        asked.history_version,
        asked.known_from,
        asked.known_until,
        asked.edition_id,
        asked.eligibility,
        asked.kind,
        asked.effective_from,
        asked.effective_before,
        asked.stays_eligible,
        tests.condition,
        tests.test,
        tests.asked_from,
        tests.asked_before,
        tests.programme,
        tests.without_measure,
        tests.comparator,
        tests.bound,
        tests.missing_holds
    from accounts_asked as asked
    inner join eligibility_tests as tests
        on
            asked.edition_id = tests.edition_id
            and asked.eligibility = tests.eligibility
            and asked.kind = tests.kind
),

-- The days on which a test holds; a value that is missing holds on the days between the others.
days_with_a_value as (
    select
        tests.account_id,
        tests.history_version,
        tests.edition_id,
        tests.eligibility,
        tests.condition,
        tests.test,
        greatest(programme_values.from_day, tests.asked_from) as from_day,
        least(programme_values.until_day, tests.asked_before) as until_day,
        {{ compares('programme_values.value', 'tests.comparator', 'tests.bound') }} as holds
    from tests_of_accounts as tests
    inner join programme_values
        on
            tests.account_id = programme_values.account_id
            and tests.history_version = programme_values.history_version
            -- Of this pack or of another: of one name there is one in a market on a day.
            and tests.programme = programme_values.programme
            and (programme_values.until_day is null or tests.asked_from < programme_values.until_day)
            and (tests.asked_before is null or tests.asked_before > programme_values.from_day)
    where programme_values.value is not null
),

days_with_a_measure as (
    select
        tests.account_id,
        tests.history_version,
        tests.edition_id,
        tests.eligibility,
        tests.condition,
        tests.test,
        -- A history is true from its beginning on; what an activity or an appeal made of a measure later is true from
        -- its day on. What is lifted for some days isn't in force on them, whatever is known of the account since.
        greatest(
            episodes.in_force_from,
            episodes.starts_on,
            case when episodes.known_from > tests.known_from then episodes.known_from end,
            episodes.believed_from,
            barring.from_day
        ) as from_day,
        -- The end of a history ends nothing in it: it is believed until the night that brings the appeal that ends it.
        least(
            episodes.in_force_until, episodes.told_until, episodes.believed_until, barring.until_day
        ) as until_day,
        false as holds
    from tests_of_accounts as tests
    inner join episodes
        on
            tests.account_id = episodes.account_id
            and tests.history_version = episodes.history_version
    inner join barring_measures as barring
        on
            tests.edition_id = barring.edition_id
            and tests.kind = barring.kind
            and tests.without_measure = barring.without_measure
            and episodes.measure = barring.measure
            and episodes.scope = coalesce(barring.scope, episodes.scope)
),

stretches_of_answers as (
    select * from days_with_a_value
    union all
    select * from days_with_a_measure
    where until_day is null or from_day < until_day
),

days_on_which_an_answer_may_change as (
    select
        account_id,
        history_version,
        edition_id,
        eligibility,
        from_day
    from stretches_of_answers
    union
    select
        account_id,
        history_version,
        edition_id,
        eligibility,
        until_day as from_day
    from stretches_of_answers
    where until_day is not null
    union
    select
        account_id,
        history_version,
        edition_id,
        eligibility,
        asked_from as from_day
    from tests_of_accounts
    union
    select
        account_id,
        history_version,
        edition_id,
        eligibility,
        asked_before as from_day
    from tests_of_accounts
    where asked_before is not null
    union
    select
        account_id,
        history_version,
        edition_id,
        eligibility,
        effective_from as from_day
    from accounts_asked
),

answers_of_each_day as (
    select
        tests.account_id,
        tests.market,
        tests.history_version,
        tests.known_from,
        tests.known_until,
        tests.edition_id,
        tests.eligibility,
        tests.effective_before,
        tests.stays_eligible,
        tests.condition,
        tests.test,
        days.from_day,
        coalesce(
            bool_and(answers.holds), coalesce(tests.without_measure is not null, false) or tests.missing_holds
        ) as holds
    from tests_of_accounts as tests
    inner join days_on_which_an_answer_may_change as days
        on
            tests.account_id = days.account_id
            and tests.history_version = days.history_version
            and tests.edition_id = days.edition_id
            and tests.eligibility = days.eligibility
            and {{ in_effect_on('tests', 'days.from_day') }}
            and tests.asked_from <= days.from_day
            and (tests.asked_before is null or days.from_day < tests.asked_before)
    left join stretches_of_answers as answers
        on
            tests.account_id = answers.account_id
            and tests.history_version = answers.history_version
            and tests.edition_id = answers.edition_id
            and tests.eligibility = answers.eligibility
            and tests.condition = answers.condition
            and tests.test = answers.test
            and {{ day_in('days.from_day', 'answers.from_day', 'answers.until_day') }}
    group by
        tests.account_id, tests.market, tests.history_version, tests.known_from, tests.known_until, tests.edition_id,
        tests.eligibility, tests.effective_before, tests.stays_eligible, tests.condition, tests.test, days.from_day,
        tests.without_measure, tests.missing_holds
),

conditions_of_each_day as (
    select
        account_id,
        market,
        history_version,
        known_from,
        known_until,
        edition_id,
        eligibility,
        effective_before,
        stays_eligible,
        condition,
        from_day,
        bool_or(holds) as holds
    from answers_of_each_day
    group by all
),

-- Where no condition is asked, all hold: before the first day of the first, after the last, for kinds that none is for.
eligibilities_that_may_ask_nothing as (
    select eligibilities.*
    from eligibilities
    anti join eligibility_tests as tests
        on
            eligibilities.edition_id = tests.edition_id
            and eligibilities.eligibility = tests.eligibility
            and eligibilities.kind = tests.kind
            and eligibilities.effective_from = tests.asked_from
            and eligibilities.effective_before is not distinct from tests.asked_before
),

days_on_which_nothing_is_asked as (
    select
        asked.account_id,
        asked.market,
        asked.history_version,
        asked.known_from,
        asked.known_until,
        asked.edition_id,
        asked.eligibility,
        asked.effective_before,
        asked.stays_eligible,
        days.from_day
    from accounts_asked as asked
    semi join eligibilities_that_may_ask_nothing as may_ask_nothing
        on
            asked.edition_id = may_ask_nothing.edition_id
            and asked.eligibility = may_ask_nothing.eligibility
            and asked.kind = may_ask_nothing.kind
    inner join days_on_which_an_answer_may_change as days
        on
            asked.account_id = days.account_id
            and asked.history_version = days.history_version
            and asked.edition_id = days.edition_id
            and asked.eligibility = days.eligibility
            and {{ in_effect_on('asked', 'days.from_day') }}
    anti join conditions_of_each_day as conditions
        on
            days.account_id = conditions.account_id
            and days.history_version = conditions.history_version
            and days.edition_id = conditions.edition_id
            and days.eligibility = conditions.eligibility
            and days.from_day = conditions.from_day
),

asked_on_each_day as (
    select
        account_id,
        market,
        history_version,
        known_from,
        known_until,
        edition_id,
        eligibility,
        effective_before,
        stays_eligible,
        from_day,
        bool_and(holds) as all_hold,
        coalesce(list(condition order by condition) filter (where not holds), []) as failed
    from conditions_of_each_day
    group by all
    union all
    select
        *,
        true as all_hold,
        [] as failed
    from days_on_which_nothing_is_asked
),

days_with_their_end as (
    select
        *,
        coalesce(lead(from_day) over days_in_order, effective_before) as until_day
    from asked_on_each_day
    window
        days_in_order as (
            partition by account_id, history_version, eligibility, edition_id
            order by from_day
        )
),

-- Over versions: a day that follows another without a gap goes on with what was reached by then, if it may.
days_in_runs_that_keep_what_was_reached as (
    select
        *,
        sum(case when stays_eligible and was_until = from_day then 0 else 1 end) over (
            partition by account_id, history_version, eligibility
            order by from_day
            rows between unbounded preceding and current row
        ) as run
    from (
        select
            *,
            lag(until_day) over (partition by account_id, history_version, eligibility order by from_day) as was_until
        from days_with_their_end
    ) as days_beside_the_one_before
),

asked_with_what_was_once_open as (
    select
        * exclude (all_hold, failed, stays_eligible, effective_before, run),
        bool_or(all_hold) over days_of_the_run as is_open,
        case when bool_or(all_hold) over days_of_the_run then [] else failed end as failed
    from days_in_runs_that_keep_what_was_reached
    window
        days_of_the_run as (
            partition by account_id, history_version, eligibility, run
            order by from_day
            rows between unbounded preceding and current row
        )
),

-- Whatever conditions fail, and by whichever version: it is one stretch until it opens.
periods as (
    select
        asked.* exclude (was_until, was_open),  -- noqa: RF02
        greatest(
            max(case
                when asked.was_until is distinct from asked.from_day or asked.was_open <> asked.is_open
                    then asked.from_day
            end) over (
                partition by asked.account_id, asked.history_version, asked.eligibility
                order by asked.from_day
                rows between unbounded preceding and current row
            ),
            creators.onboarded_on
        ) as since
    from (
        select
            *,
            lag(is_open) over (partition by account_id, history_version, eligibility order by from_day) as was_open
        from asked_with_what_was_once_open
    ) as asked
    inner join creators on asked.account_id = creators.account_id
)

select
    account_id,
    market,
    history_version,
    known_from,
    known_until,
    edition_id,
    eligibility,
    from_day,
    is_open,
    failed,
    until_day,
    since
from periods
