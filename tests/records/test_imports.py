from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from evenhand.records.imports import import_later

IMPORTER = """
import inspect

import seldom_used

def ask():
    return seldom_used.answer

{more}
"""


@pytest.fixture
def seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that nobody has imported, and the folder in which one that imports it may lie."""
    (tmp_path / "seldom_used").mkdir()
    (tmp_path / "seldom_used" / "__init__.py").write_text(
        "__version__ = '1'\n__all__ = ['answer']\nanswer = 42\nfrom seldom_used import inner\n"
    )
    (tmp_path / "seldom_used" / "inner.py").write_text("class Inner: pass\n")
    (tmp_path / "seldom_used" / "more.py").write_text("again = 43\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in ("seldom_used", "importer")]:
        del sys.modules[name]


def importer(folder: Path, more: str = "") -> ModuleType:
    """The one that imports it, imported."""
    (folder / "importer.py").write_text(IMPORTER.format(more=more))
    import_later("seldom_used", by="importer")
    return import_module("importer")


def test_a_module_is_imported_when_something_of_it_is_asked_for(seldom: Path) -> None:
    by = importer(seldom)
    assert "seldom_used" not in sys.modules
    assert by.ask() == 42
    assert sys.modules["seldom_used"].__file__
    # Who has had it since before it was imported goes on with it.
    assert by.ask() == by.seldom_used.answer == sys.modules["seldom_used"].answer == 42


def test_who_takes_a_name_of_it_gets_that(seldom: Path) -> None:
    assert importer(seldom, "from seldom_used import answer").answer == 42


def test_what_it_does_not_have_it_does_not_have(seldom: Path) -> None:
    by = importer(seldom)
    with pytest.raises(AttributeError, match="question"):
        _ = by.seldom_used.question
    del sys.modules["importer"]
    with pytest.raises(ImportError, match="question"):
        importer(seldom, "from seldom_used import question")
    # What could not be imported leaves nothing behind.
    assert sys.modules["seldom_used"].__file__
    assert "importer" not in sys.modules


def test_everybody_else_imports_it_as_ever(seldom: Path) -> None:
    importer(seldom)
    found = find_spec("seldom_used")
    assert found and found.origin
    from seldom_used import __version__, inner  # type: ignore[import-not-found]

    names: dict[str, object] = {}
    exec("from seldom_used import *", names)
    assert (__version__, names["answer"]) == ("1", 42)
    import seldom_used.inner  # type: ignore[import-not-found]
    import seldom_used.more  # type: ignore[import-not-found]

    assert seldom_used.more.again == 43
    # None is loaded a second time.
    assert seldom_used.inner is inner is sys.modules["seldom_used.inner"]


def test_a_module_of_it_that_the_other_imports_is_there(seldom: Path) -> None:
    assert importer(seldom, "import seldom_used.more\nagain = seldom_used.more.again").again == 43


def test_looking_through_all_modules_imports_none(seldom: Path) -> None:
    importer(seldom, "inspect.getmodule(inspect.currentframe())")
    assert "seldom_used" not in sys.modules


def test_the_other_is_what_it_would_be(seldom: Path) -> None:
    by = importer(seldom)
    assert "def ask" in inspect.getsource(by)
    assert by.__spec__ and by.__spec__.loader is by.__loader__
    assert by.__loader__.get_data(by.__file__)  # type: ignore[union-attr]


def test_one_that_is_imported_already_stays(seldom: Path) -> None:
    before = import_module("seldom_used")
    assert importer(seldom).seldom_used is before is sys.modules["seldom_used"]
