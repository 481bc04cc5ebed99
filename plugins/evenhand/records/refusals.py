"""What isn't done for somebody, and why: as a terminal says it, and by a kind for who says it in other words."""

from __future__ import annotations


class Refused(Exception):
    """Something isn't done. The message says why and what can be, on the terminal.

    Attributes:
        kind: why, where pages have words of their own for it; empty where they say the message.
        values: what those words name.
    """

    def __init__(self, message: str, kind: str = "", **values: object) -> None:
        super().__init__(message)
        self.kind = kind
        self.values = values
