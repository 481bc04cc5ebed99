"""The models of a night as dbt compiled them, and what is known of each before it is run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from evenhand.deciding.needed_rows import Needed

# The default of the project's variable `night`, for which everything is compiled.
ANY_NIGHT = "1583-02-28"


@dataclass(frozen=True)
class CompiledModel:
    """A model's SQL for any night; `materialized` is `table` or `view`.

    Attributes:
        columns: those of its rows, with their types; none where they aren't known.
        needed: what has to have rows if it has any; nothing where that isn't known.
    """

    name: str
    materialized: str
    sql: str = field(repr=False)
    columns: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    needed: Needed = field(default=(), repr=False)

    def of(self, night: date) -> str:
        """The SQL for a night."""
        return _of(night, self.sql)


@dataclass(frozen=True)
class DataTest:
    """A query that finds nothing where its models are right; it is for any night, as theirs is.

    Attributes:
        needed: what has to have rows if it finds anything.
    """

    name: str
    models: tuple[str, ...]
    sql: str = field(repr=False)
    needed: Needed = field(default=(), repr=False)

    def of(self, night: date) -> str:
        """The SQL for a night."""
        return _of(night, self.sql)


@dataclass(frozen=True)
class Node:
    """A model in its project.

    Attributes:
        path: its file below the dbt project.
        tells: whether it tells of a night and decides nothing.
        parents: the models that it reads.
        contract: the columns that it promises, with their types; none where it promises nothing.
        tests: those that can run once this model is there; a test of several models is with the last of them.
    """

    model: CompiledModel
    path: str
    tells: bool
    parents: tuple[str, ...]
    contract: tuple[tuple[str, str], ...]
    tests: tuple[DataTest, ...]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def comes_after_gate(self) -> bool:
        """Whether it reads what gate 2 let through, which isn't there before."""
        return "after_gate" in Path(self.path).parts


@dataclass(frozen=True)
class Project:
    """The compiled project: its models in an order in which they can be built."""

    nodes: tuple[Node, ...] = field(repr=False)

    def part(self, *, after_gate: bool) -> Project:
        """The models that are built before gate 2, or after it."""
        return Project(tuple(node for node in self.nodes if node.comes_after_gate == after_gate))

    def models(self, *, what_tells: bool = False, leading_to: Collection[str] | None = None) -> list[CompiledModel]:
        """Models in the order in which they can be built.

        Args:
            what_tells: with those that tell of a night and decide nothing.
            leading_to: only these and what they are made of.
        """
        wanted = {node.name for node in self.nodes if what_tells or not node.tells}
        if leading_to is not None:
            wanted &= set(leading_to)
            for node in reversed(self.nodes):
                if node.name in wanted:
                    wanted.update(node.parents)
        return [node.model for node in self.nodes if node.name in wanted]


def node_of(content: dict[str, Any]) -> Node:
    """A node as it was written down, as JSON has it."""
    return Node(
        model=model_of(**content["model"]),
        path=content["path"],
        tells=content["tells"],
        parents=tuple(content["parents"]),
        contract=tuple((name, data_type) for name, data_type in content["contract"]),
        tests=tuple(
            DataTest(each["name"], tuple(each["models"]), each["sql"], _needed(each["needed"]))
            for each in content["tests"]
        ),
    )


def model_of(
    name: str, materialized: str, sql: str, columns: Sequence[Sequence[str]], needed: Sequence[Sequence[str]]
) -> CompiledModel:
    """A model as it was written down, with columns and needed as JSON has them."""
    named = tuple((column, kind) for column, kind in columns)
    return CompiledModel(name, materialized, sql, columns=named, needed=_needed(needed))


def _needed(groups: Sequence[Sequence[str]]) -> Needed:
    return tuple(tuple(group) for group in groups)


def _of(night: date, sql: str) -> str:
    return sql.replace(ANY_NIGHT, str(night))
