"""A web server that feeds are fetched from, and that says just what it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def web(pages: Mapping[str, str], says_length: bool = True) -> Iterator[str]:
    """Its address below which feeds land; whatever isn't among its pages is a file of `owned`.

    Args:
        says_length: whether it says how long what it sends is.
    """

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index = pages.get(self.path)
            body = (index if index is not None else "owned").encode()
            self.send_response(200)
            self.send_header("content-type", "text/html" if index is not None else "text/csv")
            if says_length:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            # Who has heard enough goes away.
            with suppress(ConnectionError):
                if self.command == "GET":
                    self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/landing"
    finally:
        server.shutdown()
        server.server_close()
