"""A new version judges zones anew, takes nothing back by itself and brings nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.examples import Event
from transform.story import Told, day, decided, lists_of, versions

NO_LIVE: Mapping[str, Any] = {"measure": "no_live", "scope": "live", "days": 7}
NIGHTS_OF_APRIL = ["04-01", "04-02", "04-03", "04-09", "04-10"]


def _pack(
    at_least: int, *effects: Mapping[str, Any], lasts_days: int | None = None, **programme: object
) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "rule": "spam",
        "violation_types": ["spam"],
        "amount_by_reviewer": {"at_least": 1, "at_most": 99},
    }
    if lasts_days:
        rule["lasts_days"] = lasts_days
    zones = [{"zone": "good"}, {"zone": "limited", "at_least": at_least, "measures": list(effects)}]
    return {
        "measures": ["warning", "no_live", "ban"],
        "programmes": {"points": {"unit": "point", "entries": [rule], "zones": zones, **programme}},
    }


def _spam(on: str, points: int, violation: str = "spam") -> Event:
    return Event(on=day(on), violation=violation, points=points, id=f"on {on}")  # type: ignore[arg-type]


def _no_live(first: str, last: str | None, version: int) -> Told:
    return Told("points", "no_live", day(first), day(last) if last else None, version)


def test_who_is_in_a_zone_through_new_bounds_gets_its_measures_once_the_value_rises(
    models: Sequence[CompiledModel],
) -> None:
    packs = versions(_pack(10, NO_LIVE), ("04-01", _pack(4, NO_LIVE)))

    found = lists_of(models, packs, [_spam("03-20", 5), _spam("04-03", 2), _spam("04-05", 1)], NIGHTS_OF_APRIL)

    row = [_no_live("04-03", "04-09", 2)]
    assert found == {"04-01": [], "04-02": [], "04-03": row, "04-09": row, "04-10": []}


def test_a_rise_on_the_first_day_is_one(models: Sequence[CompiledModel]) -> None:
    packs = versions(_pack(10, NO_LIVE), ("04-01", _pack(4, NO_LIVE)))

    # Read by the second version it was inside the zone already; and once it was not.
    inside = lists_of(models, packs, [_spam("03-20", 5), _spam("04-01", 1), _spam("04-03", 1)], ["04-01", "04-08"])
    beyond = lists_of(models, packs, [_spam("03-20", 3), _spam("04-01", 1)], ["04-01", "04-08"])

    assert inside == beyond == {"04-01": [_no_live("04-01", "04-07", 2)], "04-08": []}


def test_who_had_entered_the_zone_gets_nothing_again(models: Sequence[CompiledModel]) -> None:
    packs = versions(_pack(4, NO_LIVE), ("04-01", _pack(4, NO_LIVE)), ("04-10", _pack(3, NO_LIVE)))

    found = lists_of(
        models, packs, [_spam("03-20", 5), _spam("04-03", 2), _spam("04-12", 2)], ["03-26", "04-03", "04-12"]
    )

    assert found == {"03-26": [_no_live("03-20", "03-26", 1)], "04-03": [], "04-12": []}


def test_who_is_out_through_new_bounds_has_left_it(models: Sequence[CompiledModel]) -> None:
    packs = versions(_pack(4, NO_LIVE), ("04-01", _pack(10, NO_LIVE)), ("04-10", _pack(4, NO_LIVE)))

    found = lists_of(
        models, packs, [_spam("03-20", 5), _spam("04-03", 5), _spam("04-12", 1)], ["04-02", "04-03", "04-12"]
    )

    assert found == {"04-02": [], "04-03": [_no_live("04-03", "04-09", 2)], "04-12": []}


def test_what_has_a_length_of_its_own_runs_on_whatever_the_next_version_says(models: Sequence[CompiledModel]) -> None:
    fortnight = {**NO_LIVE, "days": 14}
    other = _pack(4, NO_LIVE)
    other["programmes"] = {"others": other["programmes"]["points"]}
    for changed in (_pack(4, NO_LIVE), _pack(99, NO_LIVE), _pack(4), other):
        packs = versions(_pack(4, fortnight), ("04-01", changed))

        found = lists_of(models, packs, [_spam("03-25", 5)], ["03-25", "04-01", "04-07", "04-08"])

        row = [_no_live("03-25", "04-07", 1)]
        assert found == {"03-25": row, "04-01": row, "04-07": row, "04-08": []}, changed


def test_a_version_that_says_so_ends_what_is_running(models: Sequence[CompiledModel]) -> None:
    ban = {"measure": "ban", "scope": "account", "permanent": True}
    content = _pack(4, {**NO_LIVE, "days": 14}, ban)
    packs = versions(content, ("04-01", {"ends_running": ["no_live"]}), ("04-03", {"ends_running": ["ban"]}))

    found = lists_of(
        models, packs, [_spam("03-25", 5), _spam("04-05", 1)], ["03-31", "04-01", "04-02", "04-03", "04-05"]
    )

    banned = Told("points", "ban", day("03-25"), None, 1)
    assert found["03-31"] == [banned, _no_live("03-25", "04-07", 1)]
    assert found["04-01"] == found["04-02"] == [banned]
    assert found["04-03"] == found["04-05"] == []


def test_what_lasts_as_long_as_its_zone_goes_on_ends_or_begins_with_the_version(
    models: Sequence[CompiledModel],
) -> None:
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    here, higher, lower = _pack(4, while_in_zone), _pack(10, while_in_zone), _pack(3, while_in_zone)
    packs = versions(here, ("04-01", here), ("04-03", higher), ("04-05", lower), ("04-07", _pack(3)))

    found = lists_of(models, packs, [_spam("03-20", 5)], ["03-31", "04-01", "04-02", "04-03", "04-05", "04-07"])

    assert found["03-31"] == found["04-01"] == found["04-02"] == [_no_live("03-20", None, 1)]
    assert found["04-03"] == found["04-07"] == []
    assert found["04-05"] == [_no_live("04-05", None, 4)]


def test_a_quota_is_counted_on_the_days_of_who_brought_it_and_in_a_zone_on_those_of_the_day(
    models: Sequence[CompiledModel],
) -> None:
    def counted(per: str, **length: object) -> dict[str, Any]:
        quota = {"activity": "live", "at_most": 1, "per": per}
        calendar: Mapping[str, object] = {"weekday": "monday"} if per == "mondays" else {"day_of_month": 10}
        effect: Mapping[str, Any] = {"measure": "no_live", "scope": "live", **length, "quota": quota}
        return _pack(4, effect) | {"calendars": {per: calendar}}

    lives = [Event(on=day(on), activity="live") for on in ("03-31", "04-07", "04-11")]
    found = {}
    lengths: list[dict[str, object]] = [{"days": 60}, {"while_in_zone": True}]
    for length in lengths:
        packs = versions(counted("mondays", **length), ("04-01", counted("tenths", **length)))
        query = "select as_of, counted_from, used, refused from main.int_quota_uses order by all"
        nights = ["03-31", "04-08", "04-12"]
        rows = decided(models, packs, [_spam("03-20", 5), *lives], nights, query)
        found[next(iter(length))] = {f"{as_of:%m-%d}": (f"{since:%m-%d}", *uses) for as_of, since, *uses in rows}

    # Mondays are 30 March and 6 April.
    assert found["days"] == {"03-31": ("03-30", 1, 0), "04-08": ("04-06", 1, 0), "04-12": ("04-06", 1, 1)}
    assert found["while_in_zone"] == {"03-31": ("03-30", 1, 0), "04-08": ("03-20", 1, 1), "04-12": ("04-10", 1, 0)}


def test_a_reward_of_a_zone_goes_on_over_versions_that_have_it(models: Sequence[CompiledModel]) -> None:
    reward: dict[str, Any] = {"rewards": [{"reward": "boost", "scope": "ads", "zones": ["limited"]}]}
    packs = versions(
        _pack(4, **reward), ("04-01", _pack(4, **reward)), ("04-03", _pack(4)), ("04-05", _pack(4, **reward))
    )

    found = lists_of(models, packs, [_spam("03-20", 5)], ["03-31", "04-01", "04-03", "04-05"])

    assert found["03-31"] == found["04-01"] == [Told("points", "boost", day("03-20"), None, 1)]
    assert found["04-03"] == []
    assert found["04-05"] == [Told("points", "boost", day("04-05"), None, 4)]


def test_after_days_without_the_programme_its_entries_count_and_no_zone_is_entered(
    models: Sequence[CompiledModel],
) -> None:
    other = _pack(4, NO_LIVE)
    other["programmes"] = {"others": other["programmes"]["points"]}
    packs = versions(_pack(4, NO_LIVE), ("04-01", other), ("04-10", _pack(4, NO_LIVE)))

    found = lists_of(models, packs, [_spam("03-20", 5), _spam("04-12", 1)], ["03-27", "04-10", "04-11", "04-12"])

    assert found == {"03-27": [], "04-10": [], "04-11": [], "04-12": [_no_live("04-12", "04-18", 3)]}


def test_a_version_that_begins_to_hold_zones_holds_what_was_reached_the_day_before(
    models: Sequence[CompiledModel],
) -> None:
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    plain = _pack(4, while_in_zone, lasts_days=12)
    entries = [_spam("03-20", 5)]
    # The entry counts last on 31 March.
    for holding, last in (({"falls_after_days": 3}, "04-03"), ({"never_falls": True}, "04-20")):
        held = _pack(4, while_in_zone, lasts_days=12, **holding)
        nights = ["03-31", "04-01", last, "04-21"]
        found = lists_of(models, versions(plain, ("04-01", held), ("04-21", plain)), entries, nights)
        after = lists_of(models, versions(plain, ("04-01", held)), entries, ["04-04"])

        assert found["03-31"] == found["04-01"] == found[last] == [_no_live("03-20", None, 1)]
        assert found["04-21"] == []
        assert bool(after["04-04"]) == ("never_falls" in holding)


def test_what_is_held_for_days_goes_on_over_a_version_that_says_the_same(models: Sequence[CompiledModel]) -> None:
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    held = _pack(4, while_in_zone, lasts_days=10, falls_after_days=5)

    # Left on 30 March; held until 3 April.
    found = lists_of(models, versions(held, ("04-01", {})), [_spam("03-20", 5)], ["03-30", "04-03", "04-04"])

    assert found == {"03-30": [_no_live("03-20", None, 1)], "04-03": [_no_live("03-20", None, 1)], "04-04": []}


def test_a_zone_that_a_version_lacks_is_held_as_the_strictest_that_it_has_of_those_up_to_it(
    models: Sequence[CompiledModel],
) -> None:
    """Whoever went to the strictest zone in one go was beyond the milder one too."""
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    milder = _pack(4, while_in_zone, lasts_days=12, never_falls=True)
    with_a_stricter = _pack(4, while_in_zone, lasts_days=12, never_falls=True)
    with_a_stricter["programmes"]["points"]["zones"].append({"zone": "closed", "at_least": 9})
    entries = [_spam("03-20", 9)]

    found = lists_of(models, versions(with_a_stricter, ("04-01", milder)), entries, ["03-31", "04-01", "04-20"])

    # The zone of version 1 had no measures; that of version 2 has, from its first day.
    row = [_no_live("04-01", None, 2)]
    assert found == {"03-31": [], "04-01": row, "04-20": row}


def test_what_is_evaluated_is_held_until_the_first_day_of_the_new_calendar(models: Sequence[CompiledModel]) -> None:
    def evaluated(on: int | None) -> dict[str, Any]:
        zones = [
            {"zone": "low"},
            {
                "zone": "high",
                "at_least": 10,
                "measures": [{"measure": "no_live", "scope": "live", "while_in_zone": True}],
            },
        ]
        programme: dict[str, Any] = {"unit": "point", "metric": "m", "zones": zones}
        if on:
            programme["evaluated"] = "day"
        return {
            "measures": ["no_live"],
            "calendars": {"day": {"day_of_month": on or 1}} if on else {},
            "programmes": {"points": programme},
        }

    metrics = [Event(on=day(on), metric="m", value=value) for on, value in (("03-18", 20), ("03-22", 0))]  # type: ignore[arg-type]
    nights = ["03-19", "03-20", "03-31", "04-01", "04-04", "04-05"]
    row = [_no_live("03-20", None, 1)]

    moved = lists_of(models, versions(evaluated(20), ("04-01", evaluated(5))), metrics, nights)
    same = lists_of(models, versions(evaluated(20), ("04-01", evaluated(20))), metrics, nights)
    no_longer = lists_of(models, versions(evaluated(20), ("04-01", evaluated(None))), metrics, nights)
    newly = lists_of(models, versions(evaluated(None), ("03-22", evaluated(5))), metrics, nights)

    assert moved == {"03-19": [], "03-20": row, "03-31": row, "04-01": row, "04-04": row, "04-05": []}
    assert same == {"03-19": [], **dict.fromkeys(nights[1:], row)}
    assert no_longer == {"03-19": [], "03-20": row, "03-31": row, "04-01": [], "04-04": [], "04-05": []}
    row = [_no_live("03-18", None, 1)]
    assert newly == {"03-19": row, "03-20": row, "03-31": row, "04-01": row, "04-04": row, "04-05": []}


def test_what_waits_for_its_day_through_short_versions_is_held_as_it_was_before_the_first_of_them(
    models: Sequence[CompiledModel],
) -> None:
    """A spam of Wednesday is seen on the Monday after, by the third version since; only then it enters the zone."""
    content = {**_pack(4, NO_LIVE, evaluated="mondays"), "calendars": {"mondays": {"weekday": "monday"}}}
    short = versions(content, ("03-26", {}), ("03-28", {}))

    found = lists_of(models, short, [_spam("03-25", 5)], ["03-29", "03-30", "04-05"])

    row = [_no_live("03-30", "04-05", 3)]
    assert found == {"03-29": [], "03-30": row, "04-05": row}


def test_what_is_evaluated_on_the_day_on_which_all_begins_is_held_over_the_next_version(
    models: Sequence[CompiledModel],
) -> None:
    """The first version begins on a Monday, on which the zone is entered, and the second before the Monday after."""
    while_in_zone = {"measure": "no_live", "scope": "live", "while_in_zone": True}
    content = {
        **_pack(4, while_in_zone, evaluated="mondays"),
        "calendars": {"mondays": {"weekday": "monday"}},
        "effective_from": day("03-23"),
    }

    found = lists_of(
        models, versions(content, ("03-25", {})), [_spam("03-23", 5)], ["03-23", "03-24", "03-25", "03-30"]
    )

    for night, told in found.items():
        assert [(each.measure, each.starts_on) for each in told] == [("no_live", day("03-23"))], night


def test_who_brings_along_a_zone_that_was_never_entered_gets_its_measures_once_the_value_rises(
    models: Sequence[CompiledModel],
) -> None:
    """One begins with a course and the 5 points that another counts until then, which are inside its zone."""
    own, pack = {"rule": "fraud", "violation_types": ["fraud"], "amount": 1}, _pack(99)
    zones = [{"zone": "good"}, {"zone": "limited", "at_least": 4, "measures": [NO_LIVE]}]
    pack["programmes"]["course"] = {
        "unit": "point", "entries": [own], "zones": zones, "begins_with": "course",
        "carries_over": {"programme": "points", "times": 1},
    }  # fmt: skip
    events = [_spam("03-20", 5), Event(on=day("03-25"), activity="course"), _spam("04-02", 1, "fraud")]

    found = lists_of(models, versions(pack), events, NIGHTS_OF_APRIL)

    row = [Told("course", "no_live", day("04-02"), day("04-08"), 1)]
    assert found == {"04-01": [], "04-02": row, "04-03": row, "04-09": [], "04-10": []}
