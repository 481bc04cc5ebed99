"""Markets that can't be decided tonight: each for a reason, found before or while the models decide.

A market that is held keeps its last lists, less what has ended; the others go on without it
(docs/decisions/0011-a-market-is-held.md). In the warehouse there are, in the schema `held`:

    markets   a row per market and reason: what found it, file and line of the fault, and what it is
    accounts  who is or was in such a market, and whether what they did is set aside as well as the market's rules
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Literal

import duckdb

from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# What finds that a market can't be decided, in the order of the night: that nothing has landed for it, its files, its
# packs, gate 1, the models.
Step = Literal["night", "feeds", "packs", "gate_1", "models"]
_COLUMNS = "step varchar, market varchar, why varchar, file varchar, line integer"


@dataclass(frozen=True, order=True)
class HeldMarket:
    """A market that can't be decided tonight.

    Attributes:
        why: what is wrong, what was expected and what to do, for people; without file and line.
        file: where the fault is, as people know it; empty where it is in no file.
        line: the line of it, 0 where the file as a whole is meant.
    """

    market: str
    why: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{self.market} is held: {place}{self.why}"


# Nothing is wrong with a market that keeps its lists because the night is decided again for another one alone.
_BESIDE = " alone was decided again: the lists of the others are as this night had released them"


def kept_beside(market: str) -> str:
    """Why the markets beside one that is decided alone aren't."""
    return market + _BESIDE


def decided_alone(why: str) -> str:
    """The market that was decided alone, where that is why another one wasn't; else nothing."""
    return why.removesuffix(_BESIDE) if why.endswith(_BESIDE) else ""


def hold_markets(warehouse: Path | duckdb.DuckDBPyConnection, step: Step, held: Iterable[HeldMarket]) -> None:
    """Hold markets for what a step found, in place of those that this step held when it was run before.

    Args:
        warehouse: the night's file, or a connection to it.
    """
    with _connected(warehouse) as connection:
        connection.execute("delete from held.markets where step = ?", [step])
        for each in sorted(set(held)):
            connection.execute("insert into held.markets values (?, ?, ?, ?, ?)", [step, *astuple(each)])


def held_markets(warehouse: Path | duckdb.DuckDBPyConnection, steps: Collection[Step] = ()) -> list[HeldMarket]:
    """The markets that are held, a line per reason; those that some steps found, or all."""
    with _connected(warehouse) as connection:
        found = connection.execute(_SQL("held_markets"), {"steps": list(steps)}).fetchall()
    return [HeldMarket(*row) for row in found]


def create_held_markets(connection: duckdb.DuckDBPyConnection) -> None:
    """The schema `held`, with no market in it unless there was one."""
    connection.execute("create schema if not exists held")
    connection.execute(f"create table if not exists held.markets ({_COLUMNS})")
    connection.execute("create table if not exists held.accounts (account_id varchar, is_set_aside boolean)")


def find_held_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `held.accounts` from what gate 1 accepted: who was in a market that is held is judged by its pack too."""
    connection.execute(_SQL("find_held_accounts"))


@contextmanager
def _connected(warehouse: Path | duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    if isinstance(warehouse, Path):
        with duckdb.connect(str(warehouse)) as connection:
            yield connection
    else:
        yield warehouse
