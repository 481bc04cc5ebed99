"""The README's first command, in a fresh clone, as somebody types it who has nothing but the clone."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from evenhand.settings import PROJECT
from ports import free_port


def test_make_nightly_twice_and_make_clean(tmp_path: Path) -> None:
    if not (PROJECT / ".git").exists():
        pytest.skip("this checkout isn't a git repository, so there is nothing to clone")
    clone = tmp_path / "evenhand"
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
    port = str(free_port())
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AIRFLOW", "EVENHAND", "UV_PROJECT", "MAKE", "VIRTUAL_ENV"))
    } | {"COLUMNS": "200"}

    def make(*arguments: str, sandbox_port: str = "") -> str:
        own = {"EVENHAND_SANDBOX_PORT": sandbox_port} if sandbox_port else {}
        run = subprocess.run(
            ["make", *arguments], cwd=clone, env=environment | own, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    try:
        # Each example has a receiver of its own.
        simulated = make("nightly", sandbox_port=str(free_port()))
        first = make("nightly", "EXAMPLE=takedowns", sandbox_port=port)
        again = make("nightly", "EXAMPLE=takedowns", sandbox_port=port)

        assert "The data is simulated: 50,000 creators, 90 nights until 2026-10-31" in simulated
        assert re.search(r"reconciled  sandbox, night 2026-10-31: (\d+) rows wanted, \1 held: they agree", simulated)
        assert re.search(r"Notices  \d+ of penalties new", simulated)
        (models,) = re.findall(r"Models\s+(\S+)", simulated)
        assert "operational_metrics" in Path(models).read_text()
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
