"""A notifier that writes down what it is told, as any of Airflow's would bring it to somebody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk.bases.notifier import BaseNotifier


class Heard(BaseNotifier):
    """Writes a line to a file, or fails if there is no folder for it."""

    template_fields: Sequence[str] = ("to", "text")

    def __init__(self, file: str, to: str = "{{ address }}", text: str = "{{ subject }}: {{ body }}") -> None:
        super().__init__()
        self.file, self.to, self.text = file, to, text

    def notify(self, context: Any) -> None:
        """Write it down."""
        with Path(self.file).open("a") as file:
            file.write(json.dumps([self.to, self.text]) + "\n")
