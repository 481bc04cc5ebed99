"""Every refusal that a page can meet has words of the pages: none is an English sentence of a terminal."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from evenhand.console.refusals import COUNTED, SAID
from evenhand.settings import PROJECT

PACKAGE = PROJECT / "plugins" / "evenhand"
REFUSALS = {
    *("PersonRefused", "WithoutRight", "PeopleClosed", "WorkRefused", "CaseChanged", "NothingHeld", "AnswerRefused"),
    *("EmergencyRefused", "NotReversible"),
}
# What is refused on a terminal and in tasks of Airflow alone, by the function that does.
ELSEWHERE = {"account", "record", "refuse_to_overrule"}
# These say why in the words of what they are caused by.
CAUSED = {"_taken", "as_taken"}


def _raised() -> Iterator[tuple[str, str, set[str]]]:
    """Where something is refused: the file, the function, and as which kinds."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        if name.startswith(("commands/", "console/")):
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                    call = node.exc
                    if isinstance(call.func, ast.Name) and call.func.id in REFUSALS:
                        yield name, function.name, _kinds(call, function)


def _kinds(call: ast.Call, function: ast.FunctionDef) -> set[str]:
    assigned = {
        target.id: each.value
        for each in ast.walk(function)
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    at = 2 if isinstance(call.func, ast.Name) and call.func.id == "WithoutRight" else 1
    said: ast.expr | None = call.args[at] if len(call.args) > at else None
    if isinstance(said, ast.Name):
        said = assigned[said.id]
    parts = (said.body, said.orelse) if isinstance(said, ast.IfExp) else (said,)
    return {str(each.value) for each in parts if isinstance(each, ast.Constant)}


def test_every_refusal_that_a_page_can_meet_has_words_of_the_pages() -> None:
    raised = list(_raised())
    of_pages = [each for each in raised if each[1] not in ELSEWHERE | CAUSED]
    assert [(name, function) for name, function, kinds in of_pages if not kinds] == []
    there = {kind for *_, kinds in of_pages for kind in kinds}
    assert there == SAID.keys() | COUNTED.keys()
    assert {function for _, function, _ in raised} >= ELSEWHERE | CAUSED


def test_no_page_tells_who_reads_it_a_command_in_place_of_what_pages_can_do() -> None:
    said = [*SAID.values(), *(each for both in COUNTED.values() for each in both)]
    assert [each for each in said if "evenhand " in each or "--" in each] == []
