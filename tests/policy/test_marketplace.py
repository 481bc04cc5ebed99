"""marketplace.yml: what is said of markets beside their packs."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.policy.marketplace import read_marketplace
from evenhand.policy.texts import PackError


def test_a_budget_of_reviews_is_a_number_of_items(tmp_path: Path) -> None:
    path = tmp_path / "marketplace.yml"
    path.write_text("violation_types: {spam: x}\nreview_budgets: {SG: 400}\n")
    marketplace = read_marketplace(tmp_path)
    assert marketplace and marketplace.review_budgets == {"SG": 400}
    for wrong in ("0", "-1", "many", "1.5"):
        path.write_text(f"violation_types: {{spam: x}}\nreview_budgets: {{SG: {wrong}}}\n")
        with pytest.raises(PackError, match=r"marketplace\.yml:2:.*review_budgets"):
            read_marketplace(tmp_path)
