"""Proposing an emergency: whom it meets, and what is refused, before anybody is asked to approve it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.emergency.emergency import EmergencyRefused
from evenhand.emergency.ending import propose_end, propose_end_of
from evenhand.emergency.propose import Proposed, propose
from evenhand.emergency.record import record
from evenhand.emergency.wish import Wish
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.policy.load import load_packs
from evenhand.records.persons import Person
from evenhand.settings import PROJECT

MAI = Person("mai", logged_in=True)
PACKS = load_packs(PROJECT / "policies")
WISH = Wish("impose", "SG", "no_live", "live", date(2026, 3, 7), "Fake prizes in lives", ("S-1",))
SEGMENT = replace(WISH, accounts=())
PROFILES = """
    select * from (values
        ('S-1', 'SG', 'creator', 'pilot'), ('S-2', 'SG', 'creator', 'restricted'), ('S-3', 'SG', 'affiliate', 'pilot'),
        ('I-1', 'ID', 'creator', 'pilot'), ('I-\u00e9', 'ID', 'creator', 'pilot')
    ) as profile (account_id, market, kind, stage)
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a proposal looks at."""
    folder = tmp_path_factory.mktemp("releases") / "night=2026-03-05"
    folder.mkdir()
    with duckdb.connect() as connection:
        for name, rows in {
            "account_profiles": PROFILES,
            "standings": "select 'S-2' as account_id, 'account_health' as programme, 'limited' as zone"
            " union all select 'I-1', 'account_health', 'limited'",
            "penalties": "select 'S-2' as account_id, 'no_live' as measure, 'live' as scope,"
            " 'account_health' as programme, date '2026-03-20' as ends_on"
            " union all select 'S-2', 'no_live', 'live', 'emergency', date '2026-03-09'"
            " union all select 'S-1', 'warning', 'account', 'account_health', null",
            "rewards": "select 'S-1' as account_id, 'campaign_access' as reward, 'campaign' as scope,"
            " 'campaigns' as programme, cast(null as date) as ends_on",
        }.items():
            connection.execute(f"copy ({rows}) to '{folder / name}.parquet'")
    return folder


def test_accounts_are_met_as_they_are_named(release: Path) -> None:
    proposed = _propose(replace(WISH, accounts=("S-2", " S-1", "S-2")), release)

    assert proposed.proposal.accounts == ("S-1", "S-2")
    assert (proposed.proposal.list, proposed.night, proposed.have_it) == ("penalties", date(2026, 3, 5), 1)
    assert _told(proposed).split("\n\n") == [
        "**mai** asks for No live streaming (Live streams) to be imposed in SG, on **2 accounts**, of which 1 has it"
        " now.",
        "From the night 2026-03-05, or the newest that is released by then, until **2026-03-07**.",
        "The accounts are told: “Fake prizes in lives”",
        "That is 66.7 % of the 3 accounts of SG, of which 1 has it as usual: who is met is 1 × Creator, Pilot; 1 ×"
        " Creator, Restricted.",
        "They are `S-1`, `S-2`.",
    ]
    # As macOS spells it, and so some feeds: a release has it composed.
    apart = _propose(replace(WISH, market="ID", accounts=("I-e\u0301",)), release)
    assert apart.proposal.accounts == ("I-\u00e9",)


@pytest.mark.parametrize(
    ("segment", "accounts"),
    [
        ({"kind": "creator"}, ("S-1", "S-2")),
        ({"stage": "pilot"}, ("S-1", "S-3")),
        ({"kind": "creator", "stage": "pilot"}, ("S-1",)),
        ({"programme": "account_health", "zone": "limited"}, ("S-2",)),
    ],
)
def test_a_segment_is_resolved_to_the_accounts_of_the_market(
    release: Path, segment: dict[str, str], accounts: tuple[str, ...]
) -> None:
    assert _propose(replace(SEGMENT, **segment), release).proposal.accounts == accounts  # type: ignore[arg-type]


def test_a_lift_says_which_measures_of_policies_it_lifts_too(release: Path) -> None:
    lift = _propose(replace(WISH, action="lift", accounts=("S-1", "S-2")), release)
    assert lift.usual == (("account_health", date(2026, 3, 20), 1),)
    assert (
        "**It lifts what policies brought, too**, until 2026-03-07: 1 account, Account health until 2026-03-20. What"
        " hasn't ended by then is in force again."
    ) in _told(lift)
    assert "too" not in _told(_propose(replace(WISH, action="lift"), release))
    assert "too" not in _told(_propose(replace(WISH, accounts=("S-2",)), release))


def test_one_is_ended_alone_by_its_name_and_what_policies_brought_stays(release: Path, tmp_path: Path) -> None:
    accounts = ("S-1", "S-2")
    proposed = _propose(replace(WISH, accounts=accounts), release).proposal
    at, lan, night = datetime(2026, 3, 5, 9, tzinfo=UTC), Person("lan", logged_in=True), date(2026, 3, 5)
    imposed = record(tmp_path, proposed, lan, at, night).emergency_id

    form = replace(SEGMENT, action="lift", reason="It was somebody else")
    end = propose_end_of(imposed, form, MAI, tmp_path, release)

    assert (end.proposal.action, end.proposal.ends, end.proposal.accounts) == ("end", imposed, accounts)
    assert (end.proposal.measure, end.proposal.until, end.have_it) == ("no_live", date(2026, 3, 7), 1)
    told = _told(end)
    assert "asks for No live streaming (Live streams) to be ended in SG, on **2 accounts**, of which 1 has it" in told
    assert f"It ends `{imposed}` alone, which was until 2026-03-07: from the night 2026-03-05 on" in told
    assert "What policies brought stays: 1 account, Account health until 2026-03-20." in told

    for wrong, said in (
        ({"action": "impose"}, f"{imposed} is no_live on live in SG until 2026-03-07; write these and lift"),
        ({"until": date(2026, 3, 6)}, f"{imposed} is no_live on live in SG until 2026-03-07; write these and lift"),
        ({"accounts": ("S-1",)}, "ends for all its accounts; write no accounts"),
        ({"reason": " "}, "a reason is missing; write why it ends"),
        ({"reason": "Not S-1"}, "the reason names account S-1"),
    ):
        with pytest.raises(EmergencyRefused, match=said):
            propose_end_of(imposed, replace(form, **wrong), MAI, tmp_path, release)
    ending = record(tmp_path, end.proposal, lan, at + timedelta(hours=1), night)
    for name, said in (
        (imposed[:-1], f"there is no emergency '{imposed[:-1]}'; is {imposed} meant"),
        ("x", "there is no emergency 'x'; evenhand emergencies lists"),
        (imposed, f"is ended already, since 2026-03-05, by {ending.emergency_id}"),
        (ending.emergency_id, "imposed nothing: no_live on live ended on 2 accounts in SG"),
    ):
        with pytest.raises(EmergencyRefused, match=said):
            propose_end(name, "It was somebody else", MAI, tmp_path, release)
    with pytest.raises(EmergencyRefused, match="was over on 2026-03-07, so that there is nothing to end"):
        record(tmp_path, end.proposal, lan, at + timedelta(days=4), date(2026, 3, 8))


def test_a_reward_can_be_given_and_taken(release: Path) -> None:
    wish = replace(WISH, action="lift", measure="campaign_access", scope="campaign")
    proposed = _propose(wish, release)
    assert (proposed.proposal.list, proposed.have_it) == ("rewards", 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"market": "XX"}, "no pack judges market 'XX'; write one of BR, ID,"),
        ({"measure": "no_life"}, "has no 'no_life' on 'live'; it has .* Is no_live on live meant"),
        ({"scope": "account"}, "the pack creators_sg of SG has no 'no_live' on 'account'"),
        (
            {"measure": "welcome_bonus", "scope": "account"},
            "has no 'welcome_bonus' .* A bonus that was paid stays paid",
        ),
        (
            {"until": date(2026, 3, 4)},
            "until is 2026-03-04; write a day that isn't before the newest night, 2026-03-05",
        ),
        ({"accounts": ("S-1", "I-1", "S-9")}, "I-1, S-9: 2 accounts are not known in SG"),
        ({"accounts": ("S-1",), "kind": "creator"}, "write accounts, or a segment .kind., and not both"),
        ({"accounts": ()}, "for all of SG is no emergency but a policy"),
        ({"accounts": (), "stage": "exited"}, "no account in SG is in the segment .stage exited."),
        ({"accounts": (), "zone": "limited"}, "needs both the programme and the zone"),
        ({"reason": " "}, "something is missing or too long: reason"),
        ({"reason": "x" * 501}, "something is missing or too long: reason"),
        ({"reason": "See what s-1 did"}, "the reason names account S-1, and is told and published"),
        ({"reason": "See what s\u200b-1 did"}, "the reason names account S-1, and is told and published"),
        ({"reason": "See what s\u200d-1 did"}, "the reason names account S-1, and is told and published"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(release: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(EmergencyRefused, match=said):
        _propose(replace(WISH, **change), release)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("in_market", "met", "needs"), [(5000, 50, 1), (5000, 51, 2), (10000, 100, 1), (10000, 101, 2), (60, 60, 2)]
)
def test_more_than_fifty_accounts_and_a_hundredth_of_a_market_need_a_third_person(
    release: Path, tmp_path: Path, in_market: int, met: int, needs: int
) -> None:
    many = tmp_path / "night=2026-03-05"
    many.mkdir()
    for path in release.iterdir():
        (many / path.name).write_bytes(path.read_bytes())
    with duckdb.connect() as connection:
        rows = (
            "select printf('S-%05d', n) as account_id, 'SG' as market, 'creator' as kind,"
            f" if(n < {met}, 'met', 'not') as stage from range({in_market}) as r(n)"
        )
        connection.execute(f"copy ({rows}) to '{many}/account_profiles.parquet'")
        # Who has it already is met as well.
        has = (
            f"select printf('S-%05d', n) as account_id, 'no_live' as measure, 'live' as scope from range({met}) as r(n)"
        )
        connection.execute(f"copy ({has}) to '{many}/penalties.parquet'")
    proposed = _propose(replace(SEGMENT, stage="met"), many)
    assert (len(proposed.proposal.accounts), proposed.proposal.needs, proposed.have_it) == (met, needs, met)
    assert ("A third person has to approve it too" in _told(proposed)) == (needs == 2)


def test_an_emergency_ends_within_thirty_days(release: Path) -> None:
    assert _propose(replace(WISH, until=date(2026, 4, 4)), release).proposal.until == date(2026, 4, 4)
    with pytest.raises(EmergencyRefused, match=r"ends within 30 days, by 2026-04-04 at the latest"):
        _propose(replace(WISH, until=date(2026, 4, 5)), release)


def test_of_many_accounts_the_first_are_shown(release: Path, tmp_path: Path) -> None:
    many = tmp_path / "night=2026-03-05"
    many.mkdir()
    for path in release.iterdir():
        (many / path.name).write_bytes(path.read_bytes())
    with duckdb.connect() as connection:
        rows = "select printf('S-%04d', n) as account_id, 'SG' as market, 'creator' as kind, 'pilot' as stage"
        connection.execute(f"copy ({rows} from range(1500) as r(n)) to '{many}/account_profiles.parquet'")

    told = _told(_propose(replace(SEGMENT, kind="creator"), many))

    assert "on **1,500 accounts**" in told
    assert told.endswith("`S-0018`, `S-0019` and 1,480 more.")


def _told(proposed: Proposed) -> str:
    return proposed.told(Names(Labels(load_catalogs(PROJECT / "translations"))).of)


def _propose(wish: Wish, release: Path) -> Proposed:
    return propose(wish, MAI, PACKS, release)
