with

standings as (
    select * from {{ ref('int_account_standings') }}
),

nights as (
    select * from {{ ref('int_as_of_nights') }}
    where is_of_accounts
)

select standings.*
from standings
inner join nights on standings.as_of = nights.as_of
