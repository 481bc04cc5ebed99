select cast(on_day as date) as on_day
from generate_series({{ add_days(night(), -34) }}, {{ night() }}, interval 1 day) as days (on_day)
