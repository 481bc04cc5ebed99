"""What people do by hand on the terminal: stop and resume deliveries, and reverse a night that was delivered."""

from __future__ import annotations

from night.installation import Installation

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
OF_A1 = "a1/copyright_strikes/account"
ANN = ("--by", "ann", "--reason", "whole [zones] are wrong")
BOTH = (*ANN, "--approved-by", "bob")


def test_a_night_is_reversed_on_the_terminal_and_nothing_is_sent_while_deliveries_are_stopped(
    installation: Installation,
) -> None:
    installation.land_history()
    installation.directly(EARLIER)
    before = installation.held()
    assert "nothing was released before night 2026-03-05" in installation.run("reverse", EARLIER, *BOTH, expect=1)
    assert OF_A1 in before

    assert "From now on nothing is sent" in installation.run("stop", *ANN)
    said = installation.directly(NIGHT, expect=1)
    assert "Deliveries were stopped by ann (by their own word)" in said
    assert "whole [zones] are wrong. Nothing is lost" in said
    assert "Nothing is sent: deliveries were stopped by ann" in installation.run("summary", NIGHT)
    assert installation.held() == before
    assert installation.revisions(NIGHT) == ["0001"]

    said = installation.run("resume", *ANN, "--approved-by", "Ann", expect=1)
    assert "have somebody else approve it" in said
    assert "Deliveries can be made again" in installation.run("resume", *BOTH)
    installation.directly(NIGHT)
    assert OF_A1 not in installation.held()

    # The appeal of a1 was granted by mistake.
    said = installation.run("reverse", NIGHT, *BOTH)
    assert (
        "night 2026-03-06 was reversed to the lists of 2026-03-05 by ann (by their own word), approved by bob" in said
    )
    assert "sandbox, night 2026-03-06: sent 1 penalties put; 1 applied" in said
    assert "12 rows wanted, 12 held: they agree" in said
    assert installation.held() == before
    assert "Reversed to the lists of 2026-03-05 by ann" in installation.run("summary", NIGHT)

    effects = installation.effects()
    assert "sandbox, night 2026-03-06: sent nothing" in installation.run("reverse", NIGHT, *BOTH)
    assert "Nothing changed" in installation.directly(NIGHT)
    assert (installation.effects(), installation.revisions(NIGHT)) == (effects, ["0001", "0002"])

    installation.run("reverse", NIGHT, "--lift", *BOTH)
    assert OF_A1 not in installation.held()
    assert installation.revisions(NIGHT) == ["0001", "0002", "0003"]
