"""A real HTTP server in front of a receiver that fails on request."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from evenhand.delivery.signature import sign

FAULTS = ("fine", "503", "429", "502_after", "drop_before", "drop_after", "partial", "shuffle")


class FaultyServer:
    """Takes the next fault of `faults` for every POST; without one it only passes on.

    429 carries a Retry-After of `retry_after` seconds. `*_after`: the receiver applied the batch, the sender never
    hears of it. `hang_*` let the sender wait too long, and `drip` for ever: of its answer a byte comes now and then.
    `late`: it waits too long, and the batch arrives after all, when it has been sent again perhaps. `repeat`: every
    answer comes twice, and out of order. A name in `kills` happens before the batch is passed on, or after; a
    `*_meanwhile` before, and the batch is answered as ever. With `forgets_keys`, what is behind can't know a change
    again. `refuse_half` passes on every other change, signed with the secret. `poison` is a text and the status that
    every batch with it gets, none of it passed on. `tell_state` makes of a page of the state what is told instead.
    """

    def __init__(self, upstream: str, secret: str = "", forgets_keys: bool = False, hangs_for: float = 2) -> None:
        self.secret = secret
        self.kills: dict[str, Callable[[], None]] = {}
        self.real_keys: dict[str, str] = {}
        self.faults: deque[str] = deque()
        self.happened: list[str] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.readings: list[dict[str, str]] = []
        self.poison: tuple[str, str] | None = None
        self.retry_after = 0
        self.tell_state: Callable[[Any], Any] | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are written one after the other: the second would wait until the first is acknowledged.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                try:
                    self.deal_with_batch()
                except httpx.TransportError:
                    self.close_connection = True

            def deal_with_batch(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.bodies.append(body)
                outer.headers.append(dict(self.headers))
                fault = outer.faults.popleft() if outer.faults else "fine"
                if outer.poison and outer.poison[0].encode() in body:
                    fault = outer.poison[1]
                outer.happened.append(fault)
                if fault == "late":
                    outer.late.append(threading.current_thread())
                    time.sleep(hangs_for)
                    self.forward(body, self.passed_on())
                    self.close_connection = True
                    return
                if fault in ("drop_before", "hang_before"):
                    time.sleep(hangs_for if fault == "hang_before" else 0)
                    self.close_connection = True
                    return
                if fault in ("500", "503", "429", "401", "404", "422"):
                    self.answer(int(fault), b'{"detail": "as asked"}')
                    return
                if fault == "nonsense":
                    self.answer(200, b"<html>")
                    return
                if fault == "stranger":
                    self.answer(200, json.dumps({"results": [{"key": "0" * 64, "status": "applied"}]}).encode())
                    return
                if fault == "refuse_half":
                    self.refuse_half(body)
                    return
                if fault.endswith(("_before", "_meanwhile")) and fault in outer.kills:
                    outer.kills[fault]()
                answer = self.forgetting(body) if forgets_keys else self.forward(body, self.passed_on())
                if fault in outer.kills and not fault.endswith("_meanwhile"):
                    outer.kills[fault]()
                    self.close_connection = True
                elif fault == "502_after":
                    self.answer(502, b"")
                elif fault == "drop_after":
                    self.close_connection = True
                elif fault == "drip":
                    self.drip()
                elif fault == "hang_after":
                    outer.hanging.set()
                    time.sleep(hangs_for)
                    self.close_connection = True
                elif fault in ("partial", "shuffle", "repeat"):
                    results = answer.json()["results"][::-1]
                    results = results * 2 if fault == "repeat" else results
                    kept = results[: len(results) // 2] if fault == "partial" else results
                    self.answer(200, json.dumps({"results": kept}).encode())
                else:
                    self.answer(answer.status_code, answer.content)

            def drip(self) -> None:
                outer.hanging.set()
                self.close_connection = True
                with contextlib.suppress(OSError):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
                    while True:
                        self.wfile.write(b"x")
                        time.sleep(0.1)

            def do_GET(self) -> None:
                outer.readings.append({name.lower(): value for name, value in self.headers.items()})
                try:
                    answer = outer.client.get(upstream + self.path, headers=self.passed_on())
                except httpx.TransportError:
                    self.close_connection = True
                else:
                    content = answer.content
                    if outer.tell_state and answer.status_code == 200:
                        content = json.dumps(outer.tell_state(answer.json())).encode()
                    self.answer(answer.status_code, content)

            def refuse_half(self, body: bytes) -> None:
                message = json.loads(body)
                changes = message["changes"]
                taken = json.dumps({**message, "changes": changes[::2]}).encode()
                answer = self.forward(taken, self.signed(taken))
                refused = [
                    {"key": change["key"], "status": "rejected", "reason": "this account is on hold here"}
                    for change in changes[1::2]
                ]
                self.answer(200, json.dumps({"results": [*answer.json()["results"], *refused]}).encode())

            def forgetting(self, body: bytes) -> httpx.Response:
                message = json.loads(body)
                changes = message["changes"]
                new = {hashlib.sha256(os.urandom(16)).hexdigest(): change["key"] for change in changes}
                outer.real_keys |= new
                renamed = [{**change, "key": key} for key, change in zip(new, changes, strict=True)]
                content = json.dumps({**message, "changes": renamed}).encode()
                answer = self.forward(content, self.signed(content))
                results = [{**result, "key": new[result["key"]]} for result in answer.json()["results"]]
                return httpx.Response(200, json={"results": results})

            def forward(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
                return outer.client.post(upstream + self.path, content=body, headers=headers)

            def signed(self, body: bytes) -> dict[str, str]:
                now, message = int(time.time()), os.urandom(8).hex()
                return {
                    "webhook-id": message,
                    "webhook-timestamp": str(now),
                    "webhook-signature": sign(outer.secret, message, now, body),
                }

            def passed_on(self) -> dict[str, str]:
                passed_on = ("webhook-", "evenhand-", "authorization", "content-type")
                return {name: value for name, value in self.headers.items() if name.lower().startswith(passed_on)}

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                if status == 429:
                    self.send_header("retry-after", str(outer.retry_after))
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.client = httpx.Client(verify=False)
        self.late: list[threading.Thread] = []
        self.hanging = threading.Event()
        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def wait_for_late_ones(self) -> None:
        """Until nothing is under way any more."""
        for each in self.late:
            each.join()

    def stop(self) -> None:
        self.wait_for_late_ones()
        self._server.shutdown()
        self._server.server_close()
        self.client.close()


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Senders are killed here; that isn't worth a word."""
