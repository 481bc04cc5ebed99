-- name: files_that_say_whose
select feed, landed_file from landing.files
where night = $night and regexp_matches(landed_file, '(?i)/(market|source)=')
order by landed_file;

-- name: rows_of_others
select count(*) from {{ arrivals }}
where landed_file = $name and market != $market;

-- name: of_rows
with

known as (
    select position, market, count(*) as accounts
    from landing.unusable_values
    inner join arrivals.accounts on account_id = value
    where landed_file = $name and position != $of_markets
    group by all
),

best as (
    select position from known
    group by position
    order by sum(accounts) desc, position asc
    limit 1
)

select market from known
inner join best using (position)
union
select markets.market from landing.unusable_values
inner join candidates.markets as markets on markets.market = value
where landed_file = $name and position = $of_markets
order by market;

-- name: last_of_the_same_name
select landed_file from landing.files
where
    feed = $feed
    and substr(landed_file, length(feed) + 19) = $below
    and landed_file != $name
    and rows > 0
    and ($until is null or night <= $until)
order by night desc, landed_file asc
limit 1;

-- name: of_files
select distinct accounts.market
from {{ landed }}
inner join arrivals.accounts as accounts using (account_id)
where {{ is_of_them }};
