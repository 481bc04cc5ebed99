"""Which acts a page offers to who opens it: a form is shown to who may send it, and others are told who may.

The right is looked at again when a form is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from evenhand.console.airflow_api import lets, may_answer, may_ask, may_reverse, may_stop
from evenhand.console.forms import asks_for_name, who
from evenhand.console.reader import say
from evenhand.people.acts import (
    EMERGENCY,
    HELD_LIST,
    HELD_RECEIVER,
    HELD_WORDS,
    RESUME,
    REVERSE,
    STOP,
    Act,
    refuse_who_may_not,
)
from evenhand.people.people import ALL
from evenhand.people.rights import WithoutRight
from evenhand.records.persons import PersonRefused
from evenhand.settings import settings

# So many are named.
_MOST = 5
# What Airflow asks of who does it there, for the page does it as them; what is done at cases it doesn't know.
_IN_AIRFLOW: Mapping[Act, Callable[[Request, Any], None]] = {
    HELD_LIST: may_answer,
    HELD_RECEIVER: may_answer,
    HELD_WORDS: may_answer,
    EMERGENCY: may_ask,
    STOP: may_stop,
    RESUME: may_stop,
    REVERSE: may_reverse,
}


def not_offered(request: Request, user: Any, act: Act, market: str = ALL) -> str:
    """Why somebody isn't offered an act, and who may do it; empty where they may.

    Also where it isn't known yet who they are, or who may: that is said once they send the form.
    """
    if act in _IN_AIRFLOW and not lets(request, user, _IN_AIRFLOW[act]):
        return say("Your role in Airflow doesn't let you do this: have who gives roles there give you one that does.")
    if asks_for_name(user):
        return ""
    try:
        refuse_who_may_not(settings().home, who(user, ""), act, (market,))
    except WithoutRight as error:
        if not error.others:
            return say("You may not do this, and nobody may: have two admins give somebody the right in people.yml.")
        return say("You may not do this. Who may: %(people)s.", people=", ".join(error.others[:_MOST]))
    except PersonRefused:
        return ""
    return ""
