"""Whether a release is what was released: its id is a hash of its manifest, which has the hash of each of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from evenhand.release.manifest import NAME


class ReleaseChanged(Exception):
    """A release isn't what was released. The message names the file and what to do."""


def release_troubles(release: Path, only: Iterable[str] | None = None) -> list[tuple[Path, str]]:
    """The files of a release that aren't what was released, with what is wrong; none if all are.

    Args:
        only: the files to look at beside the manifest, for who reads no others; by default all that it names.
    """
    folder = release.resolve()
    try:
        manifest = json.loads((folder / NAME).read_bytes())
        files = {name: str(described["sha256"]) for name, described in manifest["files"].items()}
        release_id = manifest.pop("release_id")
    except FileNotFoundError:
        return [(folder / NAME, "is gone")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [(folder / NAME, "can't be read")]
    found = []
    # As it was made: over all else, whatever fields the manifest of that version had.
    if hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest() != release_id:
        found.append((folder / NAME, "isn't what its release_id says"))
    for name in sorted(files if only is None else set(only)):
        path = folder / name
        if name not in files:
            found.append((path, "isn't in the manifest"))
            continue
        if not path.is_file():
            found.append((path, "is gone"))
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != files[name]:
                found.append((path, "isn't what the manifest says"))
    return found


def refuse_changed(release: Path, only: Iterable[str] | None = None) -> None:
    """Go on only with a release that is what was released.

    Args:
        only: as for `release_troubles`.

    Raises:
        ReleaseChanged: it isn't.
    """
    for path, what in release_troubles(release, only):
        raise ReleaseChanged(
            f"{path}: {what}. Bring it back from a backup; what is wrong besides is listed by `evenhand verify`"
        )
