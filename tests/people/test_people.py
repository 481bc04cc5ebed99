"""What people.yml says, what of it is in force, and where it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cases.nights import packs, release
from evenhand.cli import app
from evenhand.commands.markets_check import markets_of_people
from evenhand.commands.people_check import people_who_can_be_told
from evenhand.commands.policy_check import people_who_may
from evenhand.people.in_force import PeopleClosed, agree, people_in_force, waiting
from evenhand.people.people import ALL, People, read_people
from evenhand.people.rights import markets_of
from evenhand.policy.texts import PackError
from evenhand.records.persons import Person, PersonRefused
from evenhand.records.record_log import troubles
from evenhand.settings import settings
from people.people import TEXT, write_people

ANN, BO = Person("ann", True), Person("bo", True)


def _read(folder: Path, text: str) -> People:
    (folder / "people.yml").write_text(text)
    return read_people(folder / "people.yml")


def test_each_has_the_rights_of_its_markets_and_an_admin_all(tmp_path: Path) -> None:
    people = _read(tmp_path, TEXT)
    assert people.rights_of("cy", "TH") == {"see", "work_cases", "approve", "emergency"}
    assert people.rights_of("cy", "SG") == {"see"}
    assert people.rights_of("cy", "VN") == people.rights_of("cy", ALL) == people.rights_of("eve", "ID") == set()
    assert people.rights_of("ann", "VN") == people.rights_of("ann", ALL)
    assert people.rights_of("ann", "VN") >= {"see", "support", "work_cases", "approve", "emergency", "stop", "admin"}
    assert people.who_may("approve", "ID") == ["ann", "bo", "cy"]
    assert markets_of(people, "cy", "see") == {"ID", "TH", "SG"}
    assert markets_of(people, "eve", "see", roles={"viewer"}) == {ALL}
    assert markets_of(people, "eve", "see", teams={"viewer"}) == set()


def test_a_name_that_only_looks_like_one_that_is_listed_has_no_right(tmp_path: Path) -> None:
    people = _read(tmp_path, TEXT.replace("user: dee", "user: ace"))
    # All of it in Cyrillic; and another log-in, which differs by a capital letter.
    assert people.rights_of("\u0430\u0441\u0435", "ID") == people.rights_of("Ace", "ID") == set()
    assert people.rights_of(" ace ", "ID") == {"see", "stop"}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("rights: [admin]}", "rights: [amdin]}", "3:40: people[0].rights[0]: found 'amdin'; expected one of"),
        ("user: dee", "usr: dee", "7:6: people[4].usr: found a key that isn't in the language; expected one of user"),
        ("role: viewer, markets: all, rights: see", "role: op, markets: all, rights: stop", "expected a right to see"),
        ("{user: bo, markets: all", "{user: bo, markets: ID", "people: found 1 user with the right admin for all"),
        ("markets: SG", "markets: [ID]", "people[3].markets: found cy for ID again; expected each only once"),
        ("markets: SG", "markets: [all, SG]", "found all beside other markets; expected all alone"),
        ("user: dee", "user: dee, role: viewer", "expected exactly one of user, role, team"),
        ("user: dee", "markets2: x", "people[4]"),
        ("level: 1", "level: 10", "people[2].level: found 10; expected at most 9"),
        (TEXT, "", "people.yml:1:1: found nothing; expected the key people"),
        (TEXT, "people: [", "not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    with pytest.raises(PackError) as told:
        _read(tmp_path, TEXT.replace(before, after, 1))
    assert len(told.value.mistakes) == 1
    assert said in str(told.value)
    assert str(tmp_path / "people.yml:") in str(told.value)


def test_without_the_file_nobody_is_told_apart_and_the_first_one_holds_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_people(tmp_path, monkeypatch)
    home = settings().home
    file.unlink()
    assert people_in_force(home, file) is None
    file.write_text(TEXT)
    found = people_in_force(home, file)
    assert found and found.rights_of("cy", "SG") == {"see"}
    # What somebody answered before counts as it did then.
    assert people_in_force(home, file, datetime.now(UTC) - timedelta(days=1)) is None
    assert [path.name for path in (home / "people").iterdir()] == ["0001.json"]
    (home / "people" / "0001.json").chmod(0o600)
    (home / "people" / "0001.json").write_text("{}")
    assert [str(each) for each in troubles(home)] == ["people/0001.json isn't what was written"]
    with pytest.raises(PeopleClosed, match=r"0001\.json: can't be read"):
        people_in_force(home, file)


def test_a_change_holds_once_two_agree_and_an_unreadable_file_closes_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_people(tmp_path, monkeypatch)
    home = settings().home
    people_in_force(home, file)
    assert [*people_who_may(settings())] == []
    more = TEXT.replace("user: dee, markets: ID, rights: [see, stop]", "user: dee, markets: ID, rights: [approve]")
    file.write_text(more)
    found = people_in_force(home, file)
    assert found and found.rights_of("dee", "ID") == {"see", "stop"}
    assert waiting(home, file) == more
    ((warned,)) = people_who_may(settings())
    assert "found another text than what two persons agreed to" in str(warned)
    with pytest.raises(PersonRefused, match=r"Ann asked for the change of people\.yml and can't approve it too"):
        agree(home, more, ANN, Person("Ann", True), "dee answers")
    agree(home, more, ANN, BO, "dee answers")
    found = people_in_force(home, file)
    assert found and found.rights_of("dee", "ID") == {"approve"} and waiting(home, file) is None

    for broken in ("people: [", TEXT.replace("rights: see", "rights: sea")):
        file.write_text(broken)
        with pytest.raises(PeopleClosed, match=r"nobody may until this is mended: .*people.yml:\d"):
            people_in_force(home, file)
        assert {each.severity for each in people_who_may(settings())} == {"error"}
    file.unlink()
    with pytest.raises(PeopleClosed, match=r"mended: .*people.yml is gone"):
        people_in_force(home, file)
    file.write_text(more)
    assert people_in_force(home, file) == found

    # Nobody is told apart any more once two agree to that.
    file.unlink()
    agree(home, None, ANN, BO, "we are one")
    assert people_in_force(home, file) is None


def test_a_market_that_no_pack_and_no_night_knows_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_people(tmp_path, monkeypatch, TEXT.replace("markets: SG", "markets: SGG"))
    here = settings()
    # Where nothing is known yet, nothing is a slip.
    assert [*markets_of_people([], here)] == []
    release(here.home, account_profiles=[{"account_id": "a1", "market": "TH"}])
    said = [each.said for each in markets_of_people(packs(tmp_path / "packs"), here)]
    assert said == ["found market SGG for cy; expected one of ID, TH, all"]
    here.people.write_text("people: [")
    assert [*markets_of_people([], here)] == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("language: pt_BR", ""),
        ("language: zz", "7:53: error: people[4].language: found 'zz'; expected a language that reports are in: en, "),
        ("language: pt-BR", "7:53: error: people[4].language: found 'pt-BR'; expected a language that reports are in:"
         " en, id, pt_BR, zh; did you mean pt_BR?"),
        ('address: "dee@here\\nBcc: eve@here"', "7:52: error: people[4].address: found 'dee@here\\nBcc: eve@here';"
         " expected a text of one line that people see all of (a line ends at sign 9)"),
        ('address: "dee@here\\e"', "(sign 9 is U+001B, which nobody sees)"),
    ],
)  # fmt: skip
def test_a_language_or_an_address_by_which_nobody_can_be_told_is_found_and_not_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, found: str
) -> None:
    file = write_people(tmp_path, monkeypatch)
    people_in_force(settings().home, file)
    file.write_text(TEXT.replace("rights: [see, stop]", f"rights: see, {said}"))
    told = [str(each) for each in people_who_can_be_told(settings())]
    assert len(told) == bool(found)
    assert all(found in each for each in told), told
    # What was agreed to before goes on to hold, whatever is found in the file.
    assert people_in_force(settings().home, file)
    proposed = CliRunner().invoke(app, ["people", "propose", "--reason", "dee is told", "--by", "ann"])
    assert proposed.exit_code == bool(found), proposed.output
    assert found in proposed.output
