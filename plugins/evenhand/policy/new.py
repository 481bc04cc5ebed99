"""`evenhand policy new`: a pack to begin with."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from evenhand.policy.language.entries import EntryRule
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import MARKET
from evenhand.policy.language.programme import Programme
from evenhand.policy.load import CALENDAR, MARKETPLACE, PREAPPROVED, TARGETS, LoadedPack, load_each, load_pack
from evenhand.policy.prose.words import number
from evenhand.policy.reach import clamped, zone_of
from evenhand.policy.schema import NAME as SCHEMA
from evenhand.policy.schema import schema_text
from evenhand.policy.texts import PackError

# Files beside packs, and what each is for.
_HOLD = {
    CALENDAR: "days that have a name",
    MARKETPLACE: "what the marketplace knows",
    PREAPPROVED: "what was approved beforehand",
    TARGETS: "what metrics are to come to",
}


class NotNew(Exception):
    """There is no pack to begin with. The message says why and what to do."""


def new_pack(market: str, folder: Path, first: date, like: Path | None = None) -> Path:
    """Write policies/<market>.yml, which loads and whose examples come out as they say.

    Args:
        first: the first day that it decides.
        like: a pack or base to extend; without one, the new pack stands alone.

    Raises:
        NotNew: the file is there, the market has a pack on these days, or the name is none for a market.
        PackError: `like` is wrong.
    """
    if not re.fullmatch(MARKET, market):
        raise NotNew(f"{market!r} is no market's name: letters, digits, _ and -, beginning with a letter")
    path = folder / f"{market.lower()}.yml"
    if path.name in _HOLD:
        holds = _HOLD[path.name]
        raise NotNew(f"{path} is the file for {holds}; write the pack under another name")
    if path.exists():
        raise NotNew(f"{path} is there already; a new version of it is a file beside it (docs/policy-language.md)")
    if deciding := _deciding(market, folder, first):
        raise NotNew(
            f"{deciding.path} decides for {market} from {first} on: give it an effective_until before that day, or the"
            " new pack a later one with --effective-from"
        )
    head = {
        "market": market,
        "pack": market.lower().replace("-", "_"),
        "start": str(first),
        "file": f"{folder.name}/{path.name}",
    }
    if not (folder / SCHEMA).exists():
        (folder / SCHEMA).write_text(schema_text(), encoding="utf-8")
    if not like:
        path.write_text(_alone(head, first), encoding="utf-8")
        return path
    text = _extending(like, path, head)
    path.write_text(text + "  []\n", encoding="utf-8")
    try:
        pack = load_pack(path).pack
    except PackError:
        path.unlink()
        raise
    path.write_text(text + _examples(pack), encoding="utf-8")
    return path


def _deciding(market: str, folder: Path, first: date) -> LoadedPack | None:
    packs, _ = load_each(sorted(folder.glob("*.yml")))
    return next(
        (
            loaded
            for loaded in packs
            if market in loaded.pack.markets
            and (loaded.pack.effective_until is None or loaded.pack.effective_until >= first)
        ),
        None,
    )


def _alone(head: dict[str, str], first: date) -> str:
    days = {f"day_{n}": first + timedelta(days=n) for n in (0, 6, 89, 90)}
    return _ALONE.format(**head, **days, schema=SCHEMA)


def _extending(like: Path, path: Path, head: dict[str, str]) -> str:
    base = Path(os.path.relpath(like.resolve(), path.parent.resolve())).as_posix()
    return _LIKE.format(**head, schema=SCHEMA, base=base)


def _examples(pack: Pack) -> str:
    """Two stories that are surely true of a pack: of an account without events, and of one with a violation."""
    first = pack.effective_from
    ledgers = {name: each for name, each in pack.programmes.items() if _is_plain(pack, each)}
    nothing = {name: (number(each.balance.start), each.zones[0].zone) for name, each in ledgers.items()}
    stories = [_story("an account that does nothing wrong", "[]", first, nothing)]
    for name, programme in ledgers.items():
        for rule in programme.entries:
            if (found := _one_entry(rule)) and rule.violation_types:
                amount, details = found
                balance = clamped(programme, programme.balance.start + amount)
                event = f"[{{on: {first}, violation: {rule.violation_types[0]}{details}}}]"
                after = {name: (number(balance), programme.zones[zone_of(programme, balance)].zone)}
                stories.append(_story(f"one violation by the rule {rule.rule}", event, first, after))
    stories.append(_story("and a year later", "[]", first + timedelta(days=365), nothing))
    return "".join(stories[:2])


def _is_plain(pack: Pack, programme: Programme) -> bool:
    """Whether a balance and a zone follow from the entries of a day alone."""
    kinds = programme.applies_to or pack.applies_to
    return (
        programme.source == "entries"
        and not (programme.begins_with or programme.evaluated or programme.kept_per)
        and pack.applies_to[0] in kinds
    )


def _one_entry(rule: EntryRule) -> tuple[Decimal, str] | None:
    """What one violation adds by a rule, and what has to be said of it; None where that takes more to tell."""
    if (
        rule.every
        or rule.grace
        or rule.effective_from
        or rule.effective_until
        or any(f.metric for f in rule.multiplied)
    ):
        return None
    severity = f", severity: {rule.severities[0]}" if rule.severities else ""
    if rule.amount is not None:
        return rule.amount, severity
    if rule.amount_by_severity:
        name, amount = next(iter(rule.amount_by_severity.items()))
        return amount, f", severity: {name}"
    if rule.amount_by_reviewer:
        return rule.amount_by_reviewer.at_least, f"{severity}, points: {number(rule.amount_by_reviewer.at_least)}"
    return None


def _story(name: str, events: str, on: date, after: dict[str, tuple[str, str]]) -> str:
    balances = ", ".join(f"{programme}: {balance}" for programme, (balance, _) in after.items())
    zones = ", ".join(f"{programme}: {zone}" for programme, (_, zone) in after.items())
    expected = f"balances: {{{balances}}}, zones: {{{zones}}}" if after else "measures: []"
    return f"  - example: {name}\n    events: {events}\n    expect:\n      - {{on: {on}, {expected}}}\n"


_LIKE = """\
# yaml-language-server: $schema={schema}
# What holds in {market} is what the pack that it extends says, but for what stands here.
# docs/policy-language.md is the tutorial, docs/policy-reference.md has every key.
extends: {base}
pack: {pack}
version: 1
markets: [{market}]
effective_from: {start}

# Say below what is otherwise in {market}. A rule, a zone or a condition is changed by its name, taken away with
# `removed: true`; any other key is replaced, and taken away by leaving its value out:
#
# programmes:
#   <programme>:
#     entries:
#       - {{rule: <rule>, lasts_days: 30}}
#     zones:
#       - {{zone: <zone>, removed: true}}

# What must come of it: evenhand policy test {file}
examples:
"""


_ALONE = """\
# yaml-language-server: $schema={schema}
# What {market} decides about creators. Every figure here is a placeholder until you have looked at it.
# docs/policy-language.md is the tutorial, docs/policy-reference.md has every key.
pack: {pack}
version: 1
markets: [{market}]
# The first day that it decides. It can't be one that a released night has decided already.
effective_from: {start}
appeal_route: Appeal in the app within 30 days; until it is decided, the measure stands.

# Mildest first: where two meet on one scope of an account, the later one here is in force.
measures: [warning, no_live, account_closed]

programmes:
  account_health:
    unit: point
    # What becomes an entry in the account's ledger, what it adds, and how long it counts.
    entries:
      - rule: counterfeit_goods
        violation_types: [counterfeit]
        amount: 6
        lasts_days: 90
      - rule: misleading_claims
        violation_types: [misleading_price, misleading_origin]
        amount: 2
        # All violations of an account in one sweep are one entry.
        counts_once_per: batch
        lasts_days: 90
    # What the balance means. The first zone takes what is in no other; entering one from a milder one brings its
    # measures.
    zones:
      - zone: good
      - zone: warned
        at_least: 2
        measures:
          - {{measure: warning, scope: account, days: 30}}
      - zone: limited
        at_least: 6
        measures:
          - {{measure: no_live, scope: live, days: 7}}
      - zone: closed
        at_least: 24
        measures:
          - {{measure: account_closed, scope: account, permanent: true}}
    # What good standing brings, for as long as it lasts.
    rewards:
      - {{reward: lower_commission, scope: commission, zones: [good]}}

# What must come of it: evenhand policy test {file}
examples:
  - example: one misleading price warns, and counts for 90 days
    events:
      - {{on: {day_0}, violation: misleading_price}}
    expect:
      - on: {day_0}
        balances: {{account_health: 2}}
        zones: {{account_health: warned}}
        measures: [warning]
        rewards: []
      - {{on: {day_89}, balances: {{account_health: 2}}, measures: []}}
      - {{on: {day_90}, balances: {{account_health: 0}}, zones: {{account_health: good}}, rewards: [lower_commission]}}
  - example: a counterfeit keeps off live for a week, unless the appeal is granted
    events:
      - {{on: {day_0}, violation: counterfeit, id: bag}}
      - {{on: {day_6}, appeal: bag, outcome: granted}}
    expect:
      - {{on: {day_0}, zones: {{account_health: limited}}, measures: [no_live]}}
      - {{on: {day_6}, balances: {{account_health: 0}}, zones: {{account_health: good}}, measures: []}}
"""
