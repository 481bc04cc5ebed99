"""A model, or a test of one, that fails: the night stops there, says which, and what was released stays."""

from __future__ import annotations

from night.installation import APPEALS, Installation
from night.wrong_models import WRONG, Nodes, change_models, wrong_sql

NIGHT = "2026-03-05"
# What a release tells of accounts, beside the lists.
OF_ACCOUNTS = ("standings", "account_profiles", "account_health", "eligibility", "account_timeline")


_OF_THE_WORLD = "from main.penalties where market = 'world'"


def _failing_test(nodes: Nodes) -> None:
    penalties = next(node for node in nodes if node["model"]["name"] == "penalties")
    penalties["tests"].append({"name": "never_right", "models": ["penalties"], "sql": _OF_THE_WORLD})


def test_where_the_models_fail_on_every_market_nothing_is_released(decided: Installation) -> None:
    before, held = decided.release_bytes(NIGHT), decided.held()
    change_models(decided.home, wrong_sql)

    said = decided.directly(NIGHT, expect=1)

    assert f"{WRONG} failed: Conversion Error" in said
    assert "Nothing was released" in said
    assert decided.release_bytes(NIGHT) == before
    assert decided.held() == held


def test_a_market_on_which_a_test_fails_keeps_what_the_same_night_had_released_of_it(
    two: Installation,
) -> None:
    # Each market is tried by itself, and one of them has what the test finds.
    two.land("2026-03-06", appeals=APPEALS)
    told = {name: two.rows(NIGHT, name) for name in OF_ACCOUNTS}
    lists = {name: two.release_bytes(NIGHT)[f"{name}.parquet"] for name in ("penalties", "reasons", "notices")}
    assert len(told["standings"]) == len(told["account_profiles"]) == 12
    held, effects = two.held(), two.effects()
    for _ in ("once", "and again"):
        right = change_models(two.home, _failing_test)
        said = two.directly(NIGHT)
        assert "Not decided world: penalties, test never_right failed: 12 rows that it should not find" in said
        assert "Not decided moon" not in said
        assert f"It keeps the lists of {NIGHT}, less what has ended; correct this and run the night again." in said
        after = two.release_bytes(NIGHT)
        assert {name: after[f"{name}.parquet"] for name in lists} == lists
        assert {name: two.rows(NIGHT, name) for name in OF_ACCOUNTS} == told
        assert (two.held(), two.effects()) == (held, effects)

        (two.home / "dbt" / "compiled.json").write_text(right)

    # The next night goes on from what the first revision decided: the appeal granted meanwhile strikes one out.
    said = two.directly("2026-03-06")
    assert "Not decided" not in said
    assert "Held" not in said
    assert set(two.held()) < set(held)
