"""What versions of a drawn pack call its parts: the oracle decides by first names, the models read what is written.

Sentence 1 of what goes on over versions: a part of another name is the same where it says what it `was`, and so is a
pack where it says what it `continues`. From that version's first day on, all that goes on has the new name.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from evenhand.policy.language.pack import Pack
from evenhand.policy.load import pack_from

Content = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A part of a pack by its first name, and that of what it is a part of."""

    kind: str
    name: str
    of: str = ""


@dataclass(frozen=True)
class Called:
    """The names of a version that begins on a day; what isn't named there has its first name."""

    first: date
    pack: str
    names: Mapping[Part, str] = field(default_factory=dict)

    def of(self, part: Part) -> str:
        return self.names.get(part, part.name)


def drawn_names(chance: random.Random, packs: Sequence[Pack], features: Collection[str]) -> tuple[Called, ...]:
    """Names of every version: some parts get another one with a version, or the one back that they had first."""
    first, *later = packs
    called = [Called(first.effective_from, first.pack)]
    for number, pack in enumerate(later, start=2):
        names, named = dict(called[-1].names), called[-1].pack
        parts = [part for part, _ in _parts(_content_of(pack))]
        if "renamed" in features and chance.random() < 0.5:
            for part in chance.sample(parts, min(len(parts), chance.choice((1, 2, 5)))):
                # The name that it had first, again, is another name too.
                names[part] = part.name if part in names and chance.random() < 0.3 else f"{part.name}_{number}"
        if "continued" in features and chance.random() < 0.3:
            named = f"{first.pack}_{number}"
        called.append(Called(pack.effective_from, named, names))
    return tuple(called)


def written(packs: Sequence[Pack], called: Sequence[Called]) -> Iterator[Pack]:
    """The packs as they are written: each part with its name and what it was, each pack with what it continues."""
    last: dict[Part, str] = {}
    last_pack: str | None = None
    for pack in packs:
        names = _on(called, pack.effective_from)
        if names is None:
            yield pack
            continue
        content = _content_of(pack)
        for part, written_part in list(_parts(content)):
            name = names.of(part)
            if last.get(part, name) != name:
                written_part["was"] = last[part]
            last[part] = name
        content = _with_names(content, names)
        if last_pack not in (None, names.pack):
            content["continues"] = (last_pack,)
        last_pack = names.pack
        yield pack_from(content | {"pack": names.pack})


def names_on(packs: Sequence[Pack], called: Sequence[Called], night: date) -> Mapping[Part, str]:
    """What each part is called on a night: as the newest version that has it says, gone or not."""
    found: dict[Part, str] = {}
    for pack in packs:
        if pack.effective_from <= night and (names := _on(called, pack.effective_from)):
            found |= {part: names.of(part) for part, _ in _parts(_content_of(pack))}
    return found


def pack_called(called: Sequence[Called], pack: Pack) -> str:
    """What a version of a pack is called, as it is written."""
    names = _on(called, pack.effective_from)
    return names.pack if names else pack.pack


def _on(called: Sequence[Called], day: date) -> Called | None:
    return next((each for each in reversed(called) if each.first <= day), None)


def _content_of(pack: Pack) -> Content:
    return deepcopy(pack.model_dump(exclude_unset=True, exclude_none=True))


def _parts(content: Content) -> Iterator[tuple[Part, Content]]:
    for name, programme in content.get("programmes", {}).items():
        yield Part("programme", name), programme
        for rule in programme["entries"]:
            yield Part("rule", rule["rule"], name), rule
        for zone in programme["zones"]:
            yield Part("zone", zone["zone"], name), zone
    for name, gate in content.get("eligibility", {}).items():
        yield Part("eligibility", name), gate
        for condition in gate["conditions"]:
            yield Part("condition", condition["condition"], name), condition
    for name, bonus in content.get("bonuses", {}).items():
        yield Part("bonus", name), bonus


def _with_names(content: Content, names: Called) -> Content:
    for part, written_part in list(_parts(content)):
        if part.kind in ("rule", "zone", "condition"):
            written_part[part.kind] = names.of(part)
        for test in (written_part, *written_part.get("any_of", ())) if part.kind == "condition" else ():
            if "programme" in test:
                test["programme"] = names.of(Part("programme", test["programme"]))
        for reward in written_part.get("rewards", ()) if part.kind == "programme" else ():
            reward["zones"] = tuple(names.of(Part("zone", zone, part.name)) for zone in reward["zones"])
        if part.kind == "programme" and (carried := written_part.get("carries_over")):
            carried["programme"] = names.of(Part("programme", carried["programme"]))
        if part.kind == "bonus" and "eligibility" in written_part:
            written_part["eligibility"] = names.of(Part("eligibility", written_part["eligibility"]))
    for key, kind in (("programmes", "programme"), ("eligibility", "eligibility"), ("bonuses", "bonus")):
        if key in content:
            content[key] = {names.of(Part(kind, name)): part for name, part in content[key].items()}
    return content
