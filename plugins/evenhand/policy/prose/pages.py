"""`evenhand policy docs`: a readable page per pack, for training and for telling people."""

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
from evenhand.policy.prose.stories import day, story, whose
from evenhand.policy.prose.words import capital, listed, spoken, told

INDEX = "index.md"


def write_pages(packs: Sequence[LoadedPack], known: Sequence[LoadedPack], folder: Path) -> list[Path]:
    """Write a page for each pack, and one that lists them.

    Args:
        known: packs among which the version before one is looked for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for loaded in packs:
        path = folder / page_name(loaded.pack)
        path.write_text(page(loaded.pack, version_before(loaded.pack, known)), encoding="utf-8")
        written.append(path)
    rows = [
        (f"[{title(pack)}]({page_name(pack)})", listed(pack.markets), words.kinds(pack.applies_to), in_force(pack))
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
    return f"{pack.pack}-v{pack.version}.md"


def title(pack: Pack) -> str:
    """What a pack is called by people."""
    return f"{capital(spoken(pack.pack))}, version {pack.version}"


def in_force(pack: Pack) -> str:
    """The days of a pack."""
    until = f" until {day(pack.effective_until)}" if pack.effective_until else " on"
    return f"from {day(pack.effective_from)}{until}"


def page(pack: Pack, before: Pack | None = None) -> str:
    """The page of a pack.

    Args:
        before: the version before it, if there is one.
    """
    parts = [
        [f"# {title(pack)}", "", f"**For** {words.kinds(pack.applies_to)} in {listed(pack.markets)}. **In force**"
         f" {in_force(pack)}; what is decided on these days is judged by this page."],
        [pack.source.strip()] if pack.source else [],
        _changes(pack, before),
        *(_programme(pack, name, programme) for name, programme in pack.programmes.items()),
        *(_eligibility(pack, name, eligibility) for name, eligibility in pack.eligibility.items()),
        _bonuses(pack),
        _undone(pack),
        _stages(pack),
        _examples(pack),
    ]  # fmt: skip
    return "\n".join(line for part in parts if part for line in [*part, ""])


def _changes(pack: Pack, before: Pack | None) -> list[str]:
    if not before:
        return []
    changes = diff(before, pack)
    lines = ["## What is new", "", f"Compared with version {before.version}, in force {in_force(before)}:", ""]
    for about, group in groupby(changes, key=lambda change: change.about):
        lines += [f"- {capital(about)}:", *(f"  - {change.said}" for change in group)]
    return [*lines, *([] if changes else ["- It decides the same."])]


def _programme(pack: Pack, name: str, programme: Programme) -> list[str]:
    called = capital(spoken(name))
    lines = [f"## {called}", "", f"{called} {told(words.programme(programme, pack))}."]
    if programme.entries:
        lines += ["", "### What counts", ""]
        lines += _table(
            ("rule", "what counts", "brings", "lasts", "besides"),
            [_rule(pack, programme, rule) for rule in programme.entries],
        )
    follows = [_zone(pack, programme, position) for position in range(len(programme.zones))]
    if len(follows) > 1 or programme.zones[0].measures or programme.rewards:
        lines += ["", "### What follows", ""]
        of = "" if programme.unit == words.SHARE else f" ({words.plural(programme.unit)})"
        lines += _table(("zone", f"value{of}", "on entering it", "while in it"), follows)
    return lines


def _rule(pack: Pack, programme: Programme, rule: EntryRule) -> tuple[str, ...]:
    facts = words.rule(rule, pack, programme.unit)
    counts, brings, lasts = (facts.pop(key, "") for key in ("counts", "brings", "lasts"))
    return spoken(rule.rule), counts, brings, lasts, told(facts)


def _zone(pack: Pack, programme: Programme, position: int) -> tuple[str, ...]:
    zone = programme.zones[position]
    entering = [f"{words.brought(e)} {words.effect(e, pack)}" for e in zone.measures if not e.while_in_zone]
    inside = [words.brought(effect) for effect in zone.measures if effect.while_in_zone]
    inside += [
        f"{words.on(reward.reward, reward.scope)} (reward)" for reward in programme.rewards if zone.zone in reward.zones
    ]
    band = words.band(programme, position)
    if zone.warned_within:
        band += f"; near within {words.counted(zone.warned_within, programme.unit)}"
    return spoken(zone.zone), band, "; ".join(entering), "; ".join(inside)


def _eligibility(pack: Pack, name: str, eligibility: Eligibility) -> list[str]:
    lines = [f"## {capital(spoken(name))}", "", "All of these must hold:", ""]
    lines += _table(
        ("condition", "holds if"),
        [(spoken(each.condition), words.condition(each, pack)) for each in eligibility.conditions],
    )
    facts = words.eligibility(eligibility)
    sides = (("While eligible", eligibility.while_eligible), ("While not eligible", eligibility.while_not_eligible))
    for when, effects in sides:
        if effects:
            brought = (words.on(e.reward or e.measure or "", e.scope) for e in effects)
            lines += ["", f"{when}: {listed(brought)}."]
    return [*lines, *(["", f"This {told(facts)}."] if facts else [])]


def _bonuses(pack: Pack) -> list[str]:
    if not pack.bonuses:
        return []
    rows = [(spoken(name), told(words.bonus(bonus, pack))) for name, bonus in pack.bonuses.items()]
    return ["## What is paid", "", *_table(("bonus", "what it is"), rows)]


def _undone(pack: Pack) -> list[str]:
    lines = [
        "## How it is undone",
        "",
        f"- Appeal: {pack.appeal_route}",
        "- An appeal that is granted voids the violation from the beginning: what rested on it ends that night, and"
        " days already served stay served.",
    ]
    # That all of them count needs no saying.
    limits = {what: how for what, how in words.appeals(pack.appeals).items() if how not in words.NO_LIMIT}
    lines += [f"- {capital(what)} {how}." for what, how in limits.items()]
    return [*lines, *dict.fromkeys(_ways_out(pack))]


def _stages(pack: Pack) -> list[str]:
    if not {"stages", "stops_sales", "holds_commission"} & pack.model_fields_set:
        return []
    return ["## Stages", "", *(f"- {capital(what)} {how}." for what, how in words.stages(pack).items())]


def _ways_out(pack: Pack) -> Iterator[str]:
    for programme in pack.programmes.values():
        for rule in programme.entries:
            facts = words.rule(rule, pack, programme.unit)
            if rule.relief:
                yield f"- {capital(listed((spoken(each) for each in rule.activities), 'or'))}: {facts['brings']}."
            if rule.grace:
                yield f"- Of {spoken(rule.rule)}, the first one {facts['the first one']}."
            if rule.ended_by:
                yield f"- {capital(spoken(rule.ended_by))} ends an entry of {spoken(rule.rule)}."
    for _, effect in pack.effects:
        if short := effect.shortened_by:
            yield f"- {capital(spoken(short.activity))} cuts {words.brought(effect)} to {words.days(short.to_days)}."


def _examples(pack: Pack) -> list[str]:
    lines = ["## Examples", ""] if pack.examples else []
    for example in pack.examples:
        lines += [f"### {capital(example.example)}", "", f"{whose(example, pack)}.", ""]
        lines += [*(f"- {line}" for line in story(example, pack)), ""]
    return lines[:-1]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table without the columns that are empty in every row."""
    kept = list(rows)
    columns = [i for i in range(len(head)) if any(row[i] for row in kept)]
    cells = [[row[i].replace("|", "\\|") for i in columns] for row in [head, *kept]]
    cells.insert(1, ["---" for _ in columns])
    return [f"| {' | '.join(row)} |" for row in cells]
