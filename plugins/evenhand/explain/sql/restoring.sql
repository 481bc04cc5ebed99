-- name: grant_pending
update accepted.appeals set outcome = 'granted', decided_on = $day
where violation_id = $violation and outcome = 'pending'
returning 1;

-- name: measures
select account_id, row_key, as_of, length, measure, scope from main.int_measures_in_force
where list = 'penalties' and is_asked
order by all;

-- name: rewards
select account_id, row_key, as_of from main.int_rewards_in_force
order by all;

-- name: rewards_of_other_zones
-- What zones bring in the account's market, of which it is in none, and which nothing else brings it.
select rules.programme || '/' || rules.scope || '/' || rules.reward as reward
from policy.rewards as rules
inner join {{ warehouse }}.main.account_standings as standings
    on rules.programme = standings.programme
where
    standings.account_id = $account
    and rules.market = (
        select market from {{ warehouse }}.accepted.creators
        where account_id = $account
    )
    and rules.effective_from <= $night
    and (rules.effective_before is null or $night < rules.effective_before)
    and not exists (
        select 1 from {{ warehouse }}.main.rewards as listed
        where
            listed.account_id = $account
            and rules.reward = listed.reward
            and rules.scope = listed.scope
    )
group by all
having not bool_or(rules.zone = standings.zone)
order by all;

-- name: shut_for_good
-- On the last night: what a condition shuts of which each alternative asks for no measure such as a permanent one.
with

failing as (
    select
        periods.account_id,
        periods.eligibility,
        periods.edition_id,
        unnest(periods.failed) as condition
    from main.int_eligibility_periods as periods
    where
        not periods.is_open
        and periods.from_day <= $last
        and (periods.until_day is null or periods.until_day > $last)
        and periods.known_from <= $last
        and (periods.known_until is null or periods.known_until > $last)
),

alternatives as (
    select
        failing.account_id,
        failing.eligibility,
        failing.condition,
        tests.test,
        bool_or(measures.row_key is not null) as is_for_good
    from failing
    inner join accepted.creators as creators on failing.account_id = creators.account_id
    inner join policy.eligibility_tests as tests
        on
            failing.edition_id = tests.edition_id
            and failing.eligibility = tests.eligibility
            and failing.condition = tests.condition
            and creators.kind = tests.kind
            and tests.asked_from <= $last
            and (tests.asked_before is null or tests.asked_before > $last)
    left join main.int_barring_measures as barring
        on
            failing.edition_id = barring.edition_id
            and tests.kind = barring.kind
            and tests.without_measure = barring.without_measure
            and barring.from_day <= $last
            and (barring.until_day is null or barring.until_day > $last)
    left join main.int_measures_in_force as measures
        on
            failing.account_id = measures.account_id
            and measures.as_of = $last
            and measures.list = 'penalties'
            and measures.length = 'permanent'
            and barring.measure = measures.measure
            and measures.scope = coalesce(barring.scope, measures.scope)
    group by all
)

select distinct account_id, eligibility
from (
    select
        account_id,
        eligibility,
        condition
    from alternatives
    group by all
    having bool_and(is_for_good)
) as conditions
order by all;

-- name: eligibilities
-- Whether each is open, on each night that is asked about.
select periods.account_id, periods.eligibility, nights.as_of, periods.is_open
from main.int_eligibility_periods as periods
inner join main.int_as_of_nights as nights
    on
        periods.from_day <= nights.as_of
        and (periods.until_day is null or periods.until_day > nights.as_of)
        and periods.known_from <= nights.as_of
        and (periods.known_until is null or periods.known_until > nights.as_of)
where nights.is_asked
order by all;
