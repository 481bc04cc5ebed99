"""Every sentence that the pages say, as it stands in their templates and modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import nodes

from evenhand.cases.kinds import KINDS
from evenhand.cases.priority import FORMULA
from evenhand.console import render
from evenhand.settings import PROJECT

CONSOLE = PROJECT / "plugins" / "evenhand" / "console"
# The arguments that are sentences, by what is called; two are one sentence in the singular and in the plural.
_SENTENCES = {
    "say": (0,),
    "marked": (0,),
    "_": (0,),
    "say_counted": (0, 1),
    "ngettext": (0, 1),
    "marked_counted": (0, 1),
}
# Those of which each is a sentence by itself.
_SEVERAL = {"Column": (1,), "Listed": (1, 2)}
Message = tuple[str, str | None]


def messages() -> set[Message]:
    """Each sentence, with its plural where it counts something."""
    elsewhere = [*(kind.label for kind in KINDS.values()), FORMULA]
    return {*_of_modules(), *_of_templates(), *((each, None) for each in elsewhere)}


def _of_modules() -> Iterator[Message]:
    for path in sorted(CONSOLE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
                yield from _said(node.func.id, texts)
                for keyword in node.keywords:
                    if node.func.id == "Column" and keyword.arg == "unit" and isinstance(keyword.value, ast.Constant):
                        yield str(keyword.value.value), None


def _of_templates() -> Iterator[Message]:
    for path in templates():
        for node in render._templates.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(node.node, nodes.Name):
                texts = [each.value if isinstance(each, nodes.Const) else None for each in node.args]
                yield from _said(node.node.name, texts)


def templates() -> list[Path]:
    return sorted((CONSOLE / "templates").glob("*.html"))


def _said(called: str, texts: Sequence[object]) -> Iterator[Message]:
    for at in _SEVERAL.get(called, ()):
        yield str(texts[at]), None
    places = _SENTENCES.get(called, ())
    said = [texts[at] for at in places if at < len(texts)]
    if said and all(isinstance(each, str) for each in said):
        yield str(said[0]), str(said[1]) if len(said) > 1 else None
