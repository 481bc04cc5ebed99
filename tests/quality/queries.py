"""The SQL of a suite, to be run without Great Expectations."""

from __future__ import annotations

from collections.abc import Sequence

from great_expectations.expectations import Expectation
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation


def queries_of(suite: Sequence[Expectation], table: str) -> dict[str, str]:
    """Rule to the query of the rows that break it, on a table; rules that aren't queries are left out."""
    return {
        str(each.meta["rule"]): str(each.unexpected_rows_query).replace("{batch}", table)
        for each in suite
        if isinstance(each, UnexpectedRowsExpectation) and each.meta
    }
