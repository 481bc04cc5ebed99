"""A night on which an account is in another market: its rows pass gate 2 and are told in the new market's list."""

from __future__ import annotations

import shutil

from evenhand.settings import PROJECT
from night.directly import decide, environment
from night.installation import Installation

NIGHT = "2026-03-06"


def test_what_an_account_brought_along_passes_the_gate(installation: Installation) -> None:
    policies = installation.home / "policies"
    policies.mkdir()
    shutil.copy(PROJECT / "policies" / "takedowns.yml", policies)
    text = (policies / "takedowns.yml").read_text()
    other = text.replace("pack: takedowns\n", "pack: other\n").replace("[world]", "[moon]")
    (policies / "other.yml").write_text(other.replace("copyright_strikes", "content_quality"))
    installation.land_history()
    installation.land(NIGHT, creators=[("a3", "moon", "creator", "en", "2026-01-01")])

    with environment({"EVENHAND_POLICIES": str(policies)}):
        decide(installation.home, NIGHT)

    assert installation.manifest(NIGHT)["held_back"] == []
    brought = installation.rows(NIGHT, "penalties", "market, programme, scope, measure", "account_id = 'a3'")
    assert {(market, programme) for market, programme, *_ in brought} == {("moon", "copyright_strikes")}
    assert len(brought) == 4
    packs = installation.rows(NIGHT, "reasons", "distinct pack, market", "account_id = 'a3'")
    assert packs == [("takedowns", "moon")]
    told = installation.rows(NIGHT, "standings", "distinct programme", "account_id = 'a3'")
    assert told == [("content_quality",)]
