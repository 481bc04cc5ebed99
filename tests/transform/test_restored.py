"""What is restored without an appeal is void from its day on, as after an appeal that was granted on that day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pytest

from evenhand.deciding.compiled import run_models
from evenhand.deciding.project import CompiledModel
from evenhand.landing.accepted import create_accepted
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs
from evenhand.release.previous import create_released
from evenhand.settings import PROJECT

# What there is of each account on the night, but for how things are called.
TOLD = {
    "penalties": "programme, scope, measure, starts_on, ends_on",
    "account_standings": "programme, zone, balance",
    "int_history_versions": "history_version, known_from, known_until",
    "account_entries": "rule, amount, counts_from, counts_until, voided_on",
}
# How an appeal against the third violation of an account came out, of which there are three.
APPEALS: Mapping[str, Mapping[str, str]] = {
    "granted": {"outcome": "granted"},
    "denied": {"outcome": "denied"},
    "taken_back": {"outcome": "withdrawn_by_account"},
    "out_of_court": {"outcome": "granted", "channel": "out_of_court"},
}
RESTORED = {"status": "restored", "restored_on": "2026-03-09"}


def _rows() -> dict[str, list[dict[str, str]]]:
    accounts = ("untouched", "restored", "also_denied", *APPEALS)
    filed = {"filed_on": "2026-03-04", "decided_on": "2026-03-09"}
    appeals = {**APPEALS, "also_denied": APPEALS["denied"]}
    return {
        "creators": [
            {"account_id": each, "market": "SG", "kind": "creator", "language": "en", "onboarded_on": "2026-01-01"}
            for each in accounts
        ],
        "violations": [
            {
                "violation_id": f"{account}/{number}", "account_id": account, "violation_type": "counterfeit",
                "severity": "high", "surface": "short_video", "decided_on": f"2026-03-0{number}", "points": "6",
                **(RESTORED if number == 3 and account in ("restored", "also_denied") else {}),
            }
            for account in accounts
            for number in (1, 2, 3)
        ],
        "appeals": [
            {"appeal_id": each, "violation_id": f"{each}/3", "account_id": each, **filed, **appeals[each]}
            for each in appeals
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def told(every_model: Sequence[CompiledModel]) -> dict[str, dict[str, list[tuple[object, ...]]]]:
    """What the models come to, by account and table."""
    with duckdb.connect(config={"threads": 1}) as connection:
        compile_packs(load_packs(PROJECT / "policies"), connection)
        create_accepted(connection)
        create_released(connection)
        for feed, rows in _rows().items():
            for row in rows:
                names = ", ".join(f"? as {name}" for name in row)
                connection.execute(
                    f"insert into accepted.{feed} by name select date '2026-03-01' as landed_night, {names}",
                    list(row.values()),
                )
        run_models(connection, every_model, date(2026, 3, 12))
        return {
            row["account_id"]: {
                table: connection.execute(
                    f"select {columns} from main.{table} where account_id = ? order by all", [row["account_id"]]
                ).fetchall()
                for table, columns in TOLD.items()
            }
            for row in _rows()["creators"]
        }


def test_restored_is_void_as_after_a_granted_appeal(told: dict[str, dict[str, list[tuple[object, ...]]]]) -> None:
    assert told["untouched"]["penalties"]
    assert told["restored"]["penalties"] != told["untouched"]["penalties"]
    assert told["restored"] == told["granted"]
    # Nobody's past is changed: until the day before, it counted.
    assert told["restored"]["int_history_versions"] == [
        (1, date(1, 1, 1), date(2026, 3, 9)),
        (2, date(2026, 3, 9), None),
    ]


def test_it_is_void_although_an_appeal_had_been_denied(told: dict[str, dict[str, list[tuple[object, ...]]]]) -> None:
    assert told["also_denied"] == told["restored"]


def test_what_the_account_took_back_voids_nothing(told: dict[str, dict[str, list[tuple[object, ...]]]]) -> None:
    assert told["taken_back"] == told["denied"] == told["untouched"]


def test_a_body_out_of_court_voids_what_it_grants(told: dict[str, dict[str, list[tuple[object, ...]]]]) -> None:
    assert told["out_of_court"] == told["granted"]
