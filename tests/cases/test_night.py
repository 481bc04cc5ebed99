"""What a night makes of what a person must look at: the cases that it opens, updates, closes and reopens.

Longer than other files, for each night in it is written out by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cases.nights import NIGHT, appeal, held, packs, release, warehouse
from evenhand.cases import work
from evenhand.cases.case import Case
from evenhand.cases.export import export, rows_of, troubles
from evenhand.cases.night import Changed, is_older, update
from evenhand.cases.night_facts import night_facts
from evenhand.cases.store import Cases, Draft, reading, writing
from evenhand.cases.work import WorkRefused
from evenhand.policy.loaded import LoadedPack
from evenhand.records.persons import Person
from evenhand.release.manifest import HeldList, read_manifest
from reports.understood import not_understood

ANN = Person("ann", True)
NEXT = NIGHT + timedelta(days=1)


def _look(
    home: Path, of: Sequence[LoadedPack], night: date = NIGHT, in_warehouse: dict[str, Any] | None = None,
    held_lists: Sequence[HeldList] = (), name: str = "a", **files: Any,
) -> Changed:  # fmt: skip
    """Release a night so and bring the cases to it."""
    folder = release(home, night, held_lists, name, **files)
    computed = warehouse(home, night, **in_warehouse) if in_warehouse is not None else None
    with night_facts(folder, computed, of) as facts, writing(home) as cases:
        return update(cases, facts)


def _cases(home: Path) -> dict[str, Case]:
    with reading(home) as cases:
        return _cases_of(cases)


def _cases_of(cases: Cases) -> dict[str, Case]:
    return {each.cause.subject: each for each in cases.all().values()}


def _states(home: Path) -> dict[str, str]:
    return {subject: case.state for subject, case in _cases(home).items()}


def test_a_night_opens_a_case_of_each_kind_and_orders_them_by_harm_and_urgency(tmp_path: Path) -> None:
    orders = [{"order_id": f"o{n}", "account_id": "a1", "ordered_on": NIGHT - timedelta(days=n)} for n in range(14)]
    orders += [{"order_id": "old", "account_id": "a1", "ordered_on": NIGHT - timedelta(days=28)}]
    changed = _look(
        tmp_path,
        packs(tmp_path / "packs", "decide_within_days: 5"),
        in_warehouse={
            "stg_orders": orders,
            "changes": [{"list": "penalties", "market": "ID", "row_key": "r3", "account_id": "a3",
                         "measure": "warning"}],
            "penalties": [{"row_key": "r3", "ends_on": NIGHT + timedelta(days=9)}],
            "stg_creators": [{"account_id": "a7", "market": "ID"}],
            "stg_violations": [{"violation_id": "v7"}, {"violation_id": "v8"},
                               {"violation_id": "v9", "restored_on": NIGHT}],
            "stg_qa_reviews": [
                {"review_id": "q1", "account_id": "a7", "drawn_from": "decided", "is_violation": False,
                 "violation_id": "v7", "reviewed_on": NIGHT - timedelta(days=3)},
                {"review_id": "q2", "account_id": "a7", "drawn_from": "decided", "is_violation": True,
                 "violation_id": "v8", "reviewed_on": NIGHT},
                {"review_id": "q3", "account_id": "a7", "drawn_from": "decided", "is_violation": False,
                 "violation_id": "v9", "reviewed_on": NIGHT},
            ],
        },
        held_lists=[held(), held("TH", "rejected")],
        penalties=[
            {"row_key": "r1", "account_id": "a1", "market": "ID", "programme": "health", "scope": "live",
             "measure": "no_live", "starts_on": NIGHT, "ends_on": NIGHT + timedelta(days=6), "reason_id": "w1"},
            {"row_key": "r9", "account_id": "a1", "market": "ID", "programme": "other", "scope": "account",
             "measure": "closed", "starts_on": NIGHT, "ends_on": None, "reason_id": "w9"},
        ],
        reasons=[
            {"reason_id": "w1", "entries": '[{"entry": "e1", "violation": "v1"}]'},
            {"reason_id": "w9", "entries": '[{"entry": "e9", "violation": "v9"}]'},
        ],
        account_violations=[
            appeal("p1"),
            appeal("p2", violation="v6", appeal_outcome="denied"),
            # The decision was taken back: nothing is left to decide.
            appeal("p9", violation="v9", restored_on=NIGHT),
            {"violation_id": "v2", "account_id": "a2", "market": "ID", "violation_type": "fraud",
             "detected_by": "model", "detected_on": NIGHT - timedelta(days=10), "decided_on": None},
        ],
        account_health=[
            {"account_id": "a2", "market": "ID", "programme": "strikes", "zone": "warned", "balance": 2,
             "next_zone": "shut", "to_next_zone": 2, "is_near": False},
            {"account_id": "a6", "market": "ID", "programme": "strikes", "zone": "warned", "balance": 3,
             "next_zone": "shut", "to_next_zone": 1, "is_near": True},
            {"account_id": "a8", "market": "ID", "programme": "strikes", "zone": "good", "balance": 1,
             "next_zone": "warned", "to_next_zone": 1, "is_near": True},
        ],
        enforcement_gaps=[
            {"gap": "decided_not_enforced", "account_id": "a4", "market": "ID", "row_key": "v5", "violation_id": "v5",
             "since": NIGHT - timedelta(days=5)},
            {"gap": "detected_not_decided", "account_id": "a2", "market": "ID", "row_key": "v2", "violation_id": "v2",
             "since": NIGHT - timedelta(days=10)},
        ],
    )  # fmt: skip
    assert str(changed) == "cases: 6 opened"
    with reading(tmp_path) as cases:
        rows = rows_of(cases, NIGHT)
    # Overdue first; then by hand: 365 * 1 ÷ (4 + 1); 365 * 1 ÷ (7 + 1); 10 * 1/3 ÷ (1 + 1); 7 * 2/3 * 14/28 ÷ (2 + 1);
    # and the mildest measure of one day, 1/3, over fourteen days.
    assert [(row["kind"], row["days_left"], round(row["priority"], 3)) for row in rows] == [
        ("enforcement_gap", -2, round(1 / 3, 3)),
        ("undecided", 4, 73.0),
        ("near_closing", 7, 45.625),
        ("held_list", 1, round(10 / 3 / 2, 3)),
        ("appeal", 2, round(7 * 2 / 3 * 0.5 / 3, 3)),
        ("qa_disagreement", 14, round(1 / 3 / 15, 3)),
    ]
    with reading(tmp_path) as cases:
        harm, (part,) = cases.figures()[_cases(tmp_path)["p1"].case_id]
    assert round(harm, 6) == round(7 * 2 / 3 * 0.5, 6)
    assert (part["measure"], part["why"], part["days"], part["orders"]) == ("no_live", "in force", 7, 0.5)
    # Pages tell each in the language of who reads it; why a list is held is a sentence of gate 2.
    assert not_understood((each.cause for each in _cases(tmp_path).values()), held().why) == []


def test_a_held_list_weighs_by_what_it_would_bring_and_by_what_is_kept_meanwhile(tmp_path: Path) -> None:
    kept = {"market": "ID", "programme": "health", "scope": "live", "starts_on": NIGHT, "reason_id": "w"}
    # Of each row its account, its measure, and in how many days it ends, as it is wanted and as it is kept.
    changes = {
        "both/warning": ("both", "warning", 9, None),
        "both/no_live": ("both", "no_live", 1, None),
        "for_ever": ("for_ever", "closed", "gone", "none"),
        "gone": ("gone", "no_live", "gone", 4),
        "over": ("over", "no_live", "gone", -3),
    }

    def last(days: object) -> date | None:
        return NIGHT + timedelta(days=days) if isinstance(days, int) else None

    _look(
        tmp_path,
        packs(tmp_path / "packs"),
        in_warehouse={
            "changes": [
                *({"list": "penalties", "market": "ID", "row_key": key, "account_id": account, "measure": measure}
                  for key, (account, measure, _, _) in changes.items()),
                {"list": "rewards", "market": "ID", "row_key": "gift", "account_id": "gift", "measure": "samples"},
            ],
            "penalties": [{"row_key": key, "ends_on": last(days)} for key, (_, _, days, _) in changes.items()
                          if days != "gone"],
        },
        held_lists=[held(), held(name="rewards")],
        penalties=[{**kept, "row_key": key, "account_id": account, "measure": measure, "ends_on": last(days)}
                   for key, (account, measure, _, days) in changes.items() if days],
        account_violations=[appeal("p1", days_ago=10)],
    )  # fmt: skip
    with reading(tmp_path) as cases:
        told = {each.cause.subject: cases.figures()[each.case_id] for each in cases.all().values()}
        (due,) = [each.cause.due for each in cases.all().values() if each.cause.kind == "appeal"]
    (harm, parts), (of_rewards, _) = told["penalties/ID"], told["rewards/ID"]
    weighed = {part["account"]: (part["measure"], part["days"]) for part in parts}
    # 10 days of a warning come to more than two of a pause; what is over is kept for a day at least.
    assert weighed == {
        "both": ("warning", 10), "for_ever": ("closed", 365), "gone": ("no_live", 5), "over": ("no_live", 1),
    }  # fmt: skip
    assert round(harm, 6) == round(10 / 3 + 365 + 5 * 2 / 3 + 2 / 3, 6)
    # A reward has no place in the order of measures: it counts as the mildest, for a day.
    assert round(of_rewards, 6) == round(1 / 3, 6)
    # Where packs say nothing of it, an appeal is to be decided two weeks after it was filed.
    assert due == NIGHT + timedelta(days=4)


def test_a_gap_is_told_in_words_and_what_was_sold_with_its_money(tmp_path: Path) -> None:
    penalty = {"gap": "sold_while_penalised", "market": "ID", "since": NIGHT}
    _look(
        tmp_path,
        packs(tmp_path / "packs"),
        enforcement_gaps=[
            {"gap": "enforced_not_decided", "account_id": "a1", "market": "ID", "row_key": "v1", "violation_id": "v1",
             "since": NIGHT},
            {**penalty, "account_id": "a/2", "row_key": "a/2/account_health/live/2026-03-01", "orders": 1,
             "amount": Decimal("150000.00")},
            {**penalty, "account_id": "a3", "market": "world", "row_key": "a3/health/ads/2026-03-01", "orders": 2000,
             "amount": Decimal("1234.50")},
        ],
    )  # fmt: skip
    told = {each.cause.accounts[0]: each.cause.facts for each in _cases(tmp_path).values()}
    # Of several of an account it says which one it is.
    titles = [each.cause.title for each in _cases(tmp_path).values() if each.cause.accounts == ("a3",)]
    assert titles == [f"a3: sold in spite of a penalty since {NIGHT.day} {NIGHT:%b %Y}"]
    assert told == {
        "a1": (f"Carried out without a decision since {NIGHT}: violation v1",),
        "a/2": (
            f"Sold in spite of a penalty since {NIGHT}: account health, on live from 2026-03-01 on",
            "1 order in spite of it, for IDR 150,000",
        ),
        "a3": (
            f"Sold in spite of a penalty since {NIGHT}: health, on ads from 2026-03-01 on",
            "2,000 orders in spite of it, for 1,234.50",
        ),
    }
    assert not_understood(each.cause for each in _cases(tmp_path).values()) == []


def test_the_same_night_again_writes_nothing_and_an_older_one_is_not_looked_at(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    _look(tmp_path, of, account_violations=[appeal("p1")])
    with reading(tmp_path) as cases:
        before = [*cases.events()]
    assert str(_look(tmp_path, of, account_violations=[appeal("p1")])) == (
        "cases: none changed; not looked at: QA disagreement"
    )
    with reading(tmp_path) as cases:
        assert [*cases.events()] == before
        assert is_older(cases, read_manifest(release(tmp_path, NIGHT - timedelta(days=1))))
        assert not is_older(cases, read_manifest(release(tmp_path, NIGHT)))


def test_a_case_follows_its_cause_and_what_a_person_closed_returns_only_on_new_facts(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    both = [appeal("p1"), appeal("p2", "a2", violation="v2")]
    _look(tmp_path, of, account_violations=both)
    name = _cases(tmp_path)["p1"].case_id
    with writing(tmp_path) as cases:
        work.close(cases, tmp_path, ANN, name, "answered by mail", NIGHT)
    # The same facts: what a person closed stays closed; what is gone is closed; it returns when it does.
    _look(tmp_path, of, NEXT, name="b", account_violations=[appeal("p1")])
    assert _states(tmp_path) == {"p1": "closed", "p2": "closed"}
    _look(tmp_path, of, NEXT, name="c", account_violations=both)
    assert _states(tmp_path) == {"p1": "closed", "p2": "open"}
    # New facts of what was closed, and of what is open.
    _look(tmp_path, of, NEXT, name="d", account_violations=[appeal("p1", detected_by="user_report"), both[1]])
    assert _states(tmp_path) == {"p1": "open", "p2": "open"}
    changed = _look(tmp_path, of, NEXT, name="e", account_violations=[appeal("p1", detected_by="qa"), both[1]])
    assert changed.counts["updated"] == 1
    assert [event.action for event in _cases(tmp_path)["p1"].events] == ["opened", "closed", "reopened", "updated"]


def test_of_what_no_feed_says_who_found_it_nobody_is_said_to_have(tmp_path: Path) -> None:
    open_one: dict[str, Any] = {"appeal_id": None, "appeal_filed_on": None, "appeal_outcome": None, "decided_on": None}
    rows = [
        *(appeal("p1"), appeal("p2", violation="v2", detected_by=None)),
        *(appeal("", violation=name, detected_by=by, **open_one) for name, by in (("v3", "model"), ("v4", None))),
    ]
    _look(tmp_path, packs(tmp_path / "packs"), account_violations=rows)
    told = {subject: case.cause.facts for subject, case in _cases(tmp_path).items()}
    assert (told["p1"][1], told["p2"][1]) == ("Fraud, found by model", "Fraud")
    on = NIGHT - timedelta(days=20)
    assert told["v3"][0] == f"Violation v3, detected on {on} by model"
    assert told["v4"][0] == f"Violation v4, detected on {on}"


def test_every_appeal_that_somebody_here_has_to_decide_is_a_case(tmp_path: Path) -> None:
    def filed(name: str, days_ago: int, outcome: str = "pending", *, out_of_court: bool = False) -> dict[str, Any]:
        on = NIGHT - timedelta(days=days_ago)
        return {"appeal_id": name, "violation_id": "v1", "filed_on": on, "outcome": outcome,
                "is_out_of_court": out_of_court}  # fmt: skip

    of = packs(tmp_path / "packs", "decide_within_days: 5")
    one_of_them = [appeal("p1", days_ago=3)]
    others = [filed("p3", 1, "withdrawn_by_account"), filed("p4", 0, out_of_court=True)]
    appeals = [filed("p1", 3), filed("p2", 2), *others]
    _look(tmp_path, of, account_violations=one_of_them, account_appeals=appeals)
    due = {subject: (case.cause.due or NIGHT) - NIGHT for subject, case in _cases(tmp_path).items()}
    assert due == {"p1": timedelta(days=2), "p2": timedelta(days=3)}
    # What is told of a held market is what was released last, by an earlier version, too.
    _look(tmp_path, of, NEXT, name="b", account_violations=one_of_them, account_appeals=[])
    assert _states(tmp_path) == {"p1": "open", "p2": "closed"}


def test_a_held_list_is_closed_by_its_answer_alone(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    _look(tmp_path, of, held_lists=[held(), held("id", name="notices")])
    case = _cases(tmp_path)["penalties/ID"]
    assert _cases(tmp_path)["notices/id"].cause.market == "all"
    hint = f"by its answer alone: evenhand answer approve --night {NIGHT} --list penalties --market ID$"
    with writing(tmp_path) as cases, pytest.raises(WorkRefused, match=hint):
        work.close(cases, tmp_path, ANN, case.case_id, "seen", NIGHT)
    # A first wave leaves the rest waiting; the answer to that closes it.
    _look(tmp_path, of, name="b", held_lists=[held(answer="first_wave"), held("id", name="notices")])
    assert _states(tmp_path)["penalties/ID"] == "open"
    _look(tmp_path, of, name="c", held_lists=[held(answer="approved"), held("id", name="notices")])
    assert _states(tmp_path) == {"penalties/ID": "closed", "notices/id": "open"}
    # The next night holds it anew.
    _look(tmp_path, of, NEXT, held_lists=[held(digest="e" * 64)])
    assert _states(tmp_path) == {"penalties/ID": "open", "notices/id": "closed"}


def test_no_night_closes_what_a_person_opened_or_what_it_cannot_tell_of(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    review = {"review_id": "q1", "account_id": "a7", "drawn_from": "published", "is_violation": True,
              "content_id": "c7", "reviewed_on": NIGHT}  # fmt: skip
    in_warehouse = {"stg_creators": [{"account_id": "a7", "market": "ID"}], "stg_qa_reviews": [review]}
    _look(tmp_path, of, in_warehouse=in_warehouse)
    with writing(tmp_path) as cases:
        work.open_case(cases, tmp_path, ANN, "escalation", "ID", "a press call", "They ask about a9", ["a9"], NIGHT)
        with pytest.raises(WorkRefused, match="about a press call, is open already"):
            work.open_case(cases, tmp_path, ANN, "escalation", "ID", "a  press call", "Again", [], NIGHT)
        with pytest.raises(WorkRefused, match="'held_list' isn't a kind that people open; write one of appeal, "):
            work.open_case(cases, tmp_path, ANN, "held_list", "ID", "x", "X", [], NIGHT)
    _look(tmp_path, of, NEXT)
    assert _states(tmp_path) == {"c7": "open", "a press call": "open"}


def _profiles(**markets: str) -> list[dict[str, str]]:
    return [{"account_id": account, "market": market} for account, market in markets.items()]


def test_an_account_weighs_by_its_own_market_and_not_in_a_case_of_another(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    _look(tmp_path, of, account_profiles=_profiles(a1="ID", a2="TH"))
    with writing(tmp_path) as cases:
        work.open_case(cases, tmp_path, ANN, "escalation", "ID", "here", "About a1", ["a1"], NIGHT)
        work.open_case(cases, tmp_path, ANN, "escalation", "all", "everywhere", "About both", ["a1", "a2"], NIGHT)
    permanent = {"programme": "strikes", "scope": "account", "measure": "closed", "starts_on": NIGHT, "ends_on": None}
    penalties = [
        {"row_key": "r1", "account_id": "a1", "market": "ID", **permanent},
        {"row_key": "r2", "account_id": "a3", "market": "ID", **permanent},
    ]
    _look(tmp_path, of, NEXT, account_profiles=_profiles(a1="ID", a2="TH"), penalties=penalties)
    with reading(tmp_path) as cases:
        figures = {each.cause.subject: cases.figures()[name] for name, each in cases.all().items()}
    # The strictest of three measures, in a case of all markets too; Thailand has no pack, and its account no harm.
    assert {subject: harm for subject, (harm, _) in figures.items()} == {"here": 365.0, "everywhere": 365.0}
    assert [part["account"] for part in figures["everywhere"][1]] == ["a1", "a2"]

    # One of several that moved away weighs nothing any more, and nobody of the case's market reads of it.
    with writing(tmp_path) as cases:
        work.open_case(cases, tmp_path, ANN, "escalation", "ID", "two", "About two", ["a1"], NEXT)
        two = _cases_of(cases)["two"]
        draft = Draft(two.case_id, two.version, "updated", {
            "cause": replace(two.cause, accounts=("a1", "a3")).as_content(), "on": str(NEXT)})  # fmt: skip
        cases.append([draft])
    _look(tmp_path, of, NEXT, name="b", account_profiles=_profiles(a1="ID", a2="TH", a3="TH"), penalties=penalties)
    with reading(tmp_path) as cases:
        harm, parts = cases.figures()[two.case_id]
    assert (harm, [part["account"] for part in parts]) == (365.0, ["a1"])


def test_what_people_opened_about_one_account_follows_it_into_another_market(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    _look(tmp_path, of, account_profiles=_profiles(a1="ID"))
    with writing(tmp_path) as cases:
        work.open_case(cases, tmp_path, ANN, "escalation", "ID", "a call", "About a1", ["a1"], NIGHT)
        closed = work.open_case(cases, tmp_path, ANN, "escalation", "ID", "done", "About a1", ["a1"], NIGHT)
        work.close(cases, tmp_path, ANN, closed.case_id, "settled", NIGHT)
    for name in ("a", "b"):
        _look(tmp_path, of, NEXT, name=name, account_profiles=_profiles(a1="TH"))
    assert _states(tmp_path) == {"a call": "open", "done": "closed"}
    for case in _cases(tmp_path).values():
        assert (case.cause.market, case.by_hand) == ("TH", True)
        assert [event.action for event in case.events].count("updated") == 1
    _look(tmp_path, of, NEXT + timedelta(days=1), account_profiles=_profiles(a1="ID"))
    assert {case.cause.market for case in _cases(tmp_path).values()} == {"ID"}


def test_a_case_is_opened_of_a_market_that_is_there_and_about_accounts_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))

    def opened(market: str, *accounts: str) -> Case:
        with writing(tmp_path) as cases:
            subject = f"{market} {accounts}"
            return work.open_case(cases, tmp_path, ANN, "escalation", market, subject, "They ask", accounts, NIGHT)

    release(tmp_path, account_profiles=_profiles(a1="ID", a2="TH", **{"\u00e9": "ID"}))
    said = set()
    for other in ("a2", "a9"):
        with pytest.raises(WorkRefused, match=f"no account of ID on night {NIGHT} is called {other};") as refused:
            opened("ID", "a1", other)
        said.add(str(refused.value).replace(other, "…"))
    # What is of another market is answered as what isn't there.
    assert len(said) == 1
    with pytest.raises(WorkRefused, match="no account of all on night"):
        opened("all", "a9")
    with pytest.raises(WorkRefused, match=f"there is no market 'Atlantis' on night {NIGHT}; write one of ID, TH"):
        opened("Atlantis")
    assert opened("ID", "a1", "a1").cause.accounts == ("a1",)
    assert opened("all", "a1", "a2").cause.accounts == ("a1", "a2")
    assert opened("ID", "e\u0301").cause.accounts == ("\u00e9",)
    # The newest night says it.
    release(tmp_path, NEXT, account_profiles=_profiles(a1="TH"))
    with pytest.raises(WorkRefused, match=f"no account of TH on night {NEXT} is called a2;"):
        opened("TH", "a1", "a2")


def test_nothing_at_all_and_far_too_much(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    assert str(_look(tmp_path, of, in_warehouse={})) == "cases: none changed"
    many = [appeal(f"p{n}", f"a{n}", violation=f"v{n}") for n in range(3000)]
    folder = release(tmp_path, name="b")
    with duckdb.connect() as connection:
        connection.execute("create table rows as select unnest($rows, recursive := true)", {"rows": many})
        connection.execute(f"copy rows to '{folder}/account_violations.parquet' (format parquet)")
    with night_facts(folder, None, of) as facts, writing(tmp_path) as cases:
        assert update(cases, facts).counts["opened"] == 3000
    with reading(tmp_path) as cases:
        assert cases.troubles() == []
        assert len(rows_of(cases, NIGHT)) == 3000


def test_the_cases_are_exported_beside_the_releases_and_once(tmp_path: Path) -> None:
    of = packs(tmp_path / "packs")
    _look(tmp_path, of, account_violations=[appeal("p1")])
    with reading(tmp_path) as cases:
        path = export(tmp_path, cases, NIGHT, "a" * 64)
        assert path == tmp_path / "cases" / f"night={NIGHT}" / "0001.parquet"
        assert export(tmp_path, cases, NIGHT, "a" * 64) is None
        assert duckdb.sql(f"select subject, state, harm > 0 from '{path}'").fetchall() == [("p1", "open", True)]
    with writing(tmp_path) as cases:
        work.comment(cases, tmp_path, ANN, _cases(tmp_path)["p1"].case_id, "I look")
    with reading(tmp_path) as cases:
        again = export(tmp_path, cases, NIGHT, "a" * 64)
        assert again and again.name == "0002.parquet"
        assert troubles(tmp_path, cases) == []
        path.chmod(0o600)
        path.write_bytes(b"")
        again.with_suffix(".json").chmod(0o600)
        again.with_suffix(".json").write_text(again.with_suffix(".json").read_text().replace('"head": "', '"head": "0'))
        assert [each.rpartition(": ")[2] for each in troubles(tmp_path, cases)] == [
            "isn't what was written",
            "names event 3 of the cases, which isn't there as it was",
        ]
