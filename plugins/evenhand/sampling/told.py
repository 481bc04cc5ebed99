"""What of the estimates is told to people, wherever they read it: on a page, or on a terminal."""

from __future__ import annotations

from collections.abc import Mapping

_GAP, _LESS = "gap_of_", " less "
# What a part of an estimate is one of, in releases that didn't say.
PARTS: Mapping[str, str] = {"wrong_penalties": "measure", "agreement": "violation_type"}
# What the metrics that are estimates are told by, too, and estimates themselves aren't.
_OF_METRICS = frozenset({"detector", "confidence_band"})
# All others are shares.
AGREEMENT = "agreement"
# Of agreement, below it, Krippendorff draws no conclusion from what reviewers say.
UNCLEAR_BELOW = 0.667


def is_gap(estimate: str) -> bool:
    """Whether it is what one market has more than another."""
    return estimate.startswith(_GAP)


def is_told(estimate: str, by: str, about: str, is_enough: bool, verdict: str) -> bool:
    """Whether it is shown: of a part, or of two markets, what says nothing isn't."""
    return bool(verdict) if is_gap(estimate) else by not in _OF_METRICS and (is_enough or not about)


def of_gap(market: str, other: str) -> str:
    """What a gap is of: the market that may have more, and the one that may have less."""
    return f"{market}{_LESS}{other}"


def markets_of_gap(about: str) -> tuple[str, str]:
    """The two again."""
    market, _, other = about.partition(_LESS)
    return market, other
