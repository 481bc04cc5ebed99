"""The receiver that a home of a benchmark has started."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path


def end_sandbox(home: Path) -> None:
    """End it, where it was started and hasn't ended: it would answer for this home where another wants its port."""
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((home / "sandbox.pid").read_text()), signal.SIGTERM)
