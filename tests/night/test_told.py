"""What accounts are told across the revisions of one night: the difference to what they were told last."""

from __future__ import annotations

from pathlib import Path

from night.directly import decide
from night.installation import CREATORS, Installation
from night.told import receivers

EARLIER, NIGHT = "2026-03-05", "2026-03-06"
STRIKE = ("v5.0", "a5", "c5", "copyright", "b5.0", NIGHT)
PLATFORM = [*CREATORS[:4], ("a5", "world", "platform", "en", "2026-01-01"), CREATORS[5]]


def test_a_measure_that_is_withdrawn_the_same_night_and_comes_back_is_told_each_time(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.land_history()
    decide(tmp_path, EARLIER)
    warned = "The measure “Warning” is in force on your account."
    with receivers(tmp_path) as told:
        told.bring(EARLIER)
        # The first release of all tells only what begins on its night.
        assert told.told() == []
        installation.land(NIGHT, violations=[STRIKE])
        _decide_and_bring(installation, told.bring)
        # The appeal of a1 was granted that night.
        first = told.told()
        assert sorted(first) == sorted(["The measure “Warning” on your account has ended.", warned])

        # A platform's own account can't have a strike.
        installation.land(NIGHT, creators=PLATFORM)
        _decide_and_bring(installation, told.bring)
        assert "a5/copyright_strikes/account" not in told.held()
        second = ["The measure “Warning” on your account has ended."]
        assert told.told() == [*first, *second]

        installation.land(NIGHT, creators=CREATORS)
        _decide_and_bring(installation, told.bring)
        assert "a5/copyright_strikes/account" in told.held()
        assert told.told() == [*first, *second, warned]

    assert installation.revisions(NIGHT) == ["0001", "0002", "0003"]
    about_a5 = [
        (event, starts, name)
        for name, event, starts in installation.rows(NIGHT, "notices", "notice_id, event, account_id")
        if starts == "a5"
    ]
    assert sorted(event for event, *_ in about_a5) == ["ended", "new", "new"]
    assert len({name for *_, name in about_a5}) == 3
    # It was withdrawn on the night on which it began: it was in force on no day, and no days are told.
    ((withdrawn,),) = (
        {
            body
            for event, account, body in installation.rows(NIGHT, "notices", "event, account_id, body")
            if (event, account) == ("ended", "a5")
        },
    )
    assert "2026" not in str(withdrawn)
    # The night's first release was told against the night before, and its revisions go on from there.
    manifest = installation.manifest(NIGHT)
    since = installation.manifest(EARLIER)
    assert manifest["told_since"] == {"night": EARLIER, "release_id": since["release_id"]}
    assert manifest["told_before"]


def _decide_and_bring(installation: Installation, bring: object) -> None:
    """Decide the night, twice: the second time changes no byte."""
    decide(installation.home, NIGHT)
    before = installation.release_bytes(NIGHT), installation.revisions(NIGHT)
    decide(installation.home, NIGHT)
    assert (installation.release_bytes(NIGHT), installation.revisions(NIGHT)) == before
    bring(NIGHT)  # type: ignore[operator]
