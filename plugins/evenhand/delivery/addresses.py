"""What system a receiver is, however its connection spells it, and which entries of receivers.yml are one system."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from evenhand.delivery.config import (
    AnyConfig,
    FilesConfig,
    ObjectStoreConfig,
    PluginConfig,
    PostgresConfig,
    ReceiversError,
    announces,
)
from evenhand.delivery.plugins import PluginBroken, plugin_of
from evenhand.delivery.shown import without_login

if TYPE_CHECKING:
    from evenhand.delivery.opening import Connection

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Others:
    """What other entries, of whatever kind, bring to the system of one.

    Attributes:
        lists: all that they bring; also what one brings of which it can't be told where it leads.
        neighbours: which of them bring lists to it, and don't announce.
        not_known: the lists of which it isn't known whether one brings them there, and that none surely does.
    """

    lists: frozenset[str]
    neighbours: frozenset[str]
    not_known: frozenset[str] = frozenset()


def others_of(
    name: str, receivers: Mapping[str, AnyConfig], connection_of: Callable[[str, AnyConfig], Connection]
) -> Others:
    """The other entries, of whatever kind, that are the system of this one.

    Raises:
        ReceiversError: its connection is missing, or another entry brings the same list to the same system, or has
            the same folder.
    """
    config = receivers[name]
    here = address_of(config, connection_of(name, config))
    lists: set[str] = set()
    perhaps: set[str] = set()
    neighbours: set[str] = set()
    for other, its_config in receivers.items():
        if other == name:
            continue
        try:
            its_connection = connection_of(other, its_config)
            there = address_of(its_config, its_connection)
        except ReceiversError:
            # Its own delivery says so.
            there = None
        if here is None or there is None:
            # It may be this system: what the other brings, and this one doesn't, isn't to be removed for a mistake.
            perhaps |= set(its_config.lists) - set(config.lists)
            continue
        if there != here:
            continue
        both = sorted(set(config.lists) & set(its_config.lists))
        if both or isinstance(config, FilesConfig | ObjectStoreConfig):
            what = f"both have the list {both[0]}" if both else "a folder has one entry"
            raise ReceiversError(
                f"receivers.yml: {name} and {other} are one system, {here}, and {what}: each would remove what the "
                "other brought. Give one of them another address, or remove it"
            )
        lists |= set(its_config.lists)
        if not announces(its_config):
            neighbours.add(other)
    return Others(frozenset(lists | perhaps), frozenset(neighbours), frozenset(perhaps - lists))


def address_of(config: AnyConfig, connection: Connection) -> str | None:
    """What system a receiver is, however its connection spells it; None where the connection is incomplete."""
    if isinstance(config, PluginConfig):
        try:
            plugin = plugin_of(config.kind)
        except PluginBroken:
            return None
        address = plugin.address_of(plugin.settings.model_validate(config.own), connection)
        return None if address is None else f"{config.kind} at {address}"
    if isinstance(config, FilesConfig | ObjectStoreConfig):
        path = str(connection.extra_dejson.get("path") or "")
        # Only a store's own endpoint is used to open it.
        said = connection.extra_dejson.get("endpoint_url") if isinstance(config, ObjectStoreConfig) else None
        return _place(path, str(said or "")) if path else None
    host = (connection.host or "").strip()
    if not host:
        return None
    if isinstance(config, PostgresConfig):
        return f"{_host(host)}:{connection.port or 5432}/{connection.schema}, schema {config.in_schema}"
    return _url(host)


def _place(path: str, endpoint: str) -> str:
    scheme, has_scheme, rest = path.partition("://")
    scheme = scheme.lower()
    if not has_scheme or scheme in ("file", "local"):
        # A file's URL may name this machine before its path.
        local = re.sub(r"^localhost(?=/)", "", unquote(rest)) if has_scheme else re.sub(r"^file:", "", path)
        return os.path.realpath(local)
    rest = without_login(f"://{re.sub('/+', '/', rest).strip('/')}").removeprefix("://")
    if scheme not in ("s3", "s3a"):
        return f"{scheme}://{rest}"
    endpoint = endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    return f"s3://{rest} at {_url(endpoint)}" if endpoint else f"s3://{rest}"


def _url(said: str) -> str | None:
    try:
        url = urlsplit(said)
        port = url.port or _PORTS.get(url.scheme)
    except ValueError:
        # What it is opened with says what is wrong.
        return None
    return f"{url.scheme}://{_host(url.hostname or '')}:{port}{re.sub('/+', '/', url.path).rstrip('/')}"


def _host(said: str) -> str:
    """A host's name; `localhost`, if it is this machine's own: by a name, a number or a socket."""
    name = said.lower().strip("[]").rstrip(".")
    if name.startswith("/") or name == "localhost" or name.endswith(".localhost"):
        return "localhost"
    try:
        number = ip_address(name)
    except ValueError:
        return name
    if isinstance(number, IPv6Address) and number.ipv4_mapped:
        number = number.ipv4_mapped
    return "localhost" if number.is_loopback or number.is_unspecified else str(number)
