with

violations as (
    select * from {{ ref('stg_violations') }}
    where decided_on is not null
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
),

packs as (
    select * from {{ rules('packs') }}
),

kinds as (
    select * from {{ rules('kinds') }}
),

entry_rules as (
    select * from {{ rules('entry_rules') }}
    where source = 'violation'
),

violations_of_accounts as (
    select
        violations.violation_id,
        violations.account_id,
        violations.violation_type,
        violations.severity,
        violations.decided_on,
        {{ days_between('contents.published_on', 'violations.decided_on') }} as content_age_days,
        creators.market,
        creators.kind
    from violations
    inner join creators on violations.account_id = creators.account_id
    left join contents on violations.content_id = contents.content_id
),

packs_that_count_it as (
    select distinct
        violations.violation_id,
        entry_rules.edition_id
    from violations_of_accounts as violations
    inner join entry_rules
        on
            violations.market = entry_rules.market
            and violations.violation_type = entry_rules.event_type
            and (entry_rules.severity is null or violations.severity = entry_rules.severity)
            and (
                entry_rules.content_age_at_most_days is null
                or violations.content_age_days is null
                or violations.content_age_days <= entry_rules.content_age_at_most_days
            )
            and {{ in_effect_on('entry_rules', 'violations.decided_on') }}
    inner join kinds
        on
            entry_rules.edition_id = kinds.edition_id
            and entry_rules.programme = kinds.programme
            and violations.kind = kinds.kind
),

packs_of_the_day_of_each_decision as (
    select
        violations.violation_id,
        violations.account_id,
        violations.decided_on,
        packs.file_within_days,
        packs.appeals_at_most,
        -- After a decision that left something standing, the same time is given again where the pack says no other.
        coalesce(packs.again_within_days, packs.file_within_days) as again_within_days,
        packs.partly_granted
    from violations_of_accounts as violations
    left join packs
        on
            violations.market = packs.market
            and {{ in_effect_on('packs', 'violations.decided_on') }}
    left join packs_that_count_it
        on
            violations.violation_id = packs_that_count_it.violation_id
            and packs.edition_id = packs_that_count_it.edition_id
    -- What no pack counts is appealed against by the rules of all that judge the market.
    qualify
        packs_that_count_it.edition_id is not null
        or count(packs_that_count_it.edition_id) over (partition by violations.violation_id) = 0
),

-- Of several, each rule is as the one says that is kinder to the account; without a limit is the kindest.
kindest_of_each_rule as (
    select
        violation_id,
        account_id,
        decided_on,
        case when count(file_within_days) = count(*) then max(file_within_days) end as file_within_days,
        case when count(appeals_at_most) = count(*) then max(appeals_at_most) end as appeals_at_most,
        case when count(again_within_days) = count(*) then max(again_within_days) end as again_within_days,
        case
            when bool_or(partly_granted = 'voids') then 'voids'
            when bool_and(partly_granted = 'denies') then 'denies'
            else 'adjusts'
        end as partly_granted
    from packs_of_the_day_of_each_decision
    group by violation_id, account_id, decided_on
)

select * from kindest_of_each_rule
