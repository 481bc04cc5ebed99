"""The case store, in a file and in PostgreSQL alike: chained, a version after the other, whole whatever is killed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from delivery import systems
from delivery.systems import System
from evenhand.cases import work
from evenhand.cases.case import CaseCause
from evenhand.cases.store import CaseChanged, CasesBroken, Draft, migrate, reading, writing
from evenhand.cases.work import WorkRefused
from evenhand.commands.policy_check import people_who_may
from evenhand.people.rights import WithoutRight
from evenhand.records.persons import Person
from evenhand.settings import settings
from people.people import TEXT, write_people

ANN, BO, CY, DEE = (Person(name, True) for name in ("ann", "bo", "cy", "dee"))
DAY = date(2026, 3, 6)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = systems.start("postgres", tmp_path_factory.mktemp("postgres"))
    yield system
    system.stop()


@pytest.fixture(params=["file", "server"])
def server(request: pytest.FixtureRequest) -> str:
    """The address of a database without cases; empty for a file."""
    if request.param == "file":
        return ""
    given = request.getfixturevalue("postgres").connection()
    address = (
        f"postgresql://{given['login']}:{quote(given['password'])}@{given['host']}:{given['port']}/{given['schema']}"
    )
    with sa.create_engine(sa.make_url(address).set(drivername="postgresql+psycopg")).begin() as connection:
        connection.execute(sa.text("drop schema if exists evenhand_cases cascade"))
    return address


def _open(home: Path, server: str, subject: str = "x") -> str:
    with writing(home, server) as cases:
        return work.open_case(cases, home, ANN, "escalation", "ID", subject, f"About {subject}", ["a1"], DAY).case_id


def test_people_work_at_a_case_and_all_of_it_is_kept(tmp_path: Path, server: str) -> None:
    migrate(tmp_path, server)
    migrate(tmp_path, server)
    name = _open(tmp_path, server)
    with writing(tmp_path, server) as cases:
        work.take(cases, tmp_path, BO, name)
        with pytest.raises(WorkRefused, match=f"bo has {name}; have it assigned"):
            work.take(cases, tmp_path, CY, name)
        work.assign(cases, tmp_path, ANN, name, "cy")
        work.comment(cases, tmp_path, CY, name, "I asked: \u043e\u0442\u0432\u0435\u0442 🙂")
        work.close(cases, tmp_path, CY, name, "settled", DAY)
        with pytest.raises(WorkRefused, match="is closed; reopen it first"):
            work.assign(cases, tmp_path, ANN, name, "bo")
        work.reopen(cases, tmp_path, ANN, name, "it isn't", DAY)
        for nothing in ("no-case", "night", "' or 1"):
            with pytest.raises(WorkRefused, match="there is no case"):
                work.comment(cases, tmp_path, ANN, nothing, "?")
    with reading(tmp_path, server) as cases:
        case = cases.case(name)
        assert case
        assert (case.state, case.owner, case.version, case.by_hand) == ("open", "cy", 6, True)
        assert [(event.action, str(event.by)) for event in case.events] == [
            ("opened", "ann"), ("taken", "bo"), ("assigned", "ann"), ("commented", "cy"), ("closed", "cy"),
            ("reopened", "ann"),
        ]  # fmt: skip
        assert case.events[3].content == {"text": "I asked: \u043e\u0442\u0432\u0435\u0442 🙂"}
        assert cases.troubles() == []
        assert cases.has(*cases.head())


def test_who_saw_an_older_version_overwrites_nothing(tmp_path: Path, server: str) -> None:
    name = _open(tmp_path, server)
    with writing(tmp_path, server) as cases:
        work.assign(cases, tmp_path, ANN, name, "bo", seen=1)
    with writing(tmp_path, server) as cases, pytest.raises(CaseChanged, match=r"it is at version 2, and you saw 1"):
        work.assign(cases, tmp_path, CY, name, "cy", seen=1)
    with pytest.raises(CaseChanged), writing(tmp_path, server) as cases:
        # Nothing of what is written together comes through where one of it can't.
        work.comment(cases, tmp_path, CY, name, "before")
        cases.append([Draft(name, 1, "commented", {"text": "late"}, CY)])
    with reading(tmp_path, server) as cases:
        case = cases.case(name)
        assert case and (case.owner, case.version) == ("bo", 2)


def _comment(home: Path, server: str, name: str, by: str, times: int) -> None:
    for number in range(times):
        with writing(home, server) as cases:
            work.comment(cases, home, Person(by, True), name, f"{by} {number}")


def test_two_at_once_each_come_through_once(tmp_path: Path, server: str) -> None:
    name = _open(tmp_path, server)
    forked = multiprocessing.get_context("fork")
    both = [forked.Process(target=_comment, args=(tmp_path, server, name, by, 8)) for by in ("ann", "bo")]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
        assert each.exitcode == 0
    with reading(tmp_path, server) as cases:
        case = cases.case(name)
        assert case
        said = [event.content["text"] for event in case.events[1:]]
        assert sorted(said) == sorted(f"{by} {number}" for by in ("ann", "bo") for number in range(8))
        assert cases.troubles() == []


def _write_for_ever(home: Path, server: str, number: int) -> None:
    while True:
        with writing(home, server) as cases:
            drafts = []
            for each in range(20):
                cause = CaseCause("appeal", f"{number}/{each}", "ID", "An appeal")
                drafts.append(Draft(cause.case_id, 0, "opened", {"cause": cause.as_content(), "on": str(DAY)}))
            cases.append(drafts)
        number += 1_000


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_killed_at_any_moment_all_of_a_write_is_there_or_nothing(tmp_path: Path, server: str, kills: int) -> None:
    migrate(tmp_path, server)
    forked = multiprocessing.get_context("fork")
    moments = random.Random(7)
    written = 0
    for kill in range(kills):
        writer = forked.Process(target=_write_for_ever, args=(tmp_path, server, kill))
        writer.start()
        while _number(tmp_path, server) == written:
            assert writer.is_alive()
            time.sleep(0.005)
        time.sleep(moments.random() * 0.1)
        with suppress(ProcessLookupError):
            os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        with reading(tmp_path, server) as cases:
            number, _ = cases.head()
            assert number % 20 == 0 and number > written
            assert cases.troubles() == []
            assert len(cases.all()) == number
            written = number


def _number(home: Path, server: str) -> int:
    with reading(home, server) as cases:
        return cases.head()[0]


def test_who_reads_makes_no_store_and_writes_to_none(tmp_path: Path) -> None:
    store = tmp_path / "cases.sqlite"
    with reading(tmp_path) as cases:
        assert cases.head()[0] == 0
    assert not list(tmp_path.iterdir())
    # Who made it was killed before its tables were there.
    store.touch()
    with reading(tmp_path) as cases:
        assert cases.head()[0] == 0
    assert store.stat().st_size == 0
    name = _open(tmp_path, "")
    with pytest.raises(CasesBroken, match="readonly"), reading(tmp_path) as cases:
        work.comment(cases, tmp_path, ANN, name, "one")


def test_what_was_written_otherwise_by_hand_is_found(tmp_path: Path) -> None:
    name = _open(tmp_path, "")
    with writing(tmp_path) as cases:
        for word in ("one", "two", "three"):
            work.comment(cases, tmp_path, ANN, name, word)
    engine = sa.create_engine(f"sqlite:///{tmp_path}/cases.sqlite")
    for change, found in (
        ("update events set content = replace(content, 'one', 'won') where number = 2", "event 2 of the cases: isn't"),
        ("update events set content = replace(content, 'won', 'one'), at = '2020' where number = 2", "isn't what was"),
        ("delete from events where number = 3", "event 3 is gone"),
    ):
        with engine.begin() as connection:
            connection.execute(sa.text(change))
        with reading(tmp_path) as cases:
            assert any(found in each for each in cases.troubles())
    (tmp_path / "cases.sqlite").write_bytes(b"nonsense" * 100)
    with pytest.raises(CasesBroken, match=r"cases\.sqlite: file is not a database\. Mend it"), reading(tmp_path):
        pass


def test_only_who_may_works_at_cases_of_a_market(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_people(tmp_path, monkeypatch, TEXT.replace("user: cy, markets: SG", "user: eve, markets: ID"))
    name = _open(tmp_path, "")
    with writing(tmp_path) as cases:
        refusals: list[Callable[[], object]] = [
            lambda: work.take(cases, tmp_path, DEE, name),
            lambda: work.comment(cases, tmp_path, DEE, name, "hi"),
            lambda: work.close(cases, tmp_path, DEE, name, "no", DAY),
            lambda: work.assign(cases, tmp_path, CY, name, "dee"),
            lambda: work.open_case(cases, tmp_path, CY, "appeal", "SG", "p", "P", [], DAY),
        ]
        for refused in refusals:
            with pytest.raises(WithoutRight, match=r"(dee|cy) may not work at cases for (ID|SG)"):
                refused()
        assert work.escalate(cases, tmp_path, CY, name, "too large").owner == "cy"
        with pytest.raises(WorkRefused, match="nobody is listed at level 2 for ID"):
            work.escalate(cases, tmp_path, CY, name, "larger")


def test_a_case_is_escalated_past_the_level_of_who_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    above = "".join(
        f"  - {{user: {user}, markets: all, rights: work_cases, level: {level}}}\n"
        for user, level in (("cy", 2), ("eli", 3))
    )
    write_people(tmp_path, monkeypatch, TEXT.rstrip() + f"\n{above}")
    name = _open(tmp_path, "")
    with writing(tmp_path) as cases:
        work.take(cases, tmp_path, CY, name)
        # cy is at the first level and at the second.
        found = work.escalate(cases, tmp_path, CY, name, "too large")
        assert (found.owner, found.level) == ("eli", 3)
        with pytest.raises(WorkRefused, match="nobody is listed at level 4 for ID"):
            work.escalate(cases, tmp_path, CY, name, "larger")


def test_a_case_is_escalated_to_nobody_who_may_not_work_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_sees = "  - {user: ada, markets: ID, rights: see, level: 1}\n  - {user: cy, markets: [ID"
    file = write_people(tmp_path, monkeypatch, TEXT.replace("  - {user: cy, markets: [ID", only_sees))
    name = _open(tmp_path, "")
    with writing(tmp_path) as cases:
        assert work.escalate(cases, tmp_path, CY, name, "too large").owner == "cy"
    (found,) = people_who_may(settings())
    assert str(found).startswith(f"{file}: warning")
    assert "found level 1 for ada in ID, to whom no case is escalated there; expected the right work_cases" in str(
        found
    )
