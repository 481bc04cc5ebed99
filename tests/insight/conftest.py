"""The night of a marketplace, which tests of what is told of it share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import pytest

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from insight.marketplace import NIGHT, marketplace_of

SEEDS = (11, 12, 13, 14)


@pytest.fixture(scope="session")
def marketplace(
    every_model: Sequence[CompiledModel], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The night of a marketplace."""
    with marketplace_of(tmp_path_factory.mktemp("marketplace"), SEEDS[0]) as connection:
        run_models(connection, every_model, NIGHT)
        yield connection
