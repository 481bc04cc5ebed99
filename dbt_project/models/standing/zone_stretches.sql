with

change_points as (
    select * from {{ ref('change_points') }}
),

zones as (
    select * from {{ source('policy', 'zones') }}
),

balances_with_what_was_before as (
    select
        *,
        lag(balance, 1, 0) over (partition by account_id, programme, replay order by on_day) as balance_before
    from change_points
),

balances_while_a_pack_judged_them as (
    select
        balances.account_id,
        balances.market,
        balances.programme,
        balances.replay,
        balances.true_from,
        balances.true_until,
        greatest(balances.on_day, zones.effective_from) as on_day,
        least(balances.until_day, {{ add_days('zones.effective_until', 1) }}) as until_day,
        zones.pack,
        zones.version,
        zones.zone,
        zones.strictness,
        zones.at_least,
        balances.balance,
        -- On the first day of a new pack the balance is judged anew, but it hasn't changed.
        case when balances.on_day >= zones.effective_from then balances.balance_before else balances.balance end
            as balance_before
    from balances_with_what_was_before as balances
    inner join zones
        on
            balances.market = zones.market
            and balances.programme = zones.programme
            and (balances.until_day is null or balances.until_day > zones.effective_from)
            and (zones.effective_until is null or balances.on_day <= zones.effective_until)
            -- Zones above both balances decide nothing.
            and (zones.at_least is null or zones.at_least <= greatest(balances.balance, balances.balance_before))
),

zones_with_the_one_before as (
    select
        *,
        -- By the rules of the day for both balances: zones of two packs can't be compared.
        max(case when at_least is null or balance_before >= at_least then strictness end) over (
            partition by account_id, programme, replay, on_day
        ) as strictness_before
    from balances_while_a_pack_judged_them
),

zones_reached_by_the_balance as (
    select * from zones_with_the_one_before
    where at_least is null or balance >= at_least
    qualify row_number() over (
        partition by account_id, programme, replay, on_day
        order by strictness desc
    ) = 1
)

select * from zones_reached_by_the_balance
