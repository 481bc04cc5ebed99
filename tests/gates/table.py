"""What gate 2 held of simulated and of real nights, as tables of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median_low

from evenhand.reference.tables import put_table
from gates.planted import FAULTS
from gates.rises import Drift, Rise, drifts_table, rises_table, sizes_table
from gates.run import Outcome, RealNight, list_nights
from gates.silent import FAULTS as SILENT
from gates.sizes import Sizes, held_for_sizes_table

# Of 200 nights with a fault at least this share is held, and of clean list-nights at most that one. Of real nights,
# which have floods that a person should see, at most so many have a list that is held.
FEWEST_CAUGHT, MOST_HELD_CLEAN, MOST_HELD_REAL = 0.95, 0.01, 0.03


def keeps(outcomes: Sequence[Outcome], real: Sequence[RealNight], sizes: Sequence[Sizes] = ()) -> bool:
    """Whether all limits are kept."""
    enough = all(_caught(outcomes, fault) >= FEWEST_CAUGHT * len(outcomes) for fault in FAULTS)
    enough = enough and (not outcomes or all(_is_held(outcomes, fault) for fault in SILENT))
    few = _held_clean(outcomes) <= MOST_HELD_CLEAN * list_nights(outcomes)
    few = few and sum(len(each.held) for each in sizes) <= MOST_HELD_CLEAN * sum(each.lists for each in sizes)
    return enough and few and _held_real(real) <= MOST_HELD_REAL * len(real)


def write(
    outcomes: Sequence[Outcome],
    real: Sequence[RealNight],
    seeds: Sequence[int],
    creators: int,
    document: Path | None,
) -> str:
    """The tables, also put in their place in the document if one is given; of nights that weren't asked for is none."""
    tables = {}
    if outcomes:
        tables["make gates, of simulated nights,"] = _table(outcomes, seeds, creators)
    if real:
        tables["make gates, of real nights,"] = _table_of_real(real)
    if document:
        for written_by, table in tables.items():
            put_table(document, written_by, table)
    return "\n".join(tables.values())


def write_rises(
    rises: Sequence[Rise],
    rates: Mapping[str, float],
    by_size: Sequence[Rise],
    drifts: Sequence[Drift],
    document: Path | None,
) -> str:
    """The tables of rises that last and of drifts, also put in their place in the document if one is given."""
    tables = {
        "make gates, of rises,": rises_table(rises),
        "make gates, of rises by accounts,": sizes_table(rates, by_size),
        "make gates, of drifts,": drifts_table(drifts),
    }
    if document:
        for written_by, table in tables.items():
            put_table(document, written_by, table)
    return "\n".join(tables.values())


def write_sizes(sizes: Sequence[Sizes], document: Path | None) -> str:
    """The table of lists held for their sizes with nothing wrong, also put in its place if a document is given."""
    table = held_for_sizes_table(sizes)
    if document:
        put_table(document, "make gates, of sizes alone,", table)
    return table


def _table(outcomes: Sequence[Outcome], seeds: Sequence[int], creators: int) -> str:
    nights = len(outcomes)
    lines = [
        f"{nights} nights of marketplaces of {creators:,} creators; seeds {', '.join(map(str, seeds))}.",
        "",
        "| planted | held | rows that went out |",
        "| --- | ---: | ---: |",
        *(
            f"| {said} | {_caught(outcomes, fault)} of {nights} | {sum(each.escaped[fault] for each in outcomes)} |"
            for fault, said in FAULTS.items()
        ),
        f"| nothing | {_held_clean(outcomes)} of {list_nights(outcomes):,} lists | |",
    ]
    lines += [
        "",
        "| planted, with as many rows where the kind allows | nights of the size | held of them | held of all nights |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {fault.said} | {len(_of_size(outcomes, name))} | {_caught(_of_size(outcomes, name), name)}"
            f" | {_caught(outcomes, name)} of {nights} |"
            for name, fault in SILENT.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _of_size(outcomes: Sequence[Outcome], fault: str) -> list[Outcome]:
    """The nights on which a silent fault is of the size at which it has to be held."""
    return [each for each in outcomes if fault in each.sized]


def _is_held(outcomes: Sequence[Outcome], fault: str) -> bool:
    """Whether a silent fault reached that size at all, and was held nearly always then."""
    of_size = _of_size(outcomes, fault)
    return bool(of_size) and _caught(of_size, fault) >= FEWEST_CAUGHT * len(of_size)


def _caught(outcomes: Sequence[Outcome], fault: str) -> int:
    return sum(each.caught[fault] for each in outcomes)


def _held_clean(outcomes: Sequence[Outcome]) -> int:
    return sum(len(each.held_clean) for each in outcomes)


def _table_of_real(real: Sequence[RealNight]) -> str:
    lines = [
        "| nights | from | to | rows that changed, median | nights on which a list was held |",
        "| ---: | --- | --- | ---: | ---: |",
        f"| {len(real)} | {real[0].night} | {real[-1].night} | {median_low(each.changed for each in real)} "
        f"| {_held_real(real)} |",
    ]
    return "\n".join(lines) + "\n"


def _held_real(real: Sequence[RealNight]) -> int:
    return sum(bool(each.held) for each in real)
