"""A gate's page: what it says and to whom, and that what rows say can do nothing there."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from evenhand.quality.finding import Finding
from evenhand.quality.page import write_page

HOSTILE = "<script>alert('A1')</script>"


def found(
    table: str,
    rule: str,
    failing: int = 0,
    rows_query: str = "from x",
    *,
    column: str = "",
    observed: str = "",
    if_broken: str = "The night stops.",
    columns: tuple[str, ...] = (),
    examples: tuple[tuple[str, ...], ...] = (),
) -> Finding:
    return Finding(
        suite=table,
        table=table,
        rule=rule,
        column=column,
        remedy="Land it again.",
        rows_query=rows_query,
        failing=failing,
        observed=observed or f"found {failing}",
        blocks=True,
        if_broken=if_broken,
        columns=columns,
        examples=examples,
    )


FINDINGS = [
    found("candidates.contents", "content_id is there"),
    found("candidates.creators", "market is there"),
    found(
        "candidates.creators",
        "kind is one of <these>",
        1_801,
        column="kind",
        if_broken="Its rows go into quarantine.",
        columns=("account_id", "kind"),
        examples=((HOSTILE, "\"><img src=x onerror='x'>"),),
    ),
    found("arrivals.creators", "rows on a night", 1, rows_query="", observed="found 0"),
]

TOLD = {"Held": [], "To look at": [f"violations/night=2026-03-05/{HOSTILE}.csv: it is passed over"]}


class Elements(HTMLParser):
    """What a browser makes of a page: its elements' names, and all their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += attrs


def written(folder: Path, stopped: bool = True) -> str:
    write_page(folder, "Gate 1 of night 2026-03-05", "Nothing was let through.", stopped, FINDINGS, TOLD)
    return (folder / "index.html").read_text()


def test_a_broken_rule_is_named_with_its_column_count_consequence_remedy_and_rows(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert "<h1>Gate 1 of night 2026-03-05</h1>" in page
    assert '<p class="stopped">Nothing was let through.</p>' in page
    assert "Rules looked at: 4. Broken: 2." in page
    kind, on_a_night = re.findall("<article>.*?</article>", page, re.DOTALL)
    assert "<h3>kind is one of &lt;these&gt;</h3>" in kind
    assert '<span class="count">1,801 rows</span>' in kind
    for said in ("Column kind.", "Its rows go into quarantine.", "Land it again.", "<th>account_id</th>", "1,800 more"):
        assert said in kind
    # A rule about a table has no rows, but something that was seen.
    assert '<span class="count">found 0</span>' in on_a_night
    assert "The night stops." in on_a_night
    assert "Column" not in on_a_night and "<table>" not in on_a_night and "more." not in on_a_night


def test_what_rows_say_is_text(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert "&lt;script&gt;alert(&#39;A1&#39;)&lt;/script&gt;" in page
    assert "&#34;&gt;&lt;img src=x" in page
    assert "<li>violations/night=2026-03-05/&lt;script&gt;alert" in page
    elements = Elements(page)
    assert elements.names.isdisjoint({"script", "img"})
    assert not any(name.startswith("on") for name, _ in elements.attributes)


def test_what_is_broken_comes_first_and_what_holds_is_folded(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert re.findall("<h2>(.*?)</h2>", page) == [
        "To look at",
        "candidates.creators",
        "arrivals.creators",
        "candidates.contents",
    ]
    folded = re.findall("<details>.*?</details>", page, re.DOTALL)
    assert ["market is there" in each for each in folded] == [True, False]
    assert ["content_id is there" in each for each in folded] == [False, True]
    outside = re.sub("<details>.*?</details>", "", page, flags=re.DOTALL)
    assert "market is there" not in outside and "content_id is there" not in outside


def test_the_page_needs_nothing_beside_itself(tmp_path: Path) -> None:
    page = written(tmp_path)
    elements = Elements(page)
    assert [each for each in elements.attributes if each[0] in ("src", "href", "srcset")] == [("href", "data:,")]
    assert "//" not in page and "@import" not in page and "url(" not in page


def test_a_night_that_goes_on_is_not_shown_as_stopped(tmp_path: Path) -> None:
    assert 'class="stopped"' not in written(tmp_path, stopped=False)


def test_machines_read_the_same(tmp_path: Path) -> None:
    written(tmp_path)
    results = json.loads((tmp_path / "results.json").read_text())
    assert {name: results[name] for name in ("title", "outcome", "stopped", "told")} == {
        "told": TOLD,
        "title": "Gate 1 of night 2026-03-05",
        "outcome": "Nothing was let through.",
        "stopped": True,
    }
    assert [each["rule"] for each in results["results"]] == [each.rule for each in FINDINGS]
    assert results["results"][2] == {
        "suite": "candidates.creators",
        "table": "candidates.creators",
        "rule": "kind is one of <these>",
        "column": "kind",
        "failing": 1801,
        "observed": "found 1801",
        "success": False,
    }
