"""What people stopped or reversed, as pages tell it: who, when and why, in the reader's language."""

from __future__ import annotations

from evenhand.console.reader import say
from evenhand.delivery.stopping import Stop
from evenhand.records.written import in_one_line
from evenhand.release.manifest import Reversed


def stop_said(of: Stop) -> str:
    """Who stopped deliveries, as a sentence without its end."""
    return say("%(person)s stopped deliveries at %(at)s: %(why)s", person=str(of.by), at=of.at, why=in_one_line(of.why))


def reversal_said(of: Reversed) -> str:
    """Who reversed a night, as a sentence without its end."""
    return say(
        "This night was reversed to the lists of %(night)s by %(by)s, approved by %(second)s: %(why)s",
        night=of.back_to.night,
        by=str(of.by),
        second=str(of.approved_by),
        why=in_one_line(of.why),
    )
