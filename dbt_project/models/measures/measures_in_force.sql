with

episodes as (
    select * from {{ ref('episodes') }}
),

nights_to_compare as (
    select {{ night() }} as as_of
    union all
    select {{ add_days(night(), -1) }} as as_of
),

episodes_in_force as (
    select
        nights_to_compare.as_of,
        episodes.*
    from episodes
    inner join nights_to_compare
        on
            episodes.starts_on <= nights_to_compare.as_of
            and (episodes.ends_on is null or episodes.ends_on >= nights_to_compare.as_of)
            and {{ day_in('nights_to_compare.as_of', 'episodes.true_from', 'episodes.true_until') }}
),

strictest_then_longest_on_each_scope as (
    select
        account_id || '/' || programme || '/' || scope as row_key,
        *
    from episodes_in_force
    qualify row_number() over (
        partition by as_of, account_id, programme, scope
        order by measure_strictness desc, ends_on desc nulls first, starts_on asc
    ) = 1
)

select * from strictest_then_longest_on_each_scope
