"""The cause of every change: each is brought about by itself, on a few accounts, and told for what it is.

Each has a market of its own, and those that a night can bring about together are decided in one. Longer than other
files, for each cause is told from beginning to end.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from approval.english import SPEAKS
from evenhand.approval.code_changes import by_code
from evenhand.approval.shown import body
from evenhand.emergency.emergency import Proposal
from evenhand.emergency.record import record
from evenhand.policy.load import load_packs
from evenhand.policy.preapproved import Preapproval
from evenhand.quality.held_lists import first_wave_of
from evenhand.quality.rehearsed_change import most_that_may_change, rehearse_change
from evenhand.records.markdown import plain
from evenhand.records.persons import Person
from evenhand.release.manifest import read_manifest
from gates.nights import CODE, Judged, Nights
from made_once import shared_compiled
from night.installation import APPEALS, CREATORS, VIOLATIONS, Installation
from quality.markets import changed, ends_of, feeds_of, rows_of, text_of, together, told

FIRST, NEXT, THIRD = date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7)
LIFT = Proposal(
    action="lift", list="penalties", market="lifted", accounts=("lifted.a3",), measure="account_suspended",
    scope="account", until=date(2026, 3, 8), reason="The strikes are in doubt", author=Person("mai", logged_in=True),
)  # fmt: skip
# In the market `imposed`, until long after the nights, or until the first of them alone.
IMPOSE = LIFT.model_copy(update={"action": "impose", "market": "imposed", "until": date(2026, 3, 12)})
BRIEF, END = IMPOSE.model_copy(update={"until": FIRST}), IMPOSE.model_copy(update={"action": "end"})
OTHER_CODE = CODE | {"sha256": "1" * 64}
# A market for what lands or is decided by people, and one for each way of changing a pack. Of the market `then`, a file
# is another on the night after; from `earth` an account goes to the moon, and one comes from it.
OF_DATA = ("landed", "appealed", "then", "speaking", "lifted", "imposed", "late")
OF_POLICY = (
    *("paused", "agreed", "exceeding", "another", "worded", "appeal", "loosened", "foreseen", "kept", "ended"),
    *("wave", "earth", "moon"),
)
# The one row that is over on the night after, by itself.
OVER = {"a2/copyright_strikes/short_video": ("removed", "time")}
A_BONUS = """
calendars: {months: {day_of_month: 1}}
bonuses:
  selling: {scope: campaign, activity: sale, pays: 10, per: months, budget: 100}
"""
AYU = ("version: 1\n", "version: 1\nchanged_by: ayu\n")
# Who has two strikes is paused for nine days, not for seven.
LONGER = ("days: 7}", "days: 9}")
LOOSER = ("\nprogrammes:", "\nlimits: {usual_spreads: 40}\nprogrammes:")
(ROUTE,) = re.findall(r"(?m)^appeal_route: .*$", text_of("appeal"))
THEIR_APPEAL = (ROUTE, "appeal_route: Pay 50 USD at example.com.")


def of_first_night(market: str) -> str:
    """A market's pack, as it is on the first night."""
    if market in ("lifted", "imposed"):
        suspended = "{measure: account_suspended, scope: account"
        return text_of(market, ("{measure: commission_held, scope: commission", suspended))
    return text_of(market) + (A_BONUS if market == "late" else "")


def sale_of(account: str) -> tuple[str, ...]:
    """What the bonus pays 50 for."""
    return f"s{account}", account, "sale", str(FIRST), "5", "", "", ""


def _by_people(home: Path, night: date, minute: int, proposal: Proposal, account: str = "", ends: str = "") -> str:
    """What people decided on a night, in the order of the minutes; returns its name."""
    whom = {"accounts": (f"{proposal.market}.{account}",)} if account else {}
    wanted = proposal.model_copy(update={**whom, "ends": ends or None})
    at = datetime(night.year, night.month, night.day, 9, minute, tzinfo=UTC)
    return record(home / "emergencies", wanted, Person("lan", logged_in=True), at, night).emergency_id


def strikes(account: str, day: date, count: int = 1) -> list[Sequence[str]]:
    return [
        (f"n{account}.{number}", account, "c" + account[1:], "copyright", f"nb{account}.{number}", str(day))
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six accounts in each market, of which account n has n strikes, released on the first night."""
    home = tmp_path_factory.mktemp("decided")
    markets = [market for market in (*OF_DATA, *OF_POLICY) if market not in ("ended", "moon")]
    # Its second account's pause of seven days ends with the first night.
    early = {"v2.0": "2026-02-26", "v2.1": "2026-02-27"}
    of_ended = [(*each[:5], early.get(each[0], each[5])) for each in VIOLATIONS]
    feeds = together(
        feeds_of(markets),
        feeds_of(["ended"]) | {"violations": rows_of("ended", "violations", of_ended)},
        {
            "creators": rows_of("moon", "creators", CREATORS[:3]),
            "violations": rows_of("moon", "violations", [each for each in VIOLATIONS if each[1] < "a4"]),
            "activities": rows_of("late", "activities", [sale_of("a2"), sale_of("a3")]),
        },
    )
    Installation(home).land(str(FIRST), **feeds)
    (home / "policies").mkdir()
    for market in (*OF_DATA, *OF_POLICY):
        (home / "policies" / f"{market}.yml").write_text(of_first_night(market))
    nights = Nights(home, shared_compiled(), home / "policies")
    nights.release(nights.judge(nights.land(FIRST), FIRST), FIRST)
    return home


def going_on(decided: Path, home: Path) -> Nights:
    """The nights of a copy of what was decided."""
    shutil.copytree(decided, home)
    return Nights(home, shared_compiled(), home / "policies")


@pytest.fixture
def nights(decided: Path, tmp_path: Path) -> Nights:
    """The same, for a test to go on with."""
    return going_on(decided, tmp_path / "home")


def test_the_first_night_is_all_data_and_nothing_is_held(decided: Path) -> None:
    with duckdb.connect(str(decided / "nights" / f"{FIRST}.judged.duckdb"), read_only=True) as connection:
        found = connection.execute("select distinct market, change, cause from gate.changes")
        assert sorted(found.fetchall()) == sorted((market, "added", "data") for market in (*OF_DATA, *OF_POLICY))
    assert read_manifest(decided / "releases" / f"night={FIRST}").held_lists == ()


def test_what_a_changed_pack_does_is_rehearsed_on_tonights_data(nights: Nights) -> None:
    warehouse = nights.home / "nights" / f"{FIRST}.judged.duckdb"
    release = nights.releases / f"night={FIRST}"
    same = rehearse_change(warehouse, release, FIRST, load_packs(nights.policies), {})
    assert same == {}
    pack = nights.policies / "paused.yml"
    pack.write_text(changed(pack.read_text(), LONGER))
    # Who has two strikes is paused for nine days and not seven.
    found = rehearse_change(warehouse, release, FIRST, load_packs(nights.policies), {})
    assert found == {("penalties", "paused"): (1, 0)}
    assert [most_that_may_change(rows) for rows in (0, 1, 9, 10, 100)] == [10, 10, 10, 12, 120]


def test_a_night_on_which_nothing_happens_changes_what_time_changes(nights: Nights) -> None:
    # The warning of 30 days from 1 March ends with 30 March; nothing else is so short but seven days of silence.
    judged = nights.judge(nights.land(date(2026, 3, 31)), date(2026, 3, 31))

    for market in (*OF_DATA, *OF_POLICY):
        found = told(judged, market)
        assert found.changes["a1/copyright_strikes/account"] == ("removed", "time")
        assert {cause for _, cause in found.changes.values()} == {"time"}
    assert judged.held == []


@dataclass(frozen=True)
class OfData:
    """The night after, on which something lands in some markets.

    Attributes:
        tonight: where all of it lies in tonight's folder.
        corrected: where the same night's files of earlier nights aren't what they were.
    """

    tonight: Judged
    corrected: Judged


@pytest.fixture(scope="module")
def of_data(decided: Path, tmp_path_factory: pytest.TempPathFactory) -> OfData:
    nights = going_on(decided, tmp_path_factory.mktemp("of_data") / "home")
    profiles = nights.releases / f"night={FIRST}" / "account_profiles.parquet"
    with duckdb.connect(str(nights.home / "nights" / f"{FIRST}.judged.duckdb"), read_only=True) as connection:
        connection.execute(f"copy (select account_id, language from stg_creators) to '{profiles}' (format parquet)")
    home = Installation(nights.home)
    home.land(
        str(NEXT),
        creators=rows_of("speaking", "creators", [(*each[:3], "de", *each[4:]) for each in CREATORS[2:3]]),
        **feeds_of(("landed", "appealed"), {"violations": strikes("a5", NEXT)}),
        appeals=rows_of("appealed", "appeals", APPEALS),
        activities=rows_of("late", "activities", [sale_of("a1")]),
    )
    nights.load()
    _by_people(nights.home, NEXT, 0, LIFT)
    _imposed_on_the_first_night(nights)
    tonight = nights.judge(nights.land(NEXT), NEXT, "tonight")

    landing = nights.home / "landing"
    (landing / "activities" / f"night={NEXT}" / "day.csv").rename(
        landing / "activities" / f"night={FIRST}" / "late.csv"
    )
    file = landing / "violations" / f"night={FIRST}" / "day.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if ",then.a4," not in line))
    assert len(file.read_text().splitlines()) == len(lines) - 4
    nights.load()
    return OfData(tonight, nights.judge(nights.land(NEXT), NEXT, "corrected"))


def _imposed_on_the_first_night(nights: Nights) -> None:
    """On a1 one was ended, on a2 the measure was lifted; what was imposed besides, or since, was over with that night.

    On a3 one is ended on the night after.
    """
    ended = [_by_people(nights.home, FIRST, 0, IMPOSE, account) for account in ("a1", "a3")]
    _by_people(nights.home, FIRST, 1, END, "a1", ends=ended[0])
    _by_people(nights.home, FIRST, 0, IMPOSE.model_copy(update={"action": "lift"}), "a2")
    shown = {"a1": _by_people(nights.home, FIRST, 2, BRIEF, "a1"), "a2": _by_people(nights.home, FIRST, 2, BRIEF, "a2")}
    _by_people(nights.home, NEXT, 0, END, "a3", ends=ended[1])
    for account, name in (shown | {"a3": ended[1]}).items():
        own = (
            f"'imposed.{account}/emergency/account' as row_key, 'imposed.{account}' as account_id,"
            f" 'emergency' as programme, '{account}' as reason_id, 'imposed' as market, 'account' as scope"
        )
        for table, besides in (
            ("penalties", "'account_suspended' as measure"),
            ("reasons", f"'account_suspended' as measure, 'emergency {name}: They cheat' as condition"),
        ):
            file = nights.releases / f"night={FIRST}" / f"{table}.parquet"
            with duckdb.connect() as connection:
                connection.execute(f"create table released as from '{file}'")
                connection.execute(
                    f"insert into released select * replace ({own}, {besides}) from released"
                    " where row_key = 'imposed.a2/copyright_strikes/campaign'"
                )
                connection.execute(f"copy released to '{file}' (format parquet)")


def test_what_landed_is_data(of_data: OfData) -> None:
    found = told(of_data.tonight, "landed")

    assert found.causes == {"a5": {"data"}}
    assert found.changes["a5/copyright_strikes/account"] == ("added", "data")


def test_a_granted_appeal_is_a_correction(of_data: OfData) -> None:
    found = told(of_data.tonight, "appealed")

    assert found.causes == {"a1": {"correction"}, "a5": {"data"}}
    assert found.changes["a1/copyright_strikes/account"] == ("removed", "correction")


def test_another_language_of_an_account_is_data_and_holds_nothing(of_data: OfData) -> None:
    found = told(of_data.tonight, "speaking")

    assert found.causes == {"a3": {"data"}}
    assert found.held == []


def test_what_people_lift_is_emergency_also_where_a_milder_measure_shows(of_data: OfData) -> None:
    found = told(of_data.tonight, "lifted")

    assert found.changes == {"a3/copyright_strikes/account": ("changed", "emergency")}
    assert found.held == []


def test_what_people_ended_or_lifted_is_emergency_and_what_was_over_beside_it_is_time(of_data: OfData) -> None:
    found = told(of_data.tonight, "imposed")

    assert found.changes == {
        "a1/emergency/account": ("removed", "time"),
        "a2/emergency/account": ("removed", "time"),
        "a3/emergency/account": ("removed", "emergency"),
    }
    assert found.held == []


def test_a_file_of_then_that_is_another_now_is_a_correction(of_data: OfData) -> None:
    assert told(of_data.tonight, "then").changes == {}
    found = told(of_data.corrected, "then")

    assert found.causes == {"a4": {"correction"}}
    assert {change for change, _ in found.changes.values()} == {"removed"}


def test_a_late_file_that_takes_money_from_who_was_paid_is_held_and_in_tonights_folder_takes_none(
    of_data: OfData,
) -> None:
    """Of a budget of 100, a2 and a3 were paid 50 each on the first night; a1's sale of that day lands late."""
    tonight = told(of_data.tonight, "late")

    assert (tonight.causes, tonight.held) == ({}, [])

    (held,) = told(of_data.corrected, "late").held
    assert held.list == "rewards"
    assert held.why[0].startswith(
        f"activities/night={FIRST}/late.csv landed late in the folder of an earlier night, and takes 50 of"
        " selling from 1 account paid before"
    )


def test_what_lands_tonight_is_data_also_where_files_of_then_are_others_and_nothing_else_is_held(
    of_data: OfData,
) -> None:
    assert of_data.tonight.held == []
    for market in ("landed", "appealed", "speaking"):
        assert told(of_data.corrected, market).changes == told(of_data.tonight, market).changes
    assert [each.market for each in of_data.corrected.held if each.list == "rewards"] == ["late"]


@dataclass(frozen=True)
class OfPolicy:
    """The night after, by packs that are otherwise in some markets, and what comes of what is said to it.

    Attributes:
        first: what was released on the first night.
        judged: the night after.
        released: that night's release, by what is said to all that is held.
        third: the night after that, where nothing was said.
        approved: the same, where all was approved.
        third_released: what was released of the third, where nothing was said on the second and all was approved then.
    """

    first: Path
    judged: Judged
    released: dict[str, Path]
    third: Judged
    approved: Judged
    third_released: Path


@pytest.fixture(scope="module")
def of_policy(decided: Path, tmp_path_factory: pytest.TempPathFactory) -> OfPolicy:
    folder = tmp_path_factory.mktemp("of_policy")
    nights = going_on(decided, folder / "home")
    changes = {
        **dict.fromkeys(("paused", "agreed", "exceeding", "kept", "ended", "wave"), (LONGER, AYU)),
        "another": (LONGER,),
        "worded": (("pack: ", "# Said otherwise.\npack: "),),
        "appeal": (AYU, THEIR_APPEAL),
        **dict.fromkeys(("loosened", "foreseen"), (AYU, LOOSER)),
        "moon": (("scope: campaign, days: 90", "scope: campaign, days: 80"),),
    }
    for market, of_market in changes.items():
        pack = nights.policies / f"{market}.yml"
        pack.write_text(changed(pack.read_text(), *of_market))
    texts = {each.pack.pack: each.sha256 for each in load_packs(nights.policies)}
    texts["another"] = "0" * 64
    preapproved = [
        Preapproval(what=pack, pack=pack, text=texts[pack], changed_by="ayu", approved_by="budi", at_most=at_most)
        for pack, at_most in {"agreed": 100, "exceeding": 0, "another": 100, "foreseen": 0}.items()
    ]
    moved = [("earth.a2", "moon", *CREATORS[0][2:]), ("moon.a2", "earth", *CREATORS[0][2:])]
    new = {"paused": strikes("a5", NEXT), "wave": [*strikes("a5", NEXT), *strikes("a6", NEXT)]}
    Installation(nights.home).land(
        str(NEXT),
        creators=moved,
        violations=[row for market, rows in new.items() for row in rows_of(market, "violations", rows)],
    )
    nights = Nights(nights.home, shared_compiled(), nights.policies)
    judged = nights.judge(nights.land(NEXT), NEXT, preapproved=preapproved)
    released, third = {}, {}
    for said in ("first_wave", "", "approved"):
        nights.release(judged, NEXT, said)
        released[said] = Path(shutil.copytree(nights.releases / f"night={NEXT}", folder / f"said {said}"))
        if said != "first_wave":
            third[said] = nights.judge(nights.land(THIRD), THIRD, f"after {said}", preapproved=preapproved)
        if said == "":
            nights.release(third[said], THIRD, "approved")
            third_released = Path(shutil.copytree(nights.releases / f"night={THIRD}", folder / "third"))
            shutil.rmtree(nights.releases / f"night={THIRD}")
    first = nights.releases / f"night={FIRST}"
    return OfPolicy(first, judged, released, third[""], third["approved"], third_released)


def test_who_moves_while_a_list_is_held_keeps_what_it_had_and_then_the_cause_is_the_move(of_policy: OfPolicy) -> None:
    """The earth's a2 goes to the moon, whose changed pack holds its penalties, and the moon's comes from it."""
    markets = ("earth", "moon")
    before = ends_of(of_policy.first / "penalties.parquet", *markets)
    judged = of_policy.judged

    assert [(each.list, each.market) for each in judged.held if each.market in markets] == [("penalties", "moon")]
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select account_id, market, change, cause, count(*) from gate.changes"
            " where account_id in ('earth.a2', 'moon.a2') group by all order by all"
        ).fetchall()
        sizes = connection.execute(
            "select market, sum(added), sum(removed) from gate.list_sizes where list = 'penalties'"
            " and market in ('earth', 'moon') group by all order by all"
        ).fetchall()
    assert found == [
        ("earth.a2", "earth", "removed", "move", 3),
        ("earth.a2", "moon", "added", "move", 3),
        ("moon.a2", "earth", "added", "move", 3),
        ("moon.a2", "moon", "removed", "move", 3),
    ]
    assert sizes == [("earth", 3, 3), ("moon", 3, 3)]
    assert ends_of(of_policy.released[""] / "penalties.parquet", *markets) == before

    with duckdb.connect(str(of_policy.third.warehouse), read_only=True) as connection:
        of_who_comes = "select distinct cause from gate.changes where account_id = 'moon.a2'"
        assert connection.execute(of_who_comes).fetchall() == [("move",)]
    with duckdb.connect() as connection:
        file = of_policy.third_released / "penalties.parquet"
        of_who_moved = connection.execute(
            f"select account_id, market, count(*) from '{file}' where account_id in ('earth.a2', 'moon.a2')"
            " group by all order by all"
        ).fetchall()
    assert of_who_moved == [("earth.a2", "moon", 3), ("moon.a2", "earth", 3)]
    assert ends_of(file, *markets).keys() == before.keys()


def test_a_changed_pack_is_policy_and_held_and_what_landed_is_still_data(of_policy: OfPolicy) -> None:
    found = told(of_policy.judged, "paused")

    assert found.causes["a2"] == {"policy"}
    assert found.causes["a5"] == {"data"}
    # No rule of the market brings a reward: other rules hold the penalties alone.
    (held,) = found.held
    assert (held.list, held.market, held.since, held.changes > 0) == ("penalties", "paused", FIRST, True)
    assert held.by_policy and held.changed_by == ("ayu",)


@pytest.mark.parametrize(("market", "is_held"), [("agreed", False), ("exceeding", True)])
def test_an_announced_change_of_policy_isnt_held_up_to_what_was_approved(
    of_policy: OfPolicy, market: str, is_held: bool
) -> None:
    found = told(of_policy.judged, market)

    assert "policy" in {cause for _, cause in found.changes.values()}
    assert bool(found.held) is is_held


def test_another_text_isnt_what_was_announced(of_policy: OfPolicy) -> None:
    assert told(of_policy.judged, "another").is_held("penalties")


def test_a_pack_whose_words_alone_changed_changes_nothing(of_policy: OfPolicy) -> None:
    assert told(of_policy.judged, "worded").changes == {}


def with_other_models(nights: Nights, *names: str, of: str = "account_id") -> None:
    """As if the last release had been decided by models that gave no penalties to these accounts, or not these."""
    file = nights.releases / f"night={FIRST}" / "models.parquet"
    others = " and ".join(f"{of} <> '{name}'" for name in names)
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{file}'")
        connection.execute("update models set sql = sql || ? where name = 'penalties'", [f" where {others}"])
        connection.execute(f"copy models to '{file}' (format parquet)")
        penalties = file.with_name("penalties.parquet")
        connection.execute(f"create table penalties as from '{penalties}' where {others}")
        connection.execute(f"copy penalties to '{penalties}' (format parquet)")


@pytest.fixture(scope="module")
def of_code(decided: Path, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The night after, by other models than then in the markets landed and paused, whose pack is another, too.

    In the market then, gate 1 accepted what it wouldn't today.
    """
    nights = going_on(decided, tmp_path_factory.mktemp("of_code") / "home")
    with_other_models(nights, "landed.a2", "paused.a2")
    penalties = nights.releases / f"night={FIRST}" / "penalties.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table penalties as from '{penalties}'")
        connection.execute(
            "insert into penalties"
            " select * replace ('then.a6/copyright_strikes/account' as row_key, 'then.a6' as account_id)"
            " from penalties where row_key = 'then.a2/copyright_strikes/campaign'"
        )
        connection.execute(f"copy penalties to '{penalties}' (format parquet)")
    pack = nights.policies / "paused.yml"
    pack.write_text(changed(pack.read_text(), LONGER))
    return nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE, policies=nights.policies)


def test_changed_models_are_code_and_held(of_code: Judged) -> None:
    found = told(of_code, "landed")

    assert found.causes == {"a2": {"code"}}
    assert found.is_held("penalties")
    assert not found.held[0].by_policy


def test_changed_models_that_were_announced_arent_held(nights: Nights) -> None:
    with_other_models(nights, "landed.a2")
    preapproved = Preapproval(
        what="the second account, too", code="1" * 64, changed_by="chi", approved_by="budi", at_most=3
    )

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE, preapproved=[preapproved])

    assert judged.causes == {"code": 3, "time": 1} and told(judged, "landed").causes == {"a2": {"code"}}
    assert judged.held == []


def test_models_and_a_pack_that_changed_at_once_are_told_apart(of_code: Judged) -> None:
    found = told(of_code, "paused").changes

    assert found["a2/copyright_strikes/campaign"] == ("added", "code")
    assert found["a2/copyright_strikes/short_video"] == ("added", "policy")


def test_whose_code_changes_a_row_that_a_pack_changes_too_is_looked_for(of_code: Judged, tmp_path: Path) -> None:
    warehouse = shutil.copy(of_code.warehouse, tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        # Of the list no row is left that code alone changes.
        connection.execute("delete from gate.changes where cause = 'code'")
        assert set(by_code(connection)) >= {("penalties", "paused")}
        assert ("penalties", "earth") not in by_code(connection)


def test_a_row_that_an_approved_pack_changes_waits_for_the_code_that_changes_it_too(nights: Nights) -> None:
    # Models of before gave no pause, which is for two strikes, and tonight's pack has it last for nine days.
    paused = [f"{market}.a2/copyright_strikes/short_video" for market in ("paused", "agreed")]
    with_other_models(nights, *paused, of="row_key")
    for market in ("paused", "agreed"):
        pack = nights.policies / f"{market}.yml"
        pack.write_text(changed(pack.read_text(), LONGER, AYU))
    texts = {each.pack.pack: each.sha256 for each in load_packs(nights.policies)}
    of_packs = [
        Preapproval(what=name, pack=name, text=texts[name], changed_by="ayu", approved_by="budi", at_most=10)
        for name in ("paused", "agreed")
    ]

    judged = nights.judge(nights.land(NEXT), NEXT, policies=nights.policies, code=OTHER_CODE, preapproved=of_packs)

    for market in ("paused", "agreed"):
        found = told(judged, market)
        assert found.changes == {"a2/copyright_strikes/short_video": ("added", "policy")}
        assert [each.list for each in found.held] == ["penalties"]
        assert found.held[0].why == (
            "1 row changes because the code changed, and none were approved; this breaks the rule:"
            " rows that changed code changes were approved beforehand",
        )


def test_changed_code_that_decides_as_before_holds_nothing(of_code: Judged) -> None:
    assert told(of_code, "earth").changes == {}
    assert {each.market for each in of_code.held} == {"landed", "paused", "then"}


def test_code_that_would_have_decided_otherwise_last_night_is_code_though_the_models_are_the_same(
    of_code: Judged,
) -> None:
    found = told(of_code, "then")

    assert found.causes == {"a6": {"code"}}
    assert found.is_held("penalties")


def _release_other_model(nights: Nights, name: str, sql: str) -> None:
    file = nights.releases / f"night={FIRST}" / "models.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{file}'")
        connection.execute("update models set sql = ? where name = ?", [sql, name])
        connection.execute(f"copy models to '{file}' (format parquet)")


def test_a_release_whose_models_dont_know_tonights_data_holds_everything_that_changes(nights: Nights) -> None:
    _release_other_model(nights, "stg_creators", "select gone from accepted.creators")
    Installation(nights.home).land(str(NEXT), violations=rows_of("landed", "violations", strikes("a5", NEXT)))
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert told(judged, "landed").causes == {"a5": {"code"}}
    assert set(judged.causes) == {"code"} and told(judged, "ended").changes.keys() == OVER.keys()
    assert {(each.list, each.market) for each in judged.held} == {("penalties", "landed"), ("penalties", "ended")}


def test_where_the_disk_cant_be_read_the_models_of_then_arent_blamed(nights: Nights) -> None:
    _release_other_model(nights, "stg_creators", f"from read_parquet('{nights.home}/gone.parquet')")

    with pytest.raises(duckdb.IOException):
        nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)


def test_words_that_a_pack_changed_are_a_text_which_is_shown_and_held_and_what_is_kept_keeps_its_words(
    of_policy: OfPolicy,
) -> None:
    before = words(of_policy.first, "appeal")
    found = told(of_policy.judged, "appeal")

    assert set(found.changes.values()) == {("changed", "text")}
    (held,) = found.held
    assert (held.changes, held.by_policy, held.changed_by) == (len(before), True, ("ayu",))
    assert any(
        why.startswith(f"{len(before)} rows change, in words alone, because the policy changed") for why in held.why
    )
    with duckdb.connect(str(of_policy.judged.warehouse), read_only=True) as connection:
        said = body(connection, held, NEXT, SPEAKS)
    assert f"| {plain('Pay 50 USD at example.com.')} | {len(before)} |" in said
    assert f"| appeal | {plain('appeal_route')} |" in said
    assert "| appeal | explanation |" in said

    assert words(of_policy.released[""], "appeal") == before
    assert all(
        text.endswith("Pay 50 USD at example.com.") for text in words(of_policy.released["approved"], "appeal").values()
    )


def test_words_of_code_that_were_approved_dont_bring_those_of_a_pack_along(nights: Nights) -> None:
    models = nights.releases / f"night={FIRST}" / "models.parquet"
    reasons = models.with_name("reasons.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{models}'")
        connection.execute("update models set sql = replace(sql, '. This brings ', '. That brings ')")
        connection.execute(f"copy models to '{models}' (format parquet)")
        connection.execute(f"create table reasons as from '{reasons}'")
        connection.execute("update reasons set explanation = replace(explanation, '. This brings ', '. That brings ')")
        connection.execute(f"copy reasons to '{reasons}' (format parquet)")
    preapproved = Preapproval(what="that", code="1" * 64, changed_by="chi", approved_by="budi", at_most=100)
    pack = nights.policies / "appeal.yml"
    pack.write_text(changed(pack.read_text(), AYU, THEIR_APPEAL))

    judged = nights.judge(nights.land(NEXT), NEXT, policies=nights.policies, code=OTHER_CODE, preapproved=[preapproved])

    for market in {*OF_DATA, *OF_POLICY} - {"appeal", "ended"}:
        assert set(told(judged, market).changes.values()) == {("changed", "text")}
    assert [(each.list, each.market) for each in judged.held] == [("penalties", "appeal")]


def test_a_release_that_doesnt_say_what_it_was_compared_by_is_compared_as_then_and_that_is_said(nights: Nights) -> None:
    manifest = nights.releases / f"night={FIRST}" / "manifest.json"
    manifest.write_text(read_manifest(manifest.parent).model_copy(update={"compared": ()}).text())
    models, reasons = manifest.with_name("models.parquet"), manifest.with_name("reasons.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{models}' where name <> 'reasons'")
        connection.execute(f"copy models to '{models}' (format parquet)")
        connection.execute(f"create table reasons as select * replace ('1 strikes' as explanation) from '{reasons}'")
        connection.execute(f"copy reasons to '{reasons}' (format parquet)")

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert judged.causes == {"time": 1} and told(judged, "ended").changes == OVER
    assert judged.held == []
    (said,) = judged.not_compared
    assert said.startswith(f"Not compared with the release of {FIRST}, which an earlier version made: appeal_route, ")


def test_limits_that_were_loosened_hold_the_lists_before_they_let_anything_pass(of_policy: OfPolicy) -> None:
    # Of the same, approved beforehand, nothing is held.
    assert told(of_policy.judged, "foreseen").held == []
    found = told(of_policy.judged, "loosened")

    assert found.changes == {}
    assert [(held.list, held.by_policy, held.changed_by) for held in found.held] == [
        ("penalties", True, ("ayu",)),
    ]
    said, effect = found.held[0].why
    assert said.startswith("loosened: limits: usual_spreads was ")
    assert "and is 40" in said
    assert effect.startswith("Decided with them, no row of penalties would be otherwise tonight")
    # What nobody has approved loosens nothing on the night after, either.
    assert told(of_policy.third, "loosened").is_held("penalties")
    with duckdb.connect(str(of_policy.third.warehouse), read_only=True) as connection:
        loosened = "select max(usual_spreads) from gate.limits where market = 'loosened'"
        assert connection.execute(loosened).fetchall() == [(4,)]
    assert told(of_policy.approved, "loosened").held == []


def test_what_was_held_stays_held_until_somebody_approves_it_and_is_measured_from_what_it_keeps(
    of_policy: OfPolicy,
) -> None:
    still = told(of_policy.third, "kept")

    # By the night before alone nothing would have changed: its packs are tonight's.
    assert still.causes["a2"] == {"policy"}
    (held,) = still.held
    assert any("held on 2026-03-06, and nobody has approved it" in why for why in held.why)
    assert held.since == FIRST

    approved = told(of_policy.approved, "kept")
    assert "a2" not in approved.causes
    assert of_policy.approved.held == []


def test_a_held_list_keeps_its_rows_but_for_those_that_end(of_policy: OfPolicy) -> None:
    # The pause of seven days from 27 February is over, and one of nine wouldn't be.
    assert told(of_policy.judged, "ended").is_held("penalties")
    before = ends_of(of_policy.first / "penalties.parquet", "ended")

    kept = ends_of(of_policy.released[""] / "penalties.parquet", "ended")

    assert kept == {row: end for row, end in before.items() if end is None or end >= NEXT}
    assert "ended.a2/copyright_strikes/short_video" in before.keys() - kept.keys()


def test_a_first_wave_is_some_of_what_would_change(of_policy: OfPolicy) -> None:
    before = ends_of(of_policy.first / "penalties.parquet", "wave")
    after = ends_of(of_policy.released["approved"] / "penalties.parquet", "wave")
    changed = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}

    wave = ends_of(of_policy.released["first_wave"] / "penalties.parquet", "wave")

    different = {row for row in before.keys() | wave.keys() if before.get(row) != wave.get(row)}
    assert len(different) == first_wave_of(len(changed)) == 1
    assert different < changed
    assert all(wave[row] == after[row] for row in different)


@pytest.mark.parametrize(
    ("changes", "wave"), [(1, 1), (99, 1), (100, 1), (250, 2), (4_999, 49), (5_000, 50), (10**6, 50)]
)
def test_a_first_wave_is_one_percent_and_at_most_fifty(changes: int, wave: int) -> None:
    assert first_wave_of(changes) == wave


def words(release: Path, market: str) -> dict[str, str]:
    """Row key of a penalty of a market to its explanation."""
    with duckdb.connect() as connection:
        return dict(
            connection.execute(
                f"select row_key, explanation from '{release}/penalties.parquet' join"
                f" '{release}/reasons.parquet' using (row_key, reason_id) where penalties.market = ?",
                [market],
            ).fetchall()
        )
