"""The smallest history that still differs, as text that people can read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import yaml

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.eligibility import Test
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from
from transform.continuity.compare import Difference, differences
from transform.continuity.facts import Account, Event, History
from transform.continuity.names import written as as_written


def smallest(models: Sequence[CompiledModel], difference: Difference) -> Difference:
    """Leave out accounts, events, appeals and packs for as long as something differs on the night."""
    at = difference
    shrinks = True
    while shrinks:
        shrinks = False
        for history in _smaller(at.history):
            left = next((d for d in differences(models, [history], [at.night]) if d.part == at.part), None)
            if left:
                at, shrinks = left, True
                break
    return at


def _smaller(history: History) -> Iterator[History]:
    for account in history.accounts if len(history.accounts) > 1 else ():
        yield replace(history, accounts=(account,))
    for number, account in enumerate(history.accounts):
        for less in _with_less(account):
            yield replace(history, accounts=(*history.accounts[:number], less, *history.accounts[number + 1 :]))
    for number in range(len(history.packs)) if len(history.packs) > 1 else ():
        left = (*history.packs[:number], *history.packs[number + 1 :])
        read = {test.of_pack for pack in left for test in _tests(pack) if test.of_pack}
        if read <= {pack.pack for pack in left}:
            yield replace(history, packs=left)
    for name in ("points", "score"):
        if any(name in pack.programmes for pack in history.packs):
            fewer = [{other: p for other, p in pack.programmes.items() if other != name} for pack in history.packs]
            named = {each for pack in history.packs for each in _programmes_named(pack)}
            if all(fewer) and name not in named:
                kept = zip(history.packs, fewer, strict=True)
                yield replace(history, packs=tuple(_with(pack, "programmes", programmes) for pack, programmes in kept))
    for part in ("bonuses", "eligibility"):
        gated = any(bonus.eligibility for pack in history.packs for bonus in pack.bonuses.values())
        if any(getattr(pack, part) for pack in history.packs) and not (part == "eligibility" and gated):
            yield replace(history, packs=tuple(_with(pack, part, {}) for pack in history.packs))


def _programmes_named(pack: Pack) -> Iterator[str | None]:
    """Those without which another part of the pack couldn't be."""
    yield from (test.programme for test in _tests(pack))
    yield from (each.carries_over.programme for each in pack.programmes.values() if each.carries_over)


def _tests(pack: Pack) -> Iterator[Test]:
    for gate in pack.eligibility.values():
        for condition in gate.conditions:
            yield from condition.tests()


def _with(pack: Pack, part: str, kept: Collection[str]) -> Pack:
    """Read once more: a copy would have what was worked out from the parts that are left out."""
    content = pack.model_dump(exclude_unset=True)
    content[part] = {name: written for name, written in content.get(part, {}).items() if name in kept}
    return pack_from(content)


def _with_less(account: Account) -> Iterator[Account]:
    half = len(account.events) // 2
    if half > 1:
        yield _of(account, account.events[:half])
        yield _of(account, account.events[half:])
    for number in range(len(account.events)):
        yield _of(account, account.events[:number] + account.events[number + 1 :])
    for number in range(len(account.emergencies)):
        yield replace(account, emergencies=account.emergencies[:number] + account.emergencies[number + 1 :])
    for number in range(len(account.appeals)):
        yield replace(account, appeals=account.appeals[:number] + account.appeals[number + 1 :])


def _of(account: Account, events: tuple[Event, ...]) -> Account:
    keys = {event.key for event in events}
    return replace(account, events=events, appeals=tuple(a for a in account.appeals if a.against in keys))


def written(difference: Difference) -> str:
    """The packs as they are written, what happens, and what differs."""
    texts = []
    for pack in as_written(difference.history.packs, difference.history.called):
        content = pack.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        texts.append(yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=110))
    for account in difference.history.accounts:
        rows = [*account.rows, *account.events, *account.appeals, *account.emergencies]
        texts.append("\n".join([account.account_id, *(f"  {_shown(row)}" for row in rows)]))
    return "\n".join([*texts, str(difference)])


def _shown(row: object) -> str:
    return ", ".join(
        f"{key} {value}" for key, value in row.__dict__.items() if value is not None and value is not False
    )
