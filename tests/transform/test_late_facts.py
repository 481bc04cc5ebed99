"""What lands late says nothing of the nights before it: a payment has the place of the night since which it is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from evenhand.deciding.counterfactual import what_if
from evenhand.deciding.project import CompiledModel
from evenhand.landing.contracts import FEEDS
from evenhand.policy.load import pack_from
from made_once import shared_project
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, Appeal, Content, Event, History
from transform.continuity.oracle import decide
from transform.test_lifted import day, of_two

# Nobody appeals against it; what is appealed against otherwise is another violation.
_NONE = Appeal("p", "z", day("03-02"), day("03-02"), "pending")
_GRANTED = Appeal("p", "v", day("03-02"), day("03-09"), "granted", day("03-05"))
_LONG = {"days": 20}
_NIGHTS = "select known_from from believed.eligibility order by all"


def _with(history: History, *, events: Sequence[Event], appeals: Sequence[Appeal]) -> History:
    """A history with other facts of the account that is barred."""
    first, *others = history.accounts
    return replace(history, accounts=(replace(first, events=tuple(events), appeals=tuple(appeals)), *others))


def _aged(name: str) -> History:
    """A violation of a content that turns out on the 9th to be too old for the rule to count it."""
    history = _one(name, _LONG)
    content = history.packs[0].model_dump(exclude_unset=True)
    (rule,) = content["programmes"]["points"]["entries"]
    content["programmes"]["points"]["entries"] = [rule | {"content_age_at_most_days": 20}]
    aged = Content(f"{name}/c", day("01-01"), day("03-09"))
    events = [replace(each, content=aged) if each.violation else each for each in history.accounts[0].events]
    return replace(_with(history, events=events, appeals=()), packs=(pack_from(content),))


def _together(name: str) -> History:
    """A violation that lands on the 9th with its granted appeal: it never barred."""
    history = of_two(name, sold_on="03-04", sold_by_another_on="03-08", effect=_LONG, granted=_GRANTED)
    first: Account = history.accounts[0]
    late = [replace(each, landed=day("03-09")) if each.violation else each for each in first.events]
    return _with(history, events=late, appeals=[replace(each, landed=day("03-09")) for each in first.appeals[1:]])


def _one(name: str, effect: dict[str, Any], *events: Event, by: str = "03-08") -> History:
    """The other sells on a day of its own."""
    return of_two(name, sold_on="03-07", sold_by_another_on=by, effect=effect, granted=_NONE, events=events)


def _with_money(history: History, budget: Decimal) -> History:
    content = history.packs[0].model_dump(exclude_unset=True)
    content["bonuses"]["selling"]["budget"] = budget
    return replace(history, packs=(pack_from(content),))


def test_a_payment_has_the_place_of_the_night_that_made_it_due_whatever_lands_late(
    models: Sequence[CompiledModel],
) -> None:
    """There is money for one of two, who sold on the 7th and on the 8th, where nothing else is said."""
    course = Event("c", day("03-06"), day("03-09"), activity="course")
    until_course = {"days": 2, "and_until": "course"}
    cut_by_course = {"days": 20, "shortened_by": {"activity": "course", "to_days": 0}}
    withdrawn = Event("v", day("03-01"), day("03-09"), violation="spam", withdrawn=True)
    early = replace(withdrawn, landed=day("03-07"))
    later = Event("w", day("03-02"), day("03-10"), violation="spam")
    gone = replace(later, landed=day("03-12"), withdrawn=True)
    histories = [
        # Known on the 9th: what ended the bar, that it was shorter, that nothing had barred.
        _one("course", until_course, course),
        _one("shorter", cut_by_course, course),
        _one("withdrawn", _LONG, withdrawn),
        # Of the violation the type was corrected to one that nothing counts.
        _one("corrected", _LONG, replace(withdrawn, withdrawn=False, violation="other")),
        _aged("aged"),
        # What was sent back leaves no money for both: it was never due.
        _one("less", _LONG, withdrawn, Event("r", day("03-08"), day("03-08"), activity="sale", quantity=Decimal("-1"))),
        _together("together"),
        # Taken back on the 10th and due again since the 12th, behind what became due between them.
        _one("again", _LONG, early, later, gone, by="03-11"),
        # What lands late and doesn't bear on the day moves nobody.
        _one("elsewhere", _LONG, early, replace(later, on=day("03-08")), by="03-11"),
        # Where there is money for both, no place matters.
        _with_money(_one("enough", _LONG, withdrawn), Decimal(10)),
        # The same corrections, each in time.
        _one("in_time", until_course, replace(course, landed=day("03-06"))),
    ]
    engine = Engine(models, histories)
    paid = {}
    for night in ("03-09", "03-10", "03-12"):
        engine.run(day(night))
        said = engine.night(day(night)).paid
        assert said == {key: amount for each in histories for key, amount in decide(each, day(night)).paid.items()}
        paid[night] = {name: who for name, who in (key.split("/selling")[0].split("/") for key in sorted(said))}
    ((decided_again,),) = engine.connection.execute(
        "select list(distinct account_id order by account_id) from believed.eligibility"
    ).fetchall()
    left = engine.connection.execute("from duckdb_tables() where temporary").fetchall()
    engine.close()

    # Nobody else was decided once more, and nothing is left of it.
    assert decided_again == [
        f"{each.name}/a"
        for each in sorted(histories, key=lambda each: each.name)
        if each.name not in ("elsewhere", "enough", "in_time")
    ]
    assert left == []
    late = ("course", "shorter", "withdrawn", "corrected", "aged", "less")
    assert {name: paid["03-09"][name] for name in late} == dict.fromkeys(late, "b")
    assert {paid[night]["together"] for night in paid} == {"a"}
    assert [paid[night].get("again") for night in paid] == ["a", None, "b"]
    assert paid["03-12"]["elsewhere"] == paid["03-12"]["in_time"] == "a"


def test_what_if_only_so_much_were_known_hangs_on_nothing_that_landed_later(tmp_path: Path) -> None:
    """What barred who sold on the 7th is withdrawn on the 9th; who sold on the 8th was paid, and is."""
    history = _one("known", _LONG, Event("v", day("03-01"), day("03-09"), violation="spam", withdrawn=True))
    models = shared_project().models(leading_to=("int_bonus_payments",))
    engine = Engine(models, [history])
    engine.run(day("03-09"))
    engine.connection.execute("create schema held")
    for columns in ("markets (market varchar)", "accounts (account_id varchar, is_set_aside boolean)"):
        engine.connection.execute(f"create table held.{columns}")
    landed = {
        name
        for (name,) in engine.connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'candidates'"
        ).fetchall()
    }
    for contract in FEEDS:
        if contract.feed not in landed:
            engine.connection.execute(f"create table candidates.{contract.feed} as from accepted.{contract.feed}")
    engine.connection.execute(f"attach '{tmp_path}/warehouse.duckdb' as warehouse")
    engine.connection.execute("copy from database memory to warehouse")
    engine.close()

    said = []
    with what_if(tmp_path / "warehouse.duckdb", tmp_path / "scratch.duckdb") as asked:
        asked.lay_rules_of_tonight()
        for known in (day("03-08"), None):
            asked.lay_data_known(known)
            asked.decide(models, day("03-09"))
            paid = asked.execute(
                "select account_id, due_since, amount from main.int_bonus_payments"
                " where as_of = '2026-03-09' order by due_since"
            )
            said.append(
                ([night for (night,) in asked.execute(_NIGHTS)], [(who, str(on), int(sum)) for who, on, sum in paid])
            )

    before, now = said
    assert before == ([], [("known/b", "2026-03-08", 5)])
    assert now == (
        [day("03-07"), day("03-09")],
        [("known/b", "2026-03-08", 5), ("known/a", "2026-03-09", 0)],
    )


def test_a_decision_whose_row_lands_again_keeps_the_place_of_the_night_that_first_brought_it(
    models: Sequence[CompiledModel],
) -> None:
    """There is money for one of two, of whom the other sells on the 7th; on the 5th the bar was taken back."""
    histories = [
        _landed_again(f"{name}_{sold_on[-1]}", sold_on, how, nights)
        for sold_on in ("03-02", "03-06")
        for name, how, nights in (
            ("appeal", "appeal", ("03-09",)),
            ("points", "points", ("03-09",)),
            ("part", "part", ("03-09",)),
            ("restored", "restored", ("03-09",)),
            ("nightly", "appeal", ("03-06", "03-07", "03-08", "03-09")),
            # Of another violation, on the same day.
            ("denied", "denied", ("03-09",)),
            ("granted", "granted", ("03-09",)),
            ("earlier", "earlier", ("03-09",)),
            ("other", "other", ("03-09",)),
            # Taken back on the 8th and granted again on the 9th: another became due meanwhile.
            ("broken", "broken", ("03-09",)),
        )
    ]
    engine = Engine(models, histories)
    engine.run(day("03-09"))
    said = engine.night(day("03-09")).paid
    engine.close()

    assert said == {key: amount for each in histories for key, amount in decide(each, day("03-09")).paid.items()}
    assert {key.split("/")[0] for key in said if key.split("/")[1] == "b"} == {"broken_2", "broken_6"}


def _landed_again(name: str, sold_on: str, how: str, nights: Sequence[str]) -> History:
    """What took the bar back landed on the 5th, and again on these nights."""
    granted = Appeal("p", "v", day("03-03"), day("03-05"), "granted", day("03-05"))
    history = of_two(name, sold_on=sold_on, sold_by_another_on="03-07", effect=_LONG, granted=granted)
    first = history.accounts[0]
    events, appeals = first.events, first.appeals
    last = appeals[-1]
    again = tuple(day(night) for night in nights)
    if how == "restored":
        restored = [replace(events[0], landed=on, restored_on=day("03-05")) for on in (day("03-05"), *again)]
        return _with(history, events=(*events, *restored), appeals=())
    if how == "part":
        # Half of a point bars nobody.
        last = replace(last, outcome="partly_granted", points=Decimal("0.5"))
        later = tuple(replace(last, landed=on, points=Decimal("0.25")) for on in again)
        return _with(history, events=events, appeals=(*appeals[:-1], last, *later))
    if how == "other":
        other = replace(events[0], key=f"{name}/a/w", violation="other", on=day("03-04"), landed=day("03-04"))
        restored = [replace(other, landed=on, restored_on=day("03-05")) for on in again]
        return _with(history, events=(*events, other, *restored), appeals=appeals)
    if how in ("denied", "granted", "earlier"):
        other = replace(events[0], key=f"{name}/a/w", violation="other")
        decision = replace(last, key=f"{name}/a/q", against=other.key, outcome=how)
        if how == "earlier":
            decision = replace(decision, outcome="granted", decided_on=day("03-04"))
        pending = replace(appeals[0], key=decision.key, against=other.key)
        later = (pending, *(replace(decision, landed=on) for on in again))
        return _with(history, events=(*events, other), appeals=(*appeals, *later))
    if how == "broken":
        later = (replace(last, landed=day("03-08"), outcome="denied"), *(replace(last, landed=on) for on in again))
    else:
        points = Decimal(3) if how == "points" else None
        later = tuple(replace(last, landed=on, points=points) for on in again)
    return _with(history, events=events, appeals=(*appeals, *later))
