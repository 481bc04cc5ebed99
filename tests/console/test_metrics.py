"""The pages of metrics: all of a market, and one over nights with its interval and what else changed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from evenhand.console import metrics
from evenhand.console.charts import Point, over_nights
from evenhand.release.figures import Figure


def test_every_metric_has_its_figure_and_what_it_is(reader: TestClient) -> None:
    page = reader.get("/metrics").text
    assert "Decided and not enforced" in page
    assert "Share of the cases decided more than 3 days ago that nothing was done about." in page
    assert "too few to say" in page


def test_a_metric_is_shown_for_each_market_and_its_parts(reader: TestClient) -> None:
    page = reader.get("/metrics/repeat_rate?market=world").text
    assert "Repeat rate, world" in page
    assert "Violation type: Copyright" in page


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
    (line,) = (part.split('"')[0] for part in page.split('<polyline points="')[1:])
    assert len(line.split()) == 1
    assert "from 5.0\N{NO-BREAK SPACE}% to 15.0\N{NO-BREAK SPACE}%" in page


def test_times_of_all_nights_are_drawn_and_told_in_the_unit_of_the_newest(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def time(figure: str, unit: str) -> Figure:
        return Figure("repeat_rate", "Repeat rate", "all", figure, True, Decimal(figure), Decimal(figure), unit=unit)

    for over, said, heights in (
        ([time("2", "days"), time("47", "hours")], "from 47 hours to 48 hours", [24.0, 156.0]),
        ([time("48", "hours"), time("3", "days")], "from 2 days to 3 days", [156.0, 24.0]),
    ):
        nights = iter(over)
        monkeypatch.setattr(metrics, "figures_by_metric", lambda *_, nights=nights: {"repeat_rate": next(nights)})
        page = reader.get("/metrics/repeat_rate").text
        line = page.partition('<polyline points="')[2].partition('"')[0]
        assert [float(point.partition(",")[2]) for point in line.split()] == heights
        assert said in page.partition('aria-label="')[2]
    # The small ones beside figures likewise.
    for over, is_level in (([time("48", "hours"), time("2", "days")], True), ([time("2", "hours")] * 2, True),
                           ([time("2", "days"), time("2", "hours")], False)):  # fmt: skip
        nights = iter(over)
        monkeypatch.setattr(metrics, "figures_by_metric", lambda *_, nights=nights: {"repeat_rate": next(nights)})
        page = reader.get("/metrics").text
        line = page.partition('class="trend"')[2].partition('<polyline points="')[2].partition('"')[0]
        assert (len({point.partition(",")[2] for point in line.split()}) == 1) == is_level


def test_a_chart_escapes_what_it_shows_and_marks_what_changed() -> None:
    chart = over_nights([Point("<b>", 1.0), Point("2", 2.0, 1.5, 2.5, "other <policies>")], "<said>", "1", "2")
    assert "<b>" not in chart
    assert "<said>" not in chart
    assert "2: other &lt;policies&gt;" in chart
    assert over_nights([Point("1", None)], "", "", "") == ""


def _figure(figure: str, is_enough: bool) -> Figure:
    return Figure(
        "repeat_rate", "Repeat rate", "all", figure, is_enough, Decimal("0.05"), Decimal("0.15"), unit="share"
    )
