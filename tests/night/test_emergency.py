"""A measure imposed or lifted now, through the real command: delivered, explained, told, and over at its end."""

from __future__ import annotations

import json

from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation

IMPOSE = ("impose", "account_suspended", "account", "--market", "world", "--account", "a5", "--until", "2026-03-06")
# Those who stand there are a3 and a4.
LIFT = (
    *("lift", "campaigns_closed", "campaign", "--market", "world"),
    *("--programme", "copyright_strikes", "--zone", "restricted", "--until", "2026-03-06"),
)
WHY = ("--reason", "Fake prizes in lives", "--by", "mai")
CAMPAIGNS = {"a3/copyright_strikes/campaign", "a4/copyright_strikes/campaign"}


def test_what_is_imposed_and_lifted_is_in_force_now_survives_the_next_night_and_is_over_at_its_end(
    installation: Installation,
) -> None:
    installation.land("2026-03-05", creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])
    installation.directly("2026-03-05")
    before = installation.held()
    assert set(before) >= CAMPAIGNS

    said = _emergency(installation, *IMPOSE, *WHY, "--approved-by", "Mai", expect=1)
    assert "Mai asked for account_suspended on account to be imposed in world and can't approve it too" in said
    said = _emergency(installation, "impose", "flogging", *IMPOSE[2:], *WHY, "--approved-by", "lan", expect=1)
    assert "the pack takedowns of world has no 'flogging' on 'account'" in said
    assert not (installation.home / "emergencies").exists()
    assert installation.run("emergencies") == "There are none.\n"

    said = _emergency(installation, *IMPOSE, *WHY, "--approved-by", "lan")
    assert "on 1 account, of which 0 have it now" in said
    assert "1 penalties put; 1 applied" in said
    said = _emergency(installation, *LIFT, *WHY, "--approved-by", "lan")
    assert "on 2 accounts, of which 2 have it now" in said
    assert "2 penalties remove; 2 applied" in said

    assert installation.revisions("2026-03-05") == ["0001", "0002", "0003"]
    now = sorted({*before, "a5/emergency/account"} - CAMPAIGNS)
    assert installation.held() == now
    ((explanation, entries),) = installation.rows(
        "2026-03-05", "reasons", "explanation, entries", "row_key = 'a5/emergency/account'"
    )
    assert ": Fake prizes in lives. This brings Account suspended on account from 2026-03-05" in str(explanation)
    assert "File a counter-notice" in str(explanation)
    (recorded,) = (path.stem for path in (installation.home / "emergencies").glob("*-impose-*"))
    assert [entry["entry"] for entry in json.loads(str(entries))] == [f"{recorded}/a5"]
    assert _told(installation, "2026-03-05") == [
        ("a3", "ended", "campaigns_closed"),
        ("a4", "ended", "campaigns_closed"),
        ("a5", "new", "account_suspended"),
    ]
    assert len(installation.manifest("2026-03-05")["emergencies"]) == 2  # type: ignore[arg-type]
    said = installation.run("explain", "a4")
    assert "Lifted by people" in said
    assert "Campaigns closed on campaign until 2026-03-06: Fake prizes in lives" in said
    said = installation.run("emergencies")
    assert "campaigns_closed on campaign lifted on 2 account(s) in world" in said
    assert "2026-03-05 to 2026-03-06, asked for by mai (by their own word), approved by lan (by their own word)" in said

    installation.directly("2026-03-06")

    assert installation.held() == now
    assert _told(installation, "2026-03-06") == []

    installation.directly("2026-03-07")

    assert installation.held() == before
    assert _told(installation, "2026-03-07") == [
        ("a3", "new", "campaigns_closed"),
        ("a4", "new", "campaigns_closed"),
        ("a5", "ended", "account_suspended"),
    ]


def _emergency(installation: Installation, *arguments: str, expect: int = 0) -> str:
    return installation.run("emergency", *arguments, expect=expect)


def _told(installation: Installation, night: str) -> list[tuple[object, ...]]:
    return installation.rows(night, "notices", "account_id, event, measure")
