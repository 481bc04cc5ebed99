"""Measures that last while one can appeal: for how long at least, and against what."""

from __future__ import annotations

from evenhand.policy.language.content import PackContent
from evenhand.policy.language.part import mistake


def refuse_what_appeals_cannot_meet(pack: PackContent) -> None:
    """Refuse a measure that would end while accounts are told that they can appeal, and one of which nobody could say
    what can be appealed against.

    What a value has, and the one before it hadn't, brought the measure. That is asked of the days on which its
    programme was read, and one that its value is made of may have been read on others.

    Raises:
        PydanticCustomError: such a measure, with its place.
    """
    within = pack.appeals.file_within_days
    for place, effect in pack.effects:
        if not effect.appeal_days:
            continue
        if within and effect.starts_after_days + effect.appeal_days < within:
            least = within - effect.starts_after_days
            raise mistake(
                (*place, "appeal_days"),
                str(effect.appeal_days),
                f"at least {least}: accounts are told that they can appeal for {within} days"
                " (appeals, file_within_days)",
            )
        programme = str(place[1])
        for other in _made_of(pack, programme):
            if evaluated := pack.programmes[other].evaluated:
                raise mistake(
                    (*place, "appeal_days"),
                    f"appeal_days in {programme}, whose value is made of {other}, which is evaluated on {evaluated}",
                    f"evaluated in {programme} instead of {other}, or another length, such as days",
                )


def _made_of(pack: PackContent, programme: str) -> list[str]:
    inputs = pack.programmes[programme].inputs()
    return sorted({*inputs, *(below for other in inputs for below in _made_of(pack, other))})
