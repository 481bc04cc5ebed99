"""A receiver behind HTTP: signed batches out, an answer per row back."""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import ValidationError

from evenhand.delivery.changes import Change
from evenhand.delivery.payload import canonical
from evenhand.delivery.read_release import WantedList
from evenhand.delivery.receivers import BatchRefused, Capabilities, Receipt, ReceiverError, ReceiverRow
from evenhand.delivery.receivers.asking import ATTEMPTS, GaveUp, ask, until_answered, words_of
from evenhand.delivery.receivers.contract import (
    REMEDIES,
    Answers,
    StatePage,
    breach,
    changes_message,
    read_message,
)
from evenhand.delivery.shown import without_login
from evenhand.delivery.signature import ID_HEADER, READ_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from evenhand.delivery.stopping import wait
from evenhand.records.written import in_one_line

log = logging.getLogger(__name__)

_STATE_PAGE_ROWS = 5000
# Fifty million rows; whoever gives more pages gives them without end.
_STATE_PAGES = 10_000
# Answers that are about what was sent, not about who sent it or whether the receiver is up.
_ABOUT_THE_BATCH = {400, 409, 413, 422}
# A list that no receiver acts on, of one row.
_PROBE = "probe"
_PROBES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)

Result = TypeVar("Result")


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
        audience: str = "",
        lag_seconds: float | None = None,
    ) -> None:
        """`attempts` in all per request; waits are random up to `backoff_seconds` doubled each time, at most 60 s.

        Without `honours_keys` a batch whose fate is unknown isn't sent again before what the receiver holds was read.
        `audience` is what it calls itself, its name here unless it says otherwise. With `lag_seconds` what it was sent
        may be read only so much later; without, at once.
        """
        self.name = name
        self.lists = lists
        self.capabilities = Capabilities(batch_size=batch_size, honours_keys=honours_keys)
        self._base_url = base_url.rstrip("/")
        self._shown = without_login(self._base_url)
        self._secret = secret
        self._client = client
        self._attempts = attempts
        self._backoff = backoff_seconds
        self._audience = audience or name
        self._lag = lag_seconds
        self._night = date.min

    def begin(self, wanted: Sequence[WantedList], night: date) -> None:
        """Every batch says of which night it is."""
        self._night = night

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Send a batch; send again what stays unanswered."""
        answered: dict[str, Receipt] = {}
        # The same for all attempts at one message; what is asked again after an answer is another message.
        message = _new_id()

        def send_open_ones() -> int:
            nonlocal message
            answered.update(self._send([change for change in batch if change.key not in answered], message))
            message = _new_id()
            return len(batch) - len(answered)

        try:
            self._until_answered(send_open_ones, self.capabilities.honours_keys, lambda left: left > 0)
        except GaveUp as failure:
            # Answers that did come are worth keeping; the rest stays planned and is settled by the next delivery.
            if not answered:
                raise self._gave_up("/v1/changes", failure) from failure
            log.warning("%s left %d of %d rows unanswered", self.name, len(batch) - len(answered), len(batch))
        return [answered[change.key] for change in batch if change.key in answered]

    def commit(self) -> Sequence[Receipt]:
        """Every answer was given by `apply`."""
        return ()

    def read_back(self) -> Iterator[ReceiverRow]:
        """Page through `GET /v1/state`."""
        for row in self._state():
            if row.list != _PROBE:
                yield row

    def newest_night(self) -> date | None:
        """The newest night that it says it was sent anything of."""
        return self._page("", 1).night

    def catch_up(self) -> None:
        """Put a row that it never acts on, and wait until it is read; or wait for as long as it says that it lags."""
        if self._lag is not None:
            wait(self._lag)
            return
        probe = canonical({"probe": secrets.token_hex(16)})
        (receipt,) = self.apply([Change(probe.sha256, _PROBE, _PROBE, 0, "put", probe)]) or (None,)
        if receipt is None or receipt.status == "rejected":
            raise self._breach(
                "/v1/changes", f"it must take the row {_PROBE}/{_PROBE} and act on nothing, or have lag_seconds"
            )
        for seconds in _PROBES:
            if any(row.list == _PROBE and row.payload_sha256 == probe.sha256 for row in self._state()):
                return
            wait(seconds)
        raise ReceiverError(
            f"receiver {self.name}: {self._shown}/v1/state doesn't show what it took {sum(_PROBES):g} s ago, so "
            "what it lacks isn't sent again. Run this again when it has caught up; if it always lags, say by how much "
            "with lag_seconds in receivers.yml"
        )

    def _state(self) -> Iterator[ReceiverRow]:
        cursor = ""
        seen: set[tuple[str, str]] = set()
        cursors = {cursor}
        for _ in range(_STATE_PAGES):
            page = self._page(cursor, _STATE_PAGE_ROWS)
            for row in page.rows:
                if (row.list, row.row_key) in seen:
                    raise self._breach("/v1/state", f"the row {row.list}/{row.row_key} is there twice")
                seen.add((row.list, row.row_key))
                yield ReceiverRow(row.list, row.row_key, row.payload_sha256)
            if page.next is None:
                return
            if page.next in cursors:
                raise self._breach("/v1/state", "a page names itself as the next, or one before it")
            cursor = page.next
            cursors.add(cursor)
        raise self._breach("/v1/state", f"it has more than {_STATE_PAGES:,} pages")

    def _page(self, cursor: str, limit: int) -> StatePage:
        target = "/v1/state?" + urlencode({"cursor": cursor, "limit": limit})
        reads = read_message(self._audience, cursor, limit)
        message = _new_id()
        try:
            content = self._until_answered(
                lambda: self._request("GET", target, b"", {READ_HEADER: reads, **self._signed(message, reads.encode())})
            )
        except GaveUp as failure:
            raise self._gave_up(target, failure) from failure
        try:
            return StatePage.model_validate_json(content)
        except ValidationError as error:
            raise self._breach(target, breach(error, content)) from error

    def _send(self, changes: Sequence[Change], message: str) -> dict[str, Receipt]:
        body = changes_message(self._audience, self._night, changes)
        content = self._request("POST", "/v1/changes", body, self._signed(message, body))
        try:
            answers = Answers.model_validate_json(content).results
        except ValidationError as error:
            raise self._breach("/v1/changes", breach(error, content)) from error
        sent = {change.key for change in changes}
        if unasked := [answer.key for answer in answers if answer.key not in sent]:
            raise self._breach("/v1/changes", f"it answered for a key that it wasn't sent: {unasked[0]}")
        if twice := [key for key, times in Counter(answer.key for answer in answers).items() if times > 1]:
            raise self._breach("/v1/changes", f"it answered twice for one key: {twice[0]}")
        return {answer.key: Receipt(answer.key, answer.status, in_one_line(answer.reason or "")) for answer in answers}

    def _signed(self, message: str, content: bytes) -> dict[str, str]:
        timestamp = int(time.time())
        return {
            "content-type": "application/json",
            ID_HEADER: message,
            TIMESTAMP_HEADER: str(timestamp),
            SIGNATURE_HEADER: sign(self._secret, message, timestamp, content),
        }

    def _request(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> bytes:
        response = ask(self._client, method, self._base_url + target, body, headers)
        if response.status_code != 200:
            remedy = REMEDIES.get(response.status_code, "it doesn't take the request; ask its owner")
            said = f"HTTP {response.status_code}: {remedy}. It said: {words_of(response)}"
            message = f"receiver {self.name}: {method} {self._shown}{target} gave {said}"
            about_the_batch = response.status_code in _ABOUT_THE_BATCH
            raise BatchRefused(message, said, True) if about_the_batch else ReceiverError(message)
        return response.content

    def _until_answered(
        self,
        asking: Callable[[], Result],
        may_repeat: bool = True,
        is_open: Callable[[Result], bool] = lambda _: False,
    ) -> Result:
        return until_answered(asking, may_repeat, self._attempts, self._backoff, is_open)

    def _gave_up(self, target: str, failure: GaveUp) -> ReceiverError:
        message = (
            f"receiver {self.name}: {self._shown}{target} {failure}. "
            "Nothing is lost: when it is back, run the delivery again"
        )
        # It is up and fails on this batch. Only keys make it safe to find out on which row.
        if failure.last and failure.last.status == 500 and self.capabilities.honours_keys:
            return BatchRefused(message, str(failure.last), had_no_effect=False)
        return ReceiverError(message)

    def _breach(self, target: str, what: str) -> ReceiverError:
        return ReceiverError(
            f"receiver {self.name}: {self._shown}{target} broke the contract in docs/receivers.md: {what}. "
            "Its owner has to fix that; nothing is lost, the delivery can be run again"
        )


def _new_id() -> str:
    return "msg_" + secrets.token_hex(16)
