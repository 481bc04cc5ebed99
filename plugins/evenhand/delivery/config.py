"""receivers.yml: which receivers there are and how each is reached."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from evenhand.delivery.announcements.statement_words import StatementWords
from evenhand.settings import settings

if TYPE_CHECKING:
    import httpx
    from airflow.sdk import Connection

    from evenhand.delivery.announcements.announcement import Announcer
    from evenhand.delivery.receivers import Receiver

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ReceiversError(Exception):
    """receivers.yml or a connection that it names is wrong. The message says where and what to write."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    connection: Name
    lists: tuple[Name, ...] = Field(min_length=1)
    # What the receiver can carry out, for `evenhand policy check`; without it, whatever there is. Rows aren't filtered.
    measures: tuple[Name, ...] = ()


class HttpConfig(_Part):
    """A receiver behind HTTP. Connection: `host` is the base URL, `password` the secret that signs requests."""

    kind: Literal["http"]
    batch_size: int = Field(default=500, ge=1, le=10_000)
    # Whether a change that is sent again with its key has no second effect. If not, what it holds is read instead.
    honours_keys: bool = True


class FilesConfig(_Part):
    """A receiver that is a folder. Connection: `extra` is `{"path": ...}`, a path or a URL that fsspec knows."""

    kind: Literal["files"]
    batch_size: int = Field(default=10_000, ge=1)


class ObjectStoreConfig(_Part):
    """A receiver that is a prefix of an S3-compatible store. Connection of type `aws`: `login` and `password` are the
    access key and its secret, `extra` is `{"path": "s3://bucket/prefix", "endpoint_url": ..., "region_name": ...}`."""

    kind: Literal["object_store"]
    batch_size: int = Field(default=10_000, ge=1)


class PostgresConfig(_Part):
    """A receiver that is a PostgreSQL database. Connection of type `postgres`; its `schema` is the database."""

    kind: Literal["postgres"]
    batch_size: int = Field(default=5000, ge=1, le=100_000)
    # The schema in the database that the tables and views are in, and nothing else.
    in_schema: Name = "evenhand"


class NoticesConfig(_Part):
    """The system that brings notices to accounts, behind HTTP. Connection: as for `http`."""

    kind: Literal["notices"]
    lists: tuple[Literal["notices"]] = ("notices",)
    # The receivers that must have acknowledged a measure before its account is told.
    after: tuple[Name, ...] = Field(min_length=1)
    batch_size: int = Field(default=500, ge=1, le=10_000)


class DsaConfig(_Part):
    """The EU's DSA Transparency Database. Connection: `host` is the base URL, `password` the platform's token."""

    kind: Literal["dsa"]
    lists: tuple[Literal["statements"]] = ("statements",)
    after: tuple[Name, ...] = Field(min_length=1)
    batch_size: int = Field(default=100, ge=1, le=100)
    statements: StatementWords


_Config = HttpConfig | FilesConfig | ObjectStoreConfig | PostgresConfig | NoticesConfig | DsaConfig
ReceiverConfig = Annotated[_Config, Field(discriminator="kind")]


class _Receivers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    receivers: dict[Name, ReceiverConfig]

    @model_validator(mode="after")
    def _after_ones_that_enforce(self) -> _Receivers:
        enforcers: set[str] = set()
        for name, config in self.receivers.items():
            if unknown := set(announces(config)) - enforcers:
                raise ValueError(f"{name}: after: {min(unknown)} isn't a receiver of lists above it; put it there")
            enforcers |= set() if announces(config) else {name}
        return self


def announces(config: _Config) -> tuple[str, ...]:
    """The receivers that must have acknowledged what this one is told; none if it gets lists."""
    return config.after if isinstance(config, NoticesConfig | DsaConfig) else ()


def load_receivers(path: Path | None = None) -> Mapping[str, _Config]:
    """The receivers by name, in the file's order.

    Args:
        path: the file; by default receivers.yml of the checkout.

    Raises:
        ReceiversError: the file is missing or wrong; the message has a line for every mistake.
    """
    path = path or settings().receivers
    try:
        content = YAML(typ="rt").load(path.read_bytes())
        # Through JSON: round-trip types carry line numbers, but pydantic wants plain ones.
        return _Receivers.model_validate_json(json.dumps(content, default=str)).receivers
    except FileNotFoundError as error:
        raise ReceiversError(f"{path}: not there; it says which receivers get the lists") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ReceiversError(f"{path}:{line}: {error.problem}; this isn't YAML") from error
    except ValidationError as error:
        mistakes = [f"{path}:{_line(content, each['loc'])}: {_words(each)}" for each in error.errors()]
        raise ReceiversError("\n".join(mistakes)) from error


def open_receiver(name: str, path: Path | None = None) -> AbstractContextManager[Receiver]:
    """A receiver of lists, reached through its Airflow connection, inside a task or outside.

    Raises:
        ReceiversError: there is no such receiver, or its connection is missing or incomplete.
    """
    return _opened(name, path)


def open_announcer(name: str, path: Path | None = None) -> AbstractContextManager[Announcer]:
    """A receiver of announcements, as `open_receiver`."""
    return _opened(name, path)


@contextmanager
def _opened(name: str, path: Path | None) -> Iterator[Any]:
    # Importing Airflow, DuckDB and httpx takes seconds that parsing a DAG shouldn't.
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    receivers = load_receivers(path)
    if name not in receivers:
        raise ReceiversError(f"no receiver {name!r}; receivers.yml has {', '.join(receivers) or 'none'}")
    config = receivers[name]
    try:
        connection = BaseHook.get_connection(config.connection)
    except AirflowNotFoundException as error:
        raise ReceiversError(
            f"receiver {name}: no Airflow connection {config.connection!r}; add it in Airflow or set "
            f"AIRFLOW_CONN_{config.connection.upper()} as JSON (docs/receivers.md)"
        ) from error
    after = {each: receivers[each].lists for each in announces(config)}
    with _OPEN[config.kind](name, config, connection, after) as receiver:
        yield receiver


@contextmanager
def _open_http(name: str, config: HttpConfig, connection: Connection, after: _After) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.http import HttpReceiver

    with _client() as client:
        address = _address(config.connection, connection, "the secret that signs requests")
        yield HttpReceiver(name, config.lists, *address, client, config.batch_size, config.honours_keys)


@contextmanager
def _open_notices(name: str, config: NoticesConfig, connection: Connection, after: _After) -> Iterator[Announcer]:
    from evenhand.delivery.receivers.http import HttpReceiver
    from evenhand.delivery.receivers.notices import NoticesReceiver

    with _client() as client:
        address = _address(config.connection, connection, "the secret that signs requests")
        yield NoticesReceiver(HttpReceiver(name, config.lists, *address, client, config.batch_size), after)


@contextmanager
def _open_dsa(name: str, config: DsaConfig, connection: Connection, after: _After) -> Iterator[Announcer]:
    from evenhand.delivery.announcements.statements import statements_of
    from evenhand.delivery.receivers.dsa import DsaReceiver

    with _client() as client:
        address = _address(config.connection, connection, "the platform's token")
        yield DsaReceiver(
            name, *address, client, after, lambda release: statements_of(release, config.statements), config.batch_size
        )


def _address(name: str, connection: Connection, what: str) -> tuple[str, str]:
    host, secret = connection.host or "", connection.password or ""
    if not host.startswith(("http://", "https://")) or not secret:
        raise ReceiversError(
            f"connection {name}: its host must be a base URL such as https://enforcement.example "
            f"(it is {host!r}) and its password {what}"
        )
    return host, secret


def _client() -> httpx.Client:
    import httpx

    return httpx.Client(timeout=httpx.Timeout(30, connect=5))


@contextmanager
def _open_files(name: str, config: FilesConfig, connection: Connection, after: _After) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.files import FilesReceiver

    url = str(connection.extra_dejson.get("path") or "")
    if not url:
        raise ReceiversError(f'connection {config.connection}: write {{"path": "..."}} in its extra')
    yield FilesReceiver(name, config.lists, url, config.batch_size)


@contextmanager
def _open_object_store(
    name: str, config: ObjectStoreConfig, connection: Connection, after: _After
) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.files import FilesReceiver

    extra = connection.extra_dejson
    url = str(extra.get("path") or "")
    if not re.fullmatch(r"s3://[^/]+/.+", url):
        raise ReceiversError(
            f'connection {config.connection}: write {{"path": "s3://bucket/prefix"}} in its extra (it is {url!r})'
        )
    yield FilesReceiver(
        name,
        config.lists,
        url,
        config.batch_size,
        options={
            # Without a login, what the machine has: a role, or the environment.
            "key": connection.login,
            "secret": connection.password,
            "endpoint_url": extra.get("endpoint_url"),
            "client_kwargs": {"region_name": extra.get("region_name")},
            "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 3}},
            # What is read back is what is there, and not what was seen before.
            "use_listings_cache": False,
            "skip_instance_cache": True,
        },
    )


@contextmanager
def _open_postgres(name: str, config: PostgresConfig, connection: Connection, after: _After) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.postgres import PostgresReceiver

    if not connection.host or not connection.schema:
        raise ReceiversError(f"connection {config.connection}: it needs a host, and the database in its schema")
    receiver = PostgresReceiver(
        name,
        config.lists,
        {
            "host": connection.host,
            "port": connection.port or 5432,
            "user": connection.login,
            "password": connection.password,
            "dbname": connection.schema,
        },
        config.in_schema,
        config.batch_size,
    )
    try:
        yield receiver
    finally:
        receiver.close()


_After = Mapping[str, tuple[str, ...]]
_OPEN: Mapping[str, Callable[[str, Any, Connection, _After], AbstractContextManager[Any]]] = {
    "http": _open_http,
    "files": _open_files,
    "object_store": _open_object_store,
    "postgres": _open_postgres,
    "notices": _open_notices,
    "dsa": _open_dsa,
}


def _line(content: object, location: Sequence[Any]) -> int:
    line = 1
    for step in location:
        # A location also has steps that the file doesn't, such as the kind that chose the model.
        if isinstance(content, CommentedMap) and step in content:
            line = content.lc.key(step)[0] + 1
            content = content[step]
        elif isinstance(content, CommentedSeq) and isinstance(step, int):
            line = content.lc.item(step)[0] + 1
            content = content[step]
    return line


def _words(mistake: Mapping[str, Any]) -> str:
    where = ".".join(str(step) for step in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        return f"{where}: there is no such setting; remove it or look up its spelling in docs/receivers.md"
    if mistake["type"] == "missing":
        return f"{where}: is missing; add it"
    if mistake["type"].startswith("union_tag"):
        return f"{where}: kind must be one of {', '.join(_OPEN)}"
    return f"{where}: {mistake['msg']} (it is {mistake['input']!r})"
