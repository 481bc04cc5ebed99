"""A measure imposed or lifted now, by the command: delivered, explained, told, and over at its end.

The night is called directly. That the command's process becomes that of the night is of test_nightly.py.
"""

from __future__ import annotations

import json

import pytest

from evenhand.local import installation as local
from night.installation import Installation

IMPOSE = ("impose", "account_suspended", "account", "--market", "world", "--account", "a5", "--until", "2026-03-06")
# Those who stand there are a3 and a4.
LIFT = (
    *("lift", "campaigns_closed", "campaign", "--market", "world"),
    *("--programme", "copyright_strikes", "--zone", "restricted", "--until", "2026-03-06"),
)
WHY = ("--reason", "Fake prizes in lives", "--by", "mai")
CAMPAIGNS = {"a3/copyright_strikes/campaign", "a4/copyright_strikes/campaign"}


def test_what_is_imposed_and_lifted_is_in_force_now_survives_the_next_night_and_is_over_at_its_end(
    decided: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "become", lambda _, command: _decide_directly(decided, command))
    # The appeal that is granted on the next night is of other tests.
    decided.land("2026-03-06", appeals=[])
    before = decided.held()
    assert set(before) >= CAMPAIGNS

    said = _emergency(decided, *IMPOSE, *WHY, "--approved-by", "Mai", expect=1)
    assert "Mai asked for account_suspended on account to be imposed in world and can't approve it too" in said
    said = _emergency(decided, "impose", "flogging", *IMPOSE[2:], *WHY, "--approved-by", "lan", expect=1)
    assert "the pack takedowns of world has no 'flogging' on 'account'" in said
    assert not (decided.home / "emergencies").exists()
    assert decided.in_process("emergencies") == "There are none.\n"

    said = _emergency(decided, *IMPOSE, *WHY, "--approved-by", "lan")
    assert "on 1 account, of which 0 have it now" in said
    assert "1 penalty put; 1 applied" in said
    said = _emergency(decided, *LIFT, *WHY, "--approved-by", "lan")
    assert "on 2 accounts, of which 2 have it now" in said
    assert "2 penalties remove; 2 applied" in said

    assert decided.revisions("2026-03-05") == ["0001", "0002", "0003"]
    now = sorted({*before, "a5/emergency/account"} - CAMPAIGNS)
    assert decided.held() == now
    ((explanation, entries),) = decided.rows(
        "2026-03-05", "reasons", "explanation, entries", "row_key = 'a5/emergency/account'"
    )
    assert ": Fake prizes in lives. This brings Account suspended on account from 2026-03-05" in str(explanation)
    assert "File a counter-notice" in str(explanation)
    (recorded,) = (path.stem for path in (decided.home / "emergencies").glob("*-impose-*"))
    assert [entry["entry"] for entry in json.loads(str(entries))] == [f"{recorded}/a5"]
    assert _told(decided, "2026-03-05") == [
        ("a3", "ended", "campaigns_closed"),
        ("a4", "ended", "campaigns_closed"),
        ("a5", "new", "account_suspended"),
    ]
    assert len(decided.manifest("2026-03-05")["emergencies"]) == 2
    said = decided.in_process("explain", "a4")
    assert "Lifted by people" in said
    assert "Campaigns closed on campaign until 2026-03-06: Fake prizes in lives" in said
    said = decided.in_process("emergencies")
    assert "campaigns_closed on campaign lifted on 2 accounts in world" in said
    assert "2026-03-05 to 2026-03-06, asked for by mai (by their own word), approved by lan (by their own word)" in said

    decided.directly("2026-03-06")

    assert decided.held() == now
    assert _told(decided, "2026-03-06") == []

    said = _emergency(decided, "end", recorded, *WHY, "--approved-by", "Mai", expect=1)
    assert f"Mai asked for account_suspended on account to be ended in world ({recorded}) and can't approve it" in said
    said = _emergency(decided, "end", recorded, *WHY, "--approved-by", "lan")
    assert f"It ends {recorded} alone, which was until 2026-03-06" in " ".join(said.split())
    assert "1 penalty remove; 1 applied" in said

    assert decided.held() == sorted({*now} - {"a5/emergency/account"})
    assert _told(decided, "2026-03-06") == [("a5", "ended", "account_suspended")]
    ((cause,),) = decided.rows("2026-03-06", "changes", "cause", "row_key = 'a5/emergency/account'")
    assert cause == "emergency"
    ((why,),) = decided.rows("2026-03-06", "notices", "body", "account_id = 'a5'")
    assert "Fake prizes in lives" in str(why)
    assert "Ended by people" in decided.in_process("explain", "a5")

    decided.directly("2026-03-07")

    assert decided.held() == before
    assert _told(decided, "2026-03-07") == [
        ("a3", "new", "campaigns_closed"),
        ("a4", "new", "campaigns_closed"),
    ]


def _emergency(installation: Installation, *arguments: str, expect: int = 0) -> str:
    return installation.in_process("emergency", *arguments, expect=expect)


def _decide_directly(installation: Installation, command: list[str]) -> None:
    assert command in (["evenhand", "nightly", "2026-03-05"], ["evenhand", "nightly", "2026-03-06"])
    print(installation.directly(command[-1]))


def _told(installation: Installation, night: str) -> list[tuple[object, ...]]:
    return installation.rows(night, "notices", "account_id, event, measure")
