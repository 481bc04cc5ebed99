"""Who may not approve what a changed pack does: nobody who changed any of the packs concerned."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from evenhand.policy.diagnose import explain
from evenhand.policy.load import LoadedPack, load_pack
from evenhand.policy.preapproved import Preapproval, SameRules, approved_of
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


def _approval(of: LoadedPack, approved_by: str) -> Preapproval:
    return Preapproval(
        what="x", pack=of.pack.pack, text=of.sha256, changed_by="ayu", approved_by=approved_by, at_most=9
    )


@pytest.mark.parametrize(("approved_by", "counts"), [("budi", True), ("mai", False), ("MAI ", False),
                                                     ("budi and mai", False), ("budi and chi", True)])  # fmt: skip
def test_what_one_whom_the_pack_names_approved_beforehand_lets_nothing_through(
    tmp_path: Path, approved_by: str, counts: bool
) -> None:
    pack = _pack(tmp_path, "strikes", 1, "mai")
    assert bool(approved_of([pack], [_approval(pack, approved_by)])) is counts


def test_what_was_approved_of_a_pack_that_names_nobody_lets_nothing_through(tmp_path: Path) -> None:
    unnamed, named = _pack(tmp_path, "strikes", 1, None), _pack(tmp_path, "strikes", 2, "mai")
    assert approved_of([unnamed], [_approval(unnamed, "budi")]) == []
    assert approved_of([unnamed, named], [_approval(named, "budi")]) == []
    assert len(approved_of([named], [_approval(named, "budi")])) == 1
    # Nor where an earlier version changed too, and its author approved the later one.
    first = _pack(tmp_path, "strikes", 1, "lan")
    assert approved_of([first, named], [_approval(named, "lan")]) == []


@pytest.mark.parametrize("approved_by", ["ayu", "ayu and budi", "budi and Ayu"])
def test_nobody_is_written_down_to_have_approved_beforehand_what_they_changed(tmp_path: Path, approved_by: str) -> None:
    with pytest.raises(ValidationError) as raised:
        _approval(_pack(tmp_path, "strikes", 1, "mai"), approved_by)
    assert explain(raised.value.errors()[0], Preapproval).endswith("expected another person than changed_by")
