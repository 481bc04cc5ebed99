"""Letters through a real mail server: to the right people alone, each once, whatever the server does."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evenhand.settings import settings
from evenhand.tasks import alerts
from evenhand.tasks.cases import alone
from evenhand.tasks.reports import NotSent, send_reports
from people.people import write_people
from ports import free_port
from reports.pdfs import text_of_pdf
from reports.post import Post, listening
from reports.releases import release

NIGHT = date(2026, 3, 28)
PEOPLE = """\
changed_by: ann
people:
  - {user: ann, markets: all, rights: [admin]}
  - {user: bo, markets: all, rights: [admin, see], reports: night, address: bo@example.org}
  - {user: cy, markets: [ID], rights: see, reports: night, address: cy@example.org, language: zh}
  - {user: dee, markets: SG, rights: stop, reports: night, address: dee@example.org}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_people(tmp_path, monkeypatch, PEOPLE)
    monkeypatch.setenv("EVENHAND_BOARDS", str(tmp_path / "boards"))
    rows = [(market, market, "warning") for market in ("ID", "SG")]
    release(settings().home, NIGHT, {"penalties": rows, "rewards": [], "standings": []})
    return settings().home


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where the mail server will be."""
    port = free_port()
    said = {"disable_ssl": True, "disable_tls": True, "timeout": 1}
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": said}
    monkeypatch.setenv("AIRFLOW_CONN_POST", json.dumps(connection))
    _notify(monkeypatch, _mail())
    return port


@pytest.fixture
def post(port: int) -> Iterator[Post]:
    with listening(port) as post:
        yield post


def _mail() -> dict[str, Any]:
    kwargs = {"smtp_conn_id": "post", "from_email": "evenhand@example.org"}
    return {"classpath": "evenhand.tasks.mail.Mail", "kwargs": kwargs}


def _notify(patch: pytest.MonkeyPatch, *notifiers: dict[str, Any]) -> None:
    patch.setenv("EVENHAND_PEOPLE_NOTIFIERS", json.dumps(notifiers))


def test_each_is_sent_a_letter_with_their_report_attached_and_nobody_else_is(home: Path, post: Post) -> None:
    send_reports(NIGHT)
    send_reports(NIGHT)
    assert [(sender, to) for sender, to, _ in post.letters] == [
        ("evenhand@example.org", ["bo@example.org"]), ("evenhand@example.org", ["cy@example.org"]),
    ]  # fmt: skip
    (for_bo, for_cy) = (letter for *_, letter in post.letters)
    assert for_bo["subject"] == "Night of 28 Mar 2026"
    assert for_cy["subject"] == "2026年3月28日 夜间: 印度尼西亚 (ID)"
    body = for_cy.get_body(("plain",))
    assert body is not None and body.get_content().startswith("之前没有可比较的夜间。")
    page, workbook, printed = for_cy.iter_attachments()
    names = [each.get_filename() for each in (page, workbook, printed)]
    assert names == ["night.ID.zh.html", "night.ID.zh.xlsx", "night.ID.zh.pdf"]
    assert [each.get_content_type() for each in (page, printed)] == ["text/html", "application/pdf"]
    folder = home / "reports" / f"night={NIGHT}"
    for each in (page, workbook, printed):
        content = each.get_payload(decode=True)
        assert content == (folder / str(each.get_filename())).read_bytes()
    assert "SG" not in text_of_pdf((folder / "night.ID.zh.pdf").read_bytes())
    assert for_bo["message-id"] != for_cy["message-id"]


def test_one_whom_the_server_refuses_keeps_nobody_else_from_their_letter_and_is_tried_again(
    home: Path, post: Post
) -> None:
    post.refused = {"bo@example.org"}
    for _ in range(2):
        with pytest.raises(NotSent, match=r"^bo wasn't sent night\.en \(Mail: \(550, 'nobody of that name'\)\)$"):
            send_reports(NIGHT)
    assert [to for _, to, _ in post.letters] == [["cy@example.org"]]
    post.refused = set()
    send_reports(NIGHT)
    send_reports(NIGHT)
    assert [to for _, to, _ in post.letters] == [["cy@example.org"], ["bo@example.org"]]


def test_while_the_server_is_down_nothing_is_sent_and_then_each_once(home: Path, port: int) -> None:
    with pytest.raises(NotSent, match=r"bo wasn't sent .*refused.*; cy wasn't sent "):
        send_reports(NIGHT)
    with listening(port) as post:
        send_reports(NIGHT)
        send_reports(NIGHT)
    assert [to for _, to, _ in post.letters] == [["bo@example.org"], ["cy@example.org"]]


def test_a_server_that_says_nothing_is_given_up_and_tried_again(home: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        began = time.monotonic()
        with pytest.raises(NotSent, match=r"bo wasn't sent .*timed out.*cy wasn't sent .*timed out"):
            send_reports(NIGHT)
        assert time.monotonic() - began < 10
    with listening(port) as post:
        send_reports(NIGHT)
    assert [to for _, to, _ in post.letters] == [["bo@example.org"], ["cy@example.org"]]


def test_a_letter_is_sent_again_unless_the_server_had_all_of_it(home: Path, post: Post) -> None:
    post.silent_at = "MAIL"
    with pytest.raises(NotSent, match=r"bo wasn't sent .*timed out"):
        send_reports(NIGHT)
    assert post.waited and post.letters == []
    post.silent_at = "DATA"
    with pytest.raises(NotSent, match=r"bo wasn't sent .*didn't answer when it had all of it"):
        send_reports(NIGHT)
    post.silent_at = ""
    sent = home / "reports" / f"night={NIGHT}" / "sent"
    # The night's own mark, and that of the very same sent from its page.
    (same,) = sent.glob("bo.*.night.en")
    these = f"{sent / 'bo.night.en'} and {same}"
    known = rf"bo wasn't sent .*it isn't known whether it was sent; delete {these} to have it sent"
    with pytest.raises(NotSent, match=known):
        send_reports(NIGHT)
    assert [to for _, to, _ in post.letters] == [["bo@example.org"], ["cy@example.org"]]
    for mark in sent.iterdir():
        mark.unlink()
    send_reports(NIGHT)
    # By its name, a mail system knows that it has this one.
    names = Counter((to[0], letter["message-id"]) for _, to, letter in post.letters)
    assert sorted((to, times) for (to, _), times in names.items()) == [("bo@example.org", 2), ("cy@example.org", 2)]


def test_a_server_that_is_down_fails_no_run_and_who_hears_of_nights_is_told(
    home: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(alerts, "tell", told.append)

    def tried(number: int) -> Any:
        ti = SimpleNamespace(try_number=number, max_tries=2)
        return alone(lambda: send_reports(NIGHT), ti, "the reports weren't all sent")

    for number in (1, 2):
        with pytest.raises(NotSent):
            tried(number)
    assert told == []
    assert tried(3)["told"].startswith("the reports weren't all sent: bo wasn't sent night.en (Mail: ")
    assert len(told) == 1


def test_two_runs_at_once_send_each_letter_once(home: Path, post: Post) -> None:
    begin = threading.Barrier(2)

    def run() -> None:
        begin.wait()
        try:
            send_reports(NIGHT)
        except NotSent:
            # The other is sending it.
            return

    runs = [threading.Thread(target=run) for _ in range(2)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    send_reports(NIGHT)
    assert sorted(to for _, to, _ in post.letters) == [["bo@example.org"], ["cy@example.org"]]


def test_of_two_notifiers_one_that_fails_has_the_other_send_nothing_twice(
    home: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = {"file": str(home / "nowhere" / "heard"), "text": "{{ subject }}"}
    _notify(monkeypatch, _mail(), {"classpath": "cases.notifier.Heard", "kwargs": heard})
    for _ in range(2):
        with pytest.raises(NotSent, match=r"bo wasn't sent night\.en \(Heard: "):
            send_reports(NIGHT)
    (home / "nowhere").mkdir()
    send_reports(NIGHT)
    assert len(post.letters) == 2
    lines = (home / "nowhere" / "heard").read_text().splitlines()
    assert [json.loads(line)[0] for line in lines] == ["bo@example.org", "cy@example.org"]


def test_airflows_own_notifier_finds_what_it_is_to_send_though_it_calls_it_the_same(
    home: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    kwargs = {
        "smtp_conn_id": "post", "from_email": "evenhand@example.org", "to": "{{ address }}",
        "subject": "{{ subject }}", "html_content": "{{ body | e }}", "files": ["{{ files[2] }}"],
    }  # fmt: skip
    classpath = "airflow.providers.smtp.notifications.smtp.SmtpNotifier"
    _notify(monkeypatch, {"classpath": classpath, "kwargs": kwargs})
    send_reports(NIGHT)
    (_, to, letter), _ = post.letters
    assert (to, letter["subject"]) == (["bo@example.org"], "Night of 28 Mar 2026")
    (printed,) = letter.iter_attachments()
    assert printed.get_filename() == "night.en.pdf"


def test_a_title_of_several_lines_is_one_and_lines_of_dots_stay(home: Path, post: Post) -> None:
    body = ".\n..\n. a\n\nend {{ 7 * 7 }}\nBcc: x@example.org"
    assert alerts.tell_person("bo", "bo@example.org", "a\r\nBcc: eve@example.org\x1b", f"{body}\u202e") == []
    ((_, to, letter),) = post.letters
    assert to == ["bo@example.org"] and letter["bcc"] is None
    assert letter["subject"] == "a Bcc: eve@example.org\\u001b"
    assert letter.get_content().replace("\r\n", "\n").rstrip("\n") == f"{body}\\u202e"


def test_a_letter_of_which_a_mark_cannot_be_kept_is_sent_by_the_next_run(home: Path, post: Post) -> None:
    (home / "marks").write_text("no folder\n")
    marks = [home / "first", home / "marks" / "second"]
    (failure,) = alerts.tell_person("bo", "bo@example.org", "a", "b", marks=marks)
    assert failure.startswith("Mail: ")
    assert not marks[0].exists() and not post.letters
    (home / "marks").unlink()
    assert alerts.tell_person("bo", "bo@example.org", "a", "b", marks=marks) == []
    assert [to for _, to, _ in post.letters] == [["bo@example.org"]]
    assert alerts.tell_person("bo", "bo@example.org", "a", "b", marks=marks) == []
    assert len(post.letters) == 1
