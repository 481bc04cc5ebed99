"""Another budget waits: a market draws as before until somebody else than who changed it has approved that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from approval.english import SPEAKS
from evenhand.approval.answers import AnswerRefused, record
from evenhand.approval.shown import body, subject
from evenhand.commands.held_list import List
from evenhand.policy.load import MARKETPLACE
from evenhand.quality.beside_lists import hold_beside_lists
from evenhand.quality.held_lists import LISTS, HeldList, answer, hold_lists, read_held
from evenhand.records.persons import Person, PersonRefused
from evenhand.release.describe import approved_budgets
from evenhand.release.manifest import DELIVERIES, NOTICES
from evenhand.release.quality_samples import ITEMS
from evenhand.sampling import drawing
from evenhand.sampling.budgets import approved_by
from evenhand.sampling.frame import frames
from evenhand.sampling.plan import Frame
from evenhand.tasks.forms import held_list_form
from sampling.nights import FIRST, Facts, Nights

SAID = "violation_types: {{spam: Too much of it.}}\nreview_budgets: {budgets}\n"
AYU, BUDI = Person("ayu", logged_in=True), Person("budi", logged_in=True)


class Every(Nights):
    """Contents land on each night."""

    def facts(self, night: date, contents: int) -> Facts:
        found = super().facts(night, contents)
        landed = [
            {**each, "content_id": f"{each['content_id']}/{night}", "landed_night": night}
            for each in found["main.stg_contents"]
        ]
        return {**found, "main.stg_contents": landed}


def judged(nights: Nights, day: int, said: str = "") -> tuple[list[HeldList], dict[str, int] | None]:
    """Draw and release a night as far as gate 2 judges its budgets, and answer so: what it holds, and what counts."""
    night = FIRST + timedelta(days=day)
    _, warehouse = nights.run(day, contents=100, name="judged")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists gate; create schema if not exists held")
        for table, columns in (
            ("held.markets", "market varchar, why varchar, file varchar, line integer, step varchar"),
            ("gate.list_sizes", "list varchar, rows bigint"),
            (
                "gate.changes",
                "list varchar, row_key varchar, market varchar, change varchar, cause varchar, measure varchar,"
                " reason_id varchar, content varchar, text_of varchar",
            ),
        ):
            connection.execute(f"create table if not exists {table} ({columns})")
        beside = hold_beside_lists(connection, nights.releases, night, None, None, None, ())
        hold_lists(connection, beside.why, {}, lambda *of: ("ayu",), lambda *of: FIRST, night, None, dict(beside.texts))
        held = read_held(connection)
        for each in held if said else ():
            answer(connection, each, said, "budi")
        nights.approved = approved_budgets(connection)
    nights.release(day, contents=100)
    return held, nights.approved


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    nights = Every(tmp_path)
    assert judged(nights, 0) == ([], {"SG": 10})
    return nights


def drawn(nights: Nights, day: int) -> int:
    return len(
        set(nights.of("qa_keys.parquet", day, "item_id")) - set(nights.of("qa_keys.parquet", day - 1, "item_id"))
    )


def test_another_budget_draws_as_before_until_it_is_approved_and_from_the_next_night_on(nights: Nights) -> None:
    nights.marketplace = SAID.format(budgets="{SG: 40}")
    (held,), approved = judged(nights, 1)
    assert (held.list, held.market, held.by_policy, held.changed_by) == (ITEMS, "SG", True, ("ayu",))
    assert held.why == (
        "review_budgets: that of SG was 10 and is 40 (review budgets are as they were approved)",
        "Tonight 10 items are drawn in it as before, and by the other budget 40 would be; on 1 of the seven nights"
        " before 10 were (review budgets are as they were approved)",
    )
    assert (approved, drawn(nights, 1)) == ({"SG": 10}, 10)
    # Asked again, as another answer is needed for what is then.
    (again,), approved = judged(nights, 2, "approved")
    assert (again.digest, approved, drawn(nights, 2)) == (held.digest, {"SG": 40}, 10)
    assert judged(nights, 3) == ([], {"SG": 40})
    assert drawn(nights, 3) == 40


def test_what_is_rejected_stays_as_it_was_and_what_is_taken_back_is_no_change(nights: Nights) -> None:
    nights.marketplace = SAID.format(budgets="{SG: 40}")
    assert judged(nights, 1, "rejected")[1] == {"SG": 10}
    nights.marketplace = SAID.format(budgets="{SG: 10}")
    assert judged(nights, 2) == ([], {"SG": 10})


def test_a_budget_that_is_gone_and_one_that_is_new_wait_too(nights: Nights) -> None:
    nights.marketplace = SAID.format(budgets="{MY: 5}")
    held, approved = judged(nights, 1)
    assert [each.why[0].split(" (")[0] for each in held] == [
        "review_budgets: that of MY was none and is 5", "review_budgets: that of SG was 10 and is none",
    ]  # fmt: skip
    assert "by the other budget 0 would be" in held[1].why[1]
    assert (approved, drawn(nights, 1)) == ({"SG": 10}, 10)
    assert judged(nights, 2, "approved")[1] == {"MY": 5}
    assert drawn(nights, 2) == 10
    judged(nights, 3)
    assert drawn(nights, 3) == 0


def test_a_release_of_an_earlier_version_drew_by_its_marketplace_yml(nights: Nights, tmp_path: Path) -> None:
    """And one that says nothing of it, or none at all, holds nothing."""
    nights.approved = None
    nights.release(1)
    assert judged(nights, 2)[0] == []
    nights.approved = None
    nights.release(3)
    release = (nights.releases / f"night={FIRST + timedelta(days=3)}").resolve()
    duckdb.sql(
        f"copy (select '{MARKETPLACE}' as file, 'review_budgets: {{SG: 9}}' as text) to '{release}/packs.parquet'"
    )
    (held,), approved = judged(nights, 4)
    assert held.why[0].startswith("review_budgets: that of SG was 9 and is 10")
    assert approved == {"SG": 9}


def test_what_todays_language_does_not_read_says_nothing_and_holds_nothing(nights: Nights) -> None:
    nights.approved = None
    nights.release(1)
    release = (nights.releases / f"night={FIRST + timedelta(days=1)}").resolve()
    text = "violation_types: {spam: Too much of it.}\nreview_budgets: {SG: 9}\nsomething_former: 1\n"
    with duckdb.connect() as connection:
        connection.execute("create table packs as select ? as file, ? as text", [MARKETPLACE, text])
        connection.execute(f"copy packs to '{release}/packs.parquet'")
    assert approved_by(release) is None
    assert judged(nights, 2) == ([], {"SG": 10})
    assert drawn(nights, 2) == 10


def test_a_night_on_which_a_budget_waits_looks_once_at_what_there_is_to_draw_from(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.marketplace = SAID.format(budgets="{SG: 40}")
    looks: list[date] = []

    def look(connection: duckdb.DuckDBPyConnection, night: date, item_link: str = "") -> Sequence[Frame]:
        looks.append(night)
        return frames(connection, night, item_link)

    monkeypatch.setattr(drawing, "frames", look)
    ((held,), _) = judged(nights, 1)
    assert "40" in held.why[0]
    # The night is drawn to be judged, and to be released.
    assert len(looks) == 2


def test_a_file_that_is_gone_says_what_it_takes_to_approve_that(nights: Nights, tmp_path: Path) -> None:
    nights.marketplace = SAID.format(budgets="{SG: 40}")
    (held,), _ = judged(nights, 1)
    night = FIRST + timedelta(days=1)
    with pytest.raises(PersonRefused, match=r"deleted, the file anew with that and `review_budgets: \{\}`"):
        record(tmp_path / "answers", night, replace(held, changed_by=()), "approved", BUDI)


def test_somebody_else_approves_it_and_it_has_no_first_wave(nights: Nights, tmp_path: Path) -> None:
    nights.marketplace = SAID.format(budgets="{SG: 40}")
    (held,), _ = judged(nights, 1)
    night = FIRST + timedelta(days=1)
    assert subject(held, night) == f"review budget of SG, night {night}: it is held"
    with duckdb.connect() as connection:
        page = body(connection, held, night, SPEAKS)
    assert "In SG as many items as before are drawn for review before somebody else has approved this" in page
    assert "### What is otherwise in marketplace.yml" in page
    with pytest.raises(PersonRefused, match="the change of qa_items of SG"):
        record(tmp_path / "answers", night, held, "approved", AYU)
    with pytest.raises(AnswerRefused, match="a budget has no first wave"):
        record(tmp_path / "answers", night, held, "first_wave", BUDI)
    record(tmp_path / "answers", night, held, "approved", BUDI)


def test_whatever_can_be_held_can_be_answered_to_by_a_command_and_in_airflow() -> None:
    held = {*LISTS, DELIVERIES, NOTICES, ITEMS}
    assert {each.value for each in List} == set(held_list_form()["list"].schema["enum"]) == held
