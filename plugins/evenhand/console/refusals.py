"""Why something isn't done, as pages say it: in the reader's language, and with the page on which it can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from evenhand.console.addresses import up_of
from evenhand.console.reader import marked, marked_counted, say, say_counted
from evenhand.console.text_refusals import said_of
from evenhand.console.values import label, list_of
from evenhand.console.values import market as market_name
from evenhand.records.refusals import Refused

# By the kind of each refusal that a page can meet, whoever made it.
SAID: Mapping[str, str] = {
    # Who it is.
    "persons_setting": marked("EVENHAND_PERSONS is “%(said)s”, so it isn't known who this is. It can be %(there)s."),
    "not_logged_in": marked("Nobody is logged in here, so it isn't known who this is: log in."),
    "no_name": marked("It isn't known who this is: write your name."),
    "hidden_in_name": marked("This name has a sign that nobody sees, %(sign)s: write it without."),
    "mixed_scripts": marked(
        "%(name)s mixes letters of several scripts, which can look alike: write it in one of them."
    ),
    "same_person": marked("%(person)s changed what decides this, so somebody else has to approve it."),
    "people_closed": marked(
        "It isn't known who may do what, so nobody may until this is mended: %(why)s. Write it as it was."
    ),
    "no_right": marked("You may not do this for %(market)s. Who may: %(others)s."),
    "nobody_has_right": marked(
        "You may not do this for %(market)s, and nobody may: have two admins give somebody the right in people.yml."
    ),
    # Cases.
    "changed": marked("Somebody changed this case since it was shown, so nothing was done: look at it once more."),
    "owned": marked("%(owner)s has this case. Assign it to yourself to take it over."),
    "closed": marked("This case is closed: reopen it first."),
    "was_closed": marked(
        'There is a case of this already, and it was closed: reopen <a href="%(up)scases/%(case)s">%(case)s</a>.'
    ),
    "known": marked('The case <a href="%(up)scases/%(case)s">%(case)s</a> is open already.'),
    "by_answer": marked(
        "A held list's case is closed by its answer alone: give that on the page of"
        ' <a href="%(up)sheld">held lists</a>.'
    ),
    "by_night": marked(
        'A held list\'s case is opened by the night that holds it: see the page of <a href="%(up)sheld">held lists</a>.'
    ),
    "empty": marked("An empty comment says nothing: write one."),
    "no_reason": marked("No reason is given: say why, which the case's history keeps."),
    "not_by_hand": marked("Cases of this kind are opened by nights alone."),
    "untitled": marked("Write what the case is about, and a line that people know it by."),
    "nobody_at_level": marked(
        "Nobody who may work at cases of %(market)s is listed at level %(level)s: have two admins give somebody"
        " <code>level: %(level)s</code> and <code>work_cases</code> in people.yml."
    ),
    "unknown_market": marked("There is no market %(market)s: choose one of the list."),
    "no_case": marked("There is no case %(case)s."),
    # Held lists.
    "no_wave": marked("%(list)s: there are no rows to begin with some of. Approve or reject it."),
    "only_rejected": marked(
        "%(list)s: more rows than a few break a rule, so it can only be rejected. The next night decides it again once"
        " what is at fault is corrected."
    ),
    "nobody_named": marked(
        "%(list)s: nobody is named who changed what decides it, so nobody can approve it. Have who did write"
        " their name into the file (<code>changed_by</code>, <code>Last-Translator</code>), and the night run again."
    ),
    "later_released": marked(
        "Night %(later)s is released, so nothing of %(night)s can be answered any more: see the page of"
        ' <a href="%(up)sheld">held lists</a>.'
    ),
    "work_gone": marked("What night %(night)s was computed in is gone: run the night again to answer."),
    "held_otherwise": marked("%(list)s came out otherwise since: look at what is held now, and answer that."),
    "not_held": marked("%(list)s: it isn't held on night %(night)s, so nothing was answered."),
    # A measure now.
    "lasts_too_long": marked(
        "The last day is %(until)s, and a measure now ends within %(days)s days, by %(latest)s at the latest: choose an"
        " earlier day. To go on after it, ask for another then, or change the policy."
    ),
    "over_already": marked("The last day is %(until)s: choose one that isn't before the newest night, %(night)s."),
    "no_short_reason": marked("Write a reason of at most 500 signs, and choose a measure."),
    "market_without_pack": marked("No policy judges %(market)s, so there is no measure to choose there."),
    "no_such_measure": marked("The policies of %(market)s have no %(measure)s (%(scope)s): choose one that they have."),
    "paid_stays_paid": marked("%(measure)s is a bonus: what was paid stays paid. Choose another measure."),
    "half_a_zone": marked("To meet the accounts of a zone, choose its programme and the zone."),
    "accounts_and_segment": marked("Name creators, or choose a kind, stage or zone, and not both."),
    "whom_missing": marked(
        "Whom it shall meet is missing: name creators, or choose a kind, stage or zone. What is for all of %(market)s"
        " is a policy and no measure now."
    ),
    "nobody_in_segment": marked("No creator of %(market)s is of this kind, stage and zone on the newest night."),
    "reason_names": marked("The reason names the creator %(account)s, and is told and published: write it without."),
    # Ending one that was imposed, by its name.
    "no_end_reason": marked("No reason is given: write why it ends, which its creators are told."),
    "ends_otherwise": marked(
        "%(emergency)s is %(measure)s (%(scope)s) in %(market)s until %(until)s: choose these and to lift it, or"
        " end none by its name."
    ),
    "ends_for_all": marked(
        "%(emergency)s ends for all its creators: name no creators, and choose no kind, stage or zone."
    ),
    "emergencies_broken": marked(
        "It isn't known which measures were imposed, so none can be ended until this is mended: %(why)s."
    ),
    "no_such_emergency": marked(
        "There is no measure of the name %(emergency)s: write the name of one that was imposed."
    ),
    "imposed_nothing": marked("%(emergency)s imposed nothing: write the name of one that did."),
    "nothing_to_end": marked("%(emergency)s was over on %(until)s, so there is nothing to end."),
    "ended_already": marked("%(emergency)s is ended already, since %(since)s, by %(by)s."),
    # Reversing.
    "not_released": marked("Night %(night)s isn't released, so there is nothing to reverse."),
    "not_the_newest": marked(
        "Night %(later)s is released after night %(night)s, and no receiver is taken back behind it: reverse that one."
    ),
    "history": marked("Night %(night)s is history: its lists were never in force anywhere."),
    "nothing_before": marked("Nothing was released before night %(night)s, so there is nothing to go back to."),
    "not_reversed": marked("Night %(night)s isn't reversed, so there is nothing to lift."),
}
# Those that count something, with how they say one of it and several.
COUNTED: Mapping[str, tuple[str, str]] = {
    "unknown_accounts": marked_counted(
        "%(num)s creator is not known in %(market)s on the newest night: %(accounts)s. Write it as feeds do.",
        "%(num)s creators are not known in %(market)s on the newest night: %(accounts)s. Write them as feeds do.",
    ),
}


def refused(request: Request, error: Exception) -> str:
    """Why, in the reader's language; as the error says it, marked as English, where pages have no words of their own.

    What pages made up themselves is in the reader's language already.
    """
    told = error if isinstance(error, Refused) and error.kind else error.__cause__
    if not isinstance(told, Refused) or not told.kind:
        return said_of(error)
    values = _values(told.values)
    if several := COUNTED.get(told.kind):
        one, many = several
        return say_counted(one, many, int(values.pop("num")), **values)
    said = SAID[told.kind]
    return say(said, **values, **({"up": up_of(request)} if "%(up)s" in said else {}))


def _values(of: Mapping[str, object]) -> dict[str, Any]:
    """What a refusal names, as people call it."""
    told: dict[str, Any] = dict(of)
    market = str(of.get("market", ""))
    if "list" in of:
        told["list"] = list_of(str(of["list"]), market)
    if market:
        told["market"] = market_name(market)
    return told | {kind: label(kind, str(of[kind])) for kind in ("measure", "scope") if kind in of}
