"""What the pages take of a large marketplace: seconds of requests over all pages, and the memory of the process.

A small marketplace is simulated and one night of it decided; its release is then multiplied into one of as many
accounts, with the same shares, and that into as many nights. The pages are served by a process of their own, and asked
one after the other as a browser asks.

    python -m benchmarks.console [--accounts 1000000] [--nights 90] [--home EVENHAND_HOME] [--table docs/performance.md]
"""

from __future__ import annotations

import argparse
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import httpx
import psutil

from benchmarks.compare import machine
from benchmarks.large import multiply, small
from evenhand.console.tables import LISTS
from evenhand.console.workbook import MOST_ROWS
from evenhand.delivery.ledger import open_ledger
from evenhand.reference.tables import put_table

REQUESTS = 200


def main() -> None:
    """Generate it, ask, print what it took, and write that into a file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--nights", type=int, default=90)
    parser.add_argument("--home", type=Path, help="an installation whose newest release is multiplied")
    parser.add_argument("--table", type=Path, help="a file with a block for the table")
    parser.add_argument("--serve", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        _serve(asked.serve)
        return
    with tempfile.TemporaryDirectory(prefix="evenhand-console-") as folder:
        home = Path(folder) / "large"
        begun = time.monotonic()
        multiply(asked.home or small(Path(folder) / "small"), home, asked.accounts, asked.nights)
        sent = deliver(home)
        print(f"generated in {time.monotonic() - begun:.0f} s; {sent:,} rows were sent", flush=True)
        table = measure(home, asked.accounts, asked.nights)
    print(table)
    if asked.table:
        put_table(asked.table, "python -m benchmarks.console", table)


def deliver(home: Path) -> int:
    """Have the ledger say that a receiver was sent what changed on the newest night, and what accounts are told.

    Returns:
        How many rows it was sent.
    """
    newest = max((home / "releases").glob("night=*"))
    night = newest.name.removeprefix("night=")
    at = f"{night}T20:00:00.000Z"
    changes = f"""
        select list, row_key, if(change = 'removed', 'remove', 'put') as action from '{newest}/changes.parquet'
        union all
        select 'notices', notice_id, 'put' from '{newest}/notices.parquet'
    """
    rows = 0
    with duckdb.connect() as connection, closing(open_ledger(home / "receipts.sqlite")) as ledger:
        found = connection.execute(f"select row_number() over (), list, row_key, action from ({changes})")
        ledger.execute("begin")
        while some := found.fetchmany(10_000):
            ledger.executemany(
                "insert into changes (receiver, key, list, row_key, generation, action, night, release_id, status,"
                " planned_at, answered_at) values ('sandbox', ?, ?, ?, 0, ?, ?, '', 'acknowledged', ?, ?)",
                [(str(key), *row, night, at, at) for key, *row in some],
            )
            rows += len(some)
        ledger.execute("commit")
    return rows


@dataclass(frozen=True)
class Request:
    """A page that is asked for, and what kind of page it is."""

    kind: str
    address: str


def requests(home: Path, seed: int = 1) -> Iterator[Request]:
    """Pages in an order of chance that is always the same: each kind as often as the others."""
    draw = random.Random(seed)
    nights = sorted(path.name.removeprefix("night=") for path in (home / "releases").glob("night=*"))
    newest = home / "releases" / f"night={nights[-1]}"
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select account_id, violation_id from '{newest}/account_violations.parquet'"
            " using sample reservoir(400 rows) repeatable (1)"
        ).fetchall()
        markets = [
            market
            for (market,) in connection.execute(
                f"select distinct market from '{newest}/account_profiles.parquet' order by 1"
            ).fetchall()
        ]
        measures = connection.execute(
            f"select distinct measure from '{newest}/penalties.parquet' order by 1"
        ).fetchall()
    kinds = {
        "Tonight": ["/", "/?against=week", "/?market={market}", "/?night={night}"],
        **{
            f"List: {each.title}": [
                f"/lists/{each.name}",
                f"/lists/{each.name}?market={{market}}",
                f"/lists/{each.name}?q={{account}}",
                f"/lists/{each.name}?night={{night}}&page={{page}}",
                f"/lists/{each.name}?sort=-{each.columns[0].name}",
            ]
            for each in LISTS
            if each.name not in ("quarantine",)
        },
        "List: Quarantine": ["/lists/quarantine", "/lists/quarantine?feed=orders"],
        "List: Penalties, of one measure": ["/lists/penalties?measure={measure}&market={market}"],
        "A creator": ["/creator?account={account}"],
        "Search": ["/search?q={violation}", "/search?q={account}"],
        "Held lists": ["/held"],
        "Cases": ["/cases"],
        "Policies": [
            "/policies",
            "/policies/creators_id-v1",
            "/policies/creators_id-v1?against=creators_th-v1",
        ],
        "Metrics": ["/metrics", "/metrics?market={market}"],
        "One metric": ["/metrics/grant_rate", "/metrics/repeat_rate?market={market}"],
        "Boards": ["/boards", "/boards/appeals"],
        "Reports": ["/reports", "/reports/night", "/reports/week", "/reports/week?market={market}"],
        "Gates": ["/gates", "/gates?night={night}"],
        "Forms": ["/emergency", "/emergency?market={market}", "/stop", "/reverse"],
        "Card on Home": ["/card/lines"],
    }
    names = list(kinds)
    for at in range(REQUESTS):
        kind = names[at % len(names)]
        account, violation = draw.choice(found)
        yield Request(
            kind,
            draw.choice(kinds[kind]).format(
                account=quote(account), violation=quote(violation), market=draw.choice(markets),
                measure=draw.choice(measures)[0], night=draw.choice(nights[-28:]), page=draw.randint(1, 20),
            ),
        )  # fmt: skip


def measure(home: Path, accounts: int, nights: int) -> str:
    """Ask for everything, and say what it took as a table."""
    took: dict[str, list[float]] = defaultdict(list)
    cpu: list[float] = []
    begun = time.monotonic()
    with serving(home) as (address, process), httpx.Client(base_url=address, timeout=120) as client:
        first = time.monotonic() - begun
        client.headers["accept"] = "text/html"
        # As who begins the day; pages of other nights than the newest are asked for the first time below.
        for each in {request.kind: request for request in requests(home, 2)}.values():
            client.get(each.address, follow_redirects=True)
        for request in requests(home):
            begun, used = time.monotonic(), _cpu(process)
            answer = client.get(request.address, follow_redirects=True)
            took[request.kind].append(time.monotonic() - begun)
            cpu.append(_cpu(process) - used)
            if answer.status_code != 200:
                raise SystemExit(f"{request.address}: {answer.status_code}\n{answer.text[-2000:]}")
        pages = _most_memory(process)
        downloads = dict(_downloads(client))
        most = _most_memory(process)
    cpu.sort()
    every = sorted(second for seconds in took.values() for second in seconds)
    rows = [
        f"| {kind} | {len(seconds)} | {sorted(seconds)[len(seconds) // 2]:.2f} | {max(seconds):.2f} |"
        for kind, seconds in sorted(took.items(), key=lambda each: -max(each[1]))
    ]
    said = [
        f"{machine()}; {accounts:,} accounts, {nights} nights, {len(every)} requests one after the other. 95 of 100"
        f" took at most {_percentile(every, 0.95):.2f} s, half of them {_percentile(every, 0.5):.2f} s; of CPU, from"
        f" which other work takes nothing, {_percentile(cpu, 0.95):.2f} s and {_percentile(cpu, 0.5):.2f} s. The"
        " process had"
        f" at most {pages / 2**20:,.0f} MiB, and with the downloads {most / 2**20:,.0f} MiB. Before, what is dear was"
        f" looked at once, in {first:.0f} s, as the process does by itself after a release; and each kind of page was"
        " asked for once.",
        "",
        "| page | requests | half of them, s | the slowest, s |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        "",
        "| download | seconds until it begins | seconds | rows | MB |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(f"| {name} | {told} |" for name, told in downloads.items()),
    ]
    return "\n".join(said) + "\n"


def _downloads(client: httpx.Client) -> Iterator[tuple[str, str]]:
    for title, path in (("Account health as CSV", "/lists/health/csv"), ("Rewards as CSV", "/lists/rewards/csv")):
        begun, size, lines, beginning = time.monotonic(), 0, 0, 0.0
        with client.stream("GET", path) as answer:
            for some in answer.iter_bytes():
                beginning = beginning or time.monotonic() - begun
                size += len(some)
                lines += some.count(b"\n")
        yield title, f"{beginning:.1f} | {time.monotonic() - begun:.1f} | {lines - 1:,} | {size / 1e6:.0f}"
    begun = time.monotonic()
    answer = client.get("/lists/health/xlsx")
    seconds = time.monotonic() - begun
    told = f"{seconds:.1f} | {seconds:.1f} | {MOST_ROWS:,} | {len(answer.content) / 1e6:.0f}"
    yield "Account health as a spreadsheet", told


def _cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a process has used so far."""
    used = process.cpu_times()
    return float(used.user + used.system)


def _percentile(values: list[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


def _most_memory(process: psutil.Process) -> int:
    """The most that a process had in memory at once so far."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The pages in a process of their own."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "EVENHAND_HOME": str(home)}
    command = [sys.executable, "-m", "benchmarks.console", "--serve", str(port)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            while True:
                try:
                    httpx.get(f"{address}/static/none", timeout=5)
                    break
                except httpx.TransportError:
                    if process.poll() is not None:
                        raise SystemExit("the pages couldn't be served") from None
                    time.sleep(0.2)
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()


def _serve(port: int) -> None:
    """Serve the pages to whoever asks from this machine, as somebody who sees all."""
    from types import SimpleNamespace

    import uvicorn
    from airflow.api_fastapi.core_api.security import get_user

    from evenhand.console.airflow_api import may_answer, may_ask, may_reverse, may_stop
    from evenhand.console.app import app
    from evenhand.console.rights import may_see, only_who_is_listed
    from evenhand.console.warming import warm

    open_to_all: Mapping[object, object] = dict.fromkeys(
        (may_see, may_answer, may_ask, may_stop, may_reverse, only_who_is_listed), lambda: None
    )
    app.dependency_overrides |= {**open_to_all, get_user: lambda: SimpleNamespace(get_name=lambda: "ann")}  # type: ignore[dict-item]
    warm()
    uvicorn.run(app, port=port, log_level="warning")


if __name__ == "__main__":
    main()
