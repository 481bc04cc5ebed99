"""`evenhand policy docs`: the pages say what the pack says, whole and in words."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.commands.policy import app
from evenhand.policy.diff import diff
from evenhand.policy.load import load_pack, packs_in
from evenhand.policy.prose.bounds import examples
from evenhand.policy.prose.pages import page, page_name
from evenhand.policy.prose.words import spoken
from evenhand.settings import PROJECT
from policy.packs import TEXT, changed, write

EXAMPLE = """\
examples:
  - example: two strikes, one of them taken back
    events:
      - {on: 2026-03-02, violation: fraud, batch: sweep_1}
      - {on: 2026-03-01, violation: copyright, id: first}
      - {on: 2026-03-05, appeal: first, outcome: granted}
    expect:
      - {on: 2026-03-02, balances: {health: 2}, zones: {health: warned}, measures: [warning, no_live]}
      - {on: 2026-03-05, balances: {health: 1}, measures: [], rewards: [badge]}
"""

PAGE = """\
# Strikes, version 1

**For** creators in world. **In force** from 1 January 2026 on; what is decided on these days is judged by this page.

## Health

Health is a balance of entries.

### What counts

| rule | what counts | brings | lasts | besides |
| --- | --- | --- | --- | --- |
| one strike | violation copyright or fraud | 1 strike | 180 days | counts once per batch |

### What follows

| zone | value (strikes) | on entering it | while in it |
| --- | --- | --- | --- |
| good | less than 1.5 strikes |  | badge on showcase (reward) |
| warned | at least 1.5 and less than 10 strikes | warning on the account for 30 days; no live for 7 days | \
badge on showcase (reward) |
| shut | at least 10 strikes | closed on the account for good |  |

## How it is undone

- Appeal: Write to us.
- An appeal that is granted voids the violation from the beginning: what rested on it ends that night, and days \
already served stay served.
- An appeal that is partly granted gives the violation other points, from the beginning.

## Examples

### Two strikes, one of them taken back

A creator in world.

- 1 March 2026: A violation is decided, copyright.
- 2 March 2026: A violation is decided, fraud, in batch sweep_1. **Health is 2 strikes, in zone warned. In force: \
warning and no live.**
- 5 March 2026: The appeal against copyright of 1 March 2026 is granted. **Health is 1 strike. In force: no measure. \
Rewards: badge.**
"""


def test_a_page(folder: Path) -> None:
    assert page(load_pack(write(folder, TEXT + EXAMPLE)).pack) == PAGE


def test_stages_and_near_zones_are_told_where_the_pack_speaks_of_them(folder: Path) -> None:
    stages = ("appeal_route", "stops_sales: [no_live, closed]\nstages: {pilot_days: 30}\nappeal_route")
    text = page(
        load_pack(write(folder, changed(stages, ("at_least: 10", "at_least: 10\n        warned_within: 2")))).pack
    )
    assert "| shut | at least 10 strikes; near within 2 strikes |" in text
    assert (
        "## Stages\n\n- An account is onboarding for 14 days.\n- Then it is a pilot for 30 days.\n"
        "- It is put on probation by warning.\n- Its sales are stopped by no live and closed.\n"
    ) in text


def test_what_else_is_known_of_a_measure_is_told_of_one_that_is_there_while_in_the_zone(folder: Path) -> None:
    quota = "while_in_zone: true, starts_after_days: 3, quota: {activity: post, at_most: 5}"
    score = (
        "    rewards:\n",
        "    rewards: []\n  calm:\n    unit: point\n    weighted: [{programme: health, weight: 3}]\n"
        "  score:\n    unit: point\n    weighted:\n      - {programme: health, weight: 0.5}\n"
        "      - {programme: calm, weight: -2}\n    rewards:\n",
    )
    shown = ("zones: [good, warned]", "zones: [any]")
    text = page(load_pack(write(folder, changed(("permanent: true", quota), score, shown))).pack)
    assert "| shut | at least 10 strikes |  | closed on the account, 3 days later, at most 5 post |\n" in text
    assert "Score is 0.5 times health minus 2 times calm.\n" in text


def test_a_new_version_says_what_is_new(folder: Path) -> None:
    before = load_pack(write(folder, changed(("2026-01-01", "2026-01-01\neffective_until: 2026-06-30")), "v1.yml")).pack
    second = (("version: 1", "version: 2"), ("2026-01-01", "2026-07-01"))
    now = load_pack(write(folder, changed(*second, ("at_least: 10", "at_least: 5")), "v2.yml")).pack
    text = page(now, before)
    assert (
        "## What is new\n\nCompared with version 1, in force from 1 January 2026 until 30 June 2026:\n\n- From when:\n"
    ) in text
    assert "- Programme health:\n  - zone shut: holds at least 5 strikes (before: at least 10 strikes)\n" in text


@pytest.mark.parametrize("path", packs_in(PROJECT / "policies"), ids=lambda path: path.stem)
def test_nothing_of_our_packs_is_left_out(path: Path) -> None:
    pack = load_pack(path).pack
    text = page(pack).lower()
    names = [*pack.measures, *pack.programmes, *pack.eligibility, *pack.bonuses]
    for programme in pack.programmes.values():
        names += [rule.rule for rule in programme.entries]
        names += [violation_type for rule in programme.entries for violation_type in rule.violation_types]
        names += [zone.zone for zone in programme.zones] if len(programme.zones) > 1 else []
        names += [reward.reward for reward in programme.rewards]
    names += [condition.condition for eligibility in pack.eligibility.values() for condition in eligibility.conditions]
    assert [name for name in names if spoken(name) not in text] == []
    assert all(example.example.lower() in text for example in pack.examples)
    # Every row of a table has its cells.
    for table in re.findall(r"(?:^\|.*\n)+", page(pack), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


def test_money_is_told_in_the_currency_of_the_packs_markets_wherever_a_pack_tells_it() -> None:
    pack = load_pack(PROJECT / "policies" / "creators_id.yml").pack
    said = page(pack)
    assert "pays IDR 50,000 for each welcome course" in said
    assert "at most per account IDR 75,000; for all together at most IDR 100,000,000" in said
    assert "Welcome bonus has paid IDR 125,000 so far" in said
    raised = pack.bonuses["welcome_bonus"].model_copy(
        update={"pays": Decimal(60000), "at_most_per_account": Decimal(80000)}
    )
    later = pack.model_copy(update={"version": 2, "bonuses": {"welcome_bonus": raised}})
    (pays, most) = (each.said for each in diff(pack, later) if "welcome bonus" in each.about)
    assert "pays IDR 60,000 for each welcome course (before: IDR 50,000" in pays
    assert "at most per account IDR 80,000 (before: IDR 75,000)" in most
    shown, _ = examples(pack, later)
    assert any("at most per account: IDR 80,000 is within" in each for each in shown)
    # Of markets with several currencies, and of one that is no country, the number alone.
    for markets in (("ID", "SG"), ("world",)):
        assert "pays 50,000 for each" in page(pack.model_copy(update={"markets": markets}))


def test_the_command_writes_pages_and_a_list_of_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_POLICIES", str(folder))
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    write(folder, changed(("2026-01-01", "2026-01-01\neffective_until: 2026-06-30")), "v1.yml")
    second = write(folder, changed(("version: 1", "version: 2"), ("2026-01-01", "2026-07-01")), "v2.yml")
    result = CliRunner().invoke(app, ["docs"])
    assert result.output.splitlines() == [
        f"Wrote home/policy-docs/{name}" for name in ("strikes-v1.md", "strikes-v2.md", "index.md")
    ]
    index = (tmp_path / "home" / "policy-docs" / "index.md").read_text()
    assert "| [Strikes, version 2](strikes-v2.md) | world | creators | from 1 July 2026 on |" in index

    # One page alone still says what is new in it.
    result = CliRunner().invoke(app, ["docs", str(second), "--out", "pages"])
    assert result.output.splitlines() == ["Wrote pages/strikes-v2.md", "Wrote pages/index.md"]
    assert "Compared with version 1" in Path("pages", page_name(load_pack(second).pack)).read_text()

    write(folder, TEXT.replace("amount: 1", "amount: one"), "v3.yml")
    result = CliRunner().invoke(app, ["docs"])
    assert result.exit_code == 1 and "policies/v3.yml:13:17: " in result.output
