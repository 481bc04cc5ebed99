"""Random histories: packs with two and three versions that differ in one figure or rule, and what happens meanwhile.

What is drawn can be switched on by feature, so that a difference is known by what brought it.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from copy import deepcopy
from datetime import date
from typing import Any

from pydantic import ValidationError

from evenhand.policy.load import pack_from
from transform.continuity.drawn_breadth import BREADTH
from transform.continuity.drawn_changes import CHANGES
from transform.continuity.drawn_emergencies import with_emergencies, with_two_of_a_scope
from transform.continuity.drawn_events import account, with_courses, with_much_spam
from transform.continuity.drawn_late import with_late_facts, with_little_money
from transform.continuity.drawn_packs import Content, first_version
from transform.continuity.facts import DAY, FIRST_DAY, LAST_DAY, History
from transform.continuity.names import drawn_names

# Beside changes: what a first version can have, and what can happen.
OTHERS = (
    *(
        "versions",
        "while_in_zone",
        "gates",
        "without_measure",
        "appeals",
        "batch",
        "day",
        "not_again",
        "every",
        "grace",
    ),
    *("relief", "evaluated", "tiers", "each_rise", "gap", "gone_and_back", "onboarding", "late_rows", "corrections"),
    *("bonuses", "bonus_gates", "moves", "other_packs", "other_kinds", "no_such_market", "renamed", "continued"),
    *("several_packs", "restored", "versions_of_rows", "contents", "emergencies", "late_facts", "reordered"),
    *("relief_before", "regrouped"),
)
FEATURES = frozenset((*OTHERS, *CHANGES, *BREADTH))


def draw(seed: int, number: int, features: Collection[str]) -> History:
    """The history of a number; the same for the same features."""
    chance = random.Random(f"{seed}/{number}")
    name = f"h{number}"
    contents = _contents(chance, name, features)
    if {"moves", "other_packs"} <= set(features) and chance.random() < 0.6:
        contents = _with_another_pack_there(chance, contents, name, features)
    if "several_packs" in features and chance.random() < 0.3:
        contents = _with_another_pack_beside(chance, contents, name, features)
        kinds = random.Random(f"{seed}/{number}/kinds")
        if "other_kinds" in features and kinds.random() < 0.4:
            # It is for whom the first one isn't for.
            contents = [{"applies_to": ["seller"]} | each if _is_beside(each, name) else each for each in contents]
    # By chance of its own: all else is the same with it and without.
    late = random.Random(f"{seed}/{number}/late")
    if "late_facts" in features and late.random() < 0.5:
        scarce = with_little_money(late, contents)
        contents = scarce if all(_is_pack(content) for content in scarce) else contents
    taken = random.Random(f"{seed}/{number}/relief_before")
    if "relief_before" in features:
        contents = _taken_off_before(taken, contents)
    grouped = random.Random(f"{seed}/{number}/regrouped")
    if regroups := "regrouped" in features and grouped.random() < 0.2:
        contents = _regrouped(grouped, contents)
    strict = random.Random(f"{seed}/{number}/reordered")
    if "reordered" in features:
        contents = _reordered(strict, contents)
    packs = tuple(pack_from(with_calendars(content)) for content in contents)
    accounts = tuple(account(chance, f"{name}/a{each}", packs, features) for each in range(3))
    if "relief_before" in features:
        accounts = tuple(with_courses(taken, each, packs) for each in accounts)
    if regroups:
        accounts = tuple(with_much_spam(grouped, each, packs) for each in accounts)
    if "late_facts" in features:
        accounts = with_late_facts(late, accounts)
    if "emergencies" in features:
        struck = random.Random(f"{seed}/{number}/emergencies")
        accounts = tuple(with_emergencies(struck, each, packs) for each in accounts)
        if "reordered" in features:
            accounts = tuple(with_two_of_a_scope(strict, each, packs) for each in accounts)
    # Who moves goes on where both packs have the same names that day, so that names are those of one pack.
    named = random.Random(f"{seed}/{number}/names")
    called = drawn_names(named, packs, features) if len({pack.pack for pack in packs}) == 1 else ()
    return History(name, packs, accounts, called)


def nights_of(seed: int, batch: int, count: int) -> list[date]:
    """Nights to compare a batch of histories on."""
    chance = random.Random(f"nights {seed}/{batch}")
    return [FIRST_DAY + days * DAY for days in sorted(chance.sample(range(5, (LAST_DAY - FIRST_DAY).days), count))]


def _contents(chance: random.Random, name: str, features: Collection[str]) -> list[Content]:
    tens = sorted(chance.sample(range(2, 9), chance.choice((1, 2)))) if "versions" in features else []
    turns = [10 * ten + chance.randint(0, 1) for ten in tens]
    content = first_version(chance, name, features)
    for part in sorted(BREADTH.keys() & set(features)):
        if chance.random() < 0.2:
            content = _broadened(chance, content, part)
    contents = [content]
    for version, turn in enumerate(turns, start=2):
        day = FIRST_DAY + turn * DAY
        contents[-1]["effective_until"] = (
            day - (chance.randint(2, 9) if "gap" in features and chance.random() < 0.3 else 1) * DAY
        )
        back = version == 3 and "gone_and_back" in features and chance.random() < 0.4
        content = _changed(chance, contents[0] if back else contents[-1], features if not back else ())
        content |= {"version": version, "effective_from": day}
        content.pop("effective_until", None)
        contents.append(content)
    return contents


def _with_another_pack_there(
    chance: random.Random, contents: list[Content], name: str, features: Collection[str]
) -> list[Content]:
    """With another pack for the second market, some of whose names are those of the first."""
    others = _contents(chance, f"{name}o", features)
    if chance.random() < 0.4:
        others = [_renamed(content, "score", "marks") for content in others]
    return [
        *(content | {"markets": [name]} for content in contents),
        *(content | {"markets": [f"{name}b"]} for content in others),
    ]


def _taken_off_before(chance: random.Random, contents: list[Content]) -> list[Content]:
    """With a first version that takes off points where later ones take them from an entry."""
    first, *later = deepcopy(contents)
    for rule in first["programmes"]["points"]["entries"] if chance.random() < 0.4 else ():
        if "relief" in rule:
            rule["amount"] = -rule.pop("relief")["amount"]
    return [first, *later] if _is_pack(first) else contents


def _regrouped(chance: random.Random, contents: list[Content]) -> list[Content]:
    """With versions each of which has another number of events make an entry."""
    said = deepcopy(contents)
    for content in said:
        for rule in content["programmes"].get("points", {}).get("entries", []):
            if rule["rule"] == "spamming":
                rule.pop("not_again_within_days", None)
                rule["every"] = {"count": chance.choice((2, 3, 4)), "within_days": chance.choice((10, 30))}
    return said if all(_is_pack(content) for content in said) else contents


def _reordered(chance: random.Random, contents: list[Content]) -> list[Content]:
    """With two measures the other way round in some versions: what is stricter is as the version of the day has it."""
    said: list[Content] = []
    for content in contents:
        order = list(content["measures"])
        if chance.random() < 0.4:
            at = chance.randint(0, len(order) - 2)
            order[at : at + 2] = reversed(order[at : at + 2])
        said.append(content | {"measures": order})
    return said


def _is_beside(content: Content, name: str) -> bool:
    return bool(content["pack"] == f"{name}p")


# What another pack of a market calls its parts, for two of one name are a clash.
_BESIDE = {"points": "strikes", "score": "grade", "door": "gate", "selling": "earning"}
_BESIDE |= {"mondays": "weekly", "tenths": "monthly"}


def _with_another_pack_beside(
    chance: random.Random, contents: list[Content], name: str, features: Collection[str]
) -> list[Content]:
    """With another pack for the same markets, all of whose names are others; its gate can read a programme of the
    first."""
    others = _contents(chance, f"{name}p", features)
    for old, new in _BESIDE.items():
        others = [_renamed(content, old, new) for content in others]
    drawn: list[Content] = []
    for content in others:
        content["markets"] = sorted({market for each in contents for market in each["markets"]})
        if "eligibility" in content and contents[0]["markets"] == content["markets"]:
            # Versions without changes read alike.
            if CHANGES.keys() & set(features) or content is others[0]:
                read = {"condition": "elsewhere", "programme": "score", "of_pack": contents[0]["pack"]}
                read |= {"more_than": chance.choice((4, 8)), "if_missing": chance.choice(("holds", "fails"))}
                drawn = [read] if chance.random() < 0.5 else []
            content["eligibility"]["gate"]["conditions"] += deepcopy(drawn)
    return [*contents, *others]


def _renamed(content: Any, old: str, new: str) -> Any:
    """A part of a pack in which everything that has a name has another one."""
    if isinstance(content, dict):
        return {new if key == old else key: _renamed(value, old, new) for key, value in content.items()}
    if isinstance(content, list):
        return [_renamed(each, old, new) for each in content]
    return new if content == old else content


def with_calendars(content: Content) -> Content:
    """With the calendars that it names; each has many rows."""
    days: tuple[Content, Content] = {"weekday": "monday"}, {"day_of_month": 10}
    named = {
        name: of
        for names, of in zip((("mondays", "weekly"), ("tenths", "monthly")), days, strict=True)
        for name in names
    }
    return content | {"calendars": {name: days for name, days in named.items() if f"'{name}'" in str(content)}}


def _is_pack(content: Content) -> bool:
    try:
        pack_from(with_calendars(content))
    except (ValidationError, LookupError):
        return False
    return True


def _broadened(chance: random.Random, content: Content, part: str) -> Content:
    """With this part of the language, or as it was where that is no pack."""
    broader = deepcopy(content)
    try:
        BREADTH[part](chance, broader)
    except LookupError:
        return content
    return broader if _is_pack(broader) else content


def _changed(chance: random.Random, content: Content, features: Collection[str]) -> Content:
    changes = sorted(CHANGES.keys() & set(features))
    for _ in range(20):
        changed = deepcopy(content)
        try:
            if changes and chance.random() < 0.85:
                CHANGES[chance.choice(changes)](chance, changed)
            pack_from(with_calendars({key: value for key, value in changed.items() if key != "effective_until"}))
        except (ValidationError, LookupError, StopIteration):
            continue  # No pack any more, or nothing there that the change is about.
        return changed
    return deepcopy(content)
