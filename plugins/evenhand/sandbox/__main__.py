"""Run the sandbox: `python -m evenhand.sandbox --port 8700`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import uvicorn

from evenhand.sandbox.app import create_sandbox
from evenhand.settings import settings


def main() -> None:
    """Serve until stopped; the secret comes from the environment so that it isn't in a process list."""
    parser = argparse.ArgumentParser(prog="python -m evenhand.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--host", default="127.0.0.1", help="the page shows everything to whoever reaches it")
    arguments = parser.parse_args()
    secret = os.environ.get("EVENHAND_SANDBOX_SECRET")
    if not secret:
        parser.error(
            "set EVENHAND_SANDBOX_SECRET to the secret that requests are signed with: "
            "the password of the connection evenhand_sandbox"
        )
    database = os.environ.get("EVENHAND_SANDBOX_DB")
    app = create_sandbox(Path(database) if database else settings().home / "sandbox.sqlite", secret)
    uvicorn.run(app, host=arguments.host, port=arguments.port, log_level="warning")


if __name__ == "__main__":
    main()
