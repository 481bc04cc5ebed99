from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.records.imports import import_later


@pytest.fixture
def seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that nobody has imported."""
    (tmp_path / "seldom_used.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "seldom_used"
    sys.modules.pop("seldom_used", None)


def is_imported(name: str) -> bool:
    return hasattr(sys.modules[name], "__file__")


def test_a_module_is_imported_when_something_of_it_is_asked_for(seldom: str) -> None:
    import_later(seldom)
    import seldom_used  # type: ignore[import-not-found]

    assert not is_imported(seldom)
    assert seldom_used.answer == 42
    assert is_imported(seldom)
    # Who has had it since before it was imported goes on with it.
    assert seldom_used.answer == sys.modules[seldom].answer == 42


def test_who_takes_a_name_of_it_gets_that(seldom: str) -> None:
    import_later(seldom)
    from seldom_used import answer

    assert answer == 42


def test_what_it_does_not_have_it_does_not_have(seldom: str) -> None:
    import_later(seldom)
    with pytest.raises(ImportError, match="question"):
        from seldom_used import question  # noqa: F401
    with pytest.raises(AttributeError, match="question"):
        _ = sys.modules[seldom].question


def test_looking_through_all_modules_imports_none(seldom: str) -> None:
    import_later(seldom)
    inspect.getmodule(inspect.currentframe())
    assert not is_imported(seldom)


def test_one_that_is_imported_already_stays(seldom: str) -> None:
    before = sys.modules[__name__]
    import_later(__name__)
    assert sys.modules[__name__] is before
