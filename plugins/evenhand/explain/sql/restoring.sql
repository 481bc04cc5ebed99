-- name: grant_pending
update accepted.appeals set outcome = 'granted', decided_on = $day
where violation_id = $violation and outcome = 'pending'
returning 1;

-- name: measures
select account_id, row_key, as_of, length, measure, scope from main.int_measures_in_force
where list = 'penalties' and is_asked
order by all;

-- name: eligibilities
-- Those that are shut, on each night that is asked about.
select periods.account_id, periods.eligibility, nights.as_of
from main.int_eligibility_periods as periods
inner join main.int_as_of_nights as nights
    on
        periods.from_day <= nights.as_of
        and (periods.until_day is null or periods.until_day > nights.as_of)
        and periods.known_from <= nights.as_of
        and (periods.known_until is null or periods.known_until > nights.as_of)
where nights.is_asked and not periods.is_open
order by all;
