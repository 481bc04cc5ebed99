"""Takes docs/images/nightly_governance.png: `PYTHONPATH=tests python -m deployment.screenshot`.

It runs a night in an installation of its own, and photographs the graph of the run in Airflow's pages.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, sync_playwright

from deployment.airflow_api import DAG, AirflowApi
from deployment.people import open_pages
from deployment.standalone import Standalone
from evenhand.settings import PROJECT

PICTURE = PROJECT / "docs" / "images" / "nightly_governance.png"
NIGHT = "2026-08-19"
# The receivers are seen, and not what is in them.
_OPEN_GROUPS = ["deliver"]
_MARGIN = 16


def take(api: AirflowApi, run: str, picture: Path) -> None:
    """Photograph the graph of a run of an Airflow without log-in."""
    with sync_playwright() as playwright:
        browser, page = open_pages(playwright, api)
        # The pages remember how somebody looked at a graph.
        remembered = {
            "default_dag_view": "graph",
            f"direction-{DAG}": "DOWN",
            f"{DAG}/open-groups": _OPEN_GROUPS,
            "react-resizable-panels:graph-ltr": None,
        }
        for key, value in remembered.items():
            page.add_init_script(f"localStorage.setItem({json.dumps(key)}, {json.dumps(json.dumps(value))})")
        page.goto(f"{api.url}/dags/{DAG}/runs/{run}")
        page.wait_for_selector(".react-flow__node")
        # Boxes move to their places.
        page.wait_for_timeout(3000)
        page.add_style_tag(content=".react-flow__panel, .react-flow__background { display: none }")
        boxes = [box for node in page.locator(".react-flow__node").all() if (box := node.bounding_box())]
        left = min(box["x"] for box in boxes) - _MARGIN
        top = min(box["y"] for box in boxes) - _MARGIN
        right = max(box["x"] + box["width"] for box in boxes) + _MARGIN
        bottom = max(box["y"] + box["height"] for box in boxes) + _MARGIN
        clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        page.screenshot(path=picture, clip=clip)
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="evenhand-screenshot-") as folder:
        standalone = Standalone(Path(folder))
        try:
            standalone.start()
            run = standalone.api.trigger(NIGHT)
            standalone.api.wait_for_run(run, 300)
            take(standalone.api, run, PICTURE)
        finally:
            standalone.processes.stop()
    print(PICTURE)


if __name__ == "__main__":
    main()
