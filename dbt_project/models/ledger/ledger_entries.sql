with

creators as (
    select * from {{ ref('stg_creators') }}
),

violations as (
    select * from {{ ref('stg_violations') }}
),

appeals as (
    select * from {{ ref('stg_appeals') }}
),

entry_rules as (
    select * from {{ source('policy', 'entry_rules') }}
),

kinds as (
    select * from {{ source('policy', 'kinds') }}
),

violations_voided_by_an_appeal as (
    select
        violation_id,
        min(decided_on) as voided_on
    from appeals
    where outcome = 'granted'
    group by violation_id
),

violations_of_accounts as (
    select
        violations.*,
        creators.market,
        creators.kind,
        violations_voided_by_an_appeal.voided_on
    from violations
    inner join creators on violations.account_id = creators.account_id
    left join violations_voided_by_an_appeal
        on violations.violation_id = violations_voided_by_an_appeal.violation_id
),

violations_that_a_rule_counts as (
    select
        entry_rules.programme || '/' || violations_of_accounts.violation_id as entry_id,
        violations_of_accounts.account_id,
        violations_of_accounts.market,
        entry_rules.programme,
        violations_of_accounts.violation_id,
        violations_of_accounts.batch_id,
        entry_rules.rule,
        entry_rules.unit,
        entry_rules.amount,
        -- Rows that share this key are one entry; a violation outside any batch stands alone.
        case
            when entry_rules.counts_once_per = 'batch'
                then coalesce(violations_of_accounts.batch_id, violations_of_accounts.violation_id)
            else violations_of_accounts.violation_id
        end as counts_once_as,
        violations_of_accounts.decided_on as counts_from,
        {{ add_days('violations_of_accounts.decided_on', 'entry_rules.lasts_days') }} as counts_until,
        violations_of_accounts.voided_on
    from violations_of_accounts
    inner join entry_rules
        on
            violations_of_accounts.market = entry_rules.market
            and violations_of_accounts.violation_type = entry_rules.violation_type
            and {{ judges('entry_rules', 'violations_of_accounts.decided_on') }}
    inner join kinds
        on
            entry_rules.market = kinds.market
            and entry_rules.pack = kinds.pack
            and entry_rules.version = kinds.version
            and violations_of_accounts.kind = kinds.kind
)

select * from violations_that_a_rule_counts
