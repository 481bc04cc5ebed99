"""SQL that has logic lies in .sql files, where it is linted (CONTRIBUTING.md); each statement there is asked for."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.records.sql_files import parts_of, sql_file_of
from evenhand.settings import PROJECT

PLUGIN = PROJECT / "plugins" / "evenhand"
# Whose SQL reads better where it is, each with why.
BUILT_FROM_TYPES: dict[str, str] = {
    "console/listing.py": (
        "The query that a page gives with a list is made of the columns, the conditions and the order that a person"
        " chose, and of the list's typed definition."
    ),
    "delivery/receivers/postgres.py": (
        "A list's view is made of its typed columns, and its comment in the receiver's database is its text, to the"
        " letter: were that another, views would be dropped on which others were built."
    ),
}
# What makes a text SQL, and what makes it more than one line without logic.
IS_SQL = re.compile(
    r"\bselect\b.*\bfrom\b|\bselect\s+exists\b|^\s*(?:from|with)\s+\S+.*\b(?:where|join|select|order by)\b"
    r"|\binsert into\b|\bcreate (?:or replace )?(?:temp |temporary )?(?:table|view|macro|schema)\b|\bdelete from\b"
    r"|\bupdate \S+ set\b|\bjoin \S+.*\b(?:using|on)\b",
    re.DOTALL,
)
HAS_LOGIC = re.compile(
    r"\n|\b(?:join|group by|over \(|qualify|union|except all|intersect|having|case when|filter \(|with \w+ as)\b"
)


def sql_in(source: str) -> Iterator[tuple[int, str]]:
    """Each SQL text of Python's source that has logic or more than one line, with its line."""
    tree = ast.parse(source)
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inner | told:
            continue
        text = _text(node)
        if IS_SQL.search(text) and (HAS_LOGIC.search(text.strip()) or node.end_lineno != node.lineno):  # type: ignore[attr-defined]
            yield node.lineno, text  # type: ignore[attr-defined]


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_sql_with_logic_is_in_no_python_file() -> None:
    with_sql = {
        path.relative_to(PLUGIN).as_posix(): [line for line, _ in found]
        for path in sorted(PLUGIN.rglob("*.py"))
        if (found := list(sql_in(path.read_text(encoding="utf-8"))))
    }
    assert {file: lines for file, lines in with_sql.items() if file not in BUILT_FROM_TYPES} == {}
    assert set(BUILT_FROM_TYPES) - set(with_sql) == set(), "moved: take it from the list"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('x = "select count(*) from landing.files where night = $night"', []),
        ('x = "select a from b join c using (d)"', [1]),
        ('x = f"select a from {b} group by all"', [1]),
        ('x = ("select a"\n    " from b")', [1]),
        ('x = """\nselect a\nfrom b\n"""', [1]),
        ('def x():\n    """It takes a select of rows\n    from b."""', []),
        ('x = "from a where b order by all"', []),
        ('x = "create or replace table a as select * from b qualify c = 1"', [1]),
        ('x = "Choose from the list, and select who has it."', []),
    ],
)
def test_sql_with_logic_is_found(source: str, lines: list[int]) -> None:
    assert [line for line, _ in sql_in(source)] == lines


def named_in(path: Path) -> set[str]:
    """The statements that a module asks its file for; the name stands where it is asked for."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_SQL"
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def test_each_statement_of_a_file_is_asked_for_by_its_module_and_each_that_is_asked_for_is_there() -> None:
    modules = {path for path in PLUGIN.rglob("*.py") if "_SQL = SqlFile(__file__)" in path.read_text(encoding="utf-8")}
    assert len(modules) > 1
    for module in sorted(modules):
        there = set(parts_of(sql_file_of(module).read_text(encoding="utf-8")))
        assert (module, named_in(module)) == (module, there)
    named = {path for path in PLUGIN.rglob("sql/*.sql") if "-- name: " in path.read_text(encoding="utf-8")}
    assert named == {sql_file_of(module) for module in modules}


def test_the_linter_leaves_out_no_model_but_those_that_are_a_call_of_a_macro() -> None:
    lines = (PROJECT / "dbt_project" / ".sqlfluffignore").read_text().splitlines()
    for name in (line for line in lines if not line.startswith("#")):
        assert re.fullmatch(r"\{\{ \w+\([^{}]*\) \}\}\n", (PROJECT / "dbt_project" / name).read_text()), name


def test_make_lint_sees_the_sql_of_modules(tmp_path: Path) -> None:
    assert "\t$(SQLFLUFF) plugins --templater placeholder" in (PROJECT / "Makefile").read_text()
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    folder = tmp_path / "plugins"
    folder.mkdir()
    shutil.copy(PROJECT / "plugins" / ".sqlfluff", folder)
    good = "-- name: a\nselect account_id from {{ rows }}\nwhere market = $market;\n"
    texts = {
        "good": good,
        "in_capitals": good.replace("where", "WHERE"),
        "unparsable": good.replace("from", "form"),
        "badly_laid_out": good.replace(" = ", "=").replace("where", "  where"),
    }
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text)
    run = subprocess.run(
        [sys.executable, "-m", "house.sql_linter", "lint", "plugins", "--templater", "placeholder", "--format", "json"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(PROJECT / "tests")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = {
        Path(file["filepath"]).stem: sorted({each["code"] for each in file["violations"]})
        for file in json.loads(run.stdout)
    }
    assert found == {
        "good": [],
        "in_capitals": ["CP01"],
        "unparsable": ["AL02", "PRS"],
        "badly_laid_out": ["LT01", "LT02"],
    }
    assert run.returncode == 1
