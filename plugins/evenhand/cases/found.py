"""What a night finds that a person must look at: a function for each kind of case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from babel.dates import format_date

from evenhand.cases.case import CaseCause
from evenhand.cases.night_facts import NightFacts
from evenhand.people.people import ALL
from evenhand.policy.language.content import DECIDE_WITHIN_DAYS
from evenhand.policy.prose.money import money
from evenhand.policy.prose.words import spoken
from evenhand.quality.held_lists import LISTS
from evenhand.records.sql_files import SqlFile
from evenhand.release.appeals import all_appeals, beside_violations
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS

_SQL = SqlFile(__file__)

# In so many days a detection is decided and a decision carried out (`int_violation_cases`).
DECIDED_WITHIN_DAYS, ENFORCED_WITHIN_DAYS = 14, 3


def held_lists(night: NightFacts) -> list[CaseCause]:
    """Lists that wait for an answer; receivers and words concern every market."""
    found = []
    for each in night.manifest.held_lists:
        if not each.waits:
            continue
        of_all = each.list in (DELIVERIES, NOTICES)
        found.append(
            CaseCause(
                kind="held_list",
                subject=f"{each.list}/{each.market}",
                market=ALL if of_all else each.market,
                title=f"The review budget of {each.market} waits for an answer"
                if each.list == ITEMS
                else f"{each.list.capitalize()} of {each.market} wait for an answer: {_rows(each.changes)}",
                facts=(
                    *each.why,
                    f"What would change is {each.digest[:12]}",
                    *(["A first wave is released"] if each.answer == "first_wave" else []),
                ),
                accounts=_changed(night, each.list, each.market) if each.list in LISTS else (),
                page="lists/changes" if each.list in LISTS else "",
                about=None,
            )
        )
    return found


def _rows(number: int) -> str:
    return "1 row changes" if number == 1 else f"{number:,} rows change"


def _changed(night: NightFacts, name: str, market: str) -> tuple[str, ...]:
    """The accounts whose rows would change in a list of a market."""
    if not night.has_warehouse:
        return ()
    rows = night.rows(_SQL("changed_accounts"), name=name, market=market)
    return tuple(row["account_id"] for row in rows)


def open_appeals(night: NightFacts) -> list[CaseCause]:
    """Every appeal that isn't decided, with the days that its market's packs leave."""
    if not night.has("account_violations"):
        return []
    days = night.days_to_decide()
    appeals = all_appeals() if night.has("account_appeals") else beside_violations()
    query = _SQL("open_appeals", appeals=appeals, is_still_decided=night.is_still_decided())
    found = []
    for row in night.rows(query):
        within = days.get(row["market"], DECIDE_WITHIN_DAYS)
        filed = row["filed_on"]
        found.append(
            CaseCause(
                kind="appeal",
                subject=row["appeal_id"],
                market=row["market"],
                title=f"Appeal {row['appeal_id']} of {row['account_id']}: {spoken(row['violation_type'])}",
                accounts=(row["account_id"],),
                facts=(
                    f"Filed on {filed} against violation {row['violation_id']}, decided on {row['decided_on']}",
                    f"{spoken(row['violation_type']).capitalize()}{_by(', found by', row['detected_by'])}",
                ),
                since=filed,
                due=filed + timedelta(days=within) if filed else None,
                page=_creator(row),
                about=row["violation_id"],
            )
        )
    return found


def _by(found: str, detected_by: str | None) -> str:
    """By whom something was found, where its feed says that."""
    return f"{found} {spoken(detected_by)}" if detected_by else ""


def undecided_detections(night: NightFacts) -> list[CaseCause]:
    """Violations that were detected and that nobody has decided."""
    if not night.has("account_violations"):
        return []
    query = _SQL("undecided_detections", is_still_decided=night.is_still_decided())
    return [
        CaseCause(
            kind="undecided",
            subject=row["violation_id"],
            market=row["market"],
            title=f"{spoken(row['violation_type']).capitalize()} of {row['account_id']} isn't decided",
            accounts=(row["account_id"],),
            facts=(
                f"Violation {row['violation_id']}, detected on {row['detected_on']}{_by(' by', row['detected_by'])}",
                *([f"It is {spoken(row['severity'])}"] if row["severity"] else []),
            ),
            since=row["detected_on"],
            due=row["detected_on"] + timedelta(days=DECIDED_WITHIN_DAYS),
            page=_creator(row),
        )
        for row in night.rows(query)
    ]


def enforcement_gaps(night: NightFacts) -> list[CaseCause]:
    """What was decided and not carried out, carried out without a decision, or sold in spite of a penalty.

    What was detected and not decided is a case of its own.
    """
    if not night.has("enforcement_gaps"):
        return []
    said = {
        "decided_not_enforced": "decided and not carried out",
        "enforced_not_decided": "carried out without a decision",
        "sold_while_penalised": "sold in spite of a penalty",
    }
    found = []
    for row in night.rows(_SQL("enforcement_gaps")):
        what = said.get(row["gap"], spoken(row["gap"]))
        found.append(
            CaseCause(
                kind="enforcement_gap",
                subject=f"{row['gap']}/{row['row_key']}",
                market=row["market"],
                title=f"{row['account_id']}: {what} since {format_date(row['since'], 'medium', locale='en_GB')}",
                accounts=(row["account_id"],),
                facts=(f"{what.capitalize()} since {row['since']}: {_subject(row)}", *_sold(row)),
                since=row["since"],
                due=row["since"] + timedelta(days=ENFORCED_WITHIN_DAYS),
                page=_creator(row),
                about=row["violation_id"] or row["row_key"],
            )
        )
    return found


def _subject(row: dict[str, Any]) -> str:
    """What a gap is about: a violation, or a penalty, whose account, programme, scope and first day its key has."""
    if row["violation_id"]:
        return f"violation {row['violation_id']}"
    programme, scope, begun = row["row_key"].removeprefix(f"{row['account_id']}/").rsplit("/", 2)
    return f"{spoken(programme)}, on {spoken(scope)} from {begun} on"


def _sold(row: dict[str, Any]) -> Sequence[str]:
    """What was sold in spite of a penalty, where something was."""
    if not row["orders"]:
        return ()
    orders = "1 order" if row["orders"] == 1 else f"{row['orders']:,} orders"
    return (f"{orders} in spite of it, for {money(row['amount'], row['market'])}",)


def qa_disagreements(night: NightFacts) -> list[CaseCause]:
    """Decided violations of which QA says that they are none, and contents of which it says that they are one."""
    query = _SQL("qa_disagreements", is_still_decided=night.is_still_decided("night.main.stg_violations"))
    found = []
    for row in night.rows(query):
        subject = row["violation_id"] or row["content_id"] or row["review_id"]
        what = "QA found a violation that nobody decided" if row["is_violation"] else "QA says that it is no violation"
        found.append(
            CaseCause(
                kind="qa_disagreement",
                subject=subject,
                market=row["market"],
                title=f"{subject} of {row['account_id']}: {what}",
                accounts=(row["account_id"],),
                facts=(f"Reviewed on {row['reviewed_on']}, {row['review_id']}: {what}",),
                since=row["reviewed_on"],
                page=_creator(row),
                about=subject,
            )
        )
    return found


def accounts_near_closing(night: NightFacts) -> list[CaseCause]:
    """Accounts whose next zone is the strictest of its programme, and near in the words of the pack."""
    if not night.has("account_health"):
        return []
    return [
        CaseCause(
            kind="near_closing",
            subject=f"{row['account_id']}/{row['programme']}",
            market=row["market"],
            title=f"{row['account_id']} is near {spoken(row['next_zone'])} ({spoken(row['programme'])})",
            accounts=(row["account_id"],),
            facts=(
                f"{spoken(row['zone']).capitalize()} at {_plain(row['balance'])}, {_plain(row['to_next_zone'])} from"
                f" {spoken(row['next_zone'])}",
            ),
            since=row["since"],
            page=_creator(row),
        )
        for row in night.rows(_SQL("accounts_near_closing"), night=night.night)
    ]


def _creator(row: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    return f"creator?{urlencode({'account': row['account_id']})}"


def _plain(number: Any) -> str:
    return "nothing" if number is None else f"{number.normalize():f}"


__all__: Sequence[str] = (
    "accounts_near_closing",
    "enforcement_gaps",
    "held_lists",
    "open_appeals",
    "qa_disagreements",
    "undecided_detections",
)
