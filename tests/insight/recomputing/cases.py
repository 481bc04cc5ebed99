"""Metrics of violations, from their post to what became of an appeal, and of what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from fractions import Fraction

from insight.recomputing.figures import Wanted, count, middle, ratio, share, time_between
from insight.recomputing.market import Market, Row, hours

TOLD_BY_PEOPLE = ("user_report", "rights_holder", "trusted_flagger", "authority")


def of_cases(market: Market) -> dict[str, Wanted]:
    """What is counted of violations alone."""
    cases = _with_their_posts(market)
    decided, enforced = market.recent(cases, "decided_on"), market.recent(cases, "enforced_on")
    detected = market.recent(cases, "detected_on")
    late_for_decision = [row for row in detected if row["detected_on"] < market.days_ago(14)]
    late_for_enforcement = [row for row in decided if _tells_since(cases) <= row["decided_on"] < market.days_ago(3)]
    open_ = [row for row in cases if not row["decided_on"]]
    known = [row for row in decided if row.get("automation_of_detection") and row.get("automation_of_decision")]
    seen = [row for row in enforced if row["content_id"] and row["views_before_removal"]]
    timed = [row for row in enforced if hours(row, "posted_at", "enforced_at") is not None]
    proactive = _proactive(market)
    told = [row for row in enforced if proactive(row) is not None]
    return {
        "decisions": count(decided),
        "repeat_rate": share(decided, lambda row: _follows_another(row, cases)),
        "median_time_to_detection": time_between(detected, "posted", "detected"),
        "median_time_to_decision": time_between(decided, "detected", "decided"),
        "median_time_to_enforcement": time_between(enforced, "decided", "enforced"),
        "median_time_to_notice": time_between(market.recent(cases, "notified_on"), "enforced", "notified"),
        "unenforced_decisions": share(late_for_enforcement, lambda row: not row["enforced_on"]),
        "undecided_detections": share(late_for_decision, lambda row: not row["decided_on"]),
        "undecided_enforcements": share(enforced, lambda row: not row["decided_on"]),
        "proactive_rate": share(told, proactive),
        "acted_on_before_any_view": share(seen, lambda row: int(row["views_before_removal"]) == 0),
        "acted_on_within_24_hours": share(
            timed, lambda row: (hours(row, "posted_at", "enforced_at") or 0) <= 24, out_of=len(enforced)
        ),
        "solely_automated_share": share(
            known,
            lambda row: row["automation_of_detection"] == row["automation_of_decision"] == "full",
            out_of=len(decided),
        ),
        "open_cases": count(open_),
        "age_of_open_cases": _age(market, open_, "detected_on"),
        "violations_per_thousand_contents": ratio(
            sum(bool(row["content_id"]) for row in decided),
            len(market.recent("contents", "published_on")),
            "per thousand contents",
            per=1000,
        ),
        "violations_per_thousand_live_hours": ratio(
            sum(bool(row["live_id"]) for row in decided),
            sum(int(row["minutes"]) for row in market.recent("lives", "on_day")),
            "per thousand live hours",
            per=60_000,
        ),
        "violations_per_thousand_orders": ratio(
            len(decided), len(market.recent("orders", "ordered_on")), "per thousand orders", per=1000
        ),
    }


def of_appeals(market: Market) -> dict[str, Wanted]:
    """What became of appeals, and what was taken back."""
    cases, appeals = market.feeds["violations"], market.feeds["appeals"]
    decided = market.recent(cases, "decided_on")
    own = [row for row in appeals if row.get("channel") != "out_of_court"]
    first: dict[str, Row] = {}
    for row in sorted(own, key=lambda row: (row["filed_on"], row["appeal_id"]), reverse=True):
        first[row["violation_id"]] = row
    judged = [row for row in market.recent(first.values(), "decided_on") if row["outcome"] != "withdrawn_by_account"]
    granted = first_grants(market)
    restored = {row["violation_id"]: row["restored_on"] for row in cases if row["status"] == "restored"}
    open_ = [row for row in own if row["outcome"] == "pending"]
    return {
        "appeal_rate": share(decided, lambda row: row["violation_id"] in first),
        "grant_rate": share(judged, lambda row: row["outcome"] in ("granted", "partly_granted")),
        "whole_reversal_rate": share(judged, lambda row: row["outcome"] == "granted"),
        "partial_reversal_rate": share(judged, lambda row: row["outcome"] == "partly_granted"),
        "median_time_to_appeal_decision": time_between(judged, "filed", "decided"),
        "not_successfully_appealed": share(decided, lambda row: row["violation_id"] not in granted),
        "overturned_decisions": share(
            decided, lambda row: row["violation_id"] in granted or row["violation_id"] in restored
        ),
        "restored_with_an_appeal": count(
            market.recent(
                [row | {"granted_on": granted.get(row["violation_id"])} for row in map(dict, cases)], "granted_on"
            )
        ),
        "restored_without_an_appeal": count(
            [
                row
                for row in market.recent(cases, "restored_on")
                if granted.get(row["violation_id"], "9") > row["restored_on"]
            ]
        ),
        "open_appeals": count(open_),
        "age_of_open_appeals": _age(market, open_, "filed_on"),
    }


def first_grants(market: Market) -> dict[str, str]:
    """By violation, the day on which an appeal was first granted, in court or out of it."""
    granted: dict[str, str] = {}
    for row in market.feeds["appeals"]:
        if row["outcome"] == "granted":
            granted[row["violation_id"]] = min(row["decided_on"], granted.get(row["violation_id"], "9"))
    return granted


def _tells_since(cases: Sequence[Row]) -> str:
    """The first decision of which it was told that something was done: of those before it, nobody knows.

    Of a case that was never decided, the day on which something was done. Nobody moves in a simulated marketplace.
    """
    return min((str(row["decided_on"] or row["enforced_on"]) for row in cases if row["enforced_on"]), default="9999")


def _with_their_posts(market: Market) -> list[Row]:
    """Violations with the day and the time of their content or live, and how often that had been seen."""
    contents = {row["content_id"]: row for row in market.feeds["contents"]}
    lives = {row["live_id"]: row for row in market.feeds["lives"]}
    found: list[Row] = []
    for row in market.feeds["violations"]:
        content, live = contents.get(row["content_id"], {}), lives.get(row["live_id"], {})
        found.append(
            {
                **row,
                "posted_on": content.get("published_on") or live.get("on_day"),
                "posted_at": content.get("published_at") or live.get("began_at"),
                "views_before_removal": content.get("views_before_removal"),
            }
        )
    return found


def _proactive(market: Market) -> Callable[[Row], bool | None]:
    """Whether a violation was detected before anybody reported it; where times are missing, by who detected it."""
    reports: dict[str, list[str | None]] = {}
    for row in market.feeds["user_reports"]:
        reports.setdefault(row["content_id"] or row["live_id"], []).append(row["reported_at"])

    def is_proactive(row: Row) -> bool | None:
        times = reports.get(row["content_id"] or row["live_id"], [None])
        if row["detected_at"] and all(times):
            first = min(datetime.fromisoformat(str(each)) for each in times)
            return datetime.fromisoformat(row["detected_at"]) < first
        return row["detected_by"] not in TOLD_BY_PEOPLE if row["detected_by"] else None

    return is_proactive


def _follows_another(row: Row, cases: Sequence[Row]) -> bool:
    """Whether the account had another decision in the 90 days before."""
    return any(
        other["account_id"] == row["account_id"]
        and other["decided_on"]
        and 1 <= (date.fromisoformat(row["decided_on"]) - date.fromisoformat(other["decided_on"])).days <= 90
        for other in cases
    )


def _age(market: Market, rows: Sequence[Row], since: str) -> Wanted:
    """The median of days that something waits, up to the end of the night's day."""
    ages = [(market.night - date.fromisoformat(row[since])).days for row in rows if row[since]]
    return Wanted(middle(ages), Fraction(len(ages)), "days", out_of=len(ages))
