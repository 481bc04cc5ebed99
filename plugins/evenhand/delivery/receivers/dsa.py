"""The EU's DSA Transparency Database: a statement of reasons for each penalty, once and for ever.

Its API takes up to 100 statements at once, all or nothing. There is no update and no removal; a statement is known by
its PUID, which is never free again, so one that was sent before is answered as a duplicate.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from evenhand.delivery.announcements.announcement import Announcement
from evenhand.delivery.announcements.automation import completed
from evenhand.delivery.announcements.statements import mistakes
from evenhand.delivery.changes import Change, RowId
from evenhand.delivery.payload import Payload
from evenhand.delivery.read_release import revisions_told
from evenhand.delivery.receivers import BatchRefused, Capabilities, Receipt, ReceiverError
from evenhand.delivery.receivers.asking import GaveUp, ask, until_answered, words_of
from evenhand.delivery.shown import without_login

_AT_MOST = 100


class _Refusal(BaseModel):
    message: str = ""
    errors: dict[str, Any] = {}


class DsaReceiver:
    """Statements over the database's API, version 1."""

    def __init__(
        self,
        name: str,
        base_url: str,
        token: str,
        client: httpx.Client,
        after: Mapping[str, tuple[str, ...]],
        announcements: Callable[[Path], Sequence[Announcement]],
        batch_size: int = _AT_MOST,
        backoff_seconds: float = 1.0,
        one_row_per_scope: frozenset[str] = frozenset(),
    ) -> None:
        """`announcements` makes the statements of a release; `after` are the receivers that enforce the penalties."""
        self.name = name
        self.after = after
        self.one_row_per_scope = one_row_per_scope
        self.capabilities = Capabilities(batch_size=min(batch_size, _AT_MOST), honours_keys=True)
        self._announcements = announcements
        self._base_url = base_url.rstrip("/")
        self._client = client
        self._headers = {
            "authorization": f"Bearer {token}",
            "accept": "application/json",
            "content-type": "application/json",
        }
        self._backoff = backoff_seconds

    def begin(self, night: date) -> None:
        """A statement is of no night."""

    def announcements(self, release_dir: Path) -> Sequence[Announcement]:
        """The statements of the release, and of what earlier revisions of its night had: that may have taken effect."""
        statements: dict[RowId, Announcement] = {}
        for telling, folder in enumerate(revisions_told(release_dir), start=1):
            statements |= {each.row: replace(each, telling=telling) for each in self._announcements(folder)}
        return list(statements.values())

    def completed(self, release_dir: Path, payloads: Sequence[Payload]) -> Mapping[str, Payload]:
        """Those of whose violation the release knows how far it was automated."""
        return completed(release_dir, payloads)

    def apply(self, batch: Sequence[Change]) -> Sequence[Receipt]:
        """Send what passes our own check; what is there already or refused is left out, until the rest is taken."""
        receipts: dict[str, Receipt] = {}
        statements: dict[str, dict[str, Any]] = {}
        for change in batch:
            content = json.loads(change.payload.text) if change.payload else {}
            statement = json.loads(content["statement"])
            if wrong := mistakes(statement, content["account_id"]):
                receipts[change.key] = Receipt(change.key, "rejected", "; ".join(wrong))
            else:
                statements[change.key] = statement
        while statements:
            answered = self._post(statements)
            receipts |= {receipt.key: receipt for receipt in answered}
            statements = {key: statement for key, statement in statements.items() if key not in receipts}
        return [receipts[change.key] for change in batch]

    def missing(self, rows: Sequence[RowId]) -> Sequence[RowId]:
        """Those whose PUID it doesn't know."""
        return [row for row in rows if self._request("GET", f"statement/existing-puid/{row[1]}").status_code == 404]

    def _post(self, statements: Mapping[str, Mapping[str, Any]]) -> Sequence[Receipt]:
        response = self._request("POST", "statements", {"statements": list(statements.values())})
        if response.status_code == 201:
            return [Receipt(key, "applied") for key in statements]
        # 422: nothing was stored. What it names is answered, and the rest sent again.
        try:
            errors = _Refusal.model_validate_json(response.content).errors
        except ValidationError as error:
            raise self._refused(response) from error
        there = set(errors.get("existing_puids") or ())
        answers = []
        for place, (key, statement) in enumerate(statements.items()):
            if statement["puid"] in there:
                answers.append(Receipt(key, "duplicate"))
            elif wrong := errors.get(f"statement_{place}"):
                answers.append(Receipt(key, "rejected", json.dumps(wrong, ensure_ascii=False)))
        if not answers:
            raise self._refused(response)
        return answers

    def _request(self, method: str, path: str, body: object = None) -> httpx.Response:
        url = f"{self._base_url}/api/v1/{path}"
        told = f"receiver {self.name}: {without_login(url)}"
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            response = until_answered(
                lambda: ask(self._client, method, url, content, self._headers), backoff_seconds=self._backoff
            )
        except GaveUp as failure:
            raise ReceiverError(
                f"{told} {failure}. Nothing is lost: when it is back, run the delivery again"
            ) from failure
        if response.status_code in (401, 403):
            raise ReceiverError(
                f"{told} gave HTTP {response.status_code}: compare the password of its Airflow "
                "connection with the platform's token"
            )
        if response.status_code not in (200, 201, 302, 404, 422):
            raise self._refused(response)
        return response

    def _refused(self, response: httpx.Response) -> BatchRefused:
        said = f"HTTP {response.status_code}: {words_of(response)}"
        return BatchRefused(
            f"receiver {self.name}: {without_login(str(response.request.url))} gave {said}", said, had_no_effect=True
        )
