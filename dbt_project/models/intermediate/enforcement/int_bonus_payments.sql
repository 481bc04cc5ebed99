-- Caps and budget are filled in the order in which payments became due, so that nobody who was paid loses it to
-- somebody else. The caps are those of each claim's own day: where a period has several, its queue is gone through in
-- runs of claims that have the same, one run after the other.
with recursive

claims as (
    select * from {{ ref('int_bonus_claims') }}
),

as_of_nights as (
    select * from {{ ref('int_as_of_nights') }}
    where is_asked
),

-- From tonight back: how far, and how much, a claim has been due without a break.
claims_with_what_came_after as (
    select
        as_of_nights.as_of,
        claims.*,
        min(claims.earned) over from_here as due_ever_since,
        sum(case
            when claims.due_until <= as_of_nights.as_of and claims.due_until is distinct from claims.due_next then 1
            else 0
        end) over from_here as breaks_since
    from (
        select
            *,
            lead(due_from) over (
                partition by activity_id, account_id, market, bonus, period_from order by due_from
            ) as due_next
        from claims
    ) as claims
    inner join as_of_nights on claims.due_from <= as_of_nights.as_of
    window from_here as (
        partition by
            as_of_nights.as_of, claims.activity_id, claims.account_id, claims.market, claims.bonus, claims.period_from
        order by claims.due_from desc
        rows unbounded preceding
    )
),

-- What was due at first has the place of that night, and what has come to it since has the place of its own.
parts_by_the_night_since_which_they_are_due as (
    select
        as_of,
        activity_id,
        account_id,
        market,
        bonus,
        period_from,
        due_from as due_since,
        last_value(scope) over whole_claim as scope,
        last_value(on_day) over whole_claim as on_day,
        last_value(coalesce(subject, '')) over whole_claim as subject,
        last_value(coalesce(at_most_per_subject, {{ no_cap() }})) over whole_claim as at_most_per_subject,
        last_value(coalesce(at_most_per_account, {{ no_cap() }})) over whole_claim as at_most_per_account,
        last_value(coalesce(budget, {{ no_cap() }})) over whole_claim as budget,
        due_ever_since - coalesce(lag(due_ever_since) over (
            partition by as_of, activity_id, account_id, market, bonus, period_from order by due_from
        ), 0) as earned
    from claims_with_what_came_after
    where breaks_since = 0
    window whole_claim as (
        partition by as_of, activity_id, account_id, market, bonus, period_from
        order by due_from
        rows between unbounded preceding and unbounded following
    )
),

queue as (
    select
        *,
        row_number() over (
            partition by as_of, market, bonus, period_from order by due_since, on_day, account_id, activity_id
        ) as place,
        dense_rank() over (
            partition by as_of, market, bonus, period_from order by at_most_per_subject, at_most_per_account, budget
        ) as caps
    from parts_by_the_night_since_which_they_are_due
    where earned > 0
),

queue_in_runs_of_equal_caps as (
    select
        * exclude (is_first_of_its_run),
        sum(is_first_of_its_run) over (
            partition by as_of, market, bonus, period_from order by place rows unbounded preceding
        ) as run
    from (
        select
            *,
            case
                when caps = lag(caps) over (partition by as_of, market, bonus, period_from order by place) then 0
                else 1
            end as is_first_of_its_run
        from queue
    ) as queue_beside_the_one_before
),

paid_run_by_run as (
    select
        *,
        max(run) over (partition by as_of, market, bonus, period_from) as last_run,
        cast(0 as hugeint) as paid_until_run,
        cast(0 as decimal(18, 2)) as amount
    from queue_in_runs_of_equal_caps
    union all
    select
        * exclude (earned_now, within_subject, within_account, is_now, paid_subject, paid_account, paid_all) replace (
            paid_until_run + 1 as paid_until_run,
            case
                when is_now
                    then {{ amount_within_cap(
                        'within_account', 'budget', 'paid_all', 'as_of, market, bonus, period_from'
                    ) }}
                else amount
            end as amount
        )
    from (
        select
            *,
            {{ amount_within_cap(
                'within_subject', 'at_most_per_account', 'paid_account',
                'as_of, market, bonus, period_from, account_id'
            ) }} as within_account
        from (
            select
                *,
                {{ amount_within_cap(
                    'earned_now', 'at_most_per_subject', 'paid_subject',
                    'as_of, market, bonus, period_from, account_id, subject'
                ) }} as within_subject
            from (
                select
                    *,
                    run = paid_until_run + 1 as is_now,
                    case when run = paid_until_run + 1 then earned else 0 end as earned_now,
                    sum(amount) over (
                        partition by as_of, market, bonus, period_from, account_id, subject
                    ) as paid_subject,
                    sum(amount) over (partition by as_of, market, bonus, period_from, account_id) as paid_account,
                    sum(amount) over (partition by as_of, market, bonus, period_from) as paid_all
                from paid_run_by_run
                where paid_until_run < last_run
            ) as with_what_is_paid_already
        ) as within_the_cap_of_their_subject
    ) as within_the_cap_of_their_account
)

select
    as_of,
    activity_id,
    account_id,
    market,
    bonus,
    period_from,
    due_since,
    scope,
    on_day,
    cast(earned as decimal(18, 2)) as earned,
    amount
from paid_run_by_run
where paid_until_run = last_run
