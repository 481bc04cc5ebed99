"""Gate 2: whether the lists of a night may be released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.quality.gate import Gate
from expectations.lists import LOCATORS, penalties_suite, reasons_suite, rewards_suite, standings_suite


@dataclass(frozen=True)
class ListsGate:
    """What gate 2 let through: expectations that hold, and the Data Docs page."""

    expectations: int
    docs: Path


def validate_lists(warehouse: Path, folder: Path, night: date) -> ListsGate:
    """Validate penalties, rewards, their reasons and the standings behind them, as the models left them.

    Raises:
        GateFailed: an expectation failed, so nothing may be published.
    """
    suites = {
        "penalties": penalties_suite(night),
        "rewards": rewards_suite(night),
        "reasons": reasons_suite(night),
        "account_standings": standings_suite(night),
    }
    gate = Gate(folder, warehouse)
    try:
        findings = [
            finding
            for table, suite in suites.items()
            for finding in gate.validate(f"main.{table}", table, suite, LOCATORS[table])
        ]
        failed = [finding for finding in findings if finding.failing]
        if failed:
            raise gate.complaint("Gate 2", night, failed)
        return ListsGate(expectations=len(findings), docs=gate.docs)
    finally:
        gate.close()
