"""A programme that keeps one balance in one market, or in one version, and one for each type in another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from evenhand.commands.balances_check import balances_kept_otherwise
from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_packs, pack_from
from transform.continuity.engine import Engine
from transform.continuity.facts import Account, AccountRow, Event, History
from transform.continuity.night import Night, Penalty
from transform.continuity.oracle import decide


def day(text: str) -> date:
    """A day of 2026, as 03-01."""
    return date.fromisoformat(f"2026-{text}")


def _content(name: str, market: str, kept_per: str | None) -> dict[str, object]:
    """Each violation is 3 points; from 3 on one is warned for a week, from 6 on live is closed for a month."""
    rule = {"rule": "each", "violation_types": ["spam", "fraud"], "amount": 3, "lasts_days": 90}
    zones = [
        {"zone": "good"},
        {"zone": "warned", "at_least": 3, "measures": [{"measure": "warning", "scope": "live", "days": 7}]},
        {"zone": "closed", "at_least": 6, "measures": [{"measure": "no_live", "scope": "live", "days": 30}]},
    ]
    points = {"unit": "point", "entries": [rule], "zones": zones, **({"kept_per": kept_per} if kept_per else {})}
    content = {
        "pack": name,
        "version": 1,
        "markets": [market],
        "effective_from": day("01-01"),
        "appeal_route": "Write.",
    }
    return content | {"measures": ["warning", "no_live"], "programmes": {"points": points}}


def _pack(name: str, market: str, kept_per: str | None, **more: object) -> Pack:
    return pack_from(_content(name, market, kept_per) | more)


def _gate(**condition: object) -> dict[str, object]:
    conditions = [{"condition": "few", "programme": "points", **condition}]
    return {"fairs": {"conditions": conditions, "while_eligible": [{"reward": "fair", "scope": "campaign"}]}}


def _history(name: str, packs: Sequence[Pack], moved: Sequence[str], spam: str) -> History:
    """An account of market `name` that moves to `name`b and back; with violations of two types, and spam once more."""
    rows = [AccountRow(day("01-01"), name)]
    rows += [AccountRow(day(on), f"{name}b" if number % 2 == 0 else name) for number, on in enumerate(moved)]
    types = {"03-01": "spam", "03-02": "fraud", spam: "spam"}
    events = tuple(Event(f"{name}/a/{on}", day(on), day(on), violation=what) for on, what in types.items())
    return History(name, tuple(packs), (Account(f"{name}/a", tuple(rows), events),))


SEVERAL_THEN_ONE = _history(
    "s",
    [_pack("s", "s", "violation_type"), _pack("sb", "sb", None, eligibility=_gate(less_than=6))],
    ["03-20"],
    "03-25",
)
ONE_THEN_SEVERAL = _history(
    "o", [_pack("o", "o", None), _pack("ob", "ob", "violation_type")], ["03-20", "04-10"], "04-05"
)
VERSIONS = _history(
    "v",
    [
        _pack("v", "v", "violation_type", effective_until=day("03-19")),
        _pack("v", "v", None, version=2, effective_from=day("03-20")),
    ],
    [],
    "04-10",
)


def _without_a_content(name: str, first: str | None, second: str | None) -> History:
    """Two violations of no content before the version changes, and one after it."""
    packs = [
        _pack(name, name, first, effective_until=day("03-19")),
        _pack(name, name, second, version=2, effective_from=day("03-20")),
    ]
    return _history(name, packs, [], "04-10")


def _rewarded(name: str, events: Sequence[Event], **of_points: object) -> History:
    """Whoever is warned has their reach boosted; balances are kept apart by type."""
    content = _content(name, name, "violation_type")
    programmes = content["programmes"]
    assert isinstance(programmes, dict)
    programmes["points"] |= {"rewards": [{"reward": "boost", "scope": "ads", "zones": ["warned"]}], **of_points}
    account = Account(f"{name}/a", (AccountRow(day("01-01"), name),), tuple(events))
    return History(name, (pack_from(content),), (account,))


def _violation(name: str, on: str, violation: str) -> Event:
    return Event(f"{name}/a/{on}", day(on), day(on), violation=violation)


# What spam brought lapses on 5 April, what fraud did doesn't yet.
ONE_LEAVES = _rewarded("l", [_violation("l", "01-05", "spam"), _violation("l", "03-01", "fraud")])
BEGUN_LATE = _rewarded(
    "b",
    [
        Event("b/a/begins", day("01-02"), day("03-24"), activity="course"),
        *(_violation("b", "01-05", "spam"), _violation("b", "03-01", "fraud")),
    ],
    begins_with="course",
)
SEVERAL_CONTENTS_THEN_ONE = _without_a_content("c", "content", None)
ONE_THEN_SEVERAL_CONTENTS = _without_a_content("d", None, "content")


@pytest.fixture(scope="module")
def nights(models: Sequence[CompiledModel]) -> dict[str, Night]:
    """All histories in one run of the models for each night, as the oracle says."""
    histories = (
        *(SEVERAL_THEN_ONE, ONE_THEN_SEVERAL, VERSIONS, SEVERAL_CONTENTS_THEN_ONE, ONE_THEN_SEVERAL_CONTENTS),
        *(ONE_LEAVES, BEGUN_LATE),
    )
    engine, found = Engine(models, histories), {}
    for night in ("03-19", "03-20", "03-25", "04-05", "04-10"):
        engine.run(day(night))
        found[night] = engine.night(day(night))
    engine.close()
    for night, of_all in found.items():
        said = [decide(history, day(night)) for history in histories]
        assert of_all.penalties == {key: each for one in said for key, each in one.penalties.items()}, night
        assert of_all.rewards == {key: each for one in said for key, each in one.rewards.items()}, night
        assert of_all.standings == {key: each for one in said for key, each in one.standings.items()}, night
        assert of_all.failed == {key: each for one in said for key, each in one.failed.items()}, night
    return found


def test_several_balances_are_their_sum_where_one_is_kept(nights: dict[str, Night]) -> None:
    before, moved, after = nights["03-19"], nights["03-20"], nights["03-25"]

    assert before.standings["s/a/points"] == ("warned", Decimal(3))
    # The move brings nothing by itself, and what is asked there is asked of all points.
    assert moved.standings["s/a/points"] == ("closed", Decimal(6))
    assert moved.failed["s/a/fairs"] == ("few",)
    assert "s/a/points/live" not in before.penalties | moved.penalties
    # In a zone that was never entered, the next rise brings its measures.
    assert after.penalties["s/a/points/live"] == Penalty("no_live", day("03-25"), day("04-23"))


def test_one_balance_is_what_belongs_to_each_type_where_several_are_kept(nights: dict[str, Night]) -> None:
    before, moved, after, back = (nights[night] for night in ("03-19", "03-20", "04-05", "04-10"))

    # What was brought with a length of its own runs on.
    no_live = Penalty("no_live", day("03-02"), day("03-31"))
    assert before.penalties["o/a/points/live"] == moved.penalties["o/a/points/live"] == no_live
    assert before.standings["o/a/points"] == ("closed", Decimal(6))
    assert moved.standings["o/a/points"] == ("warned", Decimal(3))
    assert after.standings["o/a/points"] == ("closed", Decimal(6))
    assert after.penalties["o/a/points/live"] == Penalty("no_live", day("04-05"), day("05-04"))
    assert back.standings["o/a/points"] == ("closed", Decimal(9))
    assert back.penalties["o/a/points/live"] == after.penalties["o/a/points/live"]


def test_a_version_may_keep_balances_otherwise_too(nights: dict[str, Night]) -> None:
    assert nights["03-19"].standings["v/a/points"] == ("warned", Decimal(3))
    assert nights["03-20"].standings["v/a/points"] == ("closed", Decimal(6))
    assert "v/a/points/live" not in nights["03-19"].penalties | nights["03-20"].penalties


@pytest.mark.parametrize("name", ["c", "d"])
def test_the_balance_of_what_has_no_content_is_not_that_of_all(nights: dict[str, Night], name: str) -> None:
    assert nights["04-05"].standings[f"{name}/a/points"] == ("closed", Decimal(6))
    # No zone counts as entered there, so that the next rise brings its measures.
    assert nights["04-10"].penalties[f"{name}/a/points/live"] == Penalty("no_live", day("04-10"), day("05-09"))


def test_a_reward_of_a_zone_goes_on_when_one_balance_leaves_it_and_another_stays(nights: dict[str, Night]) -> None:
    """The account has been in it all the time: its row, and the day that it is told since when, stay as they are."""
    assert {night: said.rewards["l/a/points/ads/boost"] for night, said in nights.items()} == dict.fromkeys(
        nights, day("01-05")
    )


def test_it_is_had_since_the_programme_had_begun_also_where_that_was_known_late(nights: dict[str, Night]) -> None:
    known = {night: said.rewards.get("b/a/points/ads/boost") for night, said in nights.items()}
    assert known == {"03-19": None, "03-20": None} | dict.fromkeys(("03-25", "04-05", "04-10"), day("01-05"))


@pytest.mark.parametrize("kept, refused", [(None, False), ("violation_type", False), ("subject", True)])
def test_balances_for_each_of_two_things_are_refused(tmp_path: Path, kept: str | None, refused: bool) -> None:
    for name, market, per in (("one", "h", "violation_type"), ("two", "hb", kept)):
        (tmp_path / f"{name}.yml").write_text(yaml.safe_dump(_content(name, market, per), sort_keys=False))

    found = list(balances_kept_otherwise(load_packs(tmp_path)))

    assert [(Path(each.file).name, each.severity) for each in found] == ([("two.yml", "error")] if refused else [])
    if refused:
        assert found[0].said.startswith("programmes.points.kept_per: found subject, where version 1 of one has violat")
