"""Takes docs/images/held_list.png and held_list_answered.png: `PYTHONPATH=tests python -m deployment.screenshot_held`.

Two nights of a small simulated marketplace; before the second, somebody lowers a threshold of ID. Somebody else is
asked in Airflow's pages, releases a first wave, and then the rest.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deployment.people import (
    LAN,
    MAI,
    log_in,
    open_pages,
    question,
    run_of_list,
    start,
    with_packs_of_its_own,
    with_two_people,
)
from deployment.standalone import Standalone
from evenhand.settings import PROJECT

PICTURES = PROJECT / "docs" / "images"
BEFORE, NIGHT = "2026-10-30", "2026-10-31"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--creators", default="3000", help="how many; more take longer")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evenhand-screenshot-") as folder:
        standalone = Standalone(Path(folder) / "home")
        standalone.environment["EVENHAND_EXAMPLE"] = "marketplace"
        policies = with_packs_of_its_own(standalone, Path(folder))
        with_two_people(standalone, Path(folder))
        try:
            standalone.evenhand("simulate", "--creators", arguments.creators, "--nights", "60")
            standalone.evenhand("nightly", BEFORE)
            _lower_a_threshold(policies / "creators_id.yml")
            standalone.evenhand("nightly", NIGHT)
            start(standalone, LAN)
            answer_in_pages(standalone)
        finally:
            standalone.processes.stop()


def answer_in_pages(standalone: Standalone) -> None:
    """Log in, look, release a first wave and then the rest, and photograph both."""
    api = standalone.api
    log_in(api, LAN)
    run = run_of_list(api, NIGHT, "penalties", "ID")
    question(api, "held_list", run, "answer.ask_person", 300)
    with sync_playwright() as playwright:
        browser, page = open_pages(playwright, api, LAN)
        _answer(page, f"{api.url}/dags/held_list/runs/{run}/tasks/answer.ask_person", "First wave", "held_list")
        question(api, "held_list", run, "rest.ask_person", 600)
        _answer(page, f"{api.url}/dags/held_list/runs/{run}/tasks/rest.ask_person", "Approve", None)
        api.wait_for_run(run, 600, dag="held_list")
        page.goto(f"{api.url}/dags/held_list/runs/{run}")
        page.wait_for_timeout(4000)
        page.screenshot(path=PICTURES / "held_list_answered.png")
        browser.close()


def _answer(page: Page, address: str, said: str, picture: str | None) -> None:
    page.goto(f"{address}/required_actions")
    page.get_by_role("button", name=said, exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    if picture:
        page.screenshot(path=PICTURES / f"{picture}.png")
    page.get_by_role("button", name=said, exact=True).click()
    page.wait_for_timeout(3000)


def _lower_a_threshold(pack: Path) -> None:
    text = pack.read_text().replace("version: 1\n", f"version: 1\nchanged_by: {MAI}\n")
    zones = "programmes:\n  account_health:\n    zones:\n      - {zone: warned, at_least: 2}\n\n"
    pack.write_text(text.replace("\nbonuses:", f"\n{zones}bonuses:", 1))


if __name__ == "__main__":
    main()
