"""Reviews as tests of estimates write them, and what is estimated of a handful of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from evenhand.sampling.estimate import estimates
from evenhand.sampling.estimated import Estimate
from sampling.warehouse import rows, write

NIGHT, OLD = date(2026, 3, 28), date(2026, 2, 28)
Facts = Mapping[str, Sequence[Mapping[str, object]]]
CREATORS = [rows(account_id="a1", market="SG"), rows(account_id="b1", market="MY")]


def review(number: int | str, said: bool, account: str = "a1", **rest: object) -> dict[str, object]:
    return {
        "review_id": f"q{number}", "drawn_from": "published", "account_id": account, "content_id": f"c{number}",
        "reviewed_on": NIGHT, "is_violation": said, **rest,
    }  # fmt: skip


def decided(number: int, said: bool, account: str, **rest: object) -> dict[str, object]:
    return review(f"d{number}", said, account, drawn_from="decided", violation_id=f"v{number}", **rest)


def weighed(facts: Facts) -> Facts:
    """Facts with a weight of 1 for each review that has no chance of its own, unless there are weights."""
    reviews = [each for each in facts.get("main.stg_qa_reviews", ()) if not each.get("inclusion_probability")]
    weights = [rows(review_id=each["review_id"], weight=1) for each in reviews if not each.get("draw_item_id")]
    return {"main.stg_creators": CREATORS, "main.int_qa_reviews_weighted": weights, **facts}


def every(folder: Path, facts: Facts) -> dict[tuple[str, ...], Estimate]:
    write(folder / "w.duckdb", weighed(facts))
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return {(each.estimate, each.market, each.slice, each.about): each for each in estimates(connection, NIGHT)}


def found(folder: Path, facts: Facts) -> dict[tuple[str, str, str], Estimate]:
    """Those of single markets, and gaps; of decisions those of all."""
    return {
        (name, market, about): each
        for (name, market, by, about), each in every(folder, facts).items()
        if (market != "all" or name.startswith("gap_of_")) and by not in ("detector", "confidence_band")
    }


def wrong_decisions(*markets: tuple[str, int, int]) -> list[dict[str, object]]:
    return [
        decided(1_000 * at + n, n >= wrong, account)
        for at, (account, of, wrong) in enumerate(markets)
        for n in range(of)
    ]


def judged(market: str, measure: str, of: int, wrong: int, **rest: object) -> list[dict[str, object]]:
    return [
        {"market": market, "row_key": f"{market}{measure}{n}", "measure": measure, "drawn_on": NIGHT,
         "probability": 0.5, "decisions": 1, "is_wrong": n < wrong, **rest}
        for n in range(of)
    ]  # fmt: skip


def twice(number: int, first: bool, second: bool, **rest: object) -> list[dict[str, object]]:
    again = {**decided(number, second, "a1", round=2, **rest), "review_id": f"again{number}"}
    return [decided(number, first, "a1", round=1, **rest), again]
