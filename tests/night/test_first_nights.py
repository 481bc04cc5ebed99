"""The first nights of markets: each is released once a person has seen it, and a later market has its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand.tasks import night as nightly
from evenhand.tasks.held_list import find, held_lists, record_answer
from night.directly import decide, environment
from night.installation import CONTENTS, CREATORS, VIOLATIONS, Installation
from night.two_markets import land_two_markets

FIRST, NEXT = date(2026, 3, 5), date(2026, 3, 6)
WORLD, MOON = ("penalties", "world"), ("penalties", "moon")


def test_a_first_night_is_delivered_once_it_is_answered_and_so_is_that_of_a_market_that_comes_later(
    installation: Installation, tmp_path: Path
) -> None:
    installation.overrides["EVENHAND_FIRST_NIGHTS"] = "approve"
    # What has landed by the second night: the world alone has landed by the first.
    land_two_markets(installation, tmp_path / "packs", str(NEXT))
    installation.land(str(FIRST), creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])

    # The first is answered on the terminal, by the one person whom there is.
    installation.directly(str(FIRST))
    assert "0 of the market's first 7 nights are decided and approved so far" in installation.in_process("held")
    assert installation.held() == []
    of_it = ("--list", "penalties", "--market", "world", "--night", str(FIRST), "--by", "budi")
    installation.in_process("answer", "approve", *of_it)
    _publish(installation, FIRST)
    installation.deliver(str(FIRST))
    assert len(installation.held()) == len(installation.rows(str(FIRST), "penalties")) > 0

    # The next as Airflow hands answers on: one of a market at a time, and none lets the other go.
    assert _decided(installation, NEXT) == {MOON: 0, WORLD: 1}
    assert _accounts(installation, NEXT, "moon") == []
    _approve(installation, NEXT, *WORLD)
    _publish(installation, NEXT)
    assert _accounts(installation, NEXT, "moon") == []
    _approve(installation, NEXT, *MOON)
    _publish(installation, NEXT)
    assert _accounts(installation, NEXT, "moon") == ["m1", "m2", "m3", "m4"]
    assert _accounts(installation, NEXT, "world") == ["a1", "a2", "a3", "a4"]


def _decided(installation: Installation, night: date) -> dict[tuple[str, str], int]:
    """Decide a night; returns the lists that wait, with how many of their market's first nights are known."""
    with environment(installation.environment(), alone=True):
        decide(installation.home, str(night))
        return {
            (each.list, each.market): int(why.split()[0])
            for each in held_lists(night)
            for why in each.why
            if "of the market's first 7 nights" in why
        }


def _approve(installation: Installation, night: date, name: str, market: str) -> None:
    with environment(installation.environment(), alone=True):
        form = {"night": str(night), "list": name, "market": market, "digest": find(night, name, market).digest}
        given = record_answer(
            form,
            {
                "chosen_options": ["Approve"],
                "params_input": {"answered_by": "budi"},
                "responded_by_user": {"name": "admin"},
            },
        )
    assert given["said"] == "approved" and not given["needs_another"]


def _publish(installation: Installation, night: date) -> None:
    with environment(installation.environment(), alone=True):
        nightly.publish_release(night)


def _accounts(installation: Installation, night: date, market: str) -> list[str]:
    found = installation.rows(str(night), "penalties", "account_id", f"market = '{market}'")
    return sorted({str(account) for (account,) in found})
