"""A bonus hangs on no other account's facts, and on none that is soon out of sight, also where another pack of the
market compares accounts or counts orders."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from evenhand.policy.compile import compile_packs
from evenhand.policy.load import PackError, load_packs
from evenhand.policy.sift import sift
from policy.packs import write

PAYS = """\
pack: pays
version: 1
markets: [ID, TH]
effective_from: 2026-01-01
appeal_route: Write to the campaign desk.
measures: [no_post]
calendars: {months: {day_of_month: 1}}
programmes:
  points:
    unit: point
    entries: [{rule: each, violation_types: [spam], amount: 1}]
    zones: [{zone: good}, {zone: warned, at_least: 1, measures: [{measure: no_post, scope: live, days: 20}]}]
eligibility:
  door:
    conditions: [{condition: not_barred, without_measure: no_post}]
    while_eligible: [{reward: fair, scope: campaign}]
bonuses:
  selling: {activity: sale, scope: ads, pays: 5, per: months, eligibility: door}
"""
COMPARES = """\
pack: compares
version: 2
markets: [TH, VN]
effective_from: 2026-03-01
appeal_route: Write to the desk of comparisons.
measures: [no_post, closed]
calendars: {weeks: {weekday: monday}}
programmes:
  fakes:
    unit: fake
    entries: [{rule: each, violation_types: [fake], amount: 1}]
  compared:
    unit: times
    peers: {programme: fakes, group: market}
    evaluated: weeks
    zones:
      - zone: good
      - zone: much
        at_least: 0.9
        measures: [{measure: no_post, scope: ads, days: 20}]
"""
SAID = (
    "pays.yml:18:76: bonuses.selling.eligibility: found door, which {} shuts in TH, brought by compared of"
    " compares version 2 (compares.yml:20), a comparison with peers; expected one that reads no peers: what one"
    " account is paid hangs on no other account's facts"
)
MILD = "[closed, no_post]"
CLOSED = ("{measure: no_post, scope: ads, days: 20}", "{measure: closed, scope: live, days: 20}")


def _mistakes(folder: Path, compares: str, order: str, pays: str = PAYS) -> list[str]:
    write(folder, pays, "pays.yml")
    write(folder, compares, "compares.yml")
    (folder / "measures_order.yml").write_text(f"TH: {order}\n")
    try:
        load_packs(folder)
    except PackError as error:
        return [str(each).replace(f"{folder}/", "") for each in error.mistakes]
    return []


@pytest.mark.parametrize(
    ("old", "new", "order", "bars"),
    [
        ("", "", "[no_post, closed]", "no_post"),
        # A stricter one where the measure is put, or on the account; one that nothing ranks is stricter.
        (*CLOSED, "[no_post, closed]", "closed"),
        (CLOSED[0], CLOSED[1].replace("live", "account"), "[no_post]", "closed"),
        # What follows it, too.
        (
            CLOSED[0],
            "{measure: closed, scope: ads, appeal_days: 2, then: [{measure: no_post, scope: ads}]}",
            MILD,
            "no_post",
        ),
        (*CLOSED, MILD, None),
        (CLOSED[0], CLOSED[1].replace("live", "showcase"), "[no_post, closed]", None),
        # Of the account's own facts, in another market, of another kind of account, at another time.
        ("peers: {programme: fakes, group: market}", "same_as: fakes", "[no_post, closed]", None),
        ("[TH, VN]", "[VN]", "[no_post, closed]", None),
        ("version: 2\n", "version: 2\napplies_to: [seller]\n", "[no_post, closed]", None),
    ],
)
def test_what_peers_bring_in_another_pack_bars_no_bonus(
    folder: Path, old: str, new: str, order: str, bars: str | None
) -> None:
    assert old in COMPARES
    compares = COMPARES.replace(old, new, 1) if old else COMPARES

    said = _mistakes(folder, compares, order)

    assert said == ([SAID.format(bars)] if bars else [])


COUNTS = """\
pack: counts
version: 2
markets: [TH, VN]
effective_from: 2026-03-01
appeal_route: Write to the desk of orders.
measures: [no_post]
programmes:
  orders:
    unit: order
    entries: [{rule: each, activities: [order_refunded], amount: 1, lasts_days: 20}]
    zones: [{zone: good}, {zone: many, at_least: 9, measures: [{measure: no_post, scope: ads, while_in_zone: true}]}]
"""
COUNTED = (
    ": found door, which no_post shuts in TH, brought by orders of counts version 2 (compares.yml:11), by an activity"
    " of a feed that is looked at for 35 nights; expected "
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "",
            "",
            "pays.yml:18:76: bonuses.selling.eligibility" + COUNTED + "one without recent activities: what was paid"
            " stays known for ever",
        ),
        (
            PAYS[PAYS.index("bonuses:") :],
            "    stays_eligible: true\n",
            "pays.yml:17:21: eligibility.door.stays_eligible" + COUNTED + "none: what was kept since longer ago isn't"
            " known",
        ),
        # What lasts as long as the gate is shut is known tonight.
        (PAYS[PAYS.index("bonuses:") :], "", None),
    ],
)
def test_what_is_soon_out_of_sight_in_another_pack_bars_no_bonus_and_nothing_kept(
    folder: Path, old: str, new: str, said: str | None
) -> None:
    pays = PAYS.replace(old, new) if old else PAYS
    assert _mistakes(folder, COUNTS, "[no_post]", pays) == ([said] if said else [])
    if said is None:
        # But not since when.
        with duckdb.connect() as connection:
            compile_packs(load_packs(folder), connection, order={"TH": ["no_post"]})
            effects = connection.execute("select market, is_recent from policy.eligibility_effects order by market")
            assert effects.fetchall() == [("ID", False), ("TH", True)]


def test_packs_at_other_times_and_gates_without_a_bonus_are_let_be(folder: Path) -> None:
    ended = PAYS.replace("2026-01-01\n", "2026-01-01\neffective_until: 2026-02-28\n")
    assert _mistakes(folder, COMPARES, "[no_post, closed]", ended) == []
    assert _mistakes(folder, COMPARES, "[no_post, closed]", PAYS[: PAYS.index("bonuses:")]) == []


def test_a_night_holds_the_market_of_both(folder: Path) -> None:
    assert _mistakes(folder, COMPARES, "[no_post, closed]")

    sifted = sift(folder, {})

    assert [(held.market, "comparison with peers" in held.why) for held in sifted.held] == [("TH", True)]
