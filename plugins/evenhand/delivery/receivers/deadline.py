"""An HTTP client whose requests end in time, however slowly they are answered.

httpx limits each read by itself, so that a receiver which sends a byte now and then holds a request for as long as it
likes. Here the reads of one request share one time.
"""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Iterable
from functools import cache

import httpcore
import httpx

CONNECT_SECONDS = 5.0
# Of a request in all, its connection included. A batch of 500 rows takes less than one.
REQUEST_SECONDS = 60.0


def client(seconds: float = REQUEST_SECONDS) -> httpx.Client:
    """A client whose requests take at most so many seconds each; then they raise httpx.ReadTimeout or a sibling."""
    return httpx.Client(
        transport=_Transport(seconds), timeout=httpx.Timeout(min(30.0, seconds), connect=CONNECT_SECONDS)
    )


class _Transport(httpx.HTTPTransport):
    def __init__(self, seconds: float) -> None:
        trusted = _trusted(*(os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")))
        super().__init__(verify=trusted)
        self._clock = _Clock(seconds)
        # What httpx makes itself, but with the network seen through the clock; it has no argument for that.
        self._pool = httpcore.ConnectionPool(ssl_context=trusted, network_backend=_Network(self._clock))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._clock.begin()
        return super().handle_request(request)


@cache
def _trusted(file: str, folder: str) -> ssl.SSLContext:
    """Whom a process trusts, by where its environment says that their certificates lie: to read all of them is dear."""
    return httpx.create_ssl_context()


class _Clock:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0

    def begin(self) -> None:
        self._until = time.monotonic() + self._seconds

    def left(self, timeout: float | None) -> float:
        """What of a time-out is left of the request's time; never nothing, for that would mean without end."""
        left = max(self._until - time.monotonic(), 0.001)
        return left if timeout is None else min(timeout, left)


class _Network(httpcore.NetworkBackend):
    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._clock,
            self._network.connect_tcp(host, port, self._clock.left(timeout), local_address, socket_options),
        )


class _Stream(httpcore.NetworkStream):
    def __init__(self, clock: _Clock, stream: httpcore.NetworkStream) -> None:
        self._clock = clock
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._clock, self._stream.start_tls(ssl_context, server_hostname, self._clock.left(timeout)))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
