"""Metrics that are estimates of quality samples, from what reviewers landed, and from the keys of what nights drew.

Figures are exact. What each review stands for, and how often reviewers are wrong, is as docs/sampling.md says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from insight.recomputing.market import Market, Row
from insight.recomputing.melded import Known, Told, ends, jackknifed
from insight.recomputing.platform import JUDGED, RULES

# Which of a metric: what it is told by, and which of these.
Part = tuple[str, str]
WHOLE = ("", "")
PACK = {"ID": "creators_id", "VN": "creators_vn"}
BANDS = ((Fraction("0.5"), "below 0.5"), (Fraction("0.8"), "0.5 to 0.8"), (Fraction("0.95"), "0.8 to 0.95"))


@dataclass(frozen=True)
class Review:
    """What somebody said of something that was drawn elsewhere, or by a night, and what it stands for."""

    id: str
    drawn_on: str
    subject: str
    said: bool
    round: int
    day: str
    guidance: str | None
    is_decision: bool
    weight: Fraction | None
    seen: Fraction | None


def of_reviews(market: Market, wrong: Collection[tuple[str, str]]) -> dict[tuple[str, Part], Told]:
    """Every figure of a market.

    Args:
        wrong: the penalties, by key and measure, that aren't in force without what reviewers found wrong.
    """
    reviews = list(_reviews(market))
    known = _known(market, reviews)
    recent = [
        (each, each.weight)
        for each in reviews
        if each.day >= market.days_ago(27) and each.round == 1 and each.weight is not None
    ]
    contents = [(weight, each.said, each.seen) for each, weight in recent if not each.is_decision]
    seen = [(weight * views, said) for weight, said, views in contents if views]
    found = {
        ("prevalence", WHOLE): ends([(weight, said) for weight, said, _ in contents], known),
        ("violative_view_rate", WHOLE): ends(seen, known),
    }
    cases = {row["violation_id"]: row for row in market.feeds["violations"]}
    parts: tuple[tuple[str, Callable[[Row], str]], ...] = (
        *(("", lambda row: ""), ("detector", lambda row: row["detected_by"] or "not known")),
        ("confidence_band", _band),
    )
    for by, which in parts:
        for part, of in _grouped(
            (which(cases[each.subject]), (weight, not each.said)) for each, weight in recent if each.is_decision
        ).items():
            doubted = ends(of, known and known.turned())
            found["doubted_by_qa", (by, part)] = doubted
            found["decision_precision", (by, part)] = doubted.rest()
    judged = list(_judged(market, wrong))
    for measure in ("", *sorted({each[0] for each in judged})):
        of = [each for each in judged if measure in ("", each[0])]
        several = known and known.of_several([(weight, decisions) for _, weight, _, decisions in of])
        part = ("measure", measure) if measure else WHOLE
        found["wrong_penalties", part] = ends([(weight, is_wrong) for _, weight, is_wrong, _ in of], several)
    for part, items in twice(market).items():
        found["agreement_of_reviewers", part] = jackknifed(items)
    return found


def twice(market: Market) -> dict[Part, list[Sequence[bool]]]:
    """What was said of the same, of one draw, by two or more, of a market and of each of its parts."""
    cases = {row["violation_id"]: row for row in market.feeds["violations"]}
    kinds = {row["account_id"]: row["kind"] for row in market.feeds["creators"]}
    once = {each.id: each for each in _reviews(market) if each.day >= market.days_ago(27)}
    items = _grouped(
        ((each.subject, each.is_decision, each.drawn_on, each.guidance), each.said) for each in once.values()
    )
    found: dict[Part, list[Sequence[bool]]] = {}
    for (subject, is_decision, *_), said in items.items():
        if len(said) > 1:
            case = cases[subject] if is_decision else None
            parts = [WHOLE]
            if case is None or (case["violation_type"] in RULES and kinds[case["account_id"]] in JUDGED):
                parts.append(("pack", PACK[market.name]))
            if case:
                parts.append(("violation_type", case["violation_type"]))
            for part in parts:
                found.setdefault(part, []).append(said)
    return found


def drawn_penalties(market: Market) -> dict[tuple[str, str], list[Row]]:
    """The keys of each penalty that was drawn and of which every decision has its first review."""
    keys = _grouped(
        ((row["unit_id"], row["measure"]), row)
        for row in market.released["qa_keys"]
        if row["stratum"] == "penalties" and row["round"] == 1
    )
    return {penalty: rows for penalty, rows in keys.items() if all(row["review_id"] for row in rows)}


def _judged(market: Market, wrong: Collection[tuple[str, str]]) -> Iterable[tuple[str, Fraction, bool, int]]:
    for (key, measure), rows in drawn_penalties(market).items():
        decisions = len({row["subject"] for row in rows}) if all(row["needs_each"] for row in rows) else 1
        yield measure, 1 / Fraction(rows[0]["probability"]), (key, measure) in wrong, decisions


def _reviews(market: Market) -> Iterable[Review]:
    """Those of what was drawn elsewhere, and of what nights drew: of a decision for itself and for each penalty."""
    said = {row["review_id"]: row for row in market.feeds["qa_reviews"] if row["blind"] in (None, "yes")}
    cases = {row["violation_id"] for row in market.feeds["violations"]}
    views = {row["content_id"]: row["views"] for row in market.feeds["contents"]}
    days = {row["content_id"]: row["published_on"] for row in market.feeds["contents"]}
    keys = [row for row in market.released["qa_keys"] if row["review_id"] in said]
    for key in keys:
        row = said[key["review_id"]]
        stands = key["stratum"] in ("contents", "decisions", "new_rules")
        yield Review(
            row["review_id"], str(key["drawn_on"]), key["subject"], row["is_violation"] == "yes", key["round"],
            row["reviewed_on"], row["guidance_version"], key["subject"] in cases,
            1 / Fraction(key["probability"]) if stands else None, Fraction(key["exposure"] or 0) or None,
        )  # fmt: skip
    answered = {row["review_id"] for row in keys}
    elsewhere = [row for id_, row in said.items() if id_ not in answered and not row["draw_item_id"]]
    # What has no chance stands for as many contents of its day as there are for each that has none.
    without = [row for row in elsewhere if not row["inclusion_probability"] and row["round"] in (None, "1")]
    drawn = Counter(days.get(row["content_id"]) for row in without if row["drawn_from"] == "published")
    published = Counter(days.values())
    for row in elsewhere:
        is_decision = row["drawn_from"] == "decided"
        day = days.get(row["content_id"])
        weight: Fraction | None = Fraction(1)
        if row["inclusion_probability"]:
            weight = 1 / Fraction(row["inclusion_probability"])
        elif not is_decision:
            is_recent = day and market.days_ago(27) <= day <= str(market.night)
            weight = (
                round(Fraction(published[day], drawn[day]), 6) if is_recent and row["round"] in (None, "1") else None
            )
        yield Review(
            row["review_id"], "", row["violation_id"] if is_decision else row["content_id"],
            row["is_violation"] == "yes", int(row["round"] or 1), row["reviewed_on"], row["guidance_version"],
            is_decision, weight,
            Fraction(views[row["content_id"]]) if views.get(row["content_id"]) else None,
        )  # fmt: skip


def _known(market: Market, reviews: Sequence[Review]) -> Known | None:
    """How often reviewers were right about what is in breach, and about what isn't."""
    # A review counts once, however many golden items say the same of its subject.
    said = {
        (each.id, item["is_violation"] == "yes", each.said)
        for item in market.feeds["golden_items"]
        for each in reviews
        if each.round == 1
        and each.subject == item["subject"]
        and (not item["guidance_version"] or each.guidance in (None, item["guidance_version"]))
    }
    right = {is_true: [found is is_true for _, true, found in said if true is is_true] for is_true in (True, False)}
    if not right[True] or not right[False]:
        return None
    return Known(*(Fraction(count) for of in (right[True], right[False]) for count in (len(of), sum(of))))


def _band(row: Row) -> str:
    if not row["confidence"]:
        return "not known"
    return next((band for bound, band in BANDS if Fraction(row["confidence"]) < bound), "from 0.95")


def _grouped(pairs: Iterable[tuple[Any, Any]]) -> Mapping[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
