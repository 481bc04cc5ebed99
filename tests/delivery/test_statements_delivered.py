"""Deliveries of statements of reasons, as the tasks of a night do them beside those of the other receivers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from airflow.sdk.exceptions import AirflowFailException

from delivery.releases import LISTS, penalty, publish
from delivery.systems import Transparency
from delivery.transparency import TOKEN, WORDS
from evenhand.records import steps
from evenhand.release.manifest import NAME, Manifest
from evenhand.settings import settings
from evenhand.tasks.deliveries import deliver_release
from release.manifests import manifest_of
from sandbox.process import SECRET, SandboxProcess

FIRST = date(2026, 3, 1)


@pytest.fixture
def home(tmp_path: Path, sandbox: SandboxProcess, database: Transparency, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose sandbox enforces, and which states its penalties in the database."""
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    monkeypatch.setenv("EVENHAND_RECEIVERS", str(tmp_path / "receivers.yml"))
    for name, url, password in (("SANDBOX", sandbox.url, SECRET), ("TRANSPARENCY", database.url, TOKEN)):
        connection = {"conn_type": "http", "host": url, "password": password}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(connection))
    _write_receivers(tmp_path)
    return tmp_path


def _release(home: Path, night: date, penalties: Sequence[tuple[object, ...]], **more: Any) -> None:
    """A release with a manifest that is whole."""
    release = publish(home, str(night), penalties, **more)
    manifest = Manifest.model_validate(
        manifest_of(night).model_dump() | {"files": json.loads((release / NAME).read_text())["files"]}
    )
    (release / NAME).write_text(manifest.named().text())


def _write_receivers(home: Path, **said: Any) -> None:
    """What receivers.yml says, and of statements on top of that."""
    statements = WORDS.model_dump(mode="json", exclude_none=True, exclude_defaults=True) | said
    receivers = {
        "sandbox": {"kind": "http", "connection": "sandbox", "lists": list(LISTS)},
        "transparency": {"kind": "dsa", "connection": "transparency", "after": ["sandbox"], "statements": statements},
    }
    (home / "receivers.yml").write_text(yaml.safe_dump({"receivers": receivers}, sort_keys=False))


@pytest.mark.parametrize(
    "former",
    [
        {"automated_detection": "Yes"},
        {"automated_decision": "AUTOMATED_DECISION_FULLY"},
        {"sources": {"model": {"source_type": "SOURCE_VOLUNTARY", "automated_detection": "Yes"}}},
    ],
)
def test_what_a_receiver_said_of_automation_before_fails_its_own_delivery_alone_until_it_is_taken_out(
    home: Path, database: Transparency, former: dict[str, Any]
) -> None:
    _release(home, FIRST, [penalty("p1"), penalty("p2")])
    _write_receivers(home, **former)
    assert deliver_release(FIRST, "sandbox")["sent"] == {"penalties": {"put": 2}}
    with pytest.raises(AirflowFailException, match=r"take them out of the receiver in receivers.yml"):
        deliver_release(FIRST, "transparency")
    assert database.statements() == {}
    # The same again, as the remedy has it.
    _write_receivers(home)
    deliver_release(FIRST, "transparency")
    assert len(database.statements()) == 2


def test_a_statement_that_waits_stands_in_the_summary_with_its_age_and_fails_the_delivery_after_two_nights(
    home: Path, database: Transparency
) -> None:
    known: dict[str, tuple[str | None, str | None]] = {"v-p1": ("full", "none"), "v-p2": ("full", None)}
    for nights in range(3):
        night = FIRST.replace(day=1 + nights)
        _release(home, night, [penalty("p1"), penalty("p2")], automation=known)
        deliver_release(night, "sandbox")
        told = deliver_release(night, "transparency")["told"]
        since = f"the oldest for {nights} {'night' if nights == 1 else 'nights'} (since {FIRST})"
        assert f"1 waits for how far it was automated, {since}" in told
        # The summary of the night reads what is kept here.
        assert steps.kept(settings().work(night), "deliver_release", "transparency")["told"] == told
    night = FIRST.replace(day=4)
    _release(home, night, [penalty("p1"), penalty("p2"), penalty("p3")], automation=known | {"v-p3": ("none", "none")})
    deliver_release(night, "sandbox")
    with pytest.raises(AirflowFailException) as failed:
        deliver_release(night, "transparency")
    assert "1 have waited for more than 2 nights" in str(failed.value)
    assert "automation_of_decision of their violations, the first of which is v-p2" in str(failed.value)
    assert ("deliver_release.transparency", str(failed.value)) in steps.complaints(settings().work(night))
    # What is known in full was stated all the same.
    assert sorted(database.statements()) == [f"creators_us-3-why-p{number}" for number in (1, 3)]
