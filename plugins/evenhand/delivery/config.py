"""receivers.yml: which receivers there are and how each is reached.

Longer than other files, for what a receiver may say stands in one place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from evenhand.delivery.announcements.statement_words import StatementWords
from evenhand.delivery.plugins import PluginBroken, offered, plugin_of
from evenhand.policy.nodes import compose
from evenhand.policy.written_numbers import read_otherwise
from evenhand.release.manifest import ITEM_LINK
from evenhand.settings import settings

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ReceiversError(Exception):
    """receivers.yml or a connection that it names is wrong. The message says where and what to write."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    connection: Name
    lists: tuple[Name, ...] = Field(min_length=1)
    # What the receiver can carry out, for `evenhand policy check`; without it, whatever there is. Rows aren't filtered.
    measures: tuple[Name, ...] = ()
    # A delivery that takes longer ends with an error, and what is left is sent by the next.
    within_minutes: int = Field(default=120, ge=1, le=24 * 60)


class _Lists(_Part):
    # Of the penalties that an account has on a scope, the one that prevails alone.
    one_row_per_scope: bool = False

    @model_serializer(mode="wrap")
    def _as_approved(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A receiver that doesn't say it is as it was approved before there was such a key."""
        said: dict[str, Any] = dump(self)
        if not self.one_row_per_scope:
            del said["one_row_per_scope"]
        return said


class HttpConfig(_Lists):
    """A receiver behind HTTP. Connection: `host` is the base URL, `password` the secret that signs requests."""

    kind: Literal["http"]
    batch_size: int = Field(default=500, ge=1, le=10_000)
    # Whether a change that is sent again with its key has no second effect. If not, what it holds is read instead.
    honours_keys: bool = True
    # What it calls itself, in what is sent to it; its name here unless it says otherwise.
    audience: str = ""
    # What it took may be read only so many seconds later; without it, at once, which is checked.
    lag_seconds: float | None = Field(default=None, gt=0, le=3600)


class FilesConfig(_Lists):
    """A receiver that is a folder. Connection: `extra` is `{"path": ...}`, a path or a URL that fsspec knows."""

    kind: Literal["files"]
    batch_size: int = Field(default=10_000, ge=1)


class ObjectStoreConfig(_Lists):
    """A receiver that is a prefix of an S3-compatible store. Connection of type `aws`: `login` and `password` are the
    access key and its secret, `extra` is `{"path": "s3://bucket/prefix", "endpoint_url": ..., "region_name": ...}`."""

    kind: Literal["object_store"]
    batch_size: int = Field(default=10_000, ge=1)


class PostgresConfig(_Lists):
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
    audience: str = ""


class DsaConfig(_Part):
    """The EU's DSA Transparency Database. Connection: `host` is the base URL, `password` the platform's token."""

    kind: Literal["dsa"]
    lists: tuple[Literal["statements"]] = ("statements",)
    after: tuple[Name, ...] = Field(min_length=1)
    batch_size: int = Field(default=100, ge=1, le=100)
    statements: StatementWords


class PluginConfig(_Part):
    """A receiver of a kind that another package brings. What that needs besides is its own to say."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Name
    batch_size: int = Field(default=500, ge=1, le=100_000)

    @property
    def own(self) -> dict[str, Any]:
        """What is said of it besides what is said of any receiver."""
        return dict(self.model_extra or {})


AnyConfig = HttpConfig | FilesConfig | ObjectStoreConfig | PostgresConfig | NoticesConfig | DsaConfig | PluginConfig
_KINDS = ("http", "files", "object_store", "postgres", "notices", "dsa")
_OF_A_PLUGIN = "plugin"


def _which(said: Any) -> str | None:
    kind = said.get("kind") if isinstance(said, Mapping) else getattr(said, "kind", None)
    if kind in _KINDS:
        return str(kind)
    return _OF_A_PLUGIN if isinstance(kind, str) and kind in offered() else None


ReceiverConfig = Annotated[
    Annotated[HttpConfig, Tag("http")]
    | Annotated[FilesConfig, Tag("files")]
    | Annotated[ObjectStoreConfig, Tag("object_store")]
    | Annotated[PostgresConfig, Tag("postgres")]
    | Annotated[NoticesConfig, Tag("notices")]
    | Annotated[DsaConfig, Tag("dsa")]
    | Annotated[PluginConfig, Tag(_OF_A_PLUGIN)],
    Discriminator(_which),
]


class _Receivers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    receivers: dict[Name, ReceiverConfig]
    # Who changed this last: none of them may approve what that does.
    changed_by: tuple[str, ...] = ()

    @field_validator("changed_by", mode="before")
    @classmethod
    def _one_or_more(cls, said: object) -> object:
        return (said,) if isinstance(said, str) else said

    @model_validator(mode="after")
    def _after_ones_that_enforce(self) -> _Receivers:
        enforcers: set[str] = set()
        for name, config in self.receivers.items():
            if unknown := set(announces(config)) - enforcers:
                raise ValueError(f"{name}: after: {min(unknown)} isn't a receiver of lists above it; put it there")
            enforcers |= set() if announces(config) else {name}
        return self

    @model_validator(mode="after")
    def _each_list_once_by_a_connection(self) -> _Receivers:
        brought: dict[tuple[str, ...], str] = {}
        for name, config in self.receivers.items():
            if isinstance(config, PluginConfig):
                # Where it leads beside its connection, its settings may say.
                continue
            schema = config.in_schema if isinstance(config, PostgresConfig) else ""
            is_folder = isinstance(config, FilesConfig | ObjectStoreConfig)
            for each in ("a folder has one entry",) if is_folder else config.lists:
                other = brought.setdefault((config.connection, schema, each), name)
                if other != name:
                    what = each if is_folder else f"both have the list {each}"
                    raise ValueError(
                        f"{other} and {name} are one system, connection {config.connection}, and {what}: each would"
                        " remove what the other brought. Give one of them another connection, or remove it"
                    )
        return self


def announces(config: AnyConfig) -> tuple[str, ...]:
    """The receivers that must have acknowledged what this one is told; none if it gets lists."""
    return config.after if isinstance(config, NoticesConfig | DsaConfig) else ()


def takes_one_row_per_scope(config: AnyConfig) -> bool:
    """Whether it gets, of the penalties on a scope of an account, the one that prevails alone."""
    return isinstance(config, _Lists) and config.one_row_per_scope


def load_receivers(path: Path | None = None) -> Mapping[str, AnyConfig]:
    """The receivers by name, in the file's order.

    Args:
        path: the file; by default receivers.yml of the checkout.

    Raises:
        ReceiversError: the file is missing or wrong; the message has a line for every mistake.
    """
    return dict(_load(path or settings().receivers).receivers)


def receivers_said(path: Path | None = None) -> dict[str, dict[str, Any]]:
    """What each receiver is sent and how, as it is approved: of items also where their links come from.

    Raises:
        ReceiversError: as above.
    """
    from evenhand.release.quality_samples import ITEMS

    found = {name: config.model_dump(mode="json") for name, config in load_receivers(path).items()}
    for said in found.values():
        if ITEMS in said["lists"] and (link := settings().item_link):
            said[ITEM_LINK] = link
    return found


def receivers_changed_by(path: Path | None = None) -> tuple[str, ...]:
    """Who receivers.yml says changed it last.

    Raises:
        ReceiversError: as above.
    """
    return _load(path or settings().receivers).changed_by


def _load(path: Path) -> _Receivers:
    try:
        return _parsed(path, path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ReceiversError(f"{path}: not there; it says which receivers get the lists") from error


# A night asks for them some twenty times.
@lru_cache(maxsize=8)
def _parsed(path: Path, text: str) -> _Receivers:
    try:
        if numbers := [f"{path}:{line}:{column}: {said}" for line, column, said in read_otherwise(compose(text))]:
            raise ReceiversError("\n".join(numbers))
        content = YAML(typ="rt").load(text)
        # Through JSON: round-trip types carry line numbers, but pydantic wants plain ones.
        receivers = _Receivers.model_validate_json(json.dumps(content, default=str))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ReceiversError(f"{path}:{line}: {error.problem}; this isn't YAML") from error
    except ValidationError as error:
        raise ReceiversError("\n".join(_said(path, content, error.errors()))) from error
    if mistakes := [_said(path, content, [each]) for each in _mistakes_of_plugins(receivers)]:
        raise ReceiversError("\n".join(line for lines in mistakes for line in lines))
    return receivers


def _mistakes_of_plugins(receivers: _Receivers) -> Iterator[ErrorDetails]:
    """What is said of receivers that their plug-ins don't know."""
    for name, config in receivers.receivers.items():
        if isinstance(config, PluginConfig):
            try:
                plugin_of(config.kind).settings.model_validate(config.own)
            except PluginBroken:
                # Its own delivery says so, and the others go on.
                continue
            except ValidationError as error:
                for each in error.errors():
                    yield {**each, "loc": ("receivers", name, *each["loc"])}


def _said(path: Path, content: object, mistakes: Sequence[ErrorDetails]) -> list[str]:
    return [f"{path}:{_line(content, each['loc'])}: {_words(each)}" for each in mistakes]


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


def _words(mistake: ErrorDetails) -> str:
    where = ".".join(str(step) for step in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        return f"{where}: there is no such setting; remove it or look up its spelling in docs/receivers.md"
    if mistake["type"] == "missing":
        return f"{where}: is missing; add it"
    if mistake["type"].startswith("union_tag"):
        others = "".join(f", {kind} (of {whose})" for kind, whose in offered().items() if kind not in _KINDS)
        return f"{where}: kind must be one of {', '.join(_KINDS)} (of Evenhand){others}"
    return f"{where}: {mistake['msg']} (it is {mistake['input']!r})"
