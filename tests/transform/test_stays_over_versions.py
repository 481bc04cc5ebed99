"""A stay in a zone that goes over versions has a row for each, and breaks no data test: its market would be held."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.deciding.project import CompiledModel
from made_once import shared_project
from transform.story import decided, versions
from transform.test_zones_over_versions import _pack, _spam


def test_the_data_tests_hold_where_a_stay_goes_over_a_version(models: Sequence[CompiledModel]) -> None:
    """A row for each version that the stay is in, which all tell of the day on which it was brought."""
    here = _pack(4, {"measure": "no_live", "scope": "live", "while_in_zone": True})
    (tested,) = (each for each in shared_project().nodes if each.name == "int_zone_measure_periods")
    packs = versions(here, ("04-01", here), ("04-03", here))
    for test in tested.tests:
        failing = f"from ({test.sql}) as failing -- of main.{tested.name}"
        assert decided(models, packs, [_spam("03-31", 5)], ["03-31", "04-01", "04-03"], failing) == [], test.name
