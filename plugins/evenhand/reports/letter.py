"""A report as a letter: what its first page says and recommends, and where the rest is."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.reports.language import Language
from evenhand.reports.report import Report, text_of


def letter_of(report: Report, language: Language, files: Sequence[str]) -> tuple[str, str]:
    """Its subject and its text.

    Args:
        files: where the report lies.
    """
    first = report.pages[0]
    lines = [text_of(each) for each in first.words]
    if first.recommendations:
        lines += ["", language.say("What to look at")]
        lines += [f"{at}. {text_of(each.said)}" for at, each in enumerate(first.recommendations, start=1)]
    return report.title, "\n".join([*lines, "", *files])
