with

rule_matches as (
    select * from {{ ref('int_rule_matches') }}
),

entries_conditional as (
    select * from {{ ref('int_entries_conditional') }}
),

memberships as (
    select * from {{ ref('int_memberships') }}
),

programmes as (
    select
        *,
        bool_or(kept_per is not null) over (partition by market, programme) as ever_keeps_several
    from {{ rules('programmes') }}
),

carried_over as (
    select * from {{ rules('carried_over') }}
),

emergencies as (
    -- Of an account that left its market and came back, one has several parts: it was decided once.
    select * from {{ ref('int_emergencies') }}
    where part = 1
),

entries_that_count_from_their_day_for_so_many_days as (
    select
        entry_id,
        account_id,
        market,
        programme,
        balance_of,
        event_id,
        event_type,
        subject,
        violation_id,
        names_violation,
        batch_id,
        rule_no,
        rule,
        unit,
        amount_by,
        amount,
        step_of,
        picked_by,
        has_company,
        counts_once_as,
        shares,
        on_day,
        on_day as counts_from,
        {{ add_days('on_day', 'lasts_days') }} as counts_until,
        voided_on,
        adjusted_amounts
    from rule_matches
    where not is_conditional
),

entries_of_the_programmes_own_rules as (
    select * from entries_that_count_from_their_day_for_so_many_days
    union all
    select * from entries_conditional
),

entries_carried_over_from_another_programme as (
    select
        memberships.programme || '/carried/' || entries.entry_id as entry_id,
        entries.account_id,
        entries.market,
        memberships.programme,
        case when programmes.ever_keeps_several then {{ kept_for_nothing() }} else '' end as balance_of,
        entries.event_id,
        entries.event_type,
        entries.subject,
        entries.violation_id,
        entries.names_violation,
        entries.batch_id,
        entries.rule_no,
        entries.rule,
        programmes.unit,
        'event' as amount_by,
        {{ as_amount(product('entries.amount', 'carried_over.times')) }} as amount,
        cast(null as decimal(18, 2)) as step_of,
        cast(null as varchar) as picked_by,
        programmes.has_company,
        entries.counts_once_as,
        entries.shares,
        -- From the evening before: what was brought along was there when the programme began, and enters no zone.
        {{ add_days('memberships.member_from', -1) }} as on_day,
        {{ add_days('memberships.member_from', -1) }} as counts_from,
        entries.counts_until,
        entries.voided_on,
        list_transform(
            entries.adjusted_amounts,
            lambda adjusted: struct_pack(
                adjusted_on := adjusted.adjusted_on,  -- noqa: RF01
                amount := {{ as_amount(product('adjusted.amount', 'carried_over.times')) }}
            )
        ) as adjusted_amounts
    from entries_of_the_programmes_own_rules as entries
    inner join carried_over
        on
            entries.market = carried_over.market
            and entries.programme = carried_over.from_programme
    inner join memberships
        on
            entries.account_id = memberships.account_id
            and carried_over.edition_id = memberships.edition_id
            and carried_over.programme = memberships.programme
            and {{ in_effect_on('carried_over', 'memberships.member_from') }}
            -- What ended before it began never was, and brought nothing along.
            and (memberships.member_until is null or memberships.member_from < memberships.member_until)
            and entries.counts_from < memberships.member_from
            and (entries.counts_until is null or entries.counts_until > memberships.member_from)
    inner join programmes
        on
            carried_over.edition_id = programmes.edition_id
            and carried_over.programme = programmes.programme
),

-- Each emergency has a balance of its own. What lifts or ends one weighs nothing: it takes no part in imposing it.
entries_of_emergencies as (
    select
        emergency_id || '/' || account_id as entry_id,
        account_id,
        judged_as as market,
        'emergency' as programme,
        emergency_id as balance_of,
        emergency_id as event_id,
        action as event_type,
        measure as subject,
        cast(null as varchar) as violation_id,
        cast(null as varchar) as names_violation,
        cast(null as varchar) as batch_id,
        cast(null as integer) as rule_no,
        'emergency' as rule,
        'emergency' as unit,
        'event' as amount_by,
        cast(case when action = 'impose' then 1 else 0 end as decimal(18, 2)) as amount,
        cast(null as decimal(18, 2)) as step_of,
        cast(null as varchar) as picked_by,
        false as has_company,
        cast(null as varchar) as counts_once_as,
        cast(null as varchar[]) as shares,
        first_night as on_day,
        first_night as counts_from,
        least({{ add_days('last_day', 1) }}, ended_on) as counts_until,
        cast(null as date) as voided_on,
        cast(null as struct(adjusted_on date, amount decimal(18, 2))[]) as adjusted_amounts
    from emergencies
)

select * from entries_of_the_programmes_own_rules
union all
select * from entries_carried_over_from_another_programme
union all
select * from entries_of_emergencies
