-- Longer than other files, for a reason is a sentence, put together of all its parts.
with

measures_in_force as (
    select * from {{ ref('int_measures_in_force') }}
),

entries_counted as (
    select * from {{ ref('int_entries_counted') }}
),

reliefs as (
    select * from {{ ref('int_reliefs') }}
),

packs as (
    select * from {{ rules('packs') }}
),

ledgers as (
    select * from {{ rules('ledgers') }}
),

zones as (
    select * from {{ rules('zones') }}
),

programmes as (
    select * from {{ rules('programmes') }}
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

measures_of_the_night as (
    select * from measures_in_force
    where as_of = {{ night() }} and list = 'penalties'
),

entries_counting_when_the_measure_began as (
    select
        measures_of_the_night.row_key,
        measures_of_the_night.on_day,
        measures_of_the_night.value_before,
        measures_of_the_night.value_after,
        entries_counted.*,
        violations.violation_type,
        violations.detected_by,
        coalesce(contents.published_on, lives.on_day) as posted_on,
        zones.value_from,
        zones.value_below,
        zones.is_rising,
        programmes.starts_at,
        programmes.never_below,
        programmes.never_above,
        reliefs.taken_from,
        -- What a number is made of others can't be told entry by entry.
        ledgers.ledger = measures_of_the_night.programme as is_of_its_ledger,
        sum(entries_counted.amount) over (partition by measures_of_the_night.row_key) as amount_of_all
    from measures_of_the_night
    inner join ledgers
        on
            measures_of_the_night.edition_id = ledgers.edition_id
            and measures_of_the_night.programme = ledgers.programme
    inner join entries_counted
        on
            measures_of_the_night.account_id = entries_counted.account_id
            and ledgers.ledger = entries_counted.programme
            and (measures_of_the_night.balance_of = '' or measures_of_the_night.balance_of = entries_counted.balance_of)
            and measures_of_the_night.history_version = entries_counted.history_version
            and {{ day_in(
                'coalesce(measures_of_the_night.on_day, measures_of_the_night.as_of)',
                'entries_counted.counts_from', 'entries_counted.counts_until'
            ) }}
    left join reliefs
        on
            entries_counted.account_id = reliefs.account_id
            and entries_counted.programme = reliefs.programme
            and entries_counted.history_version = reliefs.history_version
            and entries_counted.entry_id = reliefs.entry_id
    left join violations on entries_counted.violation_id = violations.violation_id
    left join contents on violations.content_id = contents.content_id
    left join lives on violations.live_id = lives.live_id
    left join zones
        on
            measures_of_the_night.edition_id = zones.edition_id
            and measures_of_the_night.programme = zones.programme
            and measures_of_the_night.zone = zones.zone
    left join programmes
        on
            measures_of_the_night.edition_id = programmes.edition_id
            and measures_of_the_night.programme = programmes.programme
),

amounts_taken_from_entries as (
    select
        row_key,
        taken_from as entry_id,
        sum(amount) as amount_taken
    from entries_counting_when_the_measure_began
    where taken_from is not null
    group by row_key, taken_from
),

-- Without an entry, what a relief took from it is taken from another, or from none.
balances_without_each_entry as (
    select
        entries.*,
        coalesce(taken.amount_taken, 0) as amount_of_its_reliefs,
        coalesce(
            case when entries.is_rising then entries.amount > 0 else entries.amount < 0 end, false
        ) as is_against_the_account,
        {{ within('starts_at + amount_of_all', 'never_below', 'never_above') }} as value_with_it,
        {{ within('starts_at + amount_of_all - amount', 'never_below', 'never_above') }} as value_without_it,
        {{ within(
            'starts_at + amount_of_all - amount - coalesce(amount_taken, 0)', 'never_below', 'never_above'
        ) }} as value_without_it_and_its_reliefs
    from entries_counting_when_the_measure_began as entries
    left join amounts_taken_from_entries as taken
        on
            entries.row_key = taken.row_key
            and entries.entry_id = taken.entry_id
),

measures_without_each_entry as (
    select
        *,
        coalesce(case when is_rising then value_without_it < value_from else value_without_it >= value_below end, false)
        or (counts_from = on_day and value_without_it = value_before) as is_another_without_it,
        coalesce(
            case
                when is_rising then value_without_it_and_its_reliefs < value_from
                else value_without_it_and_its_reliefs >= value_below
            end,
            false
        )
        or (counts_from = on_day and value_without_it_and_its_reliefs = value_before) as is_another_without_both
    from balances_without_each_entry
),

-- An entry is needed if the balance without it had not come to the zone; where the balance is no plain sum, or where it
-- hangs on what a relief had then taken, that can't be told.
entries_that_were_needed_or_only_count as (
    select
        *,
        case
            when
                is_of_its_ledger and value_with_it = value_after and is_another_without_it = is_another_without_both
                then is_another_without_it
        end as is_needed
    from measures_without_each_entry
),

-- Where none is needed by itself: the largest are taken away first, one after the other, the newest of equal ones.
balances_without_more_and_more_entries as (
    select
        *,
        row_number() over largest_first as entries_gone,
        {{ within('starts_at + amount_of_all - sum(amount) over largest_first', 'never_below', 'never_above') }}
            as value_without_them,
        {{ within(
            'starts_at + amount_of_all - sum(amount + amount_of_its_reliefs) over largest_first',
            'never_below', 'never_above'
        ) }} as value_without_them_and_their_reliefs
    from balances_without_each_entry
    where is_against_the_account
    window
        largest_first as (
            partition by row_key
            order by abs(amount) desc, counts_from desc, entry_id asc
            rows between unbounded preceding and current row
        )
),

fewest_entries_of_each_measure as (
    select
        row_key,
        min(
            case
                when
                    case
                        when is_rising then value_without_them < value_from
                        else value_without_them >= value_below
                    end
                    then entries_gone
            end
        ) as fewest,
        min(
            case
                when
                    case
                        when is_rising then value_without_them_and_their_reliefs < value_from
                        else value_without_them_and_their_reliefs >= value_below
                    end
                    then entries_gone
            end
        ) as fewest_with_their_reliefs,
        -- Without all that began to count that day, nothing had been entered on it, unless it was only looked at then.
        case
            when
                {{ within(
                    'max(starts_at) + max(amount_of_all) - sum(case when counts_from = on_day then amount else 0 end)',
                    'max(never_below)', 'max(never_above)'
                ) }} = max(value_before)
                then sum(case when counts_from = on_day then 1 end)
        end as began_that_day
    from balances_without_more_and_more_entries
    group by row_key
),

-- Where something that day was in the account's favour, what was entered may have been undone by fewer than are told.
measures_that_fewest_can_be_told_for as (
    select row_key
    from entries_that_were_needed_or_only_count
    group by row_key
    having
        max(case when is_needed is null or is_needed then 1 else 0 end) = 0
        and max(case when counts_from = on_day and not is_against_the_account then 1 else 0 end) = 0
),

smallest_sets as (
    select
        gone.row_key,
        gone.entry_id,
        case
            when fewest.began_that_day < coalesce(fewest.fewest, fewest.began_that_day + 1)
                then gone.counts_from = gone.on_day
            else gone.entries_gone <= fewest.fewest
        end as is_needed_together
    from balances_without_more_and_more_entries as gone
    inner join fewest_entries_of_each_measure as fewest on gone.row_key = fewest.row_key
    inner join measures_that_fewest_can_be_told_for as measures on gone.row_key = measures.row_key
    -- Where it hangs on what reliefs had then taken, it can't be told.
    where
        fewest.fewest = fewest.fewest_with_their_reliefs
        or fewest.began_that_day < coalesce(fewest.fewest, fewest.began_that_day + 1)
),

entries_with_what_is_needed as (
    select
        entries.*,
        case
            when max(sets.row_key) over (partition by entries.row_key) is not null
                then coalesce(sets.is_needed_together, false)
        end as is_needed_together
    from entries_that_were_needed_or_only_count as entries
    left join smallest_sets as sets
        on
            entries.row_key = sets.row_key
            and entries.entry_id = sets.entry_id
),

entries_of_each_measure as (
    select
        entries.row_key,
        min(entries.unit) as unit,
        count(*) as entry_count,
        {{ entries_as_json('entries') }} as entries,
        {{ explained_entries_as_json('entries') }} as explained_entries
    from entries_with_what_is_needed as entries
    group by entries.row_key
),

measures_with_their_account as (
    select
        measures_of_the_night.row_key,
        measures_of_the_night.account_id,
        {{ market_now('measures_of_the_night.market') }} as market,
        measures_of_the_night.programme,
        measures_of_the_night.scope,
        measures_of_the_night.measure,
        packs.pack,
        packs.version as pack_version,
        packs.sha256 as pack_sha256,
        measures_of_the_night.zone,
        measures_of_the_night.condition,
        {{ as_number('measures_of_the_night.value_before') }} as balance_before,
        {{ as_number('measures_of_the_night.value_after') }} as balance_after,
        coalesce(programmes.unit, entries_counting.unit) as unit,
        coalesce(entries_counting.entry_count, 0) as entry_count,
        coalesce(entries_counting.entries, '[]') as entries,
        coalesce(entries_counting.explained_entries, '[]') as explained_entries,
        measures_of_the_night.length,
        measures_of_the_night.on_day,
        measures_of_the_night.starts_on,
        measures_of_the_night.ends_on,
        packs.appeal_route
    from measures_of_the_night
    left join entries_of_each_measure as entries_counting
        on measures_of_the_night.row_key = entries_counting.row_key
    inner join packs on measures_of_the_night.edition_id = packs.edition_id
    -- What a number is made of can be counted in something else: a share of orders, in orders.
    left join programmes
        on
            measures_of_the_night.edition_id = programmes.edition_id
            and measures_of_the_night.programme = programmes.programme
),

reasons_in_words as (
    select
        {{ reason_id(['row_key', 'measure', 'zone', 'condition', 'starts_on', 'ends_on', 'entries']) }} as reason_id,
        'penalties' as list,
        * exclude (length, on_day, explained_entries) replace (explained_entries as entries),
        case
            when length = 'emergency'
                then 'On ' || on_day || ' people decided about the account themselves, as ' || condition
            when length = 'eligibility'
                then
                    coalesce('Since ' || on_day || ' the', 'The') || ' account is not eligible for '
                    || {{ label_of('programme', 'programme') }} || ' (' || {{ in_words('condition') }} || ')'
            when on_day is null
                then
                    'The account is in the zone ' || {{ in_words('zone') }} || ' of '
                    || {{ label_of('programme', 'programme') }}
                    || ' (' || {{ condition_in_words('condition', 'unit') }} || ')'
            else
                'On ' || on_day || ' the account went from '
                || coalesce({{ counted_before('balance_before', 'unit') }}, 'no value')
                || ' to ' || coalesce({{ counted('balance_after', 'unit') }}, 'no value') || ' of '
                || {{ label_of('programme', 'programme') }}
                || ' and entered the zone ' || {{ in_words('zone') }}
                || ' (' || {{ condition_in_words('condition', 'unit') }} || ')'
        end
        || '. This brings ' || {{ label_of('measure', 'measure') }} || ' on ' || {{ in_words('scope') }}
        || coalesce(' from ' || starts_on, '')
        || case
            when ends_on is not null then ' until ' || ends_on
            when length = 'permanent' then ', without end'
            when length = 'zone' then ', for as long as it is in this zone'
            when length = 'eligibility' then ', for as long as a condition fails'
            else ', until it is settled when it ends'
        end || '. '
        || appeal_route as explanation
    from measures_with_their_account
)

select * from reasons_in_words
