"""What a night draws, keeps asking about and closes: a handful of rows, night after night, as releases carry it on.

Longer than other files, for its tests share the nights of one market.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from evenhand.release.quality_samples import FILES, asked_about
from evenhand.sampling.estimate import estimates
from evenhand.sampling.night import ASKED_NIGHTS, Listed, lay_draws
from release.manifests import manifest_of
from sampling.night_facts import FACTS, NIGHT
from sampling.nights import FIRST, MARKETPLACE, Nights
from sampling.warehouse import rows, write


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


def test_the_list_has_items_and_links_alone_and_the_key_what_they_stand_for(nights: Nights) -> None:
    """A tenth of the budget is for second reviews, of the same contents under other names."""
    assert nights.release(0) == Listed(drawn=10, open=10, unanswered=0)
    items = nights.items(0)
    assert len(items) == 10
    keys = nights.of(
        "qa_keys.parquet", 0, "item_id, subject, link, round, stratum, market, account_id, state, probability"
    )
    assert {item: link for item, _, link, *_ in keys} == items
    assert all(link == f"https://x.test/{subject[1:]}" for _, subject, link, *_ in keys)
    assert sorted(each[3] for each in keys) == [1] * 9 + [2]
    assert {each[4:8] for each in keys} == {("contents", "SG", "a1", "open")}
    assert all(0 < each[8] <= 1 for each in keys)


def test_without_a_budget_nothing_is_drawn(tmp_path: Path) -> None:
    for at, said in enumerate(("", "violation_types: {spam: x}\n", MARKETPLACE.replace("SG", "ID"))):
        nights = Nights(tmp_path / str(at), said)
        assert nights.release(0) == Listed(0, 0, 0)
        assert nights.items(0) == {}
        assert nights.of("qa_keys.parquet", 0) == []


def test_a_market_that_is_held_draws_nothing_and_keeps_what_is_open(nights: Nights) -> None:
    nights.release(0)
    nights.held = ["SG"]
    nights.answer(next(iter(nights.items(0))), 1)
    assert nights.release(1) == Listed(drawn=0, open=9, unanswered=0)


def test_a_night_that_is_decided_again_for_another_market_keeps_its_draw(nights: Nights) -> None:
    """A night that is decided for others alone sees no contents of SG; its items are out already."""
    nights.release(0)
    before = {file: nights.of(file, 0) for file in FILES}
    nights.held = ["SG"]
    assert nights.release(0, contents=0, name="again") == Listed(drawn=10, open=10, unanswered=0)
    assert {file: nights.of(file, 0) for file in FILES} == before
    # So it is where the night before had drawn, too, and some of that was answered.
    nights.held = []
    one, *_ = nights.items(0)
    nights.answer(one, 1)
    nights.release(1)
    before = {file: nights.of(file, 1) for file in FILES}
    nights.held = ["SG"]
    nights.reviews = []
    nights.release(1, name="again")
    assert {file: nights.of(file, 1) for file in FILES} == before


def test_a_night_that_is_decided_again_asks_what_it_had_asked(nights: Nights) -> None:
    """A content more, another budget or none: reviewers have the items of the night already, and answer those."""
    nights.release(0)
    asked = {file: nights.of(file, 0) for file in FILES}
    for name, marketplace in (("more", MARKETPLACE), ("other", MARKETPLACE.replace("10", "5")), ("none", "")):
        nights.marketplace = marketplace
        assert nights.release(0, contents=43, name=name) == Listed(drawn=10, open=10, unanswered=0)
        assert {file: nights.of(file, 0) for file in FILES} == asked
    for item in nights.items(0):
        nights.answer(item, 1)
    nights.release(1)
    assert [state for (state,) in nights.of("qa_keys.parquet", 1, "state")] == ["reviewed"] * 10


def test_a_market_that_had_drawn_nothing_draws_when_its_night_is_decided_again(nights: Nights) -> None:
    nights.marketplace = ""
    assert nights.release(0) == Listed(0, 0, 0)
    nights.marketplace = MARKETPLACE
    assert nights.release(0, name="again") == Listed(10, 10, 0)
    # What was open of the night before is asked about still, beside the night's own.
    nights.release(1)
    assert nights.release(1, name="again") == Listed(0, 10, 0)


def test_what_a_night_drew_is_drawn_anew_where_it_isnt_what_was_released(nights: Nights) -> None:
    nights.release(0)
    path = nights.releases / f"night={FIRST}" / "qa_keys.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    assert nights.release(0, contents=43, name="again") == Listed(10, 10, 0)


def test_a_budget_that_ends_leaves_what_is_open(nights: Nights) -> None:
    nights.release(0)
    nights.marketplace = ""
    assert nights.release(1) == Listed(drawn=0, open=10, unanswered=0)
    assert nights.items(1) == nights.items(0)


def test_the_same_night_gives_the_same_bytes(nights: Nights) -> None:
    nights.release(0)
    nights.release(1)
    folder = nights.releases / f"night={FIRST + timedelta(days=1)}"
    before = {each: (folder / each).read_bytes() for each in FILES}
    nights.release(1, name="again")
    assert folder.resolve().name == "0002"
    assert {each: (folder / each).read_bytes() for each in FILES} == before


@pytest.mark.parametrize("site", ["https://evil.test", ""])
def test_what_was_sent_of_an_item_stays_as_it_was_whatever_lands_or_is_set_since(nights: Nights, site: str) -> None:
    """No row of the list changes, so that nothing of one has to be compared: it comes, and it goes."""
    nights.release(0)
    before = nights.items(0)
    nights.site, nights.item_link = site, "https://elsewhere.test/{subject}"
    nights.release(0, name="again")
    assert nights.items(0) == before
    one, *others = before
    nights.answer(one, 1)
    nights.release(1)
    assert nights.items(1) == {item: before[item] for item in others}


@pytest.mark.parametrize("site", ["https://x.test", ""])
def test_the_link_of_an_item_is_what_landed_of_it_or_what_the_deployment_set_and_nothing_else(
    nights: Nights, site: str
) -> None:
    """The one is compared by what lands, the other by what is said of receivers (`EVENHAND_ITEM_LINK`)."""
    nights.site = site
    nights.release(0)
    for item, subject, link in nights.of("qa_keys.parquet", 0, "item_id, subject, link"):
        assert nights.items(0)[item] == link == (f"{site}/{subject[1:]}" if site else f"https://r.test/{subject}")


def test_an_item_is_listed_until_its_review_lands(nights: Nights) -> None:
    nights.release(0)
    one, other, *rest = nights.items(0)
    nights.answer(one, 1, is_violation=True)
    nights.answer(other, 3)
    assert nights.release(1) == Listed(0, 9, 0)
    assert set(nights.items(1)) == {other, *rest}
    closed = [each for each in nights.of("qa_keys.parquet", 1, "item_id, state, closed_on, review_id") if each[2]]
    assert closed == [(one, "reviewed", FIRST + timedelta(days=1), "q0")]
    assert nights.release(2) == Listed(0, 9, 0)
    # Once closed, a key is no part of later releases.
    assert one not in {item for (item,) in nights.of("qa_keys.parquet", 2, "item_id")}
    assert nights.release(3) == Listed(0, 8, 0)


def test_after_fourteen_nights_an_item_is_unanswered_whatever_comes_then(nights: Nights) -> None:
    nights.release(0)
    late, last = [item for item, round_ in nights.of("qa_keys.parquet", 0, "item_id, round") if round_ == 1][:2]
    for day in range(1, ASKED_NIGHTS):
        assert nights.release(day) == Listed(0, 10, 0)
    nights.answer(last, ASKED_NIGHTS)
    assert nights.release(ASKED_NIGHTS) == Listed(drawn=0, open=0, unanswered=9)
    nights.answer(late, ASKED_NIGHTS + 1, is_violation=True)
    assert nights.release(ASKED_NIGHTS + 1) == Listed(0, 0, 0)
    _, warehouse = nights.run(ASKED_NIGHTS + 2)
    with duckdb.connect(str(warehouse)) as connection:
        found = estimates(connection, FIRST + timedelta(days=ASKED_NIGHTS + 2))
    told = {each.estimate: (each.value, each.reviews) for each in found}
    assert (told["unanswered"], told["prevalence"]) == ((0.9, 10), (0.0, 1))


def test_nights_that_were_left_out_change_no_deadline(nights: Nights) -> None:
    nights.release(0)
    nights.answer(next(iter(nights.items(0))), 20)
    assert nights.release(20) == Listed(0, 0, 9)


def test_an_answer_of_another_account_or_of_before_the_draw_is_none(nights: Nights) -> None:
    nights.release(0)
    one, other, third, *_ = nights.items(0)
    nights.answer(one, 1, account_id="b1")
    nights.answer(other, 1, reviewed_on=FIRST - timedelta(days=1))
    nights.answer("nobody drew it", 1)
    nights.answer(third, 1)
    nights.answer(third, 1, is_violation=True)
    assert nights.release(1) == Listed(0, 9, 0)
    assert [each for each in nights.of("qa_keys.parquet", 1, "review_id") if each[0]] == [("q3",)]


def test_a_release_of_an_earlier_version_has_nothing_open(nights: Nights) -> None:
    folder = nights.releases / f"night={FIRST - timedelta(days=1)}"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(manifest_of(FIRST - timedelta(days=1)).named().text())
    assert nights.release(0) == Listed(10, 10, 0)


def test_a_release_of_an_earlier_version_in_between_loses_nothing(nights: Nights) -> None:
    """Somebody went back a version for a night: what is open is asked about still, and its answers count."""
    nights.release(0)
    items = nights.items(0)
    files, nights.files = nights.files, {}
    nights.release(1)
    assert {subject for market, subject in asked_about(nights.releases) if subject[0] == "c"} == {
        subject for (subject,) in nights.of("qa_keys.parquet", 0, "subject")
    }
    nights.files = files
    nights.answer(next(iter(items)), 1)
    assert nights.release(2) == Listed(0, 9, 0)
    assert nights.items(2).items() < items.items()


def test_keys_that_were_changed_are_not_believed(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    nights.release(0)
    path = nights.releases / f"night={FIRST}" / "qa_keys.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    assert nights.release(1) == Listed(0, 0, 0)
    assert "isn't what the manifest says" in caplog.text


def test_what_cannot_be_drawn_leaves_what_is_open(nights: Nights, caplog: pytest.LogCaptureFixture) -> None:
    nights.release(0)
    warehouse = write(nights.folder / "w.duckdb", nights.facts(FIRST + timedelta(days=1), 3))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("drop table stg_lives")
    assert lay_draws(warehouse, nights.releases, FIRST + timedelta(days=1)) == Listed(0, 10, 0, ("SG",))
    assert "its draw failed" in caplog.text


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_market_that_cannot_be_drawn_ends_its_own_draw_alone_and_is_told(
    nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    """MY comes before SG, and its contents have more views than can be added up."""
    nights.marketplace = MARKETPLACE.replace("{SG: 10}", "{MY: 10, SG: 10, TH: 10}")
    warehouse = write(nights.folder / "w.duckdb", nights.facts(FIRST, 40))
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table stg_contents alter views type double")
        connection.execute(
            "insert into stg_contents (content_id, account_id, kind, views, landed_night)"
            " select 'd' || n, 'b1', 'short_video', 1e308, ? from range(20) as many(n)",
            [FIRST],
        )
    listed = lay_draws(warehouse, nights.releases, FIRST)
    assert listed == Listed(10, 10, 0, ("MY",))
    assert "Nothing is drawn for review in MY on night 2026-03-01, for its draw failed" in caplog.text
    assert "There is nothing to draw for review in TH" in caplog.text


def test_penalties_that_need_too_many_decisions_to_be_drawn_are_told(
    nights: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    many = [f"v{n}" for n in range(30)]
    facts = nights.facts(FIRST, 40) | {
        "main.stg_violations": [
            rows(violation_id=each, account_id="a1", content_id="c1", decided_on=FIRST, landed_night=FIRST)
            for each in many
        ],
        "main.penalties": [rows(row_key="p1", account_id="a1", market="SG", measure="no_live", reason_id="r1")],
        "main.penalty_changes": [rows(row_key="p1", change="new")],
        "main.reasons": [
            rows(
                reason_id="r1",
                list="penalties",
                entries=json.dumps([{"violation": each, "needed": True, "rule": "r"} for each in many]),
            )
        ],
    }
    assert lay_draws(write(nights.folder / "w.duckdb", facts), nights.releases, FIRST).failed == ()
    assert "in SG on night 2026-03-01, for they need too many decisions: 1 penalty" in caplog.text


def test_far_more_than_there_is_can_be_asked_for(nights: Nights) -> None:
    nights.marketplace = MARKETPLACE.replace("10", "100000")
    assert nights.release(0).drawn == 80


def test_an_answered_draw_is_an_estimate_by_its_chances(nights: Nights) -> None:
    """Of an oracle of its own: the share by one over the chance, and that of views by what was seen of each."""
    nights.release(0, contents=200)
    keys = nights.of("qa_keys.parquet", 0, "item_id, cast(subject[2:] as integer), cast(probability as double), round")
    for item, number, *_ in keys:
        nights.answer(item, 1, is_violation=number % 3 == 0)
    _, warehouse = nights.run(1, contents=200)
    with duckdb.connect(str(warehouse)) as connection:
        found = {each.estimate: each for each in estimates(connection, FIRST + timedelta(days=1))}
    first = [(number, 1 / chance) for _, number, chance, round_ in keys if round_ == 1]
    bad = [(number, weight) for number, weight in first if number % 3 == 0]
    assert found["prevalence"].value == pytest.approx(sum(w for _, w in bad) / sum(w for _, w in first))
    assert found["violative_view_rate"].value == pytest.approx(
        sum(w * (10 * n + 1) for n, w in bad) / sum(w * (10 * n + 1) for n, w in first)
    )
    assert found["prevalence"].reviews == len(first) == 9
    assert found["agreement"].reviews == 1
    assert found["unanswered"].value == 0


def test_what_a_draw_leaves_out_is_counted_each_time_the_night_is_decided(tmp_path: Path) -> None:
    """Of SG's new penalties p2 rests on no decision; of MY's decision nobody counts views, and c4's of SG neither."""
    nights = Nights(tmp_path)
    text = "review_budgets: {SG: 40, MY: 5}\n"
    facts = {**FACTS, "deciders.packs": [rows(file="marketplace.yml", text=text)]}
    warehouse = write(tmp_path / "w.duckdb", facts)
    for _ in range(2):
        listed = lay_draws(warehouse, nights.releases, NIGHT)
        assert (listed.without_decisions, listed.too_large, listed.without_views) == (1, 0, 2)
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found = connection.execute(
                "select market, stratum, units, without_views, without_decisions from samples.frames"
                " where units > 0 or without_decisions > 0 order by all"
            ).fetchall()
        assert found == [
            ("MY", "decisions", 1, 1, 0), ("SG", "contents", 4, 1, 0), ("SG", "new_rules", 1, 0, 0),
            ("SG", "penalties", 1, 0, 1),
        ]  # fmt: skip
