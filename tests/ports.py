"""Ports for the servers of tests."""

from __future__ import annotations

import fcntl
import random
import socket
import tempfile
from contextlib import closing
from pathlib import Path

# Below those that the kernel gives to whoever asks for any.
_FIRST, _LAST = 12_000, 32_000
_claims: list[object] = []


def free_port() -> int:
    """A port that nobody listens at, and that nobody else is given here while this process lives.

    So a server that is killed finds its port again when it is started anew, whatever runs beside it.
    """
    folder = Path(tempfile.gettempdir()) / "evenhand-ports"
    folder.mkdir(exist_ok=True)
    while True:
        port = random.SystemRandom().randint(_FIRST, _LAST)
        claim = (folder / str(port)).open("w")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port
