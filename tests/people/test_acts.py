"""Who may decide what is one table: the docs are written from it, and whatever looks at a right reads it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from approval.test_answers import HELD
from evenhand.approval.answers import FILES_OF, act_of, approvals_needed
from evenhand.commands.proposals import _ACTIONS
from evenhand.deciding.code_authors import CodeAuthors
from evenhand.emergency.emergency import MANY, MANY_OF_MARKET
from evenhand.people import acts
from evenhand.people.acts import ACTS, Act, refuse_who_may_not
from evenhand.people.people import RIGHTS, Right
from evenhand.people.rights import WithoutRight
from evenhand.records.persons import Person
from evenhand.reference.acts import PAGE, WRITTEN_BY, render
from evenhand.settings import PROJECT, settings
from people.people import write_people

PLUGIN = PROJECT / "plugins" / "evenhand"
# A check whose right and market come from whoever asks for it, who reads the table.
GIVEN_THE_RIGHT = {"people/rights.py", "people/acts.py", "tasks/human_tasks.py", "commands/rights_of_acts.py"}


def test_the_table_of_the_docs_is_the_one_that_is_looked_at() -> None:
    said = PAGE.read_text(encoding="utf-8")
    assert said.count(f"<!-- {WRITTEN_BY} writes this -->\n{render()}<!-- until here -->\n") == 1


def test_every_act_is_in_it_once() -> None:
    defined = [each for each in vars(acts).values() if isinstance(each, Act)]
    assert len(ACTS) == len(set(ACTS)) == len(defined)
    assert set(ACTS) == set(defined)
    assert len({each.what for each in ACTS}) == len(ACTS)


def test_nothing_looks_at_a_right_that_it_names_itself() -> None:
    calls = {
        path.relative_to(PLUGIN).as_posix()
        for path in PLUGIN.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ("refuse_without_right", "refuse_by", "refuse_to_stop")
    }
    assert calls == GIVEN_THE_RIGHT


def test_every_act_is_looked_at_somewhere() -> None:
    """Those that differ from another list's in what they are held for alone stand for people who read it."""
    told_alone = {"HELD_FOR_POLICY", "HELD_FOR_BROKEN_RULES"}
    imported = {
        alias.name
        for path in PLUGIN.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == acts.__name__
        for alias in node.names
    }
    # What is proposed is asked for by its action.
    proposed = {
        f"{acts.act_of(action, form)}" for action in _ACTIONS for form in ({}, {"pack": "a"}, {"receiver": "b"})
    }
    for name, act in vars(acts).items():
        if isinstance(act, Act) and name not in told_alone and f"{act}" not in proposed:
            assert name in imported, name


@pytest.mark.parametrize("act", [each for each in ACTS if each.of == "its market"], ids=lambda act: act.what)
@pytest.mark.parametrize("has_people", [True, False])
def test_an_act_of_no_market_at_all_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Act, has_people: bool
) -> None:
    """Who calls it without a market forgot to say which: nothing would be looked at, and everybody let through."""
    if has_people:
        write_people(
            tmp_path,
            monkeypatch,
            "changed_by: ann\npeople:\n"
            "  - {user: ann, markets: all, rights: [admin]}\n"
            "  - {user: bo, markets: all, rights: [admin]}\n",
        )
    with pytest.raises(ValueError, match="None is named"):
        refuse_who_may_not(settings().home, Person("mallory", logged_in=False), act)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.what)
@pytest.mark.parametrize("right", RIGHTS)
def test_only_who_has_its_right_for_its_markets_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Act, right: Right
) -> None:
    write_people(
        tmp_path,
        monkeypatch,
        "changed_by: ann\npeople:\n"
        "  - {user: ann, markets: all, rights: [admin]}\n"
        "  - {user: bo, markets: all, rights: [admin]}\n"
        f"  - {{user: cy, markets: ID, rights: [{right}]}}\n"
        + ("" if right == "admin" else f"  - {{user: dee, markets: all, rights: [{right}]}}\n"),
    )
    home = settings().home

    def may(name: str, market: str) -> bool:
        try:
            refuse_who_may_not(home, Person(name, True), act, (market,))
        except WithoutRight:
            return False
        return True

    assert may("ann", "ID") and may("bo", "TH") and not may("eve", "ID")
    has_it = right in (act.right, "admin")
    assert may("cy", "ID") is (has_it and act.of != "all markets")
    assert may("cy", "TH") is (has_it and act.of == "any market")
    if right != "admin":
        assert may("dee", "TH") is has_it


def test_a_list_is_answered_to_as_the_table_says() -> None:
    for held in ("penalties", "rewards", *FILES_OF):
        assert act_of(held).needs("ID") == ("approve", "all" if held in ("deliveries", "notices") else "ID")
    assert HELD.list not in FILES_OF
    assert approvals_needed(None) == approvals_needed(CodeAuthors((), ())) == 1
    assert approvals_needed(CodeAuthors((), ("somebody",))) == 2


def test_what_needs_more_than_usual_says_so_in_words() -> None:
    assert [each.what for each in ACTS if each.most_approvals] == [
        acts.HELD_FOR_CODE.what,
        acts.PREAPPROVE_CODE.what,
        acts.EMERGENCY.what,
    ]
    assert f"above {MANY} accounts and {MANY_OF_MARKET * 100:g} % of" in acts.EMERGENCY.approved_by
    for each in ACTS:
        assert each.most_approvals in (0, 2) and each.approvals in (0, 1)
        assert (each.approvals == 0) is ("nobody" in each.approved_by.split(";")[0])
