"""The canonical form of a row's payload: one text, and so one hash, for one content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Scalar = str | int | bool | date | Decimal | None


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload's canonical JSON text and the SHA-256 of it, in hex."""

    text: str
    sha256: str


def canonical(columns: Mapping[str, Scalar]) -> Payload:
    """The payload of one row.

    Keys are sorted, there is no white space, dates are ISO text, decimals are text with the scale they came with (a
    JSON number would pass through binary floating point in most readers), and a null stays: `"ends_on":null` says
    "without end", a missing key says nothing.
    """
    text = json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    return Payload(text, hashlib.sha256(text.encode()).hexdigest())


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(
        f"{value!r} ({type(value).__name__}) has no canonical form; send it as text, number, date or boolean"
    )
