"""What a file is called after something that somebody else named."""

from __future__ import annotations

import hashlib
import re

# A file system takes 255 bytes; a draft, an ending and a night go before and behind it.
_LONGEST = 200
_KEPT = 180


def lettered(name: str) -> str:
    """A name in letters, digits, _ and -; one that has others is followed by a hash, so that no two become one."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name)
    return name if name and plain == name else f"{plain}~{_hash(name)[:8]}"


def fitting(name: str) -> str:
    """A name that a file can have: one that is longer than that is cut, and followed by a hash of all of it."""
    if len(name.encode()) <= _LONGEST:
        return name
    return f"{name.encode()[:_KEPT].decode(errors='ignore')}~{_hash(name)[:16]}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
