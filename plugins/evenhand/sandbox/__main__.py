"""Run the sandbox: `python -m evenhand.sandbox --port 8700`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import uvicorn

from evenhand.records.modes import keep_private
from evenhand.sandbox.app import create_sandbox
from evenhand.settings import settings

# Each of the two systems has its own, and the connection that has it too.
_SECRETS = {
    "EVENHAND_SANDBOX_SECRET": "evenhand_sandbox",
    "EVENHAND_SANDBOX_NOTICES_SECRET": "evenhand_notices",
}


def main() -> None:
    """Serve until stopped; secrets come from the environment so that they aren't in a process list."""
    parser = argparse.ArgumentParser(prog="python -m evenhand.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--host", default="127.0.0.1", help="the page shows everything to whoever reaches it")
    arguments = parser.parse_args()
    keep_private()
    secrets = []
    for variable, connection in _SECRETS.items():
        secrets.append(os.environ.get(variable, ""))
        if not secrets[-1]:
            parser.error(
                f"set {variable} to the secret that requests are signed with: "
                f"the password of the connection {connection}"
            )
    database = os.environ.get("EVENHAND_SANDBOX_DB")
    app = create_sandbox(Path(database) if database else settings().home / "sandbox.sqlite", *secrets)
    uvicorn.run(app, host=arguments.host, port=arguments.port, log_level="warning")


if __name__ == "__main__":
    main()
