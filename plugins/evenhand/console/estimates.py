"""What reviews say of all that nobody reviewed, as a page shows it: of a market, or of all of them and their gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from evenhand.console.reader import reader, say
from evenhand.console.shown import Shown
from evenhand.console.values import between, label, number
from evenhand.console.values import market as market_name
from evenhand.records.databases import reading
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.sampling.told import AGREEMENT, PARTS, is_gap, is_told, markets_of_gap

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class EstimateShown:
    """An estimate in words.

    Attributes:
        about: the part, or the two markets, that it is of.
        verdict: what follows from it; empty where nothing does.
    """

    label: str
    market: str
    about: str
    text: str
    interval: str
    reviews: int
    golden_reviews: int
    verdict: str


def estimates(shown: Shown, market: str) -> Sequence[EstimateShown]:
    """The estimates of a market; of all together, those of each and what is found between them."""
    if not shown.has("quality_estimates.parquet"):
        return ()
    with reading() as connection:
        rows = connection.execute(
            _SQL("estimates", rows=Sql(shown.rows("quality_estimates"))), {"market": market}
        ).fetchall()
    return [
        EstimateShown(
            label("estimate", name),
            market_name(of),
            _about(name, by or PARTS.get(name, ""), about),
            say("too few to say") if not is_enough else say("can't be said") if value is None else _text(name, value),
            "" if not is_enough or low is None or high is None else between(low, high, partial(_text, name)),
            reviews,
            golden,
            verdict,
        )
        for name, of, by, about, value, low, high, reviews, golden, is_enough, verdict in rows
        if is_told(name, by, about, is_enough, verdict)
    ]


def _about(estimate: str, by: str, about: str) -> str:
    if not is_gap(estimate):
        return label(by, about)
    market, other = markets_of_gap(about)
    return say("%(market)s less %(other)s", market=market_name(market), other=market_name(other))


def _text(estimate: str, value: Decimal) -> str:
    return number(round(value, 2)) if estimate == AGREEMENT else reader().share(value)
