"""Gate 2: a night's lists pass, and one wrong row of any kind stops them with the rule that it breaks."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from evenhand.emergency.emergency import Proposal
from evenhand.emergency.record import record
from evenhand.quality.gate import GateFailed
from evenhand.quality.holding import Tonight, validate_changes
from evenhand.quality.lists import validate_lists
from evenhand.records.persons import Person
from night.directly import decide
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation

NIGHT = date(2026, 3, 5)
IMPOSED = "where row_key = 'a5/emergency/account'"
IMPOSED_REASON = f"where reason_id = (select reason_id from penalties {IMPOSED})"
A2 = "where row_key = 'a2/copyright_strikes/account'"
A2_REASON = "where reason_id = (select reason_id from penalties where row_key = 'a2/copyright_strikes/account')"


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a night that was decided and released."""
    installation = Installation(tmp_path_factory.mktemp("decided"))
    # a7 came from Singapore, and has two strikes since.
    first = [("a7", "SG", "creator", "en", "2026-01-01"), ("a8", "world", "creator", "en", "2026-01-01")]
    installation.land("2026-03-01", creators=first)
    installation.land("2026-03-02", creators=[("a7", "world", "creator", "en", "2026-01-01")])
    # a8 had a strike, which counts on, before it became a kind that no pack judges.
    installation.land("2026-03-03", creators=[("a8", "world", "seller", "en", "2026-01-01")])
    strikes = [(f"v7.{day}", "a7", "", "copyright", f"b7.{day}", f"2026-03-0{day}") for day in (4, 5)]
    strikes.append(("v8.0", "a8", "", "copyright", "b8.0", "2026-03-02"))
    installation.land(str(NIGHT), creators=CREATORS, contents=CONTENTS, violations=[*VIOLATIONS, *strikes], appeals=[])
    _record(installation.home, "impose", "account_suspended", "account", "a5", "a6")
    _record(installation.home, "lift", "campaigns_closed", "campaign", "a4", "a7")
    decide(installation.home, str(NIGHT))
    return installation.home / "nights" / f"night={NIGHT}" / "warehouse.duckdb"


def _record(home: Path, action: Literal["impose", "lift"], measure: str, scope: str, *accounts: str) -> None:
    proposal = Proposal(
        action=action,
        list="penalties",
        market="world",
        accounts=accounts,
        measure=measure,
        scope=scope,
        until=NIGHT,
        reason="Fake prizes in lives",
        author=Person("mai", logged_in=True),
    )
    record(home / "emergencies", proposal, Person("lan", logged_in=True), datetime(2026, 3, 6, tzinfo=UTC), NIGHT)


# What is spoilt, and the rule that must say so.
SPOILT = {
    f"update penalties set account_id = 'nobody' {A2}": "the account is known in the market",
    f"update penalties set market = 'moon' {A2}": "the account is known in the market",
    f"update penalties set scope = 'campaign' {A2}": "one row per account_id, programme, scope",
    f"insert into penalties from penalties {A2}": "one row per row_key",
    f"update penalties set measure = 'flogging' {A2}": "a pack of the market has the measure on this scope",
    f"update penalties set measure = null {A2}": "measure is there",
    f"update penalties set starts_on = date '2026-03-06' {A2}": "it has begun and hasn't ended",
    f"update penalties set ends_on = date '2026-03-04' {A2}": "it has begun and hasn't ended",
    f"update penalties set ends_on = null {A2}": "its reason is there and is about it",
    f"update penalties set reason_id = 'none' {A2}": "its reason is there and is about it",
    "alter table penalties add column colour varchar": "columns are those that receivers know",
    "insert into rewards select row_key, account_id, market, programme, scope, 'bonus', null, starts_on, ends_on,"
    f" reason_id from penalties {A2}": "a pack of the market has the reward on this scope",
    "insert into rewards select row_key, account_id, market, programme, scope, 'bonus', 5, starts_on, ends_on,"
    f" reason_id from penalties {A2}": "a bonus has an amount, and nothing else has",
    f"delete from reasons {A2_REASON}": "its reason is there and is about it",
    f"insert into reasons from reasons {A2_REASON}": "one row per reason_id",
    f"delete from penalties {A2}": "a row of a list has the reason",
    f"update reasons set pack_sha256 = 'other' {A2_REASON}": "the pack is one of this night's",
    f"update reasons set explanation = null {A2_REASON}": "explanation is there",
    f"update reasons set entries = replace(entries, 'v2.0', 'v3.0') {A2_REASON}": "its entries exist",
    f"update reasons set entries = replace(entries, 'v2.0', 'v9.9') {A2_REASON}": "its entries exist",
    f"update reasons set entries = '[]', entry_count = 0 {A2_REASON}": "its entries add up",
    f"update reasons set balance_after = 7 {A2_REASON}": "its entries add up",
    "update int_ledger_entries set voided_on = date '2026-03-05' where violation_id = 'v2.0'": "and aren't void",
    "delete from account_standings where account_id = 'a2'": "the account has a standing in the programme",
    "insert into account_standings from account_standings where account_id = 'a2'": "one row per account_id, programme",
    "update account_standings set balance = 9 where account_id = 'a2'": "the balance is the sum of the entries",
    "insert into int_ledger_entries select * replace ('x' as entry_id, 'a6' as account_id, 'x' as counts_once_as)"
    " from int_ledger_entries where violation_id = 'v2.0'": "the balance is the sum of the entries",
    f"update penalties set measure = 'warning' {IMPOSED}": "an emergency imposed it, for these days",
    f"update penalties set ends_on = ends_on + 1 {IMPOSED}": "an emergency imposed it, for these days",
    f"update penalties set programme = 'emergency' {A2}": "an emergency imposed it, for these days",
    f"delete from penalties {IMPOSED}": "what an emergency imposed is in it",
    f"update penalties set measure = 'commission_held' {IMPOSED}": "what an emergency imposed is in it",
    f"update reasons set entries = replace(entries, '/a5', '/a6') {IMPOSED_REASON}": "its entries exist",
    f"update reasons set entries = '[]', entry_count = 0 {IMPOSED_REASON}": "its entries add up",
    "update emergencies.known set emergency_id = 'other' where account_id = 'a5'": "its entries exist",
    "update emergencies.known set last_day = date '2026-03-04' where account_id = 'a5'": "an emergency imposed it",
    "update emergencies.known set first_night = date '2026-03-06' where account_id = 'a5'": "an emergency imposed it",
    "update emergencies.known set market = 'moon' where account_id = 'a5'": "an emergency imposed it",
    "insert into emergencies.known select * replace ('9' as emergency_id, 'lift' as action) from emergencies.known"
    " where account_id = 'a5'": "an emergency imposed it, for these days, and none has lifted it since",
    "update emergencies.known set account_id = 'a3' where account_id = 'a4'": "no emergency has lifted it",
    "delete from penalties where account_id = 'a4'; delete from reasons where account_id = 'a4';"
    " update int_zone_periods set from_day = date '2026-03-05' where account_id = 'a4' and zone_rank > 0": (
        "an account that entered a stricter zone this night is penalised for it"
    ),
    "delete from penalties where account_id = 'a7'; delete from reasons where account_id = 'a7'": (
        "an account that entered a stricter zone this night is penalised for it"
    ),
}


def test_a_night_that_was_decided_passes(decided: Path, tmp_path: Path) -> None:
    gate = validate_lists(Path(shutil.copy(decided, tmp_path / "warehouse.duckdb")), tmp_path / "gate_2", NIGHT)

    assert gate.expectations > 50
    page = gate.page.read_text()
    assert "<h1>Gate 2 of night 2026-03-05: rows</h1>" in page
    assert "Let through. Rows held back: 0." in page
    assert "<article>" not in page and page.count("<details>") == 4
    results = json.loads(gate.page.with_name("results.json").read_text())["results"]
    assert len(results) == gate.expectations
    assert all(each["success"] for each in results)


def test_the_page_of_a_night_that_stops_names_rows_whatever_they_say(decided: Path, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"update penalties set row_key = '<script src=\"https://x\">', measure = 'flogging' {A2}")

    with pytest.raises(GateFailed) as failed:
        validate_lists(warehouse, tmp_path / "gate_2", NIGHT)

    page = (tmp_path / "gate_2" / "index.html").read_text()
    assert str(tmp_path / "gate_2" / "index.html") in str(failed.value)
    assert '<p class="stopped">The night stopped here: nothing was let through.</p>' in page
    assert "<td>&lt;script src=&#34;https://x&#34;&gt;</td>" in page
    assert "<script" not in page
    assert "Its rows are held back; if they are too many and nothing was released before, the night stops." in page


def test_a_rule_that_cannot_be_evaluated_stops_the_night_and_its_page_says_so(decided: Path, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table penalties rename column reason_id to reason")

    with pytest.raises(GateFailed, match="couldn't be evaluated"):
        validate_lists(warehouse, tmp_path / "gate_2", NIGHT)

    assert "couldn&#39;t be evaluated" in (tmp_path / "gate_2" / "index.html").read_text()


@pytest.mark.parametrize(("spoil", "rule"), SPOILT.items(), ids=[*SPOILT])
def test_a_wrong_row_stops_the_night(decided: Path, tmp_path: Path, spoil: str, rule: str) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(spoil)

    with pytest.raises(GateFailed) as failed:
        validate_lists(warehouse, tmp_path / "gate_2", NIGHT)

    said = str(failed.value)
    assert rule in said
    assert "Nothing was published or delivered" in said


def test_the_page_of_the_changes_says_which_lists_are_held(decided: Path, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    validate_lists(warehouse, tmp_path / "rows", NIGHT)
    tonight = Tonight(tmp_path / "releases", (), (), {"sha256": "x"})
    with duckdb.connect(str(warehouse)) as connection:
        ((market,),) = connection.execute(f"select market from penalties {A2} limit 1").fetchall()

    gate = validate_changes(warehouse, tmp_path / "changes", NIGHT, tonight, {("penalties", market): ["a rule"]})

    assert [(each.list, each.market) for each in gate.held] == [("penalties", market)]
    page = gate.page.read_text()
    assert "<h1>Gate 2 of night 2026-03-05: changes</h1>" in page
    assert f"Let through. Held until a person has answered: penalties of {market}." in page
    results = json.loads(gate.page.with_name("results.json").read_text())["results"]
    assert len(results) == gate.expectations


# What is spoilt, and the rows that are held for it; their accounts keep what the last release gave them.
HELD = {
    f"update penalties set measure = 'flogging' {A2}": {"a2/copyright_strikes/account"},
    f"insert into penalties from penalties {A2}": {"a2/copyright_strikes/account"},
    f"update penalties set starts_on = date '2026-03-06' {A2}": {"a2/copyright_strikes/account"},
    f"update reasons set entries = '[]', entry_count = 0 {A2_REASON}": {"a2/copyright_strikes/account"},
    # What is wrong is behind all that the account has in the programme.
    "update account_standings set balance = 9 where account_id = 'a2'": {
        "a2/copyright_strikes/account",
        "a2/copyright_strikes/campaign",
        "a2/copyright_strikes/short_video",
    },
}


@pytest.mark.parametrize(("spoil", "rows"), HELD.items(), ids=[*HELD])
def test_a_wrong_row_among_enough_right_ones_is_held_back(
    decided: Path, tmp_path: Path, spoil: str, rows: set[str]
) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        # The last release had this one under an earlier measure.
        connection.execute(f"insert into released.last_penalties by name from penalties {A2}")
        connection.execute("update released.last_penalties set measure = 'old'")
        before = connection.execute("select row_key, measure from penalties order by all").fetchall()
        connection.execute(spoil)

    gate = validate_lists(warehouse, tmp_path / "gate_2", NIGHT, at_most_held=1)

    with duckdb.connect(str(warehouse)) as connection:
        held = connection.execute("select distinct row_key from gate.held_rows where list = 'penalties'").fetchall()
        released = connection.execute("select row_key, measure from gate.penalties order by all").fetchall()
    assert {row for (row,) in held} == rows
    assert sum(each.held for each in gate.held) == len(rows)
    assert gate.broken
    assert f"Let through. Rows held back: {len(rows)}." in gate.page.read_text()
    assert released == [
        (row, "old" if row in rows else measure)
        for row, measure in before
        if row not in rows or row == "a2/copyright_strikes/account"
    ]


def test_an_ended_measure_isnt_kept_by_holding_it(decided: Path, tmp_path: Path) -> None:
    warehouse = Path(shutil.copy(decided, tmp_path / "warehouse.duckdb"))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"insert into released.last_penalties by name from penalties {A2}")
        connection.execute("update released.last_penalties set ends_on = date '2026-03-04'")
        connection.execute(f"update penalties set measure = 'flogging' {A2}")

    validate_lists(warehouse, tmp_path / "gate_2", NIGHT, at_most_held=1)

    with duckdb.connect(str(warehouse)) as connection:
        assert connection.execute(f"select count(*) from gate.penalties {A2}").fetchone() == (0,)
