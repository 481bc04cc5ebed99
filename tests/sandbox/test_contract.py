"""The sandbox as a process: who may speak to it, what it takes, and that it keeps it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from evenhand.delivery.signature import sign
from evenhand.landing.names import LONGEST_ACCOUNT
from evenhand.policy.language.part import LONGEST_KEY
from sandbox.process import SECRET, SandboxProcess, batch


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxProcess]:
    process = SandboxProcess(tmp_path / "sandbox.sqlite")
    yield process
    process.kill()


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _put(name: str, account: str = "A1", key: str = "") -> dict[str, Any]:
    payload = {"account_id": account, "market": "US", "measure": "no_live"}
    return {"key": _key(key or name), "list": "penalties", "row_key": name, "action": "put", "payload": payload}


def test_a_key_has_one_effect_even_over_a_kill(sandbox: SandboxProcess) -> None:
    assert sandbox.statuses(_put("p1"), _put("p2")) == ["applied", "applied"]
    sandbox.kill()
    sandbox.start()
    remove = {"key": _key("gone"), "list": "penalties", "row_key": "p1", "action": "remove", "payload": None}
    assert sandbox.statuses(_put("p1"), remove, _put("p1"), _put("p3")) == [
        "duplicate",
        "applied",
        "duplicate",
        "applied",
    ]
    assert [row["row_key"] for row in sandbox.state()] == ["p2", "p3"]


def test_state_pages_through_everything_with_the_hash_of_the_canonical_payload(sandbox: SandboxProcess) -> None:
    sandbox.statuses(*(_put(f"p{number}") for number in range(7)))
    rows = sandbox.state(limit=3)
    assert [row["row_key"] for row in rows] == [f"p{number}" for number in range(7)]
    text = '{"account_id":"A1","market":"US","measure":"no_live"}'
    assert {row["payload_sha256"] for row in rows} == {hashlib.sha256(text.encode()).hexdigest()}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_put("p1", account=""), "account_id"),
        ({**_put("p1"), "payload": None}, "a put needs one"),
        ({**_put("p1"), "payload": {"account_id": "A1", "nested": {"a": 1}}}, "nested"),
        ({**_put("p1"), "payload": {"account_id": "A1", "amount": 1.5}}, "amount"),
        ({**_put("p1"), "action": "freeze"}, "action"),
        ({**_put("p1"), "colour": "red"}, "colour"),
        ({**_put("p1"), "row_key": ""}, "row_key"),
        ({**_put("p1"), "action": "remove"}, "a removal has none"),
    ],
)
def test_a_row_it_does_not_understand_is_rejected_and_the_others_are_not(
    sandbox_shared: SandboxProcess, change: dict[str, Any], reason: str
) -> None:
    results = sandbox_shared.send(change, _put("p2", key=reason)).json()["results"]
    assert [result["status"] for result in results] == ["rejected", "applied"]
    assert reason in results[0]["reason"]


def test_it_takes_the_longest_account_that_gate_1_lets_through_with_the_longest_keys_of_a_pack(
    sandbox_shared: SandboxProcess,
) -> None:
    account, key = "帳" * LONGEST_ACCOUNT, "k" * LONGEST_KEY
    longest = f"{account}/{key}/short_video/2026-10-31/{key}"
    rewarded = f"{account}/{key}/short_video/{key}"
    for row_key in (longest, rewarded):
        assert sandbox_shared.statuses(_put(row_key, account=account)) == ["applied"]
        assert sandbox_shared.statuses(
            {**_put(row_key, key=row_key + "removed"), "action": "remove", "payload": None}
        ) == ["applied"]
    assert sandbox_shared.statuses(_put("an account", account=account + "A")) == ["rejected"]


def test_a_rejected_key_can_be_used_again(sandbox_shared: SandboxProcess) -> None:
    assert sandbox_shared.statuses(_put("again", account="")) == ["rejected"]
    assert sandbox_shared.statuses(_put("again")) == ["applied"]


def test_requests_without_a_good_signature_are_refused(sandbox_shared: SandboxProcess) -> None:
    body = batch(_put("forged"))
    now = int(time.time())
    good = sandbox_shared.headers(body)
    old = {
        "webhook-id": "m",
        "webhook-timestamp": str(now - 3600),
        "webhook-signature": sign(SECRET, "m", now - 3600, body),
    }
    for headers in (
        {},
        old,
        {**good, "webhook-id": "other"},
        {**good, "webhook-signature": "v1,é".encode().decode("latin-1")},
    ):
        raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        assert httpx.post(f"{sandbox_shared.url}/v1/changes", content=body, headers=raw).status_code == 401
    assert httpx.post(f"{sandbox_shared.url}/v1/changes", content=body + b" ", headers=good).status_code == 401
    assert httpx.get(f"{sandbox_shared.url}/v1/state").status_code == 401
    page = sandbox_shared.reading("", 1)
    assert httpx.get(f"{sandbox_shared.url}/v1/state?cursor=&limit=2", headers=page).status_code == 401
    assert "forged" not in [row["row_key"] for row in sandbox_shared.state()]
    rotated = {**good, "webhook-signature": "v1,b2xk " + good["webhook-signature"]}
    assert httpx.post(f"{sandbox_shared.url}/v1/changes", content=body, headers=rotated).status_code == 200


def test_a_batch_is_for_one_system_and_its_signature_reads_nothing(sandbox_shared: SandboxProcess) -> None:
    """Both halves of this sandbox have one secret, as two deployments may by mistake."""
    body = batch(_put("elsewhere"))
    headers = sandbox_shared.headers(body)
    url = sandbox_shared.url
    answer = httpx.post(f"{url}/notices/v1/changes", content=body, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (421, "this is for sandbox, and this is notices")
    state = "/v1/state?cursor=&limit=1"
    stolen = (headers, {**headers, "evenhand-read": body.decode()})
    for given in stolen:
        assert httpx.request("GET", url + state, content=body, headers=given).status_code == 401
    assert httpx.get(f"{url}/notices{state}", headers=sandbox_shared.reading("", 1)).status_code == 421
    reading = json.loads(sandbox_shared.reading("", 1)["evenhand-read"])
    as_changes = json.dumps({**reading, "night": "2026-03-01", "changes": []}).encode()
    refused = httpx.post(f"{url}/v1/changes", content=as_changes, headers=sandbox_shared.headers(as_changes))
    assert refused.status_code == 422
    assert "elsewhere" not in [row["row_key"] for row in sandbox_shared.state()]


def test_a_message_that_comes_again_is_answered_as_before(sandbox_shared: SandboxProcess) -> None:
    body = batch(_put("replayed"), _put("", key="rejected"))
    headers = sandbox_shared.headers(body)
    first, again = (
        httpx.post(f"{sandbox_shared.url}/v1/changes", content=body, headers=headers).json() for _ in range(2)
    )
    assert [result["status"] for result in first["results"]] == ["applied", "rejected"]
    assert again == first
    # Under an id of its own it is another message.
    assert sandbox_shared.statuses(_put("replayed")) == ["duplicate"]


def test_it_says_which_night_it_has_and_shows_what_nobody_acts_on(sandbox: SandboxProcess) -> None:
    target = "/v1/state?cursor=&limit=1"

    def page() -> Any:
        return httpx.get(sandbox.url + target, headers=sandbox.reading("", 1)).json()

    assert page() == {"rows": [], "next": None, "night": None}
    probe = {**_put("probe"), "list": "probe", "payload": {"probe": "x"}}
    assert sandbox.statuses(probe) == ["applied"]
    sha256 = hashlib.sha256(b'{"probe":"x"}').hexdigest()
    assert page() == {
        "rows": [{"list": "probe", "row_key": "probe", "payload_sha256": sha256}],
        "next": None,
        "night": "2026-03-01",
    }
    assert (sandbox.effects(), sandbox.held()) == ([], {})


def test_what_is_not_a_batch_or_a_cursor_is_refused(sandbox_shared: SandboxProcess) -> None:
    for body in (b"nonsense", b"[]", b'{"changes": [{"row_key": "p1"}]}'):
        answer = httpx.post(f"{sandbox_shared.url}/v1/changes", content=body, headers=sandbox_shared.headers(body))
        assert answer.status_code == 422
    for cursor in ("x", "bnVsbA=="):
        target = f"/v1/state?{urlencode({'cursor': cursor, 'limit': 1})}"
        headers = sandbox_shared.reading(cursor, 1)
        assert httpx.get(sandbox_shared.url + target, headers=headers).status_code == 422


def test_it_does_not_start_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_SANDBOX_SECRET", raising=False)
    ended = subprocess.run([sys.executable, "-m", "evenhand.sandbox"], capture_output=True, text=True)
    assert ended.returncode == 2
    assert "set EVENHAND_SANDBOX_SECRET" in ended.stderr


def test_it_imports_neither_airflow_nor_duckdb() -> None:
    code = "import sys, evenhand.sandbox.__main__; print(*{'airflow', 'duckdb', 'httpx'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
