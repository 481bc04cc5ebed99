"""Read packs from YAML; every error names file, line and column, what was found there and what was expected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from evenhand.policy.bars_across import wrong_bars
from evenhand.policy.clashes import clashes
from evenhand.policy.diagnose import nearest, pack_error
from evenhand.policy.language.former import ANNOUNCED
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Part
from evenhand.policy.loaded import LoadedPack, where
from evenhand.policy.measures_order import MEASURES_ORDER, read_measures_order
from evenhand.policy.read_across import unread_programmes
from evenhand.policy.texts import Mistake, PackError, Text, extended, merged, path_from, read_text, read_texts

__all__ = [
    "CALENDAR",
    "MARKETPLACE",
    "PREAPPROVED",
    "TARGETS",
    "LoadedPack",
    "Mistake",
    "PackError",
    "clashes",
    "find_pack",
    "frozen",
    "load_all",
    "load_each",
    "load_pack",
    "load_packs",
    "names_days",
    "pack_files",
    "packs_in",
    "where",
    "with_those_read",
]

# Beside packs, and no packs: what their marketplace knows, which of their changes were approved, what metrics are to
# come to, and which days have a name.
MARKETPLACE = "marketplace.yml"
PREAPPROVED = "preapproved.yml"
TARGETS = "targets.yml"
CALENDAR = "calendar.yml"
_NO_PACKS = (MARKETPLACE, PREAPPROVED, ANNOUNCED, MEASURES_ORDER, TARGETS)

_Part = TypeVar("_Part", bound=Part)


def load_packs(folder: Path) -> list[LoadedPack]:
    """Every pack in a folder, ordered by name and version. A file that only others extend is none.

    Raises:
        PackError: a pack is wrong or extends a file of elsewhere, two packs have one name and version, or two clash for
            a market and day.
    """
    for path in sorted(folder.glob("*.yaml")):
        raise PackError(Mistake(str(path), 0, 0, "found a file that ends in .yaml; expected .yml"))
    paths = pack_files(folder.glob("*.yml"))
    if not paths:
        raise PackError(Mistake(str(folder), 0, 0, "found no pack; expected at least one file that ends in .yml"))
    packs, mistakes = load_each(paths)
    if mistakes := [*mistakes, *(mistake for loaded in packs for mistake in extended_elsewhere(loaded))]:
        raise PackError(*mistakes)
    order = read_measures_order(folder)
    mistakes = [*clashes(packs, order)]
    for loaded in packs:
        mistakes += [*unread_programmes(loaded, packs), *wrong_bars(loaded, packs, order)]
    if mistakes:
        raise PackError(*mistakes)
    return packs


def extended_elsewhere(loaded: LoadedPack) -> list[Mistake]:
    """Where a pack extends what lies outside its folder: a release keeps none of that, so nobody is asked about it."""
    return [
        Mistake(
            str(text.path),
            *text.place("extends"),
            f"extends: found {path_from(text.path.parent, base)!r}; expected a file in the folder of the pack that"
            " decides, or in a folder of that",
        )
        for text in read_texts(loaded.path)
        if not _is_elsewhere(loaded, text.path)
        for base in extended(text)
        if _is_elsewhere(loaded, base)
    ]


def _is_elsewhere(loaded: LoadedPack, path: Path) -> bool:
    return path_from(loaded.path.parent, path).startswith("../")


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files of packs that paths mean: files, and all in folders. Each once, and no base of another of them."""
    files = [file for path in paths for file in (path.rglob("*.yml") if path.is_dir() else [path])]
    return pack_files({file.resolve(): file for file in reversed(files)}.values())


def of_each_name(packs: Iterable[LoadedPack]) -> dict[str, list[LoadedPack]]:
    """The versions of each pack."""
    groups: dict[str, list[LoadedPack]] = {}
    for loaded in packs:
        groups.setdefault(loaded.pack.pack, []).append(loaded)
    return groups


def packs_in(folder: Path) -> list[Path]:
    """Every pack in a folder and the folders in it."""
    return pack_files(folder.rglob("*.yml"))


def find_pack(named: str, folder: Path) -> Path:
    """The file of a pack: from its path, or from its name in a folder, as `strikes`, or `strikes@2` for one version.

    Raises:
        PackError: there is no such file or pack.
    """
    if Path(named).is_file():
        return Path(named)
    name, _, version = named.partition("@")
    packs, _ = load_each(packs_in(folder))
    wanted = [each for each in packs if each.pack.pack == name and version in ("", str(each.pack.version))]
    if wanted:
        return wanted[-1].path
    names = sorted({f"{each.pack.pack}@{each.pack.version}" for each in packs})
    said = f"found no file and no pack in {folder} of this name; expected one of {', '.join(names)}"
    raise PackError(Mistake(named, 0, 0, f"{said}{nearest(named, [*names, *(each.pack.pack for each in packs)])}"))


def load_each(paths: Iterable[Path]) -> tuple[list[LoadedPack], list[Mistake]]:
    """The packs that are right, ordered by name and version, and the mistakes of the others."""
    packs: list[LoadedPack] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            packs.append(load_pack(path))
        except PackError as error:
            mistakes += error.mistakes
    return sorted(packs, key=lambda loaded: (loaded.pack.pack, loaded.pack.version)), mistakes


def load_all(paths: Iterable[Path]) -> list[LoadedPack]:
    """Every pack in files and in folders with all that is in them; bases come in through the packs that extend them.

    Raises:
        PackError: with the mistakes of all of them, or versions of one pack that decide for the same market and day.
    """
    paths = list(paths)
    packs, mistakes = load_each(files_of(paths))
    for versions in of_each_name(packs).values():
        mistakes += clashes(versions)
    if mistakes:
        raise PackError(*mistakes)
    if not packs:
        names = ", ".join(str(path) for path in paths)
        raise PackError(Mistake(names, 0, 0, "found no pack; expected a file that ends in .yml"))
    return packs


def with_those_read(packs: Sequence[LoadedPack]) -> list[LoadedPack]:
    """The packs, and beside them, without their examples, those of their folders whose programmes they read."""
    found = list(packs)
    there = {loaded.pack.pack for loaded in packs}
    for folder in sorted({loaded.path.parent for loaded in packs if loaded.pack.packs_read - there}):
        read = {name for each in packs if each.path.parent == folder for name in each.pack.packs_read} - there
        beside, _ = load_each(pack_files(folder.glob("*.yml")))
        found += [
            LoadedPack(each.pack.model_copy(update={"examples": ()}), each.path, each.sha256)
            for each in beside
            if each.pack.pack in read
        ]
    return found


def pack_files(paths: Iterable[Path]) -> list[Path]:
    """Of some files, those that are packs by themselves: not a base, which has no markets and is extended by others."""
    candidates = [path for path in sorted(paths) if path.name not in _NO_PACKS and not names_days(path)]
    without_markets: set[Path] = set()
    bases: set[Path] = set()
    for path in candidates:
        try:
            text = read_text(path)
        except PackError:
            continue  # What is wrong with it is said when it is loaded.
        bases |= {base.resolve() for base in extended(text)}
        if isinstance(text.content, dict) and "markets" not in text.content:
            without_markets.add(path)
    return [path for path in candidates if path not in without_markets or path.resolve() not in bases]


def names_days(path: Path) -> bool:
    """Whether a file is calendar.yml, and no pack or part of one, which decides as it did before days had names."""
    if path.name != CALENDAR:
        return False
    try:
        content = read_text(path).content
    except PackError:
        return True
    return not isinstance(content, dict) or content.keys().isdisjoint(Pack.model_fields)


def load_pack(path: Path) -> LoadedPack:
    """Read one pack.

    Raises:
        PackError: the file isn't there, isn't YAML or isn't a pack.
    """
    texts = read_texts(path)
    content = merged([text.content for text in texts])
    digest = hashlib.sha256(b"\0".join(text.text for text in texts)).hexdigest()
    try:
        return LoadedPack(pack_from(content), path, digest, _changed_by(texts))
    except ValidationError as error:
        raise pack_error(error, texts, content, names=content) from error


def _changed_by(texts: Sequence[Text]) -> tuple[str, ...]:
    said = (text.content.get("changed_by") for text in texts if isinstance(text.content, dict))
    return tuple(dict.fromkeys(name for name in said if isinstance(name, str)))


def content_of(path: Path) -> Any:
    """What a pack says, with what it extends, as plain values.

    Raises:
        PackError: a file isn't there or isn't YAML.
    """
    return merged([text.content for text in read_texts(path)])


def pack_from(content: Any) -> Pack:
    """The pack that plain values say.

    Raises:
        ValidationError: they say none.
    """
    return Pack.model_validate(frozen(content))


def read_beside(path: Path, kind: type[_Part]) -> _Part:
    """What a file beside packs says, which decides nothing; of one that isn't there or is empty, what `kind` has then.

    Raises:
        PackError: the file is wrong, with file and line.
    """
    if not path.exists():
        return kind()
    text = read_text(path)
    content: Any = text.content
    if content is None:
        return kind()
    try:
        return kind.model_validate(frozen(content))
    except ValidationError as error:
        raise pack_error(error, [text], content, kind) from error


def frozen(content: Any) -> Any:
    """Plain values with tuples for lists: the models are strict."""
    if isinstance(content, dict):
        return {key: frozen(value) for key, value in content.items()}
    return tuple(frozen(item) for item in content) if isinstance(content, list) else content
