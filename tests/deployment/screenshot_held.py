"""Takes docs/images/held_list.png and held_list_answered.png: `PYTHONPATH=tests python -m deployment.screenshot_held`.

Two nights of a small simulated marketplace; before the second, somebody lowers a threshold of ID. Somebody else is asked
in Airflow's pages, releases a first wave, and then the rest.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deployment.held_list import ANOTHER, AUTHOR, log_in, question, run_of, wait, with_two_people
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
        policies = with_two_people(standalone, Path(folder))
        try:
            _evenhand(standalone, "simulate", "--creators", arguments.creators, "--nights", "60")
            _evenhand(standalone, "nightly", BEFORE)
            _lower_a_threshold(policies / "creators_id.yml")
            _evenhand(standalone, "nightly", NIGHT)
            standalone.start(ANOTHER, f"{ANOTHER}'s")
            answer_in_pages(standalone)
        finally:
            standalone.processes.stop()


def answer_in_pages(standalone: Standalone) -> None:
    """Log in, look, release a first wave and then the rest, and photograph both."""
    api = standalone.api
    log_in(standalone, ANOTHER)
    run = run_of(api, NIGHT, "penalties", "ID")
    question(api, run, "answer.person_asked", 300)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        page = browser.new_page(viewport={"width": 1500, "height": 1500}, color_scheme="light")
        page.goto(f"{api.url}/auth/login")
        page.get_by_label("Username").fill(ANOTHER)
        page.locator("input[type=password]").fill(f"{ANOTHER}'s")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{api.url}/")
        _answer(page, f"{api.url}/dags/held_list/runs/{run}/tasks/answer.person_asked", "First wave", "held_list")
        question(api, run, "rest.person_asked", 600)
        _answer(page, f"{api.url}/dags/held_list/runs/{run}/tasks/rest.person_asked", "Approve", None)
        wait(api, run, "success", 600)
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
    text = pack.read_text().replace("version: 1\n", f"version: 1\nchanged_by: {AUTHOR}\n")
    zones = "programmes:\n  account_health:\n    zones:\n      - {zone: warned, at_least: 2}\n\n"
    pack.write_text(text.replace("\nbonuses:", f"\n{zones}bonuses:", 1))


def _evenhand(standalone: Standalone, *command: str) -> None:
    subprocess.run([str(COMMAND), *command], env=standalone.environment, cwd=PROJECT, check=True)


if __name__ == "__main__":
    main()
