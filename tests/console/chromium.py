"""A real browser, the pages that are walked in it, and the installation that has something on each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from axe_playwright_python.sync_playwright import DEFAULT_OPTIONS
from playwright.sync_api import Browser, Page, sync_playwright

from console.conftest import NIGHT, TRIED, held_anew
from console.serving import RUN, has_run, serving
from evenhand.cases.case import CaseCause
from evenhand.cases.store import writing
from evenhand.cases.work import open_case
from evenhand.console.tables import LISTS
from evenhand.records.persons import Person
from evenhand.settings import settings
from night.directly import environment

CASE = CaseCause("escalation", "a call", "ID", "They ask", ("elsewhere1",))
PAGES = (
    *("/", "/lists", "/search?q=a", "/creator?account=a4", f"/creator/restoring?account={TRIED[0]}", "/lists/nothing"),
    *("/policies", "/policies/takedowns-v1", "/policies/takedowns-v1?against=creators_id-v1", "/policies/nothing"),
    *("/cases", "/cases?account=a1", f"/cases/{CASE.case_id}", "/cases/nothing", "/held", "/held/all"),
    *("/?lang=zh", "/creator?account=a4&lang=pt_BR", "/policies/creators_id-v1?lang=id"),
    *("/emergency", "/emergency?market=ID&account=elsewhere1", "/stop", "/reverse"),
    *("/metrics", "/metrics/grant_rate", "/metrics/nothing", "/runs/nightly_governance/r"),
    *("/gates", "/reports", "/reports/week", "/reports/night?lang=zh", "/reports/nothing", "/reports/night/send"),
    *("/boards", "/boards/appeals", "/boards/appeals/report?lang=zh", "/boards/nothing"),
    *(f"/lists/{each.name}" for each in LISTS),
)


@contextmanager
def walked(folder: Path) -> Iterator[str]:
    """The address of pages with lists that are held, a case that was opened by hand, and the run of a night."""
    home = held_anew(folder)
    with environment({"EVENHAND_HOME": str(home)}), writing(home, settings().cases) as cases:
        ann = Person("ann", logged_in=True)
        about = (CASE.kind, CASE.market, CASE.subject, CASE.title, CASE.accounts)
        open_case(cases, home, ann, *about, date.fromisoformat(NIGHT))
    with serving(home) as address:
        has_run(RUN)
        yield address


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def bring_axe(page: Page) -> None:
    """Have a page that was opened know the rules of accessibility; `Axe.run` brings them anew each time."""
    page.evaluate(AXE_SCRIPT)


def broken_on(page: Page, **options: object) -> str:
    """Which rules of accessibility a page breaks, and where; nothing if none."""
    found = AxeResults(page.evaluate(f"axe.run({json.dumps({**DEFAULT_OPTIONS, **options})})"))
    return found.generate_report() if found.violations_count else ""
