-- name: list_of_a_release
-- Of an earlier release, what hasn't ended and nobody has lifted since; and what people decided themselves tonight.
select {{ columns }} from {{ back }} as back
where
    (ends_on is null or ends_on >= cast({{ night }} as date))
    and programme != {{ emergency }}
    and not exists (
        select 1 from main.int_emergencies_in_force as lifted
        where
            lifted.action = 'lift'
            and lifted.list = {{ list }}
            and lifted.account_id = back.account_id
            and lifted.measure = back.{{ measure }}
            and lifted.scope = back.scope
    )
union all
select {{ columns }} from {{ gate }}
where programme = {{ emergency }};

-- name: reasons_of_a_release
create or replace view wanted.reasons as
with

in_use as (
    select reason_id from wanted.penalties
    union
    select reason_id from wanted.rewards
)

select {{ columns }} from released.back_reasons
where programme != {{ emergency }} and reason_id in (select reason_id from in_use)
union all
select {{ columns }} from gate.reasons
where programme = {{ emergency }} and reason_id in (select reason_id from in_use);

-- name: and_holds
create or replace view {{ view }} as
select * replace (is_held or {{ is_reversed }} as is_held) from {{ rows }};
