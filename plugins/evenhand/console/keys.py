"""What keys of Evenhand's own are called, which no pack and no feed brings and the project's catalogues don't name."""

from __future__ import annotations

from collections.abc import Mapping

from evenhand.console.reader import marked, say
from evenhand.reports.names import GAPS, ZONES
from evenhand.reports.sections import CAUSES

_LISTS = {
    "penalties": marked("Penalties"),
    "rewards": marked("Rewards"),
    "notices": marked("Notices"),
    "deliveries": marked("Deliveries"),
    "eligibility": marked("Eligibility"),
}
# By kind and key.
_NAMES: Mapping[str, Mapping[str, str]] = {
    "list": _LISTS,
    "cause": CAUSES,
    "change": {
        "added": marked("added"),
        "removed": marked("removed"),
        "changed": marked("changed"),
        "new": marked("new"),
        "ended": marked("ended"),
    },
    "answer": {
        "approved": marked("approved"),
        "rejected": marked("rejected"),
        "first_wave": marked("first wave"),
        "approve": marked("approve"),
        "reject": marked("reject"),
    },
    "case_state": {"open": marked("open"), "closed": marked("closed")},
    "case_action": {
        "opened": marked("opened"),
        "updated": marked("new facts"),
        "closed": marked("closed"),
        "reopened": marked("reopened"),
        "assigned": marked("assigned"),
        "taken": marked("taken"),
        "commented": marked("comment"),
        "escalated": marked("escalated"),
        "night": marked("seen by a night"),
        "told": marked("told"),
    },
    # What the project's catalogues say to accounts themselves: your live streams.
    "scope": {
        "live": marked("Live streams"),
        "short_video": marked("Short videos"),
        "showcase": marked("Product showcase"),
        "listing": marked("Listings"),
        "campaign": marked("Campaigns"),
        "ads": marked("Ads"),
        "commission": marked("Commission"),
        "account": marked("The account"),
    },
    # Of accounts.
    "kind": {
        "creator": marked("Creator"),
        "affiliate": marked("Affiliate"),
        "seller": marked("Seller"),
        "marketing": marked("Marketing account"),
    },
    "stage": {
        "onboarding": marked("Onboarding"),
        "pilot": marked("Pilot"),
        "active": marked("Active"),
        "probation": marked("Probation"),
        "restricted": marked("Restricted"),
        "exited": marked("Exited"),
        "none": marked("no stage"),
    },
    "gap": GAPS,
    "event": {
        "onboarded": marked("Onboarded"),
        "violation_decided": marked("Violation decided"),
        "appeal_filed": marked("Appeal filed"),
        "appeal_decided": marked("Appeal decided"),
        "violation_restored": marked("Violation taken back"),
        "training_passed": marked("Training passed"),
        "entry": marked("Entry"),
        "zone_entered": marked("Zone entered"),
        "emergency_imposed": marked("Imposed by people"),
        "emergency_lifted": marked("Lifted by people"),
        "penalty_begins": marked("Penalty begins"),
        "penalty_ends": marked("Penalty ends"),
        "penalty_reversed": marked("Penalty taken back"),
        "stage_entered": marked("Stage entered"),
    },
    "appeal_outcome": {
        "granted": marked("granted"),
        "partly_granted": marked("partly granted"),
        "denied": marked("denied"),
        "pending": marked("not decided yet"),
        "withdrawn": marked("withdrawn"),
    },
    "feed": {
        "creators": marked("Creators"),
        "contents": marked("Contents"),
        "lives": marked("Lives"),
        "violations": marked("Violations"),
        "appeals": marked("Appeals"),
        "trainings": marked("Trainings"),
        "orders": marked("Orders"),
        "user_reports": marked("Reports of users"),
        "qa_reviews": marked("Reviews by QA"),
        "activities": marked("Activities"),
        "metrics": marked("Metrics of accounts"),
        "creator_contacts": marked("Contacts of creators"),
        "golden_items": marked("Items of known truth"),
    },
    "zone": ZONES,
    "estimate": {
        "prevalence": marked("Contents in breach"),
        "violative_view_rate": marked("Views of what is in breach"),
        "wrong_decisions": marked("Decisions that are wrong"),
        "wrong_penalties": marked("Penalties that are wrong"),
        "gap_of_wrong_decisions": marked("Wrong decisions, one market less the other"),
        "gap_of_wrong_penalties": marked("Wrong penalties, one market less the other"),
        "unanswered": marked("Items that nobody reviewed in 14 nights"),
        "agreement": marked("Agreement of reviewers (Krippendorff's alpha)"),
    },
    "verdict": {"unclear": marked("unclear: reviewers don't agree"), "differs": marked("differs")},
    "receipt": {
        "acknowledged": marked("acknowledged"),
        "planned": marked("hasn't answered yet"),
        "rejected": marked("rejected it"),
    },
    "state": {
        "met": marked("met"),
        "missed": marked("missed"),
        "too few to say": marked("too few to say"),
        "on the way": marked("on the way"),
        "behind": marked("behind"),
        "too early to say": marked("too early to say"),
    },
}


def named(kind: str, key: str) -> str | None:
    """What a key is called; None where it is none of Evenhand's own."""
    words = _NAMES.get(kind, {}).get(key)
    return say(words) if words else None
