-- name: write
insert into estimates.metrics values (
    $night, $metric, $market, $slice, $slice_value, null, null, round($figure, 6), round($interval_low, 6),
    round($interval_high, 6), $sample, $is_enough, $unit, null
);
