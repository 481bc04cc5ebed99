"""What each step of a night came to and complained of: a JSON file each, in the folder that the night is worked on in.

Steps are called as their tasks and functions are. Nights that an earlier version worked on have the files of its names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# As they were called in earlier versions, by what they are called now.
FORMER = {
    "land_feeds": "land_feeds",
    "compile_policies": "policies_compiled",
    "validate_feeds": "feeds_validated",
    "gate_1.validate_feeds": "gate_1.feeds_validated",
    "build_models": "models_built",
    "validate_lists": "lists_validated",
    "gate_2.validate_lists": "gate_2.lists_validated",
    "publish_release": "night_released",
    "deliver_release": "delivered",
    "reconcile_receiver": "reconciled",
}


def keep(work: Path, step: str, facts: dict[str, Any], receiver: str = "") -> None:
    """Keep what a step came to, in the place of what it came to before."""
    path = _file(work, step, receiver)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, indent=2))


def kept(work: Path, step: str, receiver: str = "") -> dict[str, Any]:
    """What a step came to; empty if it hasn't ended."""
    path = kept_in(work, step, receiver)
    facts: dict[str, Any] = json.loads(path.read_text()) if path else {}
    return facts


def kept_in(work: Path, step: str, receiver: str = "") -> Path | None:
    """The file of what a step came to; None if it hasn't ended."""
    names = (step, FORMER.get(step, step))
    return next((path for name in names if (path := _file(work, name, receiver)).exists()), None)


def keep_complaint(work: Path, step: str, said: str, receiver: str = "") -> None:
    """Keep what a step failed of, until it ends well."""
    keep(work, step, {"said": said}, _complaint(receiver))


def forget_complaint(work: Path, step: str, receiver: str = "") -> None:
    """The step has ended well, whatever it complained of before."""
    for name in {step, FORMER.get(step, step)}:
        _file(work, name, _complaint(receiver)).unlink(missing_ok=True)


def complaints(work: Path) -> list[tuple[str, str]]:
    """The steps that failed when they were last run, with what they complained of; the first comes first."""
    found = (work / "steps").glob("*.failed.json")
    in_order = sorted(found, key=lambda path: (path.stat().st_mtime_ns, path))
    return [(path.name.removesuffix(".failed.json"), json.loads(path.read_text())["said"]) for path in in_order]


def at_receiver(work: Path, receiver: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a night's last delivery to a receiver came to, and what was read back of it; empty where that wasn't done.

    What failed is told as `failed`, in the place of what the run before it came to: what was read back of that run says
    nothing of what the receiver holds now.
    """
    delivery = _complained(work, "deliver_release", receiver)
    if delivery:
        return {"failed": delivery}, {}
    reading = _complained(work, "reconcile_receiver", receiver)
    reconciled = {"failed": reading} if reading else kept(work, "reconcile_receiver", receiver)
    return kept(work, "deliver_release", receiver), reconciled


def _complained(work: Path, step: str, receiver: str) -> str:
    """What a step at a receiver failed of when it was last run; empty if it didn't."""
    return str(kept(work, step, _complaint(receiver)).get("said", ""))


def _complaint(receiver: str) -> str:
    return f"{receiver}.failed" if receiver else "failed"


def _file(work: Path, step: str, receiver: str) -> Path:
    return work / "steps" / (f"{step}.{receiver}.json" if receiver else f"{step}.json")
