"""A ninth market is one pack and one file of words; nothing else is told of it anywhere."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb

from evenhand.settings import PROJECT
from night.installation import Installation

PACK = """\
pack: creators_mx
version: 1
extends: creators_base.yml
markets: [MX]
effective_from: 2026-01-01
bonuses:
  welcome_bonus: {pays: 100, at_most_per_account: 150, budget: 50000}
"""


def test_one_pack_and_one_file_of_words_are_a_market(installation: Installation, tmp_path: Path) -> None:
    policies, translations = tmp_path / "policies", tmp_path / "translations"
    shutil.copytree(PROJECT / "policies", policies)
    shutil.copytree(PROJECT / "translations", translations)
    (policies / "creators_mx.yml").write_text(PACK)
    (translations / "es.po").write_text(_words())
    installation.overrides |= {"EVENHAND_POLICIES": str(policies), "EVENHAND_TRANSLATIONS": str(translations)}
    installation.land(
        "2026-03-05",
        creators=[("m1", "MX", "creator", "es", "2026-01-01"), ("s1", "SG", "creator", "en", "2026-01-01")],
        contents=[("c1", "m1", "short_video", "2026-03-01"), ("c2", "s1", "short_video", "2026-03-01")],
        appeals=[],
    )
    columns = ("violation_id", "account_id", "content_id", "violation_type", "batch_id", "decided_on", "points")
    installation.drop(
        "2026-03-05",
        "violations",
        [
            columns,
            ("v1", "m1", "c1", "counterfeit", "", "2026-03-05", "6"),
            ("v2", "s1", "c2", "counterfeit", "", "2026-03-05", "3"),
        ],
    )

    # It lands elsewhere: what is there is fetched before the night looks at it.
    (installation.home / "landing").rename(tmp_path / "elsewhere")
    installation.overrides["EVENHAND_LANDING_FROM"] = f"file://{tmp_path}/elsewhere"

    said = installation.directly("2026-03-05")

    assert "creators_mx v1" in said
    assert "Notices  2 of penalties new" in said
    release = installation.home / "releases" / "night=2026-03-05"
    with duckdb.connect() as connection:
        penalties = connection.execute(
            f"select market, account_id, measure from '{release}/penalties.parquet' order by all"
        ).fetchall()
        assert penalties == [("MX", "m1", "no_live"), ("SG", "s1", "warning")]
        notices = connection.execute(
            f"select account_id, language, subject, body from '{release}/notices.parquet' where list = 'penalties'"
            " order by account_id"
        ).fetchall()
        metrics = connection.execute(
            f"select market, figure from '{release}/operational_metrics.parquet'"
            " where metric = 'violations_per_thousand_contents' and slice = '' order by market"
        ).fetchall()
        profiles = connection.execute(
            f"select account_id, stage from '{release}/account_profiles.parquet' order by account_id"
        ).fetchall()
    (account, language, subject, body), (_, english, *_) = notices
    assert (account, language, english) == ("m1", "es", "en")
    assert subject == "ES New measure: ES No live streaming"
    # The day is written as the language does.
    assert "5 de marzo de 2026" in body
    assert metrics == [("MX", 1000), ("SG", 1000), ("all", 1000)]
    assert profiles == [("m1", "restricted"), ("s1", "probation")]


def _words() -> str:
    """Spanish, as far as a test needs it."""
    english = (PROJECT / "translations" / "en.po").read_text().replace('"Language: en\\n"', '"Language: es\\n"')
    header, _, messages = english.partition("\n\n")
    return header + "\n\n" + re.sub(r'^(msgstr(?:\[\d\])? ")', r"\1ES ", messages, flags=re.MULTILINE)
