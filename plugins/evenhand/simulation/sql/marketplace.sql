-- name: create_markets
create table markets (
    market varchar, language varchar, price double, violating double, wrongly_upheld double,
    sensitivity double, specificity double, share_from double, share_to double
);

-- name: answer
create table answers as
select
    'a' || items.item_id as review_id,
    -- What the item was drawn as, a reviewer doesn't know.
    'published' as drawn_from,
    seen.account_id,
    seen.content_id,
    $night as reviewed_on,
    case when said then 'yes' else 'no' end as is_violation,
    case when said and seen.is_violation then seen.violation_type end as violation_type,
    'qa-' || seen.market || '-' || cast(floor(draw(items.item_id, 'reviewer') * 6) as integer) as reviewer,
    'g1' as guidance_version,
    'yes' as blind,
    items.item_id as draw_item_id
from items
inner join read_parquet($seen) as seen on items.link = seen.link,
    lateral (
        select
            case
                when seen.is_violation then draw(items.item_id, 'seen') < seen.sensitivity
                else draw(items.item_id, 'seen') > seen.specificity
            end as said
    )
where draw(items.item_id, 'reviewed') >= $never;

-- name: rows_that_land
select {{ columns }}, cast(lands_on as date) as night, source from {{ rows }}
where lands_on between getvariable('first_night') and getvariable('until')
order by night, source, {{ key }};
