"""`evenhand nightly NIGHT --market M`: a revision of a released night in which M's lists alone may differ.

So are revisions of a night on one of whose markets a test of a model fails. Both go on to the same next night.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.release.manifest import read_manifest
from evenhand.settings import settings
from evenhand.tasks.choosing import NightRefused
from evenhand.tasks.one_market import refuse_alone
from night.directly import environment
from night.installation import APPEALS, FIRST_NIGHT, Installation
from night.two_markets import land_two_markets
from night.wrong_models import Nodes, change_models

NIGHT, NEXT = FIRST_NIGHT, "2026-03-06"
# What a release tells of accounts, beside the lists.
OF_ACCOUNTS = ("standings", "account_profiles", "account_health", "eligibility", "account_timeline")


def _rows(installation: Installation, name: str, market: str) -> list[tuple[object, ...]]:
    return [row for row in installation.rows(NIGHT, name) if market in row]


def test_one_market_is_decided_again_and_the_others_keep_the_lists_of_the_night(two: Installation) -> None:
    """Before, it is the one that can't be decided: a test fails on it, and it keeps what the night had released."""
    before = {name: _rows(two, name, "moon") for name in ("penalties", "rewards", "reasons", "standings")}
    first = two.release_bytes(NIGHT)
    assert len(before["penalties"]) > 2
    # Without any change there is nothing to revise.
    assert "Nothing changed" in two.directly(NIGHT, market="world")
    assert two.release_bytes(NIGHT) == first
    _a_market_on_which_a_test_fails_keeps_what_the_same_night_had_released_of_it(two)
    # Strikes of both markets that landed late, in a file of their own.
    late = [("v5.0", "a5", "c5", "copyright", "b", "2026-03-01"), ("v5.1", "a5", "c5", "copyright", "c", "2026-03-02")]
    moons = [(f"moon{key}", account.replace("a", "m"), "", *rest) for key, account, _, *rest in late]
    path = two.home / "landing" / "violations" / f"night={NIGHT}" / "day.csv"
    first_file = path.read_bytes()
    two.land(NIGHT, violations=[*late, *moons])
    path.rename(path.with_name("late.csv"))
    path.write_bytes(first_file)

    said = two.directly(NIGHT, market="world")

    assert "Decided again world alone; moon as this night had released them" in said
    assert "Not decided" not in said
    assert {name: _rows(two, name, "moon") for name in before} == before
    assert [row for row in _rows(two, "penalties", "world") if "a5" in row]
    second = two.release_bytes(NIGHT)
    assert second != first
    for_machines = _json(two)
    assert for_machines["release"]["release_id"] == read_manifest(two.release(NIGHT)).release_id
    assert [each["market"] for each in for_machines["release"]["held_markets"]] == ["moon"]
    _cannot_be_decided_alone(two)
    # The next night decides both, and nobody has to answer for what was left out: of each market it goes on from the
    # last revision that decided it. The appeals that were granted meanwhile strike one out of both.
    held = two.held()
    (struck,) = APPEALS
    two.land(NEXT, appeals=[struck, ("p2", "moonv1.0", "m1", *struck[3:])])
    said = two.directly(NEXT)
    assert "Not decided" not in said
    assert "Held" not in said
    assert not read_manifest(two.release(NEXT)).held_markets
    assert not read_manifest(two.release(NEXT)).held_lists, said
    assert two.rows(NEXT, "penalties", where="account_id = 'm5'")
    assert set(held) - set(two.held()) == {f"{account}/copyright_strikes/account" for account in ("a1", "m1")}


def _a_market_on_which_a_test_fails_keeps_what_the_same_night_had_released_of_it(two: Installation) -> None:
    """Each market is tried by itself, and one of them has what the test finds; then, the test is gone."""
    told = {name: two.rows(NIGHT, name) for name in OF_ACCOUNTS}
    lists = {name: two.release_bytes(NIGHT)[f"{name}.parquet"] for name in ("penalties", "reasons", "notices")}
    assert len(told["standings"]) == len(told["account_profiles"]) == 12
    held, effects = two.held(), two.effects()
    for _ in ("once", "and again"):
        right = change_models(two.home, _failing_test)
        # Begun as Airflow begins it, which ends what held the other market.
        said = two.directly(NIGHT, scheduled=True)
        assert "Not decided world: penalties, test never_right failed: 12 rows that it should not find" in said
        assert "Not decided moon" not in said
        assert f"It keeps the lists of {NIGHT}, less what has ended; correct this and run the night again." in said
        after = two.release_bytes(NIGHT)
        assert {name: after[f"{name}.parquet"] for name in lists} == lists
        assert {name: two.rows(NIGHT, name) for name in OF_ACCOUNTS} == told
        assert (two.held(), two.effects()) == (held, effects)

        (two.home / "dbt" / "compiled.json").write_text(right)


def _failing_test(nodes: Nodes) -> None:
    penalties = next(node for node in nodes if node["model"]["name"] == "penalties")
    of_the_world = "from main.penalties where market = 'world'"
    penalties["tests"].append({"name": "never_right", "models": ["penalties"], "sql": of_the_world, "needed": []})


def _json(installation: Installation) -> dict[str, Any]:
    with environment(installation.environment(), alone=True):
        printed = CliRunner().invoke(app, ["summary", NIGHT, "--json"])
    assert printed.exit_code == 0, printed.output
    content: dict[str, Any] = json.loads(printed.output)
    return content


def _cannot_be_decided_alone(installation: Installation) -> None:
    """What is refused where the night is released; it is as it was."""
    day = date.fromisoformat(NIGHT)
    pack = Path(installation.overrides["EVENHAND_POLICIES"]) / "moon.yml"
    before = pack.read_text()
    with environment(installation.environment(), alone=True):
        with pytest.raises(
            NightRefused, match=f"no pack is in force for market mars on {NIGHT}; those with one are moon,"
        ):
            refuse_alone(settings(), day, "mars")
        pack.write_text(before.replace("effective_from: 2020-01-01", f"effective_from: {NEXT}"))
        assert pack.read_text() != before
        with pytest.raises(NightRefused, match=f"no pack is in force for market moon on {NIGHT}"):
            refuse_alone(settings(), day, "moon")
        pack.write_text(before)
        refuse_alone(settings(), day, "moon")
        manifest = settings().releases / f"night={NIGHT}" / "manifest.json"
        whole = manifest.read_text()
        held = {"list": "penalties", "market": "moon", "digest": "", "changes": 7, "why": ["unusual"], "since": None}
        for lists, said in (
            ([held | {"answer": "", "answered_by": "", "first_wave": 0}], "the penalties of moon are held on"),
            ([held | {"answer": "approved", "answered_by": "ann", "first_wave": 0}], ""),
        ):
            manifest.chmod(0o644)
            manifest.write_text(json.dumps(json.loads(whole) | {"held_lists": lists}))
            if said:
                with pytest.raises(NightRefused, match=said):
                    refuse_alone(settings(), day, "world")
            else:
                refuse_alone(settings(), day, "world")
            # The market itself may wait for an answer.
            refuse_alone(settings(), day, "moon")
        manifest.write_text(whole)


def test_what_cannot_be_decided_alone_is_refused_with_what_to_do(installation: Installation, tmp_path: Path) -> None:
    land_two_markets(installation, tmp_path / "packs", NIGHT)
    with environment(installation.environment(), alone=True):
        day = date.fromisoformat(NIGHT)
        with pytest.raises(NightRefused, match="isn't released yet, so that the other markets have nothing to keep"):
            refuse_alone(settings(), day, "moon")
