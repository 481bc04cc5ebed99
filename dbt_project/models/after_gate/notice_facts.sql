-- Longer than other files, for all that a notice says of a row is put together once.
with

penalties as (
    select * from {{ source('wanted', 'penalties') }}
),

rewards as (
    select * from {{ source('wanted', 'rewards') }}
),

reasons as (
    select * from {{ source('wanted', 'reasons') }}
),

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

violations as (
    select * from {{ ref('stg_violations') }}
),

contents as (
    select * from {{ ref('stg_contents') }}
),

lives as (
    select * from {{ ref('stg_lives') }}
),

appeal_deadlines as (
    select * from {{ ref('int_appeal_deadlines') }}
),

emergencies_in_force as (
    select * from {{ ref('int_emergencies_in_force') }}
),

packs as (
    select * from {{ source('policy', 'packs') }}
),

eligibilities as (
    select * from {{ source('policy', 'eligibility') }}
),

bonuses as (
    select * from {{ source('policy', 'bonuses') }}
),

told_release as (
    select * from {{ source('released', 'told_release') }}
),

told_penalties as (
    select * from {{ source('released', 'told_penalties') }}
),

told_rewards as (
    select * from {{ source('released', 'told_rewards') }}
),

told_reasons as (
    select * from {{ source('released', 'told_reasons') }}
),

lists_of_tonight as (
    select
        'penalties' as list,
        row_key,
        account_id,
        market,
        programme,
        scope,
        measure,
        starts_on,
        ends_on,
        cast(null as decimal(18, 2)) as amount,
        reason_id
    from penalties
    union all
    select
        'rewards' as list,
        row_key,
        account_id,
        market,
        programme,
        scope,
        reward as measure,
        starts_on,
        ends_on,
        amount,
        reason_id
    from rewards
),

lists_that_were_told_of as (
    select
        'penalties' as list,
        row_key,
        account_id,
        market,
        programme,
        scope,
        measure,
        starts_on,
        ends_on,
        cast(null as decimal(18, 2)) as amount,
        reason_id
    from told_penalties
    union all
    select
        'rewards' as list,
        row_key,
        account_id,
        market,
        programme,
        scope,
        reward as measure,
        starts_on,
        ends_on,
        amount,
        reason_id
    from told_rewards
),

-- Where nothing was released before, nobody knows what accounts were told: what begins tonight is.
what_is_new_or_changed as (
    select
        tonight.*,
        case when before.row_key is null then 'new' else 'changed' end as event
    from lists_of_tonight as tonight
    left join lists_that_were_told_of as before
        on
            tonight.list = before.list
            and tonight.row_key = before.row_key
            and tonight.measure = before.measure
    where
        case
            when (select count(*) from told_release) = 0 then tonight.starts_on = {{ night() }}
            else
                before.row_key is null
                or tonight.starts_on is distinct from before.starts_on
                or tonight.ends_on is distinct from before.ends_on
                or tonight.amount is distinct from before.amount
        end
),

what_has_ended as (
    select
        before.* replace (
            -- What is withdrawn on the night on which it began was in force on no day.
            case when before.starts_on < {{ night() }} then before.starts_on end as starts_on,
            case
                when before.starts_on >= {{ night() }} then null
                else least(before.ends_on, {{ add_days(night(), -1) }})
            end as ends_on
        ),
        'ended' as event,
        before.ends_on as was_to_end_on
    from lists_that_were_told_of as before
    left join lists_of_tonight as tonight
        on
            before.list = tonight.list
            and before.row_key = tonight.row_key
            and before.measure = tonight.measure
    where tonight.row_key is null
),

-- What the account feels on each scope tonight.
penalties_that_prevail as (
    select
        prevailing.account_id,
        prevailing.scope,
        prevailing.row_key,
        prevailing.measure,
        prevailing.ends_on,
        told.row_key is not null as was_told
    from penalties as prevailing
    left join told_penalties as told
        on
            prevailing.row_key = told.row_key
            and prevailing.measure = told.measure
    where coalesce(prevailing.prevails, true)
    -- Releases of before several packs don't say which does; one of a scope is told of.
    qualify row_number() over (
        partition by prevailing.account_id, prevailing.scope
        order by prevailing.ends_on desc nulls first, prevailing.row_key asc
    ) = 1
),

eligibilities_of_each_market as (
    select distinct
        market,
        eligibility
    from eligibilities
),

bonuses_of_each_market as (
    select distinct
        market,
        bonus
    from bonuses
),

lifts_in_force as (
    select * from emergencies_in_force
    where action = 'lift'
    -- Of several on one measure, the one that ends last says when it is over.
    qualify row_number() over (
        partition by account_id, list, measure, scope order by last_day desc, emergency_id desc
    ) = 1
),

-- What ends one emergency alone has the last day of that one.
ended_by_name as (
    select * from emergencies_in_force
    where action = 'end'
    qualify row_number() over (
        partition by account_id, list, measure, scope, last_day order by emergency_id desc
    ) = 1
),

what_is_to_be_told as (
    select * from what_is_new_or_changed
    union all by name
    select * from what_has_ended
),

revised as (
    select release_id
    from told_release
    where night = {{ night() }}
),

-- Two versions that say the same give one reason: tonight's is the one to go by.
each_reason as (
    select * exclude (place)
    from (
        select
            reason_id,
            pack,
            pack_version,
            entries,
            balance_before,
            balance_after,
            unit,
            1 as place
        from reasons
        union all
        select
            reason_id,
            pack,
            pack_version,
            entries,
            balance_before,
            balance_after,
            unit,
            2 as place
        from told_reasons
    ) as reasons_of_both
    qualify row_number() over (partition by reason_id order by place, pack, pack_version) = 1
),

violations_behind_each_reason as (
    select
        reason_id,
        entry ->> 'violation' as violation_id,
        -- What one counts in several units comes to no one number.
        case
            when count(distinct coalesce(entry ->> 'unit', '')) = 1
                then sum(cast(entry ->> 'amount' as decimal(18, 2)))
        end as amount,
        min(entry ->> 'unit') as unit,
        bool_or(cast(entry ->> 'needed' as boolean)) as is_needed,
        case
            when count(entry ->> 'last_counts_on') = count(*) then max(cast(entry ->> 'last_counts_on' as date))
        end as last_counts_on
    from (
        select
            reason_id,
            unnest(cast(json_extract(entries, '$[*]') as json[])) as entry
        from each_reason
    ) as entries_one_by_one
    where entry ->> 'violation' is not null
    group by all
),

violations_as_they_are_told as (
    select
        behind.*,
        violations.violation_type,
        case when violations.live_id is not null then 'live' else contents.kind end as kind,
        case when violations.live_id is not null then lives.title else contents.title end as title,
        case when violations.live_id is not null then lives.on_day else contents.published_on end as posted_on,
        violations.decided_on,
        coalesce(appeals.appeal, 'any_time') as appeal,
        case when not appeals.is_pending and not appeals.is_used_up then appeals.appeal_until end as appeal_until,
        coalesce(appeals.is_granted, false) as is_granted,
        violations.restored_on is not null and not coalesce(appeals.is_granted, false) as is_restored
    from violations_behind_each_reason as behind
    left join violations on behind.violation_id = violations.violation_id
    left join contents on violations.content_id = contents.content_id
    left join lives on violations.live_id = lives.live_id
    left join appeal_deadlines as appeals on behind.violation_id = appeals.violation_id
),

evidence_of_each_reason as (
    select
        reason_id,
        list(violation_id order by decided_on, violation_id) as evidence,
        cast(to_json(list(
            struct_pack(
                violation_type := violation_type,
                kind := kind,
                title := title,
                posted_on := posted_on,
                decided_on := decided_on,
                amount := amount,
                unit := unit,
                last_counts_on := last_counts_on,
                is_needed := is_needed,
                appeal := appeal,
                appeal_until := appeal_until
            )
            order by decided_on, violation_id
        )) as varchar) as cases,
        bool_or(appeal in ('until', 'any_time')) as can_appeal,
        case when not bool_or(appeal = 'any_time') then max(case when appeal = 'until' then appeal_until end) end
            as appeal_until,
        bool_or(is_granted) as is_appeal_granted,
        bool_or(is_restored) as is_restored
    from violations_as_they_are_told
    group by reason_id
),

what_is_to_be_told_and_what_people_decided_of_it as (
    select
        told.*,
        in_force.length,
        coalesce(imposed.reason, lifted.reason, ended.reason, '') as reason,
        lifted.last_day as lifted_until,
        coalesce(imposed.first_night, lifted.first_night, ended.first_night) as decided_on
    from what_is_to_be_told as told
    left join measures_in_force as in_force
        on
            told.list = in_force.list
            and told.row_key = in_force.row_key
            and in_force.as_of = {{ night() }}
    left join emergencies_in_force as imposed
        on
            told.event <> 'ended'
            and in_force.length = 'emergency'
            and in_force.balance_of = imposed.emergency_id
            and told.account_id = imposed.account_id
    left join lifts_in_force as lifted
        on
            told.event = 'ended'
            and told.account_id = lifted.account_id
            and told.list = lifted.list
            and told.measure = lifted.measure
            and told.scope = lifted.scope
    left join ended_by_name as ended
        on
            told.event = 'ended'
            and told.programme = 'emergency'
            and told.account_id = ended.account_id
            and told.list = ended.list
            and told.measure = ended.measure
            and told.scope = ended.scope
            and told.was_to_end_on = ended.last_day
),

facts as (
    select
        -- What a revision adds can have been told by an earlier one before: it is another notice.
        {{ reason_id([
            "coalesce(revised.release_id, '" ~ var('night') ~ "')",
            'told.list', 'told.row_key', 'told.measure', 'told.event'
        ]) }} as notice_id,
        {{ night() }} as as_of,
        told.account_id,
        told.market,
        creators.language,
        told.event,
        told.list,
        told.row_key,
        told.programme,
        told.scope,
        told.measure,
        told.starts_on,
        told.ends_on,
        coalesce(evidence.evidence, []) as evidence,
        coalesce(evidence.cases, '[]') as cases,
        told.amount,
        brought_by.balance_before,
        brought_by.balance_after,
        brought_by.unit,
        told.list = 'penalties' and told.event = 'ended' and coalesce(evidence.is_appeal_granted, false)
            as is_appeal_granted,
        told.list = 'penalties' and told.event = 'ended' and coalesce(evidence.is_restored, false) as is_restored,
        case
            when told.list = 'penalties' and told.event <> 'ended' and prevailing.row_key <> told.row_key
                then prevailing.measure
        end as outranked_by,
        case
            when told.list = 'penalties' and told.event = 'ended' and prevailing.was_told
                then prevailing.measure
        end as followed_by,
        case
            when told.list = 'penalties' and told.event = 'ended' and prevailing.was_told
                then prevailing.ends_on
        end as followed_until,
        told.reason,
        told.lifted_until,
        case
            when told.decided_on is null then evidence.appeal_until
            else {{ add_days('told.decided_on', 'packs.file_within_days') }}
        end as appeal_until,
        -- What took something from the account, and can be undone.
        (told.list = 'penalties') = (told.event <> 'ended')
        and case
            when told.decided_on is null then told.list = 'penalties' and coalesce(evidence.can_appeal, false)
            else coalesce({{ add_days('told.decided_on', 'packs.file_within_days') }} >= {{ night() }}, true)
        end as can_appeal,
        case
            when told.list = 'penalties' and told.event <> 'ended'
                then case told.length
                    when 'days' then 'time'
                    when 'calendar' then 'time'
                    when 'emergency' then 'time'
                    when 'zone' then 'balance'
                    when 'eligibility' then 'conditions'
                    else 'appeal'
                end
            -- What is lifted is told with its end, and what was imposed and is over doesn't come back.
            when told.lifted_until is not null or told.programme = 'emergency' then ''
            when told.list = 'rewards' and told.event = 'ended' and eligibilities.eligibility is not null
                then 'conditions'
            when told.list = 'rewards' and told.event = 'ended' and bonuses.bonus is null then 'balance'
            else ''
        end as restored_by,
        told.reason_id
    from what_is_to_be_told_and_what_people_decided_of_it as told
    inner join creators on told.account_id = creators.account_id
    left join revised on true
    left join each_reason as brought_by on told.reason_id = brought_by.reason_id
    left join packs
        on
            told.market = packs.market
            and brought_by.pack = packs.pack
            and brought_by.pack_version = packs.version
    left join evidence_of_each_reason as evidence on told.reason_id = evidence.reason_id
    left join penalties_that_prevail as prevailing
        on
            told.list = 'penalties'
            and told.account_id = prevailing.account_id
            and told.scope = prevailing.scope
            and (told.event <> 'ended' or told.row_key <> prevailing.row_key)
    left join eligibilities_of_each_market as eligibilities
        on
            told.market = eligibilities.market
            and told.programme = eligibilities.eligibility
    left join bonuses_of_each_market as bonuses
        on
            told.market = bonuses.market
            and told.programme = bonuses.bonus
),

-- Of a row that an earlier night brought, nothing of tonight says how long it lasts, but its end does.
facts_of_rows_of_any_night as (
    select
        * replace (
            case when restored_by = 'appeal' and ends_on is not null then 'time' else restored_by end as restored_by
        )
    from facts
),

facts_that_agree_with_each_other as (
    select
        * replace (
            case when can_appeal then appeal_until end as appeal_until,
            -- Without an appeal nothing brings it back.
            case when restored_by = 'appeal' and not can_appeal then '' else restored_by end as restored_by
        ),
        case when restored_by = 'time' then {{ add_days('ends_on', 1) }} end as restored_on
    from facts_of_rows_of_any_night
)

select * from facts_that_agree_with_each_other
