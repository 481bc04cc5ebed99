-- name: accounts
create or replace table arrivals.accounts as
select account_id, market from accepted.creators
union all
select account_id, arg_max(market, (landed_night, market)) from candidates.creators as said
where
    said.market in (select market from candidates.markets)
    and said.account_id not in (select account_id from accepted.creators)
group by account_id
order by account_id;

-- name: arrivals
create or replace table arrivals.{{ feed }} as
with

problems as (
    select
        landed_file, landed_row,
        string_agg(if(column_name = '', '', column_name || ': ') || rule, '; ' order by column_name, rule)
            as problem
    from quarantine.bad
    where feed = $feed
    group by all
),

-- Of a line that can't be read, the account that is named in it.
named as (
    select landed_file, landed_row, min(market) as market
    from (
        select
            landed_file, landed_row,
            unnest(string_split(regexp_replace(text, '"', '', 'g'), ',')) as account_id
        from landing.bad_rows
        where feed = $feed and night = $night and column_name = ''
    )
    inner join arrivals.accounts using (account_id)
    group by all
),

arrived as (
    select
        rows.landed_file, rows.landed_row, problem,
        coalesce(accounts.market, if({{ own }} in (select market from candidates.markets), {{ own }}, null)) as market,
        {{ day }} as happened_on
    from candidates.{{ feed }} as rows
    left join problems using (landed_file, landed_row)
    left join arrivals.accounts as accounts using (account_id)
    where landed_night = $night
    union all
    select landed_file, landed_row, problem, market, null
    from problems
    semi join (
        from landing.bad_rows
        where feed = $feed and night = $night and column_name = ''
    ) using (landed_file, landed_row)
    left join named using (landed_file, landed_row)
)

select * from arrived
order by landed_file, landed_row;

-- name: create_usual
create or replace table arrivals.usual (feed varchar, market varchar, largest bigint, fewest bigint, oldest integer);

-- name: usual
insert into arrivals.usual
with

begun as (
    select min(night) as night from landing.files
    where feed = $feed
),

recent as (
    select
        market, landed_night, count(*) as arrived,
        landed_night - max({{ day }}) as age
    from candidates.{{ feed }}
    inner join arrivals.accounts using ({{ shared }})
    where landed_night between $night - 28 and $night - 1
    group by market, landed_night
)

select
    $feed, market,
    -- The first night is a backfill, not a night's worth of rows.
    coalesce(max(arrived) filter (landed_night > begun.night), 0),
    case
        when count(*) filter ($night - landed_night in (7, 14, 21, 28)) = 4
            then min(arrived) filter ($night - landed_night in (7, 14, 21, 28))
    end,
    case
        when count(*) filter (landed_night > begun.night) >= 7
            then max(age) filter (landed_night > begun.night)
    end
from recent, begun
group by market
order by market;

-- name: usual_of_none
insert into arrivals.usual
select $feed, market, 0, null, null from candidates.markets
where
    market not in (
        select market from arrivals.usual
        where feed = $feed
    )
    and (
        select min(night) from landing.files
        where feed = $feed
    ) < $night;

-- name: silences
create or replace table arrivals.silences as
with

arrivals as (
    select feed, market, night, night - lag(night) over (partition by feed, market order by night) as waited
    from landing.arrived
    where night <= $night and market in (select market from candidates.markets)
),

-- Of the last of them, for what was usual long ago isn't any more.
last_arrivals as (
    select * from arrivals qualify row_number() over (partition by feed, market order by night desc) <= 28
)

select
    feed, market, max(night) as newest, $night - max(night) as days, max(waited) as longest,
    count(waited) as waits
from last_arrivals
group by feed, market
order by feed, market;
