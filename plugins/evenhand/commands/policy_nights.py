"""`evenhand policy check --nights`: whether nights can be decided with packs, on the days that matter to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from evenhand.deciding.compiled import compiled_project
from evenhand.deciding.trial_nights import FailedNight, days_to_try, try_nights
from evenhand.policy.check import Finding
from evenhand.policy.load import LoadedPack, clashes, load_each, pack_files, where
from evenhand.policy.measures_order import read_measures_order
from evenhand.settings import Settings

CHECK = "nights"
# So much of what a model says is told.
SAID = 300


def try_all(paths: Sequence[Path], here: Settings, today: date, tell: Callable[[str], None]) -> list[Finding]:
    """Decide nights with the packs of each folder, and say which can't be decided.

    Of the installation's folder all packs decide beside each other, whichever is named; elsewhere those that are named.

    Args:
        paths: packs, or folders; of a folder the packs that lie in it are meant, as a night reads it.
        tell: told of each night before it is decided.
    """
    project = compiled_project()
    found: list[Finding] = []
    for packs in _beside_each_other(paths, here):
        is_ours = packs[0].path.resolve().parent == here.policies
        order = read_measures_order(here.policies) if is_ours else {}
        found += findings(try_nights(packs, project, days_to_try(packs, today), order, tell))
    return found


def findings(failed: Sequence[FailedNight]) -> Iterator[Finding]:
    """What is said of nights that failed: for each pack and version the first, and how many others there are."""
    nights: dict[tuple[Path, ...], list[FailedNight]] = defaultdict(list)
    for each in failed:
        nights[tuple(loaded.path for loaded in each.packs)].append(each)
    for first, *others in nights.values():
        for loaded in first.packs:
            beside = [each for each in first.packs if each is not loaded]
            more = len({each.night for each in others} - {first.night})
            others_too = f", nor {more} other {'night' if more == 1 else 'nights'}" if more else ""
            yield Finding(
                *where(loaded, ("version",)),
                "error",
                CHECK,
                f"night {first.night} can't be decided with {loaded.pack.pack} version {loaded.pack.version}"
                + (f" beside {', '.join(str(each.path) for each in beside)}" if beside else "")
                + (", though nothing has landed" if first.is_empty else ", on a few random rows")
                + f"{others_too}: {first.said[:SAID]}",
            )


def _beside_each_other(paths: Sequence[Path], here: Settings) -> Iterator[list[LoadedPack]]:
    """The packs that decide beside each other; where those of another folder can't, the versions of each name do."""
    folders: dict[Path, set[Path]] = defaultdict(set)
    for path in paths:
        folder = path if path.is_dir() else path.parent
        is_whole = path.is_dir() or folder.resolve() == here.policies
        folders[folder].update(pack_files(folder.glob("*.yml")) if is_whole else [path])
    for files in folders.values():
        packs, _ = load_each(sorted(files))
        if not list(clashes(packs)):
            yield from [packs] if packs else []
            continue
        for name in sorted({loaded.pack.pack for loaded in packs}):
            yield [loaded for loaded in packs if loaded.pack.pack == name]
