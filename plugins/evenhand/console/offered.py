"""Which acts a page offers to who opens it: a form is shown to who may send it, and others are told who may.

The right is looked at again when a form is sent.
"""

from __future__ import annotations

from typing import Any

from evenhand.console.forms import asks_for_name, who
from evenhand.console.reader import say
from evenhand.people.acts import Act, refuse_who_may_not
from evenhand.people.people import ALL
from evenhand.people.rights import WithoutRight
from evenhand.records.persons import PersonRefused
from evenhand.settings import settings

# So many are named.
_MOST = 5


def not_offered(user: Any, act: Act, market: str = ALL) -> str:
    """Why somebody isn't offered an act, and who may do it; empty where they may.

    Also where it isn't known yet who they are, or who may: that is said once they send the form.
    """
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
