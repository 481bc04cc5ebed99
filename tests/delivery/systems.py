"""The downstream systems that receivers are for, each as a real process or a real folder, seen without our own code.

Longer than other files, for it is the list of all kinds of receivers, a class each.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
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

from delivery.transparency import TOKEN, WORDS
from evenhand.delivery.announcements.announcement import Announcer
from evenhand.delivery.announcements.statements import statements_of
from evenhand.delivery.receivers import Receiver
from evenhand.delivery.receivers.deadline import client as client_within
from evenhand.delivery.receivers.dsa import DsaReceiver
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.receivers.notices import NoticesReceiver
from evenhand.delivery.receivers.postgres import PostgresReceiver
from ports import free_port
from sandbox.process import SECRET, SandboxProcess

Held = dict[tuple[str, str], dict[str, str | None]]
"""The text of every column, by list and row_key."""

LISTS = ("penalties", "rewards")
STRANGER = ("penalties", "stranger")
_POSTGRES = {"host": "127.0.0.1", "user": "evenhand", "password": "the-password", "dbname": "enforcement"}


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

    def effects(self) -> list[tuple[str, str, str]] | None:
        """The key, list and row_key of every change that took effect, in order; None if it doesn't keep count."""

    def held(self) -> Held:
        """What it holds."""

    def stored(self) -> object:
        """All that it has stored, in use or not, to be compared with what it had before."""

    def edit(self, random: Random) -> None:
        """Change what it holds by hand."""


class Sandbox:
    """The sandbox, over HTTP."""

    kind = "http"

    def __init__(self, folder: Path, honours_keys: bool = True) -> None:
        self.honours_keys = honours_keys
        self.settings: dict[str, Any] = {"audience": "sandbox", **({} if honours_keys else {"honours_keys": False})}
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

    def held(self) -> Held:
        return {row: _texts(payload) for row, payload in self.process.held().items()}

    def stored(self) -> object:
        return self.held()

    def effects(self) -> list[tuple[str, str, str]]:
        return [(key, name, row_key) for key, name, row_key, _ in self.process.effects()]

    def told_state(self) -> dict[str, Any]:
        """What it tells of what it holds, in one page."""
        page: dict[str, Any] = (
            httpx.get(
                f"{self.process.url}/v1/state?cursor=&limit=1000", headers=self.process.reading("", 1000), verify=False
            )
            .raise_for_status()
            .json()
        )
        return page

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

    def __init__(self) -> None:
        self.settings = {"in_schema": "governance"}
        # It doesn't run as root, and has to get there; the folders of tests are their user's alone.
        self._folder = Path(tempfile.mkdtemp(prefix="evenhand-postgres-"))
        self._folder.chmod(0o755)
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        self._port = free_port()
        self._data.mkdir()
        if os.geteuid() == 0:
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
            ensure_prefix_permissions(self._data)
            shutil.chown(self._data, "nobody")
        password = self._folder / "password"
        password.write_text("the-password")
        password.chmod(0o644)
        # Processes are killed here, and no power is cut: what was written is there though it isn't on the disk yet.
        known = ("--auth=scram-sha-256", f"--pwfile={password}")
        self._run("initdb", "-D", self._data, "-U", "evenhand", "--no-sync", "-c", "fsync=off", *known)
        self.start()
        with psycopg.connect(**self._as_owner("postgres"), autocommit=True) as connection:
            connection.execute("create database enforcement")

    def fresh(self) -> None:
        with psycopg.connect(**self._as_owner(), autocommit=True) as connection:
            connection.execute("drop schema if exists governance cascade")

    def start(self) -> None:
        # Crash recovery, as after a kill.
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
        shutil.rmtree(self._folder, ignore_errors=True)

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

    def held(self) -> Held:
        with psycopg.connect(**self._as_owner()) as connection:
            if connection.execute("select to_regclass('governance.held')").fetchone() == (None,):
                return {}
            rows = connection.execute("select list, row_key, payload from governance.held").fetchall()
        return {(name, key): _texts(json.loads(payload)) for name, key, payload in rows}

    def stored(self) -> object:
        return self.held()

    def effects(self) -> list[tuple[str, str, str]]:
        with psycopg.connect(**self._as_owner()) as connection:
            if connection.execute("select to_regclass('governance.applied')").fetchone() == (None,):
                return []
            return connection.execute("select key, list, row_key from governance.applied order by number").fetchall()

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
        return {**_POSTGRES, "port": self._port, "dbname": database}

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

    def held(self) -> Held:
        try:
            pointer = json.loads((self.folder / "current.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        held: Held = {}
        for name in pointer["lists"]:
            held |= _rows_of(name, self.folder / "versions" / pointer["version"] / f"{name}.parquet")
        return held

    def stored(self) -> object:
        # A file that is being written has a name that begins with a dot; others may go while this looks.
        found = {}
        for path in (*self.folder.glob("*.json"), *self.folder.glob("versions/*/[!.]*")):
            with suppress(FileNotFoundError):
                found[path] = path.stat().st_mtime_ns
        return found

    def effects(self) -> None: ...

    def edit(self, random: Random) -> None:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        if files:
            _damage(random.choice(files), random)


class Box:
    """A SQLite file, which a plug-in brings."""

    kind = "box"
    honours_keys = True

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, Any] = {"wait_seconds": 2}
        self.file = folder / "box.sqlite"

    def fresh(self) -> None:
        self.file.unlink(missing_ok=True)

    def start(self) -> None: ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...

    def address(self) -> int | None:
        return None

    def connection(self) -> dict[str, Any]:
        return {"conn_type": "generic", "extra": {"path": str(self.file)}}

    def held(self) -> Held:
        with closing(sqlite3.connect(self.file)) as database:
            rows = database.execute("select list, row_key, payload from held").fetchall()
        return {(name, row_key): _texts(json.loads(payload)) for name, row_key, payload in rows}

    def stored(self) -> object:
        return self.held()

    def effects(self) -> None: ...

    def edit(self, random: Random) -> None:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as database:
            if random.random() < 0.5:
                database.execute("delete from held where rowid in (select rowid from held order by row_key limit 2)")
            else:
                database.execute("update held set payload = '{}', sha256 = 'edited' where row_key = 'p1'")
                database.execute("insert or replace into held values (?, ?, '{}', 'edited')", STRANGER)


class ObjectStore:
    """An S3 server that keeps everything in memory: killing it also loses all that it held."""

    kind = "object_store"
    honours_keys = False

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, Any] = {}
        self._folder = folder / "fetched"
        self._port = free_port()
        self.start()

    def fresh(self) -> None:
        if keys := self._keys():
            gone: Any = {"Objects": [{"Key": key} for key in keys]}
            assert "Errors" not in self._client().delete_objects(Bucket="governance", Delete=gone)

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

    def held(self) -> Held:
        shutil.rmtree(self._folder, ignore_errors=True)
        for key in self._keys():
            path = self._folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._client().get_object(Bucket="governance", Key=key)["Body"].read())
        here = Folder(self._folder)
        return here.held()

    def stored(self) -> object:
        return {each["Key"]: each["ETag"] for each in self._objects()}

    def effects(self) -> None: ...

    def edit(self, random: Random) -> None:
        keys = self._keys()
        if keys:
            key = random.choice(keys)
            if random.random() < 0.5:
                self._client().delete_object(Bucket="governance", Key=key)
            else:
                self._client().put_object(Bucket="governance", Key=key, Body=b"edited by hand")

    def _keys(self) -> list[str]:
        return sorted(each["Key"] for each in self._objects())

    def _objects(self) -> list[dict[str, Any]]:
        return list(self._client().list_objects_v2(Bucket="governance").get("Contents", []))

    def _client(self) -> Any:
        return _s3(self._port)

    def _extra(self, port: int | None) -> dict[str, str]:
        return {
            "path": "s3://governance/lists",
            "endpoint_url": f"http://127.0.0.1:{port}",
            "region_name": "us-east-1",
        }


@cache
def _s3(port: int) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="an-access-key",
        aws_secret_access_key="its-secret",
        region_name="us-east-1",
        config=botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=2),
    )


class Transparency:
    """The DSA Transparency Database."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "statements.sqlite"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "delivery.transparency", str(self.port), str(self.file)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])},
        )
        for _ in range(200):
            with suppress(httpx.TransportError):
                httpx.get(f"{self.url}/healthz", verify=False).raise_for_status()
                return
            assert self._process.poll() is None, "the database ended by itself"
            time.sleep(0.05)
        raise AssertionError("the database never answered")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        with closing(sqlite3.connect(self.file, isolation_level=None)) as database:
            database.execute("delete from statements")

    def statements(self) -> dict[str, dict[str, Any]]:
        """What it stored, by PUID."""
        with closing(sqlite3.connect(self.file)) as database:
            rows = database.execute("select puid, content from statements order by number").fetchall()
        return {puid: json.loads(content) for puid, content in rows}


class Announced:
    """A receiver of announcements, and the sandbox that enforces what it tells of."""

    kind = "announced"
    honours_keys = True
    tells_ends: bool

    def __init__(self, folder: Path) -> None:
        self.settings: dict[str, Any] = {}
        self.process = SandboxProcess(folder / "sandbox.sqlite")
        # The sender finds it there.
        (folder / "enforcer.port").write_text(str(self.process.port))

    @property
    def url(self) -> str:
        raise NotImplementedError

    def name_of(self, night: str, row_key: str) -> str:
        """The row_key that an announcement of this night about a measure on this row has."""
        raise NotImplementedError

    def said(self) -> list[str]:
        """The row_keys of what was said, in order, what was said twice twice."""
        raise NotImplementedError

    def enforced(self) -> list[tuple[str, str | None]]:
        """The row_key of every change that took effect in the sandbox, in order, and the measure that it then had."""
        with closing(self.process.database_open()) as database:
            query = "select row_key, iif(action = 'put', measure, null) from effects order by number"
            return database.execute(query).fetchall()

    def fresh(self) -> None:
        self.process.forget()

    def start(self) -> None:
        self.process.start()

    def kill(self) -> None:
        self.process.kill()

    def stop(self) -> None:
        self.kill()

    def address(self) -> int | None:
        return int(self.process.port)

    def connection(self) -> dict[str, Any]:
        return {"conn_type": "http", "host": self.url, "password": SECRET}

    def held(self) -> Held:
        raise NotImplementedError

    def effects(self) -> list[tuple[str, str, str]]:
        raise NotImplementedError

    def stored(self) -> object:
        return self.said()

    def edit(self, random: Random) -> None:
        raise NotImplementedError


class Messenger(Announced):
    """Notices, brought by the sandbox."""

    tells_ends = True

    @property
    def url(self) -> str:
        return f"{self.process.url}/notices"

    def name_of(self, night: str, row_key: str) -> str:
        return f"{night}-{row_key}-new"

    def said(self) -> list[str]:
        return [name for name, _ in self.process.notices()]


class Stated(Announced):
    """Statements, in the DSA Transparency Database."""

    tells_ends = False

    def __init__(self, folder: Path) -> None:
        self.transparency = Transparency(folder)
        super().__init__(folder)

    @property
    def url(self) -> str:
        return self.transparency.url

    def name_of(self, night: str, row_key: str) -> str:
        return f"creators_us-3-why-{row_key}"

    def said(self) -> list[str]:
        return list(self.transparency.statements())

    def fresh(self) -> None:
        super().fresh()
        self.transparency.forget()

    def start(self) -> None:
        self.transparency.start()

    def kill(self) -> None:
        self.transparency.kill()

    def stop(self) -> None:
        self.transparency.kill()
        self.process.kill()


def start(kind: str, folder: Path) -> System:
    """One of a kind of `KINDS` or `ONCE`."""
    folder.mkdir(parents=True, exist_ok=True)
    match kind:
        case "http":
            return Sandbox(folder)
        case "http_without_keys":
            return Sandbox(folder, honours_keys=False)
        case "postgres":
            return Postgres()
        case "object_store":
            return ObjectStore(folder)
        case "files":
            return Folder(folder)
        case "box":
            return Box(folder)
        case "notices":
            return Messenger(folder)
        case "dsa":
            return Stated(folder)
    raise ValueError(kind)


ONCE = ("notices", "dsa")
KINDS = ("http", "http_without_keys", "postgres", "object_store", "files")
# Of a package beside Evenhand, which is installed while it is tested.
PLUGINS = ("box",)


@contextmanager
def reach(kind: str, port: int | None, folder: Path, batch_size: int, seconds: float = 5) -> Iterator[Receiver]:
    """A receiver of this kind, as another process reaches it through a port; it waits for moments only."""
    match kind:
        case "http" | "http_without_keys":
            url = f"http://127.0.0.1:{port}"
            with client_within(seconds) as client:
                yield HttpReceiver(
                    "receiver", LISTS, url, SECRET, client, batch_size, kind == "http", 3, 0.01, audience="sandbox"
                )
        case "postgres":
            with closing(
                PostgresReceiver("receiver", LISTS, {**_POSTGRES, "port": port}, "governance", batch_size)
            ) as receiver:
                yield receiver
        case "object_store":
            options = {
                "key": "an-access-key",
                "secret": "its-secret",
                "endpoint_url": f"http://127.0.0.1:{port}",
                "client_kwargs": {"region_name": "us-east-1"},
                "config_kwargs": {"connect_timeout": 2, "read_timeout": seconds, "retries": {"max_attempts": 1}},
                "use_listings_cache": False,
                "skip_instance_cache": True,
            }
            yield FilesReceiver("receiver", LISTS, "s3://governance/lists", batch_size, options)
        case "files":
            yield FilesReceiver("receiver", LISTS, str(folder / "lists"), batch_size)


def enforcer_of(folder: Path) -> int:
    """The port of the sandbox that an announced system in this folder is about."""
    return int((folder / "enforcer.port").read_text())


@contextmanager
def reach_announcer(kind: str, port: int | None, batch_size: int, seconds: float) -> Iterator[Announcer]:
    """A receiver of announcements of this kind, as `reach`."""
    url, after = f"http://127.0.0.1:{port}", {"receiver": LISTS}
    with client_within(seconds) as client:
        if kind == "notices":
            http = HttpReceiver("notices", ("notices",), url, SECRET, client, batch_size, True, 3, 0.01)
            yield NoticesReceiver(http, after)
        else:
            yield DsaReceiver(
                "dsa", url, TOKEN, client, after, lambda release: statements_of(release, WORDS), batch_size, 0.01
            )


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
