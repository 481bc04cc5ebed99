"""Which module imports which, from the files alone: imports inside functions too, but not those of types alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from evenhand.settings import PROJECT

OURS = ("evenhand", "expectations")


def modules() -> dict[str, Path]:
    """Every module of the plugin folder and of the suites, by its dotted name."""
    found = {}
    for root, folder in ((PROJECT / "plugins", PROJECT / "plugins" / "evenhand"), (PROJECT, PROJECT / "expectations")):
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports() -> Mapping[str, set[str]]:
    """Module to the modules that it imports: ours by their own names, others by that of their package."""
    known = modules()
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in known.items():
        for name in _named(path):
            inner = next((each for each in _longest_first(name) if each in known), None)
            found[module].add(inner or name.partition(".")[0])
        found[module] -= {module}
    return found


def package(module: str) -> str:
    """The package of ours that a module is in, or the module itself where it is in none."""
    first, _, rest = module.partition(".")
    return first if first != "evenhand" or not rest else rest.partition(".")[0]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Ways that lead back to where they begin, one for each place that has one."""
    found = []
    for start in graph:
        ways, seen = [[start]], {start}
        while ways:
            way = ways.pop()
            for following in sorted(graph.get(way[-1], set())):
                if following == start:
                    found.append([*way, start])
                    ways.clear()
                    break
                if following not in seen:
                    seen.add(following)
                    ways.append([*way, following])
    return found


def _named(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_bytes())
    of_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in of_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _longest_first(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]
