"""Packs in the words of an earlier version: the new words are said, and `evenhand policy migrate` writes them."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.commands.policy import app
from evenhand.commands.policy_check import past_of_a_released_night
from evenhand.policy import migrate as module
from evenhand.policy.load import load_pack, load_packs
from evenhand.policy.migrate import in_words_of_today, migrate
from evenhand.policy.preapproved import read_preapproved, read_same_rules, texts_before
from evenhand.policy.texts import PackError, read_texts
from evenhand.records.atomic_files import write_anew
from evenhand.release.manifest import ReleasedPack
from evenhand.settings import PROJECT
from policy.packs import TEXT
from release.manifests import manifest_of

OLD = """\
# Who may take part.
gates:   # as the marketplace calls them
  ads:
    stays_open: true   # for good
    conditions:
      - {condition: few, programme: strikes, at_most: 1}   # gates: this isn't a key
    "while_open": [{reward: ads, scope: ads}]
    while_shut: []
  gates: {conditions: [{condition: few, programme: strikes, at_most: 2}]}
calendars: {mondays: {weekday: monday}}
bonuses:
  posts: {activity: post, scope: ads, pays: 1.5, per: mondays, gate: ads}
"""
NEW = """\
# Who may take part.
eligibility:   # as the marketplace calls them
  ads:
    stays_eligible: true   # for good
    conditions:
      - {condition: few, programme: strikes, at_most: 1}   # gates: this isn't a key
    while_eligible: [{reward: ads, scope: ads}]
    while_not_eligible: []
  gates: {conditions: [{condition: few, programme: strikes, at_most: 2}]}
calendars: {mondays: {weekday: monday}}
bonuses:
  posts: {activity: post, scope: ads, pays: 1.5, per: mondays, eligibility: ads}
"""
# As it was written in version 1.
BACK = (
    (r"^eligibility:", "gates:"),
    (r"^( +)while_eligible:", r"\1while_open:"),
    (r"^( +)while_not_eligible:", r"\1while_shut:"),
    (r"^( +)stays_eligible:", r"\1stays_open:"),
    (r"^( +)eligibility: (?=\w)", r"\1gate: "),
)


def _as_of_version_1(folder: Path) -> dict[Path, bytes]:
    """The packs of a folder in the old words; returns what they were."""
    texts = {path: path.read_bytes() for path in sorted(folder.rglob("*.yml"))}
    for path in texts:
        text = path.read_text()
        for now, old in BACK:
            text = re.sub(now, old, text, flags=re.MULTILINE)
        path.write_text(text)
    return texts


def test_keys_are_renamed_where_they_are_keys_and_nothing_else_changes() -> None:
    assert in_words_of_today(OLD) == (NEW, 5)
    assert in_words_of_today(NEW) == (NEW, 0)


def test_what_is_no_yaml_stays_as_it_is() -> None:
    assert in_words_of_today("gates: [") == ("gates: [", 0)


@pytest.mark.parametrize("folder", ["policies", "policies/published"])
def test_every_shipped_pack_comes_back_byte_for_byte(tmp_path: Path, folder: str) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(PROJECT / folder, packs, ignore=shutil.ignore_patterns("published", "other_industries"))
    today = _as_of_version_1(packs)
    changed = {path for path, text in today.items() if path.read_bytes() != text}
    assert len(changed) >= 3

    assert {each.path for each in migrate(packs)} == {path.resolve() for path in changed}

    assert {path: path.read_bytes() for path in today} == today
    assert migrate(packs) == []


def test_an_old_key_is_told_by_its_new_name(tmp_path: Path) -> None:
    path = tmp_path / "strikes.yml"
    path.write_text(TEXT + OLD)
    with pytest.raises(PackError) as refused:
        load_pack(path)
    said = "found a key that is called eligibility now; evenhand policy migrate renames it"
    assert any(f"gates: {said}" in str(mistake) for mistake in refused.value.mistakes)
    assert any("bonuses.posts.gate: " in str(mistake) and said in str(mistake) for mistake in refused.value.mistakes)


def test_what_was_preapproved_goes_over_to_the_rewritten_text_and_keeps_its_comments(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    shutil.copytree(PROJECT / "policies", folder, ignore=shutil.ignore_patterns("published"))
    now = {each.pack.pack: each.sha256 for each in load_packs(folder)}
    _as_of_version_1(folder)
    was = module._hash([(folder / name).read_bytes() for name in ("creators_us.yml", "creators_base.yml")])
    (folder / "announced.yml").write_text(
        "# In the meeting of May.\n"
        "announced:\n"
        f"  - {{what: fewer points, pack: creators_us, text: {was}, changed_by: ayu, approved_by: budi, at_most: 4}}\n"
    )
    with pytest.raises(PackError, match=r"is called preapproved\.yml now; run evenhand policy migrate"):
        read_preapproved(folder)

    result = CliRunner().invoke(app, ["migrate", str(folder)])

    assert result.exit_code == 0, result.output
    assert "creators_base.yml: " in result.output
    assert not (folder / "announced.yml").exists()
    assert "# In the meeting of May." in (folder / "preapproved.yml").read_text()
    (approved,) = read_preapproved(folder)
    assert (approved.text, approved.at_most) == (now["creators_us"], 4)
    assert {each.pack.pack: each.sha256 for each in load_packs(folder)} == now
    assert texts_before(read_same_rules(folder), now["creators_us"]) == {now["creators_us"], was}
    assert texts_before(read_same_rules(folder), "0" * 64) == {"0" * 64}
    assert "Every key is as the language has it today." in CliRunner().invoke(app, ["migrate", str(folder)]).output


def test_a_text_that_names_an_older_language_is_brought_to_this_one(tmp_path: Path) -> None:
    """And is refused until then, with the command that does it; one of a newer language is never guessed at."""
    pack = tmp_path / "pack.yml"
    pack.write_text(f"language: 1   # since 2025\n{TEXT}")
    with pytest.raises(PackError, match=r"language.*found 1; expected 2: `evenhand policy migrate` rewrites"):
        load_pack(pack)

    migrate(tmp_path)

    assert pack.read_text() == f"language: 2   # since 2025\n{TEXT}"
    assert load_pack(pack).pack.language == 2
    pack.write_text(f"language: 3\n{TEXT}")
    with pytest.raises(PackError, match="found 3; expected at most 2: this Evenhand is older than the pack"):
        load_pack(pack)


@pytest.mark.parametrize("writes", range(6))
def test_one_that_is_stopped_anywhere_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Whatever had been written by then."""
    folders = [tmp_path / name for name in ("stopped", "whole")]
    for folder in folders:
        shutil.copytree(PROJECT / "policies", folder, ignore=shutil.ignore_patterns("published"))
        _as_of_version_1(folder)
        (folder / "announced.yml").write_text(
            f"announced:\n- {{what: w, pack: p, text: {'a' * 64}, changed_by: ayu, approved_by: budi, at_most: 4}}\n"
        )
    stopped, whole = folders
    migrate(whole)
    left = iter(range(writes))
    real = write_anew

    def stops(path: Path, content: bytes) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        real(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_anew", stops)
        with suppress(KeyboardInterrupt):
            migrate(stopped)

    migrate(stopped)

    packs = {path.name: path.read_bytes() for path in whole.glob("creators_*.yml")}
    assert {path.name: path.read_bytes() for path in stopped.glob("creators_*.yml")} == packs
    assert read_preapproved(stopped) == read_preapproved(whole)
    # Each is still known by what it was before, also where only a part of it had been rewritten in between.
    for each in load_packs(whole):
        assert texts_before(read_same_rules(stopped), each.sha256) >= texts_before(read_same_rules(whole), each.sha256)


def test_policy_check_tells_of_the_old_file_and_knows_a_rewritten_text_as_what_it_was(tmp_path: Path) -> None:
    """Where a night has been released with the packs as they were."""
    folder, night = tmp_path / "packs", date(2026, 10, 31)
    shutil.copytree(PROJECT / "policies", folder, ignore=shutil.ignore_patterns("published"))
    today = load_packs(folder)
    _as_of_version_1(folder)
    was = {path: module._hash([text.text for text in read_texts(path)]) for path in (each.path for each in today)}
    packs = tuple(ReleasedPack(pack=each.pack.pack, version=1, sha256=was[each.path]) for each in today)
    release = tmp_path / "releases" / f"night={night}"
    release.mkdir(parents=True)
    (release / "manifest.json").write_text(manifest_of(night, packs=packs).text())
    (folder / "announced.yml").write_text("announced: []\n")

    (told,) = past_of_a_released_night(today, tmp_path / "releases")
    assert "announced.yml" in told.file and "is called preapproved.yml now" in told.said

    migrate(folder)

    assert list(past_of_a_released_night(load_packs(folder), tmp_path / "releases")) == []


def test_both_names_at_once_are_refused(tmp_path: Path) -> None:
    (tmp_path / "announced.yml").write_text("announced: []\n")
    (tmp_path / "preapproved.yml").write_text("preapproved: []\n")
    with pytest.raises(PackError, match="join them"):
        migrate(tmp_path)
