"""Who may answer to a held list, what an answer is to, and what the person is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from airflow.sdk.exceptions import AirflowFailException

from approval.english import SPEAKS
from evenhand.approval.answers import AnswerRefused, Said, answered, record
from evenhand.approval.shown import body, subject
from evenhand.deciding.code_authors import CodeAuthors
from evenhand.quality.held_lists import NOBODY, HeldList
from evenhand.records.persons import Person, PersonRefused
from evenhand.settings import settings
from evenhand.tasks import held_list as steps

NIGHT = date(2026, 3, 6)
BUDI = Person("budi", logged_in=True)
HELD = HeldList(
    "penalties", "SG", "a" * 64, 300, ("There are 400 rows, and 100 were released last",), approvable=True,
    by_policy=False, changed_by=(), since=date(2026, 3, 5),
)  # fmt: skip


@pytest.mark.parametrize("said", ["approved", "first_wave"])
def test_rows_that_break_a_rule_can_only_be_rejected(tmp_path: Path, said: Said) -> None:
    broken = replace(HELD, approvable=False)
    with pytest.raises(AnswerRefused, match="penalties of SG: more rows than a few break a rule, so they can only be"):
        record(tmp_path, NIGHT, broken, said, BUDI)
    assert answered([broken], tmp_path, NIGHT) == [broken]
    assert record(tmp_path, NIGHT, broken, "rejected", BUDI).said == "rejected"


@pytest.mark.parametrize("said", ["approved", "first_wave"])
def test_a_policy_that_nobody_is_named_for_can_be_approved_by_nobody(tmp_path: Path, said: Said) -> None:
    with pytest.raises(PersonRefused, match=r"its pack doesn't say who changed it\. Write `changed_by` into the pack"):
        record(tmp_path, NIGHT, replace(HELD, by_policy=True), said, BUDI)
    # Where it is known which file it is, that is said.
    file = f"{NOBODY}gb.yml doesn't say who changed it. Write `changed_by: NAME` of who did into it"
    with pytest.raises(
        PersonRefused, match=r"and gb\.yml doesn't say who changed it\. Write `changed_by: NAME` of who did"
    ):
        record(tmp_path, NIGHT, replace(HELD, by_policy=True, why=(*HELD.why, file)), said, BUDI)


@pytest.mark.parametrize("name", ["ayu", "Ayu", "  AYU ", "citra"])
def test_nobody_approves_a_policy_that_they_changed_themselves(tmp_path: Path, name: str) -> None:
    changed = replace(HELD, by_policy=True, changed_by=("ayu", "citra"))
    with pytest.raises(PersonRefused, match="asked for the policy that changes penalties of SG and can't approve it"):
        record(tmp_path, NIGHT, changed, "approved", Person(name, logged_in=True))
    # Whoever changed it may take it back, and anybody else may approve it.
    assert record(tmp_path, NIGHT, changed, "rejected", Person(name, logged_in=True)).by == name
    assert record(tmp_path, NIGHT, changed, "approved", BUDI).said == "approved"


def test_an_answer_is_to_what_was_shown_and_the_last_one_holds(tmp_path: Path) -> None:
    record(tmp_path, NIGHT, HELD, "rejected", BUDI)
    record(tmp_path, NIGHT, HELD, "first_wave", Person("lan", logged_in=False))
    others = [replace(HELD, digest="b" * 64), replace(HELD, market="MY"), replace(HELD, list="rewards")]

    assert answered([HELD, *others], tmp_path, NIGHT) == [
        replace(HELD, answer="first_wave", answered_by="lan (by their own word)"),
        *others,
    ]
    assert answered([HELD], tmp_path, date(2026, 3, 7)) == [HELD]
    assert sorted(path.name for path in (tmp_path / f"night={NIGHT}").iterdir()) == ["0001.json", "0002.json"]


AYU, CITRA = Person("ayu", True), Person("citra", True)
KEY = ("penalties", "SG")


def test_who_changed_code_does_not_approve_what_it_does(tmp_path: Path) -> None:
    code = CodeAuthors(("ayu",), ())
    with pytest.raises(PersonRefused, match="ayu asked for the code that changes penalties of SG and can't approve"):
        record(tmp_path, NIGHT, HELD, "approved", AYU, code)
    record(tmp_path, NIGHT, HELD, "approved", BUDI, code)
    assert answered([HELD], tmp_path, NIGHT, {KEY: code}) == [replace(HELD, answer="approved", answered_by="budi")]


def test_where_an_author_is_not_known_two_persons_approve(tmp_path: Path) -> None:
    code = CodeAuthors((), ("someone@example.org",))
    for _ in range(2):
        record(tmp_path, NIGHT, HELD, "approved", BUDI, code)
        assert answered([HELD], tmp_path, NIGHT, {KEY: code}) == [HELD]
    record(tmp_path, NIGHT, HELD, "approved", CITRA, code)
    (found,) = answered([HELD], tmp_path, NIGHT, {KEY: code})
    assert (found.answer, found.answered_by) == ("approved", "budi and citra")
    # One who takes it back is enough.
    record(tmp_path, NIGHT, HELD, "rejected", AYU, code)
    record(tmp_path, NIGHT, HELD, "approved", BUDI, code)
    (found,) = answered([HELD], tmp_path, NIGHT, {KEY: code})
    assert (found.answer, found.answered_by) == ("rejected", "ayu")


def test_a_first_wave_stays_until_enough_approve_the_rest(tmp_path: Path) -> None:
    code = CodeAuthors((), ("someone@example.org",))
    for person in (BUDI, CITRA):
        record(tmp_path, NIGHT, HELD, "first_wave", person, code)
    record(tmp_path, NIGHT, HELD, "approved", BUDI, code)
    assert [each.answer for each in answered([HELD], tmp_path, NIGHT, {KEY: code})] == ["first_wave"]
    record(tmp_path, NIGHT, HELD, "approved", CITRA, code)
    assert [each.answer for each in answered([HELD], tmp_path, NIGHT, {KEY: code})] == ["approved"]


def test_in_airflow_another_person_is_asked_until_two_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    warehouse = settings().warehouse(NIGHT)
    warehouse.parent.mkdir(parents=True)
    with duckdb.connect(str(warehouse)) as connection:
        for each in (
            "create schema gate",
            "create table gate.changes as select 'penalties' as list, 'SG' as market, 'code' as cause, '' as text_of",
            "create table gate.code_authors as select 'penalties' as list, 'SG' as market, null::varchar as log_in,"
            " 'someone@example.org' as unknown",
            "create table gate.held_lists as select 'penalties' as list, 'SG' as market, 'd' as digest, 3 as changes,"
            " ['why'] as why, true as approvable, false as by_policy, []::varchar[] as changed_by, null::date as since,"
            " '' as answer, '' as answered_by",
        ):
            connection.execute(each)
    form = {"night": str(NIGHT), "list": "penalties", "market": "SG", "digest": "d"}

    def answer(chosen: str, name: str) -> dict[str, object]:
        return {"chosen_options": [chosen], "responded_by_user": {"name": name}, "params_input": {}}

    assert steps.record_answer(form, answer("First wave", "budi"))["needs_another"]
    assert not steps.is_first_wave(form)
    for said, name in (("First wave", "Budi"), ("Approve", "citra")):
        with pytest.raises(AirflowFailException, match=r"another person has to say so too.*clear the task that asked"):
            steps.record_other_answer(form, answer(said, name))
    assert steps.record_other_answer(form, answer("First wave", "citra"))["needs_another"] is False
    assert steps.is_first_wave(form)
    # What counts of a first wave is no approval of the rest.
    assert steps.record_answer(form, answer("Approve", "budi"))["needs_another"]
    assert steps.record_other_answer(form, answer("Approve", "citra"))["needs_another"] is False
    assert not steps.is_first_wave(form)
    assert steps.record_answer(form, answer("Reject", "ayu"))["needs_another"] is False


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (replace(HELD, by_policy=True, changed_by=("Budi",)), None),
        (replace(HELD, by_policy=True), None),
        (replace(HELD, approvable=False), None),
        (HELD, CodeAuthors(("budi",), ())),
    ],
)
def test_who_approved_is_looked_at_again_when_the_answer_counts(
    tmp_path: Path, now: HeldList, code: CodeAuthors | None
) -> None:
    record(tmp_path, NIGHT, HELD, "approved", BUDI)
    assert answered([now], tmp_path, NIGHT, {KEY: code} if code else None) == [now]


@pytest.fixture
def gate() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse after gate 2: thirty changes of SG, one of MY, with reasons of tonight or of the last release."""
    with duckdb.connect() as connection:
        connection.execute("create schema gate; create schema released")
        connection.execute("create table gate.kept_accounts (list varchar, market varchar, account_id varchar)")
        connection.execute(
            "create table gate.list_sizes as from (values ('penalties', 'SG', 100, 130), ('penalties', 'MY', 7, 8))"
            " as sizes (list, market, released, rows)"
        )
        connection.execute(
            """create table gate.changes as
            select 'penalties' as list, 'SG' as market, 'row' || n as row_key,
                'a|' || n || chr(10) || 'b' as account_id,
                'strikes' as programme, 'warning' as measure, 'account' as scope,
                case when n < 20 then 'added' else 'removed' end as change,
                case when n < 10 then 'policy' else 'data' end as cause, 'r' || n as reason_id
            from range(30) as numbers (n)
            union all select 'penalties', 'MY', 'row', 'm1', 'strikes', 'warning', 'account', 'added', 'time', 'r'"""
        )
        connection.execute(
            "create table reasons as select 'r' || n as reason_id, 'because of ' || n as explanation"
            " from range(20) as numbers (n)"
        )
        connection.execute(
            "create table released.last_reasons as select 'r' || n as reason_id, 'it was for ' || n as explanation"
            " from range(10, 30) as numbers (n)"
        )
        # Of 103 rows three ended the day before, and one begins tomorrow; the last that is in force ends tonight.
        # Another market has its own.
        connection.execute(
            "create table released.last_penalties as select case when n < 103 then 'SG' else 'ID' end as market,"
            f" date '{NIGHT}' + (case when n < 3 then -1 else n::integer - 3 end) as ends_on,"
            f" date '{NIGHT}' + (case when n = 102 then 1 else -9 end) as starts_on, 'row' || n as row_key,"
            " 'r' || n as reason_id"
            " from range(110) as numbers (n)"
        )
        yield connection


def test_a_person_is_shown_how_many_rows_why_and_twenty_accounts_with_their_reasons(
    gate: duckdb.DuckDBPyConnection,
) -> None:
    said = body(gate, replace(HELD, by_policy=True, changed_by=("ayu", "citra"), changes=30), NIGHT, SPEAKS)

    assert subject(HELD, NIGHT) == "penalties of SG, night 2026-03-06: 300 rows are held"
    assert said.startswith(
        "The market keeps what was released on 2026-03-05: 103 rows, of which **99** are in force tonight, after what"
        " has ended; the list of tonight would have **130** rows. Changed by: ayu, citra."
    )
    assert "- There are 400 rows, and 100 were released last" in said
    assert "| what landed | 10 | 10 | 0 |\n| another policy | 10 | 0 | 0 |" in said
    accounts = said.rpartition("| account |")[2].splitlines()[2:]
    assert len(accounts) == 20
    # What an account is called can't make another cell or another line.
    assert all(line.count(" | ") == 4 and line.startswith("| a\\|") and " b |" in line for line in accounts)
    assert all("because of" in line or "it was for" in line for line in accounts)
    assert all("| Warning (the account) |" in line for line in accounts)
    assert "m1" not in said
    # The same twenty whenever they are asked for.
    assert body(gate, replace(HELD, by_policy=True, changed_by=("ayu", "citra"), changes=30), NIGHT, SPEAKS) == said


def test_a_list_of_which_nothing_was_ever_released_says_so(gate: duckdb.DuckDBPyConnection) -> None:
    assert body(gate, replace(HELD, since=None, by_policy=True), NIGHT, SPEAKS).startswith(
        "Nothing of it was released before; tonight there would be **130** rows. Changed by: nobody is named."
    )


def test_what_is_shown_has_names_and_no_keys_where_there_is_one(gate: duckdb.DuckDBPyConnection) -> None:
    gate.execute("update gate.changes set measure = 'live_paused', scope = 'live', programme = 'account_health'")
    gate.execute("update reasons set explanation = '6 points of account_health by the rule unsafe_goods; a_b'")
    why = ("40 of measure live_paused were added, usually 2", "rows of my_own_word")
    said = body(gate, replace(HELD, why=why, changes=30), NIGHT, SPEAKS)
    assert "- 40 of measure live streaming paused were added, usually 2\n- rows of my_own_word" in said
    assert "| Account health | Live streaming paused | added | what landed | 10 |" in said
    assert "| Live streaming paused (live streams) |" in said
    assert "6 points of account health by the rule unsafe goods; a_b" in said
    assert "live_paused" not in said and "account_health" not in said
