"""An account that changes market or kind: each day is judged by the packs of the market and kind of that day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Event, History


def day(text: str) -> date:
    """A day of 2026, as 03-01."""
    return date.fromisoformat(f"2026-{text}")


def _pack(name: str, market: str, programme: str, effect: dict[str, Any], **more: Any) -> Pack:
    """Each copyright violation is a point for 60 days, and the first brings this."""
    rule = {"rule": "each", "violation_types": ["copyright"], "amount": 1, "lasts_days": 60}
    zones = [{"zone": "good"}, {"zone": "bad", "at_least": 1, "measures": [effect]}]
    return pack_from(
        {
            "pack": name,
            "version": 1,
            "markets": [market],
            "effective_from": day("01-01"),
            "appeal_route": f"Write to {name}.",
            "measures": ["warning", "no_live"],
            "programmes": {programme: {"unit": "point", "entries": [rule], "zones": zones}},
            **more,
        }
    )


def _night(
    models: Sequence[CompiledModel],
    packs: Sequence[Pack],
    rows: Sequence[AccountRow],
    events: Sequence[str],
    night: str,
) -> dict[str, list[tuple[Any, ...]]]:
    return _nights(models, packs, rows, events, [night])[night]


def _nights(
    models: Sequence[CompiledModel],
    packs: Sequence[Pack],
    rows: Sequence[AccountRow],
    events: Sequence[str],
    nights: Sequence[str],
) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """One account on some nights, one after the other."""
    happened = tuple(Event(f"a/{on}", day(on), day(on), violation="copyright") for on in events)
    engine = Engine(models, [History("a", tuple(packs), (Account("a", tuple(rows), happened),))])
    say = engine.connection.execute
    found = {}
    for night in nights:
        engine.run(day(night))
        found[night] = {
            "penalties": say(
                "select row_key, penalties.market, measure, starts_on, ends_on, pack, appeal_route"
                " from main.penalties join main.reasons using (reason_id, row_key, measure, starts_on, ends_on)"
                " order by row_key"
            ).fetchall(),
            "standings": say(
                "select programme, market, zone, balance from main.account_standings where as_of = ? order by all",
                [day(night)],
            ).fetchall(),
        }
    engine.close()
    return found


HERE = _pack("here", "ID", "points", {"measure": "no_live", "scope": "live", "days": 30})
THERE = _pack("there", "VN", "strikes", {"measure": "warning", "scope": "live", "days": 7})
STAYS = [AccountRow(day("01-01"), "ID"), AccountRow(day("03-10"), "VN"), AccountRow(day("03-20"), "ID")]


def test_what_has_a_length_of_its_own_runs_on_and_points_count_where_their_programme_is(
    models: Sequence[CompiledModel],
) -> None:
    no_live = ("a/points/live", "ID", "no_live", day("03-01"), day("03-30"), "here", "Write to here.")
    warning = ("a/strikes/live", "VN", "warning", day("03-12"), day("03-18"), "there", "Write to there.")
    nights = ("03-09", "03-10", "03-12", "03-20", "03-31")
    found = _nights(models, (HERE, THERE), STAYS, ["03-01", "03-12"], nights)

    assert found["03-09"] == {"penalties": [no_live], "standings": [("points", "ID", "bad", 1)]}
    # What happened there is not counted here, nor the other way round.
    in_vn = [(no_live[0], "VN", *no_live[2:])]
    assert found["03-10"] == {"penalties": in_vn, "standings": [("strikes", "VN", "good", 0)]}
    assert found["03-12"] == {"penalties": [*in_vn, warning], "standings": [("strikes", "VN", "bad", 1)]}
    assert found["03-20"] == {"penalties": [no_live], "standings": [("points", "ID", "bad", 1)]}
    assert found["03-31"] == {"penalties": [], "standings": [("points", "ID", "bad", 1)]}


def test_another_kind_is_a_move_and_a_market_that_no_pack_knows_is_none(models: Sequence[CompiledModel]) -> None:
    sellers = _pack("sellers", "ID", "sales", {"measure": "warning", "scope": "live", "days": 7}, applies_to=["seller"])
    rows = [
        AccountRow(day("01-01"), "ID"),
        AccountRow(day("03-10"), "ID", "seller"),
        AccountRow(day("03-15"), "nowhere"),
    ]
    no_live = ("a/points/live", "ID", "no_live", day("03-01"), day("03-30"), "here", "Write to here.")

    found = _night(models, (HERE, sellers), rows, ["03-01", "03-16"], "03-16")

    warning = ("a/sales/live", "ID", "warning", day("03-16"), day("03-22"), "sellers", "Write to sellers.")
    assert found == {"penalties": [no_live, warning], "standings": [("sales", "ID", "bad", 1)]}


def test_what_nobody_judges_any_more_ranks_as_its_market_has_it_now(models: Sequence[CompiledModel]) -> None:
    """A first version has the measure among the mild ones, the next one as its strictest: both are one measure."""
    effect = {"measure": "no_live", "scope": "live"}
    content = _pack("here", "ID", "points", effect | {"days": 60}).model_dump(exclude_unset=True)
    content["programmes"]["points"]["fires"] = "on_each_rise"
    first = pack_from(content | {"measures": ("no_live", "warning"), "effective_until": day("03-09")})
    content["programmes"]["points"]["zones"][1]["measures"] = (effect | {"days": 7},)
    second = pack_from(content | {"version": 2, "effective_from": day("03-10")})
    rows = [AccountRow(day("01-01"), "ID"), AccountRow(day("03-14"), "ID", "seller")]

    found = _night(models, (first, second), rows, ["03-01", "03-12"], "03-15")

    longer = ("a/points/live", "ID", "no_live", day("03-01"), day("04-29"), "here", "Write to here.")
    assert found == {"penalties": [longer], "standings": []}


def test_what_waited_for_its_day_where_the_account_was_is_held_where_it_is_read_now(
    models: Sequence[CompiledModel],
) -> None:
    """A violation of Wednesday is seen on Monday; by then the account is where an eligibility reads its points."""

    def evaluated(name: str, market: str, **more: Any) -> Pack:
        pack = _pack(name, market, "points", {"measure": "warning", "scope": "live", "days": 7})
        content = pack.model_dump(exclude_unset=True) | more
        content["programmes"]["points"]["evaluated"] = "mondays"
        return pack_from(content | {"calendars": {"mondays": {"weekday": "monday"}}})

    gate = {
        "conditions": [{"condition": "none", "programme": "points", "less_than": 1}],
        "while_not_eligible": [{"measure": "no_live", "scope": "campaign"}],
    }
    packs = evaluated("here", "ID"), evaluated("there", "VN", eligibility={"door": gate})
    rows = [AccountRow(day("01-01"), "ID"), AccountRow(day("03-26"), "VN")]

    happened = (Event("a/1", day("03-25"), day("03-25"), violation="copyright"),)
    engine = Engine(models, [History("a", packs, (Account("a", tuple(rows), happened),))])

    found = {}
    for night in ("03-29", "03-30"):
        engine.run(day(night))
        found[night] = engine.connection.execute(
            "select row_key, starts_on from main.penalties order by all"
        ).fetchall()
    engine.close()

    since = [("a/door/campaign", day("03-30")), ("a/points/live", day("03-30"))]
    assert found == {"03-29": [], "03-30": since}


def test_a_version_ends_what_its_pack_brought_wherever_the_account_is_by_then(models: Sequence[CompiledModel]) -> None:
    """Who has moved, or has moved away and back, isn't left with what is over for all others."""
    pack = _pack("here", "ID", "points", {"measure": "no_live", "scope": "live", "days": 30})
    content = pack.model_dump(exclude_unset=True) | {"markets": ("ID", "VN")}
    first = pack_from(content | {"effective_until": day("03-14")})
    second = pack_from(content | {"version": 2, "effective_from": day("03-15"), "ends_running": ("no_live",)})
    away = [AccountRow(day("01-01"), "ID"), AccountRow(day("03-10"), "VN")]
    moves = {
        "stayed": away[:1],
        "moved": away,
        "came_back": [*away, AccountRow(day("03-12"), "ID")],
        "is_elsewhere": [away[0], AccountRow(day("03-10"), "MY")],
    }
    elsewhere = _pack("there", "MY", "strikes", {"measure": "warning", "scope": "live", "days": 7})

    accounts = tuple(
        Account(name, tuple(rows), (Event(f"{name}/1", day("03-01"), day("03-01"), violation="copyright"),))
        for name, rows in moves.items()
    )
    engine = Engine(models, [History("a", (first, second, elsewhere), accounts)])
    found = []
    for night in ("03-14", "03-15"):
        engine.run(day(night))
        rows = engine.connection.execute("select row_key from main.penalties order by all").fetchall()
        found.append([key for (key,) in rows])
    engine.close()

    assert found == [sorted(f"{name}/points/live" for name in moves), []]
