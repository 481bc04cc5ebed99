"""A pack that was read, and where in its texts something stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.texts import merged, position, read_texts


@dataclass(frozen=True)
class LoadedPack:
    """A pack, with what its text and the texts that it extends say.

    Attributes:
        sha256: the hash of these texts, in hex, by which a release names it.
        changed_by: who changed one of them last.
        as_part: whether what changes of it is a part of another version's change, and approved with that.
    """

    pack: Pack
    path: Path
    sha256: str
    changed_by: tuple[str, ...] = ()
    as_part: bool = False


def where(loaded: LoadedPack, place: Place, of_key: bool = False) -> tuple[str, int, int]:
    """File, line and column of a place in a pack, which may be in a file that it extends."""
    texts = read_texts(loaded.path)
    return position(texts, merged([text.content for text in texts]), place, of_key)
