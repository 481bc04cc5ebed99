"""Named days beside a chart: within it, none over another, and all of them told below it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from evenhand.console.named_days import lines, name_in, said
from evenhand.policy.named_days import NamedDay

FIRST = date(2026, 11, 1)
NIGHTS = [FIRST + timedelta(days=day) for day in range(28)]


def _named(name: str, first: int, last: int, *markets: str) -> NamedDay:
    of = markets or ("ID",)
    return NamedDay(
        name=name, markets=of, first_day=FIRST + timedelta(days=first), last_day=FIRST + timedelta(days=last)
    )


def _places(line: Markup) -> list[tuple[float, float]]:
    found = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", line)
    return [(float(left), float(left) + float(width)) for left, width in found]


DAYS = st.builds(
    lambda name, first, days: _named(name, first, first + days),
    st.text("abc", min_size=1, max_size=60),
    st.integers(-5, 32),
    st.integers(0, 40),
)


@example([_named("a", 4, 4), _named("a", 10, 10)], 24)
@settings(deadline=None)
@given(st.lists(DAYS, max_size=12), st.integers(1, 28))
def test_names_lie_within_the_chart_and_none_over_another(days: list[NamedDay], nights: int) -> None:
    drawn = lines("ID", days, NIGHTS[:nights])
    assert len(drawn) <= 4
    assert [called for called, _ in drawn] == ["Named days", "", "", ""][: len(drawn)]
    for _, line in drawn:
        places = _places(line)
        assert places
        assert all(-0.01 <= left < right <= 100.01 for left, right in places)
        assert all(one[1] <= other[0] + 0.01 for one, other in pairwise(places))


def test_a_name_begins_with_its_days_and_ends_with_them_where_the_chart_does() -> None:
    ((_, line),) = lines("ID", [_named("11.11", 10, 10), _named("Black Friday", 26, 26)], NIGHTS)
    # The eleventh of 28 nights is about its point, and the name has room until the next one.
    (one, other) = _places(line)
    assert one[0] == round(9.5 / 27 * 100, 2)
    assert round(other[1], 2) == round(26.5 / 27 * 100, 2)
    assert line.count('class="named back"') == 1


def test_what_is_named_on_no_night_of_the_chart_is_not_drawn() -> None:
    assert lines("ID", [_named("before", -3, -1), _named("between", 3, 3)], [NIGHTS[0], NIGHTS[2], NIGHTS[5]]) == []
    assert lines("ID", [], NIGHTS) == []


def test_names_are_escaped_and_among_all_markets_say_whose_they_are() -> None:
    hostile = _named("<b>'\"", 3, 4, "ID", "TH")
    ((_, line),) = lines("all", [hostile], NIGHTS)
    assert "<b>" not in line
    assert name_in("all", hostile) == "<b>'\", Indonesia (ID), Thailand (TH)"
    assert (name_in("ID", hostile), name_in("all", _named("x", 0, 0, "all"))) == ("<b>'\"", "x")
    assert said("ID", hostile) == "4 Nov 2026 to 5 Nov 2026: <b>'\""
    assert said("ID", _named("Sale", 0, 0)) == "1 Nov 2026: Sale"
