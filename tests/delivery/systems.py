"""The downstream systems that receivers are for, each as a real process or a real folder, seen without our own code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, Protocol

import boto3
import botocore.config
import botocore.exceptions
import duckdb
import httpx
import psycopg
from pgserver._commands import POSTGRES_BIN_PATH
from pgserver.utils import ensure_prefix_permissions

from evenhand.delivery.receivers import Receiver
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.receivers.postgres import PostgresReceiver
from sandbox.process import SECRET, SandboxProcess

Held = dict[tuple[str, str], dict[str, str | None]]
"""The text of every column, by list and row_key."""

LISTS = ("penalties", "rewards")
STRANGER = ("penalties", "stranger")


class System(Protocol):
    """A downstream system."""

    kind: str
    honours_keys: bool
    settings: dict[str, Any]
    """What receivers.yml says of it, on top of kind, connection and lists."""

    def fresh(self) -> None:
        """Make it hold nothing."""

    def start(self) -> None:
        """Start its process again after `kill`."""

    def kill(self) -> None:
        """Kill its process, with whatever it is doing."""

    def stop(self) -> None:
        """The test is over."""

    def address(self) -> int | None:
        """The port that it listens on; None if it has no process."""

    def connection(self) -> dict[str, Any]:
        """Its Airflow connection."""

    def open(self, port: int | None, batch_size: int) -> Any:
        """A context with the receiver, reached through a port, patient for moments only."""

    def held(self) -> Held:
        """What it holds."""

    def edit(self, random: Random) -> None:
        """Change what it holds by hand."""


class Sandbox:
    """The sandbox, over HTTP."""

    kind = "http"

    def __init__(self, folder: Path, honours_keys: bool = True) -> None:
        self.honours_keys = honours_keys
        self.settings: dict[str, Any] = {} if honours_keys else {"honours_keys": False}
        self.process = SandboxProcess(folder / "sandbox.sqlite")

    def fresh(self) -> None:
        self.process.forget()

    def start(self) -> None:
        self.process.start()

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        self.process.kill()

    def address(self) -> int | None:
        return int(self.process.port)

    def connection(self) -> dict[str, Any]:
        return {"conn_type": "http", "host": self.process.url, "password": SECRET}

    @contextmanager
    def open(self, port: int | None, batch_size: int) -> Iterator[Receiver]:
        with httpx.Client(timeout=5) as client:
            yield HttpReceiver(
                "receiver", LISTS, f"http://127.0.0.1:{port}", SECRET, client, batch_size, self.honours_keys, 3, 0.01
            )

    def held(self) -> Held:
        return {row: _texts(payload) for row, payload in self.process.held().items()}

    def edit(self, random: Random) -> None:
        with closing(self.process.database_open()) as database:
            if random.random() < 0.4:
                database.execute("delete from held where rowid in (select rowid from held order by row_key limit 2)")
            elif random.random() < 0.5:
                # By hand means: by someone who also keeps the table's hash right.
                database.execute(
                    "update held set payload = '{}', payload_sha256 = 'edited'"
                    " where rowid in (select rowid from held order by row_key desc limit 2)"
                )
            else:
                database.execute(
                    "insert or replace into held (list, row_key, payload, payload_sha256, account_id, changed_at)"
                    " values (?, ?, '{}', 'edited', 'S', 'now')",
                    STRANGER,
                )


class Postgres:
    """A PostgreSQL server."""

    kind = "postgres"
    honours_keys = True

    def __init__(self, folder: Path) -> None:
        self.settings = {"in_schema": "governance"}
        self._data = folder / "postgres"
        self._log = folder / "postgres.log"
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._data.mkdir()
        if os.geteuid() == 0:
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
            ensure_prefix_permissions(self._data)
            shutil.chown(self._data, "nobody")
        password = folder / "password"
        password.write_text("the-password")
        password.chmod(0o644)
        self._run("initdb", "-D", self._data, "-U", "evenhand", "--auth=scram-sha-256", f"--pwfile={password}")
        self.start()
        with psycopg.connect(**self._as_owner("postgres"), autocommit=True) as connection:
            connection.execute("create database enforcement")

    def fresh(self) -> None:
        with psycopg.connect(**self._as_owner(), autocommit=True) as connection:
            connection.execute("drop schema if exists governance cascade")

    def start(self) -> None:
        # Crash recovery, as after a power cut.
        for _ in range(100):
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    _as_nobody("postgres", "-D", self._data, "-h", "127.0.0.1", "-p", self._port, "-k", self._data),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            while self._process.poll() is None:
                with suppress(psycopg.OperationalError):
                    psycopg.connect(**self._as_owner("postgres")).close()
                    return
                time.sleep(0.05)
            # The backends of the server that was killed are still going.
            time.sleep(0.1)
        raise AssertionError(self._log.read_text()[-2000:])

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        self.kill()

    def address(self) -> int | None:
        return self._port

    def connection(self) -> dict[str, Any]:
        return {
            "conn_type": "postgres",
            "host": "127.0.0.1",
            "port": self._port,
            "login": "evenhand",
            "password": "the-password",
            "schema": "enforcement",
        }

    @contextmanager
    def open(self, port: int | None, batch_size: int) -> Iterator[Receiver]:
        receiver = PostgresReceiver("receiver", LISTS, {**self._as_owner(), "port": port}, "governance", batch_size)
        try:
            yield receiver
        finally:
            receiver.close()

    def held(self) -> Held:
        with psycopg.connect(**self._as_owner()) as connection:
            if connection.execute("select to_regclass('governance.held')").fetchone() == (None,):
                return {}
            rows = connection.execute("select list, row_key, payload from governance.held").fetchall()
        return {(name, key): _texts(json.loads(payload)) for name, key, payload in rows}

    def query(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(**self._as_owner()) as connection:
            return connection.execute(query).fetchall()

    def edit(self, random: Random) -> None:
        with psycopg.connect(**self._as_owner()) as connection:
            if connection.execute("select to_regclass('governance.held')").fetchone() == (None,):
                return
            if random.random() < 0.4:
                connection.execute(
                    "delete from governance.held where row_key in (select min(row_key) from governance.held)"
                )
            elif random.random() < 0.5:
                connection.execute("update governance.held set payload = replace(payload, 'no_', 'xx_')")
            else:
                connection.execute("insert into governance.held values (%s, %s, '{}') on conflict do nothing", STRANGER)

    def _as_owner(self, database: str = "enforcement") -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self._port,
            "user": "evenhand",
            "password": "the-password",
            "dbname": database,
        }

    def _run(self, *command: object) -> None:
        done = subprocess.run(_as_nobody(*command), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


class Folder:
    """A folder of files."""

    kind = "files"
    honours_keys = False

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, Any] = {}
        self.folder = folder / "lists"

    def fresh(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...

    def address(self) -> int | None:
        return None

    def connection(self) -> dict[str, Any]:
        return {"conn_type": "generic", "extra": {"path": str(self.folder)}}

    @contextmanager
    def open(self, port: int | None, batch_size: int) -> Iterator[Receiver]:
        yield FilesReceiver("receiver", LISTS, str(self.folder), batch_size)

    def held(self) -> Held:
        try:
            pointer = json.loads((self.folder / "current.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        held: Held = {}
        for name in pointer["lists"]:
            held |= _rows_of(name, self.folder / "versions" / pointer["version"] / f"{name}.parquet")
        return held

    def edit(self, random: Random) -> None:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        if files:
            _damage(random.choice(files), random)


class ObjectStore:
    """An S3 server that keeps everything in memory: killing it also loses all that it held."""

    kind = "object_store"
    honours_keys = False

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, Any] = {}
        self._folder = folder / "fetched"
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.start()

    def fresh(self) -> None:
        for key in self._keys():
            self._client().delete_object(Bucket="governance", Key=key)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            assert self._process.poll() is None, "the S3 server ended by itself"
            with suppress(botocore.exceptions.BotoCoreError):
                self._client().create_bucket(Bucket="governance")
                return
            time.sleep(0.1)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        self.kill()

    def address(self) -> int | None:
        return self._port

    def connection(self) -> dict[str, Any]:
        return {
            "conn_type": "aws",
            "login": "an-access-key",
            "password": "its-secret",
            "extra": self._extra(self._port),
        }

    @contextmanager
    def open(self, port: int | None, batch_size: int) -> Iterator[Receiver]:
        extra = self._extra(port)
        options = {
            "key": "an-access-key",
            "secret": "its-secret",
            "endpoint_url": extra["endpoint_url"],
            "client_kwargs": {"region_name": extra["region_name"]},
            "config_kwargs": {"connect_timeout": 2, "read_timeout": 5, "retries": {"max_attempts": 1}},
            "use_listings_cache": False,
            "skip_instance_cache": True,
        }
        yield FilesReceiver("receiver", LISTS, extra["path"], batch_size, options)

    def held(self) -> Held:
        shutil.rmtree(self._folder, ignore_errors=True)
        for key in self._keys():
            path = self._folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._client().get_object(Bucket="governance", Key=key)["Body"].read())
        here = Folder(self._folder)
        return here.held()

    def edit(self, random: Random) -> None:
        keys = self._keys()
        if keys:
            key = random.choice(keys)
            if random.random() < 0.5:
                self._client().delete_object(Bucket="governance", Key=key)
            else:
                self._client().put_object(Bucket="governance", Key=key, Body=b"edited by hand")

    def _keys(self) -> list[str]:
        found = self._client().list_objects_v2(Bucket="governance").get("Contents", [])
        return sorted(each["Key"] for each in found)

    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self._port}",
            aws_access_key_id="an-access-key",
            aws_secret_access_key="its-secret",
            region_name="us-east-1",
            config=botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=2),
        )

    def _extra(self, port: int | None) -> dict[str, str]:
        return {
            "path": "s3://governance/lists",
            "endpoint_url": f"http://127.0.0.1:{port}",
            "region_name": "us-east-1",
        }


def start(kind: str, folder: Path) -> System:
    """One of each kind: `http`, `http_without_keys`, `postgres`, `object_store`, `files`."""
    folder.mkdir(parents=True, exist_ok=True)
    match kind:
        case "http":
            return Sandbox(folder)
        case "http_without_keys":
            return Sandbox(folder, honours_keys=False)
        case "postgres":
            return Postgres(folder)
        case "object_store":
            return ObjectStore(folder)
        case "files":
            return Folder(folder)
    raise ValueError(kind)


KINDS = ("http", "http_without_keys", "postgres", "object_store", "files")


def _texts(payload: dict[str, Any]) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in payload.items()}


def _rows_of(name: str, file: Path) -> Held:
    try:
        rows = duckdb.read_parquet(str(file))
    except duckdb.Error:
        return {}
    held: Held = {}
    for values in rows.fetchall():
        columns = _texts(dict(zip(rows.columns, values, strict=True)))
        held[name, str(columns.pop("row_key"))] = columns
    return held


def _damage(path: Path, random: Random) -> None:
    if random.random() < 0.5:
        path.unlink()
    else:
        path.write_bytes(b"edited by hand")


def _as_nobody(*command: object) -> list[str]:
    name, *arguments = map(str, command)
    user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    return [*user, str(POSTGRES_BIN_PATH / name), *arguments]
