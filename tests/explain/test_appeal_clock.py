"""By when an appeal is to be decided: as the packs say that are in effect on the night, and no other version."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from evenhand.explain.appeal_clock import decide_by
from policy.packs import changed
from release.manifests import manifest_of

NIGHT = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("market", "days"),
    [
        pytest.param("ID", 10, id="neither-by-the-version-that-ended-nor-by-the-one-to-come"),
        pytest.param("TH", 14, id="where-none-that-is-in-effect-says-it"),
    ],
)
def test_the_version_that_is_in_effect_says_it(tmp_path: Path, market: str, days: int) -> None:
    rows = [
        (f"{version}.yml", _version(version, of, within, first, last))
        for version, of, within, first, last in (
            (1, "[ID]", 5, "2025-01-01", "2026-03-05"),
            (2, "[ID]", 10, "2026-03-06", "2026-03-31"),
            (3, "[ID, TH]", 3, "2026-04-01", "2026-12-31"),
        )
    ]
    with duckdb.connect() as connection:
        connection.execute("create table packs (file varchar, text varchar)")
        connection.executemany("insert into packs values (?, ?)", rows)
        connection.execute(f"copy packs to '{tmp_path}/packs.parquet' (format parquet)")
    (tmp_path / "manifest.json").write_text(manifest_of(NIGHT).text())
    filed_on = date(2026, 3, 1)
    assert (decide_by(tmp_path, market, filed_on) - filed_on).days == days


def _version(version: int, markets: str, within: int, first: str, last: str) -> str:
    text = changed(("markets: [world]", f"markets: {markets}"), ("version: 1", f"version: {version}"))
    lines = [each for each in text.splitlines() if not each.startswith(("effective_from:", "effective_until:"))]
    return "\n".join(
        [
            *lines,
            f"effective_from: {first}",
            f"effective_until: {last}",
            f"appeals: {{decide_within_days: {within}}}",
        ]
    )
