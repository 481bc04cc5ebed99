"""Three nights, of which the lists of the second are held, in every order: run again in order, they come out alike."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import permutations
from pathlib import Path

import pytest

from evenhand.settings import PROJECT
from night.directly import decide, environment
from night.installation import Installation

NIGHTS = ("2026-03-05", "2026-03-06", "2026-03-07")
# What of a release is told against the release before.
AGAINST_THE_RELEASE_BEFORE = {"notices.parquet", "changes.parquet", "list_sizes.parquet", "manifest.json"}
PACK = "takedowns.yml"


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = _decided(tmp_path_factory.mktemp("in_order"), NIGHTS)
    held = [bool(installation.manifest(night)["held_lists"]) for night in NIGHTS]
    assert held == [False, True, True]
    yield installation


@pytest.mark.soak
@pytest.mark.parametrize("order", [order for order in permutations(NIGHTS) if order != NIGHTS])
def test_run_again_in_order_they_are_as_if_they_had_come_so(
    in_order: Installation, tmp_path: Path, order: Sequence[str]
) -> None:
    late = _decided(tmp_path, order)
    told_first = {night: set(late.rows(night, "notices", "notice_id")) for night in NIGHTS}

    _decide(late, NIGHTS)

    for night in NIGHTS:
        files, wanted = late.release_bytes(night), in_order.release_bytes(night)
        assert {name for name in wanted if files[name] != wanted[name]} <= AGAINST_THE_RELEASE_BEFORE, night
        told, wanted_told = (set(each.rows(night, "notices", "notice_id")) for each in (late, in_order))
        # What was told stays told where the lists came out otherwise than they were told.
        assert told == wanted_told or told_first[night] <= told
        assert (
            json.loads((late.release(night) / "manifest.json").read_text())["follows"]
            == (in_order.manifest(night)["follows"])
        )


def _decided(home: Path, order: Sequence[str]) -> Installation:
    """An installation whose pack has a second version from the second night on, which nobody has approved."""
    installation = Installation(home)
    policies = home / "policies"
    policies.mkdir()
    shutil.copy(PROJECT / "policies" / PACK, policies)
    text = (policies / PACK).read_text()
    begins = next(line for line in text.splitlines() if line.startswith("effective_from:"))
    (policies / PACK).write_text(text.replace(begins, f"{begins}\neffective_until: {NIGHTS[0]}"))
    second = text.replace(begins, f"effective_from: {NIGHTS[1]}").replace("days: 7}", "days: 9}")
    second = second.replace("version: 1\n", "version: 2\nchanged_by: ayu\n")
    (policies / "takedowns_2.yml").write_text(second)
    installation.land_history()
    # The second version brings something on its first night, and so does the night after.
    installation.land(
        NIGHTS[1],
        violations=[(f"w{n}", f"a{n}", f"c{n}", "copyright", f"bw{n}", NIGHTS[1]) for n in (2, 6)],
    )
    installation.land(NIGHTS[2], violations=[("w3", "a5", "c5", "copyright", "bw3", NIGHTS[2])])
    _decide(installation, order)
    return installation


def _decide(installation: Installation, nights: Sequence[str]) -> None:
    with environment({"EVENHAND_POLICIES": str(installation.home / "policies")}):
        for night in nights:
            decide(installation.home, night)
