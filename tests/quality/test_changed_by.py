"""Who may not approve what a changed pack does: nobody who changed any of the packs concerned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from evenhand.policy.days import Day
from evenhand.policy.diagnose import explain
from evenhand.policy.load import LoadedPack, load_pack
from evenhand.policy.preapproved import Preapproval, SameRules, approved_of
from evenhand.quality import concerned_packs
from evenhand.quality.concerned_packs import concerned, say_nobody, with_another_text
from evenhand.quality.holding import Tonight, changed_by
from evenhand.quality.row_causes import Base
from policy.packs import changed, write
from quality.released_packs import base_of_packs, manifest_of_packs


def _pack(folder: Path, name: str, version: int, by: str | None, market: str = "world") -> LoadedPack:
    text = changed(
        ("pack: strikes", f"pack: {name}"), ("version: 1", f"version: {version}"), ("[world]", f"[{market}]")
    )
    return load_pack(write(folder, text + (f"changed_by: {by}\n" if by else ""), f"{name}_{version}.yml"))


def _base(*packs: LoadedPack) -> Base:
    return Base(Path("release"), manifest_of_packs(*packs))


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


ENDS, BEGINS = date(2026, 6, 30), date(2026, 7, 1)
ENDED = ("effective_from: 2026-01-01", f"effective_from: 2026-01-01\neffective_until: {ENDS}")


def _two_versions(
    folder: Path, *of_first: tuple[str, str], by: str | None = "noor", begins: str = str(BEGINS), market: str = "world"
) -> tuple[Base, tuple[LoadedPack, ...]]:
    """A first version that was released and names nobody, changed so, and a second one."""
    base = base_of_packs(folder / "release", _pack(folder, "strikes", 1, None))
    return base, (
        load_pack(write(folder, changed(*of_first), "strikes_1.yml")),
        load_pack(
            write(
                folder,
                changed(
                    ("version: 1", "version: 2"), ("effective_from: 2026-01-01", f"effective_from: {begins}"),
                    ("[world]", f"[{market}]"), ("at_least: 10", "at_least: 8"),
                ) + (f"changed_by: {by}\n" if by else ""),
                "strikes_2.yml",
            )
        ),
    )  # fmt: skip


def _is_approved(base: Base, packs: Sequence[LoadedPack], by: str) -> bool:
    texts = concerned(packs, [base], (), ())["world"]["strikes"]
    return bool(approved_of(texts, [_approval(max(packs, key=lambda each: each.pack.version), by)]))


def test_a_version_that_names_nobody_and_only_ends_for_the_next_is_a_part_of_that_ones_change(tmp_path: Path) -> None:
    base, packs = _two_versions(tmp_path, ENDED)
    assert changed_by(Tonight(tmp_path, packs, (), {}), base, "world") == ("noor",)
    assert _is_approved(base, packs, "budi")
    assert not _is_approved(base, packs, "noor")
    # On the day itself as well, on which the one's last day is over and the other begins.
    tonight = Tonight(tmp_path, packs, (), {})
    come = [Day("world", "strikes", version, BEGINS) for version in (1, 2)]
    assert changed_by(tonight, base_of_packs(tmp_path / "next", *packs), "world", come) == ("noor",)
    within = Day("world", "strikes", 1, ENDS)
    assert changed_by(tonight, base_of_packs(tmp_path / "next", *packs), "world", [*come, within]) == ()
    assert changed_by(tonight, base_of_packs(tmp_path / "next", *packs), "world", [come[0]]) == ()


def test_the_texts_of_a_release_are_read_once_however_often_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, packs = _two_versions(tmp_path, ENDED)
    read: list[object] = []

    def noted(whole: Callable[[Path], Any], path: Path) -> Any:
        read.append(path)
        return whole(path)

    for name in ("texts_of", "read_texts"):
        monkeypatch.setattr(concerned_packs, name, partial(noted, getattr(concerned_packs, name)))
    for _ in range(3):
        assert with_another_text(packs, base, ())[0].changed_by == ("noor",)
    assert len(read) == 1 + len(packs)


def test_whom_a_version_that_only_ends_names_may_not_approve_that(tmp_path: Path) -> None:
    first = _pack(tmp_path, "strikes", 1, "mai")
    base = base_of_packs(tmp_path / "named", first)
    _, packs = _two_versions(tmp_path, ENDED, ("version: 1", "version: 1\nchanged_by: mai"))
    assert changed_by(Tonight(tmp_path, packs, (), {}), base, "world") == ("mai", "noor")
    # Nor does taking their name out of it let them.
    _, packs = _two_versions(tmp_path, ENDED)
    assert changed_by(Tonight(tmp_path, packs, (), {}), base, "world") == ()
    assert not _is_approved(base, packs, "mai")


@pytest.mark.parametrize(
    ("of_first", "of_second"),
    [
        ([ENDED, ("amount: 1", "amount: 2")], {}),
        # As YAML it is equal, and as a rule it needn't be.
        ([ENDED, ("amount: 1", "amount: 1.0")], {}),
        ([ENDED], {"begins": "2026-07-02"}),
        ([ENDED], {"by": None}),
        # What ends in a market in which nothing follows.
        ([ENDED], {"market": "moon"}),
        ([("version: 1", "version: 1\n# another comment")], {}),
    ],
)
def test_any_other_change_of_a_version_that_names_nobody_can_be_approved_by_nobody(
    tmp_path: Path, of_first: Sequence[tuple[str, str]], of_second: Mapping[str, Any]
) -> None:
    base, packs = _two_versions(tmp_path, *of_first, **of_second)
    assert changed_by(Tonight(tmp_path, packs, (), {}), base, "world") == ()
    assert not _is_approved(base, packs, "budi")
    changing = with_another_text([each for each in packs if "world" in each.pack.markets], base, ())
    assert say_nobody(changing).startswith("strikes_1.yml ")


def test_the_end_of_a_version_is_no_part_of_a_change_that_was_there_before(tmp_path: Path) -> None:
    _, (ended, second) = _two_versions(tmp_path, ENDED)
    first = _pack(tmp_path, "strikes", 1, None)
    base = base_of_packs(tmp_path / "release", first, second)
    ended = load_pack(write(tmp_path, changed(ENDED), "strikes_1.yml"))
    assert changed_by(Tonight(tmp_path, (ended, second), (), {}), base, "world") == ()


@pytest.mark.parametrize(
    ("released", "is_a_part"), [(None, True), ("2026-12-31", True), ("2026-03-31", False), (str(ENDS), False)]
)
def test_a_version_that_goes_on_for_longer_is_no_part_of_the_change_of_the_one_behind_it(
    tmp_path: Path, released: str | None, is_a_part: bool
) -> None:
    until = f"effective_from: 2026-01-01\neffective_until: {released}" if released else "effective_from: 2026-01-01"
    first = load_pack(write(tmp_path, changed((ENDED[0], until)), "strikes_1.yml"))
    base = base_of_packs(tmp_path / "before", first)
    _, packs = _two_versions(tmp_path, ENDED, ("version: 1", "version: 1 # Another text."))
    assert changed_by(Tonight(tmp_path, packs, (), {}), base, "world") == (("noor",) if is_a_part else ())
    assert _is_approved(base, packs, "budi") is is_a_part


@pytest.mark.parametrize(("before", "now"), [("changed_by: noor", "# So.\nchanged_by: noor"), ("", "changed_by: noor")])
def test_the_end_of_a_version_is_no_part_of_a_comment_or_a_name_in_the_one_behind_it(
    tmp_path: Path, before: str, now: str
) -> None:
    _, (_, second) = _two_versions(tmp_path, ENDED, by=None)
    said = second.path.read_text()
    second = load_pack(write(tmp_path, said + before, "strikes_2.yml"))
    base = base_of_packs(tmp_path / "before", _pack(tmp_path, "strikes", 1, None), second)
    ended = load_pack(write(tmp_path, changed(ENDED), "strikes_1.yml"))
    second = load_pack(write(tmp_path, said + now, "strikes_2.yml"))
    assert second.changed_by == ("noor",)
    assert changed_by(Tonight(tmp_path, (ended, second), (), {}), base, "world") == ()


@pytest.mark.parametrize(
    ("of_first", "is_approved"),
    [
        ((), True),
        ((("amount: 1", "amount: 5"),), False),
        ((("lasts_days: 180", "lasts_days: 180 # Half a year."),), True),
    ],
)
def test_what_was_approved_of_one_version_is_no_later_change_of_another(
    tmp_path: Path, of_first: Sequence[tuple[str, str]], is_approved: bool
) -> None:
    named = ("version: 1", "version: 1\nchanged_by: noor")
    _, packs = _two_versions(tmp_path, ENDED, named, *of_first)
    base = base_of_packs(tmp_path / "named", load_pack(write(tmp_path, changed(named), "was.yml")))
    assert _is_approved(base, packs, "budi") is is_approved
    texts = concerned(packs, [base], (), ())["world"]["strikes"]
    both = [_approval(each, "budi") for each in packs]
    assert approved_of(texts, both) == (both[1:] if is_approved else both)
    assert approved_of(texts, [both[0], _approval(packs[1], "noor")]) == []


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
