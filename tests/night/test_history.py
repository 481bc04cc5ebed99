"""Nights decided in one go before the first that is delivered, and the night after them.

Killed at any moment, such a history that is run again ends with the same bytes as the one that nobody disturbed.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from evenhand.commands.summary import show
from evenhand.console.listing import Asked, find
from evenhand.console.seen import see
from evenhand.console.shown import shown
from evenhand.console.tables import BY_NAME
from evenhand.delivery.held import held_delivery
from evenhand.explain.facts import NothingOfAccounts, explain
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.quality.nights_page import write_index
from evenhand.release.history import HasReleases
from evenhand.release.order import decided_too_early
from evenhand.release.reversal import NotReversible, reversible
from evenhand.release.verify import release_troubles
from evenhand.settings import settings
from evenhand.simulation.marketplace import simulate
from evenhand.simulation.plan import Plan
from evenhand.tasks import history
from evenhand.tasks.choosing import NightRefused
from made_once import shared_home
from night.directly import environment, set_up
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation, killed

FIRST, LAST, NEXT = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)
# The third account's last strike is struck out on the last of the nights.
STRUCK_OUT = [("p3", "v3.2", "a3", "2026-03-03", "granted", "2026-03-04")]
ROW = "account_id, scope, measure, starts_on::text, ends_on::text"
NEVER_IN_FORCE = "Its lists were never in force anywhere"
PAST_NIGHT = {
    *("list_sizes.parquet", "operational_metrics.parquet", "penalties.parquet", "rewards.parquet"),
    "manifest.json",
}
NIGHTS = ("2026-03-02", "2026-03-03", "2026-03-04")
COMMAND = ("history", "--from", NIGHTS[0], "--to", NIGHTS[-1])
# What a run comes to, one after the other, below its home.
COMES_TO = (
    "landed.duckdb",
    f"nights/night={NIGHTS[-1]}/warehouse.duckdb",
    f"releases/revisions/night={NIGHTS[0]}",
)


@dataclass(frozen=True)
class Decided:
    """Nights that were decided in one go, and released once more.

    Attributes:
        released: of each night, hash of every file of its release, by name.
    """

    installation: Installation
    made: history.Decided
    again: history.Decided
    released: Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decided]:
    installation = Installation(Path(shutil.copytree(shared_home(), tmp_path_factory.mktemp("history") / "home")))
    installation.have_one_pack()
    _land(installation)
    with running(installation):
        with pytest.raises(NightRefused, match="nothing has landed until 2026-03-01, the first night"):
            history.decide_history(date(2026, 3, 1), LAST)
        made = history.decide_history(FIRST, LAST)
        released = _released(installation)
        again = history.release_nights(settings().warehouse(LAST), made.nights)
    yield Decided(installation, made, again, released)
    installation.stop()


def _land(installation: Installation) -> None:
    for night in NIGHTS:
        decided = [row for row in VIOLATIONS if row[-1] == night or (night == str(FIRST) and row[-1] < night)]
        installation.land(night, violations=decided)
    # The day of one content is none, so that its row is in quarantine.
    installation.land(
        str(FIRST), creators=CREATORS, contents=[*CONTENTS, ("c99", "a1", "live", "2026-13-99")], appeals=[]
    )
    installation.land(str(LAST), appeals=STRUCK_OUT)
    installation.land(str(NEXT), appeals=APPEALS)


def _released(installation: Installation) -> Mapping[str, Mapping[str, str]]:
    return {night: installation.release_bytes(night) for night in NIGHTS}


@contextmanager
def running(installation: Installation) -> Iterator[None]:
    with environment(installation.environment(), alone=True):
        set_up(settings().home)
        yield


@pytest.mark.parametrize("kills", [1, pytest.param(26, marks=pytest.mark.soak)])
@pytest.mark.timeout(3600)
def test_killed_and_run_again_a_history_ends_as_if_it_had_not_been(
    decided: Decided, installation: Installation, tmp_path: Path, kills: int
) -> None:
    _land(installation)
    wanted = decided.released
    assert all(wanted.values())
    seed = random.SystemRandom().randint(1, 1_000_000) if kills == 1 else 20260304
    print(f"seed of the moments: {seed}")
    moments = random.Random(seed)
    untouched = shutil.copytree(installation.home, tmp_path / "untouched", symlinks=True)

    is_disturbed = False
    while not is_disturbed:
        # A run that had ended was disturbed by nobody, and leaves nothing for another to do.
        shutil.rmtree(installation.home)
        shutil.copytree(untouched, installation.home, symlinks=True)
        for place in (
            [COMES_TO[kill % len(COMES_TO)] for kill in range(kills)] if kills > 1 else moments.sample(COMES_TO, 1)
        ):
            run = installation.start(*COMMAND)
            _wait_until_it_comes_to(installation.home / place, run)
            time.sleep(moments.uniform(0, 2))
            is_disturbed |= killed(run)
            # What is released is whole.
            assert all(files in ({}, wanted[night]) for night, files in _released(installation).items())

    # What the command does, in this process, where everything is imported already.
    with running(installation):
        history.decide_history(FIRST, LAST)

    assert _released(installation) == wanted
    assert [installation.revisions(night) for night in NIGHTS] == [["0001"]] * len(NIGHTS)


def _wait_until_it_comes_to(path: Path, run: subprocess.Popen[str]) -> None:
    """Wait until a run writes a file or folder, or has ended: what an earlier run left there isn't meant."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    while run.poll() is None and (path.stat().st_mtime_ns if path.exists() else 0) == before:
        time.sleep(0.01)


def test_nights_are_decided_in_one_go_and_the_night_after_goes_on_from_them(decided: Decided) -> None:
    installation, made, again = decided.installation, decided.made, decided.again
    with running(installation):
        _is_told_as_history(installation)

    assert (list(made.changed), list(again.changed)) == ([FIRST, date(2026, 3, 3), LAST], [])
    for night in (FIRST, LAST):
        manifest = installation.manifest(str(night))
        of_rules = {each["feed"] for each in manifest["quarantined"]}
        assert of_rules == {feed for feed, rows in manifest["feeds"].items() if rows["quarantined"]} == {"contents"}
    # On 2 March the third account has two strikes, and on 3 March the third one.
    of_two_strikes = [
        ("a3", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a3", "campaign", "campaigns_closed", "2026-03-02", "2026-03-31"),
        ("a3", "short_video", "publishing_paused", "2026-03-02", "2026-03-08"),
    ]
    assert installation.rows(str(FIRST), "penalties", ROW, "account_id = 'a3'") == of_two_strikes
    assert installation.rows("2026-03-03", "penalties", ROW, "account_id = 'a3'") == [
        ("a3", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a3", "campaign", "campaigns_closed", "2026-03-03", "2026-05-31"),
        ("a3", "commission", "commission_held", "2026-03-03", "2026-04-01"),
        ("a3", "short_video", "publishing_paused", "2026-03-03", "2026-04-01"),
    ]
    # The third strike of two accounts: each a row more, and two that are others.
    sizes = "sum(rows), sum(released), sum(added), sum(removed), sum(changed)"
    assert installation.rows("2026-03-03", "list_sizes", sizes, "list = 'penalties'") == [(12, 10, 2, 0, 4)]
    assert set(installation.release_bytes(str(FIRST))) == PAST_NIGHT
    # Two strikes again, and nothing of the third one is left.
    assert installation.rows(str(LAST), "penalties", ROW, "account_id = 'a3'") == of_two_strikes
    assert installation.rows(str(LAST), "list_sizes", sizes, "list = 'penalties'") == [(11, 12, 0, 1, 2)]
    assert installation.rows(str(LAST), "reasons", "count(*)") == [(11,)]
    assert installation.rows(str(LAST), "notices") == installation.rows(str(LAST), "changes") == []

    said = installation.directly(str(NEXT))

    assert "10 penalties put; 10 applied" in said
    assert installation.rows(str(NEXT), "changes", "account_id, change, cause") == [("a1", "removed", "correction")]
    assert installation.rows(str(NEXT), "notices", "account_id, event") == [("a1", "ended")]
    assert NEVER_IN_FORCE not in said
    assert "First nights of world: nobody was asked about them" in said
    assert installation.manifest(str(NEXT))["first_nights"] == [{"market": "world", "nights": 3, "is_accepted": True}]
    with running(installation), pytest.raises(HasReleases, match="night=2026-03-06: this night is released"):
        history.decide_history(FIRST, LAST)


def _is_told_as_history(installation: Installation) -> None:
    """Whoever reads such a night says so."""
    here, labels = settings(), Labels(load_catalogs(settings().translations), "en")
    for night in (FIRST, LAST):
        release = here.releases / f"night={night}"
        told = StringIO()
        show(here, night, Console(file=told, width=300))
        assert NEVER_IN_FORCE in told.getvalue()
        see(None)
        page = shown(night)
        assert page is not None
        assert NEVER_IN_FORCE in " ".join(page.words)
        assert "nothing sent, the night is history" in held_delivery(release, "sandbox")
        assert decided_too_early(here.releases, night) is None
        assert release_troubles(release) == []
        for name in ("penalties", "rewards"):
            rows = find(BY_NAME[name], page, None, Asked(night))
            assert rows.total == page.manifest.files[f"{name}.parquet"].rows
        with pytest.raises(NothingOfAccounts, match=NEVER_IN_FORCE):
            explain(here.releases, here.receipts, night, "a2", Names(labels), "support")
    with pytest.raises(NothingOfAccounts, match="neither reasons, causes, notices"):
        explain(here.releases, here.receipts, FIRST, "a2", Names(labels))
    assert NEVER_IN_FORCE in explain(here.releases, here.receipts, LAST, "a2", Names(labels)).not_decided[0]
    with pytest.raises(NotReversible, match="is history"):
        reversible(here.releases, LAST)
    assert write_index(here.nights, here.releases).read_text().count("is history, which nothing was sent of") == 3


def test_the_nights_before_an_examples_first_are_decided_by_the_first_command_once(installation: Installation) -> None:
    night = date(2026, 10, 31)
    with running(installation):
        here = settings()
        assert history.history_before(here, night) is None, "nothing has landed"
        installation.land("2026-10-30", creators=CREATORS)
        assert history.history_before(here, night) is None, "feeds of others have landed"
        shutil.rmtree(here.landing)

        simulate(Plan(20, 40, night), here.landing, lambda made: None)
        span = (date(2026, 10, 3), date(2026, 10, 30))
        assert history.history_before(here, night) == span
        assert history.history_before(here, date(2026, 9, 23)) == (date(2026, 9, 22), date(2026, 9, 22))
        assert history.history_before(here, date(2026, 9, 22)) is None, "nothing landed before it"

        said = json.dumps({"history": {"since": "2026-10-03", "until": "2026-10-30", "unusual": []}})
        for day in range(3, 31):
            assert history.history_before(here, night) == span, "the history was ended before all of it was there"
            _release(here.releases, f"2026-10-{day:02}", said)
        assert history.history_before(here, night) is None, "all of it is there"
        shutil.rmtree(here.releases)
        _release(here.releases, "2026-10-30", said.replace("10-03", "10-20"))
        assert history.history_before(here, night) is None, "somebody decided another history"
        shutil.rmtree(here.releases)
        _release(here.releases, "2026-10-20", "{}")
        assert history.history_before(here, night) is None, "a night was released already"


def _release(releases: Path, night: str, manifest: str) -> None:
    folder = releases / f"night={night}"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest)
