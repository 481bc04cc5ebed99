-- name: create_words_of_tonight
create or replace table arrivals.words_without_effect (
    feed varchar,
    market varchar,
    column_name varchar,
    word varchar,
    nearest varchar,
    rows bigint,
    rows_without_effect bigint,
    rows_landed bigint,
    at_most decimal(18, 2)
);

-- name: surfaces
create or replace table arrivals.surfaces as
select unnest(cast($surfaces as varchar[])) as word;

-- name: limits_of_words
create or replace table arrivals.limits_of_words as
select market, cast(coalesce(min(words_without_effect), $usual) as decimal(18, 2)) as at_most
from policy.limits
where effective_from <= $night and coalesce(effective_before, date '9999-12-31') > $night
group by market;

-- name: looked_at
-- A row in quarantine is told there.
create or replace table arrivals.looked_at as
select
    rows.landed_night, rows.landed_file, rows.landed_row, {{ columns }},
    coalesce(tonight.market, accounts.market, '') as of_market,
    false as is_misplaced
from candidates.{{ feed }} as rows
left join arrivals.{{ feed }} as tonight using (landed_file, landed_row)
left join arrivals.accounts as accounts on rows.account_id = accounts.account_id
where
    rows.landed_night > $since - $nights
    and rows.withdrawn is null
    and not exists (
        select 1 from quarantine.bad as bad
        where bad.feed = $feed and bad.landed_file = rows.landed_file and bad.landed_row = rows.landed_row
    );

-- name: looked_at_creators
-- A market that is none quarantines its row, and is told all the same.
create or replace table arrivals.looked_at as
select
    rows.landed_night, rows.landed_file, rows.landed_row,
    rows.market as said,
    coalesce(
        tonight.market,
        accounts.market,
        if(rows.market in (select market from candidates.markets), rows.market, null),
        ''
    ) as of_market,
    misplaced.landed_row is not null as is_misplaced
from candidates.creators as rows
left join arrivals.creators as tonight using (landed_file, landed_row)
left join arrivals.accounts as accounts on rows.account_id = accounts.account_id
left join (
    select * from quarantine.bad
    where feed = 'creators' and rule = $not_a_market
) as misplaced using (landed_file, landed_row)
where
    rows.landed_night > $since - $nights
    and rows.withdrawn is null
    and (
        misplaced.landed_row is not null
        or not exists (
            select 1 from quarantine.bad as bad
            where bad.feed = 'creators' and bad.landed_file = rows.landed_file and bad.landed_row = rows.landed_row
        )
    );

-- name: create_words_found
create or replace table arrivals.words_found (
    landed_night date, landed_file varchar, landed_row bigint, of_market varchar, column_name varchar, word varchar
);

-- name: other_surfaces
insert into arrivals.words_found
select landed_night, landed_file, landed_row, of_market, $column_name, {{ word }}
from arrivals.looked_at
where {{ word }} is not null and {{ word }} not in (select word from arrivals.surfaces);

-- name: other_severities
-- Where no rule for the type reads severities, any is as good as none.
insert into arrivals.words_found
select landed_night, landed_file, landed_row, of_market, $column_name, {{ word }}
from arrivals.looked_at
where
    {{ word }} is not null
    and exists (
        select 1 from policy.words as words
        where
            words.market = of_market
            and words.vocabulary = $vocabulary
            and words.violation_type = looked_at.violation_type
    )
    and not exists (
        select 1 from policy.words as words
        where
            words.market = of_market
            and words.vocabulary = $vocabulary
            and words.word = looked_at.{{ word }}
            and coalesce(words.violation_type, looked_at.violation_type) = looked_at.violation_type
    );

-- name: other_words
insert into arrivals.words_found
select landed_night, landed_file, landed_row, of_market, $column_name, {{ word }}
from arrivals.looked_at
where
    {{ word }} is not null
    and exists (
        select 1 from policy.words as words
        where words.market = of_market
    )
    and not exists (
        select 1 from policy.words as words
        where words.market = of_market and words.vocabulary = $vocabulary and words.word = looked_at.{{ word }}
    );

-- name: no_markets
insert into arrivals.words_found
select landed_night, landed_file, landed_row, of_market, 'market', said
from arrivals.looked_at
where is_misplaced;

-- name: landed_rows
insert into arrivals.landed_rows
select landed_night, $feed, of_market, count(*), count(hits.landed_row)
from arrivals.looked_at
left join (select distinct landed_file, landed_row from arrivals.words_found) as hits using (landed_file, landed_row)
group by landed_night, of_market
order by all;

-- name: words_of_tonight
-- Those that came late are of tonight: no night has told of them.
insert into arrivals.words_without_effect
with

looked_at as (
    select * from arrivals.looked_at
    where landed_night = $night or landed_file in (from arrivals.late_files)
),

found as (
    select * from arrivals.words_found
    where landed_night = $night or landed_file in (from arrivals.late_files)
),

words as (
    select
        of_market as market, column_name, word, count(*) as rows,
        row_number() over (partition by of_market, column_name order by count(*) desc, word asc) as place
    from found
    group by of_market, column_name, word
),

landed as (
    select of_market as market, count(*) as rows_landed, count(hits.landed_row) as rows_without_effect
    from looked_at
    left join (select distinct landed_file, landed_row from found) as hits using (landed_file, landed_row)
    group by of_market
)

select
    $feed, words.market, column_name, if(place <= $most_words, word, ''), null, sum(words.rows),
    any_value(landed.rows_without_effect), any_value(landed.rows_landed), any_value(limits.at_most)
from words
inner join landed using (market)
left join arrivals.limits_of_words as limits using (market)
group by all
order by all;

-- name: words_to_name
select feed, market, column_name, word from arrivals.words_without_effect
where word != '';

-- name: nearest
update arrivals.words_without_effect set nearest = $nearest
where feed = $feed and column_name = $column_name and market = $market and word = $word;
