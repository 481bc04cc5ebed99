"""The pages of metrics: all of a market, and one over nights with its interval and what else changed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.conftest import NIGHT
from console.serving import seen_by_all
from evenhand.console import metrics
from evenhand.console.charts import Point, over_nights, scale_of
from evenhand.reference import metrics as written
from evenhand.release.figures import Figure, definitions
from evenhand.release.metric_query import query_of
from evenhand.release.query import ask
from evenhand.settings import PROJECT
from night.directly import decide


def test_every_metric_has_its_figure_and_what_it_is(reader: TestClient) -> None:
    page = reader.get("/metrics").text
    assert "Decided and not enforced" in page
    assert "Share of the cases decided more than 3 days ago that nothing was done about." in page
    assert "too few to say" in page


def test_a_metric_is_shown_for_each_market_and_its_parts(reader: TestClient) -> None:
    page = reader.get("/metrics/repeat_rate?market=world").text
    assert "Repeat rate, world" in page
    assert "Violation type: Copyright" in page


def test_each_released_figure_is_given_by_the_query_of_its_metric_and_part(reader: TestClient, home: Path) -> None:
    releases, defined = home / "releases", definitions(PROJECT / "dbt_project")
    given = []
    for metric, of in defined.items():
        for part in ("", *of.slices):
            with ask(releases, query_of(metric, part)) as answer:
                given += [(metric, part, *row) for row in answer.rows]
    columns_of = "select metric, slice, night, market, {}figure, sample, is_enough, unit from operational_metrics"
    sql = columns_of + " where slice {} ''"
    released: list[tuple[Any, ...]] = []
    for columns, which in (("", "="), ("slice_value, ", "<>")):
        with ask(releases, sql.format(columns, which)) as answer:
            released += answer.rows
    assert sorted(map(str, given)) == sorted(map(str, released))
    assert released
    # A page has those of what it shows.
    page = unescape(reader.get("/metrics/repeat_rate?market=world").text)
    for query in (query_of("repeat_rate", "", NIGHT), query_of("repeat_rate", "violation_type", NIGHT, "world")):
        assert f"<pre>{query}</pre>" in page


@pytest.mark.parametrize("address", ["/metrics/none", "/metrics?market=none"])
def test_what_isnt_there_is_said(reader: TestClient, address: str) -> None:
    assert reader.get(address).status_code == 404


def test_before_the_first_night_there_is_none(nothing_released: TestClient) -> None:
    assert "Nothing is released yet" in nothing_released.get("/metrics").text
    assert "Nothing is released yet" in nothing_released.get("/metrics/prevalence").text


def test_a_night_with_too_few_is_a_gap_and_not_a_zero(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = iter([_figure("0.10", True), _figure("0.00", False)])
    monkeypatch.setattr(metrics, "figures_by_metric", lambda *_: {"repeat_rate": next(figures)})
    page = reader.get("/metrics/repeat_rate").text
    assert page.count("<polyline") == 1
    assert len(_line(page).split()) == 1
    assert "from 5.0\N{NO-BREAK SPACE}% to 15.0\N{NO-BREAK SPACE}%" in page


def test_times_of_all_nights_are_drawn_and_told_in_the_unit_of_the_newest(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def time(figure: str, unit: str) -> Figure:
        return Figure("repeat_rate", "Repeat rate", "all", figure, True, Decimal(figure), Decimal(figure), unit=unit)

    def of_nights(over: Sequence[Figure]) -> Callable[..., dict[str, Figure]]:
        """What two nights have, however often each is asked for."""
        return lambda folder, *_: {"repeat_rate": over[1 if NIGHT in str(folder) else 0]}

    for over, said, heights in (
        ([time("2", "days"), time("47", "hours")], "from 47 hours to 48 hours", [0.0, 100.0]),
        ([time("48", "hours"), time("3", "days")], "from 2 days to 3 days", [100.0, 0.0]),
    ):
        monkeypatch.setattr(metrics, "figures_by_metric", of_nights(over))
        page = reader.get("/metrics/repeat_rate").text
        line = _line(page)
        assert [float(point.partition(",")[2]) for point in line.split()] == heights
        assert said in page.partition('aria-label="')[2]
    # The small ones beside figures likewise.
    for over, is_level in (([time("48", "hours"), time("2", "days")], True), ([time("2", "hours")] * 2, True),
                           ([time("2", "days"), time("2", "hours")], False)):  # fmt: skip
        monkeypatch.setattr(metrics, "figures_by_metric", of_nights(over))
        page = reader.get("/metrics").text
        line = page.partition('class="trend"')[2].partition('<polyline points="')[2].partition('"')[0]
        assert (len({point.partition(",")[2] for point in line.split()}) == 1) == is_level


def test_a_chart_escapes_what_it_shows_and_marks_what_changed() -> None:
    points = [Point("<b>", 1.0), Point("2", 2.0, 1.5, 2.5, "other <policies>", "two <of>")]
    chart = over_nights(points, "<said>", lambda value: f"<i>{value}")
    assert "<b>" not in chart
    assert "<i>" not in chart
    assert "<said>" not in chart
    assert "2: two &lt;of&gt;; other &lt;policies&gt;" in chart
    assert over_nights([Point("1", None)], "", str) == ""


def test_neither_line_nor_band_goes_over_a_night_without_a_value() -> None:
    points = [*(Point(str(night), 2.0, 1.0, 3.0) for night in range(2)), Point("2", None), Point("3", 2.0, 1.0, 3.0)]
    chart = over_nights(points, "", str)
    lines, bands = (
        [
            [float(point.partition(",")[0]) for point in drawn.split()]
            for drawn in re.findall(rf'class="{what}" points="(.*?)"', chart)
        ]
        for what in ("line", "band")
    )
    assert lines == [[0, 333.3], [1000]]
    assert bands == [[0, 333.3, 333.3, 0], [1000, 1000]]
    # The last night of all alone is marked, and a line of one night, which would not be seen.
    assert chart.count('class="dot"') == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5))
def test_all_values_of_a_chart_fit_on_its_scale_of_few_round_lines(thousandths: list[int]) -> None:
    values = [each / 1000 for each in thousandths]
    scale = scale_of(values)
    assert 2 <= len(scale.ticks) <= 5
    assert list(scale.ticks) == sorted(set(scale.ticks))
    assert all(-0.01 <= scale.up(value) <= 100.01 for value in values)
    # What is never below nothing has no line below it.
    assert min(values) < 0 or scale.ticks[0] >= 0


def test_a_scale_has_round_values_and_a_value_alone_lies_within() -> None:
    assert scale_of([0.351, 0.521]).ticks == [0.35, 0.4, 0.45, 0.5, 0.55]
    assert scale_of([0, 17]).ticks == [0, 5, 10, 15, 20]
    assert scale_of([0]).ticks == [0, 0.5]
    assert scale_of([3]).ticks == [2, 3, 4]
    assert scale_of([0.9, 4.9]).ticks == [0, 2, 4, 6]


@pytest.mark.parametrize("values", [[1e-11, 3e-11], [2e-11], [1e9, 1e9 + 1e-7], [-1e-12, 0]])
def test_values_beside_each_other_or_nothing_fit_on_a_scale(values: list[float]) -> None:
    scale = scale_of(values)
    assert len(set(scale.ticks)) == len(scale.ticks) <= 5
    assert all(-0.01 <= scale.up(value) <= 100.01 for value in values)


def _line(page: str) -> str:
    return page.partition('<polyline class="line" points="')[2].partition('"')[0]


def _figure(figure: str, is_enough: bool) -> Figure:
    return Figure(
        "repeat_rate", "Repeat rate", "all", figure, is_enough, Decimal("0.05"), Decimal("0.15"), unit="share"
    )


def test_another_target_or_named_day_holds_nothing_and_the_former_target_stays_with_its_days(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided again with other targets and named days, a night has the same lists of the same packs and tells them."""
    here = Path(shutil.copytree(home, tmp_path / "home", symlinks=True))
    policies = Path(shutil.copytree(PROJECT / "policies", tmp_path / "policies"))
    shipped = "{metric: grant_rate, market: all, at_most: 0.6, effective_from: 2026-01-01}"
    said = (policies / "targets.yml").read_text()
    assert shipped in said
    edited = (
        shipped.replace("}", ", effective_until: 2026-03-04}")
        + "\n  - {metric: grant_rate, market: all, at_most: 0.25, effective_from: 2026-03-05}"
    )
    (policies / "targets.yml").write_text(said.replace(shipped, edited))
    (policies / "calendar.yml").write_text(
        "days:\n  - {name: Sale <of> March, markets: world, first_day: 2026-03-05, last_day: 2026-03-09}\n"
        "  - {name: Pay-day, markets: ID, first_day: 2026-03-06}\n"
    )
    monkeypatch.setenv("EVENHAND_POLICIES", str(policies))
    release = here / "releases" / f"night={NIGHT}"
    before = json.loads((release / "manifest.json").read_text())
    decide(here, NIGHT)
    after = json.loads((release / "manifest.json").read_text())
    assert after["targets"] != before["targets"]
    assert [each["name"] for each in after["named_days"]["days"]] == ["Sale <of> March", "Pay-day"]
    assert after["held_lists"] == before["held_lists"] == []
    for same in ("packs", "files", "causes", "code"):
        assert after[same] == before[same], same
    with seen_by_all(here) as app:
        client = TestClient(app, base_url="http://127.0.0.1:8080")
        page = client.get("/metrics/grant_rate?market=all").text
        of_world = client.get("/metrics/decisions?market=world").text
    gap = "\N{NO-BREAK SPACE}"
    assert re.findall(r"Target: [^<]*", page) == [
        f"Target: at most 60.0{gap}%, from 1 Jan 2026 until 4 Mar 2026.",
        f"Target: at most 25.0{gap}%, from 5 Mar 2026.",
    ]
    assert "5 Mar 2026 to 9 Mar 2026: Sale &lt;of&gt; March, world." in page
    assert "6 Mar 2026: Pay-day, Indonesia (ID)." in page
    assert "Sale &lt;of&gt; March.</li>" in of_world
    assert "Pay-day" not in of_world
    # In the docs of a checkout too, which name what its targets.yml says.
    monkeypatch.setattr(written, "PROJECT", tmp_path)
    (row,) = (line for line in written.render().splitlines() if line.startswith("| `grant_rate`: "))
    assert re.findall(r"at most [^(]*\(all markets[^)]*\)", row) == [
        "at most 60.0 % (all markets, from 2026-01-01 until 2026-03-04)",
        "at most 25.0 % (all markets, from 2026-03-05)",
    ]
