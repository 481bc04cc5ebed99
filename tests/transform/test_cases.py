"""Small packs that once came out wrong: what each of their examples expects was worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.load import load_pack, packs_in

CASES = Path(__file__).with_name("cases")


def test_every_case_comes_out_as_it_says(models: Sequence[CompiledModel]) -> None:
    outcomes = rehearse([load_pack(path) for path in packs_in(CASES)], models)

    assert len(outcomes) > 5
    assert [f"{o.path.relative_to(CASES)}: {o.example}: {d}" for o in outcomes for d in o.differences] == []
