"""What libyaml reads for ruamel: the same values at the same places, and the same texts refused."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from evenhand.delivery.config import ReceiversError, load_receivers
from evenhand.policy import nodes
from evenhand.policy.load import load_pack
from evenhand.policy.nodes import compose_quickly, parse, parse_purely
from evenhand.policy.preapproved import read_preapproved
from evenhand.policy.texts import PackError
from evenhand.settings import PROJECT
from policy.packs import changed, write

SHIPPED = sorted((PROJECT / "policies").rglob("*.yml"))


def _seen(node: Node | None) -> Any:
    """All that can be seen of a node: its kind, what is in it, and line and column.

    Where a key has no value, what isn't there has no place: mistakes name the key's.
    """
    if node is None:
        return None
    inner: Any = node.value
    if isinstance(node, MappingNode):
        inner = [(_seen(key), _seen(value) if value.value != "" else str(value.tag)) for key, value in node.value]
    elif not isinstance(node, ScalarNode):
        inner = [_seen(item) for item in node.value]
    return str(node.tag), inner, node.start_mark.line, node.start_mark.column


def _outcome(read: Callable[[str], tuple[Node | None, Any]], text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # An anchor twice is none of a pack's business.
            root, content = read(text)
    except (YAMLError, ValueError, AttributeError, IndexError, TypeError) as error:
        return type(error), str(error)
    # As they are written, for true is 1 and nothing is equal to not a number.
    return _seen(root), repr(content)


def _same(text: str) -> None:
    purely = _outcome(parse_purely, text)
    assert _outcome(parse, text) == purely
    if not isinstance(purely[0], type):
        assert _seen(compose_quickly(text)) == purely[0]


WORDS = [
    "yes", "no", "on", "off", "y", "n", "Yes", "NO", "On", "true", "True", "TRUE", "tRUE", "false", "False", "FALSE",
    "null", "Null", "NULL", "~", "nULL", "0", "-0", "+1", "1", "-17", "007", "010", "0o7", "0o17", "0o8", "0b101",
    "0b2", "0x1F", "0xfg", "1_000", "1_", "_1", "1__0", "+", "-", "-1", "+_", "1:30", "190:20:30", "12e3", "12E3",
    "1e3", "1e+3", "1.", "1.5", "-1.5", ".5", "-.5", "+.5", "1_0.5", "1.5_0", ".inf", "-.inf", "+.INF", ".Inf",
    ".nan", ".NaN", "-.nan", "1.e3", "1.5e3", "1.5e+3", "1.5E-3", ".5e3", ".5e+3", ".", "..", "1.2.3", "2026-01-01",
    "2026-1-1", "2026-02-30", "2026-13-01", "0000-01-01", "2026-01-01T10:00:00", "2026-01-01t10:00:00Z",
    "2026-01-01T10:00:00.5+02:00", "2026-01-01T25:00:00", "=", "<<", "<<x", "a:b", "a::b", ":a", "a:", "a#b", "#a",
    "a'b", 'a"b', "'yes'", '"1"', "''", '""', "'2026-01-01'", "''''", "'a''b'", '"a\\tb"', '"a\'b"', "%a", "@a",
    "`a", "!a", "!!str", "!!int", "&a", "*a", "a&b", "a*b", "a!b", "a%b", "|a", ">a", "a|b", "a>b", "?a", "a?", "-a",
    "a-", "[a", "{a", "a]", "]", "}", ",", "a,b", "é", "ข", "😀", "\ufeffa", "a\u2028b", "a\x85b", "${a}",
    "$a", "(a)", "a/b", "http://a.b:80/c?d=e&f=g#h", "user@host", "50%", "1st", "1,000", "a=b", "a<b", "^a", "\\a",
    "a\\b", ";", "_", "__", "...", "---", "---a", "...a",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_what_ruamel_says(word: str) -> None:
    for text in (
        "{}\n",
        "a: {}\n",
        "{}: a\n",
        "- {}\n",
        "[{}]\n",
        "[a, {}, b]\n",
        "{{a: {}}}\n",
        "{{{}: a}}\n",
        "{{a: {}, b: c}}\n",
    ):
        _same(text.format(word))
    _same(f"a: b {word} c\nd: [b {word} c]\ne:\n  f\n  {word}\n")


# Here the two differ, or did in some version: ruamel's word holds.
@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "# nothing\n", "a", "a: b", "'a'\n", "a: b\n---\nc: d\n", "---\na: b\n", "a: b\n...\n",
        "a: b\n...\nc: d\n", "%YAML 1.1\n---\na: yes\n", "%YAML 1.2\n---\na: yes\n",
        "%TAG ! tag:a,2026:\n---\na: !b c\n", "a: 1\na: 2\n", "{a: 1, a: 2}\n", "1: a\n0x1: b\n",
        "true: a\nTRUE: b\n", "[a]: b\n", "{a: b}: c\n", "{{a: b}: c}\n", "a: &b c\nd: *b\n",
        "a: &b {c: d}\ne: {<<: *b, f: g}\n", "a: &b {c: d}\ne: {c: g, <<: *b}\nh: *b\n", "a: *b\n",
        "a: {<<: {b: c}, b: d}\n", "a: {<<: [{b: c}, {b: d}]}\n", "a: {<<: b}\n", "<<: {a: b}\nc: d\n", "=: a\n",
        "a: =\n", "a: !!str 1\n", "a: !!python/name:os.system x\n", "a: ! b\n", "a: !!set {b, c}\n",
        "a: !!binary aGk=\n", "? a\n: b\n", "? a\n", "? [a]\n: b\n", "{? a : b}\n", "[? a]\n", "[a?]\n", "{a?: b}\n",
        "[?a]\n", "?a: b\n", ": a\n", "[: a]\n", '{"a":b}\n', '{"a": :b}\n', '["a":b]\n', "{a: :b}\n", "{a:b}\n",
        "{a:, b: c}\n", "[a:]\n", "[a: b]\n", "[:a]\n", "{:a: b}\n", "a:\n", "a:\nb: c\n", "- \n- a\n", "-\n",
        "a:\n-\n-\n", "a:\n- b\nc:\n  - d\n", "[a, ]\n", "[, a]\n", "{a, b}\n", "{a: }\n", "[]\n",
        "a: |\n  b\n   c\n\n  d\n\n", "a: >\n  b\n   c\n\n  d\n\n\n", "a: |-\n  b\n", "a: |+\n  b\n\n",
        "a: |2\n    b\n", "a: >-\n\n  b\n", ">\nb\n", ">\n# b\n", "- |\n b\n", "a: >\n    \n  b\n",
        "a: >\n \n   b\n", "a: |  # b\n  c\n", "a: |#b\n  c\n", "a: >\n  b", "a: |\n", "a: |\n  b\n # c\nd: e\n",
        "a: >\n  b  \n  c\n", "a: |1-\n  b\n", "a: >-2\n   b\n", "a: 'b\n  c\n\n  d'\n", 'a: "b\n\n  c\\\n  d"\n',
        "a: b\n  c\n\n  d\n", "a: b\n c: d\n", "a: 'b\nc'\n", "a:\n b\n", "a: b # c\n", "a: b# c\n",
        '"\\x41\\u0e02\\U0001F600\\/\\_\\N"\n', '"\\q"\n', '"\\ud83d\\ude00"\n', "a: '\\q'\n", "a: 'b", 'a: "b\n',
        "[a\n", "a: [b\n", "a: ]\n", "}\n", "a:\tb\n", "\ta: b\n", "a: b\t\n", "a: b\tc\n", "a:\n\t- b\n",
        "[a,\tb]\n", "'a\tb'\n", "a: b\r\nc: d\r\n", "a: b\rc: d\r", "\ufeffa: b\n", "a: \ufeffb\n",
        "a: b\x85c: d\n", "a: b\u2028c: d\n", "a: b\u2029\n", "a: \x07\n", "a: \x00\n", "a: \x7f\n", "a: \ud800\n",
        "a: \uffff\n", "ข: [é, ü]\n", "😀: [a, b]\n", "[é😀, b: [c\n", "a: b: c\n", "a: 'b' c\n", "a: [b] c\n",
        "a\nb: c\n", "a: b\n  - c\n", " a: b\nc: d\n", "- a\nb: c\n", "a: 2026-02-30\n", "a: +_\n", "a: 0b\n",
        f"{'k' * 1024}: a\n", f"{'k' * 1025}: a\n", f"a: [{'k' * 1023}: b]\n", f"'{'k' * 1022}' : a\n",
        "a:\n    - b\n  - c\n", "a:\n   \n  b: c\n", "  \na: b\n", "a: b\n  \n", "- - a\n  - b\n-\n  - c\n",
        "- a: b\n  c: d\n", "a: - b\n", "- [a,\n b]\n",
    ],
)  # fmt: skip
def test_where_they_differ_ruamel_is_right(text: str) -> None:
    _same(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
@pytest.mark.parametrize("depth", [1, 40, 60])
def test_what_is_nested_is_read_however_deep(opening: str, closing: str, depth: int) -> None:
    _same(f"{opening * depth}b{closing * depth}\n")


# Python's stack ends at 1,000 calls, of which each depth takes two. Reading takes time with the square of the depth.
TOO_MANY = 600
ALIASES = "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, TOO_MANY))


@pytest.mark.parametrize(
    "text",
    [
        *("[" * TOO_MANY + "]" * TOO_MANY, "[" * 110 + "]" * 110, "- " * TOO_MANY, "{a: " * 110 + "}" * 110),
        f"a0: &a0 b\n{ALIASES}",
    ],
)
def test_what_is_deeper_than_people_write_is_no_yaml_and_no_end_of_the_stack(text: str) -> None:
    for read in (parse, parse_purely):
        with pytest.raises(MarkedYAMLError, match="it is nested more than 100 deep"):
            read(text)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_our_packs_are_read_by_libyaml_as_by_ruamel(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    purely = _outcome(parse_purely, text)
    monkeypatch.setattr(nodes, "parse_purely", lambda _: pytest.fail("read by ruamel"))
    assert _outcome(parse, text) == purely


PIECES = st.sampled_from(
    [
        *" \n:-?,[]{}'\"#|>!&*%@`=<+_~.\\$/0179abyn\té😀", ": ", "- ", "? ", " #", "\n ", "\n  ", "\n    ", "\n\n",
        "\n- ", "\n  - ", "\na: ", "a: ", "b: ", "a:\n", "{a: b}", "[a, b]", "{a: ", ", c: ", "'x'", '"y"', "''",
        ">-\n  ", "|\n  ", ">\n", "# c\n", "yes", "0o7", "1.5", "2026-01-01", "2026-02-30", "<<: ", "&x ", "*x",
        "!!str ", "---\n", "...\n", "   \n", "word", "two words",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=14).map("".join), st.sampled_from(["\n", "\n", "\n", ""]))
def test_any_text_is_what_ruamel_says(text: str, end: str) -> None:
    _same(text + end)


@st.composite
def texts_like_ours(draw: st.DrawFn) -> str:
    """Some lines of one of our packs, with a few characters put in, taken away or replaced."""
    lines = draw(st.sampled_from(SHIPPED)).read_text(encoding="utf-8").splitlines(keepends=True)
    first = draw(st.integers(0, len(lines) - 1))
    text = "".join(lines[first : first + draw(st.integers(1, 14))])
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.just("") | PIECES) + text[at + draw(st.integers(0, 2)) :]
    return text


@settings(max_examples=200, deadline=None)
@given(texts_like_ours())
def test_a_text_like_ours_is_what_ruamel_says(text: str) -> None:
    _same(text)


WRITTEN = st.recursive(
    st.sampled_from([word for word in WORDS if word.isascii()]) | st.sampled_from(["two words", "'a: b'", '"a, b"']),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["a", "b", "'c d'", "1", "true"]), inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: "".join(f"\n- {_indented(item)}" for item in items)),
        st.dictionaries(st.sampled_from(["a", "b", "'c d'", "1", "true"]), inner, min_size=1, max_size=3).map(
            lambda items: "".join(f"\n{key}: {_indented(value)}" for key, value in items.items())
        ),
        st.sampled_from(["|", ">", ">-", "|+"]).flatmap(
            lambda header: st.just(f"{header}\n  some lines\n\n    of text\n  - and: more\n")
        ),
    ),
    max_leaves=12,
)


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


@settings(max_examples=200, deadline=None)
@given(WRITTEN)
def test_a_text_that_was_written_with_care_is_what_ruamel_says(text: str) -> None:
    _same(f"{text}\n".lstrip("\n"))


def test_a_file_that_was_changed_is_read_anew(folder: Path) -> None:
    path = write(folder)
    before = load_pack(path)
    times = path.stat()
    write(folder, changed(("lasts_days: 180", "lasts_days: 181")))
    # As an editor, a restored backup or a clock that stands still may leave it: as long, and of the same moment.
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    after = load_pack(path)
    days = [loaded.pack.programmes["health"].entries[0].lasts_days for loaded in (before, after)]
    assert (days, path.stat().st_size) == ([180, 181], times.st_size)
    assert before.sha256 != after.sha256


_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "why"),
    [(_LAUGHS, "stand for more than 10,000 keys and values"), ("a: &a {b: *a}\n", "stands within what it names")],
)
def test_aliases_make_no_text_longer_than_can_be_read(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(YAMLError, match=why):
        parse(text)
    for read, name in ((load_pack, "x.yml"), (lambda path: read_preapproved(path.parent), "preapproved.yml")):
        (tmp_path / name).write_text(text)
        with pytest.raises(PackError, match=f"{name}:1:.*{why}"):
            read(tmp_path / name)
    (tmp_path / "receivers.yml").write_text(text)
    with pytest.raises(ReceiversError, match=f"receivers.yml:1: .*{why}"):
        load_receivers(tmp_path / "receivers.yml")


def test_aliases_and_merged_keys_of_people_are_read() -> None:
    assert parse("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: *a\n")[1] == {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": {"x": 1}}
