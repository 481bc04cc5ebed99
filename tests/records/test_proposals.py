"""One proposes and others approve, each in a call of their own, by the account that they have.

Longer than other files, for whatever is proposed is tried by the same accounts.
"""

from __future__ import annotations

import json
import os
import pwd
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from evenhand.cli import app
from evenhand.delivery.stopping import stop, stopped
from evenhand.local import installation as local
from evenhand.policy.load import LoadedPack, load_pack
from evenhand.policy.preapproved import read_preapproved
from evenhand.records.persons import Person, PersonRefused
from evenhand.records.proposals import (
    ProposalRefused,
    ProposedAct,
    approve,
    claim,
    is_approved,
    open_proposals,
    propose,
)
from evenhand.records.record_log import seal, troubles
from evenhand.release.manifest import FORMAT, ReleasedFile
from evenhand.settings import PROJECT, settings
from quality.released_packs import base_of_packs
from release.manifests import manifest_of

ANN, BOB, CHI = (Person(name, logged_in=True) for name in ("ann", "bob", "chi"))
AT = datetime(2026, 3, 6, 9, tzinfo=UTC)
ACT = ProposedAct(action="resume", form={"reason": "right again"}, said="ann asks", by=ANN, at=AT)
only_root = pytest.mark.skipif(
    os.geteuid() != 0 or Path("/proc/self/loginuid").read_text() != "4294967295", reason="only root can be others"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("EVENHAND_PERSONS")
    yield
    os.setresuid(0, 0, 0)


def _as(account: str, *command: str) -> Result:
    """A command given from an account; the rights stay root's, so that the files can be read."""
    os.setresuid(pwd.getpwnam(account).pw_uid, 0, 0)
    try:
        return CliRunner().invoke(app, list(command))
    finally:
        os.setresuid(0, 0, 0)


def _proposed(said: Result) -> str:
    assert said.exit_code == 0, said.output
    return str(said.output.rpartition("evenhand approve ")[2].split()[0])


def _takedowns_changed_by(home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Path:
    """The packs of nights: one, in which somebody says that they changed it, or nobody does."""
    policies = home / "policies"
    policies.mkdir()
    text = (PROJECT / "policies" / "takedowns.yml").read_text()
    said = f"version: 1\nchanged_by: {name}\n" if name else "version: 1\n"
    (policies / "takedowns.yml").write_text(text.replace("version: 1\n", said, 1))
    monkeypatch.setenv("EVENHAND_POLICIES", str(policies))
    return policies


def test_as_many_others_as_it_needs_approve_it_and_it_is_done_once(home: Path) -> None:
    act = ACT.model_copy(update={"needs": 2, "not_by": ("dan",)})
    name = propose(home, act)
    assert open_proposals(home, AT) == [(act, [])]
    for refused in (ANN, Person("Ann ", False), Person("DAN", True)):
        with pytest.raises(PersonRefused, match="can't approve it too"):
            approve(home, name, refused, AT)
    for again in (BOB, Person("BOB", True)):
        found, approvals = approve(home, name, again, AT)
        assert (len(approvals), is_approved(found, approvals)) == (1, False)
    found, approvals = approve(home, name, CHI, AT)
    assert is_approved(found, approvals)
    assert [claim(home, found, AT), claim(home, found, AT)] == [True, False]
    assert open_proposals(home, AT) == []
    with pytest.raises(ProposalRefused, match="is done already"):
        approve(home, name, CHI, AT)


def test_what_is_old_or_changed_or_nowhere_is_not_approved(home: Path) -> None:
    name = propose(home, ACT)
    with pytest.raises(ProposalRefused, match="more than 24 hours ago"):
        approve(home, name, BOB, AT + timedelta(hours=24))
    assert open_proposals(home, AT + timedelta(hours=24)) == []
    path = home / "proposals" / name / "proposal.json"
    path.chmod(0o600)
    path.write_text(path.read_text().replace("right again", "send all my money"))
    for nowhere in (name, "nothing", "../proposals", f"../proposals/{name}"):
        with pytest.raises(ProposalRefused, match="there is no proposal"):
            approve(home, nowhere, BOB, AT)


@only_root
@pytest.mark.usefixtures("accounts")
def test_resuming_takes_two_accounts_and_two_calls(home: Path) -> None:
    stop(home, ANN, "drill")
    proposed = _proposed(_as("root", "resume", "--reason", "it is over"))
    alone = _as("root", "approve", proposed)
    assert (alone.exit_code, "root asked for this and can't approve it too" in alone.output) == (1, True)
    for option in (("--by", "nobody"), ("--approved-by", "nobody")):
        assert _as("root", "resume", "--reason", "x", *option).exit_code == 1
    assert stopped(home)
    assert "it is over" in _as("nobody", "proposals").output
    done = _as("nobody", "approve", proposed)
    assert "Deliveries can be made again: deliveries were resumed by root, approved by nobody" in done.output
    assert stopped(home) is None
    assert "is done already" in _as("daemon", "approve", proposed).output


@only_root
@pytest.mark.usefixtures("accounts")
def test_what_could_not_be_done_as_a_night_runs_can_be_approved_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"action": "reverse", "night": "2026-03-05", "reason": "a broken feed"}
    root = Person("root", logged_in=True)
    proposed = propose(home, ProposedAct(action="reverse", form=form, said="root asks", by=root, at=datetime.now(UTC)))
    # What a command's process says of itself is this process's, too.
    monkeypatch.setattr(local, "environment", lambda _: {})
    with local.one_at_a_time(settings()):
        said = _as("nobody", "approve", proposed)
    assert (said.exit_code, "another run is using" in said.output) == (1, True)
    assert [act.proposal_id for act, _ in open_proposals(home, datetime.now(UTC))] == [proposed]
    done: list[object] = []
    monkeypatch.setattr("evenhand.tasks.stop_and_reverse.reverse_night", lambda *of: done.append(of))
    # What it is done with isn't of this test.
    assert isinstance(_as("nobody", "approve", proposed).exception, TypeError)
    assert len(done) == 1
    assert "is done already" in _as("nobody", "approve", proposed).output


@only_root
@pytest.mark.usefixtures("accounts")
def test_what_was_proposed_before_they_were_stopped_again_resumes_nothing(home: Path) -> None:
    stop(home, ANN, "drill")
    proposed = _proposed(_as("root", "resume", "--reason", "it is over"))
    stop(home, BOB, "no, it isn't")
    said = _as("nobody", "approve", proposed)
    assert (said.exit_code, "stopped again since" in said.output.replace("\n", " ")) == (1, True)
    assert stopped(home)


@only_root
@pytest.mark.usefixtures("accounts")
def test_a_loss_is_accepted_by_two_accounts_as_it_was_when_it_was_proposed(home: Path) -> None:
    folders = [home / f"releases/revisions/night=2026-03-01/000{number}" for number in (1, 2)]
    for folder in folders:
        folder.mkdir(parents=True)
        manifest = manifest_of(date(2026, 3, 1)).model_copy(update={"format": FORMAT, "told_before": folder.name})
        (folder / "manifest.json").write_text(manifest.named().text())
    seal(home)
    (folders[0] / "manifest.json").unlink()
    proposed = _proposed(_as("root", "verify", "--accept", "--reason", "the disk was lost"))
    (folders[1] / "manifest.json").unlink()
    assert "Accepted as it is now: 1 file." in _as("nobody", "approve", proposed).output
    assert [each.path for each in troubles(home)] == ["releases/revisions/night=2026-03-01/0002/manifest.json"]
    line = json.loads((home / "records.jsonl").read_text().splitlines()[-1])
    assert (line["accepted_by"], line["approved_by"]) == (
        {"name": "root", "logged_in": True},
        {"name": "nobody", "logged_in": True},
    )


@only_root
@pytest.mark.usefixtures("accounts")
def test_a_change_is_preapproved_by_another_than_who_made_or_proposed_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "games")
    said = ("policy", "preapprove", "takedowns", "--what", "a longer pause", "--changed-by", "daemon", "--at-most", "5")
    proposed = _proposed(_as("root", *said))
    assert read_preapproved(policies) == ()
    # Who proposed it, who is said to have changed it, and whom the pack itself names.
    for author in ("root", "daemon", "games"):
        assert "can't approve it too" in _as(author, "approve", proposed).output
    assert "Written to" in _as("nobody", "approve", proposed).output
    (found,) = read_preapproved(policies)
    assert (found.changed_by, found.approved_by, found.by_their_own_word, found.at_most) == (
        "daemon",
        "nobody",
        None,
        5,
    )


@only_root
@pytest.mark.usefixtures("accounts")
def test_a_proposal_that_forgot_whom_the_pack_names_is_not_written_with_their_approval(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "games")
    text = load_pack(policies / "takedowns.yml").sha256
    form = {"what": "x", "pack": "takedowns", "text": text, "code": None, "changed_by": "daemon", "at_most": 5}
    act = ProposedAct(
        action="preapprove", form=form, said="x", by=ANN, at=datetime.now(UTC), not_by=("daemon",)
    )  # fmt: skip
    assert "can't approve it too" in _as("games", "approve", propose(home, act)).output
    assert read_preapproved(policies) == ()


@only_root
@pytest.mark.usefixtures("accounts")
def test_what_came_out_otherwise_since_it_was_proposed_is_not_written(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "games")
    said = ("policy", "preapprove", "takedowns", "--what", "x", "--changed-by", "daemon", "--at-most", "5")
    proposed = _proposed(_as("root", *said))
    pack = policies / "takedowns.yml"
    before = pack.read_text()
    pack.write_text(before.replace("changed_by: games", "changed_by: nobody"))
    told = _as("nobody", "approve", proposed)
    assert (told.exit_code, "isn't what nights read now" in told.output) == (1, True)
    assert read_preapproved(policies) == ()
    # Nothing of it is spent: once it is there again, it can be approved.
    pack.write_text(before)
    assert "Written to" in _as("nobody", "approve", proposed).output


@pytest.mark.parametrize("approved_by", [(), ("--approved-by", "bob")])
def test_where_nobody_is_named_nothing_is_preapproved(
    home: Path, monkeypatch: pytest.MonkeyPatch, approved_by: tuple[str, ...]
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "")
    file = home / "receivers.yml"
    file.write_text("receivers:\n  lake: {kind: files, connection: files, lists: [penalties]}\n")
    monkeypatch.setenv("EVENHAND_RECEIVERS", str(file))
    for what, of in ((("takedowns",), "takedowns.yml"), (("--receiver", "lake"), "receivers.yml")):
        command = ["policy", "preapprove", *what, "--what", "x", "--changed-by", "ann", "--at-most", "5", "--by", "ann"]
        told = CliRunner().invoke(app, [*command, *approved_by])
        assert (told.exit_code, f"{of} doesn't say who changed it" in told.output.replace("\n", " ")) == (1, True)
    assert read_preapproved(policies) == ()
    assert open_proposals(home, datetime.now(UTC)) == []


@pytest.mark.parametrize(
    ("of_first", "said"),
    [
        ("effective_until: 2026-06-30", "Written to"),
        (
            "effective_until: 2026-06-30\nsource: elsewhere",
            "takedowns.yml doesn't say who changed it. Write `changed_by",
        ),
        ("effective_until: 2026-06-29", "takedowns.yml doesn't say who changed it. Write `changed_by"),
    ],
)
def test_a_next_version_is_preapproved_with_the_end_of_the_one_before_and_with_nothing_else_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, of_first: str, said: str
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "")
    first = _released(home, policies / "takedowns.yml")
    text = first.path.read_text()
    begins = re.sub("effective_from: .*", "effective_from: 2026-07-01", text, count=1)
    second = begins.replace("version: 1\n", "version: 2\nchanged_by: mai\n", 1)
    (policies / "takedowns_2.yml").write_text(second)
    first.path.write_text(text.replace("effective_from:", f"{of_first}\neffective_from:", 1))
    command = ["policy", "preapprove", "takedowns@2", "--what", "x", "--changed-by", "mai", "--at-most", "5"]
    told = CliRunner().invoke(app, [*command, "--by", "ann", "--approved-by", "bob"])
    assert said in told.output.replace("\n", " "), told.output
    assert len(read_preapproved(policies)) == (said == "Written to")


@pytest.mark.parametrize(
    ("until", "said"), [("2026-06-30", "Written to"), ("2026-06-29", "takedowns.yml doesn't say who changed it")]
)
def test_a_pack_that_only_ends_for_one_that_continues_it_is_preapproved_as_that_one(
    home: Path, monkeypatch: pytest.MonkeyPatch, until: str, said: str
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "")
    first = _released(home, policies / "takedowns.yml")
    text = first.path.read_text()
    begins = re.sub("effective_from: .*", "effective_from: 2026-07-01\ncontinues: [takedowns]", text, count=1)
    (policies / "notices.yml").write_text(begins.replace("pack: takedowns", "pack: notices\nchanged_by: mai", 1))
    first.path.write_text(text.replace("effective_from:", f"effective_until: {until}\neffective_from:", 1))
    command = ["policy", "preapprove", "takedowns", "--what", "x", "--changed-by", "ann", "--at-most", "5"]
    told = CliRunner().invoke(app, [*command, "--by", "ann", "--approved-by", "mai"])
    assert "Written to" not in told.output
    told = CliRunner().invoke(app, [*command, "--by", "ann", "--approved-by", "bob"])
    assert said in told.output.replace("\n", " "), told.output
    assert len(read_preapproved(policies)) == (said == "Written to")


def test_who_approves_one_version_is_told_which_others_have_to_be_approved(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "mai")
    first = _released(home, policies / "takedowns.yml")
    text = first.path.read_text()
    begins = re.sub("effective_from: .*", "effective_from: 2026-07-01", text, count=1)
    (policies / "takedowns_2.yml").write_text(begins.replace("version: 1\n", "version: 2\n", 1))
    ended = text.replace("effective_from:", "effective_until: 2026-06-30\neffective_from:", 1)
    command = [
        "policy",
        "preapprove",
        "takedowns@2",
        "--what",
        "x",
        "--changed-by",
        "mai",
        "--at-most",
        "5",
        "--dry-run",
    ]
    for written, also in ((ended, ""), (ended.replace("days: 7}", "days: 9}"), "before takedowns@1 is, too. ")):
        first.path.write_text(written)
        told = CliRunner().invoke(app, [*command, "--by", "ann"]).output
        assert (told.endswith(f"{also}Nothing was proposed.\n"), "before" in told) == (True, bool(also)), told


def _released(home: Path, pack: Path) -> LoadedPack:
    """A pack that is as in the newest release."""
    first = load_pack(pack)
    revision = home / "releases/revisions/night=2026-03-05/0001"
    (revision / "manifest.json").parent.mkdir(parents=True)
    (revision / "manifest.json").write_text(base_of_packs(revision, first).manifest.named().text())
    (home / "releases/night=2026-03-05").symlink_to("revisions/night=2026-03-05/0001")
    return first


def test_a_change_is_rehearsed_without_being_proposed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "games")
    said = (
        "policy",
        "preapprove",
        "takedowns",
        "--what",
        "x",
        "--changed-by",
        "games",
        "--at-most",
        "5",
        "--by",
        "ann",
    )
    for approver in ((), ("--approved-by", "bob")):
        told = CliRunner().invoke(app, [*said, *approver, "--dry-run"])
        assert told.output == "No night was there to rehearse it on. Nothing was proposed.\n"
    assert (read_preapproved(policies), open_proposals(home, datetime.now(UTC))) == ((), [])


@pytest.mark.parametrize("approver", ["mallory", "Mallory ", "ann", "cy"])
def test_nor_does_who_changed_or_proposed_it_approve_a_pack_in_one_call(
    home: Path, monkeypatch: pytest.MonkeyPatch, approver: str
) -> None:
    policies = _takedowns_changed_by(home, monkeypatch, "mallory")
    command = [
        "policy",
        "preapprove",
        "takedowns",
        "--what",
        "x",
        "--changed-by",
        "cy",
        "--at-most",
        "5",
        "--by",
        "ann",
    ]
    told = CliRunner().invoke(app, [*command, "--approved-by", approver])
    assert (told.exit_code, "can't approve it too" in told.output.replace("\n", " ")) == (1, True)
    assert read_preapproved(policies) == ()
    assert "Written to" in CliRunner().invoke(app, [*command, "--approved-by", "bob"]).output


@only_root
@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(("log_ins", "needs"), [('{"mai@example.org": "daemon"}', 1), ("{}", 2)])
def test_code_is_preapproved_by_none_of_its_authors_and_by_two_where_one_is_not_known(
    home: Path, monkeypatch: pytest.MonkeyPatch, log_ins: str, needs: int
) -> None:
    policies = home / "policies"
    policies.mkdir()
    monkeypatch.setenv("EVENHAND_POLICIES", str(policies))
    monkeypatch.setenv("EVENHAND_CODE_AUTHORS", "mai@example.org")
    monkeypatch.setenv("EVENHAND_CODE_LOGINS", log_ins)
    # Whatever is said of who changed it.
    proposed = _proposed(_as("root", "policy", "preapprove", "--code", "--what", "x", "--changed-by", "games",
                             "--at-most", "5"))  # fmt: skip
    if needs == 1:
        assert "can't approve it too" in _as("daemon", "approve", proposed).output
    else:
        assert "Approved; it needs 2 in all and has 1" in _as("daemon", "approve", proposed).output
        assert "It isn't known who wrote all of it" in " ".join(_as("root", "proposals").output.split())
    assert read_preapproved(policies) == ()
    assert "Written to" in _as("nobody", "approve", proposed).output
    (found,) = read_preapproved(policies)
    assert found.approved_by == ("nobody" if needs == 1 else "daemon and nobody")


@only_root
@pytest.mark.usefixtures("accounts")
def test_a_receiver_is_preapproved_by_none_whom_receivers_yml_names(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "receivers.yml"
    file.write_text("changed_by: daemon\nreceivers:\n  lake: {kind: files, connection: files, lists: [penalties]}\n")
    monkeypatch.setenv("EVENHAND_RECEIVERS", str(file))
    monkeypatch.setenv("EVENHAND_POLICIES", str(home))
    said = ("policy", "preapprove", "--what", "x", "--changed-by", "games", "--at-most", "5", "--receiver")
    assert "no receiver pond; it has lake" in _as("root", *said, "pond").output.replace("\n", " ")
    proposed = _proposed(_as("root", *said, "lake"))
    assert "can't approve it too" in _as("daemon", "approve", proposed).output
    assert "Written to" in _as("nobody", "approve", proposed).output
    (found,) = read_preapproved(home)
    assert (found.receiver, found.pack, found.at_most, found.approved_by) == ("lake", None, 5, "nobody")


@pytest.mark.parametrize(("at_most", "is_refused"), [(240, False), (241, True), (100_000_000, True)])
def test_of_a_receiver_no_more_rows_are_preapproved_than_come_to_it_or_go(
    home: Path, monkeypatch: pytest.MonkeyPatch, at_most: int, is_refused: bool
) -> None:
    file = home / "receivers.yml"
    lake = "{kind: files, connection: files, lists: [rewards]}"
    pond = lake.replace("files, lists", "pool, lists")
    file.write_text(f"changed_by: ann\nreceivers:\n  lake: {lake}\n  pond: {pond}\n")
    monkeypatch.setenv("EVENHAND_RECEIVERS", str(file))
    monkeypatch.setenv("EVENHAND_POLICIES", str(home))
    command = ["policy", "preapprove", "--what", "x", "--changed-by", "ann", "--by", "ann", "--receiver"]
    # Nothing is released that says how many rows that would be.
    told = CliRunner().invoke(app, [*command, "lake", "--at-most", "11"]).output
    assert "at most 10 rows of each list of lake can be preapproved, not 11: no night is released" in told
    # The lake loses its 200 penalties and gets 150 rewards; of the pond only the connection is another.
    before = {"lake": {"lists": ["penalties"]}, "pond": {"lists": ["rewards"], "connection": "other"}}
    rows = {"penalties": 200, "rewards": 150}
    files = {f"{name}.parquet": ReleasedFile(rows=count, sha256="0" * 64) for name, count in rows.items()}
    of_night = {"format": FORMAT, "files": files, "receivers": before}
    folder = home / "releases" / "night=2026-03-01"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest_of(date(2026, 3, 1)).model_copy(update=of_night).named().text())

    told = CliRunner().invoke(app, [*command, "lake", "--at-most", str(at_most)]).output
    assert ("at most 240 rows of each list of lake can be preapproved" in told) is is_refused
    assert ("Proposed as" in told) is not is_refused
    assert "at most 10 rows" in CliRunner().invoke(app, [*command, "pond", "--at-most", "11"]).output
    if not is_refused:
        ((act, _),) = open_proposals(home, datetime.now(UTC))
        assert "it would be sent 150 rows of rewards, it would lose 200 rows of penalties." in act.said


@pytest.mark.parametrize(
    ("log_ins", "said"),
    [("{}", "two have to approve it; leave out --approved-by"), ('{"mai@example.org": "bob"}', "can't approve it too")],
)
def test_nor_in_one_call_where_nobody_logs_in(
    home: Path, monkeypatch: pytest.MonkeyPatch, log_ins: str, said: str
) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(home))
    monkeypatch.setenv("EVENHAND_CODE_AUTHORS", "mai@example.org")
    monkeypatch.setenv("EVENHAND_CODE_LOGINS", log_ins)
    command = ["policy", "preapprove", "--code", "--what", "x", "--changed-by", "ann", "--at-most", "5", "--by", "ann"]
    told = CliRunner().invoke(app, [*command, "--approved-by", "bob"])
    assert (told.exit_code, said in told.output.replace("\n", " ")) == (1, True)
    assert read_preapproved(home) == ()


def test_where_nobody_logs_in_one_call_does_it_and_it_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop(home, ANN, "drill")
    said = ["resume", "--by", "ann", "--approved-by", "bob", "--reason", "it is over"]
    told = CliRunner().invoke(app, said).output.replace("\n", " ")
    assert "by ann (by their own word), approved by bob (by their own word)" in told
    assert stopped(home) is None
