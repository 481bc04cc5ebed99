"""The pages of cases: the queue, a case with its facts and history, and what people do at one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from evenhand.cases import work
from evenhand.cases.case import Case
from evenhand.cases.export import rows_of
from evenhand.cases.kinds import KINDS
from evenhand.cases.owners import owners_of
from evenhand.cases.priority import FORMULA
from evenhand.cases.store import CaseChanged, Cases, CasesBroken, reading, writing
from evenhand.cases.weighed import weighed_in
from evenhand.cases.work import WorkRefused
from evenhand.console import case_words
from evenhand.console.asked import refuse_unknown_kind, refuse_unknown_market
from evenhand.console.creator import seen_of
from evenhand.console.forms import ByWord, User, form_of, sent_by_us, who
from evenhand.console.night_words import as_text
from evenhand.console.offered import not_offered
from evenhand.console.reader import say
from evenhand.console.refusals import refused
from evenhand.console.render import page
from evenhand.console.seen import in_full, limited, seen
from evenhand.console.shown import Shown, shown
from evenhand.console.tonight import creators_by_market
from evenhand.people.acts import WORK_CASE
from evenhand.people.people import ALL
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.figures import ALL_MARKETS
from evenhand.settings import settings

router = APIRouter(prefix="/cases")
# So many cases stand on a page; more are filtered for.
_MOST = 200
Action = Literal["take", "assign", "comment", "escalate", "close", "reopen"]
Text = Annotated[str, Form()]


@router.get("")
@limited
def cases_page(
    request: Request,
    user: User,
    market: str = "",
    kind: str = "",
    owner: str = "",
    state: Literal["open", "closed"] = "open",
    account: str = "",
    opening: bool = False,
) -> HTMLResponse:
    """What a person must look at, what matters most first; `opening` has the form for another one be open."""
    if kind:
        refuse_unknown_kind(kind, KINDS)
    asked = {"market": market, "kind": kind, "owner": owner, "state": state}
    return _queue(request, user, asked, account, opening=opening)


@router.post("", dependencies=[Depends(sent_by_us)], response_model=None)
@limited
def open_page(
    request: Request,
    user: User,
    market: Text = "",
    about: Text = "",
    title: Text = "",
    account: Text = "",
    by: ByWord = "",
) -> Response:
    """Open a case by hand: an escalation, which no night closes."""
    here = settings()
    accounts = account.split()
    try:
        person = who(user, by)
        with writing(here.home, here.cases) as store:
            case = work.open_case(
                store, here.home, person, "escalation", market.strip(), about, title, accounts, store.as_of()
            )
    except (WorkRefused, CaseChanged, CasesBroken, PersonRefused) as error:
        return _queue(request, user, {"state": "open"}, account, said=refused(request, error), status=409)
    return RedirectResponse(f"cases/{case.case_id}", 303)


@router.get("/{case}")
@limited
def case_page(request: Request, user: User, case: str) -> HTMLResponse:
    """A case: its facts, who has it, what its place in the queue is made of, and all that became of it."""
    return _case(request, user, case)


@router.post("/{case}/{action}", dependencies=[Depends(sent_by_us)], response_model=None)
@limited
def work_at(
    request: Request, user: User, case: str, action: Action, seen: Annotated[int, Form()], text: Text = "",
    by: ByWord = "",
) -> Response:  # fmt: skip
    """Do something at a case, as it was when it was shown."""
    here = settings()
    try:
        person = who(user, by)
        with writing(here.home, here.cases) as store:
            _known(store, case)
            _DO[action](store, person, case, text, seen)
    except (WorkRefused, CaseChanged, CasesBroken, PersonRefused) as error:
        return _case(request, user, case, said=refused(request, error), status=409)
    return RedirectResponse(f"../{case}", 303)


_DO: Mapping[Action, Callable[[Cases, Person, str, str, int], Case]] = {
    "take": lambda store, by, case, _, seen: work.take(store, settings().home, by, case, seen),
    "assign": lambda store, by, case, text, seen: work.assign(store, settings().home, by, case, text, seen),
    "comment": lambda store, by, case, text, seen: work.comment(store, settings().home, by, case, text, seen),
    "escalate": lambda store, by, case, text, seen: work.escalate(store, settings().home, by, case, text, seen),
    "close": lambda store, by, case, text, seen: work.close(
        store, settings().home, by, case, text, store.as_of(), seen
    ),
    "reopen": lambda store, by, case, text, seen: work.reopen(
        store, settings().home, by, case, text, store.as_of(), seen
    ),
}


@dataclass(frozen=True)
class Waiting:
    """How many cases of a market are open, and how many of them are past their day."""

    open: int
    overdue: int


def waiting(found: Shown) -> Mapping[str, Waiting] | None:
    """The open cases of each market that is seen, as of now; nothing where an older night is looked at.

    None where it isn't known, for the cases can't be read; their own page says what is wrong.
    """
    here = settings()
    if found.night != found.nights[0]:
        return {}
    try:
        with reading(here.home, here.cases) as store:
            cases = [each for each in _seen_of(rows_of(store, store.as_of())) if each["state"] == "open"]
    except CasesBroken:
        return None
    there = Counter(each["market"] for each in cases)
    overdue = Counter(each["market"] for each in cases if each["days_left"] < 0)
    return {market: Waiting(count, overdue[market]) for market, count in sorted(there.items())}


def called(words: str) -> list[dict[str, Any]]:
    """The case that is called so, else those with the words in what they are about, as far as they are seen."""
    here = settings()
    try:
        with reading(here.home, here.cases) as store:
            cases = _seen_of(rows_of(store, store.as_of()))
    except CasesBroken:
        # Their own page says what is wrong.
        return []
    wanted = words.casefold()
    if so := [each for each in cases if each["case_id"].casefold() == wanted]:
        return so
    return [each for each in cases if any(wanted in said.casefold() for said in _words_of(each))]


def _words_of(case: Mapping[str, Any]) -> tuple[str, ...]:
    """What it is called, as it was written down and as who reads is told, and what it is about."""
    return case["title"], as_text(case_words.title(case)), case["subject"]


def _queue(
    request: Request, user: Any, asked: Mapping[str, str], account: str, said: str = "", status: int = 200,
    opening: bool = False,
) -> HTMLResponse:  # fmt: skip
    here, found_release = settings(), shown()
    try:
        with reading(here.home, here.cases) as store:
            night = store.as_of()
            everything = _seen_of(rows_of(store, night))
    except CasesBroken as error:
        return page(request, "error.html", shown(), status=503, said=str(error))
    if found_release and (market := asked.get("market")):
        refuse_unknown_market(
            market, found_release, {row["market"] for row in everything} | _all_together(found_release)
        )
    found = [row for row in everything if all(not value or row[name] == value for name, value in asked.items())]
    there, of_all = _offered(request, user, found_release)
    return page(
        request,
        "cases.html",
        found_release,
        status=status,
        said=said,
        night=night,
        rows=found[:_MOST],
        total=len(found),
        asked=asked,
        kinds={name: kind.label for name, kind in KINDS.items()},
        markets=sorted({row["market"] for row in everything}),
        owners=sorted({row["owner"] for row in everything if row["owner"]}),
        formula=FORMULA,
        account=account,
        opening=opening or bool(account or said),
        # Those that they can open a case of; none where nothing is released that says which there are.
        there=[market for market, not_theirs in there.items() if not not_theirs],
        offers_all=not of_all and found_release is not None and bool(_all_together(found_release)),
        not_offered=next(iter(there.values())) if all(there.values()) and there else "",
        all_markets=ALL_MARKETS,
        **form_of(user),
    )


def _all_together(found: Shown) -> set[str]:
    """What all markets together are called, to who sees them."""
    return {ALL_MARKETS} if found.markets is None else set()


def _offered(request: Request, user: Any, found: Shown | None) -> tuple[Mapping[str, str], str]:
    """Why somebody can't open a case of each market that there is, and of all of them; empty where they can."""
    there = sorted(creators_by_market(found)) if found else []
    return {market: not_offered(request, user, WORK_CASE, market) for market in there}, not_offered(
        request, user, WORK_CASE, ALL
    )


def _case(request: Request, user: Any, case_id: str, said: str = "", status: int = 200) -> HTMLResponse:
    here = settings()
    try:
        with reading(here.home, here.cases) as store:
            case = _known(store, case_id)
            now = weighed_in(store, case)
    except CasesBroken as error:
        return page(request, "error.html", shown(), status=503, said=str(error))
    found = shown()
    accounts = seen_of(found, case.cause.accounts) if found else list(case.cause.accounts)
    kind = KINDS[case.cause.kind]
    level, person = work.next_level(here.home, case) if case.state == "open" else (case.level + 1, "")
    return page(
        request,
        "case.html",
        found,
        status=status,
        said=said,
        case=case,
        accounts=accounts,
        kind=kind,
        now=replace(now, parts=_parts_seen(now.parts)),
        formula=FORMULA,
        not_offered=not_offered(request, user, WORK_CASE, case.cause.market),
        next_person=person,
        owner_is_next=level > case.level + 1,
        **form_of(user),
    )


def _parts_seen(parts: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """What of a harm's parts is of accounts that are seen: a night may have weighed them before one moved."""
    markets = seen()
    if markets is None:
        return parts
    owners = owners_of(settings().releases, [each["account"] for each in parts])
    return [each for each in parts if owners and owners.markets.get(each["account"]) in markets]


def _known(store: Cases, case_id: str) -> Case:
    """A case that is there and seen; of one that isn't seen, the same is said as of one that isn't there."""
    case = store.case(case_id)
    if case is None or not _seen_of([{"market": case.cause.market, "accounts": case.cause.accounts}]):
        raise HTTPException(404, say("there is no case %(case)s", case=case_id))
    return case


def _seen_of(cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of some cases that are of a market that is seen in full; what is of one account is where that is now."""
    markets = in_full()
    if markets is None:
        return list(cases)
    alone = {each["accounts"][0] for each in cases if len(each["accounts"]) == 1}
    owners = owners_of(settings().releases, alone)
    now = owners.markets if owners else {}

    def market_of(case: Mapping[str, Any]) -> str:
        of_account = now.get(case["accounts"][0]) if len(case["accounts"]) == 1 else None
        return str(case["market"] if of_account is None or case["market"] == ALL else of_account)

    return [each for each in cases if market_of(each) in markets]
