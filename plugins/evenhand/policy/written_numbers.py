"""Numbers that YAML reads otherwise than people who write a policy do: 0o17 is 15, 017 is 17, and 1_000 or 1e3 is 1000.

What is written so may be meant as either, and another reader of the file may take it for the other. So a number is
written in plain digits, and no more of them than are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from evenhand.policy.nodes import compose, compose_quickly

_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_PLAIN = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?")

_BEHIND_A_ZERO = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?")


def read_otherwise(root: Node | None) -> Iterator[tuple[int, int, str]]:
    """Line and column of each number below a node that is read otherwise than it is written, and what is said of it."""
    for (line, column), scalar in _numbers(root).items():
        if said := _why(str(scalar.value)):
            yield line + 1, column + 1, said


def in_plain_digits(text: str) -> str:
    """A text in which each such number is written as it is read: what decided by it once still says the same."""
    try:
        # Most have none, and that is found out more quickly.
        if text.startswith("%") or not any(read_otherwise(compose_quickly(text))):
            return text
        numbers = _numbers(compose(text))
    except (YAMLError, ValueError):
        return text
    for scalar in sorted(numbers.values(), key=lambda each: -each.end_mark.index):
        word, end = str(scalar.value), scalar.end_mark.index
        # Before it there can be an anchor.
        begin = end - len(word)
        if _why(word) and text[begin:end] == word:
            text = text[:begin] + _plain(YAML(typ="safe", pure=True).load(word)) + text[end:]
    return text


def _numbers(root: Node | None) -> dict[tuple[int, int], ScalarNode]:
    """The numbers below a node, by where they begin: an alias stands for what is written once."""
    found = {(each.start_mark.line, each.start_mark.column): each for each in _values(root)}
    return {place: scalar for place, scalar in found.items() if str(scalar.tag) in _NUMBERS}


def _values(node: Node | None) -> Iterator[ScalarNode]:
    """What keys and lists have; a key that is a number is no name, and refused as one."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for _, value in node.value:
            yield from _values(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _values(item)


def _why(word: str) -> str:
    """Why a number can't be taken; empty where it can."""
    if _PLAIN.fullmatch(word):
        # One with a point is read as the binary fraction that is nearest to it.
        read: Any = float(word) if "." in word else int(word)
        if Decimal(str(read)) == Decimal(word):
            return ""
        return f"found {word}, which is read as {_plain(read)}; expected a number of no more than 15 digits"
    expected = "expected the number that is meant in plain digits"
    read = YAML(typ="safe", pure=True).load(word)
    if not isinstance(read, int | float):
        # So it is where a file says that it is of YAML 1.1, which has minutes and seconds.
        return f"found {word}; {expected}, or quotes around it if it is none"
    if not isfinite(read):
        # It is read as it is written, and is no number that anything can be.
        return ""
    if _BEHIND_A_ZERO.fullmatch(word):
        return f"found {word}, which some read as a number to the base of eight; {expected}, such as {_plain(read)}"
    said = f"found {word}, which is read as {_plain(read)}; {expected}, such as {_plain(read)}"
    return f"{said}, or quotes around it if it is none"


def _plain(number: float) -> str:
    return f"{Decimal(str(number)):f}".removesuffix(".0")
