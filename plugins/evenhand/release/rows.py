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


def rows_that_leave(schema: str, prefix: str, compared: Collection[str], language: str) -> Sql:
    """The SQL of the rows of both lists with all that leaves with them: list, row_key and the columns `COMPARED`.

    Args:
        schema: where the tables penalties, rewards and reasons are.
        prefix: what their names begin with.
        compared: the columns that are compared; what is said is null where it isn't.
        language: a table of each account's language.
    """
    says = set(TOLD) <= set(compared)
    speaks = LANGUAGE in compared
    reasons = f"{schema}.{prefix}reasons" if says else Sql(f"({_SQL('no_reasons')})")
    columns = {name: f"listed.{name}" for name in ACTED} | {name: f"reasons.{name}" for name in TOLD}
    columns |= {"reason_id": "listed.reason_id", LANGUAGE: f"spoken.{LANGUAGE}"}
    unknown = (set() if says else set(TOLD)) | (set() if speaks else {LANGUAGE})
    return _SQL(
        "rows_that_leave",
        columns=[Sql(f"cast(null as varchar) as {name}") if name in unknown else columns[name] for name in COMPARED],
        rows=rows_of_lists(schema, prefix),
        reasons=reasons,
        languages=language if speaks else Sql(f"({_SQL('no_languages')})"),
    )
