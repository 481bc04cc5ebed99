with

rewards_in_force as (
    select * from {{ ref('int_rewards_in_force') }}
    where as_of = {{ night() }}
),

packs as (
    select * from {{ rules('packs') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

rewards_with_their_account as (
    select
        rewards_in_force.row_key,
        rewards_in_force.account_id,
        {{ market_now('rewards_in_force.market') }} as market,
        rewards_in_force.programme,
        rewards_in_force.scope,
        rewards_in_force.reward as measure,
        packs.pack,
        packs.version as pack_version,
        packs.sha256 as pack_sha256,
        rewards_in_force.zone,
        rewards_in_force.condition,
        rewards_in_force.balance as balance_before,
        rewards_in_force.balance as balance_after,
        cast(null as varchar) as unit,
        cast(0 as bigint) as entry_count,
        '[]' as entries,
        rewards_in_force.starts_on,
        rewards_in_force.ends_on,
        rewards_in_force.amount as reward_amount,
        rewards_in_force.market as market_of_money,
        programmes.unit as unit_of_programme,
        packs.appeal_route
    from rewards_in_force
    inner join packs on rewards_in_force.edition_id = packs.edition_id
    left join programmes
        on
            rewards_in_force.edition_id = programmes.edition_id
            and rewards_in_force.programme = programmes.programme
),

reasons_in_words as (
    select
        {{ reason_id(['row_key', 'measure', 'zone', 'condition', 'starts_on', 'ends_on', 'entries']) }} as reason_id,
        'rewards' as list,
        * exclude (reward_amount, market_of_money, unit_of_programme),
        case
            when reward_amount is not null
                then
                    'What the account did for ' || {{ label_of('programme', 'programme') }}
                    || ' in the period from ' || zone || ' brings ' || {{ money('reward_amount', 'market_of_money') }}
                    || ' on ' || {{ in_words('scope') }} || '.'
            when programme = 'emergency'
                then
                    'On ' || starts_on || ' people decided about the account themselves, as ' || condition
                    || '. This brings ' || {{ label_of('measure', 'measure') }} || ' on ' || {{ in_words('scope') }}
                    || ' until ' || ends_on || '.'
            when zone in ('open', 'shut') and balance_after is null
                then
                    'The account is eligible for ' || {{ label_of('programme', 'programme') }}
                    || ' (' || {{ in_words('condition') }} || '), which brings ' || {{ label_of('measure', 'measure') }}
                    || ' on ' || {{ in_words('scope') }} || ' for as long as it does.'
            when ends_on is not null
                then
                    'The account entered the zone ' || {{ in_words('zone') }} || ' of '
                    || {{ label_of('programme', 'programme') }}
                    || ' (' || {{ condition_in_words('condition', 'unit_of_programme') }}
                    || '), which brings ' || {{ label_of('measure', 'measure') }} || ' on ' || {{ in_words('scope') }}
                    || ' until ' || ends_on || '.'
            else
                'The account is in the zone ' || {{ in_words('zone') }} || ' of '
                || {{ label_of('programme', 'programme') }} || ', which brings ' || {{ label_of('measure', 'measure') }}
                || ' on ' || {{ in_words('scope') }} || ' for as long as it stays there.'
        end as explanation
    from rewards_with_their_account
)

select * from reasons_in_words
