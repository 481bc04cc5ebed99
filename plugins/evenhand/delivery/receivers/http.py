"""A receiver behind HTTP: signed batches out, an answer per row back."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

import httpx
from pydantic import ValidationError
from tenacity import RetryCallState, RetryError, Retrying, retry_if_exception, retry_if_result, stop_after_attempt
from tenacity.wait import wait_random_exponential

from evenhand.delivery.changes import Change
from evenhand.delivery.read_release import WantedList
from evenhand.delivery.receivers import BatchRefused, Capabilities, HeldRow, Receipt, ReceiverError
from evenhand.delivery.receivers.contract import ATTEMPTS, REMEDIES, Answers, StatePage
from evenhand.delivery.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from evenhand.delivery.stopping import go_on, wait

log = logging.getLogger(__name__)

_LONGEST_WAIT_SECONDS = 60.0
_STATE_PAGE_ROWS = 5000


# Answers that are about what was sent, not about who sent it or whether the receiver is up.
_ABOUT_THE_BATCH = {400, 409, 413, 422}


class _TryAgain(Exception):
    """No answer, or one that passes.

    `status` is None if there was no answer; `is_certain` says that the request had no effect.
    """

    def __init__(
        self, what: str, status: int | None = None, is_certain: bool = False, after_seconds: float | None = None
    ) -> None:
        super().__init__(what)
        self.status = status
        self.is_certain = is_certain
        self.after_seconds = after_seconds


class HttpReceiver:
    """A receiver that takes `POST /v1/changes` and answers `GET /v1/state`, as docs/receivers.md describes."""

    def __init__(
        self,
        name: str,
        lists: tuple[str, ...],
        base_url: str,
        secret: str,
        client: httpx.Client,
        batch_size: int = 500,
        honours_keys: bool = True,
        attempts: int = ATTEMPTS,
        backoff_seconds: float = 1.0,
    ) -> None:
        """`attempts` in all per request; waits are random up to `backoff_seconds` doubled each time, at most 60 s.

        Without `honours_keys` a batch whose fate is unknown isn't sent again before what the receiver holds was read.
        """
        self.name = name
        self.lists = lists
        self.capabilities = Capabilities(batch_size=batch_size, honours_keys=honours_keys)
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._client = client
        self._attempts = attempts
        self._backoff = wait_random_exponential(multiplier=backoff_seconds, max=_LONGEST_WAIT_SECONDS)

    def begin(self, wanted: Sequence[WantedList]) -> None:
        """Nothing to prepare: every batch stands for itself."""

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Send a batch; send again what stays unanswered."""
        answered: dict[str, Receipt] = {}

        def send_open_ones() -> int:
            answered.update(self._send([change for change in batch if change.key not in answered]))
            return len(batch) - len(answered)

        try:
            self._retrying(self.capabilities.honours_keys)(send_open_ones)
        except (RetryError, _TryAgain) as error:
            # Answers that did come are worth keeping; the rest stays planned and is settled by the next delivery.
            if not answered:
                raise self._gave_up("/v1/changes", error) from error
            log.warning("%s left %d of %d rows unanswered", self.name, len(batch) - len(answered), len(batch))
        return [answered[change.key] for change in batch if change.key in answered]

    def commit(self) -> Sequence[Receipt]:
        """Every answer was given by `apply`."""
        return ()

    def read_back(self) -> Iterator[HeldRow]:
        """Page through `GET /v1/state`."""
        cursor: str | None = ""
        while cursor is not None:
            target = "/v1/state?" + urlencode({"cursor": cursor, "limit": _STATE_PAGE_ROWS})
            try:
                content = self._retrying(True)(self._request, "GET", target, b"")
                page = StatePage.model_validate_json(content)
            except RetryError as error:
                raise self._gave_up(target, error) from error
            except ValidationError as error:
                raise self._breach(target, str(error)) from error
            yield from (HeldRow(row.list, row.row_key, row.payload_sha256) for row in page.rows)
            cursor = page.next

    def _send(self, changes: Sequence[Change]) -> dict[str, Receipt]:
        rows = [
            {
                "key": change.key,
                "list": change.list,
                "row_key": change.row_key,
                "action": change.action,
                "payload": json.loads(change.payload.text) if change.payload else None,
            }
            for change in changes
        ]
        body = json.dumps({"changes": rows}, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            answers = Answers.model_validate_json(self._request("POST", "/v1/changes", body)).results
        except ValidationError as error:
            raise self._breach("/v1/changes", str(error)) from error
        sent = {change.key for change in changes}
        if unasked := [answer.key for answer in answers if answer.key not in sent]:
            raise self._breach("/v1/changes", f"it answered for a key that it wasn't sent: {unasked[0]}")
        return {answer.key: Receipt(answer.key, answer.status, answer.reason or "") for answer in answers}

    def _request(self, method: str, target: str, body: bytes) -> bytes:
        go_on()
        content = body or target.encode()
        message_id = "msg_" + hashlib.sha256(content).hexdigest()[:32]
        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            ID_HEADER: message_id,
            TIMESTAMP_HEADER: str(timestamp),
            SIGNATURE_HEADER: sign(self._secret, message_id, timestamp, content),
        }
        try:
            response = self._client.request(method, self._base_url + target, content=body, headers=headers)
        except httpx.TransportError as error:
            never_left = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise _TryAgain(f"{type(error).__name__}: {error}", is_certain=never_left) from error
        status = response.status_code
        if status == 429 or status >= 500:
            raise _TryAgain(f"HTTP {status}", status, status == 429, _retry_after(response))
        if status != 200:
            remedy = REMEDIES.get(status, "it doesn't take the request; ask its owner")
            said = f"HTTP {status}: {remedy}. It said: {response.text[:300]}"
            message = f"receiver {self.name}: {method} {self._base_url}{target} gave {said}"
            raise BatchRefused(message, said, True) if status in _ABOUT_THE_BATCH else ReceiverError(message)
        return response.content

    def _retrying(self, may_repeat: bool) -> Retrying:
        """`may_repeat`: also where the request may have had its effect already."""
        return Retrying(
            sleep=wait,
            stop=stop_after_attempt(self._attempts),
            wait=self._wait,
            retry=retry_if_exception(lambda error: isinstance(error, _TryAgain) and (may_repeat or error.is_certain))
            | retry_if_result(lambda left: may_repeat and isinstance(left, int) and left > 0),
        )

    def _wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _TryAgain) and failure.after_seconds is not None:
            return min(failure.after_seconds, _LONGEST_WAIT_SECONDS)
        return self._backoff(state)

    def _gave_up(self, target: str, error: RetryError | _TryAgain) -> ReceiverError:
        attempts, failure = (
            (error.last_attempt.attempt_number, error.last_attempt.exception())
            if isinstance(error, RetryError)
            else (1, error)
        )
        message = (
            f"receiver {self.name}: {self._base_url}{target} gave no answer in {attempts} attempts; the last: "
            f"{failure or 'it answered no row'}. Nothing is lost: when it is back, run the delivery again"
        )
        # It is up and fails on this batch. Only keys make it safe to find out on which row.
        if isinstance(failure, _TryAgain) and failure.status == 500 and self.capabilities.honours_keys:
            return BatchRefused(message, str(failure), had_no_effect=False)
        return ReceiverError(message)

    def _breach(self, target: str, what: str) -> ReceiverError:
        return ReceiverError(
            f"receiver {self.name}: {self._base_url}{target} broke the contract in docs/receivers.md: {what}. "
            "Its owner has to fix that; nothing is lost, the delivery can be run again"
        )


def _retry_after(response: httpx.Response) -> float | None:
    # RFC 9110, 10.2.3: seconds or an HTTP date.
    value = str(response.headers.get("retry-after", ""))
    if value.isdigit():
        return float(value)
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, seconds)
