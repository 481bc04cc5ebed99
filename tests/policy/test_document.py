"""docs/policy-language.md: its pack loads, its errors are the errors, and it has every word of the language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evenhand.policy.load import PackError, load_pack
from evenhand.policy.pack import Effect, EntryRule, Pack, Programme, Reward, Zone
from evenhand.settings import PROJECT
from policy.packs import write

PAGE = (PROJECT / "docs" / "policy-language.md").read_text(encoding="utf-8")
PACKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", PACKS)
def test_a_pack_on_the_page_is_right(folder: Path, text: str) -> None:
    assert load_pack(write(folder, text)).pack.pack == "strikes"


def test_the_errors_on_the_page_are_what_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    (text,) = PACKS
    write(folder, text.replace("amount: 1.5", "ammount: 1.5").replace("at_least: 6", "at_least: six"))
    with pytest.raises(PackError) as error:
        load_pack(Path("policies") / "strikes.yml")
    (errors,) = re.findall(r"^```\n(policies/.*?)\n```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert set(errors.splitlines()) < set(str(error.value).splitlines())


def test_every_word_of_the_language_is_on_the_page() -> None:
    for part in (Pack, Programme, EntryRule, Zone, Effect, Reward):
        for word in part.model_fields:
            assert f"| `{word}` |" in PAGE
