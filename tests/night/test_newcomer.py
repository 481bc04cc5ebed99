"""The README's first command, in a fresh clone, as somebody types it who has nothing but the clone."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from evenhand.settings import PROJECT


def test_make_nightly_twice_and_make_clean(tmp_path: Path) -> None:
    if not (PROJECT / ".git").exists():
        pytest.skip("this checkout isn't a git repository, so there is nothing to clone")
    clone = tmp_path / "evenhand"
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "EVENHAND", "UV_PROJECT", "MAKE", "VIRTUAL_ENV"))
    } | {"EVENHAND_SANDBOX_PORT": port, "COLUMNS": "200"}

    def make(*arguments: str) -> str:
        run = subprocess.run(
            ["make", *arguments], cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    try:
        first = make("nightly")
        again = make("nightly")

        assert "Night 2026-08-19  revision 1" in first
        assert "reconciled  sandbox, night 2026-08-19: 972 rows wanted, 972 held: they agree" in first
        assert "Nothing changed: the release is, byte for byte, what it was." in again
        assert "sandbox, night 2026-08-19: sent nothing" in again
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        assert (
            subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, check=True).stdout == b""
        )
    finally:
        make("clean")
    assert not (clone / ".evenhand").exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/healthz")
