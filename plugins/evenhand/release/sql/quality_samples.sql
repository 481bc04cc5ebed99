-- name: create_quality_estimates
create table if not exists estimates.quality_estimates (
    as_of date, estimate varchar, market varchar, slice varchar, about varchar, value decimal(18, 6),
    interval_low decimal(18, 6), interval_high decimal(18, 6), reviews bigint, golden_reviews bigint, is_enough boolean,
    verdict varchar
);

-- name: create_metrics
-- As main.operational_metrics.
create table if not exists estimates.metrics (
    as_of date, metric varchar, market varchar, slice varchar, slice_value varchar, numerator decimal(18, 4),
    denominator decimal(18, 4), figure decimal(18, 6), interval_low decimal(18, 6), interval_high decimal(18, 6),
    sample decimal(18, 2), is_enough boolean, unit varchar, out_of decimal(18, 2)
);

-- name: create_keys
create table if not exists samples.qa_keys (
    as_of date, drawn_on date, item_id varchar, market varchar, account_id varchar, stratum varchar, unit_id varchar,
    measure varchar, needs_each boolean, subject varchar, round integer, probability decimal(28, 18),
    exposure decimal(28, 6), simple_probability decimal(28, 18), link varchar, state varchar, closed_on date,
    review_id varchar
);

-- name: create_judged
create table if not exists samples.judged_penalties (
    market varchar, row_key varchar, measure varchar, drawn_on date, probability decimal(28, 18), decisions integer,
    is_wrong boolean
);

-- name: create_frames
create table if not exists samples.frames (
    market varchar, stratum varchar, units bigint, without_views bigint, without_decisions bigint, too_large bigint
);

-- name: create_budgets
create table if not exists samples.review_budgets (
    market varchar, budget integer, approved integer, would_draw integer
);

-- name: create_items
create view if not exists samples.qa_items as
select distinct item_id as row_key, link from samples.qa_keys
where state = 'open';

-- name: keys_of_night
-- The table also knows what was closed in the weeks before, which the releases of those nights have.
select * from samples.qa_keys
where coalesce(closed_on, as_of) = as_of
order by drawn_on, market, item_id, stratum, unit_id;

-- name: keys_told
select * from {{ rows }} as keys
where
    state != 'open'
    and stratum != 'golden'
    and not exists (
        select 1 from {{ newest }} as asked
        where
            asked.state = 'open'
            and asked.market = keys.market
            and (asked.subject = keys.subject or (asked.link = keys.link and asked.link != ''))
    );
