with

creator_versions as (
    select * from {{ ref('stg_creator_versions') }}
),

-- Before its first row an account is what that one says.
versions_from_the_beginning as (
    select
        account_id,
        market,
        kind,
        case
            when row_number() over (partition by account_id order by known_from) = 1 then cast('0001-01-01' as date)
            else known_from
        end as from_day,
        known_until as until_day
    from creator_versions
)

select * from versions_from_the_beginning
