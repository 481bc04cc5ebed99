"""Deliveries outside of Airflow, each in a process of its own, to a receiver that answers byte by byte for ever."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import yaml

from delivery.faulty import FaultyServer
from delivery.releases import LISTS, penalty, publish
from delivery.systems import Folder
from evenhand.records import steps
from evenhand.records.lock import only_one
from evenhand.release.manifest import NAME, Manifest
from evenhand.settings import settings
from evenhand.tasks import delivery_processes
from evenhand.tasks.delivery_processes import Delivered, deliver_to_each
from release.manifests import manifest_of
from sandbox.process import SECRET, SandboxProcess

NIGHT = date(2026, 3, 1)


def test_one_that_answers_byte_by_byte_is_ended_in_time_and_neither_holds_others_up_nor_loses_anything(
    tmp_path: Path, faulty: FaultyServer, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("EVENHAND_RECEIVERS", str(tmp_path / "receivers.yml"))
    slow = {"conn_type": "http", "host": faulty.url, "password": SECRET}
    monkeypatch.setenv("AIRFLOW_CONN_SLOW", json.dumps(slow))
    monkeypatch.setenv("AIRFLOW_CONN_QUICK", json.dumps(folder.connection()))
    _write_receivers(tmp_path, slow_within=4)
    release = publish(tmp_path, str(NIGHT), [penalty("p1"), penalty("p2")])
    written = json.loads((release / NAME).read_text())
    whole = Manifest.model_validate(manifest_of(NIGHT).model_dump() | {"files": written["files"]})
    (release / NAME).write_text(whole.named().text())
    # A minute is a second here.
    monkeypatch.setattr(delivery_processes, "_MINUTE_SECONDS", 1.0)
    faulty.faults.append("drip")

    # In the order in which they end, which hangs on how busy the machine is.
    quick, ended = sorted(_delivered(tmp_path), key=lambda each: each.failure)

    assert quick.failure == ""
    assert "sent 2 penalties put; 2 applied" in quick.told[0]
    assert "2 rows wanted, 2 held: they agree" in quick.told[1]
    assert ended.told == ()
    assert ended.failure.startswith("slow, night 2026-03-01: ended, for it took more than 4 minutes")
    assert ("deliver_release.slow", ended.failure) in steps.complaints(settings().work(NIGHT))

    _write_receivers(tmp_path, slow_within=120)
    assert [each.failure for each in _delivered(tmp_path)] == ["", ""]
    assert len(sandbox.held()) == len(sandbox.effects()) == len(folder.held()) == 2


def test_to_deliver_and_to_read_back_have_the_time_of_a_receiver_each() -> None:
    """As their tasks have in Airflow: what was acknowledged in time isn't told to have taken too long."""
    slow = (
        "import sys, time, types, evenhand.tasks as tasks\n"
        "step = lambda night, receiver: time.sleep(1.5) or {'told': receiver}\n"
        "tasks.deliveries = sys.modules['evenhand.tasks.deliveries'] = types.SimpleNamespace("
        "deliver_release=step, reconcile_receiver=step)\n"
        "from evenhand.tasks import delivery_processes\n"
        "delivery_processes.main()"
    )
    told = subprocess.run(
        [sys.executable, "-c", slow, str(NIGHT), "slow", "2.5"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    assert [json.loads(line) for line in told.splitlines()] == [{"told": "slow"}] * 2


def _write_receivers(home: Path, slow_within: int) -> None:
    of_both = {"lists": list(LISTS)}
    slow = {"kind": "http", "connection": "slow", "audience": "sandbox", "within_minutes": slow_within}
    receivers = {"slow": slow | of_both, "quick": {"kind": "files", "connection": "quick"} | of_both}
    (home / "receivers.yml").write_text(yaml.safe_dump({"receivers": receivers}, sort_keys=False))


def _delivered(home: Path) -> list[Delivered]:
    with only_one(home / "nightly.lock", RuntimeError("held")) as lock:
        return list(deliver_to_each(NIGHT, lock))
