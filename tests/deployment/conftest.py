from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class AlertServer:
    """Something that is told of nights that failed or are late; `heard` is what it was told."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append(json.loads(body)["text"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="package")
def alerts() -> Iterator[AlertServer]:
    server = AlertServer()
    yield server
    server.stop()


@pytest.fixture(scope="package")
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own are for one."""
    folder = Path(tempfile.mkdtemp(prefix="evenhand-deployment-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
