"""What is wrong with boards, by themselves and against what the installation has: metrics, markets, people."""

from __future__ import annotations

from evenhand.people.people import read_people
from evenhand.policy.load import load_each, pack_files
from evenhand.policy.texts import Mistake, PackError
from evenhand.release.figures import definitions
from evenhand.reports.boards import Boards, of_markets, of_people, read_boards
from evenhand.settings import Settings


def findings(here: Settings) -> tuple[Boards, list[Mistake]]:
    """The boards that can be used, and what is wrong with any, in the order of files and lines.

    A market that no pack decides for, or a person who can't be told, is a mistake of a board that is used all the same.
    """
    boards = read_boards(here.boards, definitions(here.dbt_project))
    found = list(boards.mistakes)
    packs, _ = load_each(pack_files(here.policies.glob("*.yml"))) if boards.boards else ([], [])
    markets = {market for loaded in packs for market in loaded.pack.markets}
    for loaded in boards.boards.values():
        # Where no pack can be read, that is the mistake.
        found += of_markets(loaded, markets) if packs else ()
    try:
        # What it says, and not what is in force: a check has nothing hold.
        people = read_people(here.people) if here.people.exists() else None
    except PackError:
        # What is wrong with people.yml is said where it is looked at; until then nobody is told anything.
        return boards, sorted(found)
    for loaded in boards.boards.values():
        found += of_people(loaded, people)
    return boards, sorted(found)
