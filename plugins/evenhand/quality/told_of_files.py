"""What people are told of files although the night goes on: of those that count, and of what lies beside them."""

from __future__ import annotations

from datetime import date

from evenhand.quality.candidates import markets_without_rules
from evenhand.quality.gate import Gate
from evenhand.quality.missed_files import missed_files
from evenhand.quality.whose_file import rows_of_other_markets

_GONE = "it is in the landing folder no more, and its rows count on; evenhand feed forget has them count no more"


def told_of_files(gate: Gate, night: date) -> list[str]:
    """What is told of files that are loaded, and of what lies beside them."""
    loaded = gate.execute("select landed_file, said from landing.told order by all")
    others = gate.execute("select name, 'it is passed over: ' || why from landing.passed_over order by all")
    told = [f"{name}: {said}" for name, said in (*loaded, *others)]
    told += _of_vanished(gate, night)
    told += _of_what_is_ahead(gate, night)
    told += missed_files(gate, night)
    return [*told, *rows_of_other_markets(gate, night), *markets_without_rules(gate, night)]


def _of_vanished(gate: Gate, night: date) -> list[str]:
    """Files that are gone from the landing folder: each once, and how many they are after that."""
    gone = gate.execute(f"select landed_file, since from landing.vanished where since <= date '{night}' order by all")
    told = [f"{name}: {_GONE}" for name, since in gone if since == night]
    if before := [name for name, since in gone if since < night]:
        are = "1 file that vanished on an earlier night counts on: it is" if len(before) == 1 else ""
        told.append(
            f"{are or f'{len(before)} files that vanished on earlier nights count on; the first is'} {before[0]}"
        )
    return told


def _of_what_is_ahead(gate: Gate, night: date) -> list[str]:
    """Folders of nights that haven't come: each once, and how many they are after that."""
    ahead = gate.execute("select name, files, first, since from landing.ahead order by all")
    told = [
        f"{name}: this night hasn't come, so nothing looks at {_in_it(files, first)}. If the day is wrong, rename the"
        " folder"
        for name, files, first, since in ahead
        if since == night
    ]
    if before := [name for name, _, _, since in ahead if since < night]:
        one, more = "1 folder of a night that hasn't come is still there:", "folders of nights that haven't come are"
        told.append(_counted(before, one, f"{more} still there; the first is"))
    return told


def _counted(names: list[str], one: str, more: str) -> str:
    return f"{one} {names[0]}" if len(names) == 1 else f"{len(names)} {more} {names[0]}"


def _in_it(files: int, first: str) -> str:
    return first if files == 1 else f"the {files} files in it, the first of which is {first}"
