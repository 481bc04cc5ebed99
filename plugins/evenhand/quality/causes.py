"""Why tonight's lists aren't those of the last release: a cause for every row that was added, removed or changed.

The way from one to the other is gone in steps, each with one thing more of tonight, and a row's cause is what was new
in the step in which it changed; the gravest, where it changed in several:

    code        last night once more, with today's gates and what landed by then (only if one of them changed)
    time        tonight, with what had landed by the last release, its rules and its models
    move        the market and kind that accounts are in now (only if one of them moved)
    data        what has landed since; `correction`, if it changed or voided a violation's entry that had counted
    code        tonight's models, and tonight's compiling of the packs (only if they changed)
    policy      tonight's packs (only if they changed), and the days within them that have come since: of a version, or
                of a condition, that began or ended, and of a version that says that what is running ends

What people impose and lift themselves is known in every step, and has the cause `emergency`.

What is compared is everything that leaves with a row: what is done to an account, and what is said of that
(`evenhand.release.rows.COMPARED`). Where tonight's models or packs change words alone, the cause is `text`. A release
of a version that compared less is compared by what it says of itself (`gate.not_compared` has the rest).

A list that is held keeps the rows of an earlier release, and is measured from the rules and the data of that one; so is
an account that it keeps in another market. A row that goes from one market's list to another's is removed in the one
and added in the other.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from evenhand.deciding.counterfactual import WhatIf, forget
from evenhand.deciding.project import CompiledModel
from evenhand.policy.tables import TABLES
from evenhand.policy.texts import PackError
from evenhand.quality.moves import moved_accounts
from evenhand.quality.row_causes import (
    FINAL,
    Base,
    find_where_rows_come_from,
    proposed_rows,
    struct,
    write_changes,
    write_late_money,
)
from evenhand.records.databases import NO_ROOM, quoted
from evenhand.records.sql_files import SqlFile
from evenhand.release.manifest import Manifest
from evenhand.release.rows import ACTED, COMPARED, LANGUAGE, TOLD, rows_that_leave

_SQL = SqlFile(__file__)

log = logging.getLogger(__name__)


@dataclass
class _Steps:
    """The way from a base to tonight: each step's cause, and the scratch's table of the lists that it came to."""

    what_if: WhatIf
    compared: frozenset[str]
    taken: list[tuple[str, str]] = field(default_factory=list)
    words_are_known: bool = False
    """Whether the packs of the last step say nothing that those of the base don't: only days within them have come."""

    def decide(self, cause: str, models: Sequence[CompiledModel], night: date) -> None:
        """Decide the lists on what lies in the scratch, as what this cause led to."""
        self.what_if.decide(models, night)
        table = f'steps."{len(self.taken) + 1}"'
        rows = rows_that_leave("main", "", self.compared, "main.stg_creators")
        self.what_if.execute(f"create table {table} as {rows}")
        self.taken.append((cause, f"scratch.{table}"))

    def take_names(self, night: date) -> None:
        """Have what was decided so far called as it is on a night."""
        for _, table in self.taken:
            self.what_if.take_names_of_rows(table.removeprefix("scratch."), night)

    def arrive(self, cause: str) -> None:
        """The last step comes to what is proposed tonight."""
        self.taken.append((cause, FINAL))


def find_causes(
    warehouse: Path,
    scratch: Path,
    bases: Sequence[Base],
    code: Mapping[str, object],
    night: date,
    opened: Callable[[Path, Path], AbstractContextManager[WhatIf]],
) -> None:
    """Write `gate.changes`, a row per row of a list that isn't as it was released, and what else a hold may rest on.

    `gate.changed_by_code` has the rows of those that code changed, whatever changed them besides.
    `gate.left_by_time` says how many rows would be left if nothing had landed and nobody had changed anything,
    `gate.late_money` who was paid more than files leave of it that landed late, in the folders of earlier nights.
    `gate.days_come` has the days within the rules of a release before that have come since. `gate.not_compared` names
    the columns that it doesn't say, or was never compared by.

    Args:
        warehouse: the night's, with the views `gate.proposed_penalties` and `gate.proposed_rewards`.
        scratch: a file that may be written and is deleted again.
        bases: the releases that the lists are compared with; on the first night there is none, and all is data.
        code: the version of tonight's code.
        opened: opens the scratch.
    """
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(_SQL("create_changes"))
        connection.execute(_SQL("create_changed_by_code"))
        connection.execute(_SQL("create_not_compared"))
        connection.execute(_SQL("create_days_come"))
        connection.execute(_SQL("create_left_by_time"))
        connection.execute(_SQL("create_late_money"))
        if not bases:
            rows = proposed_rows(frozenset(COMPARED))
            connection.execute(_SQL("all_is_data", rows=rows, all_of_it=struct(COMPARED)))
        else:
            find_where_rows_come_from(connection, bases)
        all_compared = [_compared_with(connection, base) for base in bases]
    for number, (base, compared) in enumerate(zip(bases, all_compared, strict=True)):
        try:
            with opened(warehouse, scratch) as asked:
                steps = _steps_to_tonight(asked, base, code, night, compared)
            with duckdb.connect(str(warehouse)) as connection:
                connection.execute(f"attach {quoted(scratch)} as scratch (read_only)")
                connection.begin()
                write_changes(connection, steps.taken, number, compared, steps.words_are_known)
                write_late_money(connection)
                connection.execute(_SQL("days_come"))
                _say_what_isnt_compared(connection, base, compared)
                connection.commit()
        finally:
            forget(scratch)


def _compared_with(connection: duckdb.DuckDBPyConnection, base: Base) -> frozenset[str]:
    """The columns of a row that can be compared with those of a release."""
    compared = {*ACTED, *(set(COMPARED) & set(base.manifest.compared))}
    if not set(TOLD) <= compared:
        compared -= set(TOLD)
    if not connection.execute("select 1 from released.last_languages limit 1").fetchone():
        compared.discard(LANGUAGE)
    return frozenset(compared)


def _say_what_isnt_compared(connection: duckdb.DuckDBPyConnection, base: Base, compared: frozenset[str]) -> None:
    missing = [name for name in COMPARED if name not in compared]
    connection.execute("insert into gate.not_compared select unnest(?::varchar[]), ?", [missing, base.manifest.night])


def _steps_to_tonight(
    asked: WhatIf, base: Base, code: Mapping[str, object], night: date, compared: frozenset[str]
) -> _Steps:
    steps = _Steps(asked, compared)
    asked.execute("create schema steps")
    asked.execute("create table steps.corrected (account_id varchar)")
    asked.execute("create table steps.late_files (landed_file varchar)")
    asked.execute("create table steps.days_come (market varchar, pack varchar, version integer, day date)")
    models, models_tonight = asked.models_of(base.release), asked.models_of_tonight()
    # A manifest also says which commit its code was of, which changes nothing.
    code_changed = {name: base.manifest.code.get(name) for name in code} != dict(code)
    try:
        asked.lay_rules_of(base.release)
        asked.lay_data_known(base.manifest.night)
        # Of a list that was held it is known already that it isn't what its night came to.
        if base.and_others and (code_changed or _rewritten(asked, base.manifest)):
            steps.decide("code" if code_changed else "correction", models, base.manifest.night)
            _find_late_files(asked, base.manifest)
        asked.take_names(night)
        steps.take_names(night)
        rules_changed = _rules_differ(asked)
        # A day within the rules that were known, and what a version ends, come with the last step.
        ends_running = _leave_out_what_ends_running(asked, base.manifest.night)
        days_came = _put_off_days(asked, base, night)
        steps.decide("time", models, night)
        asked.execute(_SQL("entries_then", ledger=f"main.{_ledger_of(models)}"))
        moved = [account for (account,) in asked.execute(moved_accounts("accepted", "tonight.accepted"))]
        if moved:
            asked.lay_creators_of_tonight(moved)
            steps.decide("move", models, night)
        if models == models_tonight and not (rules_changed or ends_running or days_came):
            _find_corrected(asked, "tonight.main.int_ledger_entries")
            steps.arrive("data")
            return steps
        asked.lay_data_known()
        steps.decide("data", models, night)
        _find_corrected(asked, f"main.{_ledger_of(models)}")
    except NO_ROOM:
        # The rules of then aren't to blame: the task tries again, and nobody is asked about a code that didn't change.
        raise
    except duckdb.Error as error:
        log.warning("what the last release was decided by can't be run on tonight's data: %s", error)
        steps.taken = [("code", FINAL)]
        return steps
    if models != models_tonight or code_changed:
        try:
            asked.lay_texts_of(base.release)
            asked.take_names(night)
        except PackError as error:
            log.warning("the packs of the last release aren't packs any more: %s", error)
            steps.arrive("code")
            return steps
        rules_changed = _rules_differ(asked)
        ends_running = _leave_out_what_ends_running(asked, base.manifest.night)
        days_came = _put_off_days(asked, base, night)
        if not (rules_changed or ends_running or days_came):
            steps.arrive("code")
            return steps
        steps.decide("code", models_tonight, night)
    steps.arrive("policy")
    steps.words_are_known = not rules_changed
    return steps


def _ledger_of(models: Sequence[CompiledModel]) -> str:
    """What models call the ledger: those of version 0.1 named no layer."""
    return next(each.name for each in models if each.name in ("int_ledger_entries", "ledger_entries"))


def _leave_out_what_ends_running(asked: WhatIf, since: date) -> bool:
    """Forget in the scratch that versions which began after a night end what is running; returns whether any does."""
    known = "from duckdb_tables() where schema_name = 'policy' and table_name = 'ends_running'"
    # Rules that an earlier version of the code compiled know of none.
    if not asked.execute(f"select 1 {known} and database_name = current_database()"):
        return False
    begun = f"from policy.ends_running where effective_from > date '{since}'"
    ((found,),) = asked.execute(f"select count(*) {begun}")
    asked.execute(f"delete {begun}")
    return bool(found)


def _put_off_days(asked: WhatIf, base: Base, night: date) -> bool:
    """Have the days within the rules that came after the base's night be tomorrow; returns whether any did."""
    found = asked.put_days_off(base.manifest.night, night)
    for each in (day for day in found if base.has_lists_of(day.market)):
        come = {"market": each.market, "pack": each.pack, "version": each.version, "day": each.day}
        asked.execute("insert into steps.days_come values ($market, $pack, $version, $day)", come)
    return bool(found)


def _rules_differ(asked: WhatIf) -> bool:
    """Whether tonight's rules are others than those that lie in the scratch; which nights are asked about is none."""
    for table in TABLES:
        if table == "asked_nights":
            continue
        try:
            here, tonight = (_rows_of(asked, schema, table) for schema in ("policy", "tonight.policy"))
        except duckdb.Error:
            # Compiled by code that has other tables.
            return True
        if here != tonight:
            return True
    return False


def _rows_of(asked: WhatIf, schema: str, table: str) -> Counter[tuple[object, ...]]:
    # Tables of rules are many and small: what reading two of them takes is little beside a plan of what they differ in.
    return Counter(asked.execute(f"from {schema}.{table}"))


def _rewritten(asked: WhatIf, then: Manifest) -> bool:
    """Whether what had landed by the base's night isn't what it was: files came late, were changed or are gone."""
    found = asked.execute(_SQL("files_until"), {"night": then.night})
    return dict(found) != then.inputs


def _find_late_files(asked: WhatIf, then: Manifest) -> None:
    """The files of nights until the base's that have landed since, or are others now."""
    found = asked.execute(_SQL("files_until"), {"night": then.night})
    for name, sha256 in found:
        if then.inputs.get(name) != sha256:
            asked.execute("insert into steps.late_files values ($name)", {"name": name})


def _find_corrected(asked: WhatIf, ledger: str) -> None:
    """The accounts of which an entry of a violation counted, and now is void, otherwise or gone."""
    asked.execute(_SQL("corrected", ledger=ledger))
