"""A YAML text as nodes, which know where they stand, and as plain values: what ruamel reads, read by libyaml.

ruamel's pure parser says what a text means. libyaml is some ten times quicker and reads most texts the same. So it
reads what is plain enough for that; any other text, and any that isn't YAML, is read by ruamel.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tag import Tag
from yaml import MappingEndEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent, StreamEndEvent
from yaml._yaml import CParser

# What the two may read differently, wherever it stands:
_UNUSUAL = re.compile(
    # characters that may or may not be printable, break a line, count as a column or stand for another;
    "[^\n -\\[\\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
    # directives, the beginning and the end of a document, and lines of nothing but spaces;
    "|^(?:%|---|\\.\\.\\.| +$)"
    # an indentation that a block says itself, and what follows where it should end its line;
    "|[|>][-+]*[0-9#]"
    # question marks and colons that may or may not begin a key, a value or a word;
    "|(?:^|[\\s\\[\\]{},'\"])(?:\\?|:\\S)"
    # and an end within a line.
    "|[^\n]\\Z",
    re.MULTILINE,
)
# Each node takes a frame or two of Python; what is deeper than people write, ruamel may refuse.
_DEEPEST = 50
# So many keys and values may be there only because an alias names them.
_MOST_OF_ALIASES = 10_000
# What is deeper isn't read at all: whoever goes through it would run out of stack.
_DEEPEST_OF_ALL = 100
_TOO_DEEP = f"it is nested more than {_DEEPEST_OF_ALL} deep"

_WORDS = YAML(typ="safe", pure=True).resolver
_TEXT = Tag(suffix="tag:yaml.org,2002:str")
_LIST = Tag(suffix="tag:yaml.org,2002:seq")
_MAPPING = Tag(suffix="tag:yaml.org,2002:map")


class _Unusual(Exception):
    """What the two parsers may read differently."""


def parse(text: str) -> tuple[Node | None, Any]:
    """The nodes of a text and its plain values.

    Raises:
        YAMLError: it isn't YAML: a MarkedYAMLError with the place, or a ReaderError for a character.
        ValueError: a number or a day in it is none.
    """
    if not _UNUSUAL.search(text):
        # Whatever is wrong with it, ruamel finds it as well, and says what.
        with suppress(Exception):
            return _parse_quickly(text)
    return parse_purely(text)


def parse_purely(text: str) -> tuple[Node | None, Any]:
    """The same, by ruamel alone.

    Raises:
        YAMLError, ValueError: as above.
    """
    # It parses twice, for making the values of mappings that are merged with `<<` changes their nodes.
    return compose(text), YAML(typ="safe", pure=True).load(text)


def compose(text: str) -> Node | None:
    """The nodes alone, by ruamel alone.

    Raises:
        YAMLError: it isn't YAML, or is deeper or longer than people write.
    """
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except RecursionError as error:
        raise MarkedYAMLError(problem=_TOO_DEEP) from error
    _refuse_too_deep_or_long(root)
    return root


def compose_quickly(text: str) -> Node | None:
    """The nodes alone, which know where they begin and not where they end.

    Raises:
        YAMLError: as above.
    """
    if not _UNUSUAL.search(text):
        with suppress(Exception):
            return _compose_quickly(text)
    return compose(text)


def _refuse_too_deep_or_long(root: Node | None) -> None:
    """Make sure that what a text says is about as long as the text: with aliases of aliases, a line can be a billion.

    Raises:
        MarkedYAMLError: it is longer, or deeper than is read, or something is within itself.
    """
    # Of each node, how many it stands for with those in it, and how deep they are.
    sizes: dict[int, tuple[int, int]] = {}
    within: set[int] = set()

    def size(node: Node) -> tuple[int, int]:
        if id(node) in within:
            raise MarkedYAMLError(problem="an alias stands within what it names", problem_mark=node.start_mark)
        if id(node) not in sizes:
            within.add(id(node))
            inner = node.value if isinstance(node, SequenceNode | MappingNode) else ()
            pairs = isinstance(node, MappingNode)
            found = [size(each) for item in inner for each in (item if pairs else (item,))]
            many, deep = 1 + sum(each for each, _ in found), 1 + max((each for _, each in found), default=0)
            if deep > _DEEPEST_OF_ALL:
                raise MarkedYAMLError(problem=_TOO_DEEP, problem_mark=node.start_mark)
            sizes[id(node)] = many, deep
            within.remove(id(node))
        return sizes[id(node)]

    if root is not None and size(root)[0] - len(sizes) > _MOST_OF_ALIASES:
        problem = f"its aliases stand for more than {_MOST_OF_ALIASES:,} keys and values; write out what they name"
        raise MarkedYAMLError(problem=problem, problem_mark=root.start_mark)


def _parse_quickly(text: str) -> tuple[Node | None, Any]:
    root = _compose_quickly(text)
    return root, None if root is None else YAML(typ="safe", pure=True).constructor.construct_document(root)


def _compose_quickly(text: str) -> Node | None:
    parser = CParser(text)
    parser.get_event()  # The stream begins.
    if isinstance(parser.get_event(), StreamEndEvent):
        return None
    root = _compose(parser, parser.get_event(), 0)
    parser.get_event()  # The document ends.
    if isinstance(root, ScalarNode) or not isinstance(parser.get_event(), StreamEndEvent):
        raise _Unusual
    return root


def _compose(parser: CParser, event: Any, depth: int, value_of_key: bool = False) -> Node:
    """The node that begins with an event of the parser, with all that is in it."""
    # An alias is an event with an anchor.
    if event.anchor is not None or event.tag is not None or depth > _DEEPEST:
        raise _Unusual
    if isinstance(event, ScalarEvent):
        # What isn't there is behind what stands before it, or before what stands behind it. Where it is the value of a
        # key, nobody is told: the key's place is.
        if not event.value and event.implicit[0] and not value_of_key:
            raise _Unusual
        tag = _tag_of(event.value) if event.implicit[0] else _TEXT
        return ScalarNode(tag, event.value, event.start_mark)
    value: list[Any] = []
    if isinstance(event, SequenceStartEvent):
        while not isinstance(item := parser.get_event(), SequenceEndEvent):
            value.append(_compose(parser, item, depth + 1))
        return SequenceNode(_LIST, value, event.start_mark)
    while not isinstance(key := parser.get_event(), MappingEndEvent):
        value.append((_compose(parser, key, depth + 1), _compose(parser, parser.get_event(), depth + 1, True)))
    return MappingNode(_MAPPING, value, event.start_mark)


@lru_cache(maxsize=4096)
def _tag_of(word: str) -> Tag:
    """What a word without quotes is: a text, a number, true or false, a day or nothing."""
    tag: Tag = _WORDS.resolve(ScalarNode, word, (True, False))
    if str(tag) in ("tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"):
        raise _Unusual
    return tag
