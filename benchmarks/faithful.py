"""Whether explanations of penalties are faithful: what they call needed is needed, and what they don't cite is not.

Penalties of a simulated marketplace are decided again, each by the models of its night on copies of its account beside
all others: without each event that its reason calls needed; where none is, without the fewest that it calls needed
together, and without these but one; without all that it cites; and without all that it doesn't. Without what is needed,
alone or together, and without all that is cited, the decision (measure, scope, first and last day) has to be another;
without fewer than are needed together, and without what isn't cited, it must not.

What is decided beside others is judged apart: a copy of an account is among its own peers. Beside the shipped packs is
one of this file that decides so, and that often has more entries than it needs.

Longer than other files, for what is taken away, what has to become of it and the shares belong together.

    python -m benchmarks.faithful [--decisions 10000] [--creators 70000] [--table docs/explain.md] [--anew]

What became of the decisions of a night is kept below EVENHAND_HOME, and a run that was killed goes on after it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from evenhand.deciding.compiled import compiled_project, fingerprint, run_models
from evenhand.deciding.copies import lay_copies
from evenhand.deciding.project import CompiledModel
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.records.atomic_files import write_anew
from evenhand.reference.tables import put_table
from evenhand.release.previous import create_released
from evenhand.settings import PROJECT, settings
from evenhand.simulation.marketplace import FEEDS, simulate
from evenhand.simulation.plan import MARKETS, Plan

NEEDED, CITED, UNCITED = "each event that is called needed", "all events that are cited", "all events that aren't cited"
TOGETHER, FEWER = "the fewest that are called needed together", "those but any one of them"
KINDS = (NEEDED, TOGETHER, FEWER, CITED, UNCITED)
# Without these the decision stays.
_CHANGES_NOTHING = (FEWER, UNCITED)
SUM, MADE_OF_OTHERS, BESIDE_OTHERS = "sum of entries", "made of other numbers", "compared with peers"
_TONIGHT = "tonight"
# So many copies are decided in one run; more need more memory.
_AT_ONCE = 20_000
_PACK_BESIDE_OTHERS = """\
pack: beside_others
version: 1
markets: [{markets}]
effective_from: 2020-01-01
appeal_route: Write to us.
measures: [warned_of_slips, looked_at]
calendars:
  mondays: {{weekday: monday}}
  first_days: {{day_of_month: 1}}
programmes:
  slips:
    unit: slip
    entries: [{{rule: slip, violation_types: [copyright, counterfeit, prohibited_goods], amount: 2, lasts_days: 90}}]
    evaluated: first_days
    zones:
      - {{zone: few}}
      - {{zone: many, at_least: 1, measures: [{{measure: warned_of_slips, scope: showcase, days: 60}}]}}
  slips_beside_others:
    unit: times the average
    peers: {{programme: slips, group: kind}}
    evaluated: mondays
    zones:
      - {{zone: usual}}
      - {{zone: high, at_least: 3, measures: [{{measure: looked_at, scope: showcase, while_in_zone: true}}]}}
"""
# Otherwise it would take most of the machine's, and what doesn't fit lies beside the warehouse.
_MEMORY = "6GB"
# Between two nights that decisions are taken of, so that few of them are the same.
_BETWEEN = timedelta(days=8)


@dataclass(frozen=True)
class Decision:
    """A penalty in force on a night, and what its reason says of it.

    Attributes:
        cited: the events whose entries the reason has.
        needed: those of them without which it would be another; empty where several suffice, or where it isn't told.
        together: where several suffice, the fewest without which, all of them gone, it would be another.
        how: what its number is, by which it is judged apart: of what is made of others, no entry is called needed.
    """

    row_key: str
    account: str
    programme: str
    starts_on: date | None
    cited: frozenset[str]
    needed: frozenset[str]
    together: frozenset[str]
    how: str

    @property
    def key(self) -> tuple[str, date | None]:
        """What it is the same by on another night."""
        return self.row_key, self.starts_on


@dataclass(frozen=True)
class Try:
    """A decision once more, without some events of its account: these, or all but these."""

    decision: Decision
    kind: str
    events: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What became of it."""

    tried: Try
    is_changed: bool

    @property
    def is_faithful(self) -> bool:
        """Whether the reason was right."""
        return self.is_changed == (self.tried.kind not in _CHANGES_NOTHING)


_OUTCOMES = TypeAdapter(list[Outcome])


def main() -> None:
    """Decide again, print the shares, and write them into a file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=10_000)
    parser.add_argument("--creators", type=int, default=70_000)
    parser.add_argument("--table", type=Path, help="a file with a block for the table")
    parser.add_argument("--anew", action="store_true", help="begin again, whatever is kept of a run before")
    asked = parser.parse_args()
    folder = settings().home / "benchmarks" / f"faithful-{asked.creators}-{asked.decisions}-{fingerprint()[:12]}"
    if asked.anew:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    found = outcomes(folder, Plan(asked.creators, 120), asked.decisions, lambda said: print(said, file=sys.stderr))
    table = table_of(found)
    shutil.rmtree(folder)
    print(table)
    if asked.table:
        put_table(asked.table, "python -m benchmarks.faithful", table)


def outcomes(folder: Path, plan: Plan, most: int, tell: Callable[[str], None] = lambda said: None) -> list[Outcome]:
    """What became of at most so many decisions of a marketplace, of its newest night and of nights before it.

    Args:
        folder: what is kept of nights that were decided again before isn't done once more.
        tell: is told how far it is.
    """
    simulated = folder / "simulated"
    if not simulated.exists():
        tell(f"simulating {plan.creators:,} creators")
        shutil.rmtree(folder / "landing", ignore_errors=True)
        simulate(plan, folder / "landing", lambda made: None)
        simulated.touch()
    shutil.rmtree(folder / "packs", ignore_errors=True)
    _lay_packs(folder / "packs")
    project = compiled_project()
    with_reasons, models = (
        project.models(leading_to=(each,)) for each in ("int_penalty_reasons", "int_measures_in_force")
    )
    found: list[Outcome] = []
    decided: set[tuple[str, date | None]] = set()
    night = plan.until
    while len(decided) < most and night > plan.first_night:
        kept = folder / f"{night}.json"
        if kept.exists():
            of_night = _OUTCOMES.validate_json(kept.read_bytes())
        else:
            warehouse = folder / f"{night}.duckdb"
            warehouse.unlink(missing_ok=True)
            _decide(folder, warehouse, with_reasons, night)
            new = [each for each in _decisions(warehouse) if each.key not in decided][: most - len(decided)]
            of_night = _tried(warehouse, models, night, [each for of in new for each in _tries(of)])
            warehouse.unlink()
            write_anew(kept, _OUTCOMES.dump_json(of_night))
        found += of_night
        decided |= {each.tried.decision.key for each in of_night}
        tell(f"{night}: {len(decided):,} of {most:,} decisions decided again")
        night -= _BETWEEN
    return found


def table_of(found: Sequence[Outcome]) -> str:
    """The shares, by what was taken away and by what the number is that decided."""
    decisions = len({each.tried.decision for each in found})
    penalties = "1 penalty" if decisions == 1 else f"{decisions:,} penalties"
    rows = [
        _row(kind, how, [each for each in found if (each.tried.kind, each.tried.decision.how) == (kind, how)])
        for how in (SUM, MADE_OF_OTHERS, BESIDE_OTHERS)
        for kind in KINDS
    ]
    return (
        f"Of a simulated marketplace, {penalties} decided again, {len(found):,} times in all.\n\n"
        "| without | value | has to change it | times | as the reason says |\n| --- | --- | --- | ---: | ---: |\n"
        + "".join(rows)
    )


def _row(kind: str, how: str, found: Sequence[Outcome]) -> str:
    if not found:
        return ""
    share = Counter(each.is_faithful for each in found)[True] / len(found)
    return f"| {kind} | {how} | {'no' if kind in _CHANGES_NOTHING else 'yes'} | {len(found):,} | {share:.2%} |\n"


def _lay_packs(folder: Path) -> None:
    """The shipped packs, and one that decides beside others."""
    folder.mkdir()
    for path in sorted((PROJECT / "policies").glob("*.yml")):
        shutil.copy(path, folder)
    (folder / "beside_others.yml").write_text(
        _PACK_BESIDE_OTHERS.format(markets=", ".join(market.name for market in MARKETS))
    )


def _decide(folder: Path, warehouse: Path, models: Sequence[CompiledModel], night: date) -> None:
    """Decide a night on what had landed by then."""
    landing = folder / "landing"
    compile_packs(load_packs(folder / "packs"), warehouse)
    with duckdb.connect(str(warehouse), config={"memory_limit": _MEMORY}) as connection:
        create_accepted(connection)
        create_released(connection)
        # Of nobody else is anything decided that has a sum to tell of.
        files = f"read_parquet('{landing}/violations/*/*/*.parquet', hive_partitioning = true)"
        connection.execute(f"create temp table chosen as select distinct account_id from {files}")
        for feed in FEEDS:
            key = BY_NAME[feed].key
            files = f"read_parquet('{landing}/{feed}/*/*/*.parquet', hive_partitioning = true)"
            connection.execute(
                f"insert into accepted.{feed} by name select * exclude (source) rename (night as landed_night)"
                f" from {files} where night <= date '{night}' and account_id in (from chosen)"
                f" qualify row_number() over (partition by {key} order by night desc) = 1"
            )
            connection.execute(f"delete from accepted.{feed} where withdrawn is not null")
        run_models(connection, models, night)


def _decisions(warehouse: Path) -> list[Decision]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        events = dict(
            connection.execute("select account_id || '/' || entry_id, event_id from main.int_ledger_entries").fetchall()
        )
        beside_others = {
            programme
            for (programme,) in connection.execute(
                "select distinct programme from policy.inputs where peer_group is not null"
            ).fetchall()
        }
        rows = connection.execute(
            "select row_key, account_id, programme, starts_on, entries from main.int_penalty_reasons"
            " where entry_count > 0 order by hash(row_key), row_key"
        ).fetchall()
    found = []
    for row_key, account, programme, starts_on, said in rows:
        entries = [(events[f"{account}/{each['entry']}"], each) for each in json.loads(said)]
        is_told = all(each["needed"] is not None for _, each in entries)
        found.append(
            Decision(
                row_key,
                account,
                programme,
                starts_on,
                cited=frozenset(event for event, _ in entries),
                needed=frozenset(event for event, each in entries if each["needed"]),
                together=frozenset(event for event, each in entries if each["needed_together"]),
                how=BESIDE_OTHERS if programme in beside_others else SUM if is_told else MADE_OF_OTHERS,
            )
        )
    return found


def _tries(of: Decision) -> Iterator[Try]:
    yield from (Try(of, NEEDED, frozenset({event})) for event in sorted(of.needed))
    if of.together:
        yield Try(of, TOGETHER, of.together)
        yield from (Try(of, FEWER, of.together - {event}) for event in sorted(of.together))
    yield Try(of, CITED, of.cited)
    yield Try(of, UNCITED, of.cited)


def _tried(warehouse: Path, models: Sequence[CompiledModel], night: date, tries: Sequence[Try]) -> list[Outcome]:
    found = []
    for begin in range(0, len(tries), _AT_ONCE):
        some = tries[begin : begin + _AT_ONCE]
        with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": f"{warehouse}.tmp"}) as connection:
            connection.execute(f"attach '{warehouse}' as {_TONIGHT} (read_only)")
            connection.execute("create schema policy")
            for (table,) in connection.execute(
                f"select table_name from duckdb_tables() where database_name = '{_TONIGHT}' and schema_name = 'policy'"
            ).fetchall():
                connection.execute(f"create table policy.{table} as from {_TONIGHT}.policy.{table}")
            # Nothing is taken from copy 0: it is the decision itself.
            lay_copies(connection, _TONIGHT, [(each.decision.account, at) for at, each in enumerate(some, 1)])
            _take_away(connection, some)
            run_models(connection, [_without_what_was_taken(each) for each in models], night)
            now = dict(
                connection.execute(
                    "select row_key, (measure, scope, starts_on, ends_on) from main.int_measures_in_force"
                    " where list = 'penalties' and as_of = ?",
                    [night],
                ).fetchall()
            )
            was = dict(
                connection.execute(
                    "select row_key, (measure, scope, starts_on, ends_on)"
                    f" from {_TONIGHT}.main.int_measures_in_force where list = 'penalties' and as_of = ?",
                    [night],
                ).fetchall()
            )
        for at, each in enumerate(some, 1):
            key = each.decision.row_key.replace(each.decision.account, f"{each.decision.account}~{at}", 1)
            found.append(Outcome(each, now.get(key) != was[each.decision.row_key]))
    return found


def _take_away(connection: duckdb.DuckDBPyConnection, tries: Sequence[Try]) -> None:
    """Say which events each copy is without, and which are all that another has."""
    connection.execute("create table away (account_id varchar, event_id varchar, is_all_that_it_has boolean)")
    rows = [
        (f"{each.decision.account}~{at}", _of_copy(event, each.decision.account, at), each.kind == UNCITED)
        for at, each in enumerate(tries, 1)
        for event in sorted(each.events)
    ]
    accounts, events, alone = zip(*rows, strict=True)
    connection.execute(
        "insert into away select unnest(?::varchar[]), unnest(?::varchar[]), unnest(?::boolean[])",
        [list(accounts), list(events), list(alone)],
    )


def _of_copy(event: str, account: str, copy: int) -> str:
    """What an event is called in a copy: by its own name, or, where it is a day's sum, by the account's."""
    mine = f"{account}/"
    return f"{account}~{copy}/{event.removeprefix(mine)}" if event.startswith(mine) else f"{event}~{copy}"


def _without_what_was_taken(model: CompiledModel) -> CompiledModel:
    """The model of events, less those that a copy is without; every other as it is."""
    if model.name != "int_events":
        return model
    return replace(
        model,
        sql=f"""
        select events.* from ({model.sql}) as events
        where (account_id, event_id) not in (select account_id, event_id from away where not is_all_that_it_has)
            and (
                account_id not in (select account_id from away where is_all_that_it_has)
                or (account_id, event_id) in (select account_id, event_id from away where is_all_that_it_has)
            )
        """,
    )


if __name__ == "__main__":
    main()
