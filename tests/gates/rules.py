"""The rules of simulated marketplaces: those of the shipped one, with many small steps in place of four large ones.

In the shipped one, few accounts that break rules all the time stay in its strictest zones, so that most of what lands
of them changes no list, and a fault in it hardly any row. Here an account is penalised again with every two points
more, and points count for four weeks: as many nights as are decided before the first is judged, so that as many lapse
as come.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_YAML = YAML()
# Every so many points are a step, up to as many as few accounts have in the nights for which points count.
STEP, STEPS, LASTS_DAYS = 2, 30, 28
# What each step brings, and on what.
BROUGHT = {"warning": "account", "no_live": "live", "campaigns_closed": "campaign", "commission_held": "commission"}
DAYS = 14


def lay_rules(policies: Path, folder: Path) -> Path:
    """Copy packs to another folder, with steps for the zones of the marketplace's ladder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(policies, folder, ignore=shutil.ignore_patterns("published"))
    for path in sorted(folder.glob("creators_*.yml")):
        pack = _YAML.load(path)
        ladder = pack.get("programmes", {}).get("account_health", {})
        if "zones" in ladder:
            ladder["zones"] = steps(STEP)
        for entry in ladder.get("entries", ()):
            if "lasts_days" in entry:
                entry["lasts_days"] = LASTS_DAYS
        _YAML.dump(pack, path)
    return folder


def steps(points: float) -> list[dict[str, Any]]:
    """The zones of a ladder with a step every so many points."""
    measures = [{"measure": measure, "scope": scope, "days": DAYS} for measure, scope in BROUGHT.items()]
    found: list[dict[str, Any]] = [{"zone": "good"}]
    return found + [
        {"zone": f"step_{number}", "at_least": round(number * points, 2), "measures": measures}
        for number in range(1, STEPS + 1)
    ]
