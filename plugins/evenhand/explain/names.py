"""What keys are called on the terminal, in reports and on pages: as catalogues of what accounts are told say, else by
names of our own.

Those stand here in English, for the catalogues of readers.

Longer than other files, for it is one list of names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evenhand.explain.labels import Labels, begun, number
from evenhand.explain.published_names import MEASURES
from evenhand.policy.prose.money import MONEY, currency_of, in_currency
from evenhand.policy.prose.pack_names import PACKS
from evenhand.policy.prose.words import in_percent, plural, spoken

LISTS = {
    "penalties": "Penalties",
    "rewards": "Rewards",
    "notices": "Notices",
    "deliveries": "Deliveries",
    "qa_items": "Items for review",
    "eligibility": "Eligibility",
}
_CAUSES: Mapping[str, str] = {
    "data": "what landed",
    "correction": "what was corrected",
    "time": "time that passed",
    "policy": "another policy",
    "code": "another version of the software",
    "emergency": "people, at once",
    "move": "accounts that moved",
    "text": "other words",
}
_GAPS: Mapping[str, str] = {
    "decided_not_enforced": "Decided and not enforced",
    "detected_not_decided": "Detected and not decided",
    "enforced_not_decided": "Enforced and not decided",
    "sold_while_penalised": "Sold while penalised",
}
# Those of the shipped packs; a pack's own zones are called as it writes them, or as translations/ say.
_ZONES: Mapping[str, str] = {
    "good": "Good",
    "warned": "Warned",
    "poor": "Poor",
    "limited": "Limited",
    "restricted": "Restricted",
    "suspended": "Suspended",
    "closed": "Closed",
    "any": "Any",
}
# By kind and key.
_DETECTORS: Mapping[str, str] = {
    "model": "Model",
    "qa": "Quality assurance",
    "rights_holder": "Rights holder",
    "user_report": "User report",
    "not known": "not known",
}
NAMES: Mapping[str, Mapping[str, str]] = {
    "list": LISTS,
    "eligibility": {"campaign_access": "Campaign access"},
    "cause": _CAUSES,
    "change": {
        "added": "added",
        "removed": "removed",
        "changed": "changed",
        "new": "new",
        "ended": "ended",
    },
    "answer": {
        "approved": "approved",
        "rejected": "rejected",
        "first_wave": "first wave",
        "approve": "approve",
        "reject": "reject",
    },
    "case_state": {"open": "open", "closed": "closed"},
    "case_action": {
        "opened": "opened",
        "updated": "new facts",
        "closed": "closed",
        "reopened": "reopened",
        "assigned": "assigned",
        "taken": "taken",
        "commented": "comment",
        "escalated": "escalated",
        "night": "seen by a night",
        "told": "told",
    },
    # What the project's catalogues say to accounts themselves: your live streams.
    "scope": {
        "live": "Live streams",
        "short_video": "Short videos",
        "showcase": "Product showcase",
        "listing": "Listings",
        "campaign": "Campaigns",
        "ads": "Ads",
        "commission": "Commission",
        "account": "The account",
    },
    # Of accounts.
    "kind": {
        "creator": "Creator",
        "affiliate": "Affiliate",
        "seller": "Seller",
        "marketing": "Marketing account",
    },
    "stage": {
        "onboarding": "Onboarding",
        "pilot": "Pilot",
        "active": "Active",
        "probation": "Probation",
        "restricted": "Restricted",
        "exited": "Exited",
        "none": "no stage",
    },
    "gap": _GAPS,
    "event": {
        "onboarded": "Onboarded",
        "violation_decided": "Violation decided",
        "appeal_filed": "Appeal filed",
        "appeal_decided": "Appeal decided",
        "violation_restored": "Violation taken back",
        "training_passed": "Training passed",
        "entry": "Entry",
        "zone_entered": "Zone entered",
        "emergency_imposed": "Imposed by people",
        "emergency_lifted": "Lifted by people",
        "emergency_ended": "Ended by people",
        "penalty_begins": "Penalty begins",
        "penalty_ends": "Penalty ends",
        "penalty_reversed": "Penalty taken back",
        "stage_entered": "Stage entered",
    },
    "appeal_outcome": {
        "granted": "granted",
        "partly_granted": "partly granted",
        "denied": "denied",
        "pending": "not decided yet",
        "withdrawn": "withdrawn",
        "withdrawn_by_account": "withdrawn by the account",
    },
    "feed": {
        "creators": "Creators",
        "contents": "Contents",
        "lives": "Lives",
        "violations": "Violations",
        "appeals": "Appeals",
        "trainings": "Trainings",
        "orders": "Orders",
        "user_reports": "Reports of users",
        "qa_reviews": "Reviews by QA",
        "activities": "Activities",
        "metrics": "Metrics of accounts",
        "creator_contacts": "Contacts of creators",
        "golden_items": "Items of known truth",
    },
    "zone": _ZONES,
    "estimate": {
        "prevalence": "Contents in breach",
        "violative_view_rate": "Views of what is in breach",
        "wrong_decisions": "Decisions that are wrong",
        "wrong_penalties": "Penalties that are wrong",
        "gap_of_wrong_decisions": "Wrong decisions, one market less the other",
        "gap_of_wrong_penalties": "Wrong penalties, one market less the other",
        "unanswered": "Items that nobody reviewed in 14 nights",
        "agreement": "Agreement of reviewers (Krippendorff's alpha)",
        "without_views": "Drawn from, without views of its own",
        "penalties_not_drawn": "New penalties that can't be drawn",
    },
    "stratum": {
        "contents": "Contents and lives",
        "decisions": "Decisions",
        "new_rules": "Decisions by new rules",
        "penalties": "Penalties",
    },
    "left_out": {"without_decisions": "rest on no decision", "too_large": "need too many decisions"},
    "pack": PACKS,
    "measure": MEASURES,
    "severity": {"low": "Low", "medium": "Medium", "high": "High", "critical": "Critical"},
    "detected_by": _DETECTORS,
    # What operational metrics are told by, and the parts of that.
    "detector": _DETECTORS,
    "slice": {
        "bonus": "Bonus",
        "category": "Category",
        "confidence_band": "Confidence",
        "detected_by": "Detected by",
        "detector": "Detected by",
        "eligibility": "Eligibility",
        "feed": "Feed",
        "measure": "Measure",
        "notifier": "Reported by",
        "pack": "Policy",
        "programme": "Programme",
        "report_type": "Reported as",
        "reward": "Reward",
        "rule": "Rule",
        "severity": "Severity",
        "subject": "Topic",
        "surface": "Surface",
        "violation_type": "Violation type",
    },
    "owner": {"operations": "Operations", "quality": "Quality", "strategy": "Strategy"},
    "notifier": {
        "user": "User",
        "trusted_flagger": "Trusted flagger",
        "rights_holder": "Rights holder",
        "authority": "Authority",
    },
    "category": {
        "beauty": "Beauty",
        "electronics": "Electronics",
        "fashion": "Fashion",
        "food": "Food",
        "home": "Home",
    },
    "surface": {
        "live": "Live streams",
        "short_video": "Short videos",
        "showcase": "Product showcase",
        "listing": "Listings",
        "orders": "Orders",
        "not known": "not known",
    },
    "confidence_band": {"from 0.95": "from 0.95", "not known": "not known"},
    # Those of the shipped packs, as of zones.
    "activity": {
        "content_published": "Content published",
        "order_amount": "Order amount",
        "order_delivered": "Order delivered",
        "order_disputed": "Order disputed",
        "order_refunded": "Order refunded",
        "policy_course": "Policy course",
        "welcome_course": "Welcome course",
    },
    "condition": {
        "enough_followers": "Enough followers",
        "good_content": "Good content",
        "good_delivery": "Good delivery",
        "good_health": "Good health",
        "chr": "Good health rating",
        "pps": "Good performance",
        "pps_low": "Performance not too low",
        "pps_missing": "Performance is known",
        "vp": "Few violation points",
    },
    "metric": {"followers": "Followers"},
    "programme": {
        "followers": "Followers",
        "low_quality_posts": "Low quality posts",
        "orders_gone_wrong": "Orders gone wrong",
        "orders_settled": "Orders settled",
        "posts": "Posts",
        "sales": "Sales",
    },
    "rule": {
        "copyright": "Copyright",
        "counterfeit_goods": "Counterfeit goods",
        "course": "Course",
        "gone_wrong": "Gone wrong",
        "low_quality": "Low quality",
        "misleading_claims": "Misleading claims",
        "one_strike_per_document": "One strike per document",
        "posts": "Posts",
        "sales": "Sales",
        "settled": "Settled",
        "unsafe_goods": "Unsafe goods",
    },
    # Those of a pack to begin with that accounts are told by no words of their own.
    "violation_type": {"misleading_origin": "Misleading origin", "misleading_price": "Misleading price"},
    "verdict": {"unclear": "unclear: reviewers don't agree", "differs": "differs"},
    "receipt": {
        "acknowledged": "acknowledged",
        "planned": "hasn't answered yet",
        "rejected": "rejected it",
    },
    "state": {
        "met": "met",
        "missed": "missed",
        "too few to say": "too few to say",
        "on the way": "on the way",
        "behind": "behind",
        "too early to say": "too early to say",
    },
}
# What is called as something else is, for it is such a thing.
_IS_A: Mapping[str, str] = {"bonus": "measure", "reward": "measure", "report_type": "violation_type"}
# What the catalogues call these is said to accounts themselves: your live streams.
_TOLD_TO_ACCOUNTS = frozenset({"scope"})


def called(labels: Labels, words: Callable[[str], str], kind: str, key: str | None) -> str:
    """What a key is called; empty for nothing.

    Args:
        words: what the reader's language has for an English word, or the same.
    """
    if not key:
        return ""
    kind = _IS_A.get(kind, kind)
    said, own = labels.of(kind, key), NAMES.get(kind, {}).get(key)
    is_said = said != labels.unnamed(key)
    if own and (not is_said or kind in _TOLD_TO_ACCOUNTS):
        return words(own)
    if is_said:
        return said
    # Some are said as they are called within a sentence.
    alone, within = words(said), words(spoken(key))
    return begun(within) if alone == said and within != spoken(key) else alone


def of_unit(
    labels: Labels,
    words: Callable[[str], str],
    value: Decimal | int,
    unit: str,
    writes: Callable[[Decimal], str] = number,
) -> str:
    """A number of a unit: 1 point, 3 points, 20 %; the number alone without a unit.

    Args:
        words: what the reader's language has for an English word, or the same.
        writes: a number as the language writes it.
    """
    if (percent := in_percent(value, unit)) is not None:
        return f"{writes(percent)}\u00a0%"
    count = writes(Decimal(value))
    if not unit:
        return count
    if said := labels.of_unit(value, unit, count):
        return said
    one, many = spoken(unit), plural(spoken(unit))
    # What there is no word for is in English, in the plural or not.
    word = one if words(many) == many and abs(value) == 1 else words(many)
    return f"{count} {word}"


def distance(
    labels: Labels,
    words: Callable[[str], str],
    value: Decimal,
    unit: str,
    writes: Callable[[Decimal], str] = number,
) -> str:
    """How far two numbers of a unit are from one another: of what is told in percent, percentage points."""
    if (percent := in_percent(value, unit)) is None:
        return of_unit(labels, words, value, unit, writes)
    return f"{writes(percent)} {words('percentage point' if percent == 1 else 'percentage points')}"


@dataclass(frozen=True)
class Names:
    """What keys are called in one language.

    Attributes:
        words: what the language has for an English word, or the same.
        day, number: how it writes them.
        money: how it writes an amount, in a currency.
    """

    labels: Labels
    words: Callable[[str], str] = str
    day: Callable[[date], str] = str
    number: Callable[[Decimal], str] = number
    money: Callable[[Decimal, str], str] = in_currency

    def of_unit(self, value: Decimal | int, unit: str, market: str = "") -> str:
        """A number of a unit; the number alone without one.

        Args:
            market: whose currency money is in, where that is known.
        """
        return self._money_of(value, unit, market) or of_unit(self.labels, self.words, value, unit, self.number)

    def distance(self, value: Decimal, unit: str, market: str = "") -> str:
        """How far two numbers of a unit are from one another; `market` as above."""
        return self._money_of(value, unit, market) or distance(self.labels, self.words, value, unit, self.number)

    def _money_of(self, value: Decimal | int, unit: str, market: str) -> str:
        currency = currency_of(market) if unit == MONEY else None
        return self.money(Decimal(value), currency) if currency else ""

    def of(self, kind: str, key: str | None) -> str:
        """What a key is called; empty for nothing."""
        return called(self.labels, self.words, kind, key)
