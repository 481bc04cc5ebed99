-- name: with_owner
-- The rows, each with the account whose the thing is that it names.
select rows.*, owners.account_id as {{ account_of_owner }}
from {{ sampled }} as rows
left join (
    select {{ key }} as named, min(account_id) as account_id from {{ candidates }}
    group by all
) as owners on rows.{{ reference }} = owners.named;

-- name: lay_good
create or replace temp table good as
with

-- One whose newest row is of a market that nobody knows stays where it was.
accounts as (
    select account_id, arg_max(market, (landed_night, market)) as market from candidates.creators
    where market in (select market from policy.packs)
    group by account_id
),

begun as (
    select market, min(landed_night) as first_night from candidates.creators
    group by market
)

select
    candidates.*,
    accounts.market as of_market,
    hash({{ of_anybody }}) as of_anybody,
    hash(of_anybody, account_id) as content,
    landed_night > $night - $nights
    and landed_night > first_night
    and landed_night > (
        select min(night) from landing.files
        where feed = $feed
    ) as is_compared
from {{ candidates }} as candidates
anti join (
    select landed_file, landed_row from quarantine.bad
    where feed = $feed
) using (landed_file, landed_row)
inner join accounts using (account_id)
inner join begun on accounts.market = begun.market;

-- name: lay_sampled
-- By what they say: rows of an account that say the same are drawn together.
create or replace temp table sampled as
with

samples as (
    select
        of_market,
        -- As wide as a hash: a wider number takes as long as all of the rest.
        cast(greatest(1, count(*) // (count(distinct landed_night) * $most_rows)) as ubigint) as one_in
    from good
    where is_compared
    group by all
),

said as (
    select content, min(landed_night) as first_said from good
    group by content
)

select
    good.*,
    first_said < landed_night as was_there
from good
inner join samples on good.of_market = samples.of_market and content % one_in = 0
inner join said using (content);

-- name: bin_rows
insert into binned
with

by_account as (
    select account_id, landed_night, count(*) as account_rows from good
    where is_compared
    group by all
),

nights_of_accounts as (
    select account_id, count(*) as account_nights from by_account
    group by all
),

-- Of all rows, for those of other accounts may not be drawn.
said_of_others as (
    select of_market as others_market, of_anybody as others_say, min(account_id) != max(account_id) as is_of_others
    from good
    semi join sampled using (of_market, of_anybody)
    group by all
),

first_versions as (
    select
        {{ key }} as version_of,
        min(landed_night) as first_landed,
        min(account_id) != max(account_id) as has_other_account
    from good
    semi join sampled using ({{ key }})
    group by all
),

go_on as (
    select distinct {{ key }} as goes_on, landed_night as goes_on_in from sampled
    inner join first_versions on version_of = {{ key }}
    where is_compared and first_landed < landed_night
),

-- Of a key that had landed before, the newest version of the nights before.
versions_before as (
    select goes_on, goes_on_in, landed_night as before_night, {{ said_before }}
    from go_on
    inner join good as before on goes_on = before.{{ key }} and landed_night < goes_on_in
    qualify row_number() over (
        partition by goes_on, goes_on_in
        order by landed_night desc, {{ changed_at }} desc, landed_file desc, landed_row desc
    ) = 1
),

measured as (
    select rows.of_market as market, landed_night as night, {{ bins }}
    from {{ sampled }} as rows
    inner join first_versions on version_of = rows.{{ key }}
    left join versions_before on goes_on = rows.{{ key }} and goes_on_in = landed_night
    inner join by_account using (account_id, landed_night)
    inner join nights_of_accounts using (account_id)
    inner join said_of_others on others_market = rows.of_market and others_say = rows.of_anybody
    where is_compared
)

select
    $feed, {{ measure }}, {{ measure }} in $words as is_word, market, night, {{ value }} as bin, count(*)
from measured
group by {{ one_bin_each }};

-- name: bin_rows_alike
-- Whether it is the only row of the night that says so, or most of them do; of what was said before, words tell. Values
-- are few, and windows over whole rows took most of the time of all bins.
insert into binned
with

values_of_nights as (
    select of_market as market, landed_night as night, {{ value }} as said, count(*) as number from sampled
    where is_compared
    group by all
),

beside_the_others as (
    select
        *,
        min(night) over (partition by market, said) as first_said,
        sum(number) filter (said is not null) over (partition by market, night) as there
    from values_of_nights
)

select
    $feed,
    $measure,
    false as is_word,
    market,
    night,
    case
        when said is null then $empty
        when first_said < night then 'said before'
        when number = 1 then 'one'
        when 2 * number <= there then 'some'
        else 'more than half'
    end as bin,
    sum(number)
from beside_the_others
group by all;
