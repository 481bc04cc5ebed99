"""A day within packs that were approved: what it changes is a change of policy, and goes up to what was approved.

Each has a market of its own, and one night decides all of them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.policy.compile import compile_packs
from evenhand.policy.days import Day, days_within, move_days
from evenhand.policy.load import load_packs
from evenhand.policy.preapproved import Preapproval
from evenhand.quality.concerned_packs import concerned, days_come
from evenhand.quality.held_lists import LISTS
from evenhand.quality.moves import KeptList
from evenhand.quality.row_causes import Base
from evenhand.release.manifest import ReleasedPack, read_manifest
from evenhand.settings import PROJECT
from gates.nights import Judged, Nights
from made_once import shared_compiled
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation, Row
from quality.markets import WORLD, changed, feeds_of, rows_of, text_of, together, told

FIRST, NEXT, LATER = date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 9)
# From a day on, who has three strikes has no access to campaigns any more: accounts 3 and 4 have as many.
CONDITIONS = f"""
eligibility:
  campaigns:
    conditions:
      - {{condition: not_suspended, programme: copyright_strikes, less_than: 5}}
      - {{condition: few_strikes, programme: copyright_strikes, less_than: 3, effective_from: {NEXT}}}
    while_eligible:
      - {{reward: campaign_access, scope: campaign}}
"""
LOST = {f"a{number}": ("removed", "policy") for number in (3, 4)}
AYU = ("version: 1\n", "version: 1\nchanged_by: ayu\n")
# How many rows were approved of the market's pack with the condition, or of the first or the second of its versions.
OF_A_CONDITION: Mapping[str, int | None] = {"unseen": None, "one": 1, "two": 2, "many": 32, "more": 31}
OF_A_VERSION: Mapping[str, Sequence[int]] = {"begins": (), "begins_first": (1,), "begins_second": (2,)}
OF_FORTY = ("many", "more")


def _text_of(market: str) -> str:
    return text_of(market, AYU)


def _in_versions(policies: Path, market: str, first: str, second: str) -> None:
    """Write two versions of a market's pack, of which the second begins on the night after the first."""
    until = ("effective_from: ", f"effective_until: {FIRST}\neffective_from: ")
    (policies / f"{market}.yml").write_text(changed(first, until))
    following = re.sub(r"effective_from: .*", f"effective_from: {NEXT}", second, count=1)
    (policies / f"{market}_2.yml").write_text(changed(following, ("version: 1\n", "version: 2\n")))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the first night is released, by packs in which a day is to come."""
    home = tmp_path_factory.mktemp("begun")
    policies = home / "policies"
    policies.mkdir()
    for market in OF_A_CONDITION:
        (policies / f"{market}.yml").write_text(_text_of(market) + CONDITIONS)
    conditions = CONDITIONS.replace(f", effective_from: {NEXT}", "")
    without = re.sub(r"      - {condition: few.*\n", "", conditions)
    for market in OF_A_VERSION:
        _in_versions(policies, market, _text_of(market) + without, _text_of(market) + conditions)
    ending = changed(_text_of("ends"), ("effective_from: ", "ends_running: [publishing_paused]\neffective_from: "))
    _in_versions(policies, "ends", _text_of("ends"), ending)
    called = ("  copyright_strikes:\n", "  takedowns:\n    was: copyright_strikes\n")
    _in_versions(policies, "renamed", _text_of("renamed"), text_of("renamed", AYU, called))
    accounts = [f"b{number}" for number in range(40)]
    forty: Mapping[str, Sequence[Row]] = {
        "creators": [(account, "", "creator", "en", "2026-01-01") for account in accounts],
        "contents": [(f"c{account}", account, "short_video", "2026-01-02") for account in accounts],
        "violations": [
            (f"{account}.{number}", account, f"c{account}", "copyright", f"{account}b{number}", "2026-03-04")
            for account in accounts[:30]
            for number in range(3)
        ],
    }
    markets = (*OF_A_CONDITION, *OF_A_VERSION, "ends", "renamed")
    Installation(home).land(str(FIRST), **together(feeds_of(markets, WORLD), feeds_of(OF_FORTY, forty)))
    nights = Nights(home, shared_compiled(), policies)
    nights.release(nights.judge(nights.land(FIRST), FIRST), FIRST, packs=load_packs(policies))
    return home


def _approved(policies: Path, pack: str, version: int, at_most: int) -> Preapproval:
    found = {(each.pack.pack, each.pack.version): each.sha256 for each in load_packs(policies)}
    return Preapproval(
        what="few strikes", pack=pack, text=found[pack, version], changed_by="ayu", approved_by="budi", at_most=at_most
    )


@pytest.fixture(scope="module")
def come(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The night on which the days come."""
    home = Path(shutil.copytree(begun, tmp_path_factory.mktemp("come") / "home"))
    # What lands on that day is told in the words of the version that begins, and is data all the same.
    strike = [("n5", "a5", "c5", "copyright", "nb5", str(NEXT))]
    Installation(home).land(
        str(NEXT),
        **feeds_of((*OF_A_VERSION, "ends"), {"violations": strike}),
        appeals=rows_of("renamed", "appeals", APPEALS),
    )
    nights = Nights(home, shared_compiled(), home / "policies")
    preapproved = [
        *(_approved(nights.policies, pack, 1, most) for pack, most in OF_A_CONDITION.items() if most is not None),
        *(_approved(nights.policies, pack, each, 40) for pack, versions in OF_A_VERSION.items() for each in versions),
    ]
    return nights.judge(nights.land(NEXT), NEXT, preapproved=preapproved)


def _changes_of_rewards(judged: Judged, market: str) -> dict[str, tuple[str, str]]:
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select account_id, change, cause from gate.changes where list = 'rewards' and market = ?", [market]
        )
        return {account.removeprefix(f"{market}."): (change, cause) for account, change, cause in found.fetchall()}


@pytest.mark.parametrize(("market", "is_held"), [("unseen", True), ("one", True), ("two", False)])
def test_the_day_of_a_condition_brings_as_many_rows_as_were_approved_and_more_are_held(
    come: Judged, market: str, is_held: bool
) -> None:
    found = told(come, market)

    assert _changes_of_rewards(come, market) == LOST
    assert found.is_held("rewards") is is_held
    assert not found.is_held("penalties")
    for held in found.held:
        assert held.by_policy and held.changed_by == ("ayu",)
        approved = "none were approved" if market == "unseen" else "1 were approved"
        assert held.why[0].startswith(f"2 rows change because the policy changed, and {approved}")
        assert held.why[1] == f"{NEXT} has come, which version 1 of {market} names as a first or a last day"


def test_a_day_that_came_while_no_night_was_decided_or_its_list_was_held_is_found_on_the_night_after(
    begun: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(begun, tmp_path / "home"))
    nights = Nights(home, shared_compiled(), home / "policies")

    def is_held(judged: Judged) -> bool:
        return _changes_of_rewards(judged, "one") == LOST and judged.is_held("rewards", "one")

    late = nights.judge(nights.land(LATER), LATER)
    assert is_held(late)
    nights.release(late, LATER, "")

    after = LATER + timedelta(days=1)
    still = nights.judge(nights.land(after), after, preapproved=[_approved(nights.policies, "one", 1, 1)])
    assert is_held(still)

    nights.release(late, LATER, "approved")
    assert nights.judge(nights.land(after), after).held == []


@pytest.mark.parametrize(("market", "is_held"), [("begins", True), ("begins_first", True), ("begins_second", False)])
def test_of_a_version_that_begins_what_was_approved_of_another_lets_nothing_through(
    come: Judged, market: str, is_held: bool
) -> None:
    found = _changes_of_rewards(come, market)
    assert {account: found[account] for account in LOST} == LOST
    assert [cause for _, cause in told(come, market).changes.values()].count("data") == 1
    assert told(come, market).is_held("rewards") is is_held


def test_what_a_version_ends_that_was_known_before_it_began_is_policy_and_held(come: Judged) -> None:
    found = told(come, "ends")

    over = {f"a{number}/copyright_strikes/short_video": ("removed", "policy") for number in (2, 3, 4)}
    assert found.changes == over | {"a5/copyright_strikes/account": ("added", "data")}
    (held,) = found.held
    assert held.by_policy and held.changed_by == ("ayu",)


def test_rows_of_a_programme_that_is_called_otherwise_are_the_same_rows(come: Judged) -> None:
    found = told(come, "renamed")

    changes = dict(found.changes)
    assert changes.pop("a1/takedowns/account") == ("removed", "correction")
    assert set(changes.values()) == {("changed", "time")} and "a2/takedowns/short_video" in changes
    assert found.held == []
    # The rules are those that were known.
    with duckdb.connect(str(come.warehouse), read_only=True) as connection:
        differing = connection.execute(
            "select distinct unnest(columns) from gate.changes where change = 'changed' and market = 'renamed'"
        )
        assert {name for (name,) in differing.fetchall()} <= {"programme", "reason_id", "explanation", "condition"}


def test_as_many_rows_as_were_approved_go_however_large_a_part_of_the_list_they_are(come: Judged) -> None:
    for market in OF_FORTY:
        assert len(_changes_of_rewards(come, market)) == 32
    assert told(come, "many").held == []

    (held,) = told(come, "more").held
    said = "There are 14 rows, and 46 were released last"
    assert held.list == "rewards" and any(each.startswith(said) for each in held.why)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Six accounts, of which account n has n strikes until the fourth, and the pack, which names ayu."""
    Installation(tmp_path).land(str(FIRST), creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])
    (tmp_path / "policies").mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text().replace("version: 1\n", "version: 1\nchanged_by: ayu\n")
    (tmp_path / "policies" / "takedowns.yml").write_text(re.sub(r"\nexamples:.*", "\n", text, flags=re.DOTALL))
    return tmp_path


def test_what_changed_since_a_list_was_held_is_of_its_market_alone(home: Path) -> None:
    """Else another market would have to approve once more what it has since, for as long as the list waits."""
    world, moon = (home / "policies" / name for name in ("takedowns.yml", "moon.yml"))
    text = world.read_text()
    moon.write_text(text.replace("[world]", "[moon]").replace("pack: takedowns", "pack: moon") + CONDITIONS)
    first_night = Nights(home, shared_compiled(), home / "policies")
    first_night.release(first_night.judge(first_night.land(FIRST), FIRST), FIRST)
    world.write_text(text.replace("days: 7}", "days: 9}"))
    moon.write_text(moon.read_text() + "# Approved.\n")
    nights = Nights(home, shared_compiled(), home / "policies")
    judged = nights.judge(nights.land(NEXT), NEXT)
    assert {each.market for each in judged.held} == {"world"}
    nights.release(judged, NEXT, "")

    after = NEXT + timedelta(days=1)
    judged = nights.judge(nights.land(after), after)
    assert {each.market for each in judged.held} == {"world"}
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        assert days_come(connection) == ()
    first, last = ((nights.releases / f"night={night}").resolve() for night in (FIRST, NEXT))
    kept = tuple(KeptList(name, "world", FIRST, False) for name in LISTS)
    packs = load_packs(home / "policies")
    known = tuple(ReleasedPack(pack=each.pack.pack, version=1, sha256=each.sha256) for each in packs)
    bases = [
        Base(last, read_manifest(last).model_copy(update={"packs": known})),
        Base(first, read_manifest(first), kept, and_others=False),
    ]
    assert list(concerned(packs, bases, (), ())) == ["world"]


def test_days_that_are_put_off_begin_and_end_together_and_none_is_there_twice(home: Path) -> None:
    first = home / "policies" / "takedowns.yml"
    text = first.read_text()
    first.write_text(text.replace("effective_from: ", f"effective_until: {FIRST}\neffective_from: ", 1))
    following = re.sub(r"effective_from: .*", f"effective_from: {NEXT}", text, count=1)
    (home / "policies" / "takedowns_2.yml").write_text(following.replace("version: 1\n", "version: 2\n"))
    with duckdb.connect() as connection:
        compile_packs(load_packs(home / "policies"), connection)
        assert days_within(connection, FIRST, NEXT) == (
            Day("world", "takedowns", 1, NEXT),
            Day("world", "takedowns", 2, NEXT),
        )
        assert days_within(connection, NEXT) == days_within(connection, date(2015, 1, 1), FIRST - timedelta(days=1))[:0]

        move_days(connection, FIRST, LATER, NEXT)

        spans = "select version, effective_from, effective_before from policy.packs order by all"
        assert connection.execute(spans).fetchall() == [(1, date(2020, 1, 1), LATER), (2, LATER, None)]
        # What would begin and end at once is never in effect.
        move_days(connection, date(2019, 1, 1), LATER)
        assert connection.execute(spans).fetchall() == [(2, LATER, None)]
