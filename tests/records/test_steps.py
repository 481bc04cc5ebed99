"""What the steps of a night came to, and nights that a version with other names for them worked on."""

from __future__ import annotations

import json
from pathlib import Path

from evenhand.records import steps


def test_what_a_step_came_to_replaces_what_it_came_to_before(tmp_path: Path) -> None:
    assert steps.kept(tmp_path, "publish_release") == {}
    steps.keep(tmp_path, "publish_release", {"revision": 1})
    steps.keep(tmp_path, "publish_release", {"revision": 2})
    steps.keep(tmp_path, "deliver_release", {"told": "all"}, "sandbox")
    assert steps.kept(tmp_path, "publish_release") == {"revision": 2}
    assert steps.kept(tmp_path, "deliver_release", "sandbox") == {"told": "all"}
    assert steps.kept(tmp_path, "deliver_release", "files") == {}


def test_steps_that_an_earlier_version_called_otherwise_are_found(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    for name, facts in {"publish_release": {"revision": 3}, "reconciled.sandbox": {"told": "they agree"}}.items():
        (tmp_path / "steps" / f"{name}.json").write_text(json.dumps(facts))
    assert steps.kept(tmp_path, "publish_release") == {"revision": 3}
    assert steps.kept(tmp_path, "reconcile_receiver", "sandbox") == {"told": "they agree"}
    steps.keep(tmp_path, "publish_release", {"revision": 4})
    assert steps.kept(tmp_path, "publish_release") == {"revision": 4}


def test_a_complaint_is_kept_until_the_step_ends_well_whatever_it_was_called_then(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "gate_1.feeds_validated.failed.json").write_text('{"said": "broken"}')
    steps.keep_complaint(tmp_path, "deliver_release", "no answer", "sandbox")
    assert steps.complaints(tmp_path) == [
        ("gate_1.feeds_validated", "broken"),
        ("deliver_release.sandbox", "no answer"),
    ]
    steps.forget_complaint(tmp_path, "gate_1.validate_feeds")
    steps.forget_complaint(tmp_path, "deliver_release", "sandbox")
    steps.forget_complaint(tmp_path, "deliver_release", "sandbox")
    assert steps.complaints(tmp_path) == []


def test_a_delivery_that_failed_takes_the_place_of_the_one_before_and_of_what_was_read_back_then(
    tmp_path: Path,
) -> None:
    put, agree = {"told": "1 put"}, {"told": "they agree", "agrees": True}
    assert steps.at_receiver(tmp_path, "sandbox") == ({}, {})
    steps.keep(tmp_path, "deliver_release", put, "sandbox")
    steps.keep(tmp_path, "reconcile_receiver", agree, "sandbox")
    steps.keep_complaint(tmp_path, "deliver_release", "2 rejected", "another")
    assert steps.at_receiver(tmp_path, "sandbox") == (put, agree)
    steps.keep_complaint(tmp_path, "reconcile_receiver", "3 missing", "sandbox")
    assert steps.at_receiver(tmp_path, "sandbox") == (put, {"failed": "3 missing"})
    steps.keep_complaint(tmp_path, "deliver_release", "2 rejected", "sandbox")
    assert steps.at_receiver(tmp_path, "sandbox") == ({"failed": "2 rejected"}, {})
