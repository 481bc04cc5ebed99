"""Emergencies are recorded once, by two people, and never changed."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.emergency.emergency import EmergencyRefused, Proposal
from evenhand.emergency.load import load_emergencies
from evenhand.emergency.record import EmergencyBroken, known, record
from evenhand.records.persons import Person, PersonRefused

NIGHT = date(2026, 3, 5)
AT = datetime(2026, 3, 6, 9, 15, 30, tzinfo=UTC)
LAN = Person("lan", logged_in=True)
PROPOSAL = Proposal(
    action="impose",
    list="penalties",
    market="SG",
    accounts=("a2", "a1"),
    measure="no_live",
    scope="live",
    until=date(2026, 3, 7),
    reason=" Fake prizes\n in lives ",
    author=Person("mai", logged_in=True),
)


def test_what_is_recorded_says_everything_and_is_read_back(tmp_path: Path) -> None:
    emergency = record(tmp_path, PROPOSAL, LAN, AT, NIGHT)

    assert emergency.emergency_id.startswith("2026-03-06T09-15-30Z-impose-")
    assert emergency.reason == "Fake prizes in lives"
    assert (emergency.author.name, emergency.approved_by, emergency.first_night) == ("mai", LAN, NIGHT)
    (path,) = tmp_path.iterdir()
    assert path.name == f"{emergency.emergency_id}.json"
    assert path.stat().st_mode & 0o777 == 0o400
    assert [each.emergency for each in known(tmp_path, NIGHT)] == [emergency]


def test_one_that_meets_many_needs_a_third_person_who_is_neither_of_the_others(tmp_path: Path) -> None:
    many = PROPOSAL.model_copy(update={"needs": 2})
    with pytest.raises(EmergencyRefused, match="so that a third person has to approve it too"):
        record(tmp_path, many, LAN, AT, NIGHT)
    for third in (LAN, Person("Mai", logged_in=True)):
        with pytest.raises(PersonRefused, match="can't approve it too"):
            record(tmp_path, many, LAN, AT, NIGHT, third)
    assert not list(tmp_path.iterdir())
    emergency = record(tmp_path, many, LAN, AT, NIGHT, Person("chi", logged_in=False))
    assert emergency.approved == "lan and chi (by their own word)"
    assert [each.emergency for each in known(tmp_path, NIGHT)] == [emergency]


def test_a_longer_one_than_thirty_days_is_refused_and_not_shortened(tmp_path: Path) -> None:
    with pytest.raises(EmergencyRefused, match="an emergency ends within 30 days, by 2026-04-04"):
        record(tmp_path, PROPOSAL.model_copy(update={"until": date(2026, 4, 5)}), LAN, AT, NIGHT)
    # One that an earlier version recorded for longer is what it was.
    longer = record(tmp_path, PROPOSAL, LAN, AT, NIGHT)
    path = tmp_path / f"{longer.emergency_id}.json"
    path.chmod(0o600)
    path.write_text(path.read_text().replace("2026-03-07", "2027-03-07"))
    assert [each.emergency.until for each in known(tmp_path, NIGHT)] == [date(2027, 3, 7)]


def test_the_same_approval_again_changes_nothing(tmp_path: Path) -> None:
    first = record(tmp_path, PROPOSAL, LAN, AT, NIGHT)
    (before,) = known(tmp_path, NIGHT)

    # A task that is cleared some nights later.
    assert record(tmp_path, PROPOSAL, LAN, AT, NIGHT + timedelta(days=1)) == first
    assert known(tmp_path, NIGHT) == [before]


def test_many_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        recorded = pool.starmap(record, [(tmp_path, PROPOSAL, LAN, AT, NIGHT)] * 8)

    assert len({each.emergency_id for each in recorded}) == 1
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]


def test_the_author_is_no_second_person(tmp_path: Path) -> None:
    with pytest.raises(
        PersonRefused, match="MAI asked for no_live on live to be imposed in SG and can't approve it too"
    ):
        record(tmp_path, PROPOSAL, Person("MAI", logged_in=True), AT, NIGHT)
    assert list(tmp_path.iterdir()) == []


def test_what_would_be_over_is_refused(tmp_path: Path) -> None:
    record(tmp_path, PROPOSAL, LAN, AT, PROPOSAL.until)
    with pytest.raises(EmergencyRefused, match="it ends on 2026-03-07, before the night 2026-03-08"):
        record(tmp_path, PROPOSAL, LAN, AT + timedelta(hours=1), PROPOSAL.until + timedelta(days=1))


def test_a_night_knows_what_began_by_then_in_the_order_of_approval(tmp_path: Path) -> None:
    late = record(tmp_path, PROPOSAL, LAN, AT + timedelta(days=1), NIGHT + timedelta(days=1))
    early = record(tmp_path, PROPOSAL, LAN, AT, NIGHT)

    assert known(tmp_path / "none", NIGHT) == []
    assert known(tmp_path, NIGHT - timedelta(days=1)) == []
    assert [each.emergency for each in known(tmp_path, NIGHT)] == [early]
    # It doesn't end with its last day: what happened is known for ever.
    assert [each.emergency for each in known(tmp_path, date(2027, 1, 1))] == [early, late]


def test_it_is_a_row_per_account_in_the_warehouse(tmp_path: Path) -> None:
    emergency = record(tmp_path / "emergencies", PROPOSAL, LAN, AT, NIGHT)

    for _ in range(2):
        assert load_emergencies(tmp_path / "emergencies", tmp_path / "warehouse.duckdb", NIGHT) == 1

    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        rows = connection.execute("select * exclude (sha256) from emergencies.known order by account_id").fetchall()
    about = (emergency.emergency_id, "impose", "penalties", "SG")
    rest = ("no_live", "live", "Fake prizes in lives", "mai", "lan", NIGHT, date(2026, 3, 7), None)
    assert rows == [(*about, "a1", *rest), (*about, "a2", *rest)]


def test_a_file_that_is_none_or_was_renamed_is_named(tmp_path: Path) -> None:
    emergency = record(tmp_path, PROPOSAL, LAN, AT, NIGHT)
    path = tmp_path / f"{emergency.emergency_id}.json"
    path.rename(tmp_path / "other.json")
    with pytest.raises(EmergencyBroken, match=r"other\.json: names itself 2026-03-06T09-15-30Z-impose-"):
        known(tmp_path, NIGHT)
    (tmp_path / "other.json").unlink()
    (tmp_path / "by_hand.json").write_text(emergency.model_dump_json().replace("impose", "improve"))
    with pytest.raises(EmergencyBroken, match=r"by_hand\.json: isn't an emergency .* take the file out"):
        known(tmp_path, NIGHT)
