"""Since when an account isn't eligible, or is: the first day of the stretch, whatever fails on it and whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.examples import Event
from transform.story import Told, day, lists_of, versions

POINTS = {"rule": "points", "violation_types": ["spam"], "amount": 1, "lasts_days": 30}
STRIKES = {"rule": "strikes", "violation_types": ["copyright"], "amount": 1, "lasts_days": 27}
BAD = {"zone": "bad", "at_least": 1}
CONTENT: dict[str, Any] = {
    "measures": ["campaigns_closed", "no_live"],
    "programmes": {
        "points": {"unit": "point", "entries": [POINTS]},
        "strikes": {
            "unit": "strike",
            "entries": [STRIKES],
            "zones": [
                {"zone": "good"},
                {**BAD, "measures": [{"measure": "no_live", "scope": "live", "permanent": True}]},
            ],
        },
    },
    "eligibility": {
        "campaigns": {
            "conditions": [
                {"condition": "few_points", "programme": "points", "less_than": 1},
                {"condition": "no_strike", "programme": "strikes", "less_than": 1},
            ],
            "while_not_eligible": [{"measure": "campaigns_closed", "scope": "campaign"}],
            "while_eligible": [{"reward": "campaigns", "scope": "campaign"}],
        }
    },
}
SPAM = Event(on=day("02-23"), violation="spam", id="s")
COPYRIGHT = Event(on=day("03-01"), violation="copyright", id="c")


def _closed(first: str, version: int = 1) -> Told:
    return Told("campaigns", "campaigns_closed", day(first), None, version)


def test_another_set_of_conditions_that_fails_begins_nothing_anew(models: Sequence[CompiledModel]) -> None:
    # Points fail from 23 February until 24 March, the strike from 1 until 27 March.
    found = _of_the_gate(models, [SPAM, COPYRIGHT], ["02-22", "02-23", "03-24", "03-25", "03-27", "03-28"])

    # It was on board from its first event on; nothing is known of it before.
    assert found["02-22"] == []
    assert found["02-23"] == found["03-24"] == found["03-25"] == found["03-27"] == [_closed("02-23")]
    assert found["03-28"] == [Told("campaigns", "campaigns", day("03-28"), None, 1)]


def test_where_no_condition_is_asked_all_hold(models: Sequence[CompiledModel]) -> None:
    """Before the first day of the only one, after its last, and for a kind that none is for."""

    def asking(**more: Any) -> dict[str, Any]:
        gate = CONTENT["eligibility"]["campaigns"]
        few = {"condition": "few_points", "programme": "points", "less_than": 1, **more}
        return {**CONTENT, "eligibility": {"campaigns": {**gate, "conditions": [few]}}}

    nights = ["02-23", "03-02", "03-05", "03-09", "03-10"]
    some_days = asking(effective_from=day("03-05"), effective_until=day("03-09"))

    found = _of_the_gate(models, [SPAM], nights, some_days)
    of_others = _of_the_gate(
        models, [SPAM], nights, asking(applies_to=["seller"]) | {"applies_to": ["creator", "seller"]}
    )

    is_open = [Told("campaigns", "campaigns", day("02-23"), None, 1)]
    again = [Told("campaigns", "campaigns", day("03-10"), None, 1)]
    shut = [_closed("03-05")]
    assert found == {"02-23": is_open, "03-02": is_open, "03-05": shut, "03-09": shut, "03-10": again}
    assert of_others == dict.fromkeys(nights, is_open)


def test_an_appeal_that_is_granted_begins_nothing_anew(models: Sequence[CompiledModel]) -> None:
    content = _asking_for_a_measure()
    granted = Event(on=day("03-10"), appeal="s", outcome="granted", filed_on=day("03-05"))

    found = _of_the_gate(models, [SPAM, COPYRIGHT, granted], ["03-09", "03-10"], content)

    # No live since 1 March; the granted appeal is against the points, which never were.
    assert found["03-09"] == [_closed("02-23")]
    assert found["03-10"] == [_closed("03-01")]


def test_a_measure_of_which_an_appeal_changes_nothing_shuts_since_its_first_day(
    models: Sequence[CompiledModel],
) -> None:
    content = _asking_for_a_measure()
    later = [
        Event(on=day("03-05"), violation="spam", id="t"),
        Event(on=day("03-10"), appeal="t", outcome="granted", filed_on=day("03-06")),
    ]

    found = _of_the_gate(models, [COPYRIGHT, *later], ["03-09", "03-10"], content)

    assert found["03-09"] == found["03-10"] == [_closed("03-01")]


def test_what_an_activity_or_an_appeal_ends_shuts_until_then_whatever_is_known_later(
    models: Sequence[CompiledModel],
) -> None:
    """A course of 10 March and a denial of 20 March; then an appeal about points begins another history."""
    lengths: dict[str, dict[str, Any]] = {
        "live": {"days": 5, "and_until": "course"},
        "short_video": {"days": 20, "shortened_by": {"activity": "course", "to_days": 5}},
        "showcase": {"appeal_days": 10},
    }
    effects = [{"measure": f"no_{scope}", "scope": scope, **length} for scope, length in lengths.items()]
    strikes = {**CONTENT["programmes"]["strikes"], "zones": [{"zone": "good"}, {**BAD, "measures": effects}]}
    content = {
        "measures": [f"no_{scope}" for scope in lengths],
        "programmes": {**CONTENT["programmes"], "strikes": strikes},
        "eligibility": {
            f"of_{scope}": {
                "conditions": [{"condition": "isnt_barred", "without_measure": f"no_{scope}"}],
                "while_eligible": [{"reward": "campaigns", "scope": scope}],
            }
            for scope in lengths
        },
    }
    events = [
        *(COPYRIGHT, Event(on=day("03-10"), activity="course")),
        Event(on=day("03-20"), appeal="c", outcome="denied", filed_on=day("03-05")),
        *(SPAM, Event(on=day("03-25"), appeal="s", outcome="granted", filed_on=day("03-06"))),
    ]

    found = lists_of(models, versions(content), events, ["02-23", "03-01", "03-09", "03-10", "03-19", "03-20", "03-25"])

    def of_gates(night: str) -> dict[str, str]:
        rows = [told for told in found[night] if told.programme.startswith("of_")]
        return {told.programme.removeprefix("of_"): f"{told.starts_on:%m-%d}" for told in rows}

    by_activity = {"live": "03-10", "short_video": "03-10"}
    assert of_gates("02-23") == dict.fromkeys(lengths, "02-23")
    assert of_gates("03-01") == of_gates("03-09") == {}
    assert of_gates("03-10") == of_gates("03-19") == by_activity
    assert of_gates("03-20") == of_gates("03-25") == {**by_activity, "showcase": "03-20"}


def test_a_version_begins_nothing_anew_and_its_reason_is_that_of_the_first_day(models: Sequence[CompiledModel]) -> None:
    stricter = {
        **CONTENT["eligibility"]["campaigns"],
        "conditions": CONTENT["eligibility"]["campaigns"]["conditions"][:1],
    }
    packs = versions(CONTENT, ("03-02", {}), ("03-03", {"eligibility": {"campaigns": stricter}}))

    found = _of(lists_of(models, packs, [SPAM, COPYRIGHT], ["03-01", "03-02", "03-24", "03-25"]))

    assert found["03-01"] == found["03-02"] == found["03-24"] == [_closed("02-23")]
    assert found["03-25"] == [Told("campaigns", "campaigns", day("03-25"), None, 3)]


def test_what_a_version_begins_to_bring_is_brought_from_its_first_day(models: Sequence[CompiledModel]) -> None:
    without = {key: value for key, value in CONTENT["eligibility"]["campaigns"].items() if key != "while_not_eligible"}
    packs = versions(
        {**CONTENT, "eligibility": {"campaigns": without}}, ("03-02", {"eligibility": CONTENT["eligibility"]})
    )

    found = _of(lists_of(models, packs, [SPAM], ["03-01", "03-02"]))

    assert found == {"03-01": [], "03-02": [_closed("03-02", 2)]}


def test_a_gap_between_versions_ends_it(models: Sequence[CompiledModel]) -> None:
    packs = versions({**CONTENT, "effective_until": day("03-01")}, ("03-05", {}))

    found = _of(lists_of(models, packs, [SPAM], ["03-01", "03-03", "03-05"]))

    assert found == {"03-01": [_closed("02-23")], "03-03": [], "03-05": [_closed("03-05", 2)]}


def test_who_stays_eligible_does_so_over_versions(models: Sequence[CompiledModel]) -> None:
    staying = {"eligibility": {"campaigns": {**CONTENT["eligibility"]["campaigns"], "stays_eligible": True}}}
    early = Event(on=day("02-01"), activity="nothing")
    packs = versions({**CONTENT, **staying}, ("03-01", {}), ("03-05", {"eligibility": CONTENT["eligibility"]}))

    found = _of(lists_of(models, packs, [early, SPAM], ["02-23", "03-01", "03-04", "03-05"]))

    was_open = [Told("campaigns", "campaigns", day("02-01"), None, 1)]
    assert found["02-23"] == found["03-01"] == found["03-04"] == was_open
    assert found["03-05"] == [_closed("03-05", 3)]


def test_a_stricter_measure_shuts_where_the_one_asked_for_is_put_or_on_the_account(
    models: Sequence[CompiledModel],
) -> None:
    def bringing(violation: str, measure: str, scope: str) -> dict[str, Any]:
        rule = {"rule": "each", "violation_types": [violation], "amount": 1, "lasts_days": 90}
        effect = {"measure": measure, "scope": scope, "days": 5}
        return {
            "unit": "point",
            "entries": [rule],
            "zones": [{"zone": "good"}, {"zone": "bad", "at_least": 1, "measures": [effect]}],
        }

    # What is asked for is put on short videos alone, and never comes.
    content = {
        "measures": ["warning", "no_post", "no_live", "closed"],
        "programmes": {
            "posts": bringing("never", "no_post", "short_video"),
            "copies": bringing("copyright", "no_live", "short_video"),
            "lives": bringing("spam", "no_live", "live"),
            "frauds": bringing("fraud", "closed", "account"),
            "mild": bringing("late", "warning", "short_video"),
        },
        "eligibility": {
            "campaigns": {
                "conditions": [{"condition": "may_post", "without_measure": "no_post"}],
                # It is stricter on the scope, and would keep the gate shut that it comes from.
                "while_not_eligible": [{"measure": "closed", "scope": "short_video"}],
                "while_eligible": [{"reward": "campaigns", "scope": "campaign"}],
            }
        },
    }
    begins = {"late": "03-01", "spam": "03-03", "copyright": "03-10", "fraud": "03-20"}
    events = [Event(on=day(on), violation=violation) for violation, on in begins.items()]
    nights = ["03-01", "03-09", "03-10", "03-14", "03-15", "03-19", "03-20", "03-24", "03-25"]

    found = _of(lists_of(models, versions(content), events, nights))

    def is_open(first: str) -> list[Told]:
        return [Told("campaigns", "campaigns", day(first), None, 1)]

    def shut(first: str) -> list[Told]:
        return [Told("campaigns", "closed", day(first), None, 1)]

    assert found["03-01"] == found["03-09"] == is_open("03-01")
    assert found["03-10"] == found["03-14"] == shut("03-10")
    assert found["03-15"] == found["03-19"] == is_open("03-15")
    assert found["03-20"] == found["03-24"] == shut("03-20")
    assert found["03-25"] == is_open("03-25")


def _asking_for_a_measure() -> dict[str, Any]:
    conditions = [
        CONTENT["eligibility"]["campaigns"]["conditions"][0],
        {"condition": "may_go_live", "without_measure": "no_live"},
    ]
    return {**CONTENT, "eligibility": {"campaigns": {**CONTENT["eligibility"]["campaigns"], "conditions": conditions}}}


def _of_the_gate(
    models: Sequence[CompiledModel], events: Sequence[Event], nights: Sequence[str], content: dict[str, Any] = CONTENT
) -> dict[str, list[Told]]:
    return _of(lists_of(models, versions(content), events, nights))


def _of(found: dict[str, list[Told]]) -> dict[str, list[Told]]:
    return {night: [told for told in rows if told.programme == "campaigns"] for night, rows in found.items()}
