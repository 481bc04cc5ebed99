"""Why tonight's lists aren't those of the last release: a cause for every row that was added, removed or changed.

The way from one to the other is gone in steps, each with one thing more of tonight, and a row's cause is what was new
in the step in which it changed; the gravest, where it changed in several:

    code        last night once more, with today's gates and what landed by then (only if one of them changed)
    time        tonight, with what had landed by the last release, its rules and its models
    data        what has landed since; `correction`, if it changed or voided a violation's entry that had counted
    code        tonight's models, and tonight's compiling of the packs (only if they changed)
    policy      tonight's packs (only if they changed)

What people impose and lift themselves is known in every step, and has the cause `emergency`.

What is compared is everything that leaves with a row: what is done to an account, and what is said of that
(`evenhand.release.rows.COMPARED`). Where tonight's models or packs change words alone, the cause is `text`. A release
of a version that compared less is compared by what it says of itself (`gate.not_compared` has the rest).

A list that is held keeps the rows of an earlier release, and is measured from the rules and the data of that one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.compiled import CompiledModel
from evenhand.deciding.counterfactual import WhatIf, forget, what_if
from evenhand.policy.language.part import EMERGENCY as PROGRAMME
from evenhand.policy.tables import TABLES
from evenhand.policy.texts import PackError
from evenhand.release.manifest import Manifest
from evenhand.release.rows import ACTED, COMPARED, LANGUAGE, TOLD, rows_that_leave

log = logging.getLogger(__name__)

# The mildest first; a row that changed in several steps has the gravest.
CAUSES = ("time", "data", "correction", "text", "code", "policy")
# What people write: where they change what is said and nothing of what is done, that is another text.
WRITTEN = ("code", "policy")
EMERGENCY = "emergency"
_FINAL = "final"
_ENTRIES = "select entry_id, account_id, amount, adjusted_on, adjusted_amount, voided_on"


@dataclass(frozen=True)
class Base:
    """A release that tonight is compared with.

    Attributes:
        release: its folder.
        lists: the lists that come from it, with their market.
        and_others: whether all lists that come from no other base do, too.
    """

    release: Path
    manifest: Manifest
    lists: tuple[tuple[str, str], ...] = ()
    and_others: bool = True


@dataclass
class _Steps:
    """The way from a base to tonight: each step's cause, and the scratch's table of the lists that it came to."""

    what_if: WhatIf
    compared: frozenset[str]
    taken: list[tuple[str, str]] = field(default_factory=list)

    def decide(self, cause: str, models: Sequence[CompiledModel], night: date) -> None:
        """Decide the lists on what lies in the scratch, as what this cause led to."""
        self.what_if.decide(models, night)
        table = f'steps."{len(self.taken) + 1}"'
        rows = rows_that_leave("main", "", self.compared, "main.stg_creators")
        self.what_if.execute(f"create table {table} as {rows}")
        self.taken.append((cause, f"scratch.{table}"))

    def arrive(self, cause: str) -> None:
        """The last step comes to what is proposed tonight."""
        self.taken.append((cause, _FINAL))


def find_causes(warehouse: Path, scratch: Path, bases: Sequence[Base], code: Mapping[str, object], night: date) -> None:
    """Write `gate.changes`, a row per row of a list that isn't as it was released, and `gate.left_by_time`.

    The second says how many rows would be left if nothing had landed and nobody had changed anything.
    `gate.not_compared` names the columns that a release before doesn't say, or was never compared by.

    Args:
        warehouse: the night's, with the views `gate.proposed_penalties` and `gate.proposed_rewards`.
        scratch: a file that may be written and is deleted again.
        bases: the releases that the lists are compared with; on the first night there is none, and all is data.
        code: the version of tonight's code.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table gate.changes (list varchar, row_key varchar, account_id varchar, market varchar,"
            " programme varchar, scope varchar, measure varchar, change varchar, cause varchar, reason_id varchar,"
            " columns varchar[], text_of varchar, content varchar)"
        )
        connection.execute('create or replace table gate.not_compared ("column" varchar, night date)')
        connection.execute(
            "create or replace table gate.left_by_time"
            " (list varchar, market varchar, programme varchar, measure varchar, rows bigint)"
        )
        if not bases:
            connection.execute(
                "insert into gate.changes select list, row_key, account_id, market, programme, scope, measure, 'added',"
                f" 'data', reason, [], '', md5(cast(({_struct(COMPARED)}) as varchar))"
                f" from ({_proposed(frozenset(COMPARED))}) order by list, row_key"
            )
    held = [each for base in bases for each in base.lists]
    for base in bases:
        compared = _compared_with(warehouse, base)
        try:
            with what_if(warehouse, scratch) as asked:
                steps = _steps_to_tonight(asked, base, code, night, compared)
            with duckdb.connect(str(warehouse)) as connection:
                path = str(scratch).replace("'", "''")
                connection.execute(f"attach '{path}' as scratch (read_only)")
                connection.begin()
                _write(connection, steps, _comes_from(base, held), compared)
                _say_what_isnt_compared(connection, base, compared)
                connection.commit()
        finally:
            forget(scratch)


def _compared_with(warehouse: Path, base: Base) -> frozenset[str]:
    """The columns of a row that can be compared with those of a release."""
    compared = {*ACTED, *(set(COMPARED) & set(base.manifest.compared))}
    if not set(TOLD) <= compared:
        compared -= set(TOLD)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        if not connection.execute("select 1 from released.last_languages limit 1").fetchone():
            compared.discard(LANGUAGE)
    return frozenset(compared)


def _say_what_isnt_compared(connection: duckdb.DuckDBPyConnection, base: Base, compared: frozenset[str]) -> None:
    missing = [name for name in COMPARED if name not in compared]
    connection.execute("insert into gate.not_compared select unnest(?::varchar[]), ?", [missing, base.manifest.night])


def _struct(names: Iterable[str]) -> str:
    return "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"


def _proposed(compared: frozenset[str]) -> str:
    return rows_that_leave("gate", "proposed_", compared, "main.stg_creators")


def _steps_to_tonight(
    asked: WhatIf, base: Base, code: Mapping[str, object], night: date, compared: frozenset[str]
) -> list[tuple[str, str]]:
    steps = _Steps(asked, compared)
    asked.execute("create schema steps")
    asked.execute("create table steps.corrected (account_id varchar)")
    models, models_tonight = asked.models_of(base.release), asked.models_of_tonight()
    code_changed = dict(base.manifest.code) != dict(code)
    try:
        asked.lay_rules_of(base.release)
        rules_changed = _rules_differ(asked)
        asked.lay_data_known(base.manifest.night)
        # Of a list that was held it is known already that it isn't what its night came to.
        if base.and_others and (code_changed or _rewritten(asked, base.manifest)):
            steps.decide("code" if code_changed else "correction", models, base.manifest.night)
        steps.decide("time", models, night)
        asked.execute(
            f"create table steps.entries_then as {_ENTRIES} from main.{_ledger_of(models)}"
            " where violation_id is not null"
        )
        if models == models_tonight and not rules_changed:
            _find_corrected(asked, "tonight.main.int_ledger_entries")
            steps.arrive("data")
            return steps.taken
        asked.lay_data_known()
        steps.decide("data", models, night)
        _find_corrected(asked, f"main.{_ledger_of(models)}")
    except duckdb.Error as error:
        log.warning("what the last release was decided by can't be run on tonight's data: %s", error)
        return [("code", _FINAL)]
    if models != models_tonight or code_changed:
        try:
            asked.lay_texts_of(base.release)
        except PackError as error:
            log.warning("the packs of the last release aren't packs any more: %s", error)
            steps.arrive("code")
            return steps.taken
        if not _rules_differ(asked):
            steps.arrive("code")
            return steps.taken
        steps.decide("code", models_tonight, night)
    steps.arrive("policy")
    return steps.taken


def _ledger_of(models: Sequence[CompiledModel]) -> str:
    """What models call the ledger: those of version 0.1 named no layer."""
    return next(each.name for each in models if each.name in ("int_ledger_entries", "ledger_entries"))


def _rules_differ(asked: WhatIf) -> bool:
    """Whether tonight's rules are others than those that lie in the scratch; which nights are asked about is none."""
    for table in TABLES:
        if table == "asked_nights":
            continue
        here, tonight = f"from policy.{table}", f"from tonight.policy.{table}"
        try:
            ((differ,),) = asked.execute(
                f"select exists ({here} except all {tonight}) or exists ({tonight} except all {here})"
            )
        except duckdb.Error:
            # Compiled by code that has other tables, or other columns in them.
            return True
        if differ:
            return True
    return False


def _rewritten(asked: WhatIf, then: Manifest) -> bool:
    """Whether what had landed by the base's night isn't what it was: files came late, were changed or are gone."""
    found = asked.execute(f"select landed_file, sha256 from tonight.landing.files where night <= date '{then.night}'")
    return dict(found) != then.inputs


def _find_corrected(asked: WhatIf, ledger: str) -> None:
    """The accounts of which an entry of a violation counted, and now is void, otherwise or gone."""
    asked.execute(
        f"""insert into steps.corrected
        select distinct account_id
        from (
            from steps.entries_then
            except all {_ENTRIES} from {ledger} where violation_id is not null
        )"""
    )


def _comes_from(base: Base, held: Sequence[tuple[str, str]]) -> str:
    """The condition that a row's list comes from a base."""
    lists = held if base.and_others else base.lists
    if not lists:
        return "true"
    names = ", ".join("(" + ", ".join("'" + part.replace("'", "''") + "'" for part in each) + ")" for each in lists)
    return f"(list, market) {'not in' if base.and_others else 'in'} ({names})"


def _write(
    connection: duckdb.DuckDBPyConnection,
    steps: Sequence[tuple[str, str]],
    comes_from_the_base: str,
    compared: frozenset[str],
) -> None:
    proposed = f"({_proposed(compared)})"
    tables = [f"({rows_that_leave('released', 'last_', compared, 'released.last_languages')})"] + [
        proposed if table == _FINAL else table for _, table in steps
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

        rows as (select *, {_struct(ACTED)} as acted, {_struct(told)} as told from states),

        released as (from rows where step = 0),

        proposed as (from rows where step = {len(steps)}),

        changed as (
            select
                list, row_key,
                coalesce(proposed.account_id, released.account_id) as account_id,
                coalesce(proposed.market, released.market) as market,
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
            from proposed full join released using (list, row_key)
            where is_acted_on or proposed.told is distinct from released.told
        ),

        each_step_of_what_changed as (
            select
                list, row_key, step,
                rows.acted is distinct from lag(rows.acted) over steps as acts,
                rows.told is distinct from lag(rows.told) over steps as tells
            from (select list, row_key, unnest(range({len(tables)})) as step from changed)
            left join rows using (list, row_key, step)
            window steps as (partition by list, row_key order by step)
        ),

        what_changed_in_each_step as (
            select
                list, row_key, step,
                case when not acts and cause in ({written}) then 'text' else cause end as cause,
                case when not acts and cause in ({written}) then cause else '' end as text_of
            from each_step_of_what_changed join (values {of_each}) as causes (step, cause) using (step)
            where acts or tells
        ),

        gravest as (
            select
                list, row_key,
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
            from changed join gravest using (list, row_key)
        )

        select
            list, row_key, account_id, market, programme, scope, measure, change, cause, reason_id, columns,
            case when cause = 'text' then text_of else '' end as text_of,
            content
        from told
        where {comes_from_the_base}
        order by list, row_key
        """
    )
    left = next((table for cause, table in steps if cause == "time"), proposed)
    kept = "account_id in (select account_id from held.accounts) and programme != '" + PROGRAMME + "'"
    grouped = "list, market, programme, measure"
    connection.execute(
        f"insert into gate.left_by_time select {grouped}, count(*)"
        f" from (select {grouped} from {left} where not ({kept})"
        f" union all select {grouped} from {proposed} where {kept})"
        f" where {comes_from_the_base} group by all order by all"
    )
