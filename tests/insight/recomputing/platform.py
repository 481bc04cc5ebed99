"""Metrics of lives, of what QA looked at, of what users and accounts said, and of words that nothing counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from insight.recomputing.cases import first_grants
from insight.recomputing.figures import Wanted, count, ratio, share, time_between
from insight.recomputing.market import Market, Row

# As creators_base.yml has them, of accounts of the kinds that it judges.
RULES = {
    "counterfeit": "unsafe_goods", "prohibited_goods": "unsafe_goods", "misleading_claim": "misleading_claims",
    "copyright": "copyright", "low_quality": "low_quality",
}  # fmt: skip
COURSES = ("policy_course", "welcome_course")
JUDGED = ("creator", "affiliate")


def of_lives(market: Market) -> dict[str, Wanted]:
    """What is counted of lives."""
    lives = market.recent("lives", "on_day")
    viewers, minutes = (sum(int(row[column]) for row in lives) for column in ("viewers", "minutes"))
    from_lives = [row for row in market.recent("orders", "ordered_on") if row["live_id"]]
    misleading = [
        row
        for row in market.recent("user_reports", "reported_on")
        if row["live_id"] and row["report_type"] == "misleading_claim"
    ]
    return {
        "live_hours_per_live": ratio(minutes, len(lives), "hours", per=Fraction(1, 60)),
        "viewers_per_live": ratio(viewers, len(lives), "number"),
        "live_conversion": ratio(len(from_lives), viewers, "share"),
        "share_of_lives_without_interaction": share(lives, lambda row: int(row["interactions"]) == 0),
        "share_of_lives_interrupted": share(lives, lambda row: row["interrupted"] == "yes"),
        "misleading_reports_per_thousand_lives": ratio(len(misleading), len(lives), "per thousand lives", per=1000),
    }


def of_answers(market: Market) -> dict[str, Wanted]:
    """How soon reports and contacts were answered, and how satisfied accounts are."""
    solved = market.recent("creator_contacts", "solved_on")
    said = [int(row["satisfaction"]) for row in solved if row["satisfaction"]]
    return {
        "median_time_to_report_decision": time_between(
            market.recent("user_reports", "decided_on"), "reported", "decided"
        ),
        "median_time_to_solve": time_between(solved, "opened", "solved"),
        "satisfaction_with_support": ratio(sum(said), len(said), "number"),
    }


def of_rules(market: Market, rule: str = "") -> dict[str, Wanted]:
    """What rules count, what of it is void by now, and what accounts complain of; of one rule alone, or of all."""
    kinds = {row["account_id"]: row["kind"] for row in market.feeds["creators"]}
    counted = [
        row
        for row in market.recent("violations", "decided_on")
        if kinds[row["account_id"]] in JUDGED and rule in ("", RULES.get(row["violation_type"])) and _rule_of(row)
    ]
    void = set(first_grants(market)) | {
        row["violation_id"] for row in market.feeds["violations"] if row["status"] == "restored"
    }
    complaints = [row for row in market.recent("creator_contacts", "opened_on") if row["rule"]]
    complaints = [row for row in complaints if rule in ("", row["rule"])]
    return {
        "decisions_by_rule": count(counted),
        "overturned_by_rule": share(counted, lambda row: row["violation_id"] in void),
        "complaints": count(complaints),
        "complaints_per_thousand_decisions": ratio(len(complaints), len(counted), "per thousand decisions", per=1000),
    }


def _rule_of(row: Row) -> str | None:
    return RULES.get(row["violation_type"])


def of_words(market: Market) -> dict[str, Wanted]:
    """How many of the rows that landed have a word that no rule, bonus or list of the market knows."""
    rows = [row for row in _rows_with_words(market) if row[0] > market.days_ago(28)]
    return {"rows_with_words_without_effect": share([{"is": is_none} for _, is_none in rows], lambda row: row["is"])}


def _rows_with_words(market: Market) -> Iterator[tuple[str, bool]]:
    """The night in which a row landed, and whether its word says nothing; creators have none but their market."""
    words: Mapping[str, tuple[str, Any]] = {
        "violations": ("violation_type", RULES),
        "user_reports": ("report_type", RULES),
        "qa_reviews": ("violation_type", RULES),
        "trainings": ("training", COURSES),
        "creators": ("market", (market.name,)),
    }
    for feed, (column, known) in words.items():
        for row in market.landings[feed]:
            yield row["night"], bool(row[column]) and row[column] not in known
