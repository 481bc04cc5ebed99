"""What counts once does so over versions: the later event's version says what it shares, with all before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evenhand.deciding.project import CompiledModel
from evenhand.policy.language.examples import Event
from transform.story import day, decided, versions


def _pack(counts_once_per: str) -> dict[str, Any]:
    rule = {"rule": "each", "violation_types": ["spam"], "amount": 1, "counts_once_per": counts_once_per}
    return {
        "measures": ["warning"],
        "programmes": {
            "points": {"unit": "point", "entries": [rule], "zones": [{"zone": "good"}, {"zone": "bad", "at_least": 9}]}
        },
    }


def _spam(on: str, batch: str) -> Event:
    return Event(on=day(on), violation="spam", batch=batch, id=f"{on} {batch}")


SPAM = [_spam("03-30", "one"), _spam("03-30", "two"), _spam("04-02", "one"), _spam("04-02", "three")]


@pytest.mark.parametrize(
    ("before", "after", "of_march", "of_both"),
    [
        # The document of 30 March, again on 2 April, isn't counted by the version that counts documents.
        ("violation", "batch", 2, 3),
        ("batch", "batch", 2, 3),
        ("batch", "violation", 2, 4),
        ("violation", "day", 2, 3),
        ("day", "violation", 1, 3),
        # One of 30 March stands for the other, so that the document of either has been counted.
        ("day", "batch", 1, 2),
        ("batch", "day", 2, 3),
    ],
)
def test_a_version_that_counts_otherwise_counts_beside_what_came_before(
    models: Sequence[CompiledModel], before: str, after: str, of_march: int, of_both: int
) -> None:
    packs = versions(_pack(before), ("04-01", _pack(after)))

    query = "select as_of, balance from main.account_standings order by as_of"
    found = {
        f"{as_of:%m-%d}": int(balance) for as_of, balance in decided(models, packs, SPAM, ["03-31", "04-02"], query)
    }

    assert found["03-31"] == of_march
    assert found["04-02"] == of_both
