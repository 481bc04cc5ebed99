"""policies/schema.json: it is what the models give, takes what loads, and every pack refers to it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from evenhand.commands.policy import app
from evenhand.policy.load import load_pack
from evenhand.policy.schema import schema, schema_text
from evenhand.settings import PROJECT
from policy.packs import TEXT, write

POLICIES = PROJECT / "policies"
_NO_PACKS = ("calendar.yml", "marketplace.yml", "targets.yml")
FILES = sorted(path for path in POLICIES.rglob("*.yml") if path.name not in _NO_PACKS)
VALIDATOR = jsonschema.Draft7Validator(schema())


def test_the_schema_that_is_shipped_is_that_of_the_models() -> None:
    assert (POLICIES / "schema.json").read_text() == schema_text(), "run evenhand policy schema"


def test_it_is_written_where_one_says(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["schema", "--out", str(tmp_path / "schema.json")])
    assert (result.exit_code, result.output) == (0, f"Wrote {tmp_path / 'schema.json'}\n")
    assert json.loads((tmp_path / "schema.json").read_text()) == schema()


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_takes_our_packs_and_bases(path: Path) -> None:
    assert _complaints(path.read_text()) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pack_says_where_its_schema_is(path: Path) -> None:
    prefix, _, reference = path.read_text().splitlines()[0].partition("=")
    assert prefix == "# yaml-language-server: $schema"
    assert (path.parent / reference).resolve() == POLICIES / "schema.json"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lasts_days", "last_days", "last_days"),
        ("amount: 1", "amount: one", "one"),
        ("scope: live", "scope: life", "life"),
        ("    unit: strike\n", "", "unit"),
        ("[world]", "[]", "[]"),
        ("version: 1", "version: 0", "0"),
        ("  health:", "  Health:", "Health"),
    ],
)
def test_it_refuses_what_does_not_load(folder: Path, old: str, new: str, said: str) -> None:
    text = TEXT.replace(old, new, 1)
    complaints = _complaints(text)
    assert any(said in complaint for complaint in complaints), complaints
    with pytest.raises(Exception, match=r"strikes\.yml"):
        load_pack(write(folder, text))


def test_a_pack_that_extends_leaves_out_takes_away_and_still_has_no_other_words() -> None:
    own = "extends: base.yml\npack: gb\nversion: 1\nmarkets: [GB]\neffective_from: 2026-01-01\n"
    assert _complaints(own) == []
    changes = (
        "programmes: {health: {rewards: , zones: [{zone: shut, removed: true}], entries: [{rule: a, amount: 2}]}}\n"
    )
    assert _complaints(own + changes) == []
    assert _complaints(own + changes.replace("removed", "remove")) != []
    # Without a name there is nothing to take away.
    assert _complaints(own + changes.replace("zone: shut, ", "")) != []
    # What nobody inherits is whole.
    assert _complaints(own + "examples: [{example: none}]") != []


def _complaints(text: str) -> list[str]:
    content = _as_json(YAML(typ="safe", pure=True).load(text))
    return [
        detail.message for error in VALIDATOR.iter_errors(content) for detail in (error, *(error.context or ()))
    ]  # fmt: skip


def _as_json(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _as_json(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_as_json(each) for each in content]
    return str(content) if isinstance(content, date) else content
