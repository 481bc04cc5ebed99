-- name: held_translations
select language, before
from gate.translations
inner join gate.held_lists on market = language
where list = 'notices' and answer != 'approved'
order by language;

-- name: notices_in_language
select count(*), count(distinct account_id)
from read_parquet($files, union_by_name = true)
where language = $language;
