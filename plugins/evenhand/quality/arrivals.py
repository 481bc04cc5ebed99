"""What gate 1 looks at of what arrived, in the night's warehouse:

arrivals.accounts       the market that an account is in, as far as anybody knows
arrivals.late_files     the files of earlier nights that have come, or are others, since the last release
arrivals.late_in_place  those of them that took the place of what was known by their name
arrivals.<feed>         a row per row or line that arrived this night or late, with its market and what is wrong with it
arrivals.silences       how long ago anything of a feed and a market landed
arrivals.usual          what was usual of a feed and a market in the four weeks before
"""

from __future__ import annotations

from datetime import date

from evenhand.landing.contracts import FEEDS, Contract
from evenhand.landing.names import compared
from evenhand.quality.gate import Gate
from evenhand.quality.whose_file import File, markets_of_file
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def find_accounts(gate: Gate) -> None:
    """The market of every account: the one that it is accepted in, else the one that it was said to be in."""
    gate.execute(_SQL("find_accounts"))


def find_arrivals(gate: Gate, contract: Contract, night: date) -> None:
    """What arrived of a feed this night or late, lines that can't be read included."""
    feed, arrivals = contract.feed, f"arrivals.{contract.feed}"
    gate.execute(
        _SQL(
            "find_arrivals",
            arrivals=arrivals,
            candidates=f"candidates.{feed}",
            each_name=Sql(compared("unnest(string_split(regexp_replace(text, chr(34), '', 'g'), ','))")),
            own_market="rows.market" if feed == "creators" else "null",
            day_it_happened=_happened_on(contract),
        ),
        {"feed": feed, "night": night},
    )
    nobodys = f"select distinct landed_night, landed_file from {arrivals} where market is null order by all"
    for landed_night, file in gate.execute(nobodys):
        if len(markets := markets_of_file(gate, File(feed, landed_night, str(file)))) == 1:
            gate.execute(_SQL("take_market_of_file", arrivals=arrivals), {"market": markets[0], "file": file})


def find_usual(gate: Gate, night: date) -> None:
    """What was usual of each feed and market in the 28 nights before, and before it fell silent if it did."""
    _find_habits(gate, night)
    gate.execute(_SQL("create_usual"))
    for contract in FEEDS:
        feed = contract.feed
        # Of a table that is ordered by night no more is read than of the market that has been silent longest.
        ((since,),) = gate.execute("select min(newest) - 27 from arrivals.habits where feed = $feed", {"feed": feed})
        gate.execute(
            _SQL(
                "find_usual",
                candidates=f"candidates.{feed}",
                keys=("account_id", "market") if feed == "creators" else "account_id",
                day_it_happened=_happened_on(contract),
            ),
            {"feed": feed, "night": night, "since": since or night},
        )


def _find_habits(gate: Gate, night: date) -> None:
    """When anything of each feed and market landed last, and the fewest rows of four such weekdays up to then.

    However long a market has been silent, what it did before is what is expected of it. After a week of silence a file
    of its own without rows says that there are none.
    """
    gate.execute(_SQL("find_habits", compared_market=Sql(compared("market"))), {"night": night})


def find_silences(gate: Gate, night: date) -> None:
    """How long ago anything of each feed and market landed, and how long it was usual to wait, whatever the gap."""
    gate.execute(_SQL("find_silences"), {"night": night})


def _happened_on(contract: Contract) -> Sql:
    return Sql(f"try_cast({contract.happened_on or 'null'} as date)")
