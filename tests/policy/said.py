"""Every English text that packs are told in: those that `say` is called with, wherever they stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from evenhand.policy.language.entries import EntryRule
from evenhand.policy.prose.words import COMPARATORS
from evenhand.settings import PROJECT

FILES = ("policy/prose/words.py", "policy/prose/brief.py", "policy/diff.py")


def texts() -> set[str]:
    """All of them."""
    found = set(COMPARATORS.values())
    for name in FILES:
        tree = ast.parse((PROJECT / "plugins" / "evenhand" / name).read_text(encoding="utf-8"))
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
                for each in named & {"text", "_HOW", "missing", "_BEYOND"}:
                    for value in given[each]:
                        found |= set(_texts(value))
    # What stands in a loop over titles, in tables of others, and as values of a pack's keys.
    found |= {"## For reviewers", "## For operations", "## For creators", "while eligible", "while not eligible"}
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
