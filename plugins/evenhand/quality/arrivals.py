"""What gate 1 looks at of what arrived, in the night's warehouse:

arrivals.accounts   the market that an account is in, as far as anybody knows
arrivals.<feed>     a row per row or line that arrived this night, with its market and what is wrong with it
arrivals.silences   how long ago anything of a feed and a market landed
arrivals.usual      what was usual of a feed and a market in the four weeks before
"""

from __future__ import annotations

from datetime import date

from evenhand.landing.contracts import FEEDS, Contract
from evenhand.quality.gate import Gate
from evenhand.quality.whose_file import File, markets_of_file
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


def find_accounts(gate: Gate) -> None:
    """The market of every account: the one that it is accepted in, else the one that it was said to be in."""
    gate.execute(_SQL("accounts"))


def find_arrivals(gate: Gate, contract: Contract, night: date) -> None:
    """What arrived of a feed this night, lines that can't be read included."""
    feed = contract.feed
    own = "rows.market" if feed == "creators" else Sql("null")
    gate.execute(_SQL("arrivals", feed=feed, own=own, day=_happened_on(contract)), {"feed": feed, "night": night})
    for (file,) in gate.execute(f"select distinct landed_file from arrivals.{feed} where market is null order by all"):
        if len(markets := markets_of_file(gate, File(feed, night, str(file)))) == 1:
            gate.execute(
                f"update arrivals.{feed} set market = $market where market is null and landed_file = $file",
                {"market": markets[0], "file": file},
            )


def find_usual(gate: Gate, night: date) -> None:
    """What was usual of each feed and market in the 28 nights before."""
    gate.execute(_SQL("create_usual"))
    for contract in FEEDS:
        feed = contract.feed
        shared = ["account_id", "market"] if feed == "creators" else ["account_id"]
        gate.execute(
            _SQL("usual", day=_happened_on(contract), feed=feed, shared=shared), {"feed": feed, "night": night}
        )
        # A market without a row in four weeks is compared with nothing, unless the feed has just begun.
        gate.execute(_SQL("usual_of_none"), {"feed": feed, "night": night})


def find_silences(gate: Gate, night: date) -> None:
    """How long ago anything of each feed and market landed, and how long it was usual to wait, whatever the gap."""
    gate.execute(_SQL("silences"), {"night": night})


def _happened_on(contract: Contract) -> Sql:
    return Sql(f"try_cast({contract.happened_on or 'null'} as date)")
