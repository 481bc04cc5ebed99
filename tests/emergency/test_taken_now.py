"""An emergency that is taken while a night runs is in force on what that night releases, and not on a night before."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import pytest
import typer

from evenhand.commands import emergency as command
from evenhand.emergency.emergency import Proposal
from evenhand.emergency.record import known
from evenhand.local import installation as local
from evenhand.records.persons import Person
from evenhand.release.manifest import KnownEmergency
from evenhand.settings import settings
from release.manifests import manifest_of

PROPOSAL = Proposal(
    action="impose", list="penalties", market="SG", accounts=("a1",), measure="no_live", scope="live",
    until=date(2026, 3, 9), reason="Fake prizes", author=Person("mai", logged_in=True),
)  # fmt: skip


@pytest.mark.parametrize("has_it", [True, False])
def test_a_night_that_runs_is_waited_for_and_the_newest_decided_again_unless_it_has_it(
    has_it: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    decided: list[Sequence[str]] = []

    def become(_: object, what: Sequence[str]) -> NoReturn:
        decided.append(what)
        raise typer.Exit

    monkeypatch.setattr(local, "become", become)
    (tmp_path / "releases" / "night=2026-03-05").mkdir(parents=True)
    holds, may_end = threading.Event(), threading.Event()

    def run_a_night() -> None:
        with local.one_at_a_time(settings()):
            holds.set()
            may_end.wait(10)
            release = tmp_path / "releases" / "night=2026-03-06"
            release.mkdir()
            knows = known(tmp_path / "emergencies", date(2026, 3, 6)) if has_it else []
            found = tuple(KnownEmergency(emergency=each.emergency.emergency_id, sha256=each.sha256) for each in knows)
            manifest = manifest_of(date(2026, 3, 6)).model_copy(update={"emergencies": found})
            (release / "manifest.json").write_text(manifest.model_dump_json())

    night = threading.Thread(target=run_a_night)
    night.start()
    holds.wait(10)

    def let_it_end(_: float) -> None:
        may_end.set()
        night.join()

    monkeypatch.setattr("time.sleep", let_it_end)
    with pytest.raises(typer.Exit):
        command.take_now(PROPOSAL, [Person("lan", logged_in=True)], datetime.now(UTC))
    assert decided == ([] if has_it else [["evenhand", "nightly", "2026-03-06"]])
    said = capsys.readouterr().out
    assert "Another run is under way, and waited for." in said
    assert ("Night 2026-03-06, which it released, has the emergency." in said) == has_it
    (recorded,) = known(tmp_path / "emergencies", date(2026, 3, 5))
    assert recorded.emergency.first_night == date(2026, 3, 5)
