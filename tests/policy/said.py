"""Every English text that packs are told in: those that `say` is called with, wherever they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from evenhand.policy.language.entries import EntryRule
from evenhand.policy.prose.words import COMPARATORS
from evenhand.settings import PROJECT

# Names of texts and of tables of them.
_GIVEN = {"text", "missing", "_BEYOND", "_NOW", "_BEFORE", "_WITHIN", "_WAS_WITHIN", "_RUNS", "_RAN", "_OUTCOMES"}
FILES = ("words", "brief", "bounds", "other_bounds", "lengths", "pages", "stories")


def texts() -> set[str]:
    """All of them."""
    found = set(COMPARATORS.values())
    policy = PROJECT / "plugins" / "evenhand" / "policy"
    for path in (*(policy / "prose" / f"{name}.py" for name in FILES), policy / "diff.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # Of a name that is given a text and later said, each text that it is given.
        given: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        given.setdefault(target.id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                said = node.args[0]
                named = {each.id for each in ast.walk(said) if isinstance(each, ast.Name)}
                found |= set(_texts(said))
                for each in named & _GIVEN:
                    for value in given.get(each, ()):
                        found |= set(_texts(value))
    # What stands in a loop over titles, in tables of others, and as values of a pack's keys.
    found |= {"## For reviewers", "## For operations", "## For creators", "while eligible", "while not eligible"}
    found |= {"While eligible: {effects}.", "While not eligible: {effects}.", "no measure", "none"}
    found |= set(_ONCE_PER) - {"violation"}
    return found - {""}


_ONCE_PER = EntryRule.model_fields["counts_once_per"].annotation.__args__  # type: ignore[union-attr]


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
