"""Takes docs/images/held_list.png and held_list_answered.png: `PYTHONPATH=tests python -m deployment.screenshot_held`.

Two nights of a small simulated marketplace; before the second, somebody lowers a threshold of ID. Somebody else is
asked in Airflow's pages, releases a first wave, and then the rest.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deployment.people import (
    LAN,
    MAI,
    log_in,
    password,
    question,
    run_of_list,
    start,
    with_packs_of_its_own,
    with_two_people,
)
from deployment.standalone import COMMAND, Standalone
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
            _evenhand(standalone, "simulate", "--creators", arguments.creators, "--nights", "60")
            _evenhand(standalone, "nightly", BEFORE)
            _lower_a_threshold(policies / "creators_id.yml")
            _evenhand(standalone, "nightly", NIGHT)
            start(standalone, LAN)
            answer_in_pages(standalone)
        finally:
            standalone.processes.stop()


def answer_in_pages(standalone: Standalone) -> None:
    """Log in, look, release a first wave and then the rest, and photograph both."""
    api = standalone.api
    log_in(api, LAN)
    run = run_of_list(api, NIGHT, "penalties", "ID")
    question(api, "held_list", run, "answer.person_asked", 300)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(viewport={"width": 1500, "height": 1300}, color_scheme="light")
        page.goto(f"{api.url}/auth/login")
        page.locator("input[name=username]").fill(LAN)
        page.locator("input[name=password]").fill(password(LAN))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{api.url}/")
        _answer(page, f"{api.url}/dags/held_list/runs/{run}/tasks/answer.person_asked", "First wave", "held_list")
        question(api, "held_list", run, "rest.person_asked", 600)
        _answer(page, f"{api.url}/dags/held_list/runs/{run}/tasks/rest.person_asked", "Approve", None)
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


def _evenhand(standalone: Standalone, *command: str) -> None:
    subprocess.run([str(COMMAND), *command], env=standalone.environment, cwd=PROJECT, check=True)


if __name__ == "__main__":
    main()
