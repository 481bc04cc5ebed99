"""Write dbt's sources of compiled rules, from the classes of their rows: `python -m evenhand.reference.rules`."""

from __future__ import annotations

import json
from inspect import cleandoc

from evenhand.policy.tables import TABLES
from evenhand.policy.tables.row import columns
from evenhand.settings import PROJECT

PATH = PROJECT / "dbt_project" / "models" / "staging" / "rules.yml"
_START = """\
# Written by `python -m evenhand.reference.rules` from plugins/evenhand/policy/tables/.
sources:
  - name: policy
    description: "The policy packs, compiled: a row per market and rule, with the days it is in force."
    tables:"""


def render() -> str:
    """The text of the file."""
    lines = [_START]
    for name, table in TABLES.items():
        description = " ".join(cleandoc(table.__doc__ or "").split())
        lines += [f"      - name: {name}", f"        description: {json.dumps(description)}", "        columns:"]
        for column, what in columns(table).items():
            lines += [
                f"          - name: {column}",
                f"            description: {json.dumps(what.meaning)}",
                f"            data_type: {what.sql}",
            ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PATH.write_text(render())
