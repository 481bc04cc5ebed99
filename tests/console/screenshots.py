"""Take the pictures of docs/console.md anew, of an installation in which nights are released.

cd tests && python -m console.screenshots EVENHAND_HOME ACCOUNT [EVENHAND_HOME_WITH_A_HELD_LIST]

In the second, lists are held and Indonesia's policy has a second version. ACCOUNT is one of Indonesia with a penalty.
Whom a report can be sent to is shown where EVENHAND_PEOPLE and EVENHAND_PEOPLE_NOTIFIERS say so.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from console.chromium import chromium
from console.serving import serving
from evenhand.settings import PROJECT

IMAGES = PROJECT / "docs" / "images"
HIGH = 900
# What is told of these needs more room.
HIGHER = {"console_creator": 1400, "console_case": 1100, "console_policy": 1400, "console_versions": 1400}
# Pages have few colours: with a palette a picture is a third as large.
COLOURS = 128


def take(home: Path, account: str, held: Path) -> None:
    """Write each page as a picture of 1440 by 900, and some as a phone or a reader of Chinese sees them."""
    pages = {
        "console_tonight": "/",
        "console_penalties": "/lists/penalties",
        "console_stages": "/lists/stages?market=ID",
        "console_deliveries": "/lists/deliveries",
        "console_search": f"/search?q={account[-3:]}",
        "console_creator": f"/creator?account={account}",
        "console_restoring": f"/creator/restoring?account={account}",
        "console_cases": "/cases",
        "console_policies": "/policies",
        "console_policy": "/policies/creators_id-v1",
        "console_metrics": "/metrics",
        "console_metric": "/metrics/grant_rate",
        "console_board": "/boards/appeals",
        "console_report": "/reports/week",
        "console_sending": "/reports/week/send",
        "console_gates": "/gates",
        "console_emergency": f"/emergency?market=ID&account={account}",
        "console_stop": "/stop",
        "console_reverse": "/reverse",
        "console_chinese": "/?lang=zh",
    }
    with chromium() as browser:
        with serving(home) as address:
            for name, path in pages.items():
                _picture(_desk(browser, name), f"{address}{path}", name)
            page = _desk(browser, "console_case")
            page.goto(f"{address}/cases")
            _picture(
                page, str(page.locator("tbody a[href*='cases/']").first.evaluate("each => each.href")), "console_case"
            )
            phone = browser.new_page(viewport={"width": 390, "height": HIGH}, color_scheme="dark")
            _picture(phone, f"{address}/", "console_phone")
        with serving(held) as address:
            _picture(_desk(browser, "console_held"), f"{address}/held", "console_held")
            versions = f"{address}/policies/creators_id-v2?against=creators_id-v1"
            _picture(_desk(browser, "console_versions"), versions, "console_versions")


def _desk(browser: Browser, name: str) -> Page:
    return browser.new_page(viewport={"width": 1440, "height": HIGHER.get(name, HIGH)}, locale="en-GB")


def _picture(page: Page, address: str, name: str) -> None:
    answer = page.goto(address)
    assert answer and answer.ok, f"{address} answers {answer and answer.status}"
    # What would restore a creator is tried first.
    page.wait_for_function("!document.getElementById('going-on')", timeout=120_000)
    # Letters come after the page.
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    path = IMAGES / f"{name}.png"
    with Image.open(BytesIO(page.screenshot())) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    page.close()
    print(path, f"{path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[-1] if len(sys.argv) > 3 else sys.argv[1]))
