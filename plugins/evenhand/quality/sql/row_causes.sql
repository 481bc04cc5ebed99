-- name: accounts_of_base
insert into gate.accounts_of_bases
select distinct list, account_id, $base
from gate.kept_before
anti join gate.accounts_of_bases using (list, account_id);

-- name: base_of
-- The number of the base that a row comes from: its account's, or else its list's.
create or replace temp macro base_of(of_list, of_account, of_market) as
coalesce(
    (
        select min(kept.base) from gate.accounts_of_bases as kept
        where kept.list = of_list and kept.account_id = of_account
    ),
    (
        select min(held.base) from gate.lists_of_bases as held
        where held.list = of_list and held.market = of_market
    ),
    0
);

-- name: changes
insert into gate.changes
with

causes as (
    select unnest(cast($causes as varchar[])) as cause, unnest(range(1, $last_step + 1)) as step
),

-- Of an account that isn't known in a step, the language is as it was.
states as (
    select each_step.* replace (coalesce(each_step.language, before.language) as language)
    from ({{ states }}) as each_step
    left join released.last_languages as before using (account_id)
),

rows as (select *, {{ what_is_done }} as acted, {{ what_is_said }} as told from states),

released as (
    select * from rows
    where step = 0
),

proposed as (
    select * from rows
    where step = $last_step
),

-- What is in another market's list is removed from the one and added to the other.
changed as (
    select
        list, row_key, market,
        coalesce(proposed.account_id, released.account_id) as account_id,
        coalesce(proposed.programme, released.programme) as programme,
        coalesce(proposed.scope, released.scope) as scope,
        coalesce(proposed.measure, released.measure) as measure,
        coalesce(proposed.reason, released.reason) as reason_id,
        released.measure as measure_before,
        case
            when released.acted is null then 'added' when proposed.acted is null then 'removed' else 'changed'
        end as change,
        case
            when change = 'changed' then list_filter({{ differing }}, name -> name is not null) else []
        end as columns,
        (proposed.acted is distinct from released.acted) as is_acted_on,
        case
            when proposed.acted is not null then md5(cast((proposed.acted, proposed.told) as varchar))
        end as content
    from proposed
    full join released using (list, row_key, market)
    where is_acted_on or proposed.told is distinct from released.told
),

each_step_of_what_changed as (
    select
        list, row_key, market, step, change,
        (rows.acted is distinct from lag(rows.acted) over steps) as acts,
        (rows.told is distinct from lag(rows.told) over steps) as tells
    from (select list, row_key, market, change, unnest(range($last_step + 1)) as step from changed)
    left join rows using (list, row_key, market, step)
    window steps as (partition by list, row_key, market order by step)
),

what_changed_in_each_step as (
    select
        list, row_key, market, step,
        case when not acts and cause in $written then 'text' else cause end as cause,
        case when not acts and cause in $written then cause else '' end as text_of
    from each_step_of_what_changed
    inner join causes using (step)
    where acts or (tells and not ($words_are_known and change = 'added' and step = $last_step))
),

gravest as (
    select
        list, row_key, market,
        arg_max(cause, (list_position($gravity, cause), step)) as cause,
        arg_max(text_of, (list_position($gravity, cause), step)) as text_of
    from what_changed_in_each_step
    group by all
),

imposed as (
    select
        list, row_key, reason_id,
        split_part(substr(condition, length($emergency) + 2), ': ', 1) as imposed_before
    from released.last_reasons
    where programme = $programme
),

ended_by_name as (
    select account_id, ends from emergencies.known
    where action = 'end'
),

told as (
    select
        changed.*, text_of,
        case
            when programme = $programme and change != 'removed' and (is_acted_on or cause != 'text') then $emergency
            -- Where another measure shows in its place, that one may still be somebody else's doing.
            when
                (change = 'removed' or (cause = 'time' and measure_before != measure))
                and exists (
                    select 1 from main.int_emergencies_in_force as lifts
                    where
                        lifts.action = 'lift'
                        and (changed.list, changed.account_id, measure_before, changed.scope)
                        = (lifts.list, lifts.account_id, lifts.measure, lifts.scope)
                        -- It takes back nothing that is imposed after it.
                        and (imposed_before is null or imposed_before < lifts.emergency_id)
                )
                then $emergency
            -- What ends an emergency by its name ends nothing else.
            when change = 'removed' and (changed.account_id, imposed_before) in (select * from ended_by_name)
                then $emergency
            when cause = 'data' and account_id in (select account_id from scratch.steps.corrected)
                then 'correction'
            else cause
        end as cause
    from changed
    inner join gravest using (list, row_key, market)
    left join imposed using (list, row_key, reason_id)
)

select
    list, row_key, account_id, market, programme, scope, measure, change, cause, reason_id, columns,
    case when cause = 'text' then text_of else '' end as text_of,
    content
from told
where base_of(told.list, told.account_id, told.market) = $base
order by list, row_key, market;

-- name: left_by_time
-- Of an account of a market that is held, what is proposed is left, but for what people decided themselves.
insert into gate.left_by_time
with

rows as (
    select list, market, programme, measure, account_id from {{ time }}
    where not (account_id in (select account_id from held.accounts) and programme != $programme)
    union all
    select list, market, programme, measure, account_id from {{ proposed }}
    where account_id in (select account_id from held.accounts) and programme != $programme
)

select list, market, programme, measure, count(*) from rows
where base_of(rows.list, rows.account_id, rows.market) = $base
group by all
order by all;

-- name: late_money
insert into gate.late_money
select paid.market, paid.programme, paid.account_id, paid.amount, coalesce(tonight.amount, 0), $file, null
from released.last_rewards as paid
left join (
    select row_key, amount from scratch.steps."1"
    where list = 'rewards'
) as again using (row_key)
left join gate.proposed_rewards as tonight using (row_key)
where paid.amount > coalesce(again.amount, 0) and paid.amount > coalesce(tonight.amount, 0)
order by all;

-- name: money_taken
select market, programme, sum(paid - left_of_it) from gate.late_money
group by all
order by all;

-- name: say_what_is_taken
update gate.late_money set taken = $taken
where market = $market and programme = $programme;
