"""An estimate as a night has it: a figure of all that nobody reviewed, with its interval, of a market or a part."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

log = logging.getLogger(__name__)
# Fewer reviews say too little: of contents, of decisions, of penalties, of items that two reviewed.
MINIMUM: Mapping[str, int] = {
    **{"prevalence": 200, "violative_view_rate": 200},
    **{"wrong_decisions": 30, "wrong_penalties": 30, "agreement": 30},
}
ALL_MARKETS = "all"
DIFFERS, UNCLEAR = "differs", "unclear"
# What an estimate is of: market, what its parts are by, and which of them; the last two are empty of a whole market.
Part = tuple[str, str, str]


@dataclass(frozen=True)
class Estimate:
    """A share, an agreement or a gap, and the interval that it is in with a probability of 95 %.

    Attributes:
        estimate: prevalence, violative_view_rate, wrong_decisions, wrong_penalties, a gap_of_ either of these two,
            agreement, unanswered, without_views or penalties_not_drawn.
        market: `all` of all together, and of a gap, for it is of two.
        slice: what the parts are by, such as `measure`; nothing for the whole.
        about: which of them; of a gap, the markets.
        value: as a share, of an agreement alpha; None where nothing can be said.
        reviews: how many it is from; of an agreement, items that two or more reviewed; of what was counted alone, of
            how many.
        golden_reviews: by how many the reviewers' errors are known; 0 if they are taken to be never wrong.
        verdict: `unclear` of an agreement below 0.667, `differs` of a gap that is found; else nothing.
    """

    estimate: str
    market: str
    slice: str
    about: str
    value: float | None
    interval_low: float | None
    interval_high: float | None
    reviews: int
    golden_reviews: int
    verdict: str = ""

    @property
    def is_enough(self) -> bool:
        """Whether there are enough reviews to say something; gaps are only of markets that have them."""
        return self.reviews >= MINIMUM.get(self.estimate, 0)


@contextmanager
def by_itself(*what: str) -> Iterator[None]:
    """What can't be estimated leaves the others."""
    try:
        yield
    except (ValueError, LookupError, ArithmeticError):
        log.exception("%s can't be estimated; other estimates are there", ", ".join(filter(None, what)))
