"""What is drawn, and how likely it was: the same every time, never more than the budget, and right on average."""

from __future__ import annotations

import random

import numpy as np
import pytest

from evenhand.sampling.draw import Unit, draw, exposures, place, probabilities, systematic
from evenhand.sampling.plan import Frame, GoldenItem, plan
from evenhand.sampling.sizes import sizes


def content(number: int, seen: float | None = 100, risk: float = 0.05) -> Unit:
    return Unit("content", f"c{number:04}", (f"c{number:04}",), seen, risk)


def decision(number: int, is_new: bool = False, confidence: float | None = None) -> Unit:
    return Unit("decision", f"v{number:04}", (f"v{number:04}",), 50, 0.1, is_new, confidence)


def penalty(number: int, *of: int) -> Unit:
    return Unit("penalty", f"a{number}/strikes/live", tuple(f"v{each:04}" for each in of), 50, 0.1)


def frame(*units: Unit, golden: int = 0, market: str = "SG") -> Frame:
    links = {subject: f"https://x.test/{subject}" for unit in units for subject in unit.subjects}
    items = tuple(GoldenItem(f"g{number}", f"c9{number:03}") for number in range(golden))
    return Frame(market, units, items, {**links, **{each.subject: f"https://x.test/{each.subject}" for each in items}})


WHOLE = frame(
    *(content(number, 1 + number % 7 * 100) for number in range(900)),
    *(decision(number, number % 9 == 0, number % 100 / 100) for number in range(200)),
    *(penalty(number, number, number + 1, number + 2) for number in range(60)),
    golden=30,
)


def test_a_chance_is_in_proportion_to_the_size_and_certain_above_one() -> None:
    """By hand: of 3, the unit of size 10 is certain, and of the 2 left each of four equal ones has 1 / 2."""
    assert probabilities(np.array([10.0, 1, 1, 1, 1]), 3) == pytest.approx([1, 0.5, 0.5, 0.5, 0.5])
    assert probabilities(np.array([1.0, 2, 3]), 1) == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert probabilities(np.array([1.0, 2]), 5).tolist() == [1, 1]
    assert probabilities(np.array([1.0, 2]), 0).tolist() == [0, 0]


def test_a_step_falls_in_a_unit_s_stretch() -> None:
    """Laid as 2, 0, 1 the stretches end at 0.5, 1.2 and 2: steps at 0.3 and 1.3 are in the first and the last."""
    assert systematic(np.array([0.7, 0.8, 0.5]), [2, 0, 1], 0.3) == [1, 2]


def test_a_size_is_exposure_times_the_root_of_risk_and_no_risk_is_nothing() -> None:
    """The mean risk is (0.49 + 0.49 + 0.2 * 0.01) / 2.2 of these views; a tenth of it stands for less."""
    assert sizes([100, 100, 20], [0.49, 0.49, 0.01]) == pytest.approx([70, 70, 20 * (0.0982 / 2.2) ** 0.5])
    # A tenth of the mean itself isn't below it.
    assert sizes([10, 10], [0.19, 0.01]) == pytest.approx([10 * 0.19**0.5, 1])
    assert sizes([3, 5], [0, 0]).tolist() == [3, 5]


def test_who_has_no_views_counts_as_the_mean_and_is_counted() -> None:
    seen, without = exposures([content(1, 10), content(2, 30), content(3, None), content(4, 0)])
    assert (seen.tolist(), without) == ([10, 30, 20, 20], 2)
    assert exposures([content(1, None)])[0].tolist() == [1]


def test_units_are_drawn_as_often_as_is_said() -> None:
    """Over 800 draws of 12 of 60, each unit's share is its probability, within four standard errors."""
    units = [content(number, 1 + number, 0.01 * (1 + number % 5)) for number in range(60)]
    times = dict.fromkeys((each.unit_id for each in units), 0)
    simple, said = dict(times), {}
    for night in range(800):
        for one in draw(units, 12, (str(night), "SG")):
            times[one.unit.unit_id] += 1
            simple[one.unit.unit_id] += one.is_simple
            said[one.unit.unit_id] = one.probability, one.simple_probability
    for unit, probabilities_said in said.items():
        for counted, likely in zip((times[unit], simple[unit]), probabilities_said, strict=True):
            assert counted / 800 == pytest.approx(likely, abs=4 * (likely * (1 - likely) / 800) ** 0.5 + 1e-9)
    assert len(said) == 60


def test_the_estimate_of_what_was_drawn_is_right_on_average() -> None:
    """Horvitz and Thompson's total of views in breach, over 200 draws: within four standard errors of the truth."""
    units = [content(number, 1 + number % 40, 0.02 + 0.2 * (number % 10 == 0)) for number in range(300)]
    wrong = {each.unit_id for at, each in enumerate(units) if at % 23 == 0}
    truth = sum(each.exposure or 0 for each in units if each.unit_id in wrong)
    totals = [
        sum(one.exposure / one.probability for one in draw(units, 60, (str(night), "SG")) if one.unit.unit_id in wrong)
        for night in range(200)
    ]
    assert np.mean(totals) == pytest.approx(truth, abs=4 * np.std(totals) / 200**0.5)


def test_the_simple_part_says_how_likely_a_unit_was_in_it() -> None:
    units = [content(number, 100, 0.3 if number < 10 else 0.001) for number in range(100)]
    drawn = draw(units, 15, ("2026-03-28", "SG"))
    # A fifth of 15 of 100 that are seen as often.
    assert [one.simple_probability for one in drawn] == pytest.approx([0.03] * 15)
    assert 0 < sum(one.is_simple for one in drawn) < 10


def test_the_same_night_has_the_same_draw_in_any_order_and_another_night_or_market_another() -> None:
    first = plan(WHOLE, "2026-03-28", 200)
    units = list(WHOLE.units)
    random.Random(5).shuffle(units)
    shuffled = Frame("SG", tuple(units), tuple(reversed(WHOLE.golden)), WHOLE.links)
    assert plan(shuffled, "2026-03-28", 200) == first
    others = plan(WHOLE, "2026-03-29", 200), plan(frame(*WHOLE.units, golden=30, market="MY"), "2026-03-28", 200)
    for other in others:
        assert not {each.item_id for each in other.items} & {each.item_id for each in first.items}
        assert {each.subject for each in other.key} != {each.subject for each in first.key}


@pytest.mark.parametrize("budget", [1, 2, 7, 50, 200, 1_000, 100_000])
def test_a_draw_is_within_its_budget(budget: int) -> None:
    drawn = plan(WHOLE, "2026-03-28", budget)
    assert 0 < len(drawn.items) <= budget
    assert len({each.item_id for each in drawn.items}) == len(drawn.items)
    assert {each.item_id for each in drawn.key} == {each.item_id for each in drawn.items}
    assert all(0 < each.probability <= 1 for each in drawn.key if each.probability is not None)


def test_a_budget_is_spent_on_golden_items_second_reviews_and_every_stratum() -> None:
    """Of 400: 8 golden, 40 second reviews, 352 first ones; 88 of decisions, of them 26 by new rules."""
    drawn = plan(WHOLE, "2026-03-28", 400)
    golden = {each.item_id for each in drawn.key if each.stratum == "golden"}
    assert len(golden) == 8
    assert len({each.item_id for each in drawn.key if each.round == 2}) == 40
    of = {each.stratum: each for each in drawn.strata}
    assert of["new_rules"].frame == 23 and of["new_rules"].drawn <= 23
    assert of["decisions"].frame == 177 and 45 <= of["decisions"].drawn <= 65
    # A penalty needs three decisions: a fourth of 352 items are of 30 of them at most.
    assert 20 <= of["penalties"].drawn <= 30
    assert len(drawn.items) == 400


def test_a_penalty_puts_every_decision_that_it_needs_on_the_list_with_its_own_chance() -> None:
    drawn = plan(frame(*(penalty(number, 10 * number, 10 * number + 1) for number in range(40))), "2026-03-28", 40)
    by_penalty: dict[str, list[tuple[str, float | None]]] = {}
    for each in drawn.key:
        if each.round == 1:
            by_penalty.setdefault(each.unit_id, []).append((each.subject, each.probability))
    assert by_penalty
    for needed in by_penalty.values():
        assert len({subject for subject, _ in needed}) == 2
        assert len({likely for _, likely in needed}) == 1


@pytest.mark.parametrize(
    ("largest", "number"), [(1, 22), (3, 21), (16, 17), (17, 16), (18, 22), (60, 22), (70, 22), (500, 22)]
)
def test_a_penalty_that_needs_very_many_decisions_keeps_no_other_from_being_drawn(largest: int, number: int) -> None:
    """Of 100: 2 golden are missing, 10 second reviews, 90 first ones; 22 of decisions. A fourth of what is left is 17.

    A fourth of 90 is 22 items: of 40 that need one decision each and one that needs 17, 22 · 41 / 57 are drawn, or 16.
    """
    others = [*(decision(number) for number in range(200)), *(content(number) for number in range(500))]
    small = [penalty(number, number) for number in range(40)]
    drawn = plan(frame(*others, *small, penalty(99, *range(largest))), "2026-03-28", 100)
    (of,) = [each for each in drawn.strata if each.stratum == "penalties"]
    assert (of.frame, drawn.too_large) == ((41, 0) if largest <= 17 else (40, 1))
    assert of.drawn == number
    assert "a99/strikes/live" not in {each.unit_id for each in drawn.key} or largest <= 17
    assert len(drawn.items) <= 100


def test_how_many_penalties_are_drawn_has_room_whichever_they_are() -> None:
    """Five that need 10 decisions each, many that need one: of any so many, all decisions are on the list."""
    units = [penalty(number, *range(10 * number, 10 * number + 10)) for number in range(5)]
    units += [penalty(100 + number, 1000 + number) for number in range(60)]
    for night in range(40):
        drawn = plan(frame(*units, *(content(number) for number in range(100))), str(night), 40)
        # 40 less 4 second reviews are 36 first ones, none of decisions: of the largest, three and none beside them.
        (of,) = [each for each in drawn.strata if each.stratum == "penalties"]
        assert of.drawn == 3 and len(drawn.items) <= 40


def test_a_small_budget_draws_penalties_of_a_few_decisions() -> None:
    drawn = plan(WHOLE, "2026-03-28", 10)
    assert [each.drawn for each in drawn.strata if each.stratum == "penalties"] == [1]
    assert drawn.too_large == 0


def test_the_list_gives_nothing_away() -> None:
    """Ids tell nothing apart, and golden items stand anywhere among the others."""
    drawn = plan(WHOLE, "2026-03-28", 400)
    golden = {each.item_id for each in drawn.key if each.stratum == "golden"}
    places = [at for at, each in enumerate(drawn.items) if each.item_id in golden]
    assert places[0] < 200 < places[-1]
    assert {len(each.item_id) for each in drawn.items} == {24}
    assert [each.item_id for each in drawn.items] == sorted(each.item_id for each in drawn.items)


def test_second_reviews_are_of_what_a_model_was_least_sure_of() -> None:
    drawn = plan(frame(*(decision(number, confidence=number / 40) for number in range(41))), "2026-03-28", 30)
    sure = {f"v{number:04}": abs(2 * number / 40 - 1) for number in range(41)}
    again = [sure[each.subject] for each in drawn.key if each.round == 2]
    rest = {each.subject for each in drawn.key} - {each.subject for each in drawn.key if each.round == 2}
    assert len(again) == 3
    assert max(again) <= min(sure[each] for each in rest)


def test_nothing_to_draw_is_no_error_and_what_is_missing_is_told() -> None:
    nothing = plan(Frame("SG", (), (), {}, without_events=3), "2026-03-28", 100)
    assert (nothing.items, nothing.golden_missing, nothing.without_events) == ((), 2, 3)
    unseen = plan(Frame("SG", (content(1, None),), (), {}), "2026-03-28", 10)
    assert (len(unseen.items), unseen.without_link) == (2, 2)


def test_a_place_is_between_nothing_and_one_and_its_own() -> None:
    places = [place("2026-03-28", "SG", number) for number in range(1_000)]
    assert min(places) >= 0 and max(places) < 1
    assert np.mean(places) == pytest.approx(0.5, abs=0.04)
    assert place("a", "b") != place("ab")
