with

events as (
    select * from {{ ref('int_events') }}
),

memberships as (
    select * from {{ ref('int_memberships') }}
),

entry_rules as (
    select * from {{ rules('entry_rules') }}
),

-- A version that keeps one balance leaves it to others of its programme, which keep several, what an entry adds to.
programmes as (
    select
        edition_id,
        programme,
        begins_with,
        coalesce(kept_per, min(kept_per) over (partition by market, programme)) as kept_per
    from {{ rules('programmes') }}
),

kinds as (
    select * from {{ rules('kinds') }}
),

rules_for_each_kind_of_account as {{ materialized_cte() }} (
    select
        entry_rules.*,
        kinds.kind,
        programmes.kept_per,
        programmes.begins_with
    from entry_rules
    inner join kinds
        on
            entry_rules.edition_id = kinds.edition_id
            and entry_rules.programme = kinds.programme
    inner join programmes
        on
            entry_rules.edition_id = programmes.edition_id
            and entry_rules.programme = programmes.programme
),

ways_in_which_any_version_counts_a_rule_once as (
    select
        market,
        programme,
        rule,
        list(distinct counts_once_per order by counts_once_per) as ways
    from entry_rules
    where counts_once_per <> 'violation'
    group by market, programme, rule
),

events_that_a_rule_counts as (
    select
        entry_rules.programme
        || case when events.source = 'activity' then '/' || entry_rules.rule else '' end
        || '/' || events.event_id as entry_id,
        events.* exclude (source, kind, severity, content_age_days, adjustments),  -- noqa: RF02
        entry_rules.* exclude (
            market, effective_from, effective_before, source, event_type, severity,  -- noqa: RF02
            content_age_at_most_days, amount, reviewer_at_least, reviewer_at_most,  -- noqa: RF02
            kind, kept_per, begins_with, is_recent  -- noqa: RF02
        ),
        -- Rows that share this are one entry; without it, a row stands alone.
        {{ counted_once_as('events', 'entry_rules.counts_once_per') }} as counts_once_as,
        -- A later version can ask for what an earlier one doesn't.
        list_transform(
            coalesce(counted_per.ways, []),
            lambda way: {{ counted_once_as('events', 'way') }}  -- noqa: RF01
        ) as shares,
        case entry_rules.kept_per
            when 'content' then coalesce(events.content_id, {{ kept_for_nothing() }})
            when 'subject' then coalesce(events.subject, {{ kept_for_nothing() }})
            when 'violation_type' then events.event_type
            else ''
        end as balance_of,
        case entry_rules.amount_by
            when 'event' then entry_rules.amount
            when 'reviewer'
                then
                    least(
                        -- What isn't given is the least.
                        greatest({{ points_by_the_rule('events.quantity') }}, entry_rules.reviewer_at_least),
                        entry_rules.reviewer_at_most
                    )
            when 'unit' then {{ as_amount(product('entry_rules.amount', 'coalesce(events.quantity, 1)')) }}
            when 'step' then coalesce(events.quantity, 1)
            -- What a relief takes is known when it is known what counts.
            else 0
        end as amount,
        list_transform(
            events.adjustments,
            lambda adjustment: struct_pack(
                adjusted_on := adjustment.adjusted_on,  -- noqa: RF01
                amount := {{ points_by_the_rule('adjustment.points') }}
            )
        ) as adjusted_amounts
    from events
    inner join rules_for_each_kind_of_account as entry_rules
        on
            events.market = entry_rules.market
            and events.kind = entry_rules.kind
            and events.source = entry_rules.source
            and events.event_type = entry_rules.event_type
            and (entry_rules.severity is null or events.severity = entry_rules.severity)
            and (
                entry_rules.content_age_at_most_days is null
                or events.content_age_days is null
                or events.content_age_days <= entry_rules.content_age_at_most_days
            )
            and {{ in_effect_on('entry_rules', 'events.on_day') }}
    left join ways_in_which_any_version_counts_a_rule_once as counted_per
        on
            entry_rules.market = counted_per.market
            and entry_rules.programme = counted_per.programme
            and entry_rules.rule = counted_per.rule
    left join memberships
        on
            events.account_id = memberships.account_id
            and entry_rules.edition_id = memberships.edition_id
            and entry_rules.programme = memberships.programme
    where
        (entry_rules.begins_with is null or events.on_day >= memberships.member_from)
        and (memberships.member_until is null or events.on_day < memberships.member_until)
)

select * from events_that_a_rule_counts
