"""Packs to load in tests."""

from __future__ import annotations

from pathlib import Path

# Mistakes are made by replacing a line of this, so that the tests can count lines.
TEXT = """\
pack: strikes
version: 1
markets: [world]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: [warning, no_live, closed]
programmes:
  health:
    unit: strike
    entries:
      - rule: one_strike
        violation_types: [copyright, fraud]
        amount: 1
        counts_once_per: batch
        lasts_days: 180
    zones:
      - zone: good
      - zone: warned
        at_least: 1.5
        measures:
          - {measure: warning, scope: account, days: 30}
          - {measure: no_live, scope: live, days: 7}
      - zone: shut
        at_least: 10
        measures:
          - {measure: closed, scope: account, permanent: true}
    rewards:
      - {reward: badge, scope: showcase, zones: [good, warned]}
"""


def write(folder: Path, text: str = TEXT, name: str = "strikes.yml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
