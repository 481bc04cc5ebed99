"""Small charts beside figures, as SVG that takes the page's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _HEIGHT = 88, 22
_WIDE, _HIGH, _MARGIN = 720, 180, 24


@dataclass(frozen=True)
class Point:
    """A night of a chart: what it is called, its value with the ends of its interval, and what else changed then."""

    night: str
    value: float | None
    low: float | None = None
    high: float | None = None
    changed: str = ""


def over_nights(points: Sequence[Point], said: str, lowest: str, highest: str) -> Markup:
    """A value over nights with its interval as a band, and a mark where something else changed; the newest is last.

    Args:
        said: what it shows, for who doesn't see it.
        lowest, highest: the lowest and highest value that it shows, as people read them.
    """
    ends = [end for each in points for end in (each.value, each.low, each.high) if end is not None]
    if not ends:
        return Markup("")
    floor, span = min(ends), (max(ends) - min(ends)) or 1
    step = (_WIDE - 2 * _MARGIN) / max(len(points) - 1, 1)

    def at(position: int, value: float) -> str:
        return f"{_MARGIN + position * step:.1f},{_HIGH - _MARGIN - (value - floor) * (_HIGH - 2 * _MARGIN) / span:.1f}"

    known = [(place, each) for place, each in enumerate(points) if each.value is not None]
    line = " ".join(at(place, each.value or 0) for place, each in known)
    # One night alone is no line.
    x, _, y = line.rpartition(" ")[2].partition(",")
    banded = [(place, each.low, each.high) for place, each in known if each.low is not None and each.high is not None]
    band = " ".join([at(place, low) for place, low, _ in banded] + [at(place, high) for place, _, high in banded[::-1]])
    marks = Markup("").join(
        Markup('<line x1="{x}" x2="{x}" y1="{top}" y2="{floor}"><title>{said}</title></line>').format(
            x=f"{_MARGIN + place * step:.1f}", top=_MARGIN, floor=_HIGH - _MARGIN, said=f"{each.night}: {each.changed}"
        )
        for place, each in enumerate(points)
        if each.changed
    )
    words = Markup(
        '<text x="2" y="12">{highest}</text><text x="2" y="{low}">{lowest}</text>'
        '<text x="{left}" y="{low}">{first}</text><text x="{right}" y="{low}" text-anchor="end">{last}</text>'
    ).format(
        highest=highest, lowest=lowest, low=_HIGH - 4, left=4 * _MARGIN, right=_WIDE, first=points[0].night,
        last=points[-1].night,
    )  # fmt: skip
    return Markup(
        '<svg class="nights" viewBox="0 0 {w} {h}" role="img" aria-label="{said}"><title>{said}</title>'
        '<polygon points="{band}"/>{marks}<polyline points="{line}"/><circle cx="{x}" cy="{y}" r="3"/>{words}</svg>'
    ).format(w=_WIDE, h=_HIGH, said=said, band=band, marks=marks, line=line, words=words, x=x, y=y)


def trend(values: Sequence[int | None], said: str) -> Markup:
    """A line over nights, the newest last; nights without a value are left out, and one value alone is a dot.

    Args:
        said: what it shows, for who doesn't see it.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    if not known:
        return Markup("")
    lowest, highest = min(value for _, value in known), max(value for _, value in known)
    step = (_WIDTH - 6) / max(len(values) - 1, 1)
    height = (_HEIGHT - 6) / ((highest - lowest) or 1)
    points = [(3 + at * step, _HEIGHT - 3 - (value - lowest) * height) for at, value in known]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1]
    return Markup(
        '<svg class="trend" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{said}">'
        '<title>{said}</title><polyline points="{line}"/><circle cx="{x}" cy="{y}" r="2"/></svg>'
    ).format(w=_WIDTH, h=_HEIGHT, said=said, line=line, x=f"{x:.1f}", y=f"{y:.1f}")
