"""A model that fails on every market: the night stops there, says which, and what was released stays.

One market on which a test fails is of test_one_market.py.
"""

from __future__ import annotations

from night.installation import Installation
from night.wrong_models import WRONG, change_models, wrong_sql

NIGHT = "2026-03-05"


def test_where_the_models_fail_on_every_market_nothing_is_released(decided: Installation) -> None:
    before, held = decided.release_bytes(NIGHT), decided.held()
    change_models(decided.home, wrong_sql)

    said = decided.directly(NIGHT, expect=1)

    assert f"{WRONG} failed: Conversion Error" in said
    assert "Nothing was released" in said
    assert decided.release_bytes(NIGHT) == before
    assert decided.held() == held
