"""What is simulated: how much, where, and what is planted in it for the nightly run to find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# Early November: the weeks before have two campaign days, 9.9 and 10.10.
UNTIL = date(2026, 10, 31)


@dataclass(frozen=True)
class Market:
    """One market.

    Attributes:
        share: of the creators.
        language: that accounts are written to in.
        price: of an average order, in the market's currency.
        violating: how many of a thousand contents break a rule, of a creator of ordinary care.
        wrongly_upheld: share of mistaken flags that its reviewers uphold.
        sensitivity: share of violations that a second reviewer of QA sees.
        specificity: share of what is none that such a reviewer sees none in.
    """

    name: str
    share: float
    language: str
    price: float
    violating: float
    wrongly_upheld: float
    sensitivity: float = 0.85
    specificity: float = 0.97


MARKETS = (
    Market("ID", 0.26, "id", 120_000, 14, 0.10),
    Market("VN", 0.18, "vi", 180_000, 18, 0.12, sensitivity=0.75),
    Market("TH", 0.15, "th", 300, 12, 0.08),
    Market("PH", 0.12, "fil", 450, 16, 0.10),
    Market("MY", 0.09, "ms", 40, 10, 0.07),
    Market("SG", 0.03, "zh", 25, 7, 0.05),
    Market("US", 0.11, "en", 22, 9, 0.06),
    # Planted: enforcement that isn't fair.
    Market("BR", 0.06, "pt_BR", 70, 13, 0.45),
)


@dataclass(frozen=True)
class Trend:
    """Planted abuse: from a day on, a segment breaks rules so many times as often."""

    market: str
    category: str
    days_before_the_end: int
    times: float


TRENDS = (Trend("VN", "beauty", 21, 4.0), Trend("US", "electronics", 12, 3.0))

# Planted: shares of cases that go nowhere.
NEVER_DECIDED = 0.012
NEVER_ENFORCED = 0.010
ENFORCED_UNDECIDED = 0.25  # of those never decided

# Planted: a market whose orders of one night landed without their commission.
FAULTY_MARKET = "TH"
FAULTY_DAYS_BEFORE_THE_END = 9

# Items of a night's draw that nobody ever reviews.
NEVER_REVIEWED = 0.05

# Contents of a market that QA draws a day, where there are as many.
DRAWN_A_DAY = 60


@dataclass(frozen=True)
class Plan:
    """How much to simulate. The same plan gives the same rows.

    Attributes:
        breaches: how many times as often contents break a rule as in the markets above.
        is_planted: whether what the nightly run is to find is in it: the trends, and the night without commissions.
    """

    creators: int = 50_000
    nights: int = 90
    until: date = UNTIL
    seed: int = 1
    breaches: float = 1.0
    is_planted: bool = True

    @property
    def first_night(self) -> date:
        """The night that everything known before lands with."""
        return self.until - timedelta(days=self.nights - 1)
