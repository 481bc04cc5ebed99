"""marketplace.yml: what is said of markets beside their packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.delivery.config import load_receivers
from evenhand.policy.marketplace import read_marketplace
from evenhand.policy.texts import PackError
from evenhand.settings import PROJECT
from evenhand.simulation.plan import MARKETS


def test_a_budget_of_reviews_is_a_number_of_items(tmp_path: Path) -> None:
    path = tmp_path / "marketplace.yml"
    path.write_text("violation_types: {spam: x}\nreview_budgets: {SG: 400}\n")
    marketplace = read_marketplace(tmp_path)
    assert marketplace and marketplace.review_budgets == {"SG": 400}
    for wrong in ("0", "-1", "many", "1.5"):
        path.write_text(f"violation_types: {{spam: x}}\nreview_budgets: {{SG: {wrong}}}\n")
        with pytest.raises(PackError, match=r"marketplace\.yml:2:.*review_budgets"):
            read_marketplace(tmp_path)


def test_each_market_that_is_simulated_draws_for_review_and_the_sandbox_is_asked() -> None:
    shipped = read_marketplace(PROJECT / "policies")
    assert shipped and set(shipped.review_budgets) == {each.name for each in MARKETS}
    assert "qa_items" in load_receivers(PROJECT / "receivers.yml")["sandbox"].lists
