"""Take the pictures of docs/console.md anew, of an installation in which nights are released.

cd tests && python -m console.screenshots EVENHAND_HOME ACCOUNT
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from console.serving import serving
from evenhand.settings import PROJECT

IMAGES = PROJECT / "docs" / "images"


def take(home: Path, account: str) -> None:
    """Write each page as a picture of 1440 by 900, and tonight's as a phone shows it."""
    pages = {
        "console_tonight": "/",
        "console_penalties": "/lists/penalties",
        "console_creator": f"/creator?account={account}",
        "console_restoring": f"/creator/restoring?account={account}",
        "console_cases": "/cases",
        "console_held": "/held",
        "console_policies": "/policies",
        "console_metrics": "/metrics",
        "console_metric": "/metrics/repeat_rate",
        "console_board": "/boards/appeals",
        "console_report": "/reports/week",
        "console_gates": "/gates",
        "console_emergency": "/emergency",
    }
    with serving(home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        for name, path in pages.items():
            page.goto(f"{address}{path}")
            page.screenshot(path=IMAGES / f"{name}.png")
            print(IMAGES / f"{name}.png")
        phone = browser.new_page(viewport={"width": 390, "height": 900}, color_scheme="dark")
        phone.goto(f"{address}/")
        phone.screenshot(path=IMAGES / "console_phone.png")
        print(IMAGES / "console_phone.png")
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2])
