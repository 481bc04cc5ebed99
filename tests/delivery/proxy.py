"""A TCP proxy that fails on request: what a network does between a sender and any receiver."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

_CANNED = {
    "503": b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    "429": b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
}


class TcpProxy:
    """Takes the next fault of `faults` for every piece that the sender sends; without one it only passes on.

    `cut_before`: the piece never arrives. `cut_after`: it arrives, and the answer is lost. `503` and `429` answer in
    the place of an HTTP server. Any other is looked up in `kills`: it happens before the piece is passed on, or after.
    """

    def __init__(self, port: int) -> None:
        self.faults: deque[str] = deque()
        self.happened: list[str] = []
        self.kills: dict[str, Callable[[], None]] = {}
        self._upstream = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._upstream)) as upstream:
            # Pieces are passed on as they come: none waits until the one before it is acknowledged.
            for each in (client, upstream):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._pieces(client, upstream)
            finally:
                # Closing alone tells nobody while the other thread waits for more.
                for each in (client, upstream):
                    with contextlib.suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)

    def _pieces(self, client: socket.socket, upstream: socket.socket) -> None:
        silent = threading.Event()
        threading.Thread(target=self._answer, args=(upstream, client, silent), daemon=True).start()
        while piece := client.recv(1 << 16):
            fault = self.faults.popleft() if self.faults else "fine"
            self.happened.append(fault)
            if fault in _CANNED:
                client.sendall(_CANNED[fault])
                return
            if fault == "cut_before":
                return
            if fault.endswith("_before") and fault in self.kills:
                self.kills[fault]()
            if fault.endswith("_after"):
                silent.set()
            upstream.sendall(piece)
            if fault.endswith("_after"):
                # Long enough for it to be dealt with; nobody hears of it.
                time.sleep(0.2)
                self.kills.get(fault, lambda: None)()
                return

    def _answer(self, upstream: socket.socket, client: socket.socket, silent: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while (piece := upstream.recv(1 << 16)) and not silent.is_set():
                client.sendall(piece)
        if not silent.is_set():
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
