"""Pages from templates: each with the frame, what its release is, and addresses that hold behind any prefix."""

from __future__ import annotations

import re
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from evenhand.console import case_words, charts, night_words, row_values, values
from evenhand.console.addresses import path_of, up_of
from evenhand.console.policies import in_address
from evenhand.console.reader import NAMES, language_among, languages, reader, say, say_counted
from evenhand.console.seen import is_support_alone
from evenhand.console.shown import Shown
from evenhand.console.tables import LISTS
from evenhand.emergency.propose import in_words
from evenhand.policy.prose.words import spoken
from evenhand.quality.following_versions import versions_named
from evenhand.records.written import finalised

_templates = Environment(
    loader=PackageLoader("evenhand.console"),
    autoescape=True,
    finalize=finalised,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters |= {
    "number": values.number,
    "of_unit": values.of_unit,
    "distance": values.distance,
    "signed": values.signed,
    "spoken": spoken,
    "worded": values.worded,
    "moves": row_values.moves,
    "conditions": row_values.conditions,
    "versions": versions_named,
    "in_address": in_address,
    "dated": values.dated,
    "happened": values.happened,
    "share": values.share,
    "day": values.day,
    "last_day": values.last_day,
    "minute": values.minute,
    "yes": values.yes,
    "combined": lambda one, other: one | other,
}


_templates.globals |= {
    "_": say,
    "ngettext": say_counted,
    "reader": reader,
    "money": lambda amount, market: reader().money(amount, market),
    "moment": lambda at: reader().moment(at),
    "label": values.label,
    "edition": values.edition,
    "market_name": values.market,
    "market_names": values.markets,
    "span": values.span,
    "list_of": values.list_of,
    "why": row_values.why,
    "gate_rule": row_values.gate_rule,
    "why_held": night_words.why_held,
    "why_undecided": night_words.why_undecided,
    "not_decided": night_words.not_decided,
    "remedy": night_words.remedy,
    "as_text": night_words.as_text,
    "delivered": night_words.delivered,
    "reconciled": night_words.reconciled,
    "case_title": case_words.title,
    "case_fact": case_words.fact,
    "case_closed": case_words.closed,
    "in_words": in_words,
    "harm_part": case_words.harm_part,
    "held_names": lambda held: ", ".join(values.label("list", each.list) for each in held),
    "language_name": values.language_name,
    "figure": values.figure,
    "interval": values.interval,
    "judged": values.judged,
    "trend": charts.trend,
    "lists": LISTS,
    "is_support_alone": is_support_alone,
}
# An address within a page, up to the place in it.
_ADDRESS = re.compile(r'(<(?:a|form|button)\b[^>]*?\s(?:href|action|formaction)=")(?!#|data:|https?:)([^"#]*)')
_ASKING_FORM = re.compile(r'<form(?=[^>]*method="get")[^>]*>(?!(?:(?!</form>).)*name="lang")', re.DOTALL)


def page(request: Request, template: str, shown: Shown | None, *, status: int = 200, **content: object) -> HTMLResponse:
    """A page; `shown` is the release that it tells of, None where there is none."""
    text = _templates.get_template(template).render(
        shown=shown,
        up=up_of(request),
        here=path_of(request).lstrip("/"),
        languages={name: NAMES.get(name, name) for name in languages()},
        asked_so=request.method == "GET",
        query=[each for each in request.query_params.multi_items() if each[0] != "lang"] * (request.method == "GET"),
        **content,
    )
    return HTMLResponse(kept_chosen(request, text), status)


def kept_chosen(request: Request, text: str) -> str:
    """A page in which every address of ours keeps the language that was chosen in its own."""
    chosen = language_among(request.query_params.get("lang", ""))
    if chosen is None:
        return text
    said = f"lang={escape(chosen)}"

    def with_it(found: re.Match[str]) -> str:
        before, address = found.groups()
        if re.search(r"[?;]lang=", address):
            return f"{before}{address}"
        return f"{before}{address}{'&amp;' if '?' in address else '?'}{said}"

    text = _ADDRESS.sub(with_it, text)
    return _ASKING_FORM.sub(lambda found: f'{found[0]}<input type="hidden" name="lang" value="{chosen}">', text)
