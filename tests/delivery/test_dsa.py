"""Statements of reasons, to a process that keeps to the rules of the DSA Transparency Database.

Longer than other files, for its tests share one process that they talk to.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from delivery.faulty import FaultyServer
from delivery.releases import LISTS, night, penalty, publish
from delivery.systems import Transparency
from delivery.transparency import TOKEN, WORDS
from evenhand.delivery.announcements.announce import announce, check_announced
from evenhand.delivery.announcements.automation import Automation
from evenhand.delivery.announcements.statement_words import NotStatable, StatementWords, enums
from evenhand.delivery.announcements.statements import mistakes, statement_of, statements_of
from evenhand.delivery.config import ReceiversError, load_receivers
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.receivers.dsa import DsaReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.settings import PROJECT
from evenhand.tasks.receivers import open_announcer
from sandbox.process import SECRET, SandboxProcess


@pytest.fixture
def dsa(database: Transparency, client: httpx.Client) -> DsaReceiver:
    return _dsa(database.url, client)


def _dsa(url: str, client: httpx.Client, token: str = TOKEN, batch_size: int = 3) -> DsaReceiver:
    return DsaReceiver(
        "dsa", url, token, client, {"sandbox": LISTS}, lambda release: statements_of(release, WORDS), batch_size, 0
    )


def test_a_penalty_is_stated_once_and_stays_stated(
    tmp_path: Path, database: Transparency, receiver: HttpReceiver, dsa: DsaReceiver, receipts: Receipts
) -> None:
    release = publish(tmp_path, night(1), [penalty("p1", ends_on="2026-04-01"), penalty("p2", measure="warning")])
    deliver(release, receiver, receipts)
    assert announce(release, dsa, receipts).applied == 2
    assert database.statements()["creators_us-3-why-p1"] == {
        "puid": "creators_us-3-why-p1",
        "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
        "end_date_service_restriction": "2026-04-01",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "decision_ground_reference_url": "https://market.example/policies",
        "incompatible_content_ground": "Rules copyright of policy creators_us, version 3",
        "incompatible_content_explanation": "The conduct isn't compatible with the rules copyright of policy"
        " creators_us, version 3. This brings no live on live from 2026-03-01 until 2026-04-01.",
        "content_type": ["CONTENT_TYPE_VIDEO"],
        "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "category_specification": ["KEYWORD_COPYRIGHT_INFRINGEMENT"],
        "territorial_scope": ["DE", "FR"],
        "content_date": "2026-02-20",
        "application_date": "2026-03-01",
        "decision_facts": "On 2026-03-01 the balance in the programme health went from 1 to 3 points: balance at"
        " least 3. 1 decision by the rule copyright counted.",
        "source_type": "SOURCE_TYPE_OTHER_NOTIFICATION",
        "automated_detection": "No",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    }
    # The same penalties a night later, and then none: nothing more is said, and nothing can be taken back.
    for day, rows in ((2, [penalty("p1"), penalty("p2", measure="warning")]), (3, [])):
        later = publish(tmp_path, night(day), rows)
        deliver(later, receiver, receipts)
        assert announce(later, dsa, receipts).sent == {}
        assert check_announced(later, dsa, receipts).agrees
    assert len(database.statements()) == 2


def test_what_is_there_already_or_wrong_keeps_no_other_from_being_stored(
    tmp_path: Path,
    database: Transparency,
    receiver: HttpReceiver,
    dsa: DsaReceiver,
    receipts: Receipts,
    sandbox: SandboxProcess,
    client: httpx.Client,
) -> None:
    with Receipts(tmp_path / "another.sqlite") as another:
        # Another ledger, as before a loss of ours: two of them were stored in an earlier life.
        early = publish(tmp_path / "early", night(1), [penalty("p1"), penalty("p3")])
        deliver(early, HttpReceiver("sandbox", LISTS, sandbox.url, SECRET, client), another)
        announce(early, dsa, another)
    release = publish(tmp_path, night(1), [penalty(f"p{number}") for number in range(5)])
    deliver(release, receiver, receipts)
    summary = announce(release, dsa, receipts)
    assert (summary.applied, summary.duplicates, summary.rejected) == (3, 2, ())
    assert len(database.statements()) == 5


def test_a_lost_answer_and_a_killed_database_store_nothing_twice(
    tmp_path: Path, database: Transparency, receiver: HttpReceiver, receipts: Receipts, client: httpx.Client
) -> None:
    release = publish(tmp_path, night(1), [penalty(f"p{number}") for number in range(8)])
    deliver(release, receiver, receipts)
    server = FaultyServer(database.url)
    try:
        flaky = _dsa(server.url, client)
        database.kill()
        with pytest.raises(ReceiverError, match="Nothing is lost"):
            announce(release, flaky, receipts)
        database.start()
        server.faults.extend(["drop_after", "503", "429", "fine", "502_after"])
        assert announce(release, flaky, receipts).complete
    finally:
        server.stop()
    assert len(database.statements()) == 8


def test_one_that_names_the_account_is_not_sent(
    tmp_path: Path, database: Transparency, receiver: HttpReceiver, dsa: DsaReceiver, receipts: Receipts
) -> None:
    # An account whose name is in the words of its own statement.
    release = publish(tmp_path, night(1), [penalty("p1"), penalty("p2", account="copyright")])
    deliver(release, receiver, receipts)
    summary = announce(release, dsa, receipts)
    assert [row.row_key for row in summary.rejected] == ["creators_us-3-why-p2"]
    assert "names the account" in summary.rejected[0].reason
    assert list(database.statements()) == ["creators_us-3-why-p1"]


def test_a_wrong_token_and_missing_words_say_what_to_do(
    tmp_path: Path, database: Transparency, receiver: HttpReceiver, receipts: Receipts, client: httpx.Client
) -> None:
    release = publish(tmp_path, night(1), [penalty("p1")])
    deliver(release, receiver, receipts)
    with pytest.raises(ReceiverError, match=r"HTTP 401.*token"):
        announce(release, _dsa(database.url, client, token="another"), receipts)
    with pytest.raises(NotStatable, match="measures: a_new_one has no words"):
        statements_of(publish(tmp_path, night(2), [penalty("p1", measure="a_new_one")]), WORDS)


def test_what_people_imposed_themselves_is_stated_as_not_automated() -> None:
    words = WORDS.model_copy(update={"grounds": WORDS.grounds | {"otherwise": WORDS.grounds["copyright"]}})
    name = "2026-03-06T09-15-30Z-impose-123456"
    reason = {
        "reason_id": "why-p1",
        "programme": "emergency",
        "scope": "live",
        "measure": "no_live",
        "pack": "creators_us",
        "pack_version": 3,
        "condition": f"emergency {name}: Fake prizes in lives",
        "balance_before": Decimal(0),
        "balance_after": Decimal(1),
        "unit": "emergency",
        "entries": json.dumps([{"entry": f"{name}/ID-5628", "rule": "emergency", "counts_from": "2026-03-05"}]),
        "starts_on": date(2026, 3, 5),
        "ends_on": date(2026, 3, 7),
    }
    statement = statement_of(reason, words, date(2026, 3, 5))
    assert statement["automated_detection"] == "No"
    assert statement["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert statement["decision_facts"] == (
        f"On 2026-03-05 people of the platform decided this themselves: emergency {name}: Fake prizes in lives."
    )
    assert statement["incompatible_content_explanation"] == (
        "People of the platform decided this themselves, under policy creators_us, version 3. "
        "This brings no live on live from 2026-03-05 until 2026-03-07."
    )
    assert mistakes(statement, "ID-5628") == []
    with pytest.raises(NotStatable, match="grounds: emergency, or otherwise has no words"):
        statement_of(reason, WORDS, date(2026, 3, 5))


def _reason(entries: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "reason_id": "why",
        "programme": "health",
        "scope": "live",
        "measure": "no_live",
        "pack": "creators_us",
        "pack_version": 3,
        "condition": "balance at least 3",
        "balance_before": Decimal(0),
        "balance_after": Decimal(3),
        "unit": "point",
        "entries": json.dumps(entries),
        "starts_on": date(2026, 3, 5),
        "ends_on": None,
        **changes,
    }


def test_a_penalty_of_which_nobody_knows_since_when_it_is_there_is_stated_with_the_night() -> None:
    reason = _reason([], programme="copyright", balance_before=None, balance_after=None, unit=None, starts_on=None)
    statement = statement_of(reason, WORDS, date(2026, 3, 5))
    assert (statement["application_date"], statement["content_date"]) == ("2026-03-05", "2026-03-05")
    assert (statement["automated_detection"], statement["automated_decision"]) == ("Yes", "AUTOMATED_DECISION_FULLY")
    assert statement["decision_facts"] == ("On 2026-03-05 the programme copyright was judged anew: balance at least 3.")
    assert mistakes(statement, "ID-5628") == []


def test_the_bound_of_a_part_of_a_whole_is_stated_in_percent_as_the_balance_is() -> None:
    balances = {"balance_before": Decimal("0.02"), "balance_after": Decimal("0.0525"), "unit": "share"}
    reason = _reason([], programme="copyright", condition="balance at least 0.05", **balances)
    assert statement_of(reason, WORDS, date(2026, 3, 5))["decision_facts"].endswith(
        "the balance in the programme copyright went from 2 % to 5.25 %: balance at least 5 %."
    )


def test_a_training_is_no_rule_that_was_broken() -> None:
    """It is newer than the violation, and takes a point away; in a rating that falls, it gives some back."""
    counted = {"entry": "v", "rule": "copyright", "counts_from": "2026-03-01", "amount": 4, "detected_by": "model"}
    eased = {"entry": "t", "rule": "course", "counts_from": "2026-03-04", "amount": -1}
    statement = statement_of(_reason([counted, eased]), WORDS, date(2026, 3, 5))
    assert statement["incompatible_content_ground"] == "Rules copyright of policy creators_us, version 3"
    assert statement["decision_facts"].endswith(": balance at least 3. 1 decision by the rule copyright counted.")
    rating = [counted | {"amount": -4}, eased | {"amount": 1}]
    falling = _reason(rating, balance_before=Decimal(200), balance_after=Decimal(197))
    assert statement_of(falling, WORDS, date(2026, 3, 5))["incompatible_content_ground"] == (
        "Rules copyright of policy creators_us, version 3"
    )


def test_how_a_case_came_up_is_its_own() -> None:
    def stated(detected_by: str | None, words: StatementWords = WORDS) -> str:
        entry = {"entry": "v", "rule": "copyright", "counts_from": "2026-03-01", "amount": 3}
        statement = statement_of(_reason([entry | {"detected_by": detected_by}]), words, date(2026, 3, 5))
        return str(statement["source_type"])

    assert stated("model") == "SOURCE_VOLUNTARY"
    assert stated("rights_holder") == "SOURCE_TYPE_OTHER_NOTIFICATION"
    # As receivers.yml has it, for what nobody says otherwise.
    assert stated(None) == stated("a_guess") == "SOURCE_VOLUNTARY"
    trusted = {"source_type": "SOURCE_TRUSTED_FLAGGER"}
    words = StatementWords.model_validate(WORDS.model_dump(mode="json") | {"sources": {"rights_holder": trusted}})
    assert stated("rights_holder", words) == "SOURCE_TRUSTED_FLAGGER"


def test_how_far_it_was_automated_is_that_of_the_decision_that_the_measure_needed_last() -> None:
    def stated(*entries: dict[str, Any]) -> tuple[str | None, str | None]:
        known = {
            "by_system": Automation("full", "full"),
            "in_part": Automation("part", "part"),
            "by_people": Automation("none", "none"),
            "half_known": Automation("full", None),
        }
        found = statement_of(
            _reason([{"rule": "copyright", "amount": 3, **entry} for entry in entries]), WORDS, date(2026, 3, 5), known
        )
        return found.get("automated_detection"), found.get("automated_decision")

    def entry(violation: str | None, day: int, **more: Any) -> dict[str, Any]:
        return {"entry": f"e{day}", "violation": violation, "counts_from": f"2026-03-0{day}", **more}

    assert stated(entry("by_system", 1)) == ("Yes", "AUTOMATED_DECISION_FULLY")
    assert stated(entry("in_part", 1)) == ("Yes", "AUTOMATED_DECISION_PARTIALLY")
    assert stated(entry("by_system", 1), entry("by_people", 2)) == ("No", "AUTOMATED_DECISION_NOT_AUTOMATED")
    # What came last only counts, and brought nothing.
    assert stated(entry("by_system", 1, needed=True), entry("by_people", 2, needed=False)) == (
        "Yes",
        "AUTOMATED_DECISION_FULLY",
    )
    # Four that count where three would do: without any single one the measure is the same, and people brought it.
    surplus = [entry("by_system", 1, needed=False), entry("by_people", 2, needed=False)]
    assert stated(*surplus) == ("No", "AUTOMATED_DECISION_NOT_AUTOMATED")
    # What was trained for later eased it; metrics and orders are judged by no person.
    assert stated(entry("in_part", 1), entry(None, 2, amount=-1))[1] == "AUTOMATED_DECISION_PARTIALLY"
    assert stated(entry(None, 1)) == ("Yes", "AUTOMATED_DECISION_FULLY")
    assert stated(entry("half_known", 1)) == stated(entry("nobody_knows", 1)) == (None, None)


def test_a_statement_waits_until_it_is_known_how_far_its_decision_was_automated(
    tmp_path: Path, database: Transparency, receiver: HttpReceiver, dsa: DsaReceiver, receipts: Receipts
) -> None:
    known: dict[str, tuple[str | None, str | None]] = {"v-p1": ("full", "none"), "v-p2": (None, "full")}
    for day in (1, 2, 3, 4):
        # On the last nights the measure is over; that it was there has to be stated all the same.
        release = publish(tmp_path, night(day), [penalty("p1"), penalty("p2")][: 2 if day < 3 else 1], automation=known)
        deliver(release, receiver, receipts)
        summary = announce(release, dsa, receipts)
        assert list(database.statements()) == ["creators_us-3-why-p1"]
        assert [each.violation for each in summary.incomplete] == ["v-p2"]
        assert len(summary.overdue) == (day == 4)
    assert "1 waits for how far it was automated, the oldest for 3 nights (since 2026-03-01)" in str(summary)
    # The same again changes nothing.
    assert announce(release, dsa, receipts) == replace(summary, sent={})
    release = publish(tmp_path, night(5), [penalty("p1")], automation=known | {"v-p2": ("part", "full")})
    deliver(release, receiver, receipts)
    assert announce(release, dsa, receipts).incomplete == ()
    statement = database.statements()["creators_us-3-why-p2"]
    assert (statement["automated_detection"], statement["automated_decision"]) == ("Yes", "AUTOMATED_DECISION_FULLY")
    assert "waits_for" not in json.dumps(statement)


@pytest.mark.parametrize(
    "former",
    [
        {"automated_detection": "Yes"},
        {"automated_decision": "AUTOMATED_DECISION_FULLY"},
        {"sources": {"model": {"source_type": "SOURCE_VOLUNTARY", "automated_detection": "Yes"}}},
    ],
)
def test_what_a_receiver_said_of_automation_before_fails_its_delivery_with_a_remedy(
    tmp_path: Path, former: dict[str, Any]
) -> None:
    words = StatementWords.model_validate(WORDS.model_dump(mode="json", exclude_none=True) | former)
    with pytest.raises(NotStatable, match=r"no settings any more; take them out of the receiver in receivers.yml"):
        statements_of(publish(tmp_path, night(1), [penalty("p1")]), words)


def _right() -> dict[str, Any]:
    return {
        "puid": "creators_us-3-abc",
        "decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION",
        "end_date_service_restriction": "2026-04-01",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "Rules",
        "incompatible_content_explanation": "Not compatible from 2026-03-01 until 2026-04-01.",
        "content_type": ["CONTENT_TYPE_VIDEO"],
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "territorial_scope": ["DE"],
        "content_date": "2026-02-27",
        "application_date": "2026-03-01",
        "decision_facts": "1 earlier decision counted on 2026-03-01, 12.5 points",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    }


def test_a_right_one_has_no_mistakes() -> None:
    assert mistakes(_right(), "ID-5628") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"decision_provision": None}, "no decision"),
        ({"decision_facts": "   "}, "decision_facts: must be a text"),
        ({"decision_facts": "x" * 5001}, "decision_facts: must be a text"),
        ({"decision_facts": "Write to ada@example.com"}, "decision_facts: has an e-mail address"),
        ({"decision_facts": "Call +62 812-3456-7890"}, "decision_facts: has a telephone"),
        ({"decision_facts": "See @ada.live"}, "decision_facts: has a handle"),
        ({"decision_facts": "See https://market.example/ada"}, "decision_facts: has an address"),
        ({"decision_facts": "Account id-5628 again"}, "decision_facts: names the account"),
        ({"category": "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE"}, "category: the database doesn't know"),
        ({"territorial_scope": ["DE", "DE"]}, "territorial_scope: must be an array without doubles"),
        ({"territorial_scope": ["EL"]}, "territorial_scope: the database doesn't know"),
        ({"puid": "a b"}, "puid: only letters"),
        # What follows the database takes, and changes or drops without a word.
        ({"decision_visibility_other": "A label"}, "decision_visibility_other: goes with"),
        ({"content_type": ["CONTENT_TYPE_OTHER"]}, "content_type_other: goes with"),
        ({"illegal_content_legal_ground": "A law"}, "illegal_content_legal_ground: goes with another decision_ground"),
        ({"end_date_account_restriction": "2026-04-01"}, "end_date_account_restriction: there is no such decision"),
        ({"end_date_service_restriction": "2026-02-01"}, "end_date_service_restriction: is before application_date"),
        ({"content_date": "2026-03-02"}, "content_date: is after application_date"),
        ({"content_date": "01.03.2026"}, "content_date: '01.03.2026' isn't a day"),
        ({"application_date": "2039-01-01"}, "application_date: 2039-01-01 isn't between"),
        ({"source_identity": "Somebody"}, "source_identity: the database has no such field"),
        ({"account": "A1"}, "account: the database has no such field"),
    ],
)
def test_each_mistake_is_named(change: dict[str, Any], said: str) -> None:
    statement = {field: value for field, value in (_right() | change).items() if value is not None}
    assert any(said in each for each in mistakes(statement, "ID-5628")), mistakes(statement, "ID-5628")


def test_the_enums_that_are_shipped_are_the_published_ones() -> None:
    published = PROJECT.parent / "shared" / "reference" / "dsa_enums.json"
    if not published.exists():
        pytest.skip("the published ones aren't here")
    assert enums() == {field: frozenset(values) for field, values in json.loads(published.read_text()).items()}


def test_the_manuals_example_is_a_receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manual = (PROJECT / "docs" / "receivers.md").read_text()
    example = manual.split("```yaml\n# a receiver of kind dsa\n")[1].split("```")[0]
    (tmp_path / "receivers.yml").write_text(
        f"receivers:\n  sandbox: {{kind: http, connection: c, lists: [penalties]}}\n{example}"
    )
    assert load_receivers(tmp_path / "receivers.yml")["transparency"].kind == "dsa"
    connection = {"conn_type": "http", "host": "https://transparency.example", "password": "x"}
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPARENCY", json.dumps(connection))
    with open_announcer("transparency", tmp_path / "receivers.yml") as opened:
        assert opened.after == {"sandbox": ("penalties",)}
    (tmp_path / "receivers.yml").write_text(f"receivers:\n{example}")
    with pytest.raises(ReceiversError, match="sandbox isn't a receiver of lists above it"):
        load_receivers(tmp_path / "receivers.yml")


def test_what_was_dropped_and_is_wanted_again_is_stated(
    tmp_path: Path, database: Transparency, receiver: HttpReceiver, dsa: DsaReceiver, receipts: Receipts
) -> None:
    wanted, not_wanted = publish(tmp_path, night(1), [penalty("p1")]), publish(tmp_path, night(2))
    assert announce(wanted, dsa, receipts).waiting == 1
    deliver(not_wanted, receiver, receipts)
    assert announce(not_wanted, dsa, receipts).dropped == 1
    again = publish(tmp_path, night(3), [penalty("p1")])
    deliver(again, receiver, receipts)
    assert announce(again, dsa, receipts).applied == 1
    assert list(database.statements()) == ["creators_us-3-why-p1"]
