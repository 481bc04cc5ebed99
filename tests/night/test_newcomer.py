"""The README's first command, in a fresh clone, as somebody types it who has nothing but the clone.

In the suite the clone has the libraries that its tests run with, which nobody has to install and compile again: what CI
begins with is `make install` in a fresh clone. In the soak all comes from uv.lock.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from evenhand.settings import PROJECT
from ports import free_port

NIGHT = date(2026, 10, 31)


class Clone:
    """A fresh clone of this checkout, in which nothing is set up."""

    def __init__(self, folder: Path) -> None:
        if not (PROJECT / ".git").exists():
            pytest.skip("this checkout isn't a git repository, so there is nothing to clone")
        self.folder = folder / "evenhand"
        self.port = str(free_port())
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(self.folder)], check=True)

    def make(self, *arguments: str) -> str:
        """Run a target, which has to end well; returns what it said."""
        return self._run("make", *arguments)

    def install_with_the_libraries_of_here(self) -> None:
        """What `make install` leaves: an environment that runs the clone's code, with the libraries of this one."""
        environment = self.folder / ".evenhand" / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        libraries = sysconfig.get_path("purelib", vars={"base": str(environment)})
        paths = (self.folder, self.folder / "plugins", sysconfig.get_path("purelib"))
        Path(libraries, "_evenhand.pth").write_text("".join(f"{path}\n" for path in paths))
        command = environment / "bin" / "evenhand"
        _, _, written = Path(sys.executable).with_name("evenhand").read_text().partition("\n")
        command.write_text(f"#!{environment}/bin/python\n{written}")
        command.chmod(0o755)
        (environment / "installed").touch()

    def evenhand(self, *arguments: str) -> str:
        """Run the command that was installed, in the home that `make` has."""
        return self._run(str(self.folder / ".evenhand" / "venv" / "bin" / "evenhand"), *arguments)

    def _run(self, *command: str) -> str:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "EVENHAND", "UV_PROJECT", "MAKE", "VIRTUAL_ENV", "PYTHONPATH"))
            # A newcomer's Python writes what it compiled.
            and name != "PYTHONDONTWRITEBYTECODE"
        }
        own = {"COLUMNS": "200", "EVENHAND_SANDBOX_PORT": self.port}
        run = subprocess.run(command, cwd=self.folder, env=inherited | own, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def is_as_committed(self) -> bool:
        status = subprocess.run(["git", "status", "--porcelain"], cwd=self.folder, capture_output=True, check=True)
        return status.stdout == b""

    def clean(self) -> None:
        """Delete what was set up and computed; nothing of it is left, and nothing runs."""
        self.make("clean")
        assert not (self.folder / ".evenhand").exists()
        # Who is stopped ends what it is at first.
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz")
            except httpx.TransportError:
                break
            time.sleep(0.1)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{self.port}/healthz")


@pytest.mark.parametrize(
    ("creators", "nights", "installs"), [(300, 4, False), pytest.param(4_000, 90, True, marks=pytest.mark.soak)]
)
def test_make_nightly_and_make_clean(tmp_path: Path, creators: int, nights: int, installs: bool) -> None:
    """Of a smaller marketplace, which is simulated first; the soak has a larger one, and that of the README."""
    clone = Clone(tmp_path)
    try:
        if not installs:
            clone.install_with_the_libraries_of_here()
        clone.make("install")
        assert (clone.folder / ".evenhand" / "boot").exists() is installs
        clone.evenhand("simulate", "--creators", str(creators), "--nights", str(nights), "--until", str(NIGHT))
        _decided(clone, clone.make("nightly"), creators, nights)
    finally:
        clone.clean()


@pytest.mark.soak
def test_make_nightly_as_the_readme_says(tmp_path: Path) -> None:
    clone = Clone(tmp_path)
    try:
        _decided(clone, clone.make("nightly"), 50_000, 90)
    finally:
        clone.clean()


def _decided(clone: Clone, said: str, creators: int, nights: int) -> None:
    history = min(28, nights - 1)
    since = NIGHT - timedelta(days=history)
    assert f"History from {since} until 2026-10-30: {history} nights released" in said
    assert f"The data is simulated: {creators:,} creators, {nights} nights until {NIGHT}" in said
    assert re.search(rf"reconciled  sandbox, night {NIGHT}: ([1-9]\d*) rows wanted, \1 held: they agree", said)
    assert re.search(r"Notices  [1-9]\d* of penalties", said)
    (models,) = re.findall(r"Models\s+(\S+)", said)
    assert "operational_metrics" in Path(models).read_text()
    assert httpx.get(f"http://127.0.0.1:{clone.port}/").status_code == 200
    assert clone.is_as_committed()


@pytest.mark.soak
def test_make_nightly_of_the_real_history_twice(tmp_path: Path) -> None:
    """Its short form is a night of a few creators, twice: tests/night/test_by_hand.py."""
    clone = Clone(tmp_path)
    try:
        first = clone.make("nightly", "EXAMPLE=takedowns")
        again = clone.make("nightly", "EXAMPLE=takedowns")

        assert "Night 2026-08-19  revision 1" in first
        assert "reconciled  sandbox, night 2026-08-19: 972 rows wanted, 972 held: they agree" in first
        assert "Nothing changed: the release is, byte for byte, what it was." in again
        assert "sandbox, night 2026-08-19: sent nothing" in again
        assert httpx.get(f"http://127.0.0.1:{clone.port}/").status_code == 200
        assert clone.is_as_committed()
    finally:
        clone.clean()
