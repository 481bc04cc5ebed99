"""One gate of one night: a Great Expectations context on the warehouse, and what its suites find there.

Importing this module imports Great Expectations, which takes seconds: import it inside a task, never where a DAG is
parsed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import duckdb
import great_expectations as gx
from duckdb_sqlalchemy import ConnectionWrapper
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext, set_context
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.expectations import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from evenhand.quality.configurations import configurations_kept
from evenhand.quality.finding import Finding
from evenhand.quality.page import PAGE, write_page

# Results vanish when a connection goes back to the pool unless DuckDB is left in autocommit.
_ENGINE_OPTIONS = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True, "pool_reset_on_return": None}
_EXAMPLES = 5


class _Unsaved(EphemeralDataContext):
    """A context that nobody opens again: by default, each table of a gate has all those before it written as YAML."""

    def _save_project_config(self) -> None:
        return None


class GateFailed(Exception):
    """A gate let nothing through. The message says which expectations failed, where, and what to do."""


class Gate:
    """The Great Expectations context of one gate, which is in memory, and the folder of its page, begun anew each run.

    Attributes:
        page: the page of everything validated, written when the gate is closed.
    """

    def __init__(self, name: str, night: date, folder: Path, warehouse: Path, part: str = "") -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._name = f"{name} of {night}"
        self._title = f"{name} of night {night}{part and ': '}{part}"
        self._outcome, self._stopped = "The night stopped here: nothing was let through.", True
        self._findings: list[Finding] = []
        self._told: Mapping[str, Sequence[str]] = {}
        self._connection = duckdb.connect(str(warehouse))
        self._context = _Unsaved(project_config=_in_memory())
        set_context(self._context)
        self._datasource: SQLDatasource = self._context.data_sources.add_sql(
            "warehouse",
            connection_string=f"duckdb:///{warehouse}",
            # The file is opened once, as everybody else opens it.
            kwargs={**_ENGINE_OPTIONS, "creator": lambda: ConnectionWrapper(self._connection.cursor())},  # type: ignore[call-arg]
        )
        self.page = folder / PAGE

    def close(self) -> None:
        """Let go of the warehouse file, and write the page; unless it was told otherwise, the night stopped here."""
        self._datasource.get_execution_engine().close()
        self._datasource.get_engine().dispose()
        self._connection.close()
        self._write_page()

    def let_through(self, what: str, told: Mapping[str, Sequence[str]] | None = None) -> None:
        """Say on the page what was let through; the gate may be closed already.

        Args:
            told: what else people are told, line by line, by its heading.
        """
        self._outcome, self._stopped, self._told = f"Let through. {what}", False, told or {}
        self._write_page()

    def _write_page(self) -> None:
        write_page(self.page.parent, self._title, self._outcome, self._stopped, self._findings, self._told)

    def execute(self, statement: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run SQL on the gate's own connection."""
        return self._connection.execute(statement, dict(values) if values else None).fetchall()

    def validate(self, table: str, suite: str, expectations: Sequence[Expectation], if_broken: str) -> list[Finding]:
        """Validate a table (`schema.name`) and keep what was found for the page.

        Each expectation carries in `meta` its rule, column and remedy. The page says what comes of a rule that is
        broken, if it is more than a warning.

        Raises:
            GateFailed: an expectation couldn't be evaluated.
        """
        schema, name = table.split(".")
        asset = self._datasource.add_table_asset(suite, table_name=name, schema_name=schema)
        with configurations_kept():
            validation = asset.get_batch(asset.build_batch_request()).validate(
                gx.ExpectationSuite(suite, expectations=list(expectations)),
                result_format="BASIC",
            )
        try:
            findings = [self._with_examples(_finding(suite, table, result, if_broken)) for result in validation.results]
        except GateFailed as error:
            self._outcome += f" {error}"
            raise
        self._findings += findings
        return findings

    def _with_examples(self, finding: Finding) -> Finding:
        """The finding with the first of the rows that fail it."""
        if not finding.failing or not finding.rows_query:
            return finding
        try:
            rows = self.execute(f"select * from ({finding.rows_query}) order by all limit {_EXAMPLES}")
        except duckdb.Error as error:
            raise _not_evaluated(finding.table, finding.rule, str(error)) from error
        columns = tuple(name for name, *_ in self._connection.description or ())
        examples = tuple(tuple("null" if value is None else str(value) for value in row) for row in rows)
        return replace(finding, columns=columns, examples=examples)

    def complaint(self, findings: Sequence[Finding]) -> GateFailed:
        """The error for findings that block: each with its examples and remedy, and where to read on."""
        lines = [f"{self._name} let nothing through: {len(findings)} expectation(s) failed."]
        for finding in findings:
            column = f", column {finding.column}" if finding.column else ""
            lines.append(f"- {finding.table}{column}: {finding.rule} ({finding.failing} failing). {finding.remedy}")
            lines.extend(f"    {', '.join(row)}" for row in finding.examples or ((finding.observed,),))
        lines.append(f"Nothing was published or delivered. Page: {self.page}")
        return GateFailed("\n".join(lines))


def _in_memory() -> DataContextConfig:
    # No files, and no Data Docs: those load scripts from the internet and take longer than the validation.
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(), progress_bars=ProgressBarsConfig(globally=False)
    )


def _finding(suite: str, table: str, result: ExpectationValidationResult, if_broken: str) -> Finding:
    configuration = result.expectation_config
    assert configuration is not None and configuration.meta is not None
    meta, kwargs = configuration.meta, configuration.kwargs
    if not result.result:
        causes = {str(info["exception_message"]) for info in (result.exception_info or {}).values()}
        raise _not_evaluated(table, meta["rule"], "; ".join(sorted(causes)))
    observed = result.result.get("observed_value", "")
    if "unexpected_rows_query" in kwargs:
        rows_query = kwargs["unexpected_rows_query"].replace("{batch}", table)
        failing = int(observed)
    else:
        rows_query, failing = "", int(not result.success)
    blocks = configuration.severity == FailureSeverity.CRITICAL
    return Finding(
        suite=suite,
        table=table,
        rule=meta["rule"],
        column=meta["column"],
        remedy=meta["remedy"],
        rows_query=rows_query,
        failing=failing,
        observed=f"found {observed}",
        blocks=blocks,
        if_broken=if_broken if blocks else "A warning: the night goes on.",
    )


def _not_evaluated(table: str, rule: str, why: str) -> GateFailed:
    return GateFailed(f"{table}: {rule} couldn't be evaluated: {why}")
