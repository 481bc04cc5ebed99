-- name: amounts
select account_id, as_of, programme, sum(amount) from main.int_rewards_in_force
where amount is not null
group by all;

-- name: failed_conditions
select account_id, as_of, eligibility, failed
from main.int_eligibility_periods
inner join main.int_as_of_nights
    on
        as_of >= from_day and (until_day is null or as_of < until_day)
        and as_of >= known_from and (known_until is null or as_of < known_until);

-- name: names
select account_id, as_of, list(distinct {{ name_of }} order by {{ name_of }}) from {{ rows }}
group by all;
