"""Small charts beside figures, as SVG that takes the page's colours."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT = 88, 22


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
