-- Creators, and the days of the simulation. Few creators do most of what is done: `size` follows a power law, and so
-- does `carelessness`, how many times as often as an ordinary creator one breaks rules.

-- A time of a day between two hours in UTC, in those hours of which it is the same day in every market.
create or replace temp macro at_hour(day, key, from_hour, until_hour) as
strftime(
    cast(day as timestamp) + to_seconds(cast(
        (from_hour + (until_hour - from_hour) * draw(key, 'hour ' || from_hour)) * 3600 as integer
    )),
    '%Y-%m-%dT%H:%M:%SZ'
);

create or replace table days as
select
    cast(unnest(range(getvariable('first_night'), getvariable('until') + interval 1 day, interval 1 day)) as date)
        as day;

create or replace table days as
select
    day,
    cast(day - getvariable('first_night') as integer) as day_no,
    case when isodow(day) >= 6 then 1.3 else 1.0 end * case when day(day) = 25 then 1.2 else 1.0 end as season,
    case when month(day) = day(day) then 2.5 else 1.0 end as campaign
from days;

create or replace table people as
with

numbered as (
    select unnest(range(getvariable('creators'))) as i
),

placed as (
    select
        i,
        markets.market,
        markets.language,
        markets.violating,
        markets.wrongly_upheld,
        markets.price,
        markets.market || '-' || i as account_id
    from numbered
    inner join markets on draw('c' || i, 'market') >= markets.share_from and draw('c' || i, 'market') < markets.share_to
)

select
    *,
    least(pow(draw(account_id, 'size') + 1e-9, -0.6), 60) as size,
    least(pow(draw(account_id, 'care') + 1e-9, -0.5) / 2, 8) as carelessness,
    cast(floor(least(50 * pow(draw(account_id, 'followers') + 1e-9, -1.1), 5e6)) as bigint) as followers,
    ['beauty', 'fashion', 'electronics', 'food', 'home'][1 + cast(floor(draw(account_id, 'category') * 5) as integer)]
        as category,
    case
        when draw(account_id, 'kind') < 0.90 then 'creator'
        when draw(account_id, 'kind') < 0.97 then 'affiliate'
        else 'seller'
    end as kind,
    -- Three in ten join in the last year, a little each day, and one in a hundred leaves: a short plan has the days of
    -- a long one's end, and what happens on a day doesn't depend on how many days there are.
    case
        when draw(account_id, 'new') < 0.7 then 0
        else greatest(getvariable('nights') - 1 - cast(floor(draw(account_id, 'joined') * 365) as integer), 0)
    end as joined_no,
    case
        when draw(account_id, 'exits') < 0.01
            then getvariable('nights') - 1 - cast(floor(draw(account_id, 'exited') * 365) as integer)
    end as exited_no
from placed;

-- Who is there on which day, and how much is done then.
create or replace view presence as
select people.i, people.account_id, people.market, days.day, days.day_no, people.size, days.season, days.campaign
from people
inner join days on people.joined_no <= days.day_no and (people.exited_no is null or people.exited_no > days.day_no);
