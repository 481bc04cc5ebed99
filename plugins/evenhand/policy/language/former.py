"""Words of earlier versions of the language, and what they are called now.

Version 1 called eligibility `gates`, and preapproved changes `announced`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Renamed = Mapping[tuple[str, ...], str]

# The path of a key, where * is any name, and its new name.
OF_PACKS: Renamed = {
    ("gates",): "eligibility",
    ("gates", "*", "while_open"): "while_eligible",
    ("gates", "*", "while_shut"): "while_not_eligible",
    ("gates", "*", "stays_open"): "stays_eligible",
    ("bonuses", "*", "gate"): "eligibility",
}
OF_PREAPPROVED: Renamed = {("announced",): "preapproved"}
# The file of preapproved changes.
ANNOUNCED = "announced.yml"


def called_today(location: Sequence[str | int], renamed: Renamed = OF_PACKS) -> str:
    """What a key is called now; empty where that isn't otherwise."""
    return next((word for path, word in renamed.items() if _is_at(location, path, renamed)), "")


def _is_at(location: Sequence[str | int], path: tuple[str, ...], renamed: Renamed) -> bool:
    # What is above may be called by its new name already.
    above = {path[0], renamed.get(path[:1], path[0])} if len(path) > 1 else {path[0]}
    return (
        len(location) == len(path)
        and location[0] in above
        and all(wanted in ("*", step) for step, wanted in zip(location[1:], path[1:], strict=True))
    )
