"""Who may not approve what a changed pack does: nobody who changed any of the packs concerned."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand.policy.load import LoadedPack, load_pack
from evenhand.policy.preapproved import SameRules
from evenhand.quality.holding import Tonight, changed_by
from evenhand.quality.row_causes import Base
from evenhand.release.manifest import ReleasedPack
from policy.packs import changed, write
from release.manifests import manifest_of


def _pack(folder: Path, name: str, version: int, by: str | None, market: str = "world") -> LoadedPack:
    text = changed(
        ("pack: strikes", f"pack: {name}"), ("version: 1", f"version: {version}"), ("[world]", f"[{market}]")
    )
    return load_pack(write(folder, text + (f"changed_by: {by}\n" if by else ""), f"{name}_{version}.yml"))


def _base(*packs: LoadedPack) -> Base:
    released = tuple(ReleasedPack(pack=each.pack.pack, version=each.pack.version, sha256=each.sha256) for each in packs)
    return Base(Path("release"), manifest_of(date(2026, 3, 5)).model_copy(update={"packs": released}))


def test_of_several_packs_and_versions_all_that_were_changed_count(tmp_path: Path) -> None:
    strikes = [_pack(tmp_path, "strikes", 1, "old"), _pack(tmp_path, "strikes", 2, "mai")]
    later = _pack(tmp_path, "strikes", 3, "noor")
    points = _pack(tmp_path, "points", 1, "lan")
    elsewhere = _pack(tmp_path, "moon", 1, "luna", market="moon")
    tonight = Tonight(tmp_path, (points, *strikes, later, elsewhere), (), {})

    # Of versions in the same folder the last one's author was asked alone.
    assert changed_by(tonight, _base(strikes[0], later, elsewhere), "world") == ("lan", "mai")
    assert changed_by(tonight, _base(*strikes, later), "world") == ("lan",)
    # Nothing of what is there was changed: a pack is gone, or the order of measures is another.
    assert changed_by(tonight, _base(*strikes, later, points), "world") == ("lan", "mai", "noor", "old")
    assert changed_by(tonight, None, "moon") == ("luna",)


def test_where_one_of_the_changed_packs_names_nobody_nobody_can(tmp_path: Path) -> None:
    unnamed, named = _pack(tmp_path, "points", 1, None), _pack(tmp_path, "strikes", 1, "mai")
    tonight = Tonight(tmp_path, (unnamed, named), (), {})
    assert changed_by(tonight, _base(), "world") == ()
    assert changed_by(tonight, _base(unnamed), "world") == ("mai",)


def test_a_text_that_was_rewritten_and_says_the_same_was_not_changed(tmp_path: Path) -> None:
    before, other = _pack(tmp_path, "strikes", 1, "mai"), _pack(tmp_path, "points", 1, "lan")
    now = LoadedPack(before.pack, before.path, "f" * 64, ("migrate",))
    same = (SameRules(was=before.sha256, now=now.sha256),)
    assert changed_by(Tonight(tmp_path, (now, other), (), {}, same), _base(before), "world") == ("lan",)
