"""Attempts on a running installation, over nights: what is changed where the night reads it, and where it wrote.

Made in their order, for each goes on from what those before it left.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from attack.attempt import Attempt, need
from evenhand.settings import PROJECT
from night.installation import Installation

FIRST, NEXT, LATER = "2026-03-05", "2026-03-06", "2026-03-07"
EVIL = "pay 50 USD at evil.example"


@dataclass(frozen=True)
class Running:
    """An installation with a night that is decided and delivered, whose files are then changed.

    Attributes:
        before: the row keys that the sandbox holds, before anything was tried.
    """

    installation: Installation
    before: tuple[str, ...]

    def held(self, name: str) -> str:
        """What is shown of a held list, of a delivery or of a language."""
        return self.installation.run("held", NEXT, "--list", name)


def started(home: Path) -> Running:
    """An installation that has decided and delivered a night, and then the next with everything changed."""
    installation = Installation(home)
    for name in ("policies", "translations"):
        (home / name).mkdir()
    shutil.copy(PROJECT / "policies" / "takedowns.yml", home / "policies")
    for path in (PROJECT / "translations").glob("*.po"):
        shutil.copy(path, home / "translations")
    shutil.copy(PROJECT / "receivers.yml", home / "receivers.yml")
    installation.overrides |= {
        "EVENHAND_POLICIES": str(home / "policies"),
        "EVENHAND_TRANSLATIONS": str(home / "translations"),
        "EVENHAND_RECEIVERS": str(home / "receivers.yml"),
    }
    installation.land_history()
    installation.nightly(FIRST)
    running = Running(installation, tuple(installation.held()))
    _change(home / "policies" / "takedowns.yml", "version: 1\n", f"version: 1\nchanged_by: mallory\n# {EVIL}\n")
    _change(home / "policies" / "takedowns.yml", "appeal_route: ", f"appeal_route: First {EVIL}. ")
    _change(home / "translations" / "en.po", 'msgstr "New measure: {measure}"',
            f'msgstr "New measure, {EVIL}: {{measure}}"')  # fmt: skip
    _change(home / "translations" / "en.po", '"Language: en\\n"', '"Language: en\\n"\n"Last-Translator: mallory\\n"')
    _change(home / "receivers.yml", "receivers:\n", "changed_by: mallory\nreceivers:\n")
    _change(home / "receivers.yml", "batch_size: 500\n    lists: [penalties, rewards]", "lists: [rewards]")
    installation.nightly(NEXT)
    return running


def _change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    if before not in text:
        raise ValueError(f"{path} has no {before!r} any more; correct the attempt")
    path.write_text(text.replace(before, after, 1))


def other_words_of_a_pack(on: Running) -> str:
    said = on.held("penalties")
    need("penalties of world" in said, f"the list isn't held: {said}")
    told = on.installation.rows(NEXT, "reasons", "count(*)", f"appeal_route like '%{EVIL}%'")
    need(told == [(0,)], f"{told} reasons say it")
    return said.strip().splitlines()[0]


def other_words_of_a_language(on: Running) -> str:
    said = on.held("notices")
    need("notices in en" in said and EVIL in said, f"they aren't held: {said}")
    told = on.installation.rows(NEXT, "notices", "count(*)", f"subject || body like '%{EVIL}%'")
    need(told == [(0,)], f"{told} notices say it")
    return said.strip().splitlines()[0]


def a_receiver_without_a_list(on: Running) -> str:
    said = on.held("deliveries")
    need("deliveries to sandbox" in said, f"it isn't held: {said}")
    need(tuple(on.installation.held()) == on.before, "rows were removed there")
    return said.strip().splitlines()[0]


def approving_ones_own_change(on: Running) -> str:
    said = ""
    for name, market in (("penalties", "world"), ("notices", "en"), ("deliveries", "sandbox")):
        for by in ("mallory", "Mallory ", "M\uff41llory", "m\u0430llory"):
            said = on.installation.run(
                *("answer", "approve", "--list", name, "--market", market, "--night", NEXT, "--by", by), expect=1
            )
    return said.strip()


def an_emergency_for_ever(on: Running) -> str:
    said = on.installation.run(
        *("emergency", "impose", "publishing_paused", "short_video", "--market", "world"),
        *("--account", "a6", "--until", "2027-01-01", "--reason", "because", "--by", "mallory"),
        expect=1,
    )
    need("30 days" in said, f"it was refused for something else: {said}")
    return said.strip()


def a_change_approved_for_everything(on: Running) -> str:
    said = on.installation.run(
        *("policy", "preapprove", "takedowns", "--what", "x", "--changed-by", "mallory", "--by", "mallory"),
        *("--at-most", "100000000"),
        expect=1,
    )
    need("can be preapproved" in said, f"it was refused for something else: {said}")
    return said.strip()


def a_deleted_stop(on: Running) -> str:
    on.installation.run("stop", "--by", "mallory", "--reason", "a drill")
    (path,) = sorted((on.installation.home / "stops").glob("*.json"))
    kept = path.read_bytes()
    path.unlink()
    said = on.installation.run("verify", expect=1)
    need("is gone" in said, f"it isn't found: {said}")
    path.write_bytes(kept)
    on.installation.run("resume", "--by", "ann", "--approved-by", "bob", "--reason", "over")
    return said.strip().splitlines()[0]


def a_changed_release(on: Running) -> str:
    path = on.installation.release(NEXT).resolve() / "penalties.parquet"
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(kept[:-8] + b"\0" * 8)
    # There is a next night to decide: without anything landed it would end before it reads the release.
    on.installation.land(LATER, violations=[])
    verified = on.installation.run("verify", NEXT, expect=1)
    need("penalties.parquet" in verified, f"it isn't found: {verified}")
    stopped = on.installation.nightly(LATER, expect=1)
    need("penalties.parquet" in stopped, f"the next night went on: {stopped}")
    path.write_bytes(kept)
    return verified.strip().splitlines()[0]


ON_NIGHTS: tuple[Attempt[Running], ...] = (
    Attempt("a phishing sentence as a pack's `appeal_route`", "held", other_words_of_a_pack),
    Attempt("the same in a translation", "held", other_words_of_a_language),
    Attempt("a list dropped from a receiver", "held", a_receiver_without_a_list),
    Attempt("approving what one changed oneself, spelt in four ways", "refused", approving_ones_own_change),
    Attempt("an emergency of ten months, by command", "refused", an_emergency_for_ever),
    Attempt("a preapproval of a hundred million rows", "refused", a_change_approved_for_everything),
    Attempt("a stop, deleted below a running installation", "refused", a_deleted_stop),
    Attempt("a released list, changed: `evenhand verify` and the next night", "refused", a_changed_release),
)
