"""What isn't as it was released, written down: each row with its cause, once the way to tonight is gone (causes.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.policy.language.part import EMERGENCY as PROGRAMME
from evenhand.quality.moves import KeptList, create_kept_accounts, find_kept_accounts
from evenhand.release.manifest import Manifest
from evenhand.release.rows import ACTED, COMPARED, LANGUAGE, rows_that_leave

# The mildest first; a row that changed in several steps has the gravest.
CAUSES = ("time", "move", "data", "correction", "text", "code", "policy")
# What people write: where they change what is said and nothing of what is done, that is another text.
WRITTEN = ("code", "policy")
EMERGENCY = "emergency"
# The step that comes to what is proposed tonight.
FINAL = "final"


@dataclass(frozen=True)
class Base:
    """A release that tonight is compared with.

    Attributes:
        release: its folder.
        lists: the lists that come from it.
        and_others: whether all lists that come from no other base do, too.
    """

    release: Path
    manifest: Manifest
    lists: tuple[KeptList, ...] = ()
    and_others: bool = True

    def has_lists_of(self, market: str) -> bool:
        """Whether a list of a market comes from it."""
        return self.and_others or market in {each.market for each in self.lists}


def find_where_rows_come_from(connection: duckdb.DuckDBPyConnection, bases: Sequence[Base]) -> None:
    """Write the number of the base of each list and market that isn't the first, and of each account kept elsewhere."""
    for table, key in (("lists_of_bases", "market"), ("accounts_of_bases", "account_id")):
        connection.execute(f"create or replace table gate.{table} (list varchar, {key} varchar, base integer)")
    for number, base in enumerate(bases):
        create_kept_accounts(connection, "gate.kept_before")
        for each in base.lists:
            connection.execute("insert into gate.lists_of_bases values (?, ?, ?)", [each.list, each.market, number])
            find_kept_accounts(connection, "gate.kept_before", each, bases[0].manifest.night)
        connection.execute(
            "insert into gate.accounts_of_bases select distinct list, account_id, ? from gate.kept_before"
            " anti join gate.accounts_of_bases using (list, account_id)",
            [number],
        )
    connection.execute("drop table if exists gate.kept_before")


def comes_from(number: int) -> str:
    """The condition that a row, `listed`, comes from the base of this number: its account does, or else its list."""
    return f"""coalesce(
        (
            select min(base) from gate.accounts_of_bases as kept
            where kept.list = listed.list and kept.account_id = listed.account_id
        ),
        (
            select min(base) from gate.lists_of_bases as held
            where held.list = listed.list and held.market = listed.market
        ),
        0
    ) = {number}"""


def struct(names: Iterable[str]) -> str:
    """SQL for these columns as one value."""
    return "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"


def proposed_rows(compared: frozenset[str]) -> str:
    """SQL for what is proposed tonight, with all that leaves with a row."""
    return rows_that_leave("gate", "proposed_", compared, "main.stg_creators")


def write_changes(
    connection: duckdb.DuckDBPyConnection,
    steps: Sequence[tuple[str, str]],
    comes_from_the_base: str,
    compared: frozenset[str],
    words_are_known: bool = False,
) -> None:
    """Add to `gate.changes` and `gate.left_by_time` what comes from one base.

    Args:
        connection: to the night's warehouse, with the scratch attached.
        steps: each step's cause, and the table of the lists that it came to.
        comes_from_the_base: the condition on a row, `listed`, that it does.
        compared: the columns of a row that can be compared with those of the base.
        words_are_known: whether the last step only brings days within packs: a row that something else added is told
            in the words of a version that has begun, which are no others than those that were approved.
    """
    proposed = f"({proposed_rows(compared)})"
    tables = [f"({rows_that_leave('released', 'last_', compared, 'released.last_languages')})"] + [
        proposed if table == FINAL else table for _, table in steps
    ]
    names = ", ".join(("list", "row_key", *COMPARED, "reason"))
    states = " union all ".join(f"select {step} as step, {names} from {table}" for step, table in enumerate(tables))
    told = tuple(name for name in COMPARED if name not in ACTED)
    of_each = ", ".join(f"({step}, '{cause}')" for step, (cause, _) in enumerate(steps, 1))
    differing = ", ".join(
        f"case when proposed.{name} is distinct from released.{name} then '{name}' end" for name in COMPARED
    )
    written = ", ".join(f"'{cause}'" for cause in WRITTEN)
    connection.execute(
        f"""
        insert into gate.changes
        with

        -- Of an account that isn't known in a step, the language is as it was.
        states as (
            select each_step.* replace (coalesce(each_step.{LANGUAGE}, before.{LANGUAGE}) as {LANGUAGE})
            from ({states}) as each_step
            left join released.last_languages as before using (account_id)
        ),

        rows as (select *, {struct(ACTED)} as acted, {struct(told)} as told from states),

        released as (from rows where step = 0),

        proposed as (from rows where step = {len(steps)}),

        -- What is in another market's list is removed from the one and added to the other.
        changed as (
            select
                list, row_key, market,
                coalesce(proposed.account_id, released.account_id) as account_id,
                coalesce(proposed.programme, released.programme) as programme,
                coalesce(proposed.scope, released.scope) as scope,
                coalesce(proposed.measure, released.measure) as measure,
                coalesce(proposed.reason, released.reason) as reason_id,
                released.measure as measure_before,
                case
                    when released.acted is null then 'added' when proposed.acted is null then 'removed' else 'changed'
                end as change,
                case
                    when change = 'changed' then list_filter([{differing}], name -> name is not null) else []
                end as columns,
                proposed.acted is distinct from released.acted as is_acted_on,
                case
                    when proposed.acted is not null then md5(cast((proposed.acted, proposed.told) as varchar))
                end as content
            from proposed full join released using (list, row_key, market)
            where is_acted_on or proposed.told is distinct from released.told
        ),

        each_step_of_what_changed as (
            select
                list, row_key, market, step, change,
                rows.acted is distinct from lag(rows.acted) over steps as acts,
                rows.told is distinct from lag(rows.told) over steps as tells
            from (select list, row_key, market, change, unnest(range({len(tables)})) as step from changed)
            left join rows using (list, row_key, market, step)
            window steps as (partition by list, row_key, market order by step)
        ),

        what_changed_in_each_step as (
            select
                list, row_key, market, step,
                case when not acts and cause in ({written}) then 'text' else cause end as cause,
                case when not acts and cause in ({written}) then cause else '' end as text_of
            from each_step_of_what_changed join (values {of_each}) as causes (step, cause) using (step)
            where acts or (tells and not ({words_are_known} and change = 'added' and step = {len(steps)}))
        ),

        gravest as (
            select
                list, row_key, market,
                arg_max(cause, (list_position({list(CAUSES)}, cause), step)) as cause,
                arg_max(text_of, (list_position({list(CAUSES)}, cause), step)) as text_of
            from what_changed_in_each_step
            group by all
        ),

        told as (
            select
                changed.*, text_of,
                case
                    when programme = '{PROGRAMME}' and change != 'removed' and (is_acted_on or cause != 'text')
                        then '{EMERGENCY}'
                    -- Where another measure shows in its place, that one may still be somebody else's doing.
                    when (change = 'removed' or (cause = 'time' and measure_before != measure))
                        and (list, account_id, measure_before, scope) in (
                            select (list, account_id, measure, scope)
                            from main.int_emergencies_in_force where action = 'lift'
                        ) then '{EMERGENCY}'
                    when cause = 'data' and account_id in (select account_id from scratch.steps.corrected)
                        then 'correction'
                    else cause
                end as cause
            from changed join gravest using (list, row_key, market)
        )

        select
            list, row_key, account_id, market, programme, scope, measure, change, cause, reason_id, columns,
            case when cause = 'text' then text_of else '' end as text_of,
            content
        from told as listed
        where {comes_from_the_base}
        order by list, row_key, market
        """
    )
    left = next((table for cause, table in steps if cause == "time"), proposed)
    kept = "account_id in (select account_id from held.accounts) and programme != '" + PROGRAMME + "'"
    grouped = "list, market, programme, measure"
    each = f"{grouped}, account_id"
    connection.execute(
        f"insert into gate.left_by_time select {grouped}, count(*)"
        f" from (select {each} from {left} where not ({kept})"
        f" union all select {each} from {proposed} where {kept}) as listed"
        f" where {comes_from_the_base} group by all order by all"
    )


def write_late_money(connection: duckdb.DuckDBPyConnection) -> None:
    """Write who was paid more than the base's night would pay today, and than is proposed tonight, for late files."""
    ((late,),) = connection.execute("select min(landed_file) from scratch.steps.late_files").fetchall()
    if late is None:
        return
    connection.execute(
        """
        insert into gate.late_money
        select paid.market, paid.programme, paid.account_id, paid.amount, coalesce(tonight.amount, 0), ?
        from released.last_rewards as paid
        left join (from scratch.steps."1" where list = 'rewards') as again using (row_key)
        left join gate.proposed_rewards as tonight using (row_key)
        where paid.amount > coalesce(again.amount, 0) and paid.amount > coalesce(tonight.amount, 0)
        order by all
        """,
        [late],
    )
