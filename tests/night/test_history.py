"""Nights decided in one go before the first that is delivered, and the night after them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
from evenhand.tasks.deliveries import held_delivery
from night.directly import environment, set_up
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation

FIRST, LAST, NEXT = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 6)
ROW = "account_id, scope, measure, starts_on::text, ends_on::text"
NEVER_IN_FORCE = "Its lists were never in force anywhere"
PAST_NIGHT = {
    *("list_sizes.parquet", "operational_metrics.parquet", "penalties.parquet", "rewards.parquet"),
    "manifest.json",
}


@contextmanager
def running(installation: Installation) -> Iterator[None]:
    with environment(installation.environment(), alone=True):
        set_up(settings().home)
        yield


def test_nights_are_decided_in_one_go_and_the_night_after_goes_on_from_them(installation: Installation) -> None:
    for night in ("2026-03-02", "2026-03-03", "2026-03-04"):
        decided = [row for row in VIOLATIONS if row[-1] == night or (night == str(FIRST) and row[-1] < night)]
        installation.land(night, violations=decided)
    installation.land(str(FIRST), creators=CREATORS, contents=CONTENTS, appeals=[])
    installation.land(str(NEXT), appeals=APPEALS)

    with running(installation):
        with pytest.raises(NightRefused, match="nothing has landed until 2026-03-01, the first night"):
            history.decide_history(date(2026, 3, 1), LAST)
        made = history.decide_history(FIRST, LAST)
        _is_told_as_history(installation)
        again = history.release_nights(settings().warehouse(LAST), made.nights)

    assert (list(made.changed), list(again.changed)) == ([FIRST, date(2026, 3, 3), LAST], [])
    # On 2 March the third account has two strikes, and on 3 March the third one.
    assert installation.rows(str(FIRST), "penalties", ROW, "account_id = 'a3'") == [
        ("a3", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a3", "campaign", "campaigns_closed", "2026-03-02", "2026-03-31"),
        ("a3", "short_video", "publishing_paused", "2026-03-02", "2026-03-08"),
    ]
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
    assert installation.rows(str(LAST), "reasons", "count(*)") == [(12,)]
    assert installation.rows(str(LAST), "notices") == installation.rows(str(LAST), "changes") == []

    said = installation.directly(str(NEXT))

    assert "11 penalties put; 11 applied" in said
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
