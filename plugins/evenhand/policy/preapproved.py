"""preapproved.yml beside packs: changes of policy and of code that a second person approved before a night met them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal

import duckdb
from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML

from evenhand.policy.diagnose import pack_error
from evenhand.policy.language.former import ANNOUNCED
from evenhand.policy.language.part import Name, Part, exactly_one, mistake
from evenhand.policy.load import PREAPPROVED, LoadedPack, frozen
from evenhand.policy.texts import Mistake, PackError, read_text
from evenhand.records.atomic_files import write_anew
from evenhand.records.persons import Person, PersonRefused, refuse_the_same_person

# What stands between several who approved one change.
AND = " and "
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Preapproval(Part):
    """A change that was approved. Rows that it adds, removes or changes aren't held, up to so many."""

    what: Annotated[str, Field(min_length=1)]
    """The change, in a sentence."""
    pack: Name | None = None
    """The pack that was changed."""
    text: Sha256 | None = None
    """The SHA-256 of its text, with the texts that it extends, as changed: another text is another change."""
    code: Sha256 | None = None
    """Instead of a pack: the SHA-256 of the code that decides or writes what leaves, as changed."""
    receiver: Name | None = None
    """Instead of a pack: the receiver that receivers.yml says otherwise of; `text` is the SHA-256 of what it says."""
    changed_by: Annotated[str, Field(min_length=1)]
    """Who changed it."""
    approved_by: Annotated[str, Field(min_length=1)]
    """Who approved that; another person."""
    by_their_own_word: Literal[True] | None = None
    """That who approved it wasn't logged in, so that the name is what they said."""
    at_most: Annotated[int, Field(ge=0)]
    """So many rows of each list and market may be otherwise for it; of a receiver, so many of each list that comes or
    goes. More than were expected are held."""

    @model_validator(mode="after")
    def _is_of_a_pack_or_of_code(self) -> Preapproval:
        exactly_one(self, ("text", "code"))
        exactly_one(self, ("pack", "code", "receiver"))
        if self.is_approved_by_one_of((self.changed_by,)):
            raise mistake(("approved_by",), self.approved_by, "another person than changed_by")
        return self

    def is_approved_by_one_of(self, names: Collection[str]) -> bool:
        """Whether somebody who approved it is one of these, or has a name that can't be anybody's."""
        try:
            # A name can have this word in it, too.
            for approver in {self.approved_by, *self.approved_by.split(AND)}:
                for name in names:
                    refuse_the_same_person(Person(name, False), Person(approver, False), self.what)
        except PersonRefused:
            return True
        return False


class SameRules(Part):
    """A text that says the same as another: `evenhand policy migrate` rewrote its keys."""

    was: Sha256
    """The SHA-256 of the pack's text before, with the texts that it extends."""
    now: Sha256
    """The same, as rewritten."""


class Preapproved(Part):
    """All of them."""

    preapproved: tuple[Preapproval, ...] = ()
    """What was approved, in the order in which it was."""
    same_rules: tuple[SameRules, ...] = ()
    """Texts that were rewritten and say the same."""


def read_preapproved(folder: Path) -> Sequence[Preapproval]:
    """What was preapproved, in a folder of packs; nothing without the file.

    Raises:
        PackError: the file is wrong, with file and line.
    """
    return _read(folder).preapproved


def read_same_rules(folder: Path) -> Sequence[SameRules]:
    """The texts of a folder of packs that were rewritten and say the same.

    Raises:
        PackError: as above.
    """
    return _read(folder).same_rules


def texts_before(rewritten: Sequence[SameRules], sha256: str) -> set[str]:
    """The hashes under which a text that was rewritten may be known, its own among them."""
    found = {sha256}
    for same in reversed(rewritten):
        if same.now in found:
            found.add(same.was)
    return found


def _read(folder: Path) -> Preapproved:
    path = folder / PREAPPROVED
    if (folder / ANNOUNCED).exists():
        said = f"is called {PREAPPROVED} now; run evenhand policy migrate {folder}, which renames it"
        raise PackError(Mistake(str(folder / ANNOUNCED), 0, 0, said))
    if not path.exists():
        return Preapproved()
    text = read_text(path)
    try:
        return Preapproved.model_validate(frozen(text.content))
    except ValidationError as error:
        raise pack_error(error, [text], text.content, Preapproved) from error


def add_preapproval(folder: Path, preapproval: Preapproval) -> Path:
    """Write one more preapproval behind those that are there; returns the file."""
    there = _read(folder)
    return _write(folder, there.model_copy(update={"preapproved": (*there.preapproved, preapproval)}))


def add_same_rules(folder: Path, same: Sequence[SameRules]) -> None:
    """Record that texts say the same as others; what was preapproved for those is for these from now on."""
    there = _read(folder)
    new = [each for each in same if each not in there.same_rules]
    if not new:
        return
    now = {each.was: each.now for each in new}
    preapproved = tuple(
        each.model_copy(update={"text": now.get(each.text, each.text)}) if each.text else each
        for each in there.preapproved
    )
    _write(folder, Preapproved(preapproved=preapproved, same_rules=(*there.same_rules, *new)))


def _write(folder: Path, content: Preapproved) -> Path:
    path = folder / PREAPPROVED
    said = content.model_dump(exclude_none=True)
    written = StringIO()
    # In one go, with the comments of what is there.
    yaml = YAML(typ="rt")
    yaml.width = 4096
    root = yaml.load(path.read_text(encoding="utf-8")) if path.exists() else {}
    for key in ("preapproved", "same_rules"):
        if said[key]:
            there = root.setdefault(key, [])
            for position, each in enumerate(said[key]):
                if position < len(there):
                    there[position].update(each)
                else:
                    there.append(dict(each))
    yaml.dump(root, written)
    write_anew(path, written.getvalue().encode("utf-8"))
    return path


def approved_of(texts: Sequence[LoadedPack], preapproved: Sequence[Preapproval]) -> Sequence[Preapproval]:
    """What was approved of texts of one pack that change something: nothing, unless each of them was approved.

    Only what is a part of another version's change needs no approval of its own, where it isn't the newest version.
    Nothing was approved by anybody whom one of them names; where one names nobody, nothing of them was.
    """
    newest = max((loaded.pack.version for loaded in texts), default=None)
    if newest is None or not all(loaded.changed_by for loaded in texts):
        return []
    names = {name for loaded in texts for name in loaded.changed_by}
    of_others = [each for each in preapproved if not each.is_approved_by_one_of(names)]
    needed = {
        (loaded.pack.pack, loaded.sha256) for loaded in texts if loaded.pack.version == newest or not loaded.as_part
    }
    found = [each for each in of_others if (each.pack, each.text) in needed]
    return found if needed == {(each.pack, each.text) for each in found} else []


def lay_preapproved(
    connection: duckdb.DuckDBPyConnection,
    preapproved: Sequence[Preapproval],
    markets: Collection[str],
    code: str,
    concerned: Mapping[str, Mapping[str, Sequence[LoadedPack]]],
) -> None:
    """Write `gate.preapproved`: a row per market and cause, where what changes it tonight was approved.

    Args:
        code: the SHA-256 of tonight's code.
        concerned: by market and name, the packs that change it: what was approved of another text lets nothing
            through, and neither does anything while one of them wasn't approved.
    """
    connection.execute("create schema if not exists gate")
    connection.execute(
        "create or replace table gate.preapproved (market varchar, cause varchar, at_most bigint, what varchar)"
    )
    for market in sorted(markets):
        of_packs = [approved_of(texts, preapproved) for texts in concerned.get(market, {}).values()]
        found = [("code", each) for each in preapproved if each.code == code]
        found += [("policy", each) for approved in of_packs for each in approved if all(of_packs)]
        for cause, each in found:
            connection.execute(
                "insert into gate.preapproved values (?, ?, ?, ?)", [market, cause, each.at_most, each.what]
            )
