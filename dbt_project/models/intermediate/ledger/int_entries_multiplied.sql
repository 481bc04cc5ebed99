with

entries as (
    select * from {{ ref('int_entries_deduplicated') }}
),

entries_selected as (
    select * from {{ ref('int_entries_selected') }}
),

metrics as (
    select * from {{ ref('int_account_metrics') }}
),

multipliers as (
    select * from {{ source('policy', 'multipliers') }}
),

entries_that_are_not_picked as (
    select * from entries
    where picked_by is null
),

-- What grace picks is what only warns.
entries_that_are_picked as (
    select entries.*
    from entries
    left join entries_selected
        on
            entries.account_id = entries_selected.account_id
            and entries.programme = entries_selected.programme
            and entries.history_version = entries_selected.history_version
            and entries.entry_id = entries_selected.entry_id
    where
        entries.picked_by is not null
        and (entries.picked_by = 'grace') = (entries_selected.entry_id is null)
),

entries_that_count as (
    select * from entries_that_are_not_picked
    union all
    select * from entries_that_are_picked
),

entries_a_multiplier_may_apply_to as (
    select
        entries_that_count.account_id,
        entries_that_count.programme,
        entries_that_count.history_version,
        entries_that_count.entry_id,
        entries_that_count.event_type,
        entries_that_count.on_day,
        multipliers.multiplier,
        multipliers.factor,
        multipliers.from_occurrence,
        multipliers.within_days,
        multipliers.metric,
        multipliers.at_least
    from entries_that_count
    inner join multipliers on entries_that_count.rule_no = multipliers.rule_no
),

repeats as (
    select
        repeated.account_id,
        repeated.programme,
        repeated.history_version,
        repeated.entry_id,
        repeated.factor,
        repeated.multiplier
    from entries_a_multiplier_may_apply_to as repeated
    inner join entries_that_count as earlier
        on
            repeated.account_id = earlier.account_id
            and repeated.programme = earlier.programme
            and repeated.history_version = earlier.history_version
            and repeated.event_type = earlier.event_type
            and (earlier.on_day, earlier.entry_id) <= (repeated.on_day, repeated.entry_id)
            and {{ add_days('earlier.on_day', 'repeated.within_days') }} > repeated.on_day
    where repeated.from_occurrence is not null
    group by all
    having count(*) >= any_value(repeated.from_occurrence)
),

-- The last that was measured, also where that says that it isn't known any more.
audiences_as_they_are_known as (
    select
        reached.*,
        metrics.value
    from entries_a_multiplier_may_apply_to as reached
    inner join metrics
        on
            reached.account_id = metrics.account_id
            and reached.metric = metrics.metric
            and reached.on_day >= metrics.on_day
    qualify row_number() over (
        partition by
            reached.account_id, reached.programme, reached.history_version, reached.entry_id, reached.multiplier
        order by metrics.on_day desc, metrics.measurement_id desc
    ) = 1
),

large_audiences as (
    select
        account_id,
        programme,
        history_version,
        entry_id,
        factor,
        multiplier
    from audiences_as_they_are_known
    where value >= at_least
),

factors_of_both_kinds as (
    select * from repeats
    union all
    select * from large_audiences
),

factors_that_apply as (
    select
        account_id,
        programme,
        history_version,
        entry_id,
        {{ product_of('factor', 'multiplier') }} as factor  -- noqa: PRS
    from factors_of_both_kinds
    group by account_id, programme, history_version, entry_id
),

entries_with_their_weight as (
    select
        entries_that_count.* exclude (amount),
        {{ as_amount(product('entries_that_count.amount', 'coalesce(factors_that_apply.factor, 1)')) }} as amount
    from entries_that_count
    left join factors_that_apply
        on
            entries_that_count.account_id = factors_that_apply.account_id
            and entries_that_count.programme = factors_that_apply.programme
            and entries_that_count.history_version = factors_that_apply.history_version
            and entries_that_count.entry_id = factors_that_apply.entry_id
)

select * from entries_with_their_weight
