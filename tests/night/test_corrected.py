"""A released night whose input is corrected gets a new revision; where the disk is full, it keeps the old one.

The night is called directly, in a process that has a disk of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from evenhand.settings import PROJECT
from night.installation import CREATORS, FIRST_NIGHT, Installation

NIGHT = FIRST_NIGHT
# A disk of so many kibibytes in place of a folder, with what is kept of it; then a night, and what its release is.
ON_A_SMALL_DISK = """
mount -t tmpfs -o "size=$1" tmpfs "$2"; cp -a "$3"/. "$2"
"$4" -c "$5" "$6" || status=$?
sha256sum "$2/night=$6"/*; exit ${status:-0}
"""
DIRECTLY = """
import gc, os, sys
gc.disable()  # what it imports stays
from night.directly import run_night
is_well, said = run_night(sys.argv[1], dict(os.environ))
sys.exit(None if is_well else said)
"""


@dataclass(frozen=True)
class Corrected:
    """A night that was decided, corrected, and decided again.

    Attributes:
        before: hash of every file of its first release, by name.
        on_full_disk: what came of the first time that it was decided again; None where no small disk can be made.
        said: what was said of the second.
    """

    installation: Installation
    before: Mapping[str, str]
    on_full_disk: subprocess.CompletedProcess[str] | None
    said: str


@pytest.fixture(scope="module")
def corrected(decided_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corrected]:
    decided = Installation.copy_of(decided_once, tmp_path_factory.mktemp("corrected"))
    before = decided.release_bytes(NIGHT)
    # A platform's own account can't have a strike.
    decided.land(NIGHT, creators=[*CREATORS[:3], ("a4", "world", "platform", "en", "2026-01-01"), *CREATORS[4:]])
    try:
        on_full_disk = None
        if not subprocess.run(["unshare", "-Urm", "true"], check=False, capture_output=True).returncode:
            on_full_disk = _on_a_full_disk(decided)
        yield Corrected(decided, before, on_full_disk, decided.directly(NIGHT))
    finally:
        decided.stop()


def _on_a_full_disk(decided: Installation) -> subprocess.CompletedProcess[str]:
    """Decide the night where the disk holds the old release and has no room for another."""
    releases = decided.home / "releases"
    kept = Path(shutil.copytree(releases, decided.home / "aside", symlinks=True))
    # Two pages more than its files take.
    pages = sum(
        -(-path.lstat().st_size // 4096) for path in kept.rglob("*") if path.is_file() and not path.is_symlink()
    )
    size = f"{(pages + 2) * 4}k"
    arguments = (size, str(releases), str(kept), sys.executable, DIRECTLY, NIGHT)
    return subprocess.run(
        ["unshare", "-Urm", "sh", "-euc", ON_A_SMALL_DISK, "sh", *arguments],
        env=decided.environment() | {"PYTHONPATH": str(PROJECT / "tests")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_while_publishing_keeps_the_old_release(corrected: Corrected) -> None:
    run, installation = corrected.on_full_disk, corrected.installation
    if run is None:
        pytest.skip("no mount namespaces here to make a small disk in")
    assert run.returncode == 1, run.stdout + run.stderr
    assert "couldn't be published" in run.stderr
    assert "Its release is what it was before" in run.stderr
    for name, sha256 in corrected.before.items():
        assert f"{sha256}  {installation.home}/releases/night={NIGHT}/{name}" in run.stdout

    assert installation.revisions(NIGHT) == ["0001", "0002"]


def test_a_correction_makes_a_new_revision_and_keeps_the_old(corrected: Corrected) -> None:
    installation = corrected.installation
    assert installation.revisions(NIGHT) == ["0001", "0002"]
    assert installation.release(NIGHT).resolve().name == "0002"
    assert installation.release_bytes(NIGHT) != corrected.before
    assert "4 penalties remove" in corrected.said
    assert not [key for key in installation.held() if key.startswith("a4/")]
