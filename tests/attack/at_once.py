"""Attempts that need no night: on a receiver that runs, a web server, files, and who people say they are.

Longer than other files, for it is the list of all attempts of this kind.
"""

from __future__ import annotations

import os
import shutil
import time
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import httpx

from attack.attempt import Attempt, Place, need, refused
from delivery.releases import LISTS, night, penalty, publish
from evenhand.commands.persons import second_person
from evenhand.delivery.config import ReceiversError, load_receivers
from evenhand.delivery.deliver import deliver
from evenhand.delivery.emptied import ReceiverEmptied
from evenhand.delivery.first_read import HoldsOthers
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.read_release import ReleaseError
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.receivers.deadline import client as client_in_time
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.reconcile import reconcile_and_correct
from evenhand.delivery.signature import sign
from evenhand.delivery.stopping import stop
from evenhand.emergency.emergency import EmergencyRefused
from evenhand.emergency.record import refuse_what_lasts_too_long
from evenhand.landing.files import FeedBroken
from evenhand.landing.mirror import mirror
from evenhand.policy.load import load_pack
from evenhand.policy.texts import PackError
from evenhand.records.markdown import plain
from evenhand.records.persons import Person, PersonRefused, account, normalised, refuse_the_same_person
from evenhand.records.proposals import ProposalRefused, ProposedAct, approve, propose
from evenhand.records.record_log import RecordsBroken, refuse_troubles, seal
from evenhand.release.spreadsheet import cell
from landing.web import web
from sandbox.process import SECRET, batch

ROWS = [penalty(f"p{number}") for number in range(4)]
PUT = {"key": "0" * 64, "list": "penalties", "row_key": "stolen", "action": "put",
       "payload": {"account_id": "A1", "market": "US", "measure": "no_live"}}  # fmt: skip


def _sandbox(place: Place, client: httpx.Client) -> HttpReceiver:
    return HttpReceiver("sandbox", LISTS, place.sandbox.url, SECRET, client, batch_size=3, attempts=2)


def a_batch_for_another(place: Place) -> str:
    body = batch(PUT)
    answer = httpx.post(f"{place.sandbox.url}/notices/v1/changes", content=body, headers=place.sandbox.headers(body))
    need(answer.status_code == 421, f"it was answered {answer.status_code}")
    return str(answer.json()["detail"])


def reading_with_a_batchs_signature(place: Place) -> str:
    body = batch(PUT)
    state = f"{place.sandbox.url}/v1/state?cursor=&limit=1"
    answer = httpx.request("GET", state, content=body, headers=place.sandbox.headers(body))
    need(answer.status_code == 401, f"it was answered {answer.status_code}")
    return str(answer.json()["detail"])


def an_old_message(place: Place) -> str:
    body, then = batch(PUT), int(time.time()) - 600
    headers = {"webhook-id": "m", "webhook-timestamp": str(then), "webhook-signature": sign(SECRET, "m", then, body)}
    answer = httpx.post(f"{place.sandbox.url}/v1/changes", content=body, headers=headers)
    need(answer.status_code == 401 and not place.sandbox.held(), f"it was answered {answer.status_code}")
    return str(answer.json()["detail"])


def a_name_that_leads_out(place: Place) -> str:
    here = place.folder / "home" / "landing"
    here.mkdir(parents=True)
    target = place.folder / "owned.csv"
    link = "%2F" + "%2F".join(target.parts[1:])
    index = f'<a href="good.csv">good</a><a href="{link}">bad</a>'
    with web({"/landing": index, "/landing/": index}) as url, refused(FeedBroken) as said:
        mirror(url, here)
    need(not target.exists() and not list(here.iterdir()), "something was written")
    return said.text


def a_link_out_of_landing(place: Place) -> str:
    there, here, outside = place.folder / "there", place.folder / "here", place.folder / "outside"
    (there / "creators").mkdir(parents=True)
    (there / "creators" / "day.csv").write_text("owned")
    outside.mkdir()
    here.mkdir()
    (here / "creators").symlink_to(outside)
    with refused(FeedBroken) as said:
        mirror(f"file://{there}", here)
    need(not list(outside.iterdir()), "something was written through the link")
    return said.text


def a_changed_list(place: Place) -> str:
    release = publish(place.folder, night(1), ROWS)
    other = publish(place.folder, night(2), ROWS[:1])
    path = release / "penalties.parquet"
    path.unlink()
    shutil.copy(other / "penalties.parquet", path)
    with Receipts(place.folder / "receipts.sqlite") as receipts, refused(ReleaseError) as said:
        deliver(release, FilesReceiver("lake", LISTS, str(place.folder / "lake"), 10), receipts)
    return said.text


def a_deleted_stop(place: Place) -> str:
    stop(place.folder, Person("ann", logged_in=True), "a drill")
    seal(place.folder)
    for each in (place.folder / "stops").glob("*.json"):
        each.unlink()
    with refused(RecordsBroken) as said:
        refuse_troubles(place.folder)
    return said.text


def rows_of_others(place: Place) -> str:
    place.sandbox.statuses(PUT, {**PUT, "key": "1" * 64, "row_key": "another"})
    release = publish(place.folder, night(1), [])
    with (
        client_in_time() as client,
        Receipts(place.folder / "receipts.sqlite") as receipts,
        refused(HoldsOthers) as said,
    ):
        reconcile_and_correct(release, _sandbox(place, client), receipts)
    need(len(place.sandbox.held()) == 2, "rows were removed")
    return said.text


def an_emptied_receiver(place: Place) -> str:
    release = publish(place.folder, night(1), ROWS)
    with client_in_time() as client, Receipts(place.folder / "receipts.sqlite") as receipts:
        deliver(release, _sandbox(place, client), receipts)
        place.sandbox.forget()
        with refused(ReceiverEmptied, ReceiverError) as said:
            reconcile_and_correct(release, _sandbox(place, client), receipts)
    need(not place.sandbox.effects(), "rows took effect once more")
    return said.text


def an_older_night_after_a_lost_ledger(place: Place) -> str:
    old, new = (publish(place.folder, night(day), ROWS[:day]) for day in (1, 2))
    with client_in_time() as client:
        with Receipts(place.folder / "receipts.sqlite") as receipts:
            deliver(new, _sandbox(place, client), receipts)
        with Receipts(place.folder / "another.sqlite") as receipts:
            said = str(deliver(old, _sandbox(place, client), receipts))
    need(len(place.sandbox.held()) == 2, "it has the older night")
    return said


def a_damaged_ledger(place: Place) -> str:
    path = place.folder / "receipts.sqlite"
    path.write_bytes(b"nonsense" * 1000)
    with refused(LedgerBroken) as said:
        Receipts(path)
    return said.text


def two_for_one_system(place: Place) -> str:
    from evenhand.tasks.receivers import open_receiver

    path, here = place.folder / "receivers.yml", place.folder / "lake"
    path.write_text("receivers:\n  one: {kind: files, connection: one, lists: [penalties]}\n"
                    "  other: {kind: files, connection: other, lists: [penalties]}\n")  # fmt: skip
    for name, spelt in (("ONE", str(here)), ("OTHER", f"{here.parent}/./{here.name}/")):
        os.environ[f"AIRFLOW_CONN_{name}"] = f'{{"conn_type": "generic", "extra": {{"path": "{spelt}"}}}}'
    try:
        with refused(ReceiversError) as said, open_receiver("one", path):
            pass
    finally:
        for name in ("ONE", "OTHER"):
            del os.environ[f"AIRFLOW_CONN_{name}"]
    return said.text


def oneself_spelt_otherwise(place: Place) -> str:
    for spelt in ("Ann", " ann ", "\uff21nn", "\u0430nn"):
        with refused(PersonRefused) as said:
            refuse_the_same_person(Person("ann", logged_in=True), Person(spelt, logged_in=True), "the measure")
    act = ProposedAct(
        action="resume", form={}, said="x", by=Person("ann", logged_in=True), at=datetime.now(UTC), not_by=("mai",)
    )
    name = propose(place.folder, act)
    for spelt in ("ANN", "Mai"):
        with refused(PersonRefused, ProposalRefused) as said:
            approve(place.folder, name, Person(spelt, logged_in=True), datetime.now(UTC))
    return said.text


def nobody_and_letters_that_nobody_sees(place: Place) -> str:
    for name in ("", "  ", "an\u200bn", "mai\u0440"):
        with refused(PersonRefused) as said:
            normalised(name)
    return said.text


def another_by_a_variable(place: Place) -> str:
    before = {name: os.environ.get(name) for name in ("EVENHAND_PERSONS", "LOGNAME", "USER")}
    try:
        os.environ |= {"EVENHAND_PERSONS": "accounts", "LOGNAME": "mallory", "USER": "mallory"}
        need(account().name != "mallory", "the variable was believed")
        with refused(PersonRefused) as said:
            second_person("lan")
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    return said.text


def an_emergency_without_end(place: Place) -> str:
    with refused(EmergencyRefused) as said:
        refuse_what_lasts_too_long(date(2026, 12, 31), date(2026, 3, 1))
    return said.text


def a_formula_in_a_cell(place: Place) -> str:
    for run in ("=HYPERLINK(1)", "\uff1d1+1", "\t=1", "@SUM(A1)"):
        need(cell(run).startswith("'"), f"{run!r} would be run")
    need(cell(-5) == "-5", "a number isn't one any more")
    return f"{cell('=HYPERLINK(1)')}"


def markdown_in_an_id(place: Place) -> str:
    shown = plain("[pay](https://evil.example) | <b>")
    need(shown.startswith("`") and shown.endswith("`"), f"it is shown as {shown}")
    return shown


def aliases_without_end(place: Place) -> str:
    text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    (place.folder / "receivers.yml").write_text(text)
    (place.folder / "x.yml").write_text(text)
    with refused(ReceiversError):
        load_receivers(place.folder / "receivers.yml")
    with refused(PackError) as said:
        load_pack(place.folder / "x.yml")
    return said.text


def an_answer_that_never_ends(place: Place) -> str:
    from delivery.faulty import FaultyServer

    faulty = FaultyServer(place.sandbox.url)
    faulty.faults.extend(["drip", "drip"])
    try:
        with client_in_time(seconds=1) as client, Receipts(place.folder / "receipts.sqlite") as receipts:
            receiver = HttpReceiver("sandbox", LISTS, faulty.url, SECRET, client, attempts=2, backoff_seconds=0)
            with refused(ReceiverError) as said:
                deliver(publish(place.folder, night(1), ROWS), receiver, receipts)
    finally:
        faulty.stop()
    return said.text


def words_of_a_language(place: Place) -> str:
    import json

    from evenhand.quality.translation_changes import LanguageWords, approved_words, lay_translations

    was, now = (json.dumps({"plural": "0", "texts": {"subject": [text]}}) for text in ("New", "Pay at evil.example"))
    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        said = lay_translations(connection, {"vi": was}, {"vi": LanguageWords(now, ("mallory",))})["vi"]
        connection.execute("create table gate.held_lists as select 'notices' as list, 'vi' as market, '' as answer")
        need(approved_words(connection) == {"vi": was}, "other words would be used")
    return said[0]


def a_list_that_a_receiver_loses(place: Place) -> str:
    from evenhand.quality.receiver_changes import lay_receivers

    with duckdb.connect() as connection:
        connection.execute("create schema gate")
        before = {"sandbox": {"kind": "http", "lists": ["penalties", "rewards"]}}
        now = {"sandbox": {"kind": "http", "lists": ["rewards"]}}
        return " ".join(lay_receivers(connection, before, now, {"penalties": [1200, 1200]})["sandbox"])


AT_ONCE: tuple[Attempt[Place], ...] = (
    Attempt("a signed batch, sent to another endpoint with the same secret", "refused", a_batch_for_another),
    Attempt("the state, read with the signature of a batch", "refused", reading_with_a_batchs_signature),
    Attempt("a signed message of ten minutes ago", "refused", an_old_message),
    Attempt("a file of a web server whose name is an absolute path", "refused", a_name_that_leads_out),
    Attempt("a link in `landing/` that leads out of it", "refused", a_link_out_of_landing),
    Attempt("a list of a release, exchanged before it is delivered", "refused", a_changed_list),
    Attempt("a stop, deleted", "refused", a_deleted_stop),
    Attempt("a first reconcile that would delete what others wrote", "held", rows_of_others),
    Attempt("a receiver that says that it holds nothing any more", "held", an_emptied_receiver),
    Attempt("an older night, after the ledger was lost", "refused", an_older_night_after_a_lost_ledger),
    Attempt("a damaged ledger", "refused", a_damaged_ledger),
    Attempt("two receivers that are one folder, spelt otherwise", "refused", two_for_one_system),
    Attempt("approving what one asked for oneself, spelt otherwise", "refused", oneself_spelt_otherwise),
    Attempt("an empty name, and letters that nobody sees or that look alike", "refused",
            nobody_and_letters_that_nobody_sees),
    Attempt("another person by a variable or `--approved-by`, where people log in", "refused", another_by_a_variable),
    Attempt("an emergency of ten months", "refused", an_emergency_without_end),
    Attempt("a formula in what people download", "repaired", a_formula_in_a_cell),
    Attempt("a link and HTML in an id", "repaired", markdown_in_an_id),
    Attempt("YAML aliases that stand for a hundred million texts", "refused", aliases_without_end),
    Attempt("an answer that comes byte by byte for ever", "refused", an_answer_that_never_ends),
    Attempt("a phishing sentence in a translation", "held", words_of_a_language),
    Attempt("a list that a receiver loses at once", "held", a_list_that_a_receiver_loses),
)  # fmt: skip


def folder_of(parent: Path, number: int) -> Path:
    """A folder for one attempt."""
    folder = parent / f"attempt{number}"
    folder.mkdir()
    return folder
