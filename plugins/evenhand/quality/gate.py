"""One gate of one night: a Great Expectations context on the warehouse, and what its suites find there.

Importing this module imports Great Expectations, which takes seconds: import it inside a task, never where a DAG is
parsed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.expectations import Expectation

# Results vanish when a connection goes back to the pool unless DuckDB is left in autocommit.
_ENGINE_OPTIONS = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True, "pool_reset_on_return": None}
_EXAMPLES = 5


class GateFailed(Exception):
    """A gate let nothing through. The message says which expectations failed, where, and what to do."""


@dataclass(frozen=True)
class Finding:
    """What one expectation found.

    Attributes:
        table: the table it looked at, with its schema.
        rule: the expectation's name in our words.
        column: the column it is about; empty for a table.
        remedy: what a person can do about it.
        rows_query: SQL for the rows that fail it, starting with the row locator; empty for a rule about a whole table.
        failing: how many rows fail it; for a rule about a whole table, 0 or 1.
        observed: what was seen, for people.
        blocks: whether a failure stops the run, rather than being a warning.
    """

    table: str
    rule: str
    column: str
    remedy: str
    rows_query: str
    failing: int
    observed: str
    blocks: bool


class Gate:
    """The Great Expectations context of one gate, in a folder of its own that is begun anew each run.

    Attributes:
        docs: the Data Docs page of everything validated so far.
    """

    def __init__(self, folder: Path, warehouse: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._context = gx.get_context(mode="file", project_root_dir=folder)
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._datasource: SQLDatasource = self._context.data_sources.add_sql(
            "warehouse",
            connection_string=f"duckdb:///{warehouse}",
            kwargs=_ENGINE_OPTIONS,  # type: ignore[call-arg]
        )
        self.docs = folder / "gx" / "uncommitted" / "data_docs" / "local_site" / "index.html"

    def close(self) -> None:
        """Write the Data Docs, all at once, for each page takes its time; then let go of the warehouse file."""
        self._context.build_data_docs()
        self._datasource.get_execution_engine().close()
        self._datasource.get_engine().dispose()

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run SQL on the gate's own connection: DuckDB lets no second one be opened beside it."""
        with self._datasource.get_engine().connect() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result.fetchall()] if result.returns_rows else []

    def validate(
        self, table: str, suite: str, expectations: Sequence[Expectation], locator: Sequence[str]
    ) -> list[Finding]:
        """Validate a table (`schema.name`) and add the result to the Data Docs.

        Each expectation carries in `meta` its rule, column and remedy. The locator's columns point at a row.

        Raises:
            GateFailed: an expectation couldn't be evaluated.
        """
        schema, name = table.split(".")
        asset = self._datasource.add_table_asset(suite, table_name=name, schema_name=schema)
        checkpoint = gx.Checkpoint(
            name=suite,
            validation_definitions=[
                self._context.validation_definitions.add(
                    gx.ValidationDefinition(
                        name=suite,
                        data=asset.add_batch_definition_whole_table("all rows"),
                        suite=self._context.suites.add(gx.ExpectationSuite(suite, expectations=list(expectations))),
                    )
                )
            ],
            result_format={
                "result_format": "BASIC",
                "unexpected_index_column_names": list(locator),
                "return_unexpected_index_query": True,
            },
        )
        outcome = self._context.checkpoints.add(checkpoint).run()
        (validation,) = outcome.run_results.values()
        return [_finding(table, result.to_json_dict()) for result in validation.results]

    def examples(self, finding: Finding) -> list[str]:
        """The first rows that fail, as text."""
        if not finding.rows_query:
            return [finding.observed]
        rows = self.execute(f"select * from ({finding.rows_query}) order by all limit {_EXAMPLES}")
        return [", ".join("null" if value is None else str(value) for value in row) for row in rows]

    def complaint(self, gate: str, night: date, findings: Sequence[Finding]) -> GateFailed:
        """The error for findings that block: each with its examples and remedy, and where to read on."""
        lines = [f"{gate} of {night} let nothing through: {len(findings)} expectation(s) failed."]
        for finding in findings:
            column = f", column {finding.column}" if finding.column else ""
            lines.append(f"- {finding.table}{column}: {finding.rule} ({finding.failing} failing). {finding.remedy}")
            lines.extend(f"    {example}" for example in self.examples(finding))
        lines.append(f"Nothing was published or delivered. Data Docs: {self.docs}")
        return GateFailed("\n".join(lines))


def expect_no_rows(query: str, meta: dict[str, str]) -> Expectation:
    """An expectation that a query over `{batch}` finds nothing; its rows start with the table's locator."""
    return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, description=meta["rule"], meta=meta)


def described(rule: str, column: str, remedy: str) -> dict[str, str]:
    """What every expectation carries for the people who read its failure."""
    return {"rule": rule, "column": column, "remedy": remedy}


def _finding(table: str, result: dict[str, Any]) -> Finding:
    configuration = result["expectation_config"]
    meta, kwargs = configuration["meta"], configuration["kwargs"]
    if not result["result"]:
        causes = {str(info["exception_message"]) for info in result["exception_info"].values()}
        raise GateFailed(f"{table}: {meta['rule']} couldn't be evaluated: {'; '.join(sorted(causes))}")
    observed = result["result"].get("observed_value", "")
    if "unexpected_rows_query" in kwargs:
        rows_query = kwargs["unexpected_rows_query"].replace("{batch}", table)
        failing = int(observed)
    elif "unexpected_count" in result["result"]:
        rows_query = result["result"].get("unexpected_index_query", "").rstrip(";")
        # GX counts nothing in a table without rows.
        failing = int(result["result"]["unexpected_count"] or 0)
    else:
        rows_query, failing = "", int(not result["success"])
    return Finding(
        table=table,
        rule=meta["rule"],
        column=meta["column"],
        remedy=meta["remedy"],
        rows_query=rows_query,
        failing=failing,
        observed=f"found {observed}",
        blocks=configuration.get("severity", "critical") == "critical",
    )
