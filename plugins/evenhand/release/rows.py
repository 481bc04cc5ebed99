"""Both lists of a night as one table, and every column of a row that leaves."""

from __future__ import annotations

from collections.abc import Collection

from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)

# What a receiver acts on, and the reason for it.
ROW = "list, row_key, account_id, market, programme, scope, measure, amount, starts_on, ends_on, reason_id"
# What is done to an account.
ACTED = ("account_id", "market", "programme", "scope", "measure", "amount", "starts_on", "ends_on")
# What is said of it, to receivers and accounts. Of what a reason counts, its id and the explanation tell.
TOLD = ("pack", "pack_version", "zone", "condition", "unit", "appeal_route", "explanation", "reason_id")
LANGUAGE = "language"
# All that leaves with a row: what one release can be compared with the next by.
COMPARED = (*ACTED, *TOLD, LANGUAGE)


def rows_of_lists(schema: str, prefix: str = "") -> Sql:
    """The SQL of the rows of both lists, with the columns `ROW`.

    Args:
        schema: where the tables penalties and rewards are.
        prefix: what their names begin with.
    """
    return _SQL("rows_of_lists", penalties=f"{schema}.{prefix}penalties", rewards=f"{schema}.{prefix}rewards")


def rows_that_leave(schema: str, prefix: str, compared: Collection[str], language: str) -> str:
    """The SQL of the rows of both lists with all that leaves with them: list, row_key and the columns `COMPARED`.

    Args:
        schema: where the tables penalties, rewards and reasons are.
        prefix: what their names begin with.
        compared: the columns that are compared; what is said is null where it isn't.
        language: a table of each account's language.
    """
    rows = rows_of_lists(schema, prefix)
    acted = ", ".join(f"listed.{name}" for name in ACTED)
    says = set(TOLD) <= set(compared)
    speaks = LANGUAGE in compared
    told = ", ".join(
        ("listed.reason_id" if name == "reason_id" else f"reasons.{name}")
        if says
        else f"cast(null as varchar) as {name}"
        for name in TOLD
    )
    return (
        f"select listed.list, listed.row_key, {acted}, {told},"
        f" {f'spoken.{LANGUAGE}' if speaks else 'cast(null as varchar)'} as {LANGUAGE},"
        f" listed.reason_id as reason from ({rows}) as listed"
        + (f" left join {schema}.{prefix}reasons as reasons using (list, row_key, reason_id)" if says else "")
        + (f" left join {language} as spoken on listed.account_id = spoken.account_id" if speaks else "")
    )
