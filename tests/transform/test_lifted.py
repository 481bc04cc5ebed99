"""What was lifted for some days was lifted on them, whatever becomes known of the account later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from evenhand.deciding.compiled import CompiledModel
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


def test_what_an_appeal_takes_back_bars_until_the_night_that_brings_it_but_where_it_was_lifted(
    models: Sequence[CompiledModel],
) -> None:
    """Barred since 1 March, granted on the 5th, known on the 8th; of the first sale alone is there money for."""

    def drawn(name: str, sold_on: str, sold_by_another_on: str, *lifts: tuple[str, str]) -> History:
        content = {**PACK, "pack": name, "markets": [name]}
        content["bonuses"] = {"selling": {**PACK["bonuses"]["selling"], "budget": 5}}
        events = (
            Event(f"{name}/a/v", day("03-01"), day("03-01"), violation="spam"),
            Event(f"{name}/a/s", day(sold_on), day(sold_on), activity="sale"),
        )
        appeals = (
            Appeal(f"{name}/a/p", f"{name}/a/v", day("03-02"), day("03-02"), "pending"),
            Appeal(f"{name}/a/p", f"{name}/a/v", day("03-02"), day("03-08"), "granted", day("03-05")),
        )
        emergencies = tuple(
            Emergency(f"{name}/{first}", True, "penalties", name, "no_post", "live", day(first), day(last))
            for first, last in lifts
        )
        rows = (AccountRow(day("01-01"), name),)
        sale = Event(f"{name}/b/s", day(sold_by_another_on), day(sold_by_another_on), activity="sale")
        accounts = Account(f"{name}/a", rows, events, appeals, emergencies), Account(f"{name}/b", rows, (sale,), (), ())
        return History(name, (pack_from(content),), accounts)

    # Barred, so due since the 8th alone; barred again after a lift; lifted from the day of the decision on.
    histories = [
        drawn("plain", "03-06", "03-07"),
        drawn("after", "03-07", "03-07", ("03-05", "03-06")),
        drawn("within", "03-05", "03-06", ("03-05", "03-06")),
    ]
    engine = Engine(models, histories)
    for night in ("03-07", "03-08"):
        engine.run(day(night))
        paid = engine.night(day(night)).paid
        assert [key.split("/selling")[0] for key in sorted(paid)] == ["after/b", "plain/b", "within/a"], night
        assert paid == {key: amount for each in histories for key, amount in decide(each, day(night)).paid.items()}
    engine.close()
