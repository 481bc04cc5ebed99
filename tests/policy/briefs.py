"""A pack, and what `evenhand policy brief` says of values at the bounds that a change of it moved."""

from __future__ import annotations

from pathlib import Path

from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_pack
from evenhand.policy.prose.bounds import at_bounds

OLD = """
pack: creators_xx
version: 1
markets: [XX]
effective_from: 2026-01-01
appeal_route: In the app.
measures: [warning, no_live]
programmes:
  health:
    unit: point
    entries: [{rule: fakes, violation_types: [counterfeit], amount: 2, lasts_days: 90}]
    zones:
      - zone: good
      - {zone: warned, at_least: 3, measures: [{measure: warning, scope: account, days: 30}]}
      - {zone: limited, at_least: 6, measures: [{measure: no_live, scope: live, days: 7}]}
  quality:
    unit: share
    metric: followers
eligibility:
  campaigns:
    conditions: [{condition: sound, programme: quality, less_than: 0.2, if_missing: holds}]
"""
MORE = OLD.replace(
    "lasts_days: 90}",
    "lasts_days: 90, multiplied: [{metric: followers, at_least: 10, by: 2}, {from_occurrence: 3, within_days: 9, by:"
    " 2}]}",
).replace("scope: live, days: 7}", "scope: live, days: 7, quota: {activity: live_day, at_most: 2}}").replace(
    "  quality:", "  sales: {unit: order, metric: sales}\n  part: {unit: order, metric: late}\n"
    "  late: {unit: share, ratio: {part: part, whole: sales, whole_at_least: 30}}\n  quality:"
) + """
calendars: {monthly: {day_of_month: 1}}
bonuses:
  visits: {activity: visit, scope: commission, pays: 1, at_most_per_account: 500, per: monthly}
appeals: {file_within_days: 30}
"""  # fmt: skip


def pack_of(folder: Path, text: str, name: str = "pack.yml") -> Pack:
    """The pack of a text, which lies in a folder from then on."""
    (folder / name).write_text(text)
    return load_pack(folder / name).pack


def said_of(old: Pack, new: Pack) -> list[str]:
    """What is said of each value at a bound."""
    return [each.said for each in at_bounds(old, new)]


def assert_said(folder: Path, was: str, now: str, said: str) -> None:
    """Make sure that a change in MORE has an example that begins so, and another on the other side of the bound."""
    assert MORE.count(was) == 1
    found = said_of(pack_of(folder, MORE), pack_of(folder, MORE.replace(was, now)))
    assert any(each.startswith(said) for each in found), found
    assert len(found) >= 2
