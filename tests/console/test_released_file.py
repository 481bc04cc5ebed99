"""A page gives out no file of a release that isn't what was released."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.case_forms import HERE
from console.conftest import NIGHT
from console.serving import seen_by_all


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    shutil.copytree(home / "releases", tmp_path / "releases", symlinks=True)
    with seen_by_all(tmp_path) as app:
        yield TestClient(app, base_url=HERE)


def test_a_file_that_is_what_was_released_is_given_out(client: TestClient, home: Path) -> None:
    release = home / "releases" / f"night={NIGHT}"
    for name in ("penalties.parquet", "manifest.json"):
        assert client.get(f"/releases/{NIGHT}/{name}").content == (release / name).read_bytes()
    assert client.get(f"/releases/{NIGHT}/nothing.parquet").status_code == 404
    assert client.get(f"/releases/{NIGHT}/..%2Fmanifest.json").status_code == 404
    assert client.get("/releases/2020-01-01/penalties.parquet").status_code == 404


@pytest.mark.parametrize("changed", ["penalties.parquet", "manifest.json"])
def test_one_that_was_changed_is_not_whatever_was_given_out_before(
    client: TestClient, tmp_path: Path, changed: str
) -> None:
    assert client.get(f"/releases/{NIGHT}/penalties.parquet").status_code == 200
    path = (tmp_path / "releases" / f"night={NIGHT}").resolve() / changed
    content = path.read_bytes()
    path.unlink()
    # Of the manifest, what says when; the files' hashes stay right.
    known_at = b'"known_at": "'
    path.write_bytes(
        content.replace(known_at + b"2026", known_at + b"2025") if path.suffix == ".json" else content[:-4]
    )
    assert path.read_bytes() != content
    for address in (f"/releases/{NIGHT}/penalties.parquet", f"/spreadsheets/{NIGHT}/penalties"):
        refused = client.get(address)
        assert (refused.status_code, str(path) in refused.json()["detail"]) == (409, True)
    # What is as it was is still given out, where the manifest says so.
    other = client.get(f"/releases/{NIGHT}/rewards.parquet")
    assert other.status_code == (409 if changed == "manifest.json" else 200)
    if changed == "manifest.json":
        assert client.get(f"/releases/{NIGHT}/manifest.json").status_code == 409
