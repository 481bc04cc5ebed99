"""The packs that are shipped: their examples, which of the published ones they have, and how fast those hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import Rehearsed, rehearse
from evenhand.policy.load import LoadedPack, load_pack, packs_in
from evenhand.settings import PROJECT
from made_once import shared_compiled

# The worked examples of the published policies, by the names that they have there.
PUBLISHED = (
    *("VP24-1", "VP24-2", "VP24-3", "VP24-5", "VP24-7", "VP48-1", "VP48-2", "VP48-3"),
    *("CHR-1", "CHR-2", "CHR-5", "CHR-6", "FRZ-1", "FRZ-2", "CPL-1", "CPL-2", "PIL-1", "PIL-2", "PIL-3"),
    *("CAMP-1 VN", "CAMP-1 US", "CAMP-2", "CAMP-3", "PPS-1", "PPS-3", "PPS-4", "SMP-1", "SMP-2", "SMP-3", "RWD-1"),
    *("YT-1", "YT-2", "YT-3", "YT-3b", "YT-5", "YTC-1", "YTC-3", "YTS-1"),
    *("AMZ-1", "AMZ-3", "SHP-1 SG", "SHP-1 PH", "SHP-2"),
)


@cache
def _packs() -> list[LoadedPack]:
    return [load_pack(path) for path in packs_in(PROJECT / "policies")]


@pytest.fixture(scope="module")
def outcomes(models: Sequence[CompiledModel]) -> list[Rehearsed]:
    return rehearse(_packs(), models)


def test_every_example_comes_out_as_it_says(outcomes: list[Rehearsed]) -> None:
    wrong = [f"{o.path.name}: {o.example}: {d}" for o in outcomes for d in o.differences]

    assert wrong == []


@pytest.mark.parametrize("example", PUBLISHED)
def test_every_published_example_is_in_a_pack(example: str) -> None:
    names = [each.example for loaded in _packs() for each in loaded.pack.examples]

    assert any(re.match(rf"{re.escape(example)}\b", name) for name in names)


@pytest.mark.real
@pytest.mark.parametrize(
    ("packs", "every"),
    [
        (("takedowns.yml", "published/youtube_copyright.yml", "published/tiktok_posting_limit.yml"), 1),
        pytest.param((), 8, marks=pytest.mark.soak),
    ],
)
def test_a_change_of_a_figure_or_a_comparator_fails_an_example(
    monkeypatch: pytest.MonkeyPatch, packs: Sequence[str], every: int
) -> None:
    """Each that can be made of three packs, and one of eight of all; `make mutants` makes them all."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("EVENHAND_HOME", str(shared_compiled().parent))

    run = CliRunner().invoke(app, ["policy", "mutants", *(f"policies/{name}" for name in packs), "--every", str(every)])

    assert run.exit_code == 0, run.output
