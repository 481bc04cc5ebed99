-- Longer than other files, for it has a step for each kind of thing that can happen.
with

creators as (
    select * from {{ ref('stg_creators') }}
),

violation_cases as (
    select * from {{ ref('int_violation_cases') }}
    where decided_on is not null
),

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
),

programmes as (
    select * from {{ rules('programmes') }}
),

standings as (
    select * from {{ ref('int_standings') }}
),

penalty_periods as (
    select * from {{ ref('int_penalty_periods') }}
),

appeals as (
    select * from {{ ref('stg_appeals') }}
),

trainings as (
    select * from {{ ref('stg_trainings') }}
),

stage_changes as (
    select * from {{ ref('int_stage_changes') }}
),

emergencies as (
    -- Of an account that left its market and came back, one has several parts: it was decided once.
    select * from {{ ref('int_emergencies') }}
    where part = 1
),

accounts_with_a_story as (
    select account_id from violation_cases
    union
    select account_id from penalty_periods
    union
    select account_id from emergencies
),

onboardings as (
    select
        account_id,
        onboarded_on as on_day,
        10 as place,
        'onboarded' as event,
        '' as about,
        'onboarded as ' || {{ in_words('kind') }} || ' in ' || market as told
    from creators
),

decisions as (
    select
        account_id,
        decided_on as on_day,
        20 as place,
        'violation_decided' as event,
        violation_id as about,
        {{ label_of('violation_type', 'violation_type') }} || coalesce(', ' || {{ in_words('severity') }}, '')
        || coalesce(' on ' || {{ in_words('surface') }}, '')
        || coalesce(', content ' || content_id, '') || coalesce(', live ' || live_id, '')
        || coalesce(', detected on ' || detected_on, '')
        || coalesce(' by ' || {{ in_words('detected_by') }}, '') as told
    from violation_cases
),

appeals_filed as (
    select
        account_id,
        filed_on as on_day,
        30 as place,
        'appeal_filed' as event,
        appeal_id as about,
        'against ' || violation_id as told
    from appeals
),

appeals_decided as (
    select
        account_id,
        decided_on as on_day,
        31 as place,
        'appeal_decided' as event,
        appeal_id as about,
        {{ in_words('outcome') }} || ', against ' || violation_id
        || coalesce(', now ' || {{ plain_number('points') }} || ' points', '') as told
    from appeals
    where decided_on is not null
),

decisions_restored as (
    select
        account_id,
        restored_on as on_day,
        31 as place,
        'violation_restored' as event,
        violation_id as about,
        {{ label_of('violation_type', 'violation_type') }} || ', without an appeal' as told
    from violation_cases
    where restored_on is not null
),

trainings_passed as (
    select
        account_id,
        passed_on as on_day,
        32 as place,
        'training_passed' as event,
        attempt_id as about,
        {{ in_words('training') }} as told
    from trainings
),

entries_as_they_began_to_count as (
    select
        entries.account_id,
        entries.counts_from as on_day,
        40 as place,
        'entry' as event,
        entries.entry_id as about,
        {{ counted('entries.amount', 'entries.unit') }} || ' of '
        || {{ label_of('programme', 'entries.programme') }} || ' by the rule ' || {{ in_words('entries.rule') }}
        || coalesce(', counts until ' || {{ add_days('entries.counts_until', -1) }}, '') as told
    from entries_counted as entries
    inner join programmes
        on
            entries.market = programmes.market
            and entries.programme = programmes.programme
            and {{ in_effect_on('programmes', 'entries.counts_from') }}
    where
        not programmes.is_recent
        and {{ day_in('entries.counts_from', 'entries.known_from', 'entries.known_until') }}
        and entries.counts_from <= {{ night() }}
),

zones_in_the_order_of_days as (
    select
        standings.account_id,
        standings.programme,
        standings.balance_of,
        standings.valid_from,
        standings.zone,
        standings.value,
        programmes.unit,
        lag(standings.zone) over (
            partition by standings.account_id, standings.programme, standings.balance_of
            order by standings.valid_from
        ) as zone_before
    from standings
    inner join programmes
        on
            standings.edition_id = programmes.edition_id
            and standings.programme = programmes.programme
    where not programmes.is_recent and standings.valid_from <= {{ night() }}
),

zones_entered as (
    select
        account_id,
        valid_from as on_day,
        50 as place,
        'zone_entered' as event,
        programme || case when balance_of in ('', {{ kept_for_nothing() }}) then '' else '/' || balance_of end as about,
        'from ' || {{ in_words('zone_before') }} || ' to ' || {{ in_words('zone') }}
        || coalesce(', at ' || {{ counted_before(as_number('value'), 'unit') }}, '') as told
    from zones_in_the_order_of_days
    where zone <> zone_before
),

what_people_decided_themselves as (
    select
        account_id,
        first_night as on_day,
        55 as place,
        case action
            when 'impose' then 'emergency_imposed'
            when 'lift' then 'emergency_lifted'
            else 'emergency_ended'
        end as event,
        emergency_id as about,
        {{ label_of('measure', 'measure') }} || ' on ' || {{ in_words('scope') }}
        || ' until ' || last_day || ': ' || reason as told
    from emergencies
),

penalties_begun as (
    select
        account_id,
        in_force_from as on_day,
        60 as place,
        'penalty_begins' as event,
        programme || '/' || scope as about,
        {{ label_of('measure', 'measure') }} || ' on ' || {{ in_words('scope') }} as told
    from penalty_periods
    where in_force_from <= {{ night() }}
),

penalties_ended as (
    select
        account_id,
        in_force_until as on_day,
        61 as place,
        case when was_reversed then 'penalty_reversed' else 'penalty_ends' end as event,
        programme || '/' || scope as about,
        {{ label_of('measure', 'measure') }} || ' on ' || {{ in_words('scope') }}
        || ', in force since ' || in_force_from as told
    from penalty_periods
    where in_force_until <= {{ night() }}
),

stages_entered as (
    select
        account_id,
        on_day,
        70 as place,
        'stage_entered' as event,
        stage as about,
        coalesce('from ' || stage_before || ' ', '')
        || 'to ' || {{ in_words('stage') }} || ': ' || {{ in_words('reason') }} as told
    from stage_changes
),

everything_that_happened as (
    select * from onboardings
    union all
    select * from decisions
    union all
    select * from appeals_filed
    union all
    select * from appeals_decided
    union all
    select * from decisions_restored
    union all
    select * from trainings_passed
    union all
    select * from entries_as_they_began_to_count
    union all
    select * from zones_entered
    union all
    select * from what_people_decided_themselves
    union all
    select * from penalties_begun
    union all
    select * from penalties_ended
    union all
    select * from stages_entered
),

story_of_each_account as (
    select
        happened.account_id,
        happened.on_day,
        cast(row_number() over (
            partition by happened.account_id
            order by happened.on_day, happened.place, happened.event, happened.about, happened.told
        ) as integer) as step,
        happened.event,
        happened.about,
        happened.told
    from everything_that_happened as happened
    inner join accounts_with_a_story as accounts on happened.account_id = accounts.account_id
)

select * from story_of_each_account
