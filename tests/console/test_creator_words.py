"""A creator's page leaves no sentence in English, but what packs say of appeals and what the account was told."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from console.case_forms import HERE
from console.conftest import NIGHT
from console.pseudo import in_brackets, unbracketed
from console.serving import seen_by_all
from console.test_words import DATA
from evenhand.explain.labels import Labels
from evenhand.records.databases import quoted

_ENGLISH = re.compile(r'<(p|span|td)[^>]* lang="en"[^>]*>(.*?)</\1>', re.DOTALL)


def test_every_step_of_every_creator_and_every_reason_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = home / "releases" / f"night={NIGHT}"
    timeline, reasons = (quoted(release / f"{name}.parquet") for name in ("account_timeline", "reasons"))
    notices = quoted(home / "releases" / "*" / "notices.parquet")
    own = {
        said
        for (said,) in duckdb.sql(
            f"select appeal_route from {reasons} union select subject from {notices} where language = 'en'"
        ).fetchall()
    }
    entries, eligibility = (quoted(release / f"{name}.parquet") for name in ("account_entries", "eligibility"))
    # What an entry is counted by, and what fails; what is lacking of a zone is no condition of a pack.
    keys = {
        "rule": {each for (each,) in duckdb.sql(f"select distinct rule from {entries}").fetchall()},
        "condition": {"zone"}.union(
            *(each.split(", ") for (each,) in duckdb.sql(f"select failed_conditions from {eligibility}").fetchall())
        ),
    }
    asked: set[tuple[str, str]] = set()
    accounts = duckdb.sql(f"select account_id, count(*) from {timeline} group by all order by all").fetchall()
    assert len(accounts) > 5
    appealed = dict(
        duckdb.sql(f"select account_id, count(*) from {reasons} where list = 'penalties' group by all").fetchall()
    )
    routes = {each for (each,) in duckdb.sql(f"select distinct appeal_route from {reasons}").fetchall()}
    with seen_by_all(home) as app, in_brackets(monkeypatch), monkeypatch.context() as noting:
        of = Labels.of

        def noted(self: Labels, kind: str, key: str | None) -> str:
            if key:
                asked.add((kind, key))
            return of(self, kind, key)

        noting.setattr(Labels, "of", noted)
        client = TestClient(app, base_url=HERE, headers={"accept": "text/html"})
        for account, steps in accounts:
            page = client.get("/creator", params={"account": account, "night": NIGHT}).text
            assert {said for _, said in _ENGLISH.findall(page)} <= own, account
            # How to appeal is said of penalties alone.
            assert sum(said in routes for _, said in _ENGLISH.findall(page)) == appealed.get(account, 0), account
            # Each step, and what it is of.
            assert page.count("<tr>") > steps
            assert unbracketed(page, (*DATA, account)) == [], account
    # A sentence that isn't understood would be called by a name of its own.
    for kind, there in keys.items():
        called = {key for of_kind, key in asked if of_kind == kind}
        assert called and called - there == set(), kind
