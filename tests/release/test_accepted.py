"""A file of a release that is changed or lost for good can be accepted by two persons, so that nights go on."""

from __future__ import annotations

import hashlib
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from delivery.releases import publish_as_a_revision
from evenhand.cli import app
from evenhand.commands.verify import accept_now
from evenhand.delivery.read_release import ReleaseError, refuse_other_files
from evenhand.records.persons import Person
from evenhand.records.record_log import seal, troubles
from evenhand.release.manifest import FORMAT, HeldList, ReleasedFile
from evenhand.release.verify import ReleaseChanged, refuse_not_accepted
from evenhand.tasks.night import land_feeds
from release.manifests import manifest_of

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
ACCEPT = ("--accept", "--by", "ann", "--approved-by", "bob", "--reason", "the disk was lost")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two nights that were released."""
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    for night in (FIRST, SECOND):
        publish_as_a_revision(tmp_path, str(night))
    seal(tmp_path)
    return tmp_path


def _file(home: Path, night: date) -> Path:
    return (home / "releases" / f"night={night}").resolve() / "penalties.parquet"


def _change(path: Path, content: bytes | None = None) -> None:
    """Write another list, which can be read, or what is given."""
    path.chmod(0o600)
    if content is not None:
        path.write_bytes(content)
        return
    with duckdb.connect() as connection:
        connection.execute(f"create table rows as from '{path}'")
        connection.execute("update rows set account_id = 'a2'")
        connection.execute(f"copy rows to '{path}' (format parquet)")


def _verify(*more: str) -> Result:
    return CliRunner().invoke(app, ["verify", *more])


@pytest.mark.parametrize("night", [FIRST, SECOND])
def test_a_changed_list_is_accepted_as_it_is_and_nights_go_on_from_it(home: Path, night: date) -> None:
    path = _file(home, night)
    _change(path)
    with pytest.raises(ReleaseChanged, match=f"evenhand nightly {night}"):
        refuse_not_accepted(home, path.parent)
    told = _verify()
    assert (told.exit_code, f"{path}: isn't what the manifest says" in told.output) == (1, True)

    assert "Accepted as it is now: 1 file." in _verify(*ACCEPT).output
    assert _verify().exit_code == 0
    refuse_not_accepted(home, path.parent)
    assert "Nothing was otherwise or gone" in _verify(*ACCEPT).output
    # It is sent to nobody for that.
    with pytest.raises(ReleaseError):
        refuse_other_files(path.parent, ["penalties.parquet"])
    # What was accepted is what is there now, and nothing else.
    _change(path, b"something else")
    assert _verify().exit_code == 1
    with pytest.raises(ReleaseChanged):
        refuse_not_accepted(home, path.parent)


def test_a_file_that_was_accepted_and_is_brought_back_is_right_again(home: Path) -> None:
    path = _file(home, FIRST)
    before = path.read_bytes()
    _change(path)
    _verify(*ACCEPT)
    _change(path, before)
    assert _verify().exit_code == 0
    assert troubles(home) == []


@pytest.mark.parametrize("content", [None, b"", b"no list"])
def test_what_is_gone_or_cannot_be_read_is_accepted_but_no_night_goes_on_from_it(
    home: Path, content: bytes | None
) -> None:
    path = _file(home, SECOND)
    path.chmod(0o600)
    path.unlink() if content is None else path.write_bytes(content)
    assert "Accepted as it is now: 1 file." in _verify(*ACCEPT).output
    assert _verify().exit_code == 0
    with pytest.raises(ReleaseChanged, match=f"decide that night once more.*evenhand nightly {SECOND}"):
        refuse_not_accepted(home, path.parent)


def test_a_proposal_accepts_what_was_seen_and_nothing_that_came_after(home: Path) -> None:
    first, second = (_file(home, night) for night in (FIRST, SECOND))
    _change(first)
    seen = [str(first.relative_to(home)), hashlib.sha256(first.read_bytes()).hexdigest()]
    _change(second)
    accept_now([seen], Person("ann", False), Person("bob", False), "the disk was lost")
    told = _verify().output
    assert str(first) not in told and str(second) in told


def test_of_a_night_whose_revisions_were_deleted_verify_says_what_is_gone(home: Path) -> None:
    revisions = home / "releases" / "revisions" / f"night={FIRST}"
    for path in revisions.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(revisions)
    told = _verify(str(FIRST))
    assert (told.exit_code, f"{revisions}/0001/manifest.json: is gone" in told.output) == (1, True)
    assert "was never released" not in told.output
    _verify(*ACCEPT)
    told = _verify(str(FIRST))
    assert (told.exit_code, "two persons have accepted that its files are gone" in told.output) == (1, True)
    assert "night 2026-02-01 was never released" in _verify("2026-02-01").output


@pytest.mark.parametrize("answer", ["", "approved"])
def test_the_next_night_looks_at_the_release_that_a_held_list_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    held = HeldList(
        list="penalties", market="SG", digest="d", changes=3, why=("why",), since=FIRST, answer=answer,
        answered_by="", first_wave=0,
    )  # fmt: skip
    for night, held_lists in ((FIRST, ()), (SECOND, (held,))):
        folder = tmp_path / "releases" / "revisions" / f"night={night}" / "0001"
        folder.mkdir(parents=True)
        (folder / "penalties.parquet").write_bytes(b"a list")
        files = {"penalties.parquet": ReleasedFile(rows=1, sha256=hashlib.sha256(b"a list").hexdigest())}
        manifest = manifest_of(night, held_lists=held_lists).model_copy(update={"format": FORMAT, "files": files})
        (folder / "manifest.json").write_text(manifest.named().text())
        (tmp_path / "releases" / f"night={night}").symlink_to(folder)
    seal(tmp_path)
    changed = tmp_path / "releases" / "revisions" / f"night={FIRST}" / "0001" / "penalties.parquet"
    changed.write_bytes(b"another")
    with pytest.raises(Exception, match=f"{changed}: isn't what the manifest says"):
        land_feeds(date(2026, 3, 3))
    # Accepted, it stops only the night that reads it, which it can't.
    _verify(*ACCEPT)
    with pytest.raises(Exception) as raised:
        land_feeds(date(2026, 3, 3))
    assert (f"{changed}: isn't what the manifest says" in str(raised.value)) is (answer == "")
