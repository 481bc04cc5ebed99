"""Take the pictures of docs/console.md anew, of an installation in which nights are released.

cd tests && python -m console.screenshots EVENHAND_HOME ACCOUNT [EVENHAND_HOME_WITH_A_HELD_LIST]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from console.serving import serving
from evenhand.settings import PROJECT

IMAGES = PROJECT / "docs" / "images"


HIGH = 900
# What is told of a creator needs more room.
HIGHER = {"console_creator": 1400}


def take(home: Path, account: str, held: Path) -> None:
    """Write each page as a picture of 1440 by 900, and some as a phone or a reader of Chinese sees them."""
    pages = {
        "console_tonight": "/",
        "console_penalties": "/lists/penalties",
        "console_stages": "/lists/stages?market=ID",
        "console_deliveries": "/lists/deliveries",
        "console_creator": f"/creator?account={account}",
        "console_restoring": f"/creator/restoring?account={account}",
        "console_cases": "/cases",
        "console_policies": "/policies",
        "console_metrics": "/metrics",
        "console_metric": "/metrics/grant_rate",
        "console_board": "/boards/appeals",
        "console_report": "/reports/week",
        "console_gates": "/gates",
        "console_emergency": "/emergency?market=ID",
        "console_chinese": "/?lang=zh",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        with serving(home) as address:
            for name, path in pages.items():
                page = browser.new_page(viewport={"width": 1440, "height": HIGHER.get(name, HIGH)})
                _picture(page, f"{address}{path}", name)
            phone = browser.new_page(viewport={"width": 390, "height": HIGH}, color_scheme="dark")
            _picture(phone, f"{address}/", "console_phone")
        with serving(held) as address:
            page = browser.new_page(viewport={"width": 1440, "height": HIGH})
            _picture(page, f"{address}/held", "console_held")
        browser.close()


def _picture(page: Page, address: str, name: str) -> None:
    page.goto(address)
    # What would restore a creator is tried first.
    page.wait_for_function("!document.getElementById('going-on')")
    # Letters come after the page.
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.png")
    page.close()
    print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[-1] if len(sys.argv) > 3 else sys.argv[1]))
