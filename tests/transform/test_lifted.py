"""What was lifted or ended meanwhile was so on its days, whatever becomes known of the account later."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from evenhand.deciding.project import CompiledModel
from evenhand.policy.load import pack_from
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Appeal, Emergency, Event, History
from transform.continuity.oracle import decide

PACK: dict[str, Any] = {
    "pack": "h",
    "version": 1,
    "markets": ["h"],
    "effective_from": date(2026, 1, 1),
    "appeal_route": "Write.",
    "measures": ["no_post"],
    "calendars": {"months": {"day_of_month": 1}},
    "programmes": {
        "points": {
            "unit": "point",
            "entries": [{"rule": "each", "violation_types": ["spam"], "amount": 1}],
            "zones": [
                {"zone": "good"},
                {"zone": "warned", "at_least": 1, "measures": [{"measure": "no_post", "scope": "live", "days": 20}]},
            ],
        }
    },
    "eligibility": {
        "door": {
            "conditions": [{"condition": "not_barred", "without_measure": "no_post"}],
            "while_eligible": [{"reward": "fair", "scope": "campaign"}],
        }
    },
    "bonuses": {"selling": {"activity": "sale", "scope": "ads", "pays": 5, "per": "months", "eligibility": "door"}},
}


def day(text: str) -> date:
    """A day of 2026, as 03-01."""
    return date.fromisoformat(f"2026-{text}")


def test_a_bonus_of_a_day_on_which_its_bar_was_lifted_isnt_taken_back_for_what_lands_later(
    models: Sequence[CompiledModel],
) -> None:
    """Barred from 3 to 22 March, lifted from 8 to 12 March; a decision on an appeal begins another history after it."""
    events = (
        Event("h/a/v", day("03-03"), day("03-03"), violation="spam"),
        *(Event(f"h/a/{on}", day(on), day(on), activity="sale") for on in ("03-05", "03-10", "03-15")),
        Event("h/a/w", day("03-18"), day("03-18"), violation="spam"),
    )
    appeals = (
        Appeal("h/a/p", "h/a/w", day("03-19"), day("03-19"), "pending"),
        Appeal("h/a/p", "h/a/w", day("03-19"), day("03-21"), "granted", day("03-21")),
    )
    lift = Emergency("1", True, "penalties", "h", "no_post", "live", day("03-08"), day("03-12"))
    account = Account("h/a", (AccountRow(day("01-01"), "h"),), events, appeals, (lift,))
    history = History("h", (pack_from(PACK),), (account,))
    engine = Engine(models, [history])
    # In none of them are the sales before and after the lift paid for.
    for night in ("03-11", "03-20", "03-25"):
        engine.run(day(night))
        said = engine.night(day(night))
        assert said.paid == decide(history, day(night)).paid
        assert [amount for amount, _ in said.paid.values()] == [Decimal(5)], night
    engine.close()


def test_what_people_imposed_holds_while_the_account_is_in_its_market_whenever_it_is_asked(
    models: Sequence[CompiledModel],
) -> None:
    """Barred in h from 1 to 25 March, but for 5 to 22 March, when it was lifted; in i from 10 to 19 March."""
    rows = tuple(AccountRow(day(on), market) for on, market in (("01-01", "h"), ("03-10", "i"), ("03-20", "h")))
    sales = tuple(
        Event(f"h/a/{on}", day(on), day(on), activity="sale") for on in ("03-02", "03-05", "03-15", "03-22", "03-24")
    )
    bar = Emergency("1", False, "penalties", "h", "no_post", "live", day("03-01"), day("03-25"))
    lift = Emergency("2", True, "penalties", "h", "no_post", "live", day("03-05"), day("03-22"))
    pack = pack_from(PACK | {"markets": ["h", "i"]})
    history = History("h", (pack,), (Account("h/a", rows, sales, emergencies=(bar, lift)),))
    engine = Engine(models, [history])
    for night, paid, is_barred in (("03-18", [5, 5], False), ("03-24", [10, 5], True)):
        engine.run(day(night))
        said, expected = engine.night(day(night)), decide(history, day(night))
        assert (said.paid, said.penalties) == (expected.paid, expected.penalties)
        assert sorted((int(amount) for amount, _ in said.paid.values()), reverse=True) == paid, night
        assert list(said.penalties) == ["h/a/emergency/live"] * is_barred
    engine.close()


def of_two(
    name: str,
    *,
    sold_on: str,
    sold_by_another_on: str,
    effect: dict[str, Any],
    granted: Appeal,
    events: Sequence[Event] = (),
    appeals: Sequence[Appeal] = (),
    lifts: Sequence[tuple[str, str]] = (),
) -> History:
    """A sale of a barred account and one of another, with money for one of them; of an appeal that is granted later."""
    content = deepcopy(PACK) | {"pack": name, "markets": [name]}
    content["bonuses"]["selling"]["budget"] = 5
    content["programmes"]["points"]["zones"][1]["measures"] = [{"measure": "no_post", "scope": "live", **effect}]
    own = (
        Event("v", day("03-01"), day("03-01"), violation="spam"),
        Event("s", day(sold_on), day(sold_on), activity="sale"),
        *events,
    )
    filed = replace(granted, landed=granted.filed_on, outcome="pending", decided_on=None)
    emergencies = tuple(
        Emergency(f"{name}/{first}", True, "penalties", name, "no_post", "live", day(first), day(last))
        for first, last in lifts
    )
    account = Account(
        f"{name}/a",
        (AccountRow(day("01-01"), name),),
        tuple(replace(each, key=f"{name}/a/{each.key}") for each in own),
        tuple(
            replace(each, key=f"{name}/a/{each.key}", against=f"{name}/a/{each.against}")
            for each in (filed, granted, *appeals)
        ),
        emergencies,
    )
    sale = Event(f"{name}/b/s", day(sold_by_another_on), day(sold_by_another_on), activity="sale")
    return History(name, (pack_from(content),), (account, Account(f"{name}/b", account.rows, (sale,))))


def _paid_first(models: Sequence[CompiledModel], histories: Sequence[History], *nights: str) -> list[list[str]]:
    """Who of each history is paid on each night, which the oracle says too."""
    engine = Engine(models, histories)
    found = []
    for night in nights:
        engine.run(day(night))
        paid = engine.night(day(night)).paid
        assert paid == {key: amount for each in histories for key, amount in decide(each, day(night)).paid.items()}
        found.append([key.split("/selling")[0] for key in sorted(paid)])
    engine.close()
    return found


def test_what_an_appeal_takes_back_bars_until_the_night_that_brings_it_but_where_it_was_lifted(
    models: Sequence[CompiledModel],
) -> None:
    """Barred since 1 March, granted on the 5th, known on the 8th; of the first sale alone is there money for."""
    days = {"days": 20}
    granted = Appeal("p", "v", day("03-02"), day("03-08"), "granted", day("03-05"))
    # Barred, so due since the 8th alone; barred again after a lift; lifted from the day of the decision on; an appeal
    # that is open until then.
    histories = [
        of_two("plain", sold_on="03-06", sold_by_another_on="03-07", effect=days, granted=granted),
        of_two(
            "after",
            sold_on="03-07",
            sold_by_another_on="03-07",
            effect=days,
            granted=granted,
            lifts=[("03-05", "03-06")],
        ),
        of_two(
            "within",
            sold_on="03-05",
            sold_by_another_on="03-06",
            effect=days,
            granted=granted,
            lifts=[("03-05", "03-06")],
        ),
        of_two("open", sold_on="03-06", sold_by_another_on="03-07", effect={"appeal_days": 20}, granted=granted),
    ]

    first = ["after/b", "open/b", "plain/b", "within/a"]
    assert _paid_first(models, histories, "03-07", "03-08") == [first, first]


def test_what_ends_it_meanwhile_ends_it_in_what_was_known_before_too(models: Sequence[CompiledModel]) -> None:
    """A decision of 5 March lands on the 9th. What ended the bar on the 6th was known then,
    so that what is sold on the 7th is due since that day."""
    course = Event("c", day("03-06"), day("03-06"), activity="course")
    granted = Appeal("p", "v", day("03-02"), day("03-09"), "granted", day("03-05"))
    # Another violation of the same day brought the bar as well, and its appeal is denied.
    other = Event("w", day("03-01"), day("03-01"), violation="spam")
    denied = Appeal("q", "w", day("03-02"), day("03-06"), "denied", day("03-06"))
    pending = replace(denied, landed=day("03-02"), outcome="pending", decided_on=None)
    against_points = replace(granted, against="x")
    of_points = Event("x", day("03-02"), day("03-02"), violation="spam")
    of_both = partial(of_two, sold_on="03-07", sold_by_another_on="03-08")
    longer = {"days": 2, "and_until": "course"}
    shorter = {"days": 20, "shortened_by": {"activity": "course", "to_days": 0}}
    histories = [
        of_both("longer", effect=longer, granted=granted, events=[course]),
        of_both("shorter", effect=shorter, granted=granted, events=[course]),
        of_both(
            "denied",
            effect={"appeal_days": 3},
            granted=against_points,
            events=[other, of_points],
            appeals=[pending, denied],
        ),
    ]

    first = ["denied/a", "longer/a", "shorter/a"]
    assert _paid_first(models, histories, "03-08", "03-09") == [first, first]
