"""A readable page per pack, for training and for telling people: what `evenhand policy docs` and pages show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from evenhand.policy.diff import diff
from evenhand.policy.language.eligibility import Eligibility
from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.programme import Programme
from evenhand.policy.load import LoadedPack
from evenhand.policy.prose import words
from evenhand.policy.prose.neighbours import beside
from evenhand.policy.prose.speech import Said, local, name, own, say, speech
from evenhand.policy.prose.stories import day, story, whose
from evenhand.policy.prose.words import capital, joined, listed, told

INDEX = "index.md"


def write_pages(packs: Sequence[LoadedPack], known: Sequence[LoadedPack], folder: Path) -> list[Path]:
    """Write a page for each pack, and one that lists them.

    Args:
        known: packs among which the version before one is looked for, and what one reads of others.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for loaded in packs:
        path = folder / page_name(loaded.pack)
        with beside(each.pack for each in known):
            path.write_text(page(loaded.pack, version_before(loaded.pack, known)), encoding="utf-8")
        written.append(path)
    rows = [
        (
            f"[{title(pack)}]({page_name(pack)})",
            words.markets(pack),
            words.kinds(pack.applies_to),
            in_force(pack),
        )
        for pack in (loaded.pack for loaded in packs)
    ]
    index = ["# Policies", "", *_table(("policy", "markets", "accounts", "in force"), rows), ""]
    (folder / INDEX).write_text("\n".join(index), encoding="utf-8")
    return [*written, folder / INDEX]


def version_before(pack: Pack, known: Iterable[LoadedPack]) -> Pack | None:
    """The newest version of the same pack that is older."""
    older = [each.pack for each in known if each.pack.pack == pack.pack and each.pack.version < pack.version]
    return max(older, key=lambda each: each.version, default=None)


def page_name(pack: Pack) -> str:
    """The file of a pack's page."""
    return f"{version_name(pack.pack, str(pack.version))}.md"


def version_name(pack: str, version: str) -> str:
    """What a version of a pack is called in addresses and files."""
    return f"{pack}-v{version}"


def title(pack: Pack) -> str:
    """What a pack is called by people."""
    return say("{policy}, version {version}", policy=capital(name("pack", pack.pack)), version=str(pack.version))


def in_force(pack: Pack) -> str:
    """The days of a pack."""
    first = day(pack.effective_from)
    if pack.effective_until:
        return say("from {first} until {last}", first=first, last=day(pack.effective_until))
    return say("from {first} on", first=first)


def page(pack: Pack, before: Pack | None = None) -> str:
    """The page of a pack.

    Args:
        before: the version before it, if there is one.
    """
    about = say(
        "**For** {kinds} in {markets}. **In force** {days}; what is decided on these days is judged by this page.",
        kinds=words.kinds(pack.applies_to),
        markets=words.markets(pack),
        days=in_force(pack),
    )
    if pack.timezone:
        about = joined([about, say("Its days are those of the time zone {zone}.", zone=pack.timezone)], " ")
    parts = [
        [joined(["# ", title(pack)], ""), "", about],
        [own(pack.source.strip())] if pack.source else [],
        _changes(pack, before),
        *(_programme(pack, key, programme) for key, programme in pack.programmes.items()),
        *(_eligibility(pack, key, eligibility) for key, eligibility in pack.eligibility.items()),
        _bonuses(pack),
        _undone(pack),
        _stages(pack),
        _examples(pack),
    ]
    return joined((line for part in parts if part for line in [*part, ""]), "\n")


def _changes(pack: Pack, before: Pack | None) -> list[str]:
    if not before:
        return []
    changes = diff(before, pack)
    since = say("Compared with version {version}, in force {days}:", version=str(before.version), days=in_force(before))
    lines = [say("## What is new"), "", since, ""]
    for about, group in groupby(changes, key=lambda change: change.about):
        lines.append(say("- {about}:", about=capital(about)))
        lines += [joined(["  - ", change.said], "") for change in group]
    return [*lines, *([] if changes else [say("- It decides the same.")])]


def _programme(pack: Pack, key: str, programme: Programme) -> list[str]:
    called = capital(name("programme", key))
    facts = say("{what} {how}.", what=called, how=told(words.programme(programme, pack)))
    lines = [joined(["## ", called], ""), "", facts]
    if programme.entries:
        lines += ["", say("### What counts"), ""]
        lines += _table(
            (say("rule"), say("what counts"), say("brings"), say("lasts"), say("besides")),
            [_rule(pack, programme, rule) for rule in programme.entries],
        )
    follows = [_zone(pack, programme, position) for position in range(len(programme.zones))]
    if len(follows) > 1 or programme.zones[0].measures or programme.rewards:
        value = say("value")
        if programme.unit not in words.PERCENT_OF:
            value = say("{value} ({units})", value=value, units=name("units", words.plural(programme.unit)))
        lines += ["", say("### What follows"), ""]
        lines += _table((say("zone"), value, say("on entering it"), say("while in it")), follows)
    return lines


def _rule(pack: Pack, programme: Programme, rule: EntryRule) -> tuple[str, ...]:
    facts = words.rule(rule, pack, programme.unit)
    counts, brings, lasts = (facts.pop(key, "") for key in ("counts", "brings", "lasts"))
    return name("rule", rule.rule), counts, brings, lasts, told(facts)


def _zone(pack: Pack, programme: Programme, position: int) -> tuple[str, ...]:
    zone = programme.zones[position]
    entering = [
        say("{measure} {length}", measure=words.brought(each), length=words.effect(each, pack))
        for each in zone.measures
        if not each.while_in_zone
    ]
    inside = [
        joined([words.brought(each), *words.besides(each, pack)], ", ") for each in zone.measures if each.while_in_zone
    ]
    inside += [
        say("{reward} (reward)", reward=words.on(reward.reward, reward.scope))
        for reward in programme.rewards
        if zone.zone in reward.zones
    ]
    band = words.band(programme, position)
    if zone.warned_within:
        near = words.counted(zone.warned_within, programme.unit)
        band = say("{values}; near within {distance}", values=band, distance=near)
    return name("zone", zone.zone), band, joined(entering), joined(inside)


def _eligibility(pack: Pack, key: str, eligibility: Eligibility) -> list[str]:
    lines = [joined(["## ", capital(name("eligibility", key))], ""), "", say("All of these must hold:"), ""]
    lines += _table(
        (say("condition"), say("holds if")),
        [(name("condition", each.condition), words.condition(each, pack)) for each in eligibility.conditions],
    )
    sides = (
        ("While eligible: {effects}.", eligibility.while_eligible),
        ("While not eligible: {effects}.", eligibility.while_not_eligible),
    )
    for text, effects in sides:
        if effects:
            lines += ["", say(text, effects=listed(words.on(e.reward or e.measure or "", e.scope) for e in effects))]
    facts = words.eligibility(eligibility)
    return [*lines, *(["", say("This {facts}.", facts=told(facts))] if facts else [])]


def _bonuses(pack: Pack) -> list[str]:
    if not pack.bonuses:
        return []
    rows = [(name("measure", key), told(words.bonus(bonus, pack))) for key, bonus in pack.bonuses.items()]
    return [say("## What is paid"), "", *_table((say("bonus"), say("what it is")), rows)]


def _undone(pack: Pack) -> list[str]:
    lines = [
        say("## How it is undone"),
        "",
        say("- Appeal: {route}", route=own(pack.appeal_route)),
        say(
            "- An appeal that is granted voids the violation from the beginning: what rested on it ends that night, and"
            " days already served stay served."
        ),
    ]
    # That all of them count needs no saying.
    limits = {what: how for what, how in words.appeals(pack.appeals).items() if how not in words.NO_LIMIT}
    lines += [_point(what, how) for what, how in limits.items()]
    return [*lines, *dict.fromkeys(_ways_out(pack))]


def _point(what: str, how: str) -> str:
    return joined(["- ", say("{what} {how}.", what=capital(what), how=how)], "")


def _stages(pack: Pack) -> list[str]:
    if not {"stages", "stops_sales", "holds_commission"} & pack.model_fields_set:
        return []
    return [say("## Stages"), "", *(_point(what, how) for what, how in words.stages(pack).items())]


def _ways_out(pack: Pack) -> Iterator[str]:
    for programme in pack.programmes.values():
        for rule in programme.entries:
            facts, called = words.rule(rule, pack, programme.unit), name("rule", rule.rule)
            if rule.relief:
                activities = capital(listed((name("activity", each) for each in rule.activities), "or"))
                yield say("- {activities}: {brings}.", activities=activities, brings=facts["brings"])
            if rule.grace:
                yield say("- Of {rule}, the first one {how}.", rule=called, how=facts["the first one"])
            if rule.ended_by:
                activity = capital(name("activity", rule.ended_by))
                yield say("- {activity} ends an entry of {rule}.", activity=activity, rule=called)
    for _, effect in pack.effects:
        if short := effect.shortened_by:
            yield say(
                "- {activity} cuts {measure} to {days}.",
                activity=capital(name("activity", short.activity)),
                measure=words.brought(effect),
                days=words.days(short.to_days),
            )


def _examples(pack: Pack) -> list[str]:
    lines = [say("## Examples"), ""] if pack.examples else []
    for example in pack.examples:
        called = joined(["### ", own(capital(example.example))], "")
        lines += [called, "", say("{what}.", what=whose(example, pack)), ""]
        lines += [*(joined(["- ", line], "") for line in story(example, pack)), ""]
    return lines[:-1]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table without the columns that are empty in every row."""
    kept = list(rows)
    columns = [i for i in range(len(head)) if any(row[i] for row in kept)]
    cells = [[_cell(row[i]) for i in columns] for row in [head, *kept]]
    cells.insert(1, ["---" for _ in columns])
    return [joined(["| ", joined(row, " | "), " |"], "") for row in cells]


def _cell(text: str) -> str:
    english = text.replace("|", "\\|")
    return Said(english, local(text).replace("|", "\\|")) if speech() else english
