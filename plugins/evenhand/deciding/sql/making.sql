-- name: in_order
select {{ columns }} from (
    {{ rows }}
);
