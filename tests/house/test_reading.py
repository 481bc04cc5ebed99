"""What only reads opens only to read: a plan, an explanation or a page mends, makes and locks nothing."""

from __future__ import annotations

import ast

from house.imports import modules, package

# Of others, modules that only read.
ROOMS = {"commands", "console", "explain", "reports"}
BESIDES = {"evenhand.delivery.plan", "evenhand.delivery.answered"}
# What opens a file or a database, and what says that it is only read.
OPENS = {"connect": "read_only", "Receipts": "reads_only"}


def _opened_to_write(source: str) -> list[str]:
    return [
        ast.unparse(call)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name | ast.Attribute)
        and (name := call.func.id if isinstance(call.func, ast.Name) else call.func.attr) in (*OPENS, "open_ledger")
        # Without a path, it is one in memory.
        and call.args
        and not {OPENS.get(name)} & {each.arg for each in call.keywords if ast.unparse(each.value) == "True"}
    ]


def test_what_only_reads_opens_only_to_read() -> None:
    reading = {name: path for name, path in modules().items() if package(name) in ROOMS or name in BESIDES}
    assert len(reading) > 50
    found = {name: wrong for name, path in reading.items() if (wrong := _opened_to_write(path.read_text()))}
    assert found == {}


def test_what_opens_to_write_is_found() -> None:
    wrong = ["duckdb.connect(str(path))", "Receipts(path, server)", "open_ledger(path)"]
    right = ["duckdb.connect()", "duckdb.connect(path, read_only=True)", "Receipts(path, reads_only=True)"]
    assert _opened_to_write("\n".join([*wrong, *right])) == wrong
