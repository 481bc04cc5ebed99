"""The sandbox's page in a real browser."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from sandbox.process import SandboxProcess

_CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = pytest.mark.skipif(not _CHROMIUM.exists(), reason="chromium isn't installed (apt-get install chromium)")


@pytest.fixture
def sandbox(sandbox_shared: SandboxProcess) -> SandboxProcess:
    sandbox_shared.forget()
    return sandbox_shared


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def _change(name: str, number: int) -> dict[str, Any]:
    measures = (("no_live", "live"), ("no_showcase", "showcase"), ("lower_commission", "commission"))
    measure, scope = measures[number % 3]
    payload: dict[str, Any] = {
        "account_id": f"A{1000 + number}",
        "market": ("US", "GB", "ID")[number % 5 % 3],
        "scope": scope,
        "starts_on": "2026-03-01",
        "reason_id": f"why-{number}",
        "explanation": f"On 2026-03-01 the account went from 8 to 1{number} points & <b>entered</b> the zone red.",
    }
    if name == "penalties":
        payload |= {"measure": measure, "ends_on": None if number % 7 == 0 else "2026-03-14"}
    else:
        payload |= {"reward": "live_bonus", "amount": "25.00"}
    return {
        "key": hashlib.sha256(f"{name}{number}".encode()).hexdigest(),
        "list": name,
        "row_key": f"{name}-{number:03}",
        "action": "put",
        "payload": payload,
    }


def _removal(name: str, number: int) -> dict[str, Any]:
    key = hashlib.sha256(f"remove{name}{number}".encode()).hexdigest()
    return {"key": key, "list": name, "row_key": f"{name}-{number:03}", "action": "remove", "payload": None}


def test_before_the_first_delivery_it_says_what_to_do(sandbox: SandboxProcess, browser_page: Page) -> None:
    browser_page.goto(sandbox.url)
    expect(browser_page.locator("#empty")).to_contain_text("Nothing has been delivered yet")
    expect(browser_page.locator("#rows")).to_have_count(0)


def test_it_shows_counts_changes_and_rows_to_search(sandbox: SandboxProcess, browser_page: Page) -> None:
    sandbox.send(*(_change("penalties", number) for number in range(40)), *(_change("rewards", n) for n in range(9)))
    sandbox.send(_removal("penalties", 3))
    failures: list[str] = []
    browser_page.on("requestfailed", lambda request: failures.append(request.url))
    browser_page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    browser_page.goto(sandbox.url)
    expect(browser_page.locator("#total")).to_have_text("48")
    expect(browser_page.locator("#effects")).to_have_text("50")
    expect(browser_page.locator("#markets .bar")).to_have_count(3)
    expect(browser_page.locator("#measures")).to_contain_text("no_live on live")
    expect(browser_page.locator("#recent tbody tr").first).to_contain_text("A1003")
    expect(browser_page.locator("#rows tbody tr")).to_have_count(25)
    browser_page.get_by_role("link", name="Next").click()
    expect(browser_page.locator("#rows")).to_contain_text("48 rows, page 2 of 2")
    browser_page.get_by_label("Search rows").fill("A1007")
    browser_page.get_by_role("button", name="Search").click()
    expect(browser_page.locator("#rows tbody tr")).to_have_count(2)
    browser_page.get_by_label("List", exact=True).select_option("penalties")
    browser_page.get_by_role("button", name="Search").click()
    row = browser_page.locator("#rows tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("no end")
    row.locator("summary").click()
    expect(row.locator("details")).to_contain_text("17 points & <b>entered</b> the zone red.")
    browser_page.get_by_label("Search rows").fill("100%_")
    browser_page.get_by_role("button", name="Search").click()
    expect(browser_page.locator("#rows")).to_contain_text("No row has this")
    assert failures == []


def test_it_is_readable_on_a_phone(sandbox: SandboxProcess, browser_page: Page) -> None:
    sandbox.send(*(_change("penalties", number) for number in range(30)))
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.goto(sandbox.url)
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    browser_page.set_viewport_size({"width": 1280, "height": 900})


def test_when_everything_was_removed_it_says_so(sandbox: SandboxProcess, browser_page: Page) -> None:
    sandbox.send(_change("penalties", 1))
    sandbox.send(_removal("penalties", 1))
    browser_page.goto(sandbox.url)
    expect(browser_page.locator("#rows")).to_contain_text("no measure is in force")
    browser_page.goto(sandbox.url + "?page=99")
    expect(browser_page.locator("#total")).to_have_text("0")
