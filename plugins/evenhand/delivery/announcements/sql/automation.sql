-- name: of_violations
select violation_id, automation_of_detection, automation_of_decision from read_parquet($file)
where list_contains($violations, violation_id);
