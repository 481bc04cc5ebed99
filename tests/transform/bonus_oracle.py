"""What bonuses come to, worked out slowly: night by night what is due, then unit by unit what is paid.

It shares no code with the models. Money is in whole units, and each unit of a claim queues by itself: its place is the
first night since which it has been due on every night.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """A bonus as one version of a pack has it. Its periods begin on Mondays."""

    first: date
    last: date | None
    kinds: tuple[str, ...]
    pays: int
    per_subject: int | None
    per_account: int | None
    budget: int | None
    # Only who has fewer strikes than this on the day; None for anybody.
    fewer_strikes_than: int | None


@dataclass(frozen=True)
class AccountRow:
    """What a file of this night says of an account."""

    landed: date
    account: str
    market: str
    kind: str


@dataclass(frozen=True)
class ActivityRow:
    """What a file of this night says of an activity; no quantity takes it back."""

    landed: date
    activity: str
    account: str
    day: date
    quantity: int | None
    subject: str | None


@dataclass(frozen=True)
class Strike:
    """A violation, and when the appeal against it was granted and became known."""

    violation: str
    account: str
    day: date
    landed: date
    granted: date | None = None
    grant_landed: date | None = None


@dataclass(frozen=True)
class History:
    """Everything that landed."""

    onboarded: dict[str, date]
    accounts: Sequence[AccountRow]
    activities: Sequence[ActivityRow]
    strikes: Sequence[Strike]


# Activity, account, market and first day of the period.
Claim = tuple[str, str, str, date]


@dataclass(frozen=True)
class Due:
    amount: int
    day: date
    subject: str | None
    rules: Rules


STRIKE_DAYS = 5


def paid(versions: Sequence[Rules], history: History, night: date) -> dict[tuple[str, str, date], int]:
    """By account, market and first day of the period, what is paid as of a night; nothing where that is nothing."""
    landed = [row.landed for row in history.activities] + [row.day for row in history.activities]
    first = min([*landed, night])
    nights = [first + DAY * n for n in range((night - first).days + 1)]
    due_by_night = [due(versions, history, each) for each in nights]
    queue = []
    for claim, tonight in due_by_night[-1].items():
        for unit in range(1, tonight.amount + 1):
            since = len(nights) - 1
            while since > 0 and claim in due_by_night[since - 1] and due_by_night[since - 1][claim].amount >= unit:
                since -= 1
            activity, account, market, period = claim
            queue.append((nights[since], tonight.day, account, activity, unit, market, period, tonight))
    of_subject: Counter[tuple[str, str, date, str | None]] = Counter()
    of_account: Counter[tuple[str, str, date]] = Counter()
    of_market: Counter[tuple[str, date]] = Counter()
    for _, _, account, _, _, market, period, claimed in sorted(queue, key=lambda each: each[:5]):
        rules = claimed.rules
        room = (
            rules.per_subject is None or of_subject[account, market, period, claimed.subject] < rules.per_subject,
            rules.per_account is None or of_account[account, market, period] < rules.per_account,
            rules.budget is None or of_market[market, period] < rules.budget,
        )
        if all(room):
            of_subject[account, market, period, claimed.subject] += 1
            of_account[account, market, period] += 1
            of_market[market, period] += 1
    return {key: amount for key, amount in of_account.items() if amount}


def due(versions: Sequence[Rules], history: History, night: date) -> dict[Claim, Due]:
    """What each claim would bring without caps, as everything is known on a night."""
    newest: dict[str, ActivityRow] = {}
    for row in sorted(history.activities, key=lambda row: row.landed):
        if row.landed <= night:
            newest[row.activity] = row
    found: dict[Claim, Due] = {}
    for row in newest.values():
        if row.quantity is None or row.day > night:
            continue
        market, kind = where(history, row.account, row.day)
        period = row.day - DAY * row.day.weekday()
        for rules in versions:
            if rules.first <= row.day and (rules.last is None or row.day <= rules.last) and kind in rules.kinds:
                limit = rules.fewer_strikes_than
                if limit is None or strikes(history, row.account, row.day, night) < limit:
                    claim = (row.activity, row.account, market, period)
                    found[claim] = Due(rules.pays * row.quantity, row.day, row.subject, rules)
    return found


def where(history: History, account: str, day: date) -> tuple[str, str]:
    """The market and the kind of an account on a day."""
    rows = sorted((row for row in history.accounts if row.account == account), key=lambda row: row.landed)
    newest = rows[0]
    for row in rows:
        if row.landed <= day:
            newest = row
    return newest.market, newest.kind


def strikes(history: History, account: str, day: date, night: date) -> int:
    """How many strikes count on a day, as is known on a night."""
    return sum(
        strike.account == account
        and strike.landed <= night
        and strike.day <= day < strike.day + DAY * STRIKE_DAYS
        and not (strike.granted and strike.granted <= night and strike.grant_landed and strike.grant_landed <= night)
        for strike in history.strikes
    )
