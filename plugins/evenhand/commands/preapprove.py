"""`evenhand policy preapprove`: a change that another person approves before a night meets it.

Longer than other files, for what a change of a pack, of the code and of a receiver have to pass stands side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evenhand.commands.persons import person, second_person
from evenhand.commands.proposing import propose, refusals_told
from evenhand.commands.rights_of_acts import refuse_to_approve_a_change
from evenhand.commands.terminal import By, console, refuse, said_why
from evenhand.deciding.code_authors import CodeAuthors
from evenhand.people.acts import PREAPPROVE_CODE
from evenhand.records.persons import Person, refuse_the_same_person
from evenhand.settings import settings

if TYPE_CHECKING:
    from evenhand.policy.load import LoadedPack


def preapprove(
    what: Annotated[str, typer.Option(callback=said_why, help="The change, in a sentence.")],
    changed_by: Annotated[str, typer.Option(help="Who changed it.")],
    at_most: Annotated[int, typer.Option(min=0, help="So many rows of each list and market may be otherwise for it.")],
    approved_by: Annotated[
        str, typer.Option(help="Who approved that, where nobody logs in; else another person runs evenhand approve.")
    ] = "",
    by: By = "",
    pack: Annotated[str | None, typer.Argument(help="The pack that was changed, by its name.")] = None,
    code: Annotated[
        bool, typer.Option("--code", help="Not a pack: the code that decides or writes what leaves.")
    ] = False,
    receiver: Annotated[
        str, typer.Option(help="Not a pack: what receivers.yml says of this receiver, as it is now.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it makes otherwise; nothing is proposed.")
    ] = False,
) -> None:
    """Propose a change that another person approves beforehand: the next night doesn't hold what it changes.

    Once approved it is written to preapproved.yml beside the packs, and is for the text, or the code, as it is now.
    """
    from evenhand.deciding.code import code_version
    from evenhand.policy.load import find_pack, load_pack
    from evenhand.records.markdown import plain

    here = settings()
    if [code, pack is not None, bool(receiver)].count(True) != 1:
        refuse("approve either a pack, by its name, or the code, with --code, or a receiver, with --receiver")
    if receiver:
        _preapprove_receiver(receiver, what, changed_by, at_most, by, approved_by, dry_run)
        return
    with refusals_told():
        text = load_pack(find_pack(pack, here.policies)) if pack else None
        form = {
            "what": what,
            "pack": text.pack.pack if text else None,
            "text": text.sha256 if text else None,
            "code": str(code_version(here.project)["sha256"]) if code else None,
            "changed_by": changed_by,
            "at_most": at_most,
        }
        authors = authors_of(form)
        said_of_effect = f"{_refuse_more_than_it_changes(text, at_most)}{_others_to_approve(text) if text else ''}"
        if dry_run:
            _only_said(said_of_effect)
            return
        by_whom = ", ".join(map(plain, dict.fromkeys((changed_by, *(authors.log_ins if text else ())))))
        of = f"of the pack {form['pack']} ({text.sha256[:12]})" if text else f"of the code ({str(form['code'])[:12]})"
        said = (
            f"The change {of} by {by_whom}: {plain(what)}. At most {at_most:,} rows of each list and market."
            f" {said_of_effect}"
        )
        _propose_or_write(form, said, authors, by, approved_by)


def _only_said(effect: str) -> None:
    console.print(f"{effect} Nothing was proposed.", soft_wrap=True, highlight=False, markup=False)


def _preapprove_receiver(
    name: str, what: str, changed_by: str, at_most: int, by: str, approved_by: str, dry_run: bool
) -> None:
    from evenhand.delivery.config import receivers_said
    from evenhand.quality.receiver_changes import config_sha256
    from evenhand.records.markdown import plain

    with refusals_told():
        receivers = receivers_said()
        if name not in receivers:
            refuse(f"receivers.yml has no receiver {name}; it has {', '.join(receivers)}")
        now = receivers[name]
        form = {
            "what": what,
            "receiver": name,
            "text": config_sha256(now),
            "changed_by": changed_by,
            "at_most": at_most,
        }
        authors = authors_of(form)
        said_of_effect = _refuse_more_than_come_or_go(name, now, at_most)
        if dry_run:
            _only_said(said_of_effect)
            return
        by_whom = ", ".join(map(plain, dict.fromkeys((changed_by, *authors.log_ins))))
        said = (
            f"What receivers.yml says of {plain(name)}, changed by {by_whom}: {plain(what)}. At most"
            f" {at_most:,} rows of each list that comes to it or goes. {said_of_effect}"
        )
        _propose_or_write(form, said, authors, by, approved_by)


def _propose_or_write(form: Mapping[str, Any], said: str, authors: CodeAuthors, by: str, approved_by: str) -> None:
    from evenhand.records.markdown import plain

    proposer = person(by)
    if approved_by:
        second = second_person(approved_by)
        if authors.unknown:
            refuse(
                f"it isn't known who wrote all of the code ({', '.join(authors.unknown)}), so two have to approve it;"
                " leave out --approved-by, and they run evenhand approve"
            )
        refuse_to_approve_a_change(form, proposer)
        refuse_the_same_person(proposer, second, "the change")
        write(form, [second])
        return
    if authors.unknown:
        said += f" It isn't known who wrote all of it ({', '.join(map(plain, authors.unknown))}), so two approve it."
    propose(
        "preapprove",
        form,
        said,
        proposer,
        needs=PREAPPROVE_CODE.approved_by_so_many(bool(authors.unknown)),
        not_by=tuple(dict.fromkeys((form["changed_by"], *authors.log_ins))),
    )


def authors_of(form: Mapping[str, Any]) -> CodeAuthors:
    """Who changed what is to be approved, as it says itself: whatever is said of it, none of them approves it.

    Where it names nobody, or is otherwise by now than the form has it, nobody can, and that is said.
    """
    from evenhand.deciding.code import code_version
    from evenhand.delivery.config import receivers_changed_by, receivers_said
    from evenhand.deployment import changed_by
    from evenhand.policy.load import load_each, pack_files
    from evenhand.quality.concerned_packs import say_nobody
    from evenhand.quality.receiver_changes import config_sha256
    from evenhand.release.manifest import ITEM_LINK

    here = settings()
    names: tuple[str, ...] | None = None
    if form.get("pack"):
        what = file = f"the pack {form['pack']}"
        texts = load_each(pack_files(here.policies.glob("*.yml")))[0]
        if approved := [each for each in texts if each.sha256 == form["text"]]:
            changed = list(_changed_with(approved[0], texts))
            # What only ends for another that `continues` it has the authors of that one, as on the night.
            if approved[0].sha256 not in {each.sha256 for each in changed}:
                changed = [*approved, *changed]
            if said := say_nobody(changed):
                refuse(f"{said} and propose it again; until then nobody can approve {what} beforehand")
            names = tuple(dict.fromkeys(name for each in changed for name in each.changed_by))
    elif form.get("receiver"):
        what, file = f"the receiver {form['receiver']}", "receivers.yml"
        receiver = receivers_said().get(form["receiver"])
        if receiver and config_sha256(receiver) == form["text"]:
            names = receivers_changed_by()
            names += changed_by() if names and ITEM_LINK in receiver else ()
    else:
        what = file = "the code"
        if str(code_version(here.project)["sha256"]) == form["code"]:
            return _authors_of_code()
    if names is None:
        refuse(f"what was to be approved of {what} isn't what nights read now; propose it as it is now")
    if not names:
        refuse(
            f"{file} doesn't say who changed it, so nobody can approve {what} beforehand. Write `changed_by` into it"
            " and propose it again"
        )
    return CodeAuthors(names, ())


def _changed_with(approved: LoadedPack, texts: Sequence[LoadedPack]) -> Sequence[LoadedPack]:
    """The versions of a pack that aren't as in the releases that lists come from: their authors changed it with it."""
    from evenhand.policy.preapproved import read_same_rules
    from evenhand.quality.bases import bases_of
    from evenhand.quality.concerned_packs import with_another_text
    from evenhand.release.manifest import read_manifest

    here = settings()
    newest = max(here.releases.glob("night=*"), default=None)
    if newest is None:
        return ()
    folder, same_rules = newest.resolve(), read_same_rules(here.policies)
    return [
        each
        for base in bases_of(here.releases, folder, read_manifest(folder))
        for market in approved.pack.markets
        if base.has_lists_of(market)
        for each in with_another_text([other for other in texts if market in other.pack.markets], base, same_rules)
        if each.pack.pack == approved.pack.pack
    ]


def _others_to_approve(approved: LoadedPack) -> str:
    """Which other versions of a pack have to be approved before what is approved of this one counts; empty of none."""
    from evenhand.policy.load import load_each, pack_files

    texts = load_each(pack_files(settings().policies.glob("*.yml")))[0]
    others = {
        f"{each.pack.pack}@{each.pack.version}"
        for each in _changed_with(approved, texts)
        if each.sha256 != approved.sha256 and not each.as_part
    }
    return f" Nothing of it is approved before {' and '.join(sorted(others))} is, too." if others else ""


def _authors_of_code() -> CodeAuthors:
    """Who changed the code that decides since the releases that lists come from, of which some may have been held."""
    from evenhand.approval.code_changes import authors_since_all
    from evenhand.deciding.code_authors import LogInsBroken

    try:
        return authors_since_all(settings().project, settings().releases)
    except LogInsBroken as error:
        refuse(str(error))


def _refuse_more_than_it_changes(text: LoadedPack | None, at_most: int) -> str:
    """Make sure that nobody preapproves many more rows than the change makes otherwise; returns what it does."""
    import duckdb

    from evenhand.deciding.compiled import compiled_project
    from evenhand.policy.load import load_packs
    from evenhand.policy.measures_order import read_measures_order
    from evenhand.quality.rehearsed_change import LEAST, most_that_may_change, rehearse_change

    here = settings()
    release = max(here.releases.glob("night=*"), default=None)
    night = date.fromisoformat(release.name.removeprefix("night=")) if release else None
    if release is None or night is None or not here.warehouse(night).exists():
        if at_most > LEAST:
            refuse(
                f"no night is being worked on that could say what the change does, so at most {LEAST} rows can be"
                " preapproved; run a night first (evenhand nightly)"
            )
        return "No night was there to rehearse it on."
    day = max(night, text.pack.effective_from) if text else night
    try:
        changed = rehearse_change(
            here.warehouse(night),
            release.resolve(),
            day,
            load_packs(here.policies),
            read_measures_order(here.policies),
            None if text else compiled_project().models(),
        )
    except duckdb.Error as error:
        refuse(f"the change couldn't be rehearsed on night {night}, so it can't be preapproved: {error}")
    rows = max((each.rows for each in changed.values()), default=0)
    found = (
        ", ".join(f"{each.rows:,} of {name} in {market}{each.how}" for (name, market), each in changed.items())
        or "no row"
    )
    if at_most > (most := most_that_may_change(rows)):
        refuse(
            f"at most {most:,} rows of each list and market can be preapproved, not {at_most:,}: rehearsed on night"
            f" {night}'s data for {day}, the change makes otherwise {found}"
        )
    return f"Rehearsed on night {night}'s data for {day}, it makes otherwise: {found}."


def _refuse_more_than_come_or_go(name: str, now: Mapping[str, Any], at_most: int) -> str:
    """Make sure that nobody preapproves many more rows than would come to a receiver or go; returns what would."""
    from evenhand.quality.receiver_changes import rows_that_come_or_go
    from evenhand.quality.rehearsed_change import most_that_may_change
    from evenhand.release.manifest import read_manifest

    release = max(settings().releases.glob("night=*"), default=None)
    manifest = read_manifest(release) if release else None
    rows = {each.removesuffix(".parquet"): (file.rows,) for each, file in manifest.files.items()} if manifest else {}
    before = (manifest.receivers or {}).get(name) if manifest else None
    effect = {of: tonight for of, (tonight,) in rows_that_come_or_go(before, now, rows).items()}
    found = ", ".join(f"it {what} {count:,} rows of {each}" for (what, each), count in effect.items())
    night = f"of night {manifest.night}, " if manifest else "no night is released, and "
    said = f"{night}{found or 'no row would come to it or go'}"
    if at_most > (most := most_that_may_change(max(effect.values(), default=0))):
        refuse(f"at most {most:,} rows of each list of {name} can be preapproved, not {at_most:,}: {said}")
    return f"{said[0].upper()}{said[1:]}."


def write(form: Mapping[str, Any], approved_by: Sequence[Person]) -> None:
    """Write an approved change to preapproved.yml, if it is as it was proposed and none of its authors approves it.

    Raises:
        PersonRefused: one of them does.
    """
    from pydantic import ValidationError

    from evenhand.policy.diagnose import explain
    from evenhand.policy.preapproved import AND, Preapproval, add_preapproval

    authors = authors_of(form)
    if authors.unknown and len(approved_by) < 2:
        refuse(f"it isn't known who wrote all of the code ({', '.join(authors.unknown)}), so two have to approve it")
    for each in approved_by:
        refuse_to_approve_a_change(form, each)
        for name in (form["changed_by"], *authors.log_ins):
            refuse_the_same_person(Person(name, logged_in=True), each, "the change")
    try:
        preapproval = Preapproval(
            **form,
            approved_by=AND.join(each.name for each in approved_by),
            by_their_own_word=True if not all(each.logged_in for each in approved_by) else None,
        )
    except ValidationError as error:
        refuse("\n".join(explain(problem, Preapproval) for problem in error.errors()))
    written = add_preapproval(settings().policies, preapproval)
    console.print(f"Written to {written}", soft_wrap=True, highlight=False)
