"""A mail server that keeps the letters that it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class Post:
    """What a mail server takes: every letter with whom it was said to be from and to.

    Attributes:
        port: of this machine, where it listens.
        refused: addresses that it takes no letters for.
        silent_at: the command at which it says nothing for longer than whoever sends waits.
        waited: the commands at which it did that.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.letters: list[tuple[str, list[str], EmailMessage]] = []
        self.refused: set[str] = set()
        self.silent_at = ""
        self.waited: list[str] = []

    def _wait(self, at: str) -> None:
        if self.silent_at == at:
            self.waited.append(at)
            # Longer than whoever sends waits.
            time.sleep(1.5)

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self._wait("MAIL")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address in self.refused:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = BytesParser(EmailMessage, policy=default).parsebytes(envelope.content)
        self.letters.append((envelope.mail_from, list(envelope.rcpt_tos), letter))
        self._wait("DATA")
        return "250 OK"


@contextmanager
def listening(port: int) -> Iterator[Post]:
    """Have a mail server listen at a port of this machine."""
    post = Post(port)
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
