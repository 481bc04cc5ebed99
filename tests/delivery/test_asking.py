"""How long a receiver asks a sender to wait: whatever it says there, the delivery goes on."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evenhand.delivery.receivers.asking import LONGEST_WAIT_SECONDS, retry_after


def _asked_to_wait(said: bytes) -> float | None:
    return retry_after(httpx.Response(429, headers=[(b"retry-after", said)]))


@given(st.binary(max_size=60))
@example(b"\xb2")
@example(b"Wed, 21 Oct 20151021202510212025 07:28:00 GMT")
@example(b"9" * 60)
def test_any_retry_after_is_a_time_or_none(said: bytes) -> None:
    seconds = _asked_to_wait(said)
    assert seconds is None or min(seconds, LONGEST_WAIT_SECONDS) >= 0


@pytest.mark.parametrize(("said", "seconds"), [(b"7", 7.0), (b"0", 0.0), (b"soon", None), (b"-1", None), (b"", None)])
def test_seconds_are_taken_as_they_are(said: bytes, seconds: float | None) -> None:
    assert _asked_to_wait(said) == seconds
