-- name: files_below_a_market
select feed, landed_file from landing.files
where
    (night = $night or landed_file in (from arrivals.late_files))
    and regexp_matches(landed_file, '(?i)/(market|source)=')
order by landed_file;

-- name: count_of_other_markets
select count(*) from {{ arrivals }}
where landed_file = $file and market != $market;

-- name: of_rows
with

known as (
    select position, market, count(*) as accounts
    from landing.unusable_values
    inner join arrivals.accounts on {{ compared_value }} = account_id
    where landed_file = $file and position != $of_markets
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
inner join candidates.markets as markets on {{ compared_value }} = markets.market
where landed_file = $file and position = $of_markets
order by market;

-- name: last_of_name
select landed_file from landing.files
where
    feed = $feed
    and substr(landed_file, length(feed) + 19) = $below
    and landed_file != $file
    and rows > 0
    and night <= coalesce($night, night)
order by night desc, landed_file asc
limit 1;

-- name: markets_of_rows
select distinct accounts.market from {{ rows }} as rows
inner join arrivals.accounts as accounts on {{ compared_account }} = accounts.account_id
where {{ which }};
