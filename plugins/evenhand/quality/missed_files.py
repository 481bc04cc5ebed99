"""Files that don't come: a market's file of a name that came on each of the last four nights of this weekday.

Rows tell of it only where it had some, and where no other file has rows of its market.
"""

from __future__ import annotations

from datetime import date

from evenhand.landing.contracts import FEEDS
from evenhand.quality.gate import Gate
from evenhand.quality.whose_file import File, markets_of_file
from evenhand.records.sql_files import SqlFile

_SQL = SqlFile(__file__)

# So many are told one by one; the others of their feed are counted.
MOST_TOLD = 20


def missed_files(gate: Gate, night: date) -> list[str]:
    """What is told of files that didn't come, by feed and name; of a feed that didn't come at all more is said."""
    said = []
    for contract in FEEDS:
        missed = _missed(gate, contract.feed, night)
        told = [_told(file, markets, night) for file in missed if (markets := markets_of_file(gate, file))]
        said += told[:MOST_TOLD]
        if others := len(told) - MOST_TOLD:
            said += [f"{contract.feed}: {others} more files that always come haven't"] if others > 0 else []
    return said


def _told(file: File, markets: list[str], night: date) -> str:
    place = f"{file.feed}/night={night}/{file.below}"
    return (
        f"{place}: no file of that name came for {' and '.join(markets)}, and one did on each of the last four nights"
        " of this weekday. Ask the source where it is; if there is nothing to report, land it with its header alone"
    )


def _missed(gate: Gate, feed: str, night: date) -> list[File]:
    """The files of a week ago that came in each of the three weeks before as well, and not tonight.

    A file is known by its path below its night, however it is packed.
    """
    found = gate.execute(_SQL("missed"), {"feed": feed, "night": night})
    return [File(feed, night, str(name)) for (name,) in found]
