"""What an attempt is, and what can come of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from sandbox.process import SandboxProcess

CameOf = Literal["refused", "held", "repaired"]
On = TypeVar("On")


class WentThrough(Exception):
    """An attempt wasn't refused, held or repaired. The message says what it came to."""


@dataclass(frozen=True)
class Place:
    """Where attempts are made that need no night: a folder of their own each, and a receiver that runs.

    Attributes:
        sandbox: a receiver in a process of its own, emptied before each attempt.
    """

    folder: Path
    sandbox: SandboxProcess


@dataclass(frozen=True)
class Attempt(Generic[On]):
    """Something that is tried.

    Attributes:
        what: for people.
        comes_of: what has to come of it.
        make: tries it, and returns what was said.
    """

    what: str
    comes_of: CameOf
    make: Callable[[On], str]


@dataclass(frozen=True)
class Made:
    """An attempt that was made.

    Attributes:
        said: what was said, or what it came to if it went through.
    """

    what: str
    came_of: CameOf | Literal["went through"]
    said: str


class Said:
    """What was said, once it was."""

    text = ""


@contextmanager
def refused(*by: type[BaseException]) -> Iterator[Said]:
    """What is tried has to be refused; what was said of it is there afterwards.

    Raises:
        WentThrough: it wasn't.
    """
    said = Said()
    try:
        yield said
    except by as error:
        said.text = str(error)
        return
    raise WentThrough("it wasn't refused")


def need(is_so: bool, otherwise: str) -> None:
    """Make sure of something.

    Raises:
        WentThrough: it isn't so.
    """
    if not is_so:
        raise WentThrough(otherwise)


def make(attempt: Attempt[On], on: On) -> Made:
    """Make an attempt; whatever ends otherwise than it must went through."""
    try:
        return Made(attempt.what, attempt.comes_of, attempt.make(on))
    except Exception as error:
        return Made(attempt.what, "went through", f"{type(error).__name__}: {error}")
