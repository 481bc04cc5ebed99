"""What every expectation of the gates is made with, and carries for the people who read its failure.

Importing this module imports Great Expectations, which takes seconds: import it inside a task, never where a DAG is
parsed.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations.expectations as gxe
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity


class ExpectNoRows(gxe.UnexpectedRowsExpectation):
    """That a query finds nothing, by counting: Great Expectations' own also fetches rows, and runs each query twice."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        found = metrics["unexpected_rows_query.row_count"]
        return {"success": found == 0, "result": {"observed_value": found}}


def expect_no_rows(query: str, meta: dict[str, str]) -> Expectation:
    """An expectation that a query over `{batch}` finds nothing; its rows start with the table's locator."""
    return ExpectNoRows(unexpected_rows_query=query, description=meta["rule"], meta=meta)


def warn_of_rows(query: str, meta: dict[str, str]) -> Expectation:
    """The same, of what is a warning."""
    return ExpectNoRows(
        unexpected_rows_query=query, description=meta["rule"], meta=meta, severity=FailureSeverity.WARNING
    )


def described(rule: str, column: str, remedy: str) -> dict[str, str]:
    """What every expectation carries for the people who read its failure."""
    return {"rule": rule, "column": column, "remedy": remedy}


def variance_stabilised(number: str) -> str:
    """SQL of a count on the scale on which chance spreads any count by about 1; `number` is SQL of the count."""
    return f"2 * sqrt({number} + 0.375)"
