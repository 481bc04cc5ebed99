from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.process import SandboxProcess


@pytest.fixture(scope="session")
def sandbox_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path_factory.mktemp("shared") / "sandbox.sqlite")
    yield process
    process.kill()
