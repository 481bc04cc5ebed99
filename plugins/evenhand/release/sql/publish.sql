-- name: translations
with

texts as (
    select language, case when market is null then said else before end as said
    from gate.translations
    left join (
        select * from gate.held_lists
        where list = 'notices' and answer != 'approved'
    ) on language = market
)

select language, said from texts
where said is not null
order by language;
