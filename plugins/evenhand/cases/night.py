"""What a night does to the cases: it opens, updates and closes them as their causes come and go.

Only the newest released night does, for an older one knows less than what people have seen since. The same night again
changes nothing, and so does a night that comes out as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from evenhand.cases.case import Case, CaseCause
from evenhand.cases.kinds import KINDS
from evenhand.cases.night_facts import NightFacts
from evenhand.cases.priority import harms
from evenhand.cases.store import NIGHTS, Cases, Draft
from evenhand.people.people import ALL
from evenhand.release.manifest import Manifest


@dataclass
class Changed:
    """What a night did to the cases.

    Attributes:
        counts: how many it opened, updated, closed and reopened.
        not_looked_at: the kinds that it couldn't tell of.
    """

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("opened", "updated", "closed", "reopened"), 0)
    )
    not_looked_at: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line for people."""
        said = ", ".join(f"{number:,} {what}" for what, number in self.counts.items() if number) or "none changed"
        left = f"; not looked at: {', '.join(KINDS[kind].label for kind in self.not_looked_at)}"
        return f"cases: {said}{left if self.not_looked_at else ''}"


def update(cases: Cases, night: NightFacts) -> Changed:
    """Bring the cases to what a night found; the store has to be open for writing."""
    looked = [name for name, kind in KINDS.items() if kind.find and (night.has_warehouse or not kind.needs_warehouse)]
    found: dict[str, CaseCause] = {}
    for name in looked:
        find = KINDS[name].find
        assert find
        found |= {cause.case_id: cause for cause in find(night)}
    known = cases.all()
    owners = night.owners()
    changed = Changed(not_looked_at=tuple(name for name, kind in KINDS.items() if kind.find and name not in looked))
    drafts = [*_drafts(known, found, looked, night.night), *_moved(known, found, owners, night.night)]
    for draft in drafts:
        changed.counts[draft.action] += 1
    before = cases.looked()
    if before is None or (before.night, before.release_id) != (night.night, night.manifest.release_id):
        content = {"night": str(night.night), "release_id": night.manifest.release_id, **changed.counts}
        drafts.append(Draft(NIGHTS, _nights_so_far(cases), "night", content))
    cases.append(drafts)
    still_open = [each for each in cases.all().values() if each.state == "open"]
    # As it was found just now, with all of its accounts.
    causes = [found.get(each.case_id, each.cause) for each in still_open]
    cases.set_figures(night.night, harms(night, causes, owners))
    return changed


def is_older(cases: Cases, manifest: Manifest) -> bool:
    """Whether a later night was looked at before."""
    looked = cases.looked()
    return looked is not None and manifest.night < looked.night


def _drafts(
    known: Mapping[str, Case], found: Mapping[str, CaseCause], looked: Iterable[str], night: date
) -> Iterable[Draft]:
    for name, cause in sorted(found.items()):
        case = known.get(name)
        content = {"cause": cause.as_content(), "on": str(night)}
        if case is None:
            yield Draft(name, 0, "opened", content)
        elif case.state == "open":
            if case.cause.facts_sha256 != cause.facts_sha256:
                yield Draft(name, case.version, "updated", content)
        elif not case.closed_by_person or case.cause.facts_sha256 != cause.facts_sha256:
            # What a person closed returns only on new facts.
            yield Draft(name, case.version, "reopened", content)
    for name, case in sorted(known.items()):
        kind = KINDS.get(case.cause.kind)
        is_gone = name not in found and case.cause.kind in looked and not case.by_hand
        if kind and kind.closed_by_night and case.state == "open" and is_gone:
            yield Draft(name, case.version, "closed", {"why": "its cause is gone", "on": str(night)})


def _moved(
    known: Mapping[str, Case], found: Mapping[str, CaseCause], owners: Mapping[str, str], night: date
) -> Iterable[Draft]:
    """What people opened about one account follows it into another market; what a night finds does by itself."""
    for name, case in sorted(known.items()):
        cause = case.cause
        if name in found or not case.by_hand or len(cause.accounts) != 1 or cause.market == ALL:
            continue
        market = owners.get(cause.accounts[0], cause.market)
        if market != cause.market:
            moved = replace(cause, market=market).as_content()
            yield Draft(name, case.version, "updated", {"cause": moved, "on": str(night)})


def _nights_so_far(cases: Cases) -> int:
    return cases.versions({NIGHTS}).get(NIGHTS, 0)
