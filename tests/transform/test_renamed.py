"""What a version or a pack calls otherwise goes on: entries, picks, zones, rewards, eligibility and bonuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.examples import Event
from transform.story import Told, day, decided, lists_of, versions

NIGHTS = ["03-31", "04-01", "04-03", "04-20"]


def _content(points: str = "points", was: str | None = None, **names: tuple[str, str | None]) -> dict[str, Any]:
    """A pack of every kind of part; each is called as said, and was called otherwise before."""

    def called(kind: str) -> tuple[str, dict[str, str]]:
        name, former = names.get(kind, (kind, None))
        return name, {"was": former} if former else {}

    rule, zone, door, condition, bonus = (called(each) for each in ("rule", "zone", "door", "condition", "bonus"))
    return {
        "measures": ["warning", "no_live"],
        "calendars": {"tenths": {"day_of_month": 10}},
        "programmes": {
            points: {
                **({"was": was} if was else {}),
                "unit": "point",
                "entries": [
                    {
                        "rule": rule[0],
                        **rule[1],
                        "violation_types": ["spam"],
                        "amount": 2,
                        "lasts_days": 60,
                        "not_again_within_days": 10,
                    }
                ],
                "zones": [
                    {"zone": "good"},
                    {
                        "zone": zone[0],
                        **zone[1],
                        "at_least": 2,
                        "measures": [
                            {"measure": "warning", "scope": "account", "days": 14},
                            {"measure": "no_live", "scope": "live", "while_in_zone": True},
                        ],
                    },
                ],
                "rewards": [{"reward": "boost", "scope": "ads", "zones": [zone[0]]}],
            }
        },
        "eligibility": {
            door[0]: {
                **door[1],
                "conditions": [{"condition": condition[0], **condition[1], "programme": points, "at_least": 1}],
                "while_eligible": [{"reward": "sales", "scope": "campaign"}],
            }
        },
        "bonuses": {
            bonus[0]: {
                **bonus[1],
                "activity": "sale",
                "scope": "commission",
                "pays": 10,
                "at_most_per_account": 15,
                "per": "tenths",
            }
        },
    }


RENAMED = {
    "rule": ("copying", "rule"),
    "zone": ("limited", "zone"),
    "door": ("gate", "door"),
    "condition": ("enough", "condition"),
    "bonus": ("selling", "bonus"),
}
EVENTS = [
    *(Event(on=day(on), violation="spam", id=on) for on in ("03-28", "04-03")),
    *(Event(on=day(on), activity="sale") for on in ("03-30", "04-02")),
]


def _rows(models: Sequence[CompiledModel], packs: Any, nights: Sequence[str]) -> Mapping[str, list[Told]]:
    return lists_of(models, packs, EVENTS, nights)


def test_what_was_called_otherwise_goes_on_and_has_its_new_name_from_the_first_day(
    models: Sequence[CompiledModel],
) -> None:
    packs = versions(_content(), ("04-01", _content("health", "points", **RENAMED)))
    same = versions(_content(), ("04-01", _content()))

    # The day before, nothing is called otherwise yet.
    assert _rows(models, packs, ["03-31"]) == _rows(models, same, ["03-31"])
    found = _rows(models, packs, NIGHTS)
    names = {"points": "health", "door": "gate", "bonus": "selling"}
    expected = {
        night: sorted(
            (row._replace(programme=names[row.programme], measure=names.get(row.measure, row.measure)) for row in rows),
            key=repr,
        )
        for night, rows in _rows(models, same, NIGHTS).items()
    }
    assert {night: sorted(rows, key=repr) for night, rows in found.items()} == expected
    # What there is to go on: the second spam is too near the first, the stay and the rewards have their first day.
    assert Told("health", "warning", day("03-28"), day("04-10"), 1) in found["04-03"]
    assert Told("health", "no_live", day("03-28"), None, 1) in found["04-20"]
    assert Told("health", "boost", day("03-28"), None, 1) in found["04-20"]
    assert Told("gate", "sales", day("03-28"), None, 1) in found["04-20"]
    balances = decided(
        models, packs, EVENTS, NIGHTS, "select programme, zone, balance from main.account_standings order by all"
    )
    assert {(programme, zone, int(balance)) for programme, zone, balance in balances} == {("health", "limited", 2)}
    paid = "select distinct programme, amount from main.int_rewards_in_force where as_of = '2026-04-03' and amount > 0"
    assert decided(models, packs, EVENTS, ["04-03"], paid) == [("selling", 15)]


def test_what_isnt_said_to_have_been_something_begins_anew(models: Sequence[CompiledModel]) -> None:
    packs = versions(_content(), ("04-01", _content("health")))

    found = _rows(models, packs, ["04-01", "04-03"])

    # What has a length of its own runs on under its name; nothing else is there before the spam of 3 April.
    assert [row for row in found["04-01"] if row.programme in ("points", "health")] == [
        Told("points", "warning", day("03-28"), day("04-10"), 1)
    ]
    assert Told("health", "no_live", day("04-03"), None, 2) in found["04-03"]


def test_names_change_twice_and_in_a_pack_that_continues_another(models: Sequence[CompiledModel]) -> None:
    others = {"pack": "q", "version": 1, "continues": ("p",)}
    packs = versions(
        _content(),
        ("04-01", _content("health", "points", zone=("limited", "zone"))),
        ("04-03", _content("state", "health", zone=("closed", "limited")) | others),
    )

    before, found = _rows(models, packs, ["04-02"]), _rows(models, packs, ["04-20"])

    assert Told("health", "no_live", day("03-28"), None, 1) in before["04-02"]
    assert Told("state", "no_live", day("03-28"), None, 1) in found["04-20"]
    assert {row.programme for row in found["04-20"]} == {"state", "door", "bonus"}


def test_a_later_version_renames_what_an_earlier_one_of_it_took_over(models: Sequence[CompiledModel]) -> None:
    others = {"pack": "q", "version": 1, "continues": ("p",)}
    packs = versions(
        _content(),
        ("04-01", others),
        ("04-03", _content("health", "points", zone=("limited", "zone")) | {"continues": ()}),
    )

    found = _rows(models, packs, ["04-20"])

    assert Told("health", "no_live", day("03-28"), None, 1) in found["04-20"]
    assert {row.programme for row in found["04-20"]} == {"health", "door", "bonus"}


def test_a_pack_that_continues_another_ends_what_that_brought(models: Sequence[CompiledModel]) -> None:
    following = {"pack": "q", "version": 1, "ends_running": ("warning",)}
    ended, running = (
        _rows(models, versions(_content(), ("04-01", following | more)), ["04-01"])["04-01"]
        for more in ({"continues": ("p",)}, {})
    )

    assert "warning" not in {row.measure for row in ended}
    assert "warning" in {row.measure for row in running}


def test_what_a_condition_reads_of_another_pack_goes_on_under_its_new_name(models: Sequence[CompiledModel]) -> None:
    def gate(programme: str) -> dict[str, Any]:
        few = {"condition": "few", "programme": programme, "of_pack": "p", "less_than": 2}
        return {
            "pack": "gates",
            "measures": [],
            "eligibility": {
                "campaigns": {"conditions": [few], "while_eligible": [{"reward": "sales", "scope": "campaign"}]}
            },
        }

    points = {key: part for key, part in _content().items() if key not in ("eligibility", "bonuses")}
    health = {key: part for key, part in _content("health", "points").items() if key not in ("eligibility", "bonuses")}
    counting = versions(points, ("04-01", health))
    reading = versions(gate("points"), ("04-01", gate("health")))

    found = _rows(models, [*reading, *counting], ["03-28", "03-31", "04-01", "05-26", "05-27"])

    # Two points of 28 March, for 60 days.
    of_gate = {night: [row for row in rows if row.programme == "campaigns"] for night, rows in found.items()}
    opened = [Told("campaigns", "sales", day("05-27"), None, 2)]
    assert of_gate["03-28"] == of_gate["03-31"] == of_gate["04-01"] == of_gate["05-26"] == []
    assert of_gate["05-27"] == opened
