"""What people do by hand on the terminal: stop and resume deliveries, and reverse a night that was delivered.

The commands are called in this process; those of the manual are run as such in tests/deployment/test_stack.py.
"""

from __future__ import annotations

from pathlib import Path

from night.installation import Installation

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
OF_A1 = "a1/copyright_strikes/account"
ANN = ("--by", "ann", "--reason", "whole [zones] are wrong")
BOTH = (*ANN, "--approved-by", "bob")
SANDBOX_ALONE = "receivers:\n  sandbox: {kind: http, connection: evenhand_sandbox, lists: [penalties, rewards]}\n"


def test_a_night_is_reversed_on_the_terminal_and_nothing_is_sent_while_deliveries_are_stopped(
    decided: Installation, tmp_path: Path
) -> None:
    before = decided.held()
    assert "nothing was released before night 2026-03-05" in decided.in_process("reverse", EARLIER, *BOTH, expect=1)
    assert OF_A1 in before

    assert "From now on nothing is sent" in decided.in_process("stop", *ANN)
    said = decided.directly(NIGHT, expect=1)
    assert "Deliveries were stopped by ann (by their own word)" in said
    assert "whole [zones] are wrong. Nothing is lost" in said
    assert "Nothing is sent: deliveries were stopped by ann" in decided.in_process("summary", NIGHT)
    assert decided.held() == before
    assert decided.revisions(NIGHT) == ["0001"]

    said = decided.in_process("resume", *ANN, "--approved-by", "Ann", expect=1)
    assert "have somebody else approve it" in said
    assert "Deliveries can be made again" in decided.in_process("resume", *BOTH)
    decided.deliver(NIGHT)
    assert OF_A1 not in decided.held()

    # The appeal of a1 was granted by mistake.
    said = decided.in_process("reverse", NIGHT, *BOTH)
    assert (
        "night 2026-03-06 was reversed to the lists of 2026-03-05 by ann (by their own word), approved by bob" in said
    )
    assert "sandbox, night 2026-03-06: sent 1 penalties put; 1 applied" in said
    assert "12 rows wanted, 12 held: they agree" in said
    assert decided.held() == before
    assert "Reversed to the lists of 2026-03-05 by ann" in decided.in_process("summary", NIGHT)

    # From here on a process for each receiver isn't what is asked.
    alone = tmp_path / "receivers.yml"
    alone.write_text(SANDBOX_ALONE)
    to_one = {"EVENHAND_RECEIVERS": str(alone)}
    effects = decided.effects()
    decided.overrides |= to_one
    assert "sandbox, night 2026-03-06: sent nothing" in decided.in_process("reverse", NIGHT, *BOTH)
    decided.overrides.pop("EVENHAND_RECEIVERS")
    assert "Nothing changed" in decided.directly(NIGHT)
    assert (decided.effects(), decided.revisions(NIGHT)) == (effects, ["0001", "0002"])

    decided.overrides |= to_one
    decided.in_process("reverse", NIGHT, "--lift", *BOTH)
    assert OF_A1 not in decided.held()
    assert decided.revisions(NIGHT) == ["0001", "0002", "0003"]
