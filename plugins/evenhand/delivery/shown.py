"""An address as it is told: whoever enters it with a login in it doesn't find that in errors and logs."""

from __future__ import annotations

import re


def without_login(address: str) -> str:
    """An address without the name and password that can stand before its host."""
    return re.sub(r"(?<=://)[^/?#\s]*@", "", address)
