"""Nights of a deployment: PostgreSQL, every service of docker-compose.yml, and the commands of the manual."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deployment.conftest import AlertServer
from deployment.stack import Stack
from evenhand.landing.contracts import BY_NAME
from evenhand.landing.takedowns import land_takedowns
from evenhand.local.installation import TAKEDOWNS
from evenhand.settings import PROJECT
from made_once import shared_compiled
from ports import free_port
from reports.post import Post, listening

NIGHT = "2026-08-19"
# The example's last months: nearly all rows of its lists, of a twentieth of its history, whose size isn't at stake.
SINCE = "2026-05-01"
EARLY_NIGHTS = ("2020-03-01", "2020-03-02")
ZONE = "Asia/Ho_Chi_Minh"
REFUSED = {
    "dags trigger": "already exists",
    "evenhand reverse": f"nothing was released before night {NIGHT}",
    "evenhand history": "this night is released. A history is decided before the first night is",
}
MANUAL = (PROJECT / "docs" / "operations.md").read_text()
OF_REPORTS = (PROJECT / "docs" / "reports.md").read_text()
# Both log in, and one of them is sent each night's report.
PEOPLE = """\
changed_by: admin
people:
  - {user: admin, markets: all, rights: admin, reports: night, address: admin@example.org}
  - {user: approver, markets: all, rights: admin}
"""


class Manual:
    """The commands of docs/operations.md that are run in a service, run as they are written there.

    Attributes:
        not_yet_run: service and command of each, once.
        tokens: of the two people who give commands that have to be known: who proposes, and who approves.
    """

    def __init__(self, stack: Stack, alerts: AlertServer) -> None:
        commands = re.findall(r"^docker compose exec (-e EVENHAND_TOKEN )?(\S+) (.+)$", MANUAL, re.MULTILINE)
        self.not_yet_run = list(dict.fromkeys((service, command) for _, service, command in commands))
        self.tokens = ("", "")
        self._known = {command for option, _, command in commands if option}
        self._proposal = ""
        self._stack = stack
        self._others = {
            "/data/": f"{stack.home}/",
            "alerts.example.org": "127.0.0.1",
            "--conn-port 443": f"--conn-port {alerts.port}",
        }

    def run(self, part: str) -> str:
        """Run the command that has this in it; it must end well. Returns what it said."""
        ((service, command),) = [(service, command) for service, command in self.not_yet_run if part in command]
        self.not_yet_run.remove((service, command))
        known = {"EVENHAND_TOKEN": self.tokens["approve" in command]} if command in self._known else {}
        command = command.replace("PROPOSAL", self._proposal)
        for there, here in self._others.items():
            command = command.replace(there, here)
        code, said = self._stack.run(service, shlex.split(command), **known)
        assert code == 0, f"{command}\n{said}"
        if proposed := re.search(r"evenhand approve (\S+)", said):
            self._proposal = proposed[1]
        return said


@pytest.fixture(scope="module", params=["compiled", pytest.param("empty", marks=pytest.mark.soak)])
def stack(request: pytest.FixtureRequest, open_folder: Path, alerts: AlertServer) -> Iterator[Stack]:
    """The services where nothing is but what dbt compiled, or nothing at all; then two histories land."""
    (notifiers,) = re.findall(r"^EVENHAND_NOTIFIERS='(.+)'$", MANUAL, re.MULTILINE)
    (by_mail,) = re.findall(r'^\[\{"classpath": "evenhand\.tasks\.mail\.Mail".+\]$', OF_REPORTS, re.MULTILINE)
    settings = {
        "EVENHAND_SCHEDULE": "30 2 * * *",
        "EVENHAND_TIMEZONE": ZONE,
        "EVENHAND_DEADLINE_MINUTES": "0.05",
        "EVENHAND_NOTIFIERS": notifiers,
        "EVENHAND_PEOPLE_NOTIFIERS": by_mail,
    }
    folder = open_folder / str(request.param)
    folder.mkdir()
    folder.chmod(0o755)
    stack = Stack(folder, settings, PEOPLE)
    if request.param == "compiled":
        shutil.copytree(shared_compiled(), stack.home / "dbt")
    land_last_months(stack)
    land_one_creator(stack, EARLY_NIGHTS[0])
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def manual(stack: Stack, alerts: AlertServer) -> Manual:
    return Manual(stack, alerts)


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with listening(free_port()) as post:
        yield post


@pytest.fixture(scope="module")
def night(stack: Stack, manual: Manual, post: Post) -> str:
    """A night that was triggered over the REST API and has ended well; its run."""
    said = manual.run("simple_auth_manager_passwords")
    passwords = json.loads(said)
    stack.api.log_in("admin", passwords["admin"])
    manual.tokens = (
        stack.api.token("admin", passwords["admin"]),
        stack.api.token("approver", passwords["approver"]),
    )
    stack.api.wait_for_dag()
    manual.run("connections add")
    add_mail_server(stack, post)
    settle_last_night(stack)
    run = stack.api.trigger(NIGHT)
    manual.run("dags unpause")
    stack.api.wait_for_run(run, 300)
    return run


def land_last_months(stack: Stack) -> None:
    """Land what the example has from a day on."""
    source = stack.folder / "takedowns.csv"
    with gzip.open(PROJECT / TAKEDOWNS, "rt", encoding="utf-8") as whole:
        header, *rows = whole
    source.write_text("".join([header, *(row for row in rows if row >= SINCE)]), encoding="utf-8")
    land_takedowns(source, stack.home / "landing", backfill_night=SINCE)


def land_one_creator(stack: Stack, night: str) -> None:
    """Land the four feeds that the packs use, of them only the creators with a row."""
    creator = ("a1", "world", "creator", "en", "2020-01-01")
    for feed in ("creators", "contents", "violations", "appeals"):
        path = stack.landing / feed / f"night={night}" / "day.csv"
        path.parent.mkdir(parents=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([BY_NAME[feed].names_in_every_file, *([creator] if feed == "creators" else [])])


def add_mail_server(stack: Stack, post: Post) -> None:
    """Add the connection to a mail server that the docs' notifier names, as a person does in Airflow's pages."""
    said = json.dumps({"disable_ssl": True, "disable_tls": True})
    server = {"connection_id": "smtp_default", "conn_type": "smtp", "host": "127.0.0.1", "port": post.port}
    stack.api.call("POST", "/connections", json={**server, "extra": said})


def settle_last_night(stack: Stack) -> None:
    """Have the night that the schedule would begin by itself be over, for it would be newer than the example's."""
    now = datetime.now(ZoneInfo(ZONE))
    last = now.replace(hour=2, minute=30, second=0, microsecond=0)
    begun = last - timedelta(days=1 if last <= now else 2)
    body = {"logical_date": begun.astimezone(UTC).isoformat(), "dag_run_id": "last_night"}
    stack.api.call("POST", "/dags/nightly_governance/dagRuns", json=body)
    stack.api.call("PATCH", "/dags/nightly_governance/dagRuns/last_night", json={"state": "success"})


def release(stack: Stack) -> dict[str, str]:
    """Hash of every file of the night's release."""
    folder = stack.home / "releases" / f"night={NIGHT}"
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def manifest(stack: Stack) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((stack.home / "releases" / f"night={NIGHT}" / "manifest.json").read_text())
    return content


def held_and_effects(stack: Stack) -> tuple[int, int]:
    """How many rows the sandbox holds, and how many changes it ever made."""
    with closing(sqlite3.connect(stack.sandbox / "sandbox.sqlite")) as database:
        found = database.execute("select (select count(*) from held), (select count(*) from effects)")
        counts: tuple[int, int] = found.fetchone()
    return counts


def test_a_night_triggered_over_the_rest_api_is_released_and_delivered(stack: Stack, night: str) -> None:
    assert stack.api.not_done(night) == []
    rows = sum(manifest(stack)["files"][f"{name}.parquet"]["rows"] for name in ("penalties", "rewards"))
    assert rows > 900
    assert held_and_effects(stack) == (rows, rows)


def test_clearing_the_middle_of_a_night_gives_the_same_release_and_sends_nothing(stack: Stack, night: str) -> None:
    before, sent = release(stack), held_and_effects(stack)

    cleared = set(stack.api.clear(night, "gate_1.validate_feeds", downstream=True))
    stack.api.wait_for_run(night, 300)

    assert {"gate_1.validate_feeds", "build_models", "publish_release", "deliver.sandbox.deliver_release"} <= cleared
    assert {"land_feeds", "compile_policies"}.isdisjoint(cleared)
    assert release(stack) == before
    revisions = stack.home / "releases" / "revisions" / f"night={NIGHT}"
    assert [path.name for path in revisions.iterdir()] == ["0001"]
    assert held_and_effects(stack) == sent


def test_the_report_of_a_night_is_sent_by_mail_and_once_though_its_tasks_run_again(night: str, post: Post) -> None:
    ((sender, to, letter),) = post.letters
    assert (sender, to, letter["subject"]) == ("evenhand@example.org", ["admin@example.org"], "Night of 19 Aug 2026")
    names = [each.get_filename() for each in letter.iter_attachments()]
    assert names == ["night.en.html", "night.en.xlsx", "night.en.pdf"]


@pytest.mark.parametrize("task", ["build_models", "publish_release"])
def test_clearing_one_task_alone_runs_it_alone(stack: Stack, manual: Manual, night: str, task: str) -> None:
    before, sent, tries = release(stack), held_and_effects(stack), stack.api.tries(night)

    if task == "build_models":
        manual.run("--task-regex build_models")
    else:
        assert stack.api.clear(night, task) == [task]
    stack.api.wait_for_run(night, 120)

    after = stack.api.tries(night)
    assert {name for name in after if after[name] != tries[name]} == {task}
    assert release(stack) == before
    assert held_and_effects(stack) == sent


def test_what_a_receiver_lost_is_found_and_sent_again(stack: Stack, manual: Manual, night: str) -> None:
    rows, effects = held_and_effects(stack)
    with closing(sqlite3.connect(stack.sandbox / "sandbox.sqlite", isolation_level=None)) as database:
        database.execute("delete from held where row_key in (select row_key from held limit 3)")

    manual.run("--task-regex deliver.sandbox.deliver_release --downstream")
    stack.api.wait_for_run(night, 120)

    assert held_and_effects(stack) == (rows, effects + 3)


def test_a_night_that_is_late_is_told(stack: Stack, night: str, alerts: AlertServer) -> None:
    stack.api.wait(lambda: any(each.startswith(f"{night}: late") for each in alerts.heard), 30, "the alert")


def test_a_night_that_fails_is_told(stack: Stack, night: str, alerts: AlertServer) -> None:
    run = stack.api.trigger("2020-01-01")
    stack.api.wait_for_run(run, 60, wanted="failed")

    assert stack.api.states(run)["land_feeds"] == "failed"
    told = f"{run}: task_failure"
    stack.api.wait(lambda: told in alerts.heard, 60, told)


def test_every_other_command_of_the_manual_works(stack: Stack, manual: Manual, night: str) -> None:
    # The backfill would release nights before this one, and what these say is that there are none.
    for _, command in [each for each in manual.not_yet_run if "backfill" not in each[1]]:
        # The night is there already, and the first of all: that is what these say.
        refused = [why for part, why in REFUSED.items() if part in command]
        with pytest.raises(AssertionError, match=refused[0]) if refused else nullcontext():
            manual.run(command)


def test_nights_that_were_left_out_are_begun_by_a_backfill_one_after_the_other(
    stack: Stack, manual: Manual, night: str
) -> None:
    manual.run("backfill create")

    runs = [each for each in stack.api.runs() if each["run_type"] == "backfill"]
    begun = [datetime.fromisoformat(each["logical_date"]).astimezone(ZoneInfo(ZONE)) for each in runs]
    assert sorted(str(each.date()) for each in begun) == list(EARLY_NIGHTS)
    first, second = (each["dag_run_id"] for each in sorted(runs, key=lambda run: str(run["logical_date"])))
    stack.api.wait(lambda: stack.api.state(first, "land_feeds") == "success", 90, "the first night's landing")
    assert stack.api.states(second)["land_feeds"] == "None"
    assert manual.not_yet_run == []
