"""The page over all nights, and that no page of a gate, of models or of nights loads anything from elsewhere."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evenhand.deciding.report import BuildReport, keep_report
from evenhand.quality.finding import Finding
from evenhand.quality.nights_page import keep_pages, write_index
from evenhand.quality.page import write_page

FOREIGN = "https://evil.example/x.js"
FINDING = Finding(
    suite="lists", table="main.penalties", rule=f"<script src='{FOREIGN}'></script>", column="account_id",
    remedy=f"See {FOREIGN}.", rows_query="from x", failing=1, observed="found 1", blocks=True,
    if_broken="The night stops.", columns=("account_id",), examples=((f'<img src="{FOREIGN}">',),),
)  # fmt: skip
# Attributes that a browser loads from by itself; `href` loads only where it isn't a link that somebody follows.
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest", "xlink:href"}


class Loaded(HTMLParser):
    """What a browser loads because of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.policy = ""
        self._in_style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        of_tag = {name: value or "" for name, value in attrs}
        if of_tag.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = of_tag["content"]
        self.found += [value for name, value in of_tag.items() if name in LOADING or name.startswith("on")]
        self.found += [of_tag["href"]] if tag in ("link", "base", "use", "image") else []
        self.found += re.findall(r"url\(([^)]*)\)", of_tag.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += re.findall(r"(?:url\(|@import)\s*([^);]*)", data)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False


def _gates(work: Path, outcome: str, stopped: bool) -> None:
    for folder in ("gate_1", "gate_2/rows", "gate_2/changes"):
        (work / folder).mkdir(parents=True, exist_ok=True)
        write_page(work / folder, f"Gate of {work.name}", outcome, stopped, [FINDING])


def _release(home: Path, night: str, revision: str) -> None:
    folder = home / "releases" / "revisions" / f"night={night}" / revision
    folder.mkdir(parents=True)
    link = home / "releases" / f"night={night}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.relative_to(link.parent))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    _gates(tmp_path / "nights" / "night=2026-03-05", "Let through. 12 rows.", stopped=False)
    keep_pages(tmp_path / "nights" / "night=2026-03-05", 1)
    _release(tmp_path, "2026-03-05", "0001")
    _gates(tmp_path / "nights" / "night=2026-03-06", "Let through. 13 rows.", stopped=False)
    keep_pages(tmp_path / "nights" / "night=2026-03-06", 1)
    _release(tmp_path, "2026-03-06", "0001")
    # Run again, it stops: what was released stays, and so do its pages.
    _gates(tmp_path / "nights" / "night=2026-03-06", "Stopped here: nothing was let through.", stopped=True)
    _gates(tmp_path / "nights" / "night=2026-03-07", "The night stopped here.", stopped=True)
    return tmp_path


def _index(home: Path) -> str:
    return write_index(home / "nights", home / "releases").read_text()


def test_each_night_says_what_came_of_it_the_newest_first(home: Path) -> None:
    rows = re.findall(r"<tr>\s*<td>(.*?)</td>\s*<td(.*?)>(.*?)</td>", _index(home), re.DOTALL)
    assert rows == [
        ("2026-03-07", ' class="stopped"', "Stopped at Gate 1."),
        ("2026-03-06", ' class="stopped"', "Stopped at Gate 1. What was released before, revision 1, is in force."),
        ("2026-03-05", "", "Succeeded: revision 1 is released."),
    ]


def test_its_links_lead_to_the_pages_of_the_last_run_and_of_each_release(home: Path) -> None:
    page = _index(home)
    links = re.findall(r'<a href="([^"]+)"', page)
    assert len(links) == 3 * 3 + 2 * 3
    for link in links:
        assert (home / "nights" / link).is_file()
    kept = home / "nights" / "night=2026-03-06" / "kept" / "0001" / "gate_1" / "index.html"
    assert "Let through. 13 rows." in kept.read_text()


def test_without_nights_it_says_so(tmp_path: Path) -> None:
    assert "No night was run so far." in _index(tmp_path)


def test_no_page_that_is_written_loads_anything_from_elsewhere(home: Path) -> None:
    _index(home)
    keep_report(BuildReport(date(2026, 3, 5), ()), home / "nights" / "night=2026-03-05" / "models")
    pages = sorted(home.rglob("*.html"))
    assert len(pages) == 9 + 6 + 1 + 1
    for path in pages:
        loaded = Loaded(path.read_text())
        assert set(loaded.found) <= {"data:,"}, path
        if path.parent.name != "models":
            assert "default-src 'none'" in loaded.policy, path


def test_what_looks_for_foreign_addresses_finds_each() -> None:
    page = (
        f"<script src={FOREIGN}></script><link rel=stylesheet href={FOREIGN}><p style='background: url({FOREIGN})'>"
        f"<style>@import {FOREIGN};</style><img srcset={FOREIGN}><a href={FOREIGN}>a link that somebody follows</a>"
    )
    assert Loaded(page).found == [FOREIGN] * 5
