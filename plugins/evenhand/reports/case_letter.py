"""What somebody is told of their cases, in their language; what people called one stays as they wrote it."""

from __future__ import annotations

from datetime import date
from shlex import quote

from evenhand.cases.kinds import KINDS
from evenhand.cases.messages import Came, Message, ToldCase
from evenhand.records.written import in_one_line
from evenhand.reports.language import Language
from evenhand.reports.report import text_of

# A letter names so many and counts the rest.
_MOST = 20
_CAME = {"assigned": "assigned to you by {who}", "escalated": "escalated to you by {who}"}


def case_letter_of(message: Message, language: Language, night: date) -> tuple[str, str]:
    """Its subject and its text."""
    many = len(message.cases)
    subject = language.counted(
        "{cases} case for you, as of night {night}",
        "{cases} cases for you, as of night {night}",
        many,
        cases=language.number(many),
        night=str(night),
    )
    lines = [_line(each, language) for each in message.cases[:_MOST]]
    if many > _MOST:
        command = f"evenhand cases --owner {quote(message.person)}"
        lines.append(language.say("and {count} more: {command}", count=language.number(many - _MOST), command=command))
    return text_of(subject), "\n".join(lines)


def _line(case: ToldCase, language: Language) -> str:
    left = abs(case.days_left)
    one, many = "{days} day left", "{days} days left"
    if case.days_left < 0:
        one, many = "{days} day overdue", "{days} days overdue"
    why = [text_of(language.counted(one, many, left, days=language.number(left)))]
    why += [_came(each, language) for each in case.came]
    # As commands and pages take it.
    why += [language.say("due {day}", day=str(case.due))] if case.due else []
    kind = "" if language.is_english else f"{language.say(KINDS[case.kind].label)}: "
    return f"{case.case_id} ({'; '.join(why)}): {kind}{in_one_line(language.of_case(case.title))}"


def _came(came: Came, language: Language) -> str:
    said = _CAME[came.action]
    if not came.why:
        return language.say(said, who=came.who)
    return language.say(f"{said} ({{why}})", who=came.who, why=in_one_line(came.why))
