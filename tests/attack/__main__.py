"""Try to break a running installation: `make attack`, or `python -m attack --help`."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from attack.at_once import AT_ONCE, folder_of
from attack.attempt import Made, Place, make
from attack.on_nights import ON_NIGHTS, started
from attack.table import table
from evenhand.reference.tables import put_table
from first_nights import ACCEPTED
from made_once import shared_home
from sandbox.process import SandboxProcess


def main() -> None:
    """Make all attempts, write the table, and fail if one went through."""
    parser = argparse.ArgumentParser(prog="python -m attack", description=__doc__)
    parser.add_argument("--table", type=Path, help="the document whose table to write")
    parser.add_argument("--at-once", action="store_true", help="only those that need no night")
    arguments = parser.parse_args()
    os.environ["EVENHAND_PERSONS"] = "none"
    os.environ.update(ACCEPTED)
    with tempfile.TemporaryDirectory(prefix="evenhand-attack-") as made_in:
        folder = Path(made_in)
        made = _at_once(folder)
        if not arguments.at_once:
            made += _on_nights(folder)
        written = table(made, folder)
    if arguments.table:
        put_table(arguments.table, "make attack", written)
    print(written)
    sys.exit(any(each.came_of == "went through" for each in made))


def _at_once(folder: Path) -> list[Made]:
    sandbox = SandboxProcess(folder / "sandbox.sqlite")
    try:
        made = []
        for number, attempt in enumerate(AT_ONCE, start=1):
            sandbox.forget()
            made.append(_told(make(attempt, Place(folder_of(folder, number), sandbox))))
        return made
    finally:
        sandbox.kill()


def _on_nights(folder: Path) -> list[Made]:
    home = folder / "home"
    shutil.copytree(shared_home(), home)
    running = started(home)
    try:
        return [_told(make(attempt, running)) for attempt in ON_NIGHTS]
    finally:
        running.installation.stop()


def _told(made: Made) -> Made:
    print(f"{made.came_of}: {made.what}", file=sys.stderr)
    return made


if __name__ == "__main__":
    main()
