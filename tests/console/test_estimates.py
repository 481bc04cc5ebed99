"""What reviews say, as the page of metrics shows it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from evenhand.console.estimates import estimates

_ROWS = """(
    select estimate, market, about, value::decimal(18, 6) as value, low::decimal(18, 6) as interval_low,
        high::decimal(18, 6) as interval_high, reviews, golden_reviews, is_enough, verdict
    from (values
        ('prevalence', 'ID', null, 0.0125, 0.004, 0.0301, 400, 100, true, null),
        ('prevalence', 'TH', null, null, 0, 0.02, 400, 0, true, null),
        ('wrong_decisions', 'ID', null, 0.2, 0.1, 0.3, 4, 0, false, null),
        ('gap_of_wrong_decisions', 'all', 'ID less TH', 0.05, 0.01, 0.09, 800, 0, true, 'differs'),
        ('gap_of_wrong_decisions', 'all', 'ID less VN', 0.01, -0.01, 0.03, 800, 0, true, null),
        ('wrong_penalties', 'BR', '', 0.1, 0.05, 0.2, 90, 0, true, null),
        ('wrong_penalties', 'BR', 'no_live', 0.25, 0.1, 0.4, 40, 0, true, null),
        ('wrong_penalties', 'BR', 'warning', 0.01, 0.0, 0.4, 9, 0, false, null),
        ('gap_of_wrong_penalties', 'all', 'BR less SG', 0.08, 0.02, 0.12, 190, 0, true, 'differs'),
        ('gap_of_wrong_penalties', 'all', 'BR less TH', 0.01, -0.02, 0.12, 190, 0, true, null),
        ('unanswered', 'BR', null, 0.125, null, null, 80, 0, true, null),
        ('without_views', 'TH', null, 0.5, null, null, 12, 0, true, null),
        ('agreement', 'ID', null, 0.51234, 0.4, 0.6, 90, 0, true, 'unclear'),
        ('agreement', 'ID', 'misleading_claim', null, null, null, 3, 0, false, null)
    ) as t (estimate, market, about, value, low, high, reviews, golden_reviews, is_enough, verdict)
)"""


def _shown(has: bool = True) -> Any:
    return SimpleNamespace(has=lambda file: has, rows=lambda table: _ROWS)


def test_a_market_has_its_estimates_in_words() -> None:
    prevalence, wrong, agreement = estimates(_shown(), "ID")
    assert (prevalence.label, prevalence.text, prevalence.interval) == (
        "Contents in breach",
        "1.2\N{NO-BREAK SPACE}%",
        "0.4\N{NO-BREAK SPACE}% to 3.0\N{NO-BREAK SPACE}%",
    )
    assert (wrong.text, wrong.interval) == ("too few to say", "")
    assert (agreement.text, agreement.verdict, agreement.about) == ("0.51", "unclear", "")


def test_all_markets_have_each_and_the_gaps_that_were_found() -> None:
    told = [(each.label, each.market, each.about, each.text) for each in estimates(_shown(), "all")]
    assert (
        "Wrong decisions, one market less the other",
        "all markets",
        "Indonesia (ID) less Thailand (TH)",
        "5.0\N{NO-BREAK SPACE}%",
    ) in told
    assert ("Contents in breach", "Thailand (TH)", "", "can't be said") in told
    assert not any(about == "Indonesia (ID) less Vietnam (VN)" for _, _, about, _ in told)


def test_wrong_penalties_are_told_by_measure_and_what_nobody_reviewed_beside_them() -> None:
    told = [(each.label, each.about, each.text, each.interval) for each in estimates(_shown(), "BR")]
    assert told == [
        ("Items that nobody reviewed in 14 nights", "", "12.5\N{NO-BREAK SPACE}%", ""),
        (
            "Penalties that are wrong",
            "",
            "10.0\N{NO-BREAK SPACE}%",
            "5.0\N{NO-BREAK SPACE}% to 20.0\N{NO-BREAK SPACE}%",
        ),
        (
            "Penalties that are wrong",
            "No live streaming",
            "25.0\N{NO-BREAK SPACE}%",
            "10.0\N{NO-BREAK SPACE}% to 40.0\N{NO-BREAK SPACE}%",
        ),
    ]
    gaps = [each.about for each in estimates(_shown(), "all") if each.label.startswith("Wrong penalties")]
    assert gaps == ["Brazil (BR) less Singapore (SG)"]


def test_a_release_of_an_earlier_version_has_none() -> None:
    assert estimates(_shown(False), "all") == ()


def test_what_a_part_is_by_is_said_by_the_release_and_what_metrics_are_told_by_stands_there() -> None:
    rows = """(
        select *, 100 as reviews, 0 as golden_reviews, true as is_enough, null as verdict,
            0.1::decimal(18, 6) as interval_low, 0.3::decimal(18, 6) as interval_high
        from (values
            ('agreement', 'ID', 'pack', 'takedowns', 0.5::decimal(18, 6)),
            ('penalties_not_drawn', 'ID', 'left_out', 'without_decisions', 0.25),
            ('without_views', 'ID', 'stratum', 'new_rules', 0.75),
            ('wrong_decisions', 'ID', 'detector', 'model', 0.2)
        ) as t (estimate, market, slice, about, value)
    )"""
    shown: Any = SimpleNamespace(has=lambda file: True, rows=lambda table: rows)
    assert [(each.label, each.about, each.text) for each in estimates(shown, "ID")] == [
        ("New penalties that can't be drawn", "rest on no decision", "25.0\N{NO-BREAK SPACE}%"),
        ("Drawn from, without views of its own", "Decisions by new rules", "75.0\N{NO-BREAK SPACE}%"),
        ("Agreement of reviewers (Krippendorff's alpha)", "Takedowns", "0.5"),
    ]
