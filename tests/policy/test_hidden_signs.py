"""Signs that nobody sees in packs and the files beside them are found where they stand, in comments and escapes too."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.commands.hidden_signs_check import hidden_in_catalogue, signs_that_nobody_sees
from evenhand.settings import PROJECT, Settings


def found(folder: Path, text: str) -> list[str]:
    (folder / "packs" / "below").mkdir(parents=True)
    (folder / "packs" / "below" / "a.yml").write_text(text, newline="")
    here = Settings(PROJECT, folder / "home", folder / "packs", folder / "receivers.yml", people=folder / "people.yml")
    return [str(each).removeprefix(f"{folder}/packs/below/") for each in signs_that_nobody_sees(here)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b\nc: d\u202ee\n", "2:1: error: found a line in which sign 5 is U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("# b \u2066\na: b\n", "1:1: error: found a line in which sign 5 is U+2066 (LEFT-TO-RIGHT ISOLATE)"),
        ('a: b\nc:\n  - "\\e[2J"\n', "3:1: error: found a text in which sign 1 is U+001B"),
        ("a: |\n  b\n  c\u202ed\n", "3:1: error: found a line in which sign 4 is U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("a: spa\u200bm\n", "1:1: error: found a text in which sign 4 is U+200B (ZERO WIDTH SPACE)"),
        ('a: "spa\\u200dm"\n', "1:1: error: found a text in which sign 4 is U+200D (ZERO WIDTH JOINER)"),
    ],
)
def test_one_is_found_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert found(tmp_path, text) == [f"a.yml:{said}, which nobody sees; expected it without"]


@pytest.mark.parametrize(
    "text",
    [
        "a: |\r\n  b\r\n  c\r\n",
        "\ufeffa: 每\u3000周\u00a0👩\u200d💻\n",
        "a: [\n",
        "# a\u200bb \u200f\na: การ\u200bอุทธรณ์\n",
        "",
    ],
)
def test_blanks_breaks_and_pictures_are_none(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Your \u202esales", "line in which sign 14 is U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("\ue000", "line in which sign 9 is U+E000"),
        ("spa\u200bm", "text in which sign 4 is U+200B (ZERO WIDTH SPACE)"),
        # What Thai may break a word at, and Arabic says which way a blank runs by.
        ("การ\u200bอุทธรณ์ \u200f", None),
    ],
)
def test_one_in_a_translation_is_found_with_its_line(tmp_path: Path, said: str, why: str | None) -> None:
    (tmp_path / "translations").mkdir()
    (tmp_path / "translations" / "id.po").write_text(f'#: \u2066\nmsgid "a.b"\nmsgstr "{said}"\n')
    here = Settings(
        PROJECT, tmp_path, tmp_path / "packs", tmp_path / "receivers.yml", translations=tmp_path / "translations"
    )
    found = {each.line: each.said for each in signs_that_nobody_sees(here)}
    line = f"found a {why}, which nobody sees; expected it without"
    in_comment = (
        "found a line in which sign 4 is U+2066 (LEFT-TO-RIGHT ISOLATE), which nobody sees; expected it without"
    )
    assert found == {1: in_comment, **({3: line} if why else {})}


def test_the_shipped_files_have_none() -> None:
    here = Settings(PROJECT, PROJECT / "nowhere", PROJECT / "policies", PROJECT / "receivers.yml")
    assert [*signs_that_nobody_sees(here)] == []
    words = sorted((PROJECT / "plugins").rglob("*.po"))
    assert words and [(path, found) for path in words if (found := hidden_in_catalogue(path.read_bytes()))] == []
