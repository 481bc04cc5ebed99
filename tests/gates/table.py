"""What gate 2 held of simulated nights, as a table of a document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from gates.planted import FAULTS
from gates.run import Outcome, list_nights

# Of 200 nights with a fault at least this share is held, and of clean list-nights at most that one.
FEWEST_CAUGHT, MOST_HELD_CLEAN = 0.95, 0.03
_BEGIN, _END = "<!-- make gates writes this -->\n", "<!-- until here -->\n"


def keeps(outcomes: Sequence[Outcome]) -> bool:
    """Whether both limits are kept."""
    enough = all(_caught(outcomes, fault) >= FEWEST_CAUGHT * len(outcomes) for fault in FAULTS)
    return enough and _held_clean(outcomes) <= MOST_HELD_CLEAN * list_nights(outcomes)


def write(outcomes: Sequence[Outcome], seeds: Sequence[int], creators: int, document: Path | None) -> str:
    """The table, also put in its place in the document if one is given."""
    table = _table(outcomes, seeds, creators)
    if document:
        text = document.read_text()
        document.write_text(re.sub(f"{_BEGIN}.*?{_END}", lambda _: _BEGIN + table + _END, text, flags=re.DOTALL))
    return table


def _table(outcomes: Sequence[Outcome], seeds: Sequence[int], creators: int) -> str:
    nights = len(outcomes)
    lines = [
        f"{nights} nights of marketplaces with {creators:,} creators; seeds {', '.join(map(str, seeds))}.",
        "",
        "| planted | held | rows that went out |",
        "| --- | ---: | ---: |",
        *(
            f"| {said} | {_caught(outcomes, fault)} of {nights} | {sum(each.escaped[fault] for each in outcomes)} |"
            for fault, said in FAULTS.items()
        ),
        f"| nothing | {_held_clean(outcomes)} of {list_nights(outcomes):,} lists | |",
    ]
    return "\n".join(lines) + "\n"


def _caught(outcomes: Sequence[Outcome], fault: str) -> int:
    return sum(each.caught[fault] for each in outcomes)


def _held_clean(outcomes: Sequence[Outcome]) -> int:
    return sum(len(each.held_clean) for each in outcomes)
