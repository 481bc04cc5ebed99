from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from delivery.faulty import FaultyServer
from delivery.releases import LISTS
from delivery.systems import Transparency
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.http import HttpReceiver
from sandbox.process import SECRET, SandboxProcess


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite")
    yield sandbox
    sandbox.kill()


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    sandbox_process.forget()
    return sandbox_process


@pytest.fixture
def faulty(sandbox: SandboxProcess) -> Iterator[FaultyServer]:
    server = FaultyServer(sandbox.url)
    yield server
    server.stop()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    # To read the certificates of all authorities takes longer than most tests do, and none is shown one.
    with httpx.Client(timeout=5, verify=False) as client:
        yield client


@pytest.fixture
def receiver(sandbox: SandboxProcess, client: httpx.Client) -> HttpReceiver:
    return HttpReceiver("sandbox", LISTS, sandbox.url, SECRET, client, batch_size=3)


@pytest.fixture
def flaky(faulty: FaultyServer, client: httpx.Client) -> HttpReceiver:
    return HttpReceiver("sandbox", LISTS, faulty.url, SECRET, client, batch_size=3, attempts=3, backoff_seconds=0)


@pytest.fixture
def receipts(tmp_path: Path) -> Iterator[Receipts]:
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        yield receipts


@pytest.fixture(scope="module")
def transparency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transparency]:
    database = Transparency(tmp_path_factory.mktemp("transparency"))
    yield database
    database.kill()


@pytest.fixture
def database(transparency: Transparency) -> Transparency:
    transparency.forget()
    return transparency
