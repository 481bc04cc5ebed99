"""What would be sent, against what then is."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from delivery.releases import LISTS, night, notice, penalty, publish, reward
from evenhand.cli import app
from evenhand.delivery.deliver import deliver
from evenhand.delivery.ledger import LedgerBroken
from evenhand.delivery.plan import NOT_YET, plan, plan_announcing
from evenhand.delivery.read_release import read_release
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.http import HttpReceiver
from sandbox.process import SandboxProcess

DAYS = [
    ([penalty("p1"), penalty("p2")], [reward("r1")]),
    ([penalty("p2", ends_on=None), penalty("p3")], [reward("r1")]),
    ([], []),
    ([penalty("p1")], [reward("r1", amount="20.00")]),
]


def test_night_by_night_what_is_planned_is_what_is_sent_and_after_it_nothing_is(
    tmp_path: Path, sandbox: SandboxProcess, receiver: HttpReceiver, receipts: Receipts
) -> None:
    for number, (penalties, rewards) in enumerate(DAYS, 1):
        release = publish(tmp_path, night(number), penalties, rewards)
        effects = len(sandbox.effects())
        planned = plan(release, receiver.name, LISTS, receipts.path)
        assert len(sandbox.effects()) == effects
        deliver(release, receiver, receipts)
        sent = [effect[1:] for effect in sandbox.effects()[effects:]]
        assert [(each.list, each.row_key, each.action) for each in planned.changes] == sent
        assert sent
        after = plan(release, receiver.name, LISTS, receipts.path)
        assert (after.changes, after.already_there) == ([], len(penalties) + len(rewards))
    earlier = plan(tmp_path / "releases" / f"night={night(1)}", receiver.name, LISTS, receipts.path)
    assert (str(earlier.holds_newer), earlier.changes) == (night(4), [])


def test_a_change_has_the_cause_that_gate_2_found_and_an_older_one_says_that_it_is_not_there_yet(
    tmp_path: Path,
) -> None:
    release = publish(tmp_path, night(1), [penalty("p1"), penalty("p2")])
    # Of p2 a change waits for somebody's answer; what is sent is the row as it was.
    _causes(
        release,
        "select 'penalties' as list, 'p' || unnest([1, 2]) as row_key, 'policy' as cause,"
        " unnest([false, true]) as is_held",
    )
    ledger = tmp_path / "receipts.sqlite"
    found = plan(release, "sandbox", LISTS, ledger)
    assert {each.row_key: each.why for each in found.changes} == {"p1": "policy", "p2": NOT_YET}
    assert not ledger.exists()


def test_a_ledger_is_only_read_also_one_that_may_not_be_written_or_is_of_an_earlier_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = publish(tmp_path, night(1), [penalty("p1")], [], [notice("p1", "new")])
    ledger = tmp_path / "receipts.sqlite"
    for older in (False, True):
        with Receipts(ledger) as receipts:
            receipts.move_to("notices", read_release(release, ()))
            if older:
                for column in ("key", "gone"):
                    receipts.database.execute(f"alter table acknowledged drop column {column}")
                receipts.database.execute("alter table changes drop column replaces")
                receipts.database.execute("alter table positions drop column epoch")
        before = ledger.read_bytes()
        monkeypatch.setattr(os, "access", lambda path, how: False)
        found = plan(release, "sandbox", LISTS, ledger)
        assert [each.row_key for each in found.changes] == ["p1"]
        assert plan_announcing(release, "notices", "notices", (), ledger).announced == found.night
        monkeypatch.undo()
        assert ledger.read_bytes() == before
        assert not list(tmp_path.glob("receipts.sqlite-*"))
    with Receipts(ledger, reads_only=True) as receipts, pytest.raises(LedgerBroken, match="readonly"):
        receipts.move_to("sandbox", read_release(release, ()))


def test_the_command_says_it_for_each_receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    release = publish(tmp_path, night(1), [penalty("p1"), penalty("p2")], [], [notice("p1", "new")], items=[])
    _causes(release, "select 'penalties' as list, 'p' || unnest([1, 2]) as row_key, 'data' as cause")
    done = CliRunner().invoke(app, ["plan", "--rows", "1"])
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        [
            f"sandbox  night {night(1)}: 2 penalties put (new data), 0 already there",
            "  put    p1 of penalties: new data",
            "  and 1 more; --rows 2 shows all",
            f"files  night {night(1)}: 2 penalties put (new data), 0 already there",
            "  put    p1 of penalties: new data",
            "  and 1 more; --rows 2 shows all",
            "notices  the release has 1 notice; each is said once, after its measure has taken effect",
            "  it announces only, when sandbox acknowledged the measure; nothing has been announced there so far",
        ],
    )
    (announcing,) = json.loads(CliRunner().invoke(app, ["plan", "--receiver", "notices", "--json"]).output)[
        "announcing"
    ]
    assert announcing == {
        "receiver": "notices",
        "says": "notices",
        "in_release": 1,
        "after": ["sandbox"],
        "announced": None,
        "waiting": 0,
        "held": "",
    }
    assert CliRunner().invoke(app, ["plan", "--receiver", "nobody"]).exit_code == 1
    held = [{"list": "deliveries", "market": each, "answer": "none"} for each in ("sandbox", "notices")]
    publish(tmp_path, night(2), [penalty("p1")], [], [notice("p1", "new")], items=[], held_lists=held)
    said = CliRunner().invoke(app, ["plan", "--rows", "0"]).output
    assert "sandbox  night 2026-03-02: nothing; sandbox, night 2026-03-02: nothing sent, receivers.yml says" in said
    assert "notices, night 2026-03-02: nothing sent, receivers.yml says otherwise of it" in said
    assert "files  night 2026-03-02: 1 penalty put" in said


@pytest.mark.parametrize(
    ("brought_to", "said"),
    [
        (1, "it was brought to night 2026-03-01; the nights since then are said too"),
        (2, "this night was announced already: what was said isn't said again"),
        (3, "it was brought to night 2026-03-03 already, so that nothing of this night is said any more"),
    ],
)
def test_who_announces_only_is_said_how_far_that_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brought_to: int, said: str
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    for number in (1, 2, 3):
        publish(tmp_path, night(number), [penalty("p1")], [], [notice("p1", "new")])
    release = read_release(tmp_path / "releases" / f"night={night(brought_to)}", ())
    with Receipts(tmp_path / "receipts.sqlite") as receipts:
        receipts.move_to("notices", release)
    done = CliRunner().invoke(app, ["plan", night(2), "--receiver", "notices"])
    assert (done.exit_code, done.output.splitlines()[1:]) == (
        0,
        [f"  it announces only, when sandbox acknowledged the measure; {said}"],
    )


def test_notices_that_are_gone_or_changed_are_refused_and_a_release_of_before_them_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    release = publish(tmp_path, night(1), [penalty("p1")], [], [notice("p1", "new")])
    asked = ["plan", "--receiver", "notices"]
    file = release / "notices.parquet"
    for spoil, wrong in ((lambda: file.write_bytes(b"x"), "isn't what the manifest says"), (file.unlink, "is gone")):
        spoil()
        done = CliRunner().invoke(app, asked)
        assert (done.exit_code, f"notices.parquet: it {wrong}" in " ".join(done.output.split())) == (1, True)
    file = release / "manifest.json"
    manifest = json.loads(file.read_text())
    del manifest["files"]["notices.parquet"], manifest["release_id"]
    release_id = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
    file.write_text(json.dumps({"release_id": release_id, **manifest}))
    assert "the release has 0 notices" in CliRunner().invoke(app, asked).output


def test_before_the_first_release_there_is_nothing_to_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["plan"])
    assert done.exit_code == 1
    assert "nothing is released yet, so nothing would be sent to anybody. evenhand nightly --dry-run shows" in " ".join(
        done.output.split()
    )


def _causes(release: Path, rows: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"copy ({rows}) to '{release / 'changes.parquet'}' (format parquet)")
