"""A report as one HTML file that needs nothing else, with the source of each number for machines in it."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evenhand.records.written import finalised
from evenhand.reports.language import Language
from evenhand.reports.report import Number, Report

_templates = Environment(
    loader=PackageLoader("evenhand.reports"),
    autoescape=True,
    finalize=finalised,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page_of(report: Report, language: Language, address: str = "") -> str:
    """The file.

    Args:
        address: of the console's pages, for links; without it there are only commands.
    """
    numbers = list(report.numbers())
    # By which object it is: the same number twice is two numbers of the report.
    places = {id(each): place for place, each in enumerate(numbers)}

    def place(number: Number) -> int:
        return places[id(number)]

    return _templates.get_template("report.html").render(
        report=report, say=language.say, place=place, address=address.rstrip("/"), machine=_machine(report, numbers),
        css=Markup((files("evenhand.reports") / "templates" / "report.css").read_text(encoding="utf-8")),
    )  # fmt: skip


def _machine(report: Report, numbers: list[Number]) -> Markup:
    """What `evenhand report check` reads; `<` is written so that nothing of it ends the element."""
    said = {
        "kind": report.kind,
        "night": str(report.night),
        "language": report.language,
        "markets": list(report.markets),
        "made_of": [[str(night), release_id] for night, release_id in report.made_of],
        "cases": report.cases,
        "queries": [asdict(each) for each in report.queries],
        "numbers": [[each.query, list(each.key), each.column, each.value, each.text] for each in numbers],
    }
    return Markup(json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))
