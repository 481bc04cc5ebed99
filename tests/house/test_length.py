"""A file is short, or says first why it isn't; and what is easily got wrong or tells of a night has a unit test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FOLDERS = ("plugins", "expectations", "dags", "benchmarks", "tests", "dbt_project/models", "dbt_project/macros")
LONGEST = {".py": 300, ".sql": 200}
REASON = "Longer than other files, for "
MODELS = PROJECT / "dbt_project" / "models"
TELLING = ("intermediate/operations", "marts/insight")
# dbt knows no metrics in its unit tests: tests/insight/test_metrics.py has the figures of these, worked out by hand.
OF_METRICS = {"live_performance", "operational_metrics"}
# What tells of a night and counts nothing.
NO_ROWS_OF_ITS_OWN = {"time_spine"}


def first_words(text: str) -> str:
    """The first comment or docstring of a file, in one line."""
    begins = re.match(r'\s*("""|\{#-|--)', text)
    if not begins:
        return ""
    if begins[1] == "--":
        lines = [line[2:].strip() for line in re.match(r"(?:\s*--.*\n)+", text)[0].splitlines()]  # type: ignore[index]
        return " ".join(lines)
    end = {'"""': '"""', "{#-": "-#}"}[begins[1]]
    return " ".join(text[begins.end() : text.index(end, begins.end())].split())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_long_file_says_first_why_it_is(folder: str) -> None:
    long = [
        path.relative_to(PROJECT).as_posix()
        for path in sorted((PROJECT / folder).rglob("*"))
        if path.suffix in LONGEST
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST[path.suffix]
        if REASON not in first_words(path.read_text(encoding="utf-8"))
    ]
    assert long == []


@pytest.mark.parametrize(
    ("text", "found"),
    [('"""One.\n\nTwo\nthree.\n"""\nx = 1', "One. Two three."), ("-- One\n-- two\nselect 1", "One two"), ("x = 1", "")],
)
def test_the_first_words_of_a_file_are_its_docstring_or_comment(text: str, found: str) -> None:
    assert first_words(text) == found


def test_every_recursive_model_and_every_one_that_computes_an_amount_has_a_unit_test() -> None:
    needed = {
        path.stem
        for path in MODELS.rglob("*.sql")
        if re.search(r"with recursive|as_amount\(|amount_within_cap\(", path.read_text())
    }
    assert {"int_reliefs", "int_bonus_payments"} <= needed
    assert needed - _tested() - OF_METRICS == set()


def test_every_model_that_tells_of_a_night_has_a_unit_test() -> None:
    of_insight = {path.stem for folder in TELLING for path in (MODELS / folder).glob("*.sql")}
    assert {"int_open_work", "enforcement_gaps"} <= of_insight
    assert of_insight - _tested() - OF_METRICS - NO_ROWS_OF_ITS_OWN == set()


def _tested() -> set[str]:
    return {
        name for path in MODELS.rglob("*.yml") for name in re.findall(r"^    model: (\w+)$", path.read_text(), re.M)
    }
