"""Charts as SVG that takes the page's colours: small ones beside figures, and wide ones with their words around them.

Words of a wide chart stand beside the drawing, which is stretched to the page's width: letters would be stretched too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from markupsafe import Markup

_T = TypeVar("_T")

_WIDTH, _HEIGHT = 88, 22
_WIDE, _HIGH = 1000, 100
# So many lines a chart has across, at most.
_LINES = 5
# So many nights have their names below a chart, at most.
_NAMED = 5


@dataclass(frozen=True)
class Point:
    """A night of a chart: what it is called, its value with the ends of its interval, and what else changed then.

    Attributes:
        said: the value as people read it.
    """

    night: str
    value: float | None
    low: float | None = None
    high: float | None = None
    changed: str = ""
    said: str = ""


@dataclass(frozen=True)
class Scale:
    """What the height of a chart stands for.

    Attributes:
        ticks: round values within it, the lowest and the highest among them.
    """

    ticks: Sequence[float]

    def up(self, value: float) -> float:
        """How far below the upper edge a value is."""
        low, high = self.ticks[0], self.ticks[-1]
        return round(_HIGH - (value - low) / (high - low) * _HIGH, 2)


def scale_of(values: Sequence[float]) -> Scale:
    """A scale that some values fit on, with round values for at most five lines."""
    low, high = min(values), max(values)
    largest = max(abs(low), abs(high))
    # What differs by less than numbers of this kind can hold is one value.
    span = high - low if high - low > largest * 1e-9 else largest or 1
    power = 10 ** math.floor(math.log10(span / 4))
    for step in (each * power for each in (1, 2, 5, 10, 20) if each * power >= span / 4):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        # One value alone, which is round, has a line below and one above.
        first, last = (first, last) if last > first else (first - (first > 0), last + 1)
        if last - first < _LINES:
            break
    return Scale([float(f"{each * step:.12g}") for each in range(first, last + 1)])


def framed(
    drawn: Markup,
    said: str,
    up: Sequence[tuple[float, str]],
    along: Sequence[tuple[float, str]],
    *,
    low: bool = False,
    lanes: Sequence[tuple[str, Markup]] = (),
) -> Markup:
    """A wide chart with the words around it.

    Args:
        drawn: what is in it, in units of 1,000 × 100.
        said: what it shows, for who doesn't see it.
        up: the lines across, as how far below the upper edge they are, with their values.
        along: words below it, as how far from the left they are.
        low: whether it is to take less room.
        lanes: what was beside it at the same time, a line each: what it is called, and what is in it.
    """
    lines = Markup("").join(
        Markup('<line class="grid" x1="0" x2="{w}" y1="{y}" y2="{y}"/>').format(w=_WIDE, y=y) for y, _ in up
    )
    longest = max((words for _, words in up), key=len, default="")
    beside = Markup('<span class="widest">{}</span>').format(longest) + Markup("").join(
        Markup('<span style="top:{y}%">{words}</span>').format(y=y / _HIGH * 100, words=words)
        for at, (y, words) in enumerate(up)
        # What lines have in common, for people write no more digits, stands once.
        if not at or words != up[at - 1][1]
    )
    ends = {0: "first", len(along) - 1: "last"}
    below = Markup("").join(
        Markup('<span class="{end}" style="left:{x}%">{words}</span>').format(
            end=ends.get(at, "between"), x=round(x / _WIDE * 100, 2), words=words
        )
        for at, (x, words) in enumerate(along)
    )
    lane = Markup('<div class="called" aria-hidden="true">{}</div><div class="lane" aria-hidden="true">{}</div>')
    return Markup(
        '<figure class="chart{low}"><div class="up" aria-hidden="true">{beside}</div>'
        '<svg viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="{said}">{lines}{drawn}</svg>'
        '{beneath}<div class="along" aria-hidden="true">{below}</div></figure>'
    ).format(
        low=" low" if low else "",
        beside=beside,
        w=_WIDE,
        h=_HIGH,
        said=said,
        lines=lines,
        drawn=drawn,
        beneath=Markup("").join(lane.format(*each) for each in lanes),
        below=below,
    )


def over_nights(
    points: Sequence[Point],
    said: str,
    written: Callable[[float], str],
    wanted: Sequence[float] = (),
    lanes: Sequence[tuple[str, Markup]] = (),
) -> Markup:
    """A value over nights with its interval as a band, and a mark where something else changed; the newest is last.

    Where nights have no value it has a gap.

    Args:
        said: what it shows, for who doesn't see it.
        written: a value as people read it.
        wanted: the values of the newest night's targets.
        lanes: what was beside it on the same nights, as `framed` takes it.
    """
    known = [(place, each.value) for place, each in enumerate(points) if each.value is not None]
    if not known:
        return Markup("")
    ends = [end for each in points for end in (each.value, each.low, each.high) if end is not None]
    scale = scale_of([*ends, *wanted])
    step = _WIDE / max(len(points) - 1, 1)

    def at(place: int, value: float) -> str:
        return f"{place * step:.1f},{scale.up(value)}"

    banded = [
        (place, (each.low, each.high))
        for place, each in enumerate(points)
        if each.value is not None and each.low is not None and each.high is not None
    ]
    drawn = Markup("")
    for run in _without_gaps(banded):
        lower, upper = ([at(place, ends_of[which]) for place, ends_of in run] for which in (0, 1))
        drawn += Markup('<polygon class="band" points="{}"/>').format(" ".join(lower + upper[::-1]))
    drawn += Markup("").join(
        Markup('<line class="wanted" x1="0" x2="{w}" y1="{y}" y2="{y}"/>').format(w=_WIDE, y=scale.up(each))
        for each in wanted
    )
    drawn += Markup("").join(
        Markup('<line class="mark" x1="{x}" x2="{x}" y1="0" y2="{h}"/>').format(x=f"{place * step:.1f}", h=_HIGH)
        for place, each in enumerate(points)
        if each.changed
    )
    for line in _without_gaps(known):
        drawn += Markup('<polyline class="line" points="{}"/>').format(" ".join(at(*each) for each in line))
        # One night alone is no line, and what is newest stands out.
        if len(line) == 1 or line[-1] == known[-1]:
            drawn += Markup('<path class="dot" d="M{} h0"/>').format(at(*line[-1]).replace(",", " "))
    drawn += Markup("").join(_told(place, each, step) for place, each in enumerate(points))
    up = [(scale.up(each), written(each)) for each in scale.ticks]
    return framed(drawn, said, up, _named(points, step), lanes=lanes)


def _without_gaps(nights: Sequence[tuple[int, _T]]) -> list[list[tuple[int, _T]]]:
    """What nights have, by their places, in runs of nights that follow each other."""
    runs: list[list[tuple[int, _T]]] = []
    for each in nights:
        if not runs or each[0] - runs[-1][-1][0] > 1:
            runs.append([])
        runs[-1].append(each)
    return runs


def _told(place: int, point: Point, step: float) -> Markup:
    """What is said of a night to who points at it."""
    said = ": ".join(each for each in (point.night, point.said) if each)
    said = f"{said}; {point.changed}" if point.changed else said
    left, right = max(place * step - step / 2, 0), min(place * step + step / 2, _WIDE)
    return Markup('<rect class="night" x="{x}" y="0" width="{w}" height="{h}"><title>{said}</title></rect>').format(
        x=f"{left:.1f}", w=f"{max(right - left, 1):.1f}", h=_HIGH, said=said
    )


def _named(points: Sequence[Point], step: float) -> list[tuple[float, str]]:
    """The first night, the last, and some between them as far from each other as can be."""
    if len(points) == 1:
        return [(0, points[0].night)]
    count = min(_NAMED, len(points))
    places = [round(each * (len(points) - 1) / (count - 1)) for each in range(count)]
    return [(place * step, points[place].night) for place in dict.fromkeys(places)]


def trend(values: Sequence[float | None], said: str) -> Markup:
    """A line over nights, the newest last; where nights have no value it has a gap, and one value alone is a dot.

    Args:
        said: what it shows, for who doesn't see it.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if not known:
        return Markup("")
    lowest, highest = min(value for _, value in known), max(value for _, value in known)
    step = (_WIDTH - 6) / max(len(values) - 1, 1)
    height = (_HEIGHT - 6) / ((highest - lowest) or 1)
    points = [(at, (3 + at * step, _HEIGHT - 3 - (value - lowest) * height)) for at, value in known]
    drawn = Markup("")
    for run in _without_gaps(points):
        line = [f"{x:.1f},{y:.1f}" for _, (x, y) in run]
        # That of a night alone begins and ends there: a line has two points.
        drawn += Markup('<polyline points="{}"/>').format(" ".join(line if len(line) > 1 else line * 2))
    _, (x, y) = points[-1]
    return Markup(
        '<svg class="trend" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{said}">'
        '<title>{said}</title>{drawn}<circle cx="{x}" cy="{y}" r="2"/></svg>'
    ).format(w=_WIDTH, h=_HEIGHT, said=said, drawn=drawn, x=f"{x:.1f}", y=f"{y:.1f}")
