"""What happens to a random account: crowded about the days on which something turns, some of it landing late."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from evenhand.policy.language.pack import Pack
from transform.continuity.facts import DAY, FIRST_DAY, Account, AccountRow, Appeal, Content, Event, Row, changed_at


def account(chance: random.Random, name: str, packs: Sequence[Pack], features: Collection[str]) -> Account:
    onboarded = FIRST_DAY + chance.choice((0, 0, 0, 20)) * DAY if "onboarding" in features else FIRST_DAY
    rows = [AccountRow(onboarded, packs[0].markets[0], "creator", onboarded)]
    for feature, market, kind in (
        ("moves", f"{packs[0].markets[0]}b", "creator"),
        ("other_kinds", packs[0].markets[0], "seller"),
        ("no_such_market", "nowhere", "creator"),
    ):
        if feature in features and chance.random() < 0.5:
            rows.append(AccountRow(_about_a_turn(chance, packs), market, kind, onboarded))
            if chance.random() < 0.4:
                rows.append(replace(rows[0], landed=rows[-1].landed + chance.choice((1, 9, 25)) * DAY))
    events = tuple(
        _event(chance, f"{name}/e{number:02}", packs, features) for number in range(chance.choice((0, 3, 6, 10, 14)))
    )
    appeals: list[Appeal] = []
    for event in events:
        if "appeals" in features and event.violation and chance.random() < 0.4:
            appeals += _appeals(chance, event)
    if "corrections" in features:
        events += tuple(_corrected(chance, event) for event in events if chance.random() < 0.1)
    if "restored" in features:
        events += tuple(_restored(chance, event) for event in events if event.violation and chance.random() < 0.1)
    if "versions_of_rows" in features:
        events += tuple(again for event in events if chance.random() < 0.1 for again in _again(chance, event))
        appeals += [replace(each, withdrawn=True, landed=_later(chance, each)) for each in appeals[:1]]
    # A first row says a market: nothing is known of an account before.
    later = {row.landed: row for row in rows[1:] if row.landed > onboarded}
    return Account(name, (rows[0], *later.values()), _one_a_night(events), _one_a_night(appeals))


def with_courses(chance: random.Random, account: Account, packs: Sequence[Pack]) -> Account:
    """The same, now and then with a violation and courses about a day on which a version begins."""
    if chance.random() < 0.6:
        return account
    turn = chance.choice([pack.effective_from for pack in packs[1:]] or [FIRST_DAY + 40 * DAY])
    days = [turn - chance.choice((6, 12)) * DAY, turn - chance.choice((1, 4)) * DAY, turn + chance.choice((0, 3)) * DAY]
    keys = [f"{account.account_id}/c{number}" for number in range(3)]
    struck = Event(keys[0], days[0], days[0], violation="spam")
    courses = (Event(key, day, day, activity="course") for key, day in zip(keys[1:], days[1:], strict=True))
    return replace(account, events=(*account.events, struck, *courses))


def with_much_spam(chance: random.Random, account: Account, packs: Sequence[Pack]) -> Account:
    """The same, with more of it about a day on which a version begins than any of them makes an entry of."""
    turn = chance.choice([pack.effective_from for pack in packs[1:]] or [FIRST_DAY + 40 * DAY])
    days = [turn + each * DAY for each in sorted(chance.sample(range(-9, 9), 8))]
    spam = (Event(f"{account.account_id}/s{at}", day, day, violation="spam") for at, day in enumerate(days))
    return replace(account, events=(*account.events, *spam))


def _one_a_night(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Without versions of a key of one night and one moment, of which none would be the newer."""
    return tuple({(row.key, row.landed, changed_at(row)): row for row in rows}.values())


def _later(chance: random.Random, row: Event | Appeal) -> date:
    return row.landed + chance.choice((1, 4, 20)) * DAY


def _event(chance: random.Random, key: str, packs: Sequence[Pack], features: Collection[str]) -> Event:
    about = _about_a_turn(chance, packs)
    day = chance.choice((about, about, FIRST_DAY + chance.randint(0, 100) * DAY))
    late = chance.choice((0, 0, 0, 1, 5, 15)) if "late_rows" in features else 0
    landed = day + late * DAY
    if "bonuses" in features and chance.random() < 0.4:
        quantity, subject = Decimal(chance.choice((1, 2, 3))), chance.choice((None, "p1", "p2"))
        return Event(key, day, landed, activity="sale", quantity=quantity, subject=subject)
    what = chance.choice(("copyright", "copyright", "spam", "spam", "late_shipment", "course"))
    if what in ("copyright", "spam"):
        batch = chance.choice((None, f"{key[:-4]}/b1", f"{key[:-4]}/b2"))
        severity, points = None, None
        if "severities" in features:
            severity = chance.choice(("high", "low", None))
        if "by_reviewer" in features:
            points = chance.choice((None, Decimal(0), Decimal(2), Decimal(9)))
        content = None
        if "content_age" in features and chance.random() < 0.7:
            published = day - chance.choice((0, 3, 10, 40)) * DAY
            content = Content(f"{key}/c", published, landed + chance.choice((0, 0, 0, 4, 20)) * DAY)
        if "contents" in features and content is None and chance.random() < 0.5:
            number = chance.choice((1, 2))
            content = Content(f"{key[:-4]}/c{number}", FIRST_DAY - 20 * number * DAY, FIRST_DAY)
        return Event(key, day, landed, violation=what, batch=batch, severity=severity, points=points, content=content)
    quantity = Decimal(chance.choice((1, 2, 3)) if "per_unit" in features else 1)
    return Event(key, day, landed, activity=what, quantity=quantity)


def _about_a_turn(chance: random.Random, packs: Sequence[Pack]) -> date:
    """A day about one on which a version begins, for what happens crowds there."""
    turn = chance.choice([pack.effective_from for pack in packs[1:]] or [FIRST_DAY + 40 * DAY])
    return max(FIRST_DAY, turn + chance.randint(-8, 8) * DAY)


def _restored(chance: random.Random, event: Event) -> Event:
    """The row again, when the decision had been taken back without an appeal."""
    restored_on = max(event.on, event.landed) + chance.choice((0, 3, 12)) * DAY
    return replace(event, landed=max(restored_on, event.landed + DAY), restored_on=restored_on)


def _again(chance: random.Random, event: Event) -> list[Event]:
    """More versions of the row: taken back and there again, or an older one that lands later and changes nothing."""
    if chance.random() < 0.5:
        back = replace(event, withdrawn=True, landed=_later(chance, event))
        return [back, replace(event, landed=_later(chance, back))]
    older = datetime.combine(event.on - chance.choice((1, 5)) * DAY, time(9), UTC)
    newer = older + chance.choice((1, 30)) * timedelta(hours=1)
    wrong = replace(event, violation=event.violation and "spam", quantity=event.quantity and Decimal(5))
    said = replace(event, updated_at=newer, landed=event.landed + DAY)
    return [said, replace(wrong, updated_at=older, landed=_later(chance, said))]


def _corrected(chance: random.Random, event: Event) -> Event:
    """The row again some nights later: withdrawn, or of a sale with another quantity."""
    landed = event.landed + chance.choice((1, 4, 20)) * DAY
    if event.activity == "sale" and chance.random() < 0.7:
        return Event(**{**event.__dict__, "landed": landed, "quantity": Decimal(chance.choice((1, 4)))})
    if event.violation and chance.random() < 0.5:
        other = {"copyright": "spam", "spam": "copyright"}[event.violation]
        return replace(event, landed=landed, on=event.on - chance.choice((0, 2)) * DAY, violation=other)
    return Event(**{**event.__dict__, "landed": landed, "withdrawn": True})


def _appeals(chance: random.Random, event: Event) -> list[Appeal]:
    found: list[Appeal] = []
    since = event.on
    for number in range(chance.choice((1, 1, 2, 3))):
        filed = since + chance.choice((0, 3, 4, 10, 11)) * DAY
        decided = filed + chance.choice((0, 2, 9)) * DAY
        # A second adjustment isn't spoken of; the first holds.
        adjusted = any(each.outcome == "partly_granted" for each in found)
        outcome = chance.choice(("granted", "denied", "denied", "denied" if adjusted else "partly_granted", "pending"))
        points = Decimal(chance.choice((0, 1))) if outcome == "partly_granted" else None
        key = f"{event.key}/p{number}"
        found.append(Appeal(key, event.key, filed, max(filed, event.landed), "pending"))
        if outcome == "pending":
            break
        found.append(Appeal(key, event.key, filed, max(decided, event.landed), outcome, decided, points))
        since = decided
        if outcome == "granted":
            break
    return found
