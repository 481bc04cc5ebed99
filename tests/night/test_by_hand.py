"""What people do by hand on the terminal: try a night, stop and resume deliveries, and reverse a night.

It is one night, after one that was delivered: it is tried with `--dry-run`, decided while deliveries are stopped, and
delivered once they are resumed; then it is reversed. The commands are called in this process; those of the manual are
run as such in tests/deployment/test_stack.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from night.installation import Installation

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
OF_A1 = "a1/copyright_strikes/account"
ANN = ("--by", "ann", "--reason", "whole [zones] are wrong")
BOTH = (*ANN, "--approved-by", "bob")
SANDBOX_ALONE = "receivers:\n  sandbox: {kind: http, connection: evenhand_sandbox, lists: [penalties, rewards]}\n"


@dataclass(frozen=True)
class Nights:
    """A dry run of a night, and then the night.

    Attributes:
        home: as the night's delivery left it; it is for reading and copying.
        first: what was said where the first night of all was to be reversed.
        held: what the sandbox held before, as `held_then` is of after the night's delivery.
        before: all files and the sandbox's changes before the dry run, as `after` is of after it.
        drafts: what the dry run left of its own.
        tried: what it said.
        stopped: the night, decided while deliveries were stopped.
        resumed: what the commands said that were to resume them, the first of which was refused.
        said: what was said of the night when it was delivered.
    """

    home: Path
    first: str
    held: Sequence[str]
    before: tuple[Mapping[str, str], int]
    after: tuple[Mapping[str, str], int]
    drafts: Sequence[Path]
    tried: str
    stopped: Stopped
    resumed: tuple[str, str]
    said: str
    held_then: Sequence[str]


@dataclass(frozen=True)
class Stopped:
    """What came of a night whose deliveries were stopped.

    Attributes:
        stop, night, summary: what the commands said that stop, decide the night and show it.
    """

    stop: str
    night: str
    summary: str
    held: Sequence[str]
    revisions: Sequence[str]


@pytest.fixture(scope="module")
def nights(decided_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    decided = Installation.copy_of(decided_once, tmp_path_factory.mktemp("by_hand"))
    home = decided.home
    try:
        held = decided.held()
        first = decided.in_process("reverse", EARLIER, *BOTH, expect=1)
        before = _files(home), decided.effects()
        tried = decided.in_process("nightly", NIGHT, "--dry-run")
        after = _files(home), decided.effects()
        drafts = list(home.glob(".dry-run-*"))
        stopped = Stopped(
            decided.in_process("stop", *ANN),
            decided.directly(NIGHT, expect=1),
            decided.in_process("summary", NIGHT),
            decided.held(),
            decided.revisions(NIGHT),
        )
        refused = decided.in_process("resume", *ANN, "--approved-by", "Ann", expect=1)
        resumed = decided.in_process("resume", *BOTH)
        said = decided.deliver(NIGHT)
    finally:
        decided.stop()
    return Nights(home, first, held, before, after, drafts, tried, stopped, (refused, resumed), said, decided.held())


@pytest.fixture
def delivered(nights: Nights, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the home, to be changed."""
    installation = Installation.copy_of(nights.home, tmp_path)
    yield installation
    installation.stop()


def test_a_dry_run_says_what_the_night_then_comes_to_and_changes_nothing(nights: Nights) -> None:
    assert nights.after == nights.before
    assert "Night 2026-03-06 would come to, if it were decided now:" in nights.tried
    assert "Nothing was released or sent." in nights.tried
    assert not nights.drafts
    # The strike that the granted appeal voids is what changes.
    assert [line.split() for line in nights.tried.splitlines() if line.startswith("penalties")] == [
        ["penalties", "world", "removed", "correction", "1"]
    ]
    assert f"  {len(nights.held_then)} penalties in force" in nights.tried


def test_a_dry_run_ends_with_what_is_wrong(delivered: Installation) -> None:
    (delivered.home / "landing" / "violations" / f"night={NIGHT}").mkdir(parents=True)
    (delivered.home / "packs" / "world.yml").write_text("pack: world\n")
    assert "world.yml" in delivered.in_process("nightly", NIGHT, "--dry-run", expect=1)


def test_nothing_is_sent_while_deliveries_are_stopped(nights: Nights) -> None:
    stopped, (refused, resumed) = nights.stopped, nights.resumed
    assert OF_A1 in nights.held
    assert "From now on nothing is sent" in stopped.stop
    assert "Deliveries were stopped by ann (by their own word)" in stopped.night
    assert "whole [zones] are wrong. Nothing is lost" in stopped.night
    assert "Nothing is sent: deliveries were stopped by ann" in stopped.summary
    assert stopped.held == nights.held
    assert stopped.revisions == ["0001"]

    assert "have somebody else approve it" in refused
    assert "Deliveries can be made again" in resumed
    assert OF_A1 not in nights.held_then


def test_a_granted_appeal_ends_the_measure_from_its_night_and_the_receiver_is_told(nights: Nights) -> None:
    assert "a1/copyright_strikes/account" not in nights.held_then
    assert len(nights.held_then) == 11
    assert "1 penalty remove" in nights.said
    # The night before was right when it was decided, and stays what it was.
    assert ("a1",) in Installation(nights.home).rows(EARLIER, "penalties", "account_id")


def test_a_night_is_reversed_on_the_terminal(nights: Nights, delivered: Installation, tmp_path: Path) -> None:
    assert "nothing was released before night 2026-03-05" in nights.first

    # With a sandbox of its own, which has all that was delivered.
    assert "sandbox, night 2026-03-06: sent nothing" in delivered.deliver(NIGHT)

    # The appeal of a1 was granted by mistake.
    said = delivered.in_process("reverse", NIGHT, *BOTH)
    assert (
        "night 2026-03-06 was reversed to the lists of 2026-03-05 by ann (by their own word), approved by bob" in said
    )
    assert "sandbox, night 2026-03-06: sent 1 penalty put; 1 applied" in said
    assert "12 rows wanted, 12 held: they agree" in said
    assert delivered.held() == nights.held
    assert "Reversed to the lists of 2026-03-05 by ann" in delivered.in_process("summary", NIGHT)

    # From here on a process for each receiver isn't what is asked.
    alone = tmp_path / "receivers.yml"
    alone.write_text(SANDBOX_ALONE)
    to_one = {"EVENHAND_RECEIVERS": str(alone)}
    effects = delivered.effects()
    delivered.overrides |= to_one
    assert "sandbox, night 2026-03-06: sent nothing" in delivered.in_process("reverse", NIGHT, *BOTH)
    delivered.overrides.pop("EVENHAND_RECEIVERS")
    assert "Nothing changed" in delivered.directly(NIGHT)
    assert (delivered.effects(), delivered.revisions(NIGHT)) == (effects, ["0001", "0002"])

    delivered.overrides |= to_one
    delivered.in_process("reverse", NIGHT, "--lift", *BOTH)
    assert OF_A1 not in delivered.held()
    assert delivered.revisions(NIGHT) == ["0001", "0002", "0003"]


def _files(home: Path) -> dict[str, str]:
    """All that an installation holds, but what the sandbox and Airflow write by themselves."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
        and path.relative_to(home).parts[0] not in ("airflow", "nightly.lock")
        and "sandbox" not in path.name
    }
