"""Receivers as receivers.yml and their connections say, ready to be sent to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from evenhand.delivery.addresses import Others, address_of, others_of
from evenhand.delivery.config import (
    AnyConfig,
    DsaConfig,
    FilesConfig,
    HttpConfig,
    NoticesConfig,
    ObjectStoreConfig,
    PluginConfig,
    PostgresConfig,
    ReceiversError,
    announces,
    takes_one_row_per_scope,
)
from evenhand.delivery.plugins import Opening, PluginBroken, plugin_of
from evenhand.delivery.shown import without_login

if TYPE_CHECKING:
    import httpx

    from evenhand.delivery.announcements.announcement import Announcer
    from evenhand.delivery.receivers import Capabilities, Receiver


class Connection(Protocol):
    """Where a receiver is and what it is entered with, as Airflow keeps it."""

    host: str | None
    login: str | None
    password: str | None
    port: int | None
    schema: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """What a kind of receiver needs beyond that."""


@dataclass(frozen=True)
class _Beside:
    """The receivers, with their lists, that one waits for, and which of them get one row per scope; what others bring
    to the same system, and what system that is."""

    after: Mapping[str, tuple[str, ...]]
    one_row_per_scope: frozenset[str]
    others: Others
    address: str


def opened(
    name: str, receivers: Mapping[str, AnyConfig], connection_of: Callable[[str, AnyConfig], Connection]
) -> AbstractContextManager[Any]:
    """A receiver of lists or of announcements.

    Raises:
        ReceiversError: there is no such receiver, or its connection is incomplete.
    """
    if name not in receivers:
        raise ReceiversError(f"no receiver {name!r}; receivers.yml has {', '.join(receivers) or 'none'}")
    config, connection = receivers[name], connection_of(name, receivers[name])
    after = {each: receivers[each].lists for each in announces(config)}
    of_one_row = frozenset(each for each in after if takes_one_row_per_scope(receivers[each]))
    others = others_of(name, receivers, connection_of)
    beside = _Beside(after, of_one_row, others, address_of(config, connection) or "")
    if isinstance(config, PluginConfig):
        return _open_plugin(name, config, connection, beside)
    return _OPEN[config.kind](name, config, connection, beside)


@contextmanager
def _open_http(name: str, config: HttpConfig, connection: Connection, beside: _Beside) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.http import HttpReceiver

    with _client() as client:
        address = _address(config.connection, connection, "the secret that signs requests")
        receiver = HttpReceiver(
            name,
            config.lists,
            *address,
            client,
            config.batch_size,
            config.honours_keys,
            audience=config.audience,
            lag_seconds=config.lag_seconds,
        )
        receiver.capabilities = _told_of(receiver, config, beside)
        yield receiver


@contextmanager
def _open_notices(name: str, config: NoticesConfig, connection: Connection, beside: _Beside) -> Iterator[Announcer]:
    from evenhand.delivery.receivers.http import HttpReceiver
    from evenhand.delivery.receivers.notices import NoticesReceiver

    with _client() as client:
        address = _address(config.connection, connection, "the secret that signs requests")
        http = HttpReceiver(name, config.lists, *address, client, config.batch_size, audience=config.audience)
        yield NoticesReceiver(http, beside.after, beside.one_row_per_scope)


@contextmanager
def _open_dsa(name: str, config: DsaConfig, connection: Connection, beside: _Beside) -> Iterator[Announcer]:
    from evenhand.delivery.announcements.statements import statements_of
    from evenhand.delivery.receivers.dsa import DsaReceiver

    with _client() as client:
        address = _address(config.connection, connection, "the platform's token")
        yield DsaReceiver(
            name,
            *address,
            client,
            beside.after,
            lambda release: statements_of(release, config.statements),
            config.batch_size,
            one_row_per_scope=beside.one_row_per_scope,
        )


def _told_of(
    receiver: Receiver, config: HttpConfig | FilesConfig | ObjectStoreConfig | PostgresConfig, beside: _Beside
) -> Capabilities:
    return replace(
        receiver.capabilities,
        one_row_per_scope=config.one_row_per_scope,
        others=beside.others.lists,
        maybe_others=beside.others.not_known,
        neighbours=beside.others.neighbours,
        address=beside.address,
    )


def _address(name: str, connection: Connection, what: str) -> tuple[str, str]:
    host, secret = connection.host or "", connection.password or ""
    if not host.startswith(("http://", "https://")) or not secret:
        raise ReceiversError(
            f"connection {name}: its host must be a base URL such as https://enforcement.example "
            f"(it is {without_login(host)!r}) and its password {what}"
        )
    return host, secret


def _client() -> httpx.Client:
    from evenhand.delivery.receivers.deadline import client

    return client()


@contextmanager
def _open_files(name: str, config: FilesConfig, connection: Connection, beside: _Beside) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.files import FilesReceiver

    url = str(connection.extra_dejson.get("path") or "")
    if not url:
        raise ReceiversError(f'connection {config.connection}: write {{"path": "..."}} in its extra')
    receiver = FilesReceiver(name, config.lists, url, config.batch_size)
    receiver.capabilities = _told_of(receiver, config, beside)
    yield receiver


@contextmanager
def _open_object_store(
    name: str, config: ObjectStoreConfig, connection: Connection, beside: _Beside
) -> Iterator[Receiver]:
    from evenhand.delivery.receivers.files import FilesReceiver

    extra = connection.extra_dejson
    url = str(extra.get("path") or "")
    if not re.fullmatch(r"s3://[^/]+/.+", url):
        raise ReceiversError(
            f'connection {config.connection}: write {{"path": "s3://bucket/prefix"}} in its extra'
            f" (it is {without_login(url)!r})"
        )
    receiver = FilesReceiver(
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
    receiver.capabilities = _told_of(receiver, config, beside)
    yield receiver


@contextmanager
def _open_postgres(name: str, config: PostgresConfig, connection: Connection, beside: _Beside) -> Iterator[Receiver]:
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
    receiver.capabilities = _told_of(receiver, config, beside)
    try:
        yield receiver
    finally:
        receiver.close()


def _open_plugin(
    name: str, config: PluginConfig, connection: Connection, beside: _Beside
) -> AbstractContextManager[Receiver]:
    try:
        plugin = plugin_of(config.kind)
    except PluginBroken as error:
        raise ReceiversError(f"receiver {name}: {error}") from error
    settings = plugin.settings.model_validate(config.own)
    return plugin.open(
        Opening(
            name,
            config.lists,
            config.batch_size,
            settings,
            connection,
            beside.others.lists,
            beside.address,
            beside.others.neighbours,
            beside.others.not_known,
        )
    )


_OPEN: Mapping[str, Callable[[str, Any, Connection, _Beside], AbstractContextManager[Any]]] = {
    "http": _open_http,
    "files": _open_files,
    "object_store": _open_object_store,
    "postgres": _open_postgres,
    "notices": _open_notices,
    "dsa": _open_dsa,
}
