"""How receivers behind HTTP are asked: how often, how long, and after which waits. One policy for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from tenacity import (
    RetryCallState,
    RetryError,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
)
from tenacity.wait import wait_random_exponential

from evenhand.delivery.shown import without_login
from evenhand.delivery.stopping import go_on, wait
from evenhand.records.written import in_one_line

# How often a request is made in all before its changes are left to the next delivery.
ATTEMPTS = 4
# Whatever a receiver asks for with Retry-After, no wait is longer.
LONGEST_WAIT_SECONDS = 60.0
# Of all attempts of one batch: none is begun after that.
BATCH_SECONDS = 300.0
# Of an answer, unpacked: a page of 5,000 rows is about one megabyte, and more than this would only fill the memory.
LARGEST_ANSWER = 64 * 2**20
# What an answer may be packed with. Others unpack a few bytes to more than fits anywhere before they can be counted.
_PACKED_WITH = "gzip, deflate"
# Letters of what a receiver says that are told.
_SHOWN = 300

Result = TypeVar("Result")


class NoAnswer(Exception):
    """No answer, or one that passes: 429 or 5xx.

    Attributes:
        status: of the answer; None if there was none.
        is_certain: the request had no effect, that is sure.
        after_seconds: how long to wait, if the receiver said so.
    """

    def __init__(
        self, what: str, status: int | None = None, is_certain: bool = False, after_seconds: float | None = None
    ) -> None:
        super().__init__(what)
        self.status = status
        self.is_certain = is_certain
        self.after_seconds = after_seconds


class GaveUp(Exception):
    """There was no answer in all attempts, or the request may not be made again.

    Attributes:
        last: what became of the last attempt; None if it was answered, and not wholly.
    """

    def __init__(self, attempts: int, last: NoAnswer | None) -> None:
        times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        super().__init__(f"gave no answer in {times}; the last: {last or 'it answered no row'}")
        self.last = last


def ask(
    client: httpx.Client, method: str, url: str, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """One attempt.

    Raises:
        NoAnswer: another may fare better.
        DeliveriesStopped: they were.
    """
    go_on()
    try:
        response = _answer(client, method, url, content, headers or {})
    except httpx.RequestError as error:
        never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        raise NoAnswer(f"{type(error).__name__}: {without_login(str(error))}", is_certain=never_left) from error
    status = response.status_code
    if status == 429 or status >= 500:
        raise NoAnswer(f"HTTP {status}", status, status == 429, retry_after(response))
    return response


def _answer(client: httpx.Client, method: str, url: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
    asked = {**headers, "accept-encoding": _PACKED_WITH}
    whole = bytearray()
    with client.stream(method, url, content=content, headers=asked) as answered:
        for part in answered.iter_bytes():
            whole += part
            if len(whole) > LARGEST_ANSWER:
                raise NoAnswer(f"its answer is larger than {LARGEST_ANSWER // 2**20} MB", answered.status_code)
    # It is unpacked by now.
    unpacked = httpx.Headers(answered.headers)
    for name in ("content-encoding", "content-length"):
        unpacked.pop(name, None)
    return httpx.Response(answered.status_code, headers=unpacked, content=bytes(whole), request=answered.request)


def words_of(response: httpx.Response) -> str:
    """What a receiver said, or the beginning of it, as it can be shown anywhere."""
    return in_one_line(response.text[:_SHOWN])


def until_answered(
    asking: Callable[[], Result],
    may_repeat: bool = True,
    attempts: int = ATTEMPTS,
    backoff_seconds: float = 1.0,
    is_open: Callable[[Result], bool] = lambda _: False,
) -> Result:
    """Ask until there is an answer, with waits that are random up to `backoff_seconds` doubled each time.

    Args:
        may_repeat: also where the request may have had its effect already.
        is_open: whether what was answered leaves something to be asked again.

    Raises:
        GaveUp: no attempt was answered.
        DeliveriesStopped: they were.
    """
    retrying = Retrying(
        sleep=wait,
        stop=stop_after_attempt(attempts) | stop_after_delay(BATCH_SECONDS),
        wait=_Wait(backoff_seconds),
        retry=retry_if_exception(lambda error: isinstance(error, NoAnswer) and (may_repeat or error.is_certain))
        | retry_if_result(lambda result: may_repeat and is_open(result)),
    )
    try:
        return retrying(asking)
    except NoAnswer as last:
        raise GaveUp(1, last) from last
    except RetryError as error:
        failure = error.last_attempt.exception()
        raise GaveUp(error.last_attempt.attempt_number, failure if isinstance(failure, NoAnswer) else None) from error


class _Wait:
    """As long as the receiver asked for, else at random; at most a minute."""

    def __init__(self, backoff_seconds: float) -> None:
        self._random = wait_random_exponential(multiplier=backoff_seconds, max=LONGEST_WAIT_SECONDS)

    def __call__(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, NoAnswer) and failure.after_seconds is not None:
            return min(failure.after_seconds, LONGEST_WAIT_SECONDS)
        return self._random(state)


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that a receiver asks to be waited for, as RFC 9110, 10.2.3 has it: as such, or as the day and time of
    an HTTP date; None where it asks for none, or for what is neither."""
    value = str(response.headers.get("retry-after", ""))
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, seconds)
