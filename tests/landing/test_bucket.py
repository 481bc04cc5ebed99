"""A landing folder in a bucket, on a real S3 server: keys that are no names of files, and keys that can't be read."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import fsspec
import httpx
import pytest

from evenhand.landing.files import NOT_FETCHED, FeedBroken, list_files
from evenhand.landing.mirror import INDEX, end_mirroring, mirror
from landing.feeds import night
from ports import free_port


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (INDEX, NOT_FETCHED)
    }


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server; to start one costs more than what a test has it do."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    moto = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(moto, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx.get(address, verify=False)
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def client(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of a server that has nothing but an empty bucket `lake`."""
    secrets = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in (secrets | {"AWS_ENDPOINT_URL": server}).items():
        monkeypatch.setenv(name, value)
    httpx.post(f"{server}/moto-api/reset").raise_for_status()
    client = boto3.client("s3")
    client.create_bucket(Bucket="lake")
    # It remembers what it listed before.
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    return client


def test_keys_of_a_bucket_that_lead_out_of_the_folder_are_refused(tmp_path: Path, client: Any) -> None:
    here = tmp_path / "home" / "landing"
    client.put_object(Bucket="lake", Key="feeds/creators/night=2026-03-01/rows.csv", Body=b"rows")
    client.put_object(Bucket="lake", Key=f"feeds/{INDEX}", Body=b'{"creators/night=2026-03-01/rows.csv": "theirs"}')
    assert mirror("s3://lake/feeds", here) == 1
    before = _files(tmp_path)
    assert list(before) == ["home/landing/creators/night=2026-03-01/rows.csv"]
    for key in ("feeds/../../owned.csv", "feeds/creators/../../../owned.csv", "feeds/creators/.."):
        client.put_object(Bucket="lake", Key=key, Body=b"owned")
        with pytest.raises(FeedBroken, match=r"outside of it, so nothing was fetched or removed"):
            mirror("s3://lake/feeds", here)
        assert _files(tmp_path) == before
        client.delete_object(Bucket="lake", Key=key)


def test_what_stands_for_a_folder_in_a_bucket_is_no_file(tmp_path: Path, client: Any) -> None:
    """Zero-byte markers of consoles, `_$folder$` of Hadoop, and keys with an empty part."""
    for key in ("", "creators/", "creators/night=2026-03-01/", "creators_$folder$", "creators/night=1_$folder$"):
        client.put_object(Bucket="lake", Key=f"feeds/{key}", Body=b"")
    client.put_object(Bucket="lake", Key="feeds/creators/night=2026-03-01/a.csv", Body=b"a")
    client.put_object(Bucket="lake", Key="feeds/creators//night=2026-03-02/b.csv", Body=b"b")
    assert mirror("s3://lake/feeds", tmp_path) == 2
    assert _files(tmp_path) == {
        "creators/night=2026-03-01/a.csv": b"a",
        "creators/night=2026-03-02/b.csv": b"b",
    }
    assert mirror("s3://lake/feeds", tmp_path) == 0


def test_folders_that_are_marked_without_a_slash_are_no_files(tmp_path: Path, client: Any) -> None:
    for key in (
        "creators",
        "creators/night=2026-03-01",
        "creators/night=2026-03-05",
        "creators/night=2026-03-01/TH",
    ):
        client.put_object(Bucket="lake", Key=f"feeds/{key}", Body=b"")
    # As a mirror before took it for one.
    (tmp_path / "creators").mkdir()
    (tmp_path / "creators" / "night=2026-03-01").touch()
    client.put_object(Bucket="lake", Key="feeds/creators/night=2026-03-01/TH/a.csv", Body=b"a")
    client.put_object(Bucket="lake", Key="feeds/creators/night=2026-03-01/empty.csv", Body=b"")
    assert mirror("s3://lake/feeds", tmp_path) == 2
    assert _files(tmp_path) == {
        "creators/night=2026-03-01/TH/a.csv": b"a",
        "creators/night=2026-03-01/empty.csv": b"",
    }


def test_a_file_with_another_below_it_is_there_again_once_that_one_has_gone(tmp_path: Path, client: Any) -> None:
    """On the third night the key is what it was on the first, and its place here was another's folder."""
    name = "orders/night=2026-03-01/x.csv"
    client.put_object(Bucket="lake", Key=f"feeds/{name}", Body=b"x")
    assert mirror("s3://lake/feeds", tmp_path) == 1
    for below in ("y.csv", "deeper/y.csv"):
        client.put_object(Bucket="lake", Key=f"feeds/{name}/{below}", Body=b"y")
        assert mirror("s3://lake/feeds", tmp_path) == 1
        assert _files(tmp_path) == {f"{name}/{below}": b"y"}
        client.delete_object(Bucket="lake", Key=f"feeds/{name}/{below}")
        assert mirror("s3://lake/feeds", tmp_path) == 1
        assert _files(tmp_path) == {name: b"x"}
        assert mirror("s3://lake/feeds", tmp_path) == 0


def test_a_key_that_cannot_be_read_holds_its_market_and_keeps_no_other_away(tmp_path: Path, client: Any) -> None:
    """Keys with an empty part beside those without, a file that is a folder too, and one that nobody may read."""
    folder = "feeds/creators/night=2026-03-01"
    bodies = {
        f"{folder}/market=TH/twice.csv": b"1",
        f"{folder}/market=TH//twice.csv": b"2",
        f"{folder}/market=VN/same.csv": b"same",
        f"{folder}/market=VN//same.csv": b"same",
        f"{folder}/market=VN/both.csv": b"both",
        f"{folder}/market=VN/both.csv/part.csv": b"part",
        f"{folder}/market=ID/a.csv": b"a",
        f"{folder}/market=ID/" + "n" * 240 + ".csv": b"too long for a name here",
    }
    for key, body in bodies.items():
        client.put_object(Bucket="lake", Key=key, Body=body)
    # As in a bucket's archive: it is listed, and isn't given.
    client.put_object(Bucket="lake", Key=f"{folder}/market=MY/cold.csv", Body=b"x", StorageClass="GLACIER")
    assert mirror("s3://lake/feeds", tmp_path) == 3
    assert sorted(_files(tmp_path)) == [
        "creators/night=2026-03-01/market=ID/a.csv",
        "creators/night=2026-03-01/market=VN/both.csv/part.csv",
        "creators/night=2026-03-01/market=VN/same.csv",
    ]
    problems = {
        file.name.partition("market=")[2][:9]: file.problem
        for file in list_files(tmp_path, night(1), {}).files
        if file.problem
    }
    assert sorted(problems) == ["ID/nnnnnn", "MY/cold.c", "TH/twice.", "VN/both.c"]
    assert "two files there have its name" in problems["TH/twice."]
    assert "a file and a folder at once" in problems["VN/both.c"]
    assert "it can't be fetched (" in problems["MY/cold.c"]
    # Nothing is tried again but what failed, and what it is once that is mended.
    client.delete_object(Bucket="lake", Key=f"{folder}/market=TH//twice.csv")
    assert mirror("s3://lake/feeds", tmp_path) == 1
    assert not [f for f in list_files(tmp_path, night(1), {}).files if f.problem and "TH" in f.name]
    end_mirroring(tmp_path)
    assert not [file for file in list_files(tmp_path, night(1), {}).files if file.problem]
