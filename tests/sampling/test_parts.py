"""What estimates say of policies, detectors and all markets, what a draw left out, and which metrics they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from evenhand.sampling.estimate import lay_estimates
from sampling.estimated import NIGHT, decided, every, review, twice, weighed
from sampling.warehouse import rows, write

RULES = {
    "policy.entry_rules": [
        rows(market=market, pack=pack, version=1, effective_from=date(2026, 1, 1), source="violation", programme="p",
             rule="any", rule_no=number)
        for number, (market, pack) in enumerate((("SG", "strikes"), ("SG", "quality"), ("MY", "lone")))
    ],
    "main.int_ledger_entries": [
        rows(violation_id=f"v{n}", rule_no=0 if n < 40 else 1)
        for n in range(80)
    ],
}  # fmt: skip


def test_a_policy_that_reviewers_read_otherwise_is_unclear_and_no_other(tmp_path: Path) -> None:
    """Of 40 decisions by strikes they differ on every fourth, of 40 by quality on none; MY has one policy alone."""
    reviews = [each for n in range(40) for each in twice(n, n % 2 == 0, n % 4 == 0)]
    reviews += [each for n in range(40, 80) for each in twice(n, n % 2 == 0, n % 2 == 0)]
    for account in ("a1", "b1"):
        for n in range(30):
            one = review(f"{account}{n}", n % 2 == 0, account, round=1)
            reviews += [one, {**one, "review_id": f"{one['review_id']} again", "round": 2, "is_violation": n % 3 == 0}]
    ours = every(tmp_path, {"main.stg_qa_reviews": reviews, **RULES})
    of_packs = {key[1:4:2]: each for key, each in ours.items() if key[0] == "agreement" and key[2] == "pack"}
    assert {of: (each.reviews, each.verdict) for of, each in of_packs.items()} == {
        ("SG", "strikes"): (40, "unclear"), ("SG", "quality"): (40, ""), ("MY", "lone"): (30, "unclear"),
        ("all", "strikes"): (40, "unclear"), ("all", "quality"): (40, ""), ("all", "lone"): (30, "unclear"),
    }  # fmt: skip
    # Which of SG's two its contents are unclear by, nobody knows.
    assert ours["agreement", "SG", "", ""].reviews == 110
    assert ours["agreement", "all", "", ""].reviews == 140


def test_decisions_are_told_by_detector_and_by_how_sure_the_model_was(tmp_path: Path) -> None:
    """By hand: of the model's 30 decisions 6 are wrong, of others' 10 none; 4 of 20 that it was sure of."""
    facts = {
        "main.stg_qa_reviews": [
            *(decided(n, n >= 6, "a1") for n in range(40)),
            # Who knew of another opinion has none of their own, whatever chance the item had.
            {**decided(39, False, "a1"), "review_id": "told", "blind": False, "inclusion_probability": 0.1},
        ],
        "main.stg_violations": [
            rows(violation_id=f"v{n}", detected_by="model", confidence=0.99 if 2 <= n < 22 else 0.5) for n in range(30)
        ],
    }
    ours = every(tmp_path, facts)
    of = {key[2:]: (each.value, each.reviews) for key, each in ours.items() if key[:2] == ("wrong_decisions", "SG")}
    assert of == {
        ("", ""): (pytest.approx(6 / 40), 40),
        ("detector", "model"): (pytest.approx(0.2), 30), ("detector", "not known"): (0, 10),
        ("confidence_band", "from 0.95"): (pytest.approx(0.2), 20),
        ("confidence_band", "0.5 to 0.8"): (pytest.approx(0.2), 10), ("confidence_band", "not known"): (0, 10),
    }  # fmt: skip


def test_all_markets_together_are_each_by_what_its_reviews_stand_for(tmp_path: Path) -> None:
    """By hand: 0.3 of 100 contents of SG and 0.1 of 300 of MY are 0.15 of all."""
    reviews = [review(n, n < 30, inclusion_probability=1) for n in range(100)]
    reviews += [review(n, n < 110, "b1", inclusion_probability=1 / 3) for n in range(100, 200)]
    ours = every(tmp_path, {"main.stg_qa_reviews": reviews})
    one, other, both = (ours["prevalence", market, "", ""] for market in ("SG", "MY", "all"))
    assert both.value == pytest.approx(0.25 * 0.3 + 0.75 * 0.1)
    assert (both.reviews, both.is_enough, one.is_enough) == (200, True, False)
    for end, sign in (("interval_low", -1), ("interval_high", 1)):
        reach = ((0.25 * (getattr(one, end) - 0.3)) ** 2 + (0.75 * (getattr(other, end) - 0.1)) ** 2) ** 0.5
        assert getattr(both, end) == pytest.approx(both.value + sign * reach)
    # A market whose reviewers are no better than chance says nothing of all.
    known = [rows(golden_id=f"g{n}", account_id="b1", subject=f"c{100 + n}", is_violation="no") for n in range(10)]
    known += [rows(golden_id=f"h{n}", account_id="b1", subject=f"c{110 + n}", is_violation="yes") for n in range(10)]
    lost = every(tmp_path / "lost", {"main.stg_qa_reviews": reviews, "accepted.golden_items": known})
    both = lost["prevalence", "all", "", ""]
    assert (lost["prevalence", "MY", "", ""].value, both.value) == (None, None)
    for end, at in (("interval_low", 0), ("interval_high", 0.75)):
        assert getattr(both, end) == pytest.approx(0.25 * getattr(one, end) + at)


def test_what_a_draw_left_out_is_counted(tmp_path: Path) -> None:
    frames = [
        rows(market="SG", stratum="contents", units=8, without_views=2, without_decisions=0, too_large=0),
        rows(market="SG", stratum="penalties", units=7, without_views=0, without_decisions=2, too_large=1),
    ]
    ours = every(tmp_path, {"samples.frames": frames})
    assert {key[0::3]: (each.value, each.reviews, each.interval_low) for key, each in ours.items()} == {
        ("without_views", "contents"): (0.25, 8, None),
        ("penalties_not_drawn", "without_decisions"): (0.2, 10, None),
        ("penalties_not_drawn", "too_large"): (0.1, 10, None),
    }


def test_the_metrics_that_are_estimates_are_theirs_and_are_there_of_nothing_too(tmp_path: Path) -> None:
    facts = {"main.stg_qa_reviews": [decided(n, n >= 8, "a1") for n in range(40)]}
    warehouse = write(tmp_path / "w.duckdb", weighed(facts))
    lay_estimates(warehouse, NIGHT)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select metric, market, figure, interval_low, interval_high, sample, is_enough, unit from estimates.metrics"
            " where slice = '' order by metric, market"
        ).fetchall()
        ((low, high),) = connection.execute(
            "select interval_low, interval_high from estimates.quality_estimates"
            " where estimate = 'wrong_decisions' and market = 'SG' and slice = ''"
        ).fetchall()
    of_all = {metric: tuple(rest) for metric, market, *rest in found if market == "all"}
    of_sg = {metric: tuple(rest) for metric, market, *rest in found if market == "SG"}
    assert of_sg == {
        "doubted_by_qa": (Decimal("0.2"), low, high, 40, True, "share"),
        "decision_precision": (Decimal("0.8"), 1 - high, 1 - low, 40, True, "share"),
    }
    nothing = (None, None, None, 0, False)
    assert of_all == {
        **of_sg,
        **dict.fromkeys(("prevalence", "violative_view_rate", "wrong_penalties"), (*nothing, "share")),
        "agreement_of_reviewers": (*nothing, "number"),
    }
