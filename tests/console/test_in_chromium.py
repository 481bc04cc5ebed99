"""Every page in a real browser: it fits a phone and a desk, in light and dark, and who can't see it can use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from console.serving import serving
from evenhand.console.tables import LISTS

PAGES = (
    *("/", "/lists", "/search?q=a", "/creator?account=a4", "/creator/restoring?account=a2", "/lists/nothing"),
    *("/policies", "/policies/takedowns-v1", "/policies/takedowns-v1?against=creators_id-v1", "/policies/nothing"),
    *("/cases", "/cases?account=a1", "/cases/nothing", "/held", "/held/all"),
    *("/?lang=zh", "/creator?account=a4&lang=pt_BR", "/policies/creators_id-v1?lang=id"),
    *("/emergency", "/emergency?market=ID&account=elsewhere1", "/stop", "/reverse"),
    *("/metrics", "/metrics/grant_rate", "/metrics/nothing"),
    *("/gates", "/reports", "/reports/week", "/reports/night?lang=zh", "/reports/nothing"),
    *("/boards", "/boards/appeals", "/boards/appeals/report?lang=zh", "/boards/nothing"),
    *(f"/lists/{each.name}" for each in LISTS),
)


@pytest.fixture(scope="module")
def address(held_home: Path) -> Iterator[str]:
    with serving(held_home) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_page_fits_and_breaks_no_rule_of_accessibility(
    address: str, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "console", lambda said: wrong.append(said.text) if said.type == "error" and "404" not in said.text else None
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    foreign: list[str] = []
    page.on(
        "request", lambda asked: foreign.append(asked.url) if not asked.url.startswith(("data:", address)) else None
    )
    for path in PAGES:
        page.goto(f"{address}{path}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{path} is wider than {width} px")
        found = Axe().run(page)
        if found.violations_count:
            wrong.append(f"{path}\n{found.generate_report()}")
    assert (wrong, foreign) == ([], [])
    context.close()


def test_a_list_is_filtered_in_the_browser_and_its_address_kept(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}/")
    page.get_by_role("link", name="Penalties", exact=True).click()
    page.get_by_label("Measure").select_option("publishing_paused")
    page.get_by_role("button", name="Show").click()
    assert "measure=publishing_paused" in page.url
    rows = page.locator("tbody tr")
    assert rows.count() > 0
    assert set(rows.locator("td:nth-child(3)").all_inner_texts()) == {"Publishing paused"}
    with page.expect_download() as download:
        page.get_by_role("link", name="as a spreadsheet").click()
    assert download.value.suggested_filename.endswith("_penalties.xlsx")
    page.close()
