"""A word has one meaning: a gate is gate 1 or gate 2, and what an account may have is its eligibility."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
# Where packs and accounts are spoken of, and not what is validated.
ABOUT_ACCOUNTS = (
    *("dbt_project/models/intermediate", "dbt_project/models/marts", "dbt_project/macros", "plugins/evenhand/explain"),
    *("plugins/evenhand/policy/language", "plugins/evenhand/policy/prose", "plugins/evenhand/policy/tables"),
    *("policies", "docs/policy-language.md", "docs/policy-reference.md"),
)
GATE = re.compile(r"(?<![a-z])(?:gates?|gated)(?![a-z])(?! [12]\b| 1 and 2)", re.IGNORECASE)
# What version 1 of the language said, for those who wrote it.
FORMER = {"former.py"}
# What was called otherwise before, and is so nowhere in what decides.
GONE = re.compile(
    r"\b(?:effective_until|asked_until|strictness_before|spreads_away|is_felt|needs_care|kept_for|true_from|true_until"
    r"|feeds_landed|policies_compiled|feeds_validated|models_built|lists_validated|night_released|person_asked)\b"
)


def files(folder: str) -> list[Path]:
    path = PROJECT / folder
    found = [path] if path.is_file() else sorted(path.rglob("*"))
    return [each for each in found if each.suffix in (".py", ".sql", ".yml", ".md") and each.name not in FORMER]


def found(folder: str, words: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in files(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if words.search(line)
    ]


@pytest.mark.parametrize("folder", ABOUT_ACCOUNTS)
def test_what_an_account_may_have_is_called_eligibility_and_no_gate(folder: str) -> None:
    assert files(folder)
    assert found(folder, GATE) == []


@pytest.mark.parametrize("folder", ["dbt_project", "dags", "expectations", "docs/operations.md"])
def test_what_was_renamed_is_called_so_everywhere(folder: str) -> None:
    assert files(folder)
    assert found(folder, GONE) == []


@pytest.mark.parametrize(
    ("line", "is_wrong"),
    [
        ("the gate ads", True),
        ("at gate 2 it", False),
        ("gates 1 and 2", False),
        ("aggregate", False),
        ("_gate(x)", True),
    ],
)
def test_a_gate_without_its_number_is_found(line: str, is_wrong: bool) -> None:
    assert bool(GATE.search(line)) is is_wrong
