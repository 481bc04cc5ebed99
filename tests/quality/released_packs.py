"""A release of which nothing is there but the packs that decided it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.policy.load import LoadedPack
from evenhand.policy.texts import read_texts
from evenhand.quality.row_causes import Base
from evenhand.release.manifest import Manifest, ReleasedPack
from release.manifests import manifest_of


def base_of_packs(folder: Path, *packs: LoadedPack) -> Base:
    """The packs as released in a folder, with the texts that they have now."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {text.path.name: text.text.decode() for each in packs for text in read_texts(each.path)}
    with duckdb.connect() as connection:
        connection.execute("create table packs (file varchar, text varchar)")
        connection.executemany("insert into packs values (?, ?)", [["", ""], *texts.items()])
        connection.execute("delete from packs where file = ''")
        connection.table("packs").write_parquet(str(folder / "packs.parquet"))
    return Base(folder, manifest_of_packs(*packs))


def manifest_of_packs(*packs: LoadedPack) -> Manifest:
    """The manifest of that."""
    released = tuple(ReleasedPack(pack=each.pack.pack, version=each.pack.version, sha256=each.sha256) for each in packs)
    return manifest_of(date(2026, 3, 5), packs=released)
