"""A day within packs that were approved: what it changes is a change of policy, and goes up to what was approved."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
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
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation

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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Six accounts, of which account n has n strikes until the fourth, and the pack, which names ayu."""
    Installation(tmp_path).land(str(FIRST), creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])
    (tmp_path / "policies").mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text().replace("version: 1\n", "version: 1\nchanged_by: ayu\n")
    (tmp_path / "policies" / "takedowns.yml").write_text(re.sub(r"\nexamples:.*", "\n", text, flags=re.DOTALL))
    return tmp_path


def _approved(home: Path, version: int, at_most: int) -> Preapproval:
    text = next(each.sha256 for each in load_packs(home / "policies") if each.pack.version == version)
    return Preapproval(
        what="few strikes", pack="takedowns", text=text, changed_by="ayu", approved_by="budi", at_most=at_most
    )


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases of the first night, by what they were decided by and from."""
    return tmp_path_factory.mktemp("begun")


def _released(home: Path, begun: Path) -> Nights:
    """The nights of a home of which the first is released; those that begin alike share it."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in ("landing", "policies") for path in (home / folder).rglob("*.*")):
        digest.update(path.read_bytes())
    before = begun / digest.hexdigest()
    nights = Nights(home, shared_compiled(), home / "policies")
    if before.exists():
        shutil.copytree(before, nights.releases)
    else:
        nights.release(nights.judge(nights.land(FIRST), FIRST), FIRST)
        shutil.copytree(nights.releases, before)
    return nights


def _changes_of_rewards(judged: Judged) -> dict[str, tuple[str, str]]:
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        found = connection.execute("select account_id, change, cause from gate.changes where list = 'rewards'")
        return {account: (change, cause) for account, change, cause in found.fetchall()}


@pytest.mark.parametrize(("at_most", "is_held"), [(None, True), (1, True), (2, False)])
def test_the_day_of_a_condition_brings_as_many_rows_as_were_approved_and_more_are_held(
    home: Path, begun: Path, at_most: int | None, is_held: bool
) -> None:
    pack = home / "policies" / "takedowns.yml"
    pack.write_text(pack.read_text() + CONDITIONS)
    nights = _released(home, begun)
    preapproved = [] if at_most is None else [_approved(home, 1, at_most)]

    judged = nights.judge(nights.land(NEXT), NEXT, preapproved=preapproved)

    assert _changes_of_rewards(judged) == LOST
    assert judged.is_held("rewards", "world") is is_held
    assert not judged.is_held("penalties", "world")
    for held in judged.held:
        assert held.by_policy and held.changed_by == ("ayu",)
        approved = "none were approved" if at_most is None else "1 were approved"
        assert held.why[0].startswith(f"2 rows change because the policy changed, and {approved}")
        assert held.why[1] == f"{NEXT} has come, which version 1 of takedowns names as a first or a last day"


def test_a_day_that_came_while_no_night_was_decided_or_its_list_was_held_is_found_on_the_night_after(
    home: Path, begun: Path
) -> None:
    pack = home / "policies" / "takedowns.yml"
    pack.write_text(pack.read_text() + CONDITIONS)
    nights = _released(home, begun)
    late = nights.judge(nights.land(LATER), LATER)
    assert _changes_of_rewards(late) == LOST and late.is_held("rewards", "world")
    nights.release(late, LATER, "")

    after = LATER + timedelta(days=1)
    still = nights.judge(nights.land(after), after, preapproved=[_approved(home, 1, 1)])
    assert _changes_of_rewards(still) == LOST and still.is_held("rewards", "world")

    nights.release(late, LATER, "approved")
    assert nights.judge(nights.land(after), after).held == []


@pytest.mark.parametrize(("approved", "is_held"), [((), True), ((1,), True), ((2,), False)])
def test_of_a_version_that_begins_what_was_approved_of_another_lets_nothing_through(
    home: Path, begun: Path, approved: Sequence[int], is_held: bool
) -> None:
    first = home / "policies" / "takedowns.yml"
    text = first.read_text()
    conditions = CONDITIONS.replace(f", effective_from: {NEXT}", "")
    without = re.sub(r"      - {condition: few.*\n", "", conditions)
    first.write_text(text.replace("effective_from: ", f"effective_until: {FIRST}\neffective_from: ", 1) + without)
    following = re.sub(r"effective_from: .*", f"effective_from: {NEXT}", text, count=1) + conditions
    (home / "policies" / "takedowns_2.yml").write_text(following.replace("version: 1\n", "version: 2\n"))
    nights = _released(home, begun)
    # What lands on that day is told in the words of the version that begins, and is data all the same.
    strike = [("n5", "a5", "c5", "copyright", "nb5", str(NEXT))]
    Installation(home).land(str(NEXT), violations=strike)
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT, preapproved=[_approved(home, each, 40) for each in approved])

    found = _changes_of_rewards(judged)
    assert {account: found[account] for account in LOST} == LOST
    assert judged.causes["data"] == 1
    assert judged.is_held("rewards", "world") is is_held


def test_as_many_rows_as_were_approved_go_however_large_a_part_of_the_list_they_are(home: Path, begun: Path) -> None:
    accounts = [f"b{number}" for number in range(40)]
    strikes = [
        (f"{account}.{number}", account, f"c{account}", "copyright", f"{account}b{number}", "2026-03-04")
        for account in accounts[:30]
        for number in range(3)
    ]
    Installation(home).land(
        str(FIRST),
        creators=[*CREATORS, *((account, "world", "creator", "en", "2026-01-01") for account in accounts)],
        contents=[*CONTENTS, *((f"c{account}", account, "short_video", "2026-01-02") for account in accounts)],
        violations=[*VIOLATIONS, *strikes],
    )
    pack = home / "policies" / "takedowns.yml"
    pack.write_text(pack.read_text() + CONDITIONS)
    nights = _released(home, begun)
    landed = nights.land(NEXT)

    approved = nights.judge(landed, NEXT, preapproved=[_approved(home, 1, 32)])
    assert len(_changes_of_rewards(approved)) == 32
    assert approved.held == []

    (held,) = nights.judge(landed, NEXT, preapproved=[_approved(home, 1, 31)]).held
    said = "There are 14 rows, and 46 were released last"
    assert held.list == "rewards" and any(each.startswith(said) for each in held.why)


def test_what_changed_since_a_list_was_held_is_of_its_market_alone(home: Path, begun: Path) -> None:
    """Else another market would have to approve once more what it has since, for as long as the list waits."""
    world, moon = (home / "policies" / name for name in ("takedowns.yml", "moon.yml"))
    text = world.read_text()
    moon.write_text(text.replace("[world]", "[moon]").replace("pack: takedowns", "pack: moon") + CONDITIONS)
    _released(home, begun)
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
