"""100,000 changes to the sandbox over HTTP, with receipts; and how long it takes to converge after a kill -9.

    python -m benchmarks.delivery [--changes 100000] [--kills 3]

The sender is killed at so many points, evenly over the time that an undisturbed delivery takes; then it is run again
until the sandbox holds what is wanted, and that is timed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import httpx
from rich.console import Console
from rich.table import Table

_SECRET = "a secret of the benchmark"
_NIGHT = "2026-10-31"
console = Console()


def main() -> None:
    """Measure an undisturbed delivery, then one for each kill, and print what came out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__.split("\n")[0])
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--send", nargs=3, metavar=("URL", "RELEASE", "LEDGER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.send:
        _send(*arguments.send)
        return
    home = Path(tempfile.mkdtemp(prefix="evenhand-bench-"))
    try:
        release = _release(home, arguments.changes)
        table = Table("killed after", "rows there by then", "seconds to converge", "taken twice", box=None)
        whole, _, twice = _measure(home / "whole", release, None, arguments.changes)
        table.add_row("never", "", f"{whole:.1f}", str(twice))
        for number in range(1, arguments.kills + 1):
            moment = whole * number / (arguments.kills + 1)
            seconds, there, twice = _measure(home / f"kill-{number}", release, moment, arguments.changes)
            table.add_row(f"{moment:.1f} s", f"{there:,}", f"{seconds:.1f}", str(twice))
            console.print(f"killed after {moment:.1f} s with {there:,} rows there: converged in {seconds:.1f} s")
        console.print(f"\n[bold]{arguments.changes:,} changes over HTTP[/bold]")
        console.print(table)
    finally:
        shutil.rmtree(home)


def _measure(folder: Path, release: Path, kill_after: float | None, rows: int) -> tuple[float, int, int]:
    """The seconds until all is there, the rows that were there at the kill, and changes that took effect twice."""
    folder.mkdir()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = folder / "sandbox.sqlite"
    environment = {**os.environ, "EVENHAND_SANDBOX_DB": str(database), "EVENHAND_SANDBOX_SECRET": _SECRET}
    sandbox = subprocess.Popen([sys.executable, "-m", "evenhand.sandbox", "--port", str(port)], env=environment)
    try:
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/healthz").raise_for_status()
                break
            time.sleep(0.05)
        send = ["-m", "benchmarks.delivery", "--send", f"http://127.0.0.1:{port}", str(release), str(folder / "ledger")]
        there = 0
        if kill_after is not None:
            sender = subprocess.Popen([sys.executable, *send], stdout=subprocess.DEVNULL)
            with suppress(subprocess.TimeoutExpired):
                sender.wait(kill_after)
            sender.send_signal(signal.SIGKILL)
            sender.wait()
            there = _count(database, "held")
        began = time.monotonic()
        subprocess.run([sys.executable, *send], check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - began
        held, effects = _count(database, "held"), _count(database, "effects")
        if held != rows:
            raise SystemExit(f"the sandbox holds {held} rows and should hold {rows}")
        return seconds, there, effects - rows
    finally:
        sandbox.kill()
        sandbox.wait()
        shutil.rmtree(folder)


def _send(url: str, release: str, ledger: str) -> None:
    from evenhand.delivery.deliver import deliver
    from evenhand.delivery.receipts import Receipts
    from evenhand.delivery.receivers.http import HttpReceiver
    from evenhand.delivery.reconcile import reconcile_and_correct

    with httpx.Client(timeout=30) as client, Receipts(Path(ledger)) as receipts:
        receiver = HttpReceiver("sandbox", ("penalties",), url, _SECRET, client)
        if not deliver(Path(release), receiver, receipts).complete:
            raise SystemExit("not complete")
        if not reconcile_and_correct(Path(release), receiver, receipts).agrees:
            raise SystemExit("it doesn't agree")


def _release(home: Path, rows: int) -> Path:
    release = home / "releases" / f"night={_NIGHT}"
    release.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select 'A' || i || '/account_health/live' as row_key, 'A' || i as account_id, 'US' as market,
                    'account_health' as programme, 'live' as scope, 'no_live' as measure,
                    date '2026-10-30' as starts_on, date '2026-11-05' as ends_on, md5(cast(i as varchar)) as reason_id
                from range({rows}) as made (i)
            ) to '{release}/penalties.parquet'"""
        )
        connection.execute(
            f"""copy (
                select md5(cast(i as varchar)) as reason_id,
                    'On 2026-10-30 the account went from 3 to 10 point(s) of account_health and entered the zone '
                    || 'limited (balance at least 10). This brings no_live on live from 2026-10-30 until 2026-11-05.'
                        as explanation
                from range({rows}) as made (i)
            ) to '{release}/reasons.parquet'"""
        )
    files = {
        path.name: {"rows": rows, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(release.glob("*.parquet"))
    }
    (release / "manifest.json").write_text(json.dumps({"release_id": "bench", "night": _NIGHT, "files": files}))
    return release


def _count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        ((number,),) = connection.execute(f"select count(*) from {table}").fetchall()
    return int(number)


if __name__ == "__main__":
    main()
