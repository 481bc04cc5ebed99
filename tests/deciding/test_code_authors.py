"""Who changed the code that decides: a real git says it, else the build does, and a setting knows their log-ins."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.deciding.code import deciding_files
from evenhand.deciding.code_authors import CodeAuthors, LogInsBroken, authors_since, origin

MAI, LAN = "Mai <mai@example.org>", "Lan <LAN@example.org>"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with two deciding files and one that decides nothing."""
    for variable in ("EVENHAND_CODE_COMMIT", "EVENHAND_CODE_AUTHORS", "EVENHAND_CODE_LOGINS"):
        monkeypatch.delenv(variable, raising=False)
    for name in ("dbt_project/models/a.sql", "plugins/evenhand/notices/words.py", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    _git(tmp_path, "init", "-q")
    _commit(tmp_path, MAI, "the first")
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    deciding_files.cache_clear()
    origin.cache_clear()


def _git(project: Path, *command: str) -> str:
    settings = ("-c", "user.name=builder", "-c", "user.email=builder@example.org")
    return subprocess.run(
        ["git", "-C", str(project), *settings, *command], check=True, capture_output=True, text=True
    ).stdout.strip()


def _commit(project: Path, author: str, said: str) -> str:
    _git(project, "add", "-A")
    _git(project, "commit", "-q", f"--author={author}", "-m", said)
    return _git(project, "rev-parse", "HEAD")


def _change(project: Path, name: str, author: str, said: str = "a change") -> str:
    (project / name).write_text((project / name).read_text() + "x = 2\n")
    return _commit(project, author, said)


def test_who_changed_deciding_files_since_the_last_releases_commit(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = dict(origin(project))
    assert released == {"commit": _git(project, "rev-parse", "HEAD")}
    assert authors_since(project, released) == CodeAuthors((), ())
    _change(project, "README.md", LAN)
    assert authors_since(project, released) == CodeAuthors((), ())
    origin.cache_clear()
    # What decides nothing is of no other commit.
    assert origin(project) == released
    _change(project, "dbt_project/models/a.sql", MAI)
    _change(project, "plugins/evenhand/notices/words.py", LAN, "words\n\nCo-authored-by: Ayu <ayu@example.org>")
    monkeypatch.setenv("EVENHAND_CODE_LOGINS", json.dumps({"Mai@example.org": "mai", "ayu@example.org": "ayu"}))
    assert authors_since(project, released) == CodeAuthors(("ayu", "mai"), ("lan@example.org",))


def test_what_nobody_knows_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = dict(origin(project))
    (project / "dbt_project/models/a.sql").write_text("select 2")
    assert authors_since(project, released) == CodeAuthors((), ("changes that nobody has committed",))
    for since, why in (({}, "doesn't say which commit"), ({"commit": "0" * 40}, "git doesn't know the commit 0000")):
        (unknown,) = authors_since(project, since).unknown
        assert why in unknown
    monkeypatch.setenv("EVENHAND_CODE_LOGINS", "[1]")
    with pytest.raises(LogInsBroken, match="must be a JSON object"):
        authors_since(project, released)


def test_an_image_has_no_git_and_its_build_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _forget()
    assert origin(tmp_path) == {}
    assert authors_since(tmp_path, {"commit": "a" * 40}).unknown
    monkeypatch.setenv("EVENHAND_CODE_COMMIT", "b" * 40)
    monkeypatch.setenv("EVENHAND_CODE_AUTHORS", "mai@example.org, Lan@example.org")
    monkeypatch.setenv("EVENHAND_CODE_LOGINS", '{"mai@example.org": "mai"}')
    _forget()
    assert origin(tmp_path) == {"commit": "b" * 40, "authors": "mai@example.org, Lan@example.org"}
    assert authors_since(tmp_path, {"commit": "a" * 40}) == CodeAuthors(("mai",), ("lan@example.org",))
    _forget()
