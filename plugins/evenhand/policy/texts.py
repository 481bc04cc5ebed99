"""The files of a pack: their YAML with the place of everything in it, and what holds where one extends another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from evenhand.policy.nodes import compose, parse
from evenhand.policy.written_numbers import read_otherwise

Location = Sequence[str | int]

# What a pack says of itself; what it extends doesn't say it for it.
OF_ITS_OWN = ("pack", "version", "markets", "effective_from", "effective_until", "extends", "examples")
# Lists whose items have a name are merged item by item.
IDENTITIES = ("rule", "zone", "condition")


@dataclass(frozen=True, order=True)
class Mistake:
    """What is wrong, and where. Line and column are 0 where the file as a whole is meant."""

    file: str
    line: int
    column: int
    said: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.said}" if self.line else f"{self.file}: {self.said}"


class PackError(Exception):
    """A pack can't be used. The message has a line for every mistake: `file:line:column: key: found …; expected …`."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Text:
    """One file: its path, its bytes, its nodes (which know where they stand) and its plain values.

    Whoever reads a file that is as it was has the same nodes and values: nobody may change them.
    """

    path: Path
    text: bytes
    root: Node | None
    content: Any

    def place(self, key: str) -> tuple[int, int]:
        """Line and column of the value of a key."""
        return _walk(self.root, (key,), False)[1]


def read_text(path: Path) -> Text:
    """One file by itself.

    Raises:
        PackError: it isn't there or isn't YAML, or a number in it is read otherwise than it is written.
    """
    text = read_yaml(path)
    if mistakes := [Mistake(str(path), line, column, said) for line, column, said in read_otherwise(text.root)]:
        raise PackError(*mistakes)
    return text


def read_yaml(path: Path) -> Text:
    """One file by itself, however its numbers are written.

    Raises:
        PackError: it isn't there or isn't YAML.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        said = f"found no file that can be read ({error.strerror}); expected a pack"
        raise PackError(Mistake(str(path), 0, 0, said)) from error
    return Text(path, text, *_parse(path, text))


def read_texts(path: Path, above: tuple[Path, ...] = ()) -> list[Text]:
    """A pack's file, then the files that it extends with theirs, in the order in which one holds over the next.

    Of several that a file extends, a later one holds over an earlier one; what two of them extend holds over neither.

    Raises:
        PackError: one of them isn't there or isn't YAML, or one extends itself in the end.
    """
    own = read_text(path)
    texts = [own]
    for number, base in reversed(list(enumerate(extended(own)))):
        if base.resolve() in (*above, path.resolve()):
            expected = "a file that doesn't extend this one"
        elif not base.is_file():
            expected = f"a file, relative to the folder of this one: there is no {base}"
        else:
            below = read_texts(base, (*above, path.resolve()))
            again = {text.path.resolve() for text in below}
            texts = [text for text in texts if text.path.resolve() not in again] + below
            continue
        written = own.content["extends"]
        several = isinstance(written, list)
        _, (line, column) = _walk(own.root, ("extends", number) if several else ("extends",), False)
        found = written[number] if several else written
        raise PackError(Mistake(str(path), line, column, f"extends: found {found!r}; expected {expected}"))
    return texts


def extended(text: Text) -> list[Path]:
    """The files that a file extends, in the order in which it names them."""
    named = text.content.get("extends") if isinstance(text.content, dict) else None
    return [
        text.path.parent / base for base in (named if isinstance(named, list) else [named]) if isinstance(base, str)
    ]


def path_from(folder: Path, path: Path) -> str:
    """The path of a file as it is called from a folder on, whatever links stand for either."""
    return Path(os.path.relpath(path, folder)).as_posix()


def merged(contents: Sequence[Any]) -> Any:
    """What a pack says, from its own content and that of what it extends."""
    *others, both = contents
    # From the file that extends none on: what one level takes away, the next one up doesn't bring back.
    for own in reversed(others):
        if isinstance(both, dict) and isinstance(own, dict):
            both = _over({key: value for key, value in both.items() if key not in OF_ITS_OWN}, own)
        else:
            both = own
    return both


def _over(base: Any, own: Any) -> Any:
    """What holds where `own` is written over `base`. A key without a value, or an item with `removed`, takes away."""
    if isinstance(base, dict) and isinstance(own, dict):
        both = {**base, **{key: _over(base[key], value) if key in base else value for key, value in own.items()}}
        return {key: value for key, value in both.items() if value is not None or key not in base}
    identity = _identity(base) if isinstance(own, list) and _identity(own) == _identity(base) else None
    if not identity:
        return own
    names = [item[identity] for item in base]
    named = {item[identity]: item for item in base}
    # What nothing extended has can't be taken away: it stays, and is refused as what it is.
    removed = {item[identity] for item in own if item.get("removed") is True and item[identity] in named}
    for item in own:
        name = item[identity]
        named[name] = _over(named[name], item) if name in named else item
    own_names = [item[identity] for item in own]
    # Who names all of them says their order.
    order = own_names if set(names) <= set(own_names) else [*names, *(name for name in own_names if name not in names)]
    return [named[name] for name in order if name not in removed]


def _identity(items: Any) -> str | None:
    """The key by which the items of a list are told apart, if each has one of its own."""
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        return None
    for key in IDENTITIES:
        names = [item.get(key) for item in items]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return key
    return None


def position(texts: Sequence[Text], content: Any, location: Location, of_key: bool) -> tuple[str, int, int]:
    """File, line and column of the innermost part of the location that stands in one of the texts.

    Args:
        content: what the texts are merged to, where the location is.
        of_key: whether the key there is meant rather than its value.
    """
    path: list[str | int | tuple[str, str]] = []
    at = content
    for step in location:
        # The numbers of items are those of the merged list; their names are the same in every file.
        identity = _identity(at) if len(texts) > 1 and isinstance(step, int) else None
        path.append((identity, at[step][identity]) if identity and isinstance(step, int) else step)
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            at = None
    found = [(_walk(text.root, path, of_key), text) for text in texts]
    (_, (line, column)), text = max(found, key=lambda each: each[0][0])
    return str(text.path), line, column


def _walk(root: Node | None, path: Sequence[str | int | tuple[str, str]], of_key: bool) -> tuple[int, tuple[int, int]]:
    """How many steps of a path stand in a text, and line and column of the last of them."""
    node, mark = root, root.start_mark if root else None
    depth = 0
    for step in path:
        if isinstance(node, MappingNode):
            found = next((pair for pair in node.value if str(pair[0].value) == str(step)), None)
        elif isinstance(node, SequenceNode):
            item = _item(node, step)
            found = (item, item) if item else None
        else:
            found = None
        if not found:
            break
        key, node = found
        depth += 1
        # What is more than one word, or none, is pointed at by its key.
        mark = node.start_mark if isinstance(node, ScalarNode) and node.value and not of_key else key.start_mark
    return depth, (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _item(node: SequenceNode, step: str | int | tuple[str, str]) -> Node | None:
    if isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    for item in node.value:
        if isinstance(item, MappingNode):
            for key, value in item.value:
                if (key.value, value.value) == step:
                    return item
    return None


# The bytes are read each time and are part of the key: a file that was changed is never believed to be as it was. A
# marketplace has a few packs, each with its earlier versions; reading one more than these begins with the oldest.
@lru_cache(maxsize=128)
def _parse(path: Path, text: bytes) -> tuple[Node | None, Any]:
    """The YAML as nodes, which know where they stand, and as plain values."""
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        column = error.start - text.rfind(b"\n", 0, error.start)
        raise PackError(Mistake(str(path), line, column, f"found {text[error.start]:#x}; expected UTF-8")) from error
    try:
        return parse(decoded)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise PackError(Mistake(str(path), line, column, f"not YAML: {error.problem}")) from error
    except ReaderError as error:
        line = decoded.count("\n", 0, error.position) + 1
        column = error.position - decoded.rfind("\n", 0, error.position)
        said = f"not YAML: found the character U+{error.character:04X}"
        raise PackError(Mistake(str(path), line, column, said)) from error
    except ValueError as error:
        # A day that doesn't exist: ruamel says neither where nor which.
        for scalar in scalars(compose(decoded)):
            if str(scalar.tag).endswith(":timestamp") and not _is_a_day(scalar.value[:10]):
                line, column = scalar.start_mark.line + 1, scalar.start_mark.column + 1
                said = f"found {scalar.value!r}; expected a day that exists"
                raise PackError(Mistake(str(path), line, column, said)) from error
        raise PackError(Mistake(str(path), 0, 0, f"not YAML: {error}")) from error


def scalars(node: Node | None) -> Iterator[ScalarNode]:
    """Every word and text below a node, keys too."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from (*scalars(key), *scalars(value))
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from scalars(item)


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
