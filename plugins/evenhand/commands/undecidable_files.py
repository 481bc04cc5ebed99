"""Files that nothing is to be decided about: what they are, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from shlex import quote

from evenhand.landing.decisions import file_decisions, kept_versions, refuse_unknown
from evenhand.landing.file_names import night_of
from evenhand.landing.files import FeedBroken
from evenhand.landing.names import composed
from evenhand.settings import Settings


def refuse_undecidable(
    here: Settings, action: str, name: str, versions: Mapping[str, str], unusable: Mapping[str, str], today: date
) -> None:
    """Make sure that a file is one that can be forgotten or accepted, and isn't yet.

    Args:
        versions: the SHA-256 of each file that it can be about, by name.
        unusable: why files can't be used, by name.
        today: in the deployment's time zone.

    Raises:
        FeedBroken: it isn't. The message says what it is, and what to do.
    """
    kept = kept_versions(here.home)
    current = versions.get(name, kept.get(name))
    for each in reversed(file_decisions(here.home)):
        if each.action == action and composed(each.file) == composed(name) and current in (None, each.sha256):
            raise FeedBroken(
                f"{name} was {'forgotten' if action == 'forget' else 'accepted'} already, by {each.by}, approved by"
                f" {each.approved_by}: {each.why}. {_AFTER[action](each.first_night)}"
            )
    if name in versions:
        return
    if action == "accept" and name in unusable:
        raise FeedBroken(
            f"{name} can't be used, and accepting it doesn't mend that: {unusable[name]}. Have the source land it"
            f" again, or have it forgotten: evenhand feed forget {quote(name)} --reason '…'"
        )
    if action == "accept" and name in kept:
        raise FeedBroken(
            f"{name} counts as it is, so there is nothing to accept: only what lies in the place of a file with many"
            " more rows waits for that"
        )
    if (here.landing / name).is_file():
        night = night_of((*name.split("/"), "", "")[1])
        if night and night > today:
            raise FeedBroken(
                f"{name} lies in the folder of a night that hasn't come: today is {today}. It counts from that night"
                " on; if the day is wrong, move it to the folder of the right one"
            )
        raise FeedBroken(
            f"{name} lies there, and no night has looked at it yet. Run evenhand nightly; to have it never count, take"
            " it out of the landing folder before that"
        )
    refuse_unknown(name, versions)


_AFTER: Mapping[str, Callable[[date], str]] = {
    "forget": lambda night: (
        f"It counts no more from night {night} on; to have its rows count again, land them in a file of another name"
    ),
    "accept": lambda _: "It is taken as it is once the night is run again: evenhand nightly",
}
