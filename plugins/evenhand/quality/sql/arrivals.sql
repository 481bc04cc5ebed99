-- name: find_accounts
create or replace table arrivals.accounts as
select account_id, market from accepted.creators
union all
select account_id, arg_max(market, (landed_night, market)) from candidates.creators
where
    market in (select market from candidates.markets)
    and account_id not in (select accepted.account_id from accepted.creators as accepted)
group by account_id
order by account_id;

-- name: find_arrivals
create or replace table {{ arrivals }} as
with

problems as (
    select
        landed_file, landed_row,
        string_agg(if(column_name = '', '', column_name || ': ') || rule, '; ' order by column_name, rule) as problem
    from quarantine.bad
    where feed = $feed
    group by all
),

-- Of a line that can't be read, the account that is named in it.
named as (
    select landed_file, landed_row, min(market) as market
    from (
        select landed_file, landed_row, {{ each_name }} as account_id from landing.bad_rows
        where
            feed = $feed
            and (night = $night or landed_file in (from arrivals.late_files))
            and column_name = ''
    )
    inner join arrivals.accounts using (account_id)
    group by all
),

arrived as (
    select
        rows.landed_night, rows.landed_file, rows.landed_row, problem,
        coalesce(
            accounts.market,
            if({{ own_market }} in (select market from candidates.markets), {{ own_market }}, null)
        ) as market,
        {{ day_it_happened }} as happened_on
    from {{ candidates }} as rows
    left join problems using (landed_file, landed_row)
    left join arrivals.accounts as accounts using (account_id)
    where landed_night = $night or landed_file in (from arrivals.late_files)
    union all
    select lines.night, landed_file, landed_row, problem, market, null
    from problems
    inner join (
        select distinct night, landed_file, landed_row from landing.bad_rows
        where
            feed = $feed
            and (night = $night or landed_file in (from arrivals.late_files))
            and column_name = ''
    ) as lines using (landed_file, landed_row)
    left join named using (landed_file, landed_row)
)

select * from arrived
order by landed_file, landed_row;

-- name: take_market_of_file
update {{ arrivals }} set market = $market
where market is null and landed_file = $file;

-- name: create_usual
create or replace table arrivals.usual (
    feed varchar, market varchar, largest bigint, fewest bigint, oldest integer, newest date
);

-- name: find_usual
insert into arrivals.usual
with

begun as (
    select min(night) as night from landing.files
    where feed = $feed
),

recent as (
    select
        accounts.market, landed_night, newest,
        count(*) filter (late_files.landed_file is null) as arrived,
        count(*) filter (late_files.landed_file is not null) as in_place,
        landed_night - max({{ day_it_happened }}) filter (late_files.landed_file is null) as age
    from {{ candidates }} as rows
    inner join arrivals.accounts as accounts using ({{ keys }})
    inner join (
        select * from arrivals.habits
        where feed = $feed
    ) as habits on accounts.market = habits.market
    left join arrivals.late_files using (landed_file)
    where
        landed_night between newest - 27 and $night - 1 and landed_night >= $since
        -- What comes now is held against what was usual before; of what took the place of that, the middle is.
        and (late_files.landed_file is null or landed_file in (from arrivals.late_in_place))
    group by accounts.market, landed_night, newest
),

usual as (
    select
        market,
        coalesce(
            max(arrived) filter (landed_night > begun.night and landed_night >= $night - 28 and arrived > 0),
            median(in_place) filter (landed_night > begun.night and landed_night >= $night - 28)
        ) as largest,
        case
            when count(*) filter (landed_night > begun.night and arrived > 0) >= 7
                then max(age) filter (landed_night > begun.night)
        end as oldest
    -- The first night is a backfill, not a night's worth of rows.
    from recent
    cross join begun
    group by market
)

-- A market without a row in four weeks is compared with nothing, unless the feed has just begun.
select $feed, market, coalesce(largest, 0), fewest, oldest, newest
from candidates.markets
left join usual using (market)
left join (
    select * from arrivals.habits
    where feed = $feed
) as habits using (market)
where (select night from begun) < $night
order by market;

-- name: find_habits
create or replace table arrivals.habits as
with

newest as (
    select feed, market, max(night) as newest, $night - max(night) as days
    from landing.arrived
    where night < $night
    group by all
),

weekdays as (
    select feed, market, min(rows) as fewest
    from landing.arrived
    inner join newest using (feed, market)
    where
        ($night - night) % 7 = 0
        and $night - night between ((days + 6) // 7) * 7 and ((days + 6) // 7) * 7 + 21
    group by all
    having count(*) = 4
),

said_to_be_none as (
    select distinct feed, market
    from landing.files
    inner join candidates.markets
        on lower(regexp_extract(landed_file, '(?i)/market=([^/]*)/', 1)) = lower({{ compared_market }})
    where rows = 0 and night between $night - 6 and $night
)

select feed, market, newest, if(days > 7 and said_to_be_none.market is not null, null, fewest) as fewest
from newest
left join weekdays using (feed, market)
left join said_to_be_none using (feed, market)
order by feed, market;

-- name: find_silences
create or replace table arrivals.silences as
with

arrivals as (
    select feed, market, night, night - lag(night) over (partition by feed, market order by night) as waited
    from landing.arrived
    where night <= $night and market in (select market from candidates.markets)
),

-- Of the last of them, for what was usual long ago isn't any more.
last_arrivals as (
    select * from arrivals
    qualify row_number() over (partition by feed, market order by night desc) <= 28
)

select
    feed, market, max(night) as newest, $night - max(night) as days, max(waited) as longest, count(waited) as waits
from last_arrivals
group by feed, market
order by feed, market;
