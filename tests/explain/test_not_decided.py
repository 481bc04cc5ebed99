"""What is said of lists that are held: that they wait, or that somebody rejected them."""

from __future__ import annotations

from datetime import date

import pytest

from evenhand.explain import facts
from release.manifests import manifest_of
from reports.releases import held

NIGHT = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", ("The penalties of the market wait for somebody's answer: unusual",)),
        ("first_wave", ("The penalties of the market wait for somebody's answer: unusual",)),
        ("rejected", ("The penalties of the market were rejected, so that earlier ones are in force: unusual",)),
        ("approved", ()),
    ],
)
def test_a_list_that_was_rejected_is_not_said_to_wait(answer: str, said: tuple[str, ...]) -> None:
    manifest = manifest_of(NIGHT, held_lists=(held("ID", 12, answer=answer), held("TH", 3)))
    assert facts._not_decided(manifest, "ID") == said
