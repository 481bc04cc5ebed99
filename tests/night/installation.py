"""An installation of its own for a test: feeds, packs and receivers as it likes, run through the real command."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from typer.testing import CliRunner

from evenhand.landing.contracts import BY_NAME
from evenhand.settings import PROJECT
from first_nights import ACCEPTED
from ports import free_port

Row = Sequence[str]
COMMAND = Path(sys.executable).with_name("evenhand")

FIRST_NIGHT = "2026-03-05"
CREATORS = [(f"a{n}", "world", "creator", "en", "2026-01-01") for n in range(1, 7)]
CONTENTS = [(f"c{n}", f"a{n}", "short_video", "2026-01-02") for n in range(1, 7)]
# Account n has n strikes by 5 March.
VIOLATIONS = [
    (f"v{n}.{strike}", f"a{n}", f"c{n}", "copyright", f"b{n}.{strike}", f"2026-03-0{strike + 1}")
    for n in range(1, 5)
    for strike in range(n)
]
# The only strike of the first account is appealed and struck out on 6 March.
APPEALS = [("p1", "v1.0", "a1", "2026-03-04", "granted", "2026-03-06")]


class Installation:
    """A data directory, and the command run on it.

    Attributes:
        overrides: environment of the next runs, on top of what the installation needs.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = str(free_port())
        self.overrides: dict[str, str] = {}

    @classmethod
    def copy_of(cls, decided: Path, folder: Path) -> Installation:
        """A copy, in a folder, of a home that was decided once, with the packs that lie in it."""
        installation = cls(Path(shutil.copytree(decided, folder / "home", symlinks=True)))
        installation.overrides["EVENHAND_POLICIES"] = str(installation.home / "packs")
        return installation

    def land(self, night: str, **feeds: Sequence[Row]) -> None:
        """Drop a file per feed, as a source system would."""
        for feed, rows in feeds.items():
            self.drop(night, feed, [BY_NAME[feed].names_in_every_file, *rows])

    def drop(self, night: str, feed: str, lines: Sequence[Row], market: str = "") -> Path:
        """Drop a file with any header; that of a market is in a folder of its own."""
        folder = self.home / "landing" / feed / f"night={night}"
        path = (folder / f"market={market}" if market else folder) / "day.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(lines)
        return path

    def land_history(self) -> None:
        """Two nights: all feeds on 5 March, and on 6 March the decision on the appeal."""
        self.land(FIRST_NIGHT, creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])
        self.land("2026-03-06", appeals=APPEALS)

    def have_one_pack(self) -> None:
        """Have the pack of the history's market alone: with eight others, a night takes a tenth longer."""
        packs = self.home / "packs"
        packs.mkdir(exist_ok=True)
        shutil.copy(PROJECT / "policies" / "takedowns.yml", packs)
        self.overrides["EVENHAND_POLICIES"] = str(packs)

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "EVENHAND"))}
        own = {"EVENHAND_HOME": str(self.home), "EVENHAND_SANDBOX_PORT": self.port, "COLUMNS": "300"}
        # One account runs all tests: people are who they say they are.
        own["EVENHAND_PERSONS"] = "none"
        own.update(ACCEPTED)
        return {**inherited, **own, **self.overrides}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command in a process group of its own, which hears Ctrl-C also where these tests don't."""
        return subprocess.Popen(
            # What a shell runs in the background ignores it, and all that this starts.
            ["env", "--default-signal=INT", str(COMMAND), *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def nightly(self, night: str, expect: int = 0) -> str:
        """Run a night and return what the command said; it must end with the exit code that is expected."""
        return self.run("nightly", night, expect=expect)

    def directly(self, night: str, expect: int = 0, scheduled: bool = False, market: str = "") -> str:
        """Run a night's steps in this process, without Airflow; returns what the command would have said.

        Args:
            scheduled: as a run of the schedule does, and not one by hand.
            market: the one that alone is decided again, as with --market.
        """
        from night.directly import run_night

        is_well, said = run_night(night, self.environment(), scheduled, market)
        assert is_well == (expect == 0), said
        return said

    def deliver(self, night: str, expect: int = 0) -> str:
        """Deliver a night that is decided, in this process; returns what the command would have said of the night."""
        from night.directly import run_night

        is_well, said = run_night(night, self.environment(), is_decided=True)
        assert is_well == (expect == 0), said
        return said

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run any command and return what it said; it must end with the exit code that is expected."""
        run = self.start(*arguments)
        said, _ = run.communicate()
        assert run.returncode == expect, said
        return said

    def in_process(self, *arguments: str, expect: int = 0) -> str:
        """Run any command in this process and return what it said; it must end with the exit code that is expected."""
        from evenhand.cli import app
        from evenhand.commands.terminal import console, errors
        from night.directly import environment

        with environment(self.environment(), alone=True):
            # As wide as a process of its own has it, whoever imported them before, and nobody after it.
            console.width = errors.width = int(os.environ["COLUMNS"])
            try:
                done = CliRunner().invoke(app, arguments)
            finally:
                console._width = errors._width = None
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == expect, done.output
        return done.output

    def release(self, night: str) -> Path:
        return self.home / "releases" / f"night={night}"

    def release_bytes(self, night: str) -> dict[str, str]:
        """Hash of every file of a release, by name; empty if there is no release."""
        folder = self.release(night)
        if not folder.exists():
            return {}
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}

    def revisions(self, night: str) -> list[str]:
        return sorted(path.name for path in (self.home / "releases" / "revisions" / f"night={night}").glob("*"))

    def rows(self, night: str, name: str, columns: str = "*", where: str = "true") -> list[tuple[object, ...]]:
        with duckdb.connect() as connection:
            file = self.release(night) / f"{name}.parquet"
            return connection.execute(
                f"select {columns} from read_parquet(?) where {where} order by all", [str(file)]
            ).fetchall()

    def manifest(self, night: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.release(night) / "manifest.json").read_text())
        return content

    def held(self) -> list[str]:
        """The row keys that the sandbox holds."""
        return [key for (key,) in self._sandbox("select row_key from held order by row_key")]

    def effects(self) -> int:
        """How many changes ever took effect in the sandbox."""
        ((number,),) = self._sandbox("select count(*) from effects")
        return int(number)

    def stop(self) -> None:
        pid = self.home / "sandbox.pid"
        if pid.exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid.read_text()), signal.SIGKILL)
            pid.unlink()

    def _sandbox(self, query: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.home / "sandbox.sqlite")) as database:
            return database.execute(query).fetchall()


def killed(run: subprocess.Popen[str]) -> bool:
    """Kill a command and all that it started; whether it hadn't ended by itself before."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    return run.returncode == -signal.SIGKILL
