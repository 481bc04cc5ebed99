"""`evenhand policy new`: what it writes loads, is checked clean and comes out as its examples say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evenhand.commands.policy import app
from evenhand.deciding.project import CompiledModel
from evenhand.deciding.rehearsal import rehearse
from evenhand.policy.load import load_each, load_pack, load_packs, pack_files
from evenhand.policy.schema import schema_text
from evenhand.settings import PROJECT
from policy.packs import TEXT, write

FROM = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def ours(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_POLICIES", str(folder))
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return folder


def _new(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["new", *arguments])


def test_a_pack_to_begin_with(folder: Path) -> None:
    result = _new("GB", "--effective-from", "2026-12-01")
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "Wrote policies/gb.yml")
    (loaded,) = load_packs(folder)
    assert (loaded.pack.pack, loaded.pack.markets, loaded.pack.effective_from) == ("gb", ("GB",), FROM)
    text = loaded.path.read_text()
    assert text.splitlines()[0] == "# yaml-language-server: $schema=schema.json"
    assert (folder / "schema.json").read_text() == schema_text()
    assert len(text.splitlines()) < 90 and max(len(line) for line in text.splitlines()) <= 120
    assert CliRunner().invoke(app, ["check"]).output == "1 pack, no errors, no warnings\n"


def test_its_first_day_is_one_that_is_still_to_come(folder: Path) -> None:
    _new("GB")
    first = load_pack(folder / "gb.yml").pack.effective_from
    assert first.day == 1 and date.today() < first <= date.today() + timedelta(days=31)


def test_the_examples_of_new_packs_come_out(folder: Path, models: Sequence[CompiledModel]) -> None:
    packs = PROJECT / "policies" / "published"
    assert _new("GB").exit_code == 0
    # Of a pack, of a base, and by a name.
    assert _new("FR", "--from", str(packs / "amazon_account_health.yml")).exit_code == 0
    assert _new("TH", "--from", str(packs / "shopee_seller_points_my.yml")).exit_code == 0
    assert _new("IE", "--from", "gb").exit_code == 0
    # A night has none that extends a pack of elsewhere, and says so.
    told = CliRunner().invoke(app, ["check"]).output
    assert told.count("expected a file in the folder of the pack that decides, or in a folder of that") == 2
    loaded, _ = load_each(pack_files(folder.glob("*.yml")))
    assert [each.pack.pack for each in loaded] == ["fr", "gb", "ie", "th"]
    assert [len(each.pack.examples) for each in loaded] == [2, 2, 2, 2]
    assert [outcome for outcome in rehearse(loaded, models) if not outcome.passed] == []


def test_a_pack_like_another_extends_it(folder: Path) -> None:
    (folder / "common").mkdir()
    base = write(folder / "common", TEXT.replace("markets: [world]\n", ""), "base.yml")
    result = _new("south-east", "--from", str(base), "--effective-from", "2026-12-01")
    assert result.exit_code == 0, result.output
    loaded = load_pack(folder / "south-east.yml")
    assert "extends: common/base.yml\n" in loaded.path.read_text()
    assert (loaded.pack.pack, loaded.pack.version, loaded.pack.appeal_route) == ("south_east", 1, "Write to us.")
    first, second = loaded.pack.examples
    assert (first.events, first.expect[0].zones) == ((), {"health": "good"})
    assert second.events[0].violation == "copyright" and second.expect[0].balances == {"health": 1}


def test_nothing_is_overwritten(folder: Path) -> None:
    path = write(folder, "# mine\n", "gb.yml")
    result = _new("GB")
    assert result.exit_code == 1 and "policies/gb.yml is there already" in result.output.replace("\n", " ")
    assert path.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["7up"], "'7up' is no market's name"),
        (["../GB"], "'../GB' is no market's name"),
        (["marketplace"], "is the file for what the marketplace knows"),
        (["world"], "strikes.yml decides for world from "),
        (["GB", "--from", "strike"], "strike: found no file and no pack in"),
        (["GB", "--from", "base.yml"], "expected a number"),
    ],
)
def test_what_cannot_be_begun(folder: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    write(folder)
    write(tmp_path, TEXT.replace("amount: 1", "amount: one"), "base.yml")
    result = _new(*arguments)
    assert result.exit_code == 1 and said in result.output, result.output
    # Nothing half-written is left among the packs.
    assert [path.name for path in folder.glob("*.yml")] == ["strikes.yml"]


def test_a_market_whose_pack_ends_gets_its_next_one(folder: Path) -> None:
    write(folder, TEXT.replace("2026-01-01", "2026-01-01\neffective_until: 2026-11-30"))
    assert _new("world", "--effective-from", "2026-11-30").exit_code == 1
    assert _new("world", "--effective-from", "2026-12-01").exit_code == 0
    assert len(load_packs(folder)) == 2
