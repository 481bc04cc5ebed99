"""Rooms are above and below each other: who imports whom, late imports too."""

from __future__ import annotations

from collections import defaultdict

from house.imports import circles, imports, modules, package

# Each may import those that come before it, and no other. What isn't named here has no layer: a new room is put in.
LAYERS = (
    ("settings", "deployment", "records"),
    ("landing",),
    ("simulation",),
    ("policy",),
    ("people",),
    ("expectations", "deciding", "release", "emergency"),
    ("notices", "quality", "delivery", "reference", "sampling"),
    ("explain", "cases"),
    ("reports",),
    ("sandbox", "approval"),
    ("tasks",),
    # Pages answer and ask as the commands and forms do, by the same functions; nothing of ours imports them.
    ("local", "console"),
    ("commands",),
    ("cli",),
)
# These alone know Airflow; and nothing but the command itself knows the terminal.
KNOW_AIRFLOW = {"tasks", "local", "commands", "console"}
KNOW_THE_TERMINAL = {"commands", "cli"}


def test_every_room_has_a_layer() -> None:
    assert {package(module) for module in modules()} - {"evenhand"} == {room for layer in LAYERS for room in layer}


def test_a_room_imports_only_those_below_it_and_none_beside_it() -> None:
    height = {room: number for number, layer in enumerate(LAYERS) for room in layer}
    ours = modules().keys()
    wrong = {
        (module, imported)
        for module, found in imports().items()
        for imported in found & ours
        if package(imported) != package(module) and height[package(imported)] >= height[package(module)]
    }
    assert wrong == set()


def test_no_module_imports_itself_through_others() -> None:
    ours = modules().keys()
    assert circles({module: found & ours for module, found in imports().items()}) == []


def test_only_tasks_and_those_above_know_airflow_and_only_commands_know_the_terminal() -> None:
    by_package: dict[str, set[str]] = defaultdict(set)
    for module, found in imports().items():
        by_package[package(module)] |= found
    assert {room for room, found in by_package.items() if "airflow" in found} <= KNOW_AIRFLOW
    assert {room for room, found in by_package.items() if "typer" in found} <= KNOW_THE_TERMINAL


def test_what_looks_for_circles_finds_one() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"], ["c", "b", "c"]]
