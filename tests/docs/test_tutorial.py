"""docs/policy-language.md: whoever follows it sees what it shows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from docs.tutorial import walk
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.load import load_packs
from evenhand.policy.marketplace import read_marketplace
from evenhand.policy.senseless import IN_A_PACK, OF_ITS_OWN_FILE
from evenhand.quality.holding import Tonight, changed_by
from evenhand.settings import PROJECT
from made_once import shared_compiled
from quality.released_packs import base_of_packs

PAGE = (PROJECT / "docs" / "policy-language.md").read_text()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # As `make test` leaves it, which the page asks for.
    shutil.copytree(shared_compiled(), tmp_path / ".evenhand" / "dbt")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / ".evenhand"))
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path / "policies"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    return tmp_path


def test_the_tutorial_says_what_is_said(checkout: Path) -> None:
    begun, mark, changed = PAGE.partition("## Change it\n")
    for shown, said in walk(begun):
        assert said == shown
    base = base_of_packs(checkout / "release", *load_packs(checkout / "policies"))
    for shown, said in walk(mark + changed):
        assert said == shown
    # It ends with two versions that the nightly run would take, and whose examples come out.
    packs = load_packs(checkout / "policies")
    assert [(each.pack.pack, each.pack.version) for each in packs] == [("gb", 1), ("gb", 2)]
    assert [outcome for outcome in rehearse(packs) if not outcome.passed] == []
    # What they change can be approved, by somebody else than who wrote the second.
    assert changed_by(Tonight(checkout, packs, (), {}), base, "GB") == ("ayu",)


def test_the_marketplace_of_the_page_is_one(checkout: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(violation_types:.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (checkout / "policies" / "marketplace.yml").write_text(text)
    marketplace = read_marketplace(checkout / "policies")
    assert marketplace and list(marketplace.violation_types) == list(YAML(typ="safe").load(text)["violation_types"])
    assert marketplace.surfaces == ("live", "short_video")


def test_there_is_a_row_for_every_check() -> None:
    errors, warnings = (
        re.findall(r"^\| (?!---)(\S.*?) \|", part, re.MULTILINE)
        for part in re.findall(r"^\| (?:error|warning) \| \|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    )
    # Those of a pack by itself, of packs beside each other, and of packs and what is around them.
    assert len(errors) == 1 + sum(severity == "error" for severity in IN_A_PACK.values()) + 2 + 4
    assert len(warnings) == sum(severity == "warning" for severity in IN_A_PACK.values()) + 4 + 5
    assert set(OF_ITS_OWN_FILE) <= set(IN_A_PACK)
