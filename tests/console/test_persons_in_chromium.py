"""Pages as each person sees them, in a real browser: who may do less reads them as well as who may do all.

What two persons are sent alike is looked at once, and what `test_in_chromium` is sent is looked at there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from console.chromium import PAGES, bring_axe, broken_on, chromium, walked
from console.conftest import ELSEWHERE, TRIED
from console.serving import log_in
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
RESTORING = f"/creator/restoring?account={TRIED[1]}"
# What is of their market beside what everybody is walked through.
WALKED = (*PAGES, CREATOR, RESTORING, "/policies/creators_id-v1")
OF_ALL_MARKETS = {"/reverse", "/lists/quarantine"}
CREATORS_ELSEWHERE = {"/creator?account=a4", f"/creator/restoring?account={TRIED[0]}", "/creator?account=a4&lang=pt_BR"}
PACKS_ELSEWHERE = {"/policies/takedowns-v1", "/policies/takedowns-v1?against=creators_id-v1"}


@dataclass(frozen=True)
class Desk:
    """A browser, and what was looked at with it."""

    page: Page
    address: str
    looked_at: set[str] = field(default_factory=set)

    def sent(self, path: str) -> tuple[int, str]:
        """What somebody is sent, but for what nobody sees of it."""
        answer = self.page.request.get(f"{self.address}{path}", headers={"accept": "text/html"})
        # By it a form is known to be somebody's.
        content = re.sub(r'name="token" value="[0-9a-f]{64}"', "", answer.text())
        if answer.status == 403:
            # A refusal is the same wherever it stands: the navigation says where, and the choice of languages keeps it.
            content = re.sub(r' aria-current="\w+"|<footer.*</footer>', "", content, flags=re.DOTALL)
        return answer.status, content


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    from evenhand.console.app import app
    from evenhand.console.rights import only_who_is_listed

    folder = tmp_path_factory.mktemp("persons")
    (folder / "people.yml").write_text(PEOPLE)
    with walked(folder) as address, chromium() as browser:
        desk = Desk(browser.new_page(viewport={"width": 1440, "height": 900}), address)
        desk.looked_at.update(desk.sent(path)[1] for path in PAGES)
        del app.dependency_overrides[only_who_is_listed]
        with environment({"EVENHAND_PEOPLE": str(folder / "people.yml")}):
            yield desk


@pytest.mark.parametrize("person", ["viewer", "support", "manager", "approver", "admin"])
def test_each_person_can_use_what_they_are_shown(desk: Desk, person: str) -> None:
    log_in(person)
    answered: dict[int, set[str]] = {}
    wrong = []
    for path in WALKED:
        status, content = desk.sent(path)
        answered.setdefault(status, set()).add(path)
        if content not in desk.looked_at:
            desk.looked_at.add(content)
            desk.page.goto(f"{desk.address}{path}")
            bring_axe(desk.page)
            if broken := broken_on(desk.page):
                wrong.append(f"{path}\n{broken}")
    assert wrong == []
    assert answered == _wanted(person)


def _wanted(person: str) -> dict[int, set[str]]:
    """What each page is answered with: one that fails is in none of them."""
    every, nothing = set(WALKED), {path for path in WALKED if path.endswith("/nothing")}
    if person == "admin":
        return {200: every - nothing, 404: nothing}
    if person == "support":
        # Whoever talks to creators sees creators alone.
        seen = {CREATOR, RESTORING, "/search?q=a"}
        return {200: seen, 403: every - seen - CREATORS_ELSEWHERE, 404: CREATORS_ELSEWHERE}
    not_there = nothing | CREATORS_ELSEWHERE | PACKS_ELSEWHERE
    return {200: every - OF_ALL_MARKETS - not_there, 403: OF_ALL_MARKETS, 404: not_there}
