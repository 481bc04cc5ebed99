with

change_points as (
    select * from {{ ref('int_change_points') }}
),

history_versions as (
    select * from {{ ref('int_history_versions') }}
),

creators as (
    select * from {{ ref('int_creators_judged') }}
),

memberships as (
    select * from {{ ref('int_memberships') }}
),

programmes as (
    select * from {{ rules('programmes') }}
    where source = 'entries'
),

kinds as (
    select * from {{ rules('kinds') }}
),

-- Where others read a programme, an empty ledger has to be there to be read: from the first day of the first version
-- that needs it, once, for the versions after it go on with it.
programmes_of_each_account as (
    select
        history_versions.account_id,
        history_versions.market,
        programmes.programme,
        history_versions.history_version,
        history_versions.known_from,
        history_versions.known_until,
        min(programmes.effective_from) as first_day
    from history_versions
    inner join creators on history_versions.account_id = creators.account_id
    inner join programmes
        on
            history_versions.market = programmes.market
            and (programmes.is_read or programmes.has_effects_without_entries or programmes.begins_with is not null)
    inner join kinds
        on
            programmes.edition_id = kinds.edition_id
            and programmes.programme = kinds.programme
            and creators.kind = kinds.kind
    group by all
),

empty_ledgers_that_are_read as (
    select
        asked.account_id,
        asked.market,
        asked.programme,
        '' as balance_of,
        asked.history_version,
        asked.known_from,
        asked.known_until,
        asked.first_day as from_day,
        min(change_points.from_day) as until_day,
        cast(0 as decimal(18, 2)) as balance,
        cast(0 as decimal(18, 2)) as balance_before
    from programmes_of_each_account as asked
    left join change_points
        on
            asked.account_id = change_points.account_id
            and asked.history_version = change_points.history_version
            and asked.programme = change_points.programme
    group by
        asked.account_id, asked.market, asked.programme, asked.history_version, asked.known_from, asked.known_until,
        asked.first_day
    having min(change_points.from_day) is null or min(change_points.from_day) > asked.first_day
),

balances_of_all as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        until_day,
        balance,
        balance_before,
        is_of_all
    from change_points
    union all
    select
        *,
        cast(null as boolean) as is_of_all
    from empty_ledgers_that_are_read
),

balances_while_a_pack_judged_them as (
    select
        balances.* exclude (from_day, until_day, is_of_all),  -- noqa: RF02
        programmes.edition_id,
        programmes.starts_at,
        programmes.never_below,
        programmes.never_above,
        greatest(balances.from_day, programmes.effective_from, memberships.member_from) as from_day,
        least(
            balances.until_day, programmes.effective_before, memberships.member_until
        ) as until_day,
        -- On the first day of a new pack, or of the programme for the account, the balance is judged anew, but it
        -- hasn't changed.
        balances.from_day >= greatest(programmes.effective_from, memberships.member_from) as has_changed
    from balances_of_all as balances
    inner join programmes
        on
            balances.market = programmes.market
            and balances.programme = programmes.programme
            and (balances.until_day is null or balances.until_day > programmes.effective_from)
            and (programmes.effective_before is null or balances.from_day < programmes.effective_before)
            and coalesce(balances.is_of_all = (programmes.kept_per is null), true)
    inner join creators on balances.account_id = creators.account_id
    inner join kinds
        on
            programmes.edition_id = kinds.edition_id
            and programmes.programme = kinds.programme
            and creators.kind = kinds.kind
    left join memberships
        on
            balances.account_id = memberships.account_id
            and programmes.edition_id = memberships.edition_id
            and programmes.programme = memberships.programme
    where programmes.begins_with is null or memberships.member_from is not null
),

balances_as_they_are_read as (
    select
        account_id,
        market,
        programme,
        balance_of,
        history_version,
        known_from,
        known_until,
        from_day,
        until_day,
        edition_id,
        cast(least(greatest(starts_at + balance, never_below), never_above) as {{ figure() }}) as value,
        cast(least(
            greatest(starts_at + case when has_changed then balance_before else balance end, never_below), never_above
        ) as {{ figure() }}) as value_before,
        {{ add_days('from_day', -1) }} as read_before,
        has_changed
    from balances_while_a_pack_judged_them
    where until_day is null or until_day > from_day
),

{{ held_between_evaluations('balances_as_they_are_read') }}

select
    account_id,
    market,
    programme,
    balance_of,
    history_version,
    known_from,
    known_until,
    from_day,
    until_day,
    edition_id,
    value,
    value_before,
    read_before,
    has_changed
from values_held
