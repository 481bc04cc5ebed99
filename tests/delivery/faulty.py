"""A real HTTP server in front of a receiver that fails on request."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from evenhand.delivery.signature import sign

FAULTS = ("fine", "503", "429", "502_after", "drop_before", "drop_after", "partial", "shuffle")


class FaultyServer:
    """Takes the next fault of `faults` for every POST; without one it only passes on.

    429 carries a Retry-After of 0 seconds. `*_after`: the receiver applied the batch, the sender never hears of it.
    `refuse_half` passes on every other change, signed with the secret. `poison` is a text and the status that every
    batch with it gets, none of it passed on.
    """

    def __init__(self, upstream: str, secret: str = "") -> None:
        self.secret = secret
        self.faults: deque[str] = deque()
        self.bodies: list[bytes] = []
        self.poison: tuple[str, str] | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.bodies.append(body)
                fault = outer.faults.popleft() if outer.faults else "fine"
                if outer.poison and outer.poison[0].encode() in body:
                    fault = outer.poison[1]
                if fault == "drop_before":
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
                answer = outer.client.post(upstream + self.path, content=body, headers=self.passed_on())
                if fault == "502_after":
                    self.answer(502, b"")
                elif fault == "drop_after":
                    self.close_connection = True
                elif fault == "hang_after":
                    outer.hanging.set()
                    time.sleep(2)
                    self.close_connection = True
                elif fault in ("partial", "shuffle"):
                    results = answer.json()["results"][::-1]
                    kept = results[: len(results) // 2] if fault == "partial" else results
                    self.answer(200, json.dumps({"results": kept}).encode())
                else:
                    self.answer(answer.status_code, answer.content)

            def do_GET(self) -> None:
                answer = outer.client.get(upstream + self.path, headers=self.passed_on())
                self.answer(answer.status_code, answer.content)

            def refuse_half(self, body: bytes) -> None:
                changes = json.loads(body)["changes"]
                taken = json.dumps({"changes": changes[::2]}).encode()
                now = int(time.time())
                headers = {
                    "webhook-id": "half",
                    "webhook-timestamp": str(now),
                    "webhook-signature": sign(outer.secret, "half", now, taken),
                }
                answer = outer.client.post(upstream + self.path, content=taken, headers=headers)
                refused = [
                    {"key": change["key"], "status": "rejected", "reason": "this account is on hold here"}
                    for change in changes[1::2]
                ]
                self.answer(200, json.dumps({"results": [*answer.json()["results"], *refused]}).encode())

            def passed_on(self) -> dict[str, str]:
                return {name: value for name, value in self.headers.items() if name.lower().startswith("webhook-")}

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                if status == 429:
                    self.send_header("retry-after", "0")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.client = httpx.Client()
        self.hanging = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.client.close()
