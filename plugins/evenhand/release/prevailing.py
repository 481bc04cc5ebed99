"""Which of several penalties on a scope an account feels: asked of what is released, some of which may be kept.

A list that is held, a row that is held back and a night that is reversed keep rows of an earlier release beside
tonight's. So it is worked out from the rows themselves, as strict as tonight's packs and order of measures have them.
Of tonight's rows alone `int_measures_in_force` says it, in the same order (`tests/release/test_prevailing.py`).
"""

from __future__ import annotations

from datetime import date


def with_what_prevails(penalties: str, night: date) -> str:
    """The SQL of penalties with the column `prevails`: true for one of each account and scope.

    That is the strictest; of equal ones the one that ends last, then the one that began first, then by the
    programme's name.

    Args:
        penalties: SQL for the rows.
    """
    return f"""
        select
            penalties.*,
            row_number() over (
                partition by account_id, scope
                order by
                    coalesce(in_force.market_rank, ranks.market_rank, -1) desc, ends_on desc nulls first,
                    starts_on asc nulls last, programme asc
            ) = 1 as prevails
        from ({penalties}) as penalties
        left join (
            select row_key, measure, market_rank from main.int_measures_in_force
            where list = 'penalties' and as_of = date '{night}'
        ) as in_force using (row_key, measure)
        left join (
            select market, measure, max(coalesce(order_rank, 100000 + measure_rank)) as market_rank
            from policy.measures left join policy.measures_order using (market, measure)
            where effective_from <= date '{night}' and (effective_before is null or effective_before > date '{night}')
            group by market, measure
        ) as ranks using (market, measure)
    """
