"""What system a receiver is, however its connection spells it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evenhand.delivery.config import AnyConfig, FilesConfig, ObjectStoreConfig, PluginConfig, PostgresConfig
from evenhand.delivery.plugins import PluginBroken, plugin_of

if TYPE_CHECKING:
    from evenhand.delivery.opening import Connection


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
        if not path:
            return None
        place = path.rstrip("/") if "://" in path else os.path.realpath(path)
        endpoint = str(connection.extra_dejson.get("endpoint_url") or "").rstrip("/")
        return f"{place} at {endpoint}" if endpoint else place
    host = (connection.host or "").strip()
    if not host:
        return None
    if isinstance(config, PostgresConfig):
        return f"{host.lower()}:{connection.port or 5432}/{connection.schema}, schema {config.in_schema}"
    url = urlsplit(host)
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return f"{url.scheme}://{(url.hostname or '').lower()}:{port}{url.path.rstrip('/')}"
