"""Pages from templates: each with the frame, what its release is, and addresses that hold behind any prefix."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from evenhand.console import charts, words
from evenhand.console.shown import Shown
from evenhand.console.tables import LISTS
from evenhand.explain.labels import of_unit
from evenhand.policy.prose.words import spoken

_templates = Environment(
    loader=PackageLoader("evenhand.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "counted": words.counted,
    "number": words.number,
    "of_unit": of_unit,
    "signed": words.signed,
    "spoken": spoken,
    "share": words.share,
    "day": words.day,
    "last_day": words.last_day,
    "combined": lambda one, other: one | other,
}
_templates.globals |= {"label": words.label, "trend": charts.trend, "lists": LISTS}


def page(request: Request, template: str, shown: Shown | None, *, status: int = 200, **content: object) -> HTMLResponse:
    """A page; `shown` is the release that it tells of, None where there is none."""
    # Below the prefix that the pages are mounted at, whatever stands before it.
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    up = "../" * (path.count("/") - 1) or "./"
    text = _templates.get_template(template).render(shown=shown, up=up, here=path.lstrip("/"), **content)
    return HTMLResponse(text, status)
