"""Both lists of a night as one table."""

from __future__ import annotations

# What a receiver acts on, and the reason for it.
ROW = "list, row_key, account_id, market, programme, scope, measure, amount, starts_on, ends_on, reason_id"


def rows_of_lists(schema: str, prefix: str = "") -> str:
    """The SQL of the rows of both lists, with the columns `ROW`.

    Args:
        schema: where the tables penalties and rewards are.
        prefix: what their names begin with.
    """
    common = "row_key, account_id, market, programme, scope"
    return (
        f"select 'penalties' as list, {common}, measure, cast(null as decimal(18, 2)) as amount, starts_on, ends_on,"
        f" reason_id from {schema}.{prefix}penalties"
        f" union all select 'rewards' as list, {common}, reward as measure, amount, starts_on, ends_on,"
        f" reason_id from {schema}.{prefix}rewards"
    )
