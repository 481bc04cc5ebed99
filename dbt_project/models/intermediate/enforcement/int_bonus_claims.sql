-- Longer than other files, for from which night until which a claim is due is one chain of steps.
with

activity_versions as (
    select * from {{ ref('int_activity_versions') }}
),

account_markets as (
    select * from {{ ref('int_account_markets') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

eligibility_periods as (
    select * from {{ ref('int_eligibility_periods') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

appeals as (
    select * from {{ ref('stg_appeals') }}
),

packs as (
    select * from {{ rules('packs') }}
),

restored as (
    select * from {{ ref('stg_violations') }}
    where restored_on is not null
),

landed_again as (
    select * from {{ source('believed', 'decisions') }}
),

-- What a history can rest on: an appeal's decision, or one that was taken back without an appeal. It is known since the
-- night that first brought it as it is; that its row lands once more says nothing.
decisions_taken_back as (
    select
        decisions.account_id,
        decisions.on_day,
        coalesce(landed_again.known_from, decisions.landed_night) as known_from
    from (
        select
            'appeals' as feed,
            appeal_id as key,
            account_id,
            decided_on as on_day,
            landed_night
        from appeals
        where outcome in ('granted', 'partly_granted')
        union all
        select
            'violations' as feed,
            violation_id as key,
            account_id,
            restored_on as on_day,
            landed_night
        from restored
    ) as decisions
    left join landed_again on decisions.feed = landed_again.feed and decisions.key = landed_again.key
),

believed as (
    select * from {{ source('believed', 'eligibility') }}
),

bonuses as (
    select * from {{ source('policy', 'bonuses') }}
),

bonus_kinds as (
    select * from {{ source('policy', 'bonus_kinds') }}
),

-- What is paid for is judged by the market, kind and version of its day, on each night as it is known then.
activities_that_are_paid_for as (
    select
        versions.activity_id,
        versions.account_id,
        bonuses.market,
        bonuses.bonus,
        calendar_days.period_from,
        bonuses.edition_id,
        bonuses.scope,
        versions.on_day,
        versions.subject,
        bonuses.at_most_per_subject,
        bonuses.at_most_per_account,
        bonuses.budget,
        bonuses.eligibility,
        {{ as_amount(product('bonuses.pays', 'versions.quantity')) }} as earned,
        greatest(versions.known_from, versions.on_day) as due_from,
        versions.known_until as due_until
    from activity_versions as versions
    inner join account_markets
        on
            versions.account_id = account_markets.account_id
            and {{ day_in('versions.on_day', 'account_markets.from_day', 'account_markets.until_day') }}
    inner join bonuses
        on
            account_markets.market = bonuses.market
            and versions.activity = bonuses.activity
            and {{ in_effect_on('bonuses', 'versions.on_day') }}
    inner join bonus_kinds
        on
            bonuses.edition_id = bonus_kinds.edition_id
            and bonuses.bonus = bonus_kinds.bonus
            and account_markets.kind = bonus_kinds.kind
    inner join calendar_days
        on
            bonuses.edition_id = calendar_days.edition_id
            and bonuses.calendar = calendar_days.calendar
            and versions.on_day = calendar_days.on_day
),

-- A history is believed from the night on that brought the appeal it rests on, which may be later than the decision.
histories_by_the_night_that_brought_them as (
    select
        history_version,
        account_id,
        greatest(known_from, coalesce(max(landed_on) over histories_so_far, known_from)) as known_from
    from (
        select
            history_versions.history_version,
            history_versions.account_id,
            history_versions.known_from,
            max(decisions.known_from) as landed_on
        from history_versions
        left join decisions_taken_back as decisions
            on
                history_versions.account_id = decisions.account_id
                and history_versions.known_from = decisions.on_day
        group by all
    ) as histories_with_their_appeals
    window histories_so_far as (partition by account_id order by history_version)
),

histories as (
    select
        *,
        lead(known_from) over (partition by account_id order by history_version) as known_until
    from histories_by_the_night_that_brought_them
),

eligible as (
    select
        eligibility_periods.account_id,
        eligibility_periods.history_version,
        packs.pack_edition_id,
        eligibility_periods.eligibility,
        eligibility_periods.is_open,
        eligibility_periods.from_day,
        eligibility_periods.until_day
    from eligibility_periods
    inner join packs on eligibility_periods.edition_id = packs.edition_id
),

-- Where something became known only after the activity, each night says for itself what it believed.
eligible_as_nights_believed as (
    select
        believed.*,
        packs.pack_edition_id
    from believed
    inner join packs on believed.edition_id = packs.edition_id
),

-- An eligibility is asked of the activity's day, on each night as the account's history is believed then. A pack of
-- several markets asks it alike in each, also of who has moved to another of them since.
due_while_known_and_eligible as (
    select
        paid_for.* replace (
            greatest(paid_for.due_from, coalesce(histories.known_from, paid_for.due_from)) as due_from,
            least(paid_for.due_until, histories.known_until) as due_until
        )
    from activities_that_are_paid_for as paid_for
    left join eligible
        on
            paid_for.account_id = eligible.account_id
            and paid_for.edition_id = eligible.pack_edition_id
            and paid_for.eligibility = eligible.eligibility
            and {{ day_in('paid_for.on_day', 'eligible.from_day', 'eligible.until_day') }}
    left join histories
        on
            eligible.account_id = histories.account_id
            and eligible.history_version = histories.history_version
    anti join eligible_as_nights_believed as believed
        on
            paid_for.account_id = believed.account_id
            and paid_for.edition_id = believed.pack_edition_id
            and paid_for.eligibility = believed.eligibility
            and paid_for.on_day = believed.on_day
    where paid_for.earned > 0 and (paid_for.eligibility is null or eligible.is_open)
    union all
    select
        paid_for.* replace (
            greatest(paid_for.due_from, believed.known_from) as due_from,
            least(paid_for.due_until, believed.known_until) as due_until
        )
    from activities_that_are_paid_for as paid_for
    inner join eligible_as_nights_believed as believed
        on
            paid_for.account_id = believed.account_id
            and paid_for.edition_id = believed.pack_edition_id
            and paid_for.eligibility = believed.eligibility
            and paid_for.on_day = believed.on_day
    where paid_for.earned > 0 and believed.is_open
)

select * exclude (eligibility) from due_while_known_and_eligible
where due_until is null or due_from < due_until
