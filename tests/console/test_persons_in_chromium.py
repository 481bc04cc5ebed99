"""Pages as each person sees them, in a real browser: who may do less reads them as well as who may do all."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS
from playwright.sync_api import Page, sync_playwright

from console.conftest import ELSEWHERE, held_anew
from console.serving import log_in, serving
from night.directly import environment

PEOPLE = """\
people:
  - {user: viewer, markets: [ID], rights: [see]}
  - {user: support, markets: [ID], rights: [support]}
  - {user: manager, markets: [ID], rights: [see, work_cases, emergency, stop]}
  - {user: approver, markets: [ID], rights: [see, approve]}
  - {user: admin, markets: all, rights: [admin]}
  - {user: another, markets: all, rights: [admin]}
"""
CREATOR = f"/creator?account={ELSEWHERE[0]}"
# What is otherwise for each of them: what waits, what they may do, and that they may not. An admin's are walked alone.
PAGES = ("/", "/held", "/cases", "/emergency?market=ID", CREATOR)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    from evenhand.console.app import app
    from evenhand.console.rights import only_who_is_listed

    folder = tmp_path_factory.mktemp("persons")
    (folder / "people.yml").write_text(PEOPLE)
    with environment({"EVENHAND_PEOPLE": str(folder / "people.yml")}), serving(held_anew(folder)) as address:
        del app.dependency_overrides[only_who_is_listed]
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            yield chromium.new_page(base_url=address, viewport={"width": 1440, "height": 900})
            chromium.close()


@pytest.mark.parametrize("person", ["viewer", "support", "manager", "approver"])
def test_each_person_can_use_what_they_are_shown(page: Page, person: str) -> None:
    log_in(person)
    shown, wrong = {}, []
    for path in PAGES:
        answer = page.goto(f"/evenhand{path}")
        assert answer
        shown[path] = answer.status
        page.evaluate(AXE_SCRIPT)
        found = AxeResults(page.evaluate(f"axe.run({json.dumps(DEFAULT_OPTIONS)})"))
        if found.violations_count:
            wrong.append(f"{path}\n{found.generate_report()}")
    assert wrong == []
    # Whoever talks to creators sees creators alone.
    assert [path for path, status in shown.items() if status == 200] == (
        [CREATOR] if person == "support" else list(PAGES)
    )
