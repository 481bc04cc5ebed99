select
    {{ night() }} as as_of,
    true as is_asked
union
select
    {{ add_days(night(), -1) }} as as_of,
    {{ add_days(night(), -1) }} in (select night from {{ source('policy', 'asked_nights') }}) as is_asked
union
select
    night as as_of,
    true as is_asked
from {{ source('policy', 'asked_nights') }}
