"""Every page in a real browser: it fits a phone and a desk, in light and dark, and who can't see it can use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Error, Page, Request

from console.chromium import PAGES, bring_axe, broken_on, chromium, walked
from evenhand.settings import PROJECT

# In the dark nothing but colours is otherwise.
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LOOKED_AT: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": OF_COLOURS}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with walked(tmp_path_factory.mktemp("walked")) as served:
        yield served


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """One for all of them: each more is a window of its own, with what Chromium shows around it."""
    with chromium() as browser:
        yield browser.new_page()


@contextmanager
def _heard(page: Page, address: str) -> Iterator[tuple[list[str], list[str]]]:
    """What goes wrong on a page meanwhile, and what it asks of others."""
    wrong: list[str] = []
    foreign: list[str] = []

    def said(told: ConsoleMessage) -> None:
        if told.type == "error" and "404" not in told.text:
            wrong.append(told.text)

    def failed(error: Error) -> None:
        wrong.append(str(error))

    def asked(request: Request) -> None:
        if not request.url.startswith(("data:", address)):
            foreign.append(request.url)

    page.on("console", said)
    page.on("pageerror", failed)
    page.on("request", asked)
    try:
        yield wrong, foreign
    finally:
        page.remove_listener("console", said)
        page.remove_listener("pageerror", failed)
        page.remove_listener("request", asked)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_fits_and_breaks_no_rule_of_accessibility(address: str, page: Page, path: str) -> None:
    """Of both widths, in light and dark: a page that is open becomes narrower and darker, as on any reader's desk."""
    # Nothing of the page before it is left: it is loaded narrow and in the light, as a visitor who is new has it.
    page.context.clear_cookies()
    page.set_viewport_size({"width": 390, "height": 900})
    page.emulate_media(color_scheme="light")
    with _heard(page, address) as (wrong, foreign):
        page.goto(f"{address}{path}")
        bring_axe(page)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wrong.append(f"{path} is wider than {width} px")
                if broken := broken_on(page, **LOOKED_AT[scheme]):
                    wrong.append(f"{path}, {width} px, {scheme}\n{broken}")
    assert (wrong, foreign) == ([], [])


def test_in_the_dark_nothing_but_colours_is_otherwise() -> None:
    """So that what isn't of colours needs to be looked at in the light alone."""
    style = (PROJECT / "plugins/evenhand/console/templates/style.css").read_text()
    dark = re.findall(r'data-theme="dark"\] \{([^}]*)\}', style)
    dark += re.findall(r"@media \(prefers-color-scheme: dark\) \{\s*[^{]*\{([^}]*)\}\s*\}", style)
    said = [each.strip() for block in dark for each in block.split(";") if each.strip()]
    assert len(dark) == style.count("dark)") + style.count('"dark"]') == 2
    assert {each for each in said if not re.fullmatch("--[a-z-]+: #[0-9a-f]{3,6}", each)} == {"color-scheme: dark"}


def test_a_list_is_filtered_in_the_browser_and_its_address_kept(address: str, page: Page) -> None:
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
