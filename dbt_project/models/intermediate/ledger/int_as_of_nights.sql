with

asked_nights as (
    select * from {{ source('policy', 'asked_nights') }}
),

nights as (
    select
        {{ night() }} as as_of,
        true as is_asked,
        true as is_of_accounts
    union all
    select
        {{ add_days(night(), -1) }} as as_of,
        false as is_asked,
        false as is_of_accounts
    union all
    select
        night as as_of,
        true as is_asked,
        not lists_alone as is_of_accounts
    from asked_nights
)

select
    as_of,
    bool_or(is_asked) as is_asked,
    bool_or(is_of_accounts) as is_of_accounts
from nights
group by as_of
