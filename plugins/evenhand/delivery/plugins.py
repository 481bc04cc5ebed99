"""Kinds of receivers that other packages bring, by the entry point group `evenhand.receivers`.

A package that is installed beside Evenhand names a `Plugin` there, under the kind that receivers.yml says:

    [project.entry-points."evenhand.receivers"]
    ledger_box = "acme_receivers:plugin"

It is imported where receivers.yml has a receiver of the kind, and nowhere else; what is dear to import belongs into
its `open`. One that can't be imported fails its own receivers alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from evenhand.delivery.opening import Connection
    from evenhand.delivery.receivers import Receiver

GROUP = "evenhand.receivers"


class PluginBroken(Exception):
    """A kind can't be had from its package. The message names both, why and the remedy."""


class NoSettings(BaseModel):
    """For a kind of which receivers.yml says nothing besides."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Opening:
    """What a plug-in gets to open a receiver.

    Attributes:
        name: its name in receivers.yml.
        lists: the lists that it gets.
        batch_size: the most changes that it is to be given at once.
        settings: what receivers.yml says besides, as the plug-in's own model.
        connection: its Airflow connection.
        others: lists that another entry brings to the same system, for its `Capabilities`.
        address: what system the connection leads to, as the plug-in says, for its `Capabilities`; empty if it doesn't.
        neighbours: the entries that bring those lists, for its `Capabilities`.
        maybe_others: those of `others` of which that isn't known, for its `Capabilities`.
    """

    name: str
    lists: tuple[str, ...]
    batch_size: int
    settings: Any
    connection: Connection
    others: frozenset[str]
    address: str = ""
    neighbours: frozenset[str] = frozenset()
    maybe_others: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plugin:
    """A kind of receiver.

    Attributes:
        open: gives the receiver, for the length of one delivery.
        settings: what receivers.yml may say of one, beside what it says of any.
        address_of: what system a connection leads to, however it is spelt, given the settings and the connection; None
            where that isn't known. Two entries that bring one list to one system are refused.
    """

    open: Callable[[Opening], AbstractContextManager[Receiver]]
    settings: type[BaseModel] = NoSettings
    address_of: Callable[[Any, Connection], str | None] = lambda settings, connection: None


def offered() -> dict[str, str]:
    """The kinds that packages offer, each with where it comes from."""
    found: dict[str, list[str]] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, []).append(_package(point))
    return {kind: " and of ".join(sorted(packages)) for kind, packages in sorted(found.items())}


def plugin_of(kind: str) -> Plugin:
    """The plug-in of a kind.

    Raises:
        PluginBroken: no package offers it, or several do, or it can't be imported or is none.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == kind]
    if not found:
        raise PluginBroken(f"no package offers the kind {kind} any more; install the one that did")
    if len(found) > 1:
        raise PluginBroken(
            f"the kind {kind} is offered by {' and by '.join(sorted(_package(point) for point in found))};"
            " uninstall all but one"
        )
    return _imported(found[0])


def forget_imported() -> None:
    """Import each anew when it is needed next."""
    _imported.cache_clear()


@cache
def _imported(point: EntryPoint) -> Plugin:
    whose = f"the kind {point.name}, of {_package(point)},"
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:
        raise PluginBroken(
            f"{whose} can't be imported ({type(error).__name__}: {error}). Install what it needs, or another version of"
            " it, then run this again; other receivers go on meanwhile."
        ) from error
    if not isinstance(loaded, Plugin):
        raise PluginBroken(
            f"{whose} is no plug-in: {point.value} is of the type {type(loaded).__name__}, and an"
            " evenhand.delivery.plugins.Plugin is expected. Tell those who make the package."
        )
    return loaded


def _package(point: EntryPoint) -> str:
    dist = point.dist
    return f"the package {dist.name} {dist.version}" if dist else f"the module {point.module}"
