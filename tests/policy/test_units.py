"""A number and what it counts, wherever people are told of it: a part of a whole is percent, in every language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

from evenhand.explain.account_rows import units_of
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.notices.render import counted as told_to_accounts
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_all
from evenhand.policy.prose.words import PERCENT_OF, condition_told, counted
from evenhand.reports.language import Language, languages
from evenhand.settings import PROJECT

VALUES = [Decimal(each) for each in ("0", "0.05", "0.125", "1", "12", "-1", "2.5")]


@cache
def _packs() -> list[Pack]:
    packs = load_all([PROJECT / "policies"])
    return [each.pack for each in packs]


@pytest.fixture(scope="module")
def units() -> set[str]:
    """Of all shipped packs."""
    return {programme.unit for pack in _packs() for programme in pack.programmes.values()}


def test_what_is_a_ratio_in_a_shipped_pack_is_a_part_of_a_whole() -> None:
    ratios = [(name, each.unit) for pack in _packs() for name, each in pack.programmes.items() if each.ratio]
    assert ratios
    assert [each for each in ratios if each[1] not in PERCENT_OF] == []


def test_releases_and_pages_say_of_a_number_of_each_unit_the_same(units: set[str]) -> None:
    files = ((PROJECT / "dbt_project" / "macros" / f"{name}.sql").read_text() for name in ("numbers", "reason_id"))
    macros = Environment().from_string("".join(files)).module
    assert {"share", "percent"} < units
    rows = ", ".join(f"('{unit}', cast({value} as decimal(18, 4)))" for unit in sorted(units) for value in VALUES)
    said = macros.counted("value", "unit")  # type: ignore[attr-defined]
    told = duckdb.sql(f"select unit, value, {said} from (values {rows}) as told (unit, value)").fetchall()
    assert [each for each in told if each[2] != counted(each[1], each[0])] == []
    assert len(told) == len(units) * len(VALUES)


def test_the_bound_of_a_condition_is_told_as_the_balance_beside_it_is(units: set[str]) -> None:
    files = (
        (PROJECT / "dbt_project" / "macros" / f"{name}.sql").read_text() for name in ("numbers", "reason_id", "labels")
    )
    macros = Environment().from_string("".join(files)).module
    conditions = [f"balance {how} {value}" for how in ("at least", "less than") for value in VALUES]
    conditions += [
        "balance at least 100000000000000000",
        "in the zone poor",
        "every condition holds",
        "emergency e1: balance at least 3",
    ]
    rows = ", ".join(f"('{unit}', '{each}')" for unit in sorted(units) for each in conditions)
    said = macros.condition_in_words("condition", "unit")  # type: ignore[attr-defined]
    told = duckdb.sql(f"select unit, condition, {said} from (values {rows}) as told (unit, condition)").fetchall()
    assert [each for each in told if each[2] != condition_told(each[1], each[0])] == []
    assert condition_told("balance at least 0.05", "share") == "balance at least 5 %"
    assert condition_told("balance less than -2.5", "percent") == "balance less than -2.5 %"
    # What people called so themselves, or another version's words.
    for said in ("balance the books", "balance at least", "balance at least NaN", "balance 3"):
        assert condition_told(said, "share") == said
    assert condition_told("balance at least 0.05", "point") == condition_told("balance at least 0.05", None)


def test_a_release_of_before_there_was_a_file_of_its_rules_says_no_unit(tmp_path: Path) -> None:
    assert units_of(tmp_path, date(2026, 3, 1)) == {}


@pytest.mark.parametrize("language", languages())
def test_a_part_of_a_whole_is_percent_in_every_language(language: str) -> None:
    catalogs = load_catalogs(PROJECT / "translations")
    told = catalogs.languages.get(language)
    for unit, value in (("share", Decimal("0.05")), ("percent", Decimal(5))):
        assert counted(value, unit) == "5 %"
        assert Language(language, catalogs).of_unit(value, unit) == "5\u00a0%"
        assert Names(Labels(catalogs)).of_unit(value, unit) == "5\u00a0%"
        assert told is None or told_to_accounts(value, unit, told) == "5\u00a0%"
