-- What is asked here stands in reports, in one line: no statement has a comment in it.

-- name: figures
select
    market, slice, coalesce(slice_value, '') as part,
    {{ units }},
    max(figure) filter (night = {{ night }} and is_enough) as figure,
    max(interval_low) filter (night = {{ night }} and is_enough) as low,
    max(interval_high) filter (night = {{ night }} and is_enough) as high,
    max(figure) filter (night = {{ before }} and is_enough) as figure_before,
    max(figure) filter (night = {{ week_before }} and is_enough) as figure_week_before
from operational_metrics
where
    night in ({{ night }}, {{ before }}, {{ week_before }}) and metric = {{ metric }} and slice in ({{ slices }})
    and market in ({{ markets }})
group by all
having bool_or(night = {{ night }})
order by all;
