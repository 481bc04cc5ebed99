"""`evenhand explain`: the facts about an account on a decided night, worked out by hand from its pack and its feeds.

Longer than other files, for its tests share one decided night.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.deciding.compiled import run_models
from evenhand.deciding.night_range import ask_about
from evenhand.deciding.provenance import lay_rules_in_words_of_today, lay_rules_of
from evenhand.explain import trying
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.explain.restoring import Restored, TriedWay, summed_up
from evenhand.explain.trying import what_restores
from evenhand.explain.ways import Way
from evenhand.landing.contracts import FEEDS
from evenhand.notices.catalogs import load_catalogs
from evenhand.quality.held_lists import hold_lists, make_views
from evenhand.quality.held_rows import WrongRows, hold
from evenhand.reference.release import columns_of_files
from evenhand.reports.catalogue import ENGLISH, catalogue
from evenhand.settings import settings
from evenhand.tasks.night import publish_release
from made_once import shared_project
from night.directly import decide

NIGHT = date(2026, 3, 5)
PACK = """\
pack: points
version: 1
markets: [world]
effective_from: 2020-01-01
appeal_route: Write to us.
appeals: {file_within_days: 30, decide_within_days: 10}
measures: [warning, no_live, account_closed]
programmes:
  account_health:
    unit: point
    entries:
      - {rule: fraud, violation_types: [fraud], amount: 3, lasts_days: 90}
      - {rule: grave, violation_types: [counterfeit], amount: 24, lasts_days: 90}
      - {rule: course, activities: [policy_course], relief: {takes_from: newest, amount: 1}}
    zones:
      - {zone: good}
      - {zone: warned, at_least: 3, measures: [{measure: warning, scope: account, days: 30}]}
      - {zone: limited, at_least: 6, measures: [{measure: no_live, scope: live, days: 7}]}
      - {zone: closed, at_least: 24, measures: [{measure: account_closed, scope: account, permanent: true}]}
    rewards:
      - {reward: lower_commission, scope: commission, zones: [good]}
eligibility:
  campaign_access:
    conditions:
      - {condition: good_health, programme: account_health, less_than: 3}
    while_eligible: [{reward: campaign_access, scope: campaign}]
  going_live:
    conditions:
      - {condition: not_closed, without_measure: account_closed}
"""
FEEDS_LANDED: Mapping[str, Sequence[Mapping[str, str]]] = {
    "creators": [
        {"account_id": "a1", "market": "world", "kind": "creator", "language": "en", "onboarded_on": "2026-01-01"},
        {
            **{"account_id": "a2", "market": "world", "kind": "creator", "language": "en"},
            **{"onboarded_on": "2026-01-01", "linked_to": "a1"},
        },
        {"account_id": "a3", "market": "world", "kind": "creator", "language": "en", "onboarded_on": "2026-01-01"},
        # Its letters are taken apart, as macOS has them.
        {"account_id": "e\u0301", "market": "world", "kind": "creator", "language": "en", "onboarded_on": "2026-01-01"},
    ],
    "contents": [
        {
            **{"content_id": "c1", "account_id": "a1", "kind": "short_video", "published_on": "2026-02-18"},
            "title": "My [bold]best[/bold] watches",
        }
    ],
    "violations": [
        {
            **{"violation_id": "v1", "account_id": "a1", "violation_type": "fraud", "decided_on": "2026-02-20"},
            **{"content_id": "c1", "batch_id": "", "detected_by": "user_report", "detected_on": "2026-02-19"},
        },
        {"violation_id": "v2", "account_id": "a1", "violation_type": "fraud", "decided_on": "2026-03-05"},
        {"violation_id": "v3", "account_id": "a3", "violation_type": "counterfeit", "decided_on": "2026-03-01"},
    ],
    "appeals": [
        {
            **{"appeal_id": "p1", "violation_id": "v2", "account_id": "a1", "filed_on": "2026-03-05"},
            "outcome": "pending",
        }
    ],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which the night is decided and released."""
    folder = tmp_path_factory.mktemp("explain")
    (folder / "packs").mkdir()
    (folder / "packs" / "points.yml").write_text(PACK)
    home = folder / "home"
    for feed, rows in FEEDS_LANDED.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        path = home / "landing" / feed / f"night={NIGHT}" / "day.csv"
        path.parent.mkdir(parents=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, [*columns, *(each for each in _required(feed) if each not in columns)])
            writer.writeheader()
            writer.writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENHAND_POLICIES", str(folder / "packs"))
        patch.setenv("EVENHAND_HOME", str(home))
        patch.setenv("COLUMNS", "300")
        decide(home, str(NIGHT))
        yield home


def _required(feed: str) -> Sequence[str]:
    return next(contract.names_in_every_file for contract in FEEDS if contract.feed == feed)


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["explain", *arguments])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, "\n".join(line.rstrip() for line in result.output.splitlines())


def _json(*arguments: str) -> dict[str, Any]:
    code, said = _run(*arguments, "--json")
    assert code == 0, said
    found: dict[str, Any] = json.loads(said)
    return found


@pytest.mark.usefixtures("home")
def test_every_file_of_a_release_has_the_columns_that_its_page_promises(home: Path) -> None:
    release = home / "releases" / f"night={NIGHT}"
    found = {
        path.stem: [
            (name, sql.lower())
            for name, sql, *_ in duckdb.sql(
                f"describe from read_parquet('{path}', hive_partitioning = false)"
            ).fetchall()
        ]
        for path in release.glob("*.parquet")
    }
    promised = {
        name: [(column, said.sql.replace(", ", ",")) for column, said in table.columns.items()]
        for name, table in columns_of_files().items()
    }
    assert found == promised


@pytest.mark.usefixtures("home")
def test_where_an_account_stands_and_what_of_its_ledger_counts_until_when() -> None:
    (health,) = _json("a1", "--no-restore")["programmes"]

    assert (health["label"], health["balance"], health["unit"], health["zone"]) == (
        *("Account health", "6.0000", "point", "limited"),
    )
    assert (health["since"], health["next_zone"], health["to_next_zone"]) == ("2026-03-05", "closed", "18.0000")
    assert [(each["entry"], each["amount"], each["first_day"], each["last_day"]) for each in health["entries"]] == [
        ("account_health/v1", "3.00", "2026-02-20", "2026-05-20"),
        ("account_health/v2", "3.00", "2026-03-05", "2026-06-02"),
    ]
    # From nothing to both and back to nothing, the days to come included.
    assert [(each["first_day"], each["balance"], each["zone"]) for each in health["periods"]] == [
        ("2020-01-01", "0.0000", "good"),
        ("2026-02-20", "3.0000", "warned"),
        ("2026-03-05", "6.0000", "limited"),
        ("2026-05-21", "3.0000", "warned"),
        ("2026-06-03", "0.0000", "good"),
    ]
    lines = [line.split() for line in _run("a1", "--no-restore")[1].splitlines()]
    assert ["2026-05-21", "2026-06-02", "3", "Warned"] in lines
    assert ["2026-06-03", "0", "Good"] in lines


@pytest.mark.usefixtures("home")
def test_a_measure_says_its_rule_its_entries_and_what_was_told() -> None:
    found = _json("a1", "--no-restore")
    no_live, warning = sorted(found["measures"], key=lambda each: each["measure"])

    assert (no_live["measure"], no_live["first_day"], no_live["last_day"]) == ("no_live", "2026-03-05", "2026-03-11")
    assert (no_live["before"], no_live["after"], no_live["pack"], no_live["version"]) == (
        *("3.0000", "6.0000", "points", 1),
    )
    assert no_live["rule"] == "balance at least 6"
    assert [each["violation"] for each in no_live["cited"]] == ["v1", "v2"]
    assert no_live["appeal_route"] == "Write to us."
    assert (warning["first_day"], warning["last_day"]) == ("2026-02-20", "2026-03-21")
    # On the first night that is released, what begins that night is told.
    (told,) = found["told"]
    assert (told["night"], told["event"], told["row_key"]) == (str(NIGHT), "new", "a1/account_health/live")
    assert "live" in told["subject"]


@pytest.mark.usefixtures("home")
def test_why_something_is_there_is_told_in_words_and_nothing_that_people_read_has_a_key_in_it(home: Path) -> None:
    release = home / "releases" / f"night={NIGHT}"
    with duckdb.connect() as connection:
        explanations = dict(
            connection.execute(
                f"select row_key, explanation from read_parquet('{release}/reasons.parquet') order by row_key"
            ).fetchall()
        )
        notices = connection.execute(f"select subject, body from read_parquet('{release}/notices.parquet')").fetchall()
    assert explanations["a1/account_health/live"] == (
        "On 2026-03-05 the account went from 3 to 6 points of Account health and entered the zone limited (balance at"
        " least 6). This brings No live streaming on live from 2026-03-05 until 2026-03-11. Write to us."
    )
    assert explanations["a2/campaign_access/campaign/campaign_access"] == (
        "The account is eligible for Access to campaigns (every condition holds), which brings Access to campaigns on"
        " campaign for as long as it does."
    )
    shown = [_run(account)[1] for account in ("a1", "a2", "a3")]
    read = [*explanations.values(), *(text for notice in notices for text in notice), *shown]
    assert {word for text in read for word in text.split() if "_" in word} == set()


_PAID = "What the account did for Welcome bonus in the period from 2026-03-01 brings 1234.5 on commission."


@pytest.mark.parametrize("is_told_what_prevails", [True, False])
def test_a_penalty_outranks_those_of_its_scope_and_a_reward_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_told_what_prevails: bool
) -> None:
    shutil.copytree(home / "releases", tmp_path / "releases", symlinks=True)
    release = (tmp_path / "releases" / f"night={NIGHT}").resolve()
    other = "'a1/other/live' as row_key, 'other' as programme, 'milder' as reason_id"
    live = "where row_key = 'a1/account_health/live'"
    with duckdb.connect() as connection:
        for name, rows in {
            "penalties": f"from {{file}} union all select * replace ({other}, false as prevails) from {{file}} {live}",
            "rewards": "select 'a1/other/live/boost' as row_key, 'a1' as account_id, 'world' as market,"
            " 'other' as programme, 'live' as scope, 'boost' as reward, null::decimal(18, 2) as amount,"
            " date '2026-03-05' as starts_on, null::date as ends_on, 'boosts' as reason_id union all"
            " select 'a1/bonus', 'a1', 'SG', 'welcome_bonus', 'commission', 'welcome_bonus', 1234.50,"
            " date '2026-03-05', null, 'paid'",
            "reasons": f"from {{file}} union all select * replace ({other}) from {{file}} {live}"
            " union all select * replace ('rewards' as list, 'a1/other/live/boost' as row_key, 'boosts' as reason_id)"
            f" from {{file}} {live}"
            " union all select * replace ('rewards' as list, 'a1/bonus' as row_key, 'paid' as reason_id,"
            f" '{_PAID}' as explanation, '1234.5 for the period from 2026-03-01' as condition) from {{file}} {live}",
        }.items():
            file = release / f"{name}.parquet"
            connection.execute(f"create table {name} as {rows.format(file=repr(str(file)))}")
            if name == "penalties" and not is_told_what_prevails:
                connection.execute("delete from penalties where not prevails")
                connection.execute("alter table penalties drop column prevails")
            if name == "reasons" and not is_told_what_prevails:
                connection.execute("delete from reasons where reason_id = 'milder'")
            file.unlink()
            connection.execute(f"copy {name} to '{file}' (format parquet)")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))

    found = {each["row_key"]: each for each in _json("a1", "--no-restore")["measures"]}

    # Whatever its release says, in the currency of the market that paid it; for machines as it is compared.
    assert (found["a1/bonus"]["explanation"], found["a1/bonus"]["rule"]) == (
        _PAID.replace("1234.5", "SGD 1,234.50"), "1234.5 for the period from 2026-03-01",
    )  # fmt: skip
    assert found["a1/bonus"]["rule_label"] == "SGD 1,234.50 for the period from 2026-03-01"
    assert (found["a1/bonus"]["market"], found["a1/bonus"]["amount"]) == ("SG", "1234.50")
    milder = ["a1/other/live"] if is_told_what_prevails else []
    assert found["a1/account_health/live"]["outranks"] == milder
    assert [found[each]["outranked_by"] for each in milder] == ["a1/account_health/live"] * len(milder)
    assert found["a1/other/live/boost"]["outranks"] == []
    # It is the same measure twice, of which none is stricter.
    said = _run("a1", "--no-restore")[1]
    assert ("No live streaming (Account health) is the same on the same scope" in said) == is_told_what_prevails


def test_what_people_wrote_of_what_they_imposed_is_told_as_they_wrote_it(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(home / "releases", tmp_path / "releases", symlinks=True)
    release = (tmp_path / "releases" / f"night={NIGHT}").resolve()
    wrote = "see account_frozen, file seller_rate_15."
    with duckdb.connect() as connection:
        for name, changed in {
            "penalties": "case row_key when 'a1/account_health/live' then 'emergency' else programme end as programme",
            "reasons": f"'People decided, as {wrote}' as explanation",
            "account_timeline": f"'emergency_lifted' as event, 'until then: {wrote}' as told",
        }.items():
            file = release / f"{name}.parquet"
            connection.execute(f"create table {name} as select * replace ({changed}) from '{file}'")
            file.unlink()
            connection.execute(f"copy {name} to '{file}' (format parquet)")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))

    found = _json("a1", "--no-restore")
    said = {each["measure"]: each["explanation"] for each in found["measures"]}
    assert said["no_live"] == f"People decided, as {wrote}"
    # By rules, it has names.
    assert "account_frozen" not in said["warning"]
    assert {each["what"] for each in found["timeline"]} == {f"until then: {wrote}"}
    # A terminal breaks its lines where it ends.
    assert " ".join(_run("a1", "--no-restore")[1].split()).count(wrote) == 1 + len(found["timeline"])


@pytest.mark.parametrize(
    ("unit", "next_unit", "bound", "step"), [("percent", "share", "6 %", "3 %"), ("share", "percent", "600 %", "300 %")]
)
def test_a_number_is_told_by_the_unit_of_the_edition_that_it_was_counted_by(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: str, next_unit: str, bound: str, step: str
) -> None:
    """In the release of an earlier version, which has numbers as packs write them; tonight's edition is the next, of a
    market that the account has moved to, where another pack was in effect until then."""
    shutil.copytree(home / "releases", tmp_path / "releases", symlinks=True)
    release = (tmp_path / "releases" / f"night={NIGHT}").resolve()
    with duckdb.connect() as connection:
        connection.execute(f"create table rules as select * from '{release / 'rules.parquet'}'")
        connection.execute(
            "create table fields as select * from rules where rules = 'programmes' and fields is not null"
        )
        assert connection.execute("select fields[2:8] from fields").fetchall() == [
            (["world", "2020-01-01", None, "points", "1", "account_health", "point"],)
        ]
        connection.execute("delete from rules where rules = 'programmes' and fields is not null")
        for edition in (
            f"['there/points/1', 'there', '2020-01-01', '2026-03-05', 'points', '1', 'account_health', '{unit}']",
            f"['world/others/1', 'world', '2020-01-01', '2026-03-05', 'others', '1', 'account_health', '{next_unit}']",
            f"['world/points/2', 'world', '2026-03-05', null, 'points', '2', 'account_health', '{next_unit}']",
        ):
            connection.execute(
                f"insert into rules select * replace (list_concat({edition}, fields[9:]) as fields) from fields"
            )
        without = "null::varchar as unit"
        connection.execute(f"create table reasons as select * replace ({without}) from '{release / 'reasons.parquet'}'")
        balances = f"'{release / 'balance_periods.parquet'}'"
        version = "if(from_day < date '2026-03-05', 1, 2)::integer as version"
        connection.execute(f"create table balance_periods as select * replace ({version}) from {balances}")
        for name in ("reasons", "rules", "balance_periods"):
            (release / f"{name}.parquet").unlink()
            connection.execute(f"copy {name} to '{release / name}.parquet' (format parquet)")
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))

    found = _json("a1", "--no-restore")
    (no_live,) = [each for each in found["measures"] if each["measure"] == "no_live"]
    assert no_live["rule_label"].lower().endswith(f"balance at least {bound}")
    assert f"(balance at least {bound})" in no_live["explanation"]
    steps = [each["what"] for each in found["timeline"] if each["event"] == "zone_entered"]
    assert f"from good to warned, at {step}" in " ".join(steps)
    (health,) = [each for each in found["programmes"] if each["programme"] == "account_health"]
    units_told = {(each["first_day"] < str(NIGHT), each["unit"]) for each in health["periods"]}
    assert units_told == {(True, unit), (False, next_unit)}
    now = "600 %" if next_unit == "share" else "6 %"
    told = re.sub("[ \u00a0]+", " ", _run("a1", "--no-restore")[1])
    assert f"2026-02-20 2026-03-04 {step} Warned" in told
    assert f" {now} Limited" in told
    assert {each["unit"] for each in health["entries"]} == {unit}
    assert f" {step} 2026-02-20 " in told

    # A release of before there were periods of balances doesn't say by which pack a day was judged.
    (release / "balance_periods.parquet").unlink()
    steps = [each["what"] for each in _json("a1", "--no-restore")["timeline"] if each["event"] == "zone_entered"]
    assert f"from good to warned, at {'300 %' if unit == 'percent' else '3 %'}" in " ".join(steps)


@pytest.mark.usefixtures("home")
def test_each_violation_has_its_appeal_and_its_deadline() -> None:
    found = {each["violation"]: each for each in _json("a1", "--no-restore")["violations"]}

    assert (found["v1"]["appeal"], found["v1"]["appeal_until"]) == ("until", "2026-03-22")
    assert (found["v2"]["appeal"], found["v2"]["appeal_id"]) == ("pending", "p1")
    assert found["v1"]["on"] == "short video “My [bold]best[/bold] watches”"
    code, said = _run("a1", "--no-restore")
    assert code == 0
    # What stands in the feeds is shown as it stands there.
    assert (
        "v1: Fraud on short video “My [bold]best[/bold] watches” of 2026-02-18, found by user report, decided on"
        " 2026-02-20; can be appealed against until 2026-03-22"
    ) in said
    # Its pack says in how many days: those after it.
    assert found["v2"]["appeal_decide_by"] == "2026-03-15"
    assert found["v1"]["appeal_decide_by"] is None
    assert "an appeal of 2026-03-05 isn't decided yet: it is to be by 2026-03-15" in said


@pytest.mark.usefixtures("home")
def test_what_it_lacks_says_every_condition_that_fails_and_by_how_much() -> None:
    access, commission = _json("a1", "--no-restore")["lacking"]

    assert (access["what"], access["gives"]) == ("campaign_access", ["Access to campaigns (Campaigns)"])
    (fails,) = access["fails"]
    assert (fails["asks"], fails["has"], fails["lacks"]) == (
        *("Account health less than 3", "Account health is 6", "3.0000"),
    )
    assert commission["what"] == "account_health/commission/lower_commission"
    (in_zone,) = commission["fails"]
    # What is to be less than 3 is not yet that at 3.
    assert fails["is_more"] and in_zone["is_more"]
    assert (in_zone["asks"], in_zone["has"], in_zone["lacks"]) == (
        "Account health in Good",
        "it is in Limited",
        "3.0000",
    )
    assert _json("a2", "--no-restore")["lacking"] == []


@pytest.mark.usefixtures("home")
def test_support_is_told_neither_of_linked_accounts_nor_how_something_was_found() -> None:
    assert _json("a1", "--no-restore")["linked"] == ["a2"]
    assert _json("a2", "--no-restore")["linked"] == ["a1"]
    code, said = _run("a1", "--for", "support")
    assert code == 0
    assert "a2" not in said
    assert "found by" not in said
    assert "restored from 2026-03-12 on" in said
    told = _json("a1", "--for", "support")
    assert (told["linked"], told["violations"][0]["detected_by"]) == ([], None)
    found = {each for each in _texts(_json("a1")) if re.search("detected|user.report", each, re.IGNORECASE)}
    assert found == {"user_report", "User report", "fraud, content c1, detected on 2026-02-19 by user report"}
    assert not found & _texts(told)
    assert {each["detected_on"] for each in told["violations"]} == {None}
    decided = [each["what"] for each in told["timeline"] if each["event"] == "violation_decided"]
    assert decided == ["Fraud, short video “My [bold]best[/bold] watches”", "Fraud"]


@pytest.mark.parametrize("whose", ["list", "row"])
def test_support_is_told_nothing_that_waits_and_managers_see_that_it_does(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whose: str
) -> None:
    _held(home, tmp_path, monkeypatch, whose)

    found, told = _json("a1"), _json("a1", "--for", "support")
    code, shown = _run("a1", "--for", "support")
    _, said = _run("a1")

    of_live = re.compile(r"no.live|restrict|account_health/live|limited|6\.0000|not decided", re.IGNORECASE)
    assert code == 0
    assert {each for each in _texts(told) if of_live.search(each)} == set()
    assert not of_live.search(shown)
    assert (told["stage"], told["programmes"], told["lacking"], told["not_decided"]) == ("", [], [], [])
    assert not told["stage_not_decided"]
    # What was found of it was decided before any list was made.
    assert [each["violation"] for each in told["violations"]] == ["v1", "v2"]
    assert [each["event"] for each in told["timeline"]] == [
        *("onboarded", "violation_decided", "violation_decided", "appeal_filed")
    ]
    # Managers see what it would be, and that it isn't.
    assert [each["measure"] for each in found["measures"]] == ([] if whose == "list" else ["warning"])
    assert found["not_decided"] == WAITS[whose]
    undecided = {each["what"] for each in found["timeline"] if each["not_decided"]}
    assert "No live streaming on live" in undecided
    # What its stage was before is as it was.
    assert "from Probation to Restricted: No live streaming on Live streams (Account health)" in undecided
    assert "from Onboarding to Active: no penalty is in force" not in undecided
    assert ("Warning on account" in undecided) == (whose == "list")
    assert found["stage_not_decided"]
    assert [each["programme"] for each in found["programmes"] if each["not_decided"]] == ["account_health"]
    assert re.search(r"restricted since [\d-]+ \(not decided\)", said, re.IGNORECASE)
    assert "No live streaming (Live streams)  not decided" in said
    assert "No live streaming on live (not decided)" in said
    assert "a1/account_health" not in said


def test_what_would_restore_it_and_by_when(home: Path) -> None:
    tried = _restoring(home, "a1")
    nothing = {each.what: each.free_on for each in tried[0].restored}
    assert nothing == {
        "a1/account_health/account": date(2026, 3, 21 + 1),
        "a1/account_health/live": date(2026, 3, 11 + 1),
        "account_health/commission/lower_commission": date(2026, 6, 2 + 1),
        "campaign_access": date(2026, 6, 2 + 1),
    }
    better = {
        what: [(each.way.kind, each.way.about, each.of(what).free_on) for each in ways]
        for what, ways in summed_up(tried).items()
    }
    assert better == {
        # Without the first, the second warns from its own day on, and for longer.
        "a1/account_health/account": [],
        "a1/account_health/live": [("appeal", "v1", date(2026, 3, 6)), ("appeal", "v2", date(2026, 3, 6))],
        "account_health/commission/lower_commission": [
            *(("appeal", "v2", date(2026, 5, 21)), ("activity", "policy_course", date(2026, 5, 21)))
        ],
        "campaign_access": [("appeal", "v2", date(2026, 5, 21)), ("activity", "policy_course", date(2026, 5, 21))],
    }
    said = _run("a1")[1]
    assert "Lower platform commission (Commission)\n    If nothing happens: restored from 2026-06-03 on" in said


def test_for_good_is_told_apart_from_not_within_the_nights_that_are_looked_at(home: Path) -> None:
    closed, *others = (each.of("a3/account_health/account") for each in _restoring(home, "a3"))
    assert (closed.outcome, closed.free_on) == ("for_good", None)
    assert [each.free_on for each in others] == [date(2026, 3, 6), None]
    # What a permanent measure shuts is shut for good, too; what a balance does is open again when that has lapsed.
    nothing, appealed, trained = _restoring(home, "a3")
    assert {each.what: each.outcome for each in nothing.restored} == {
        **{"a3/account_health/account": "for_good", "going_live": "for_good"},
        **{"account_health/commission/lower_commission": "on", "campaign_access": "on"},
    }
    assert {appealed.of("going_live").free_on, trained.of("going_live").outcome} == {date(2026, 3, 6), "for_good"}
    few_nights = _restoring(home, "a1", nights=20)
    assert [few_nights[0].of(what).outcome for what in ("campaign_access", "a1/account_health/live")] == [
        "not_within",
        "on",
    ]


def test_a_milder_penalty_after_one_is_named_and_what_no_pack_has_any_more_is_not_restored(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a zone that warns on lives for as long as an account is in it, in a pack that ends before all has lapsed."""

    def lay_others(release: Path, connection: duckdb.DuckDBPyConnection) -> None:
        lay_rules_in_words_of_today(release, connection)
        connection.execute(
            "insert into policy.effects select * replace ('warned' as zone, 'zone' as length, null as days,"
            " 'warning' as measure, 0 as measure_rank) from policy.effects where measure = 'no_live'"
        )
        with_an_end = "select table_name from duckdb_columns() where schema_name = 'policy' and column_name = $column"
        for (table,) in connection.execute(with_an_end, {"column": "effective_before"}).fetchall():
            connection.execute(f"update policy.{table} set effective_before = date '2026-05-25'")

    monkeypatch.setattr(trying, "lay_rules_in_words_of_today", lay_others)
    nothing, *_ = _restoring(home, "a1", nights=100)
    live = nothing.of("a1/account_health/live")
    assert (live.free_on, live.then, live.then_on) == (date(2026, 3, 12), "warning", date(2026, 5, 21))
    assert live.said(_english()) == "restored from 2026-03-12 on; Warning from 2026-05-21 on"
    # Nothing asks for it any more, and nothing brings it: it isn't open.
    assert nothing.of("campaign_access").outcome == "not_within"


def test_penalties_of_one_name_and_scope_are_told_apart_by_their_programmes() -> None:
    of_two = [
        Restored("a/b/health/commission", "on", NIGHT, "commission_held", "commission"),
        Restored("a/b/sales/commission", "on", NIGHT, "commission_held", "commission"),
        Restored("health/commission/lower_commission", "on", NIGHT, "lower_commission", "commission"),
    ]
    assert [each.called_apart(_english(), of_two) for each in of_two] == [
        "Commission held (Commission), Health",
        "Commission held (Commission), Sales",
        "Lower platform commission (Commission)",
    ]


def test_what_is_tried_some_at_a_time_is_as_if_all_were_tried_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = _restoring(home, "a3")
    monkeypatch.setattr(trying, "AT_ONCE", 1)
    told: list[trying.SoFar] = []
    # One way was tried before; it is gone on with the other. All together needn't be tried.
    assert _restoring(home, "a3", before=at_once[:2], tell=told.append) == at_once
    models = len(shared_project().models())
    assert [(each.step, each.steps) for each in told] == [(step, 2 * models) for step in range(models + 1)]
    assert {each.left for each in told} == {(at_once[2].way, Way("all"))}


def test_all_together_is_told_of_what_nothing_brings_back_by_itself() -> None:
    def way(kind: Literal["nothing", "appeal", "activity", "all"], *days: date | None) -> TriedWay:
        said = zip("pq", days, strict=True)
        return TriedWay(Way(kind), tuple(Restored(what, "on" if day else "for_good", day) for what, day in said))

    day = date(2026, 3, 6)
    tried = [way("nothing", None, None), way("appeal", day, None), way("activity", None, None), way("all", day, day)]
    found = {what: [each.way.kind for each in ways] for what, ways in summed_up(tried).items()}
    assert found == {"p": ["appeal"], "q": ["all"]}


def test_each_day_is_the_day_that_the_models_come_to_when_it_really_happens(home: Path) -> None:
    """Night by night, with all accounts as they are and no copies."""
    compared = 0
    for account in ("a1", "a3"):
        for tried in _restoring(home, account):
            if tried.way.kind == "all":
                continue
            free = {each.what: each.free_on for each in tried.restored if each.free_on}
            in_force = _in_force(home, account, tried, sorted(free.values()))
            for what, on in free.items():
                compared += 1
                assert (what in in_force[on - timedelta(days=1)], what in in_force[on]) == (True, False), (tried, what)
    assert compared > 12


@pytest.mark.usefixtures("home")
def test_an_account_a_night_a_language_that_is_not_there(home: Path) -> None:
    release = f"{home}/releases/night={NIGHT}"
    assert _run("A1") == (1, f"{release}: no account A1 on that night; names are spelt as in the feeds")
    assert _run("a1", "--night", "2026-03-04") == (1, "night 2026-03-04 isn't released; 2026-03-05 is")
    assert {_json(name, "--no-restore")["account"] for name in ("e\u0301", "\u00e9")} == {"\u00e9"}
    code, said = _run("a1", "--lang", "tlh")
    assert code == 1
    assert "there are no words in tlh; there are en, fil, id," in said


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("language", ["th", "pt_BR", "tlh"])
def test_what_is_said_in_english_where_a_language_has_notices_alone_is_no_trouble_that_is_logged(
    language: str, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue.cache_clear()
    code, _ = _run("a1", "--lang", language, "--no-restore")
    assert (code, caplog.messages) == (int(language == "tlh"), [])


def test_where_the_work_of_the_night_is_gone_everything_else_is_told(home: Path) -> None:
    warehouse = home / "nights" / f"night={NIGHT}" / "warehouse.duckdb"
    aside = warehouse.rename(warehouse.with_suffix(".aside"))
    try:
        code, said = _run("a1")
    finally:
        aside.rename(warehouse)
    assert code == 0
    assert f"not tried: the work of night {NIGHT} is gone" in said
    assert "No live streaming" in said


# What managers are told of penalties whose list is held, or of one whose row is.
WAITS = {
    "list": [
        "The penalties of the market wait for somebody's answer: 3 added, none is usual",
        "Warning (The account) would be added: that isn't released",
        "No live streaming (Live streams) would be added: that isn't released",
    ],
    "row": ["The penalty of Account health (Live streams) is held back: too much; mend it"],
}


def _texts(found: object) -> set[str]:
    """Every text in what JSON tells, but the names of its parts."""
    if isinstance(found, dict):
        found = list(found.values())
    if isinstance(found, list):
        return {text for each in found for text in _texts(each)}
    return {found} if isinstance(found, str) else set()


def _held(home: Path, folder: Path, patch: pytest.MonkeyPatch, whose: str) -> None:
    """The night with its penalties held as a list, or one row of them, as its first release."""
    copy = folder / "home"
    shutil.copytree(home, copy, symlinks=True, ignore=shutil.ignore_patterns("releases"))
    patch.setenv("EVENHAND_HOME", str(copy))
    with duckdb.connect(str(settings().warehouse(NIGHT))) as connection:
        live = "select row_key from main.penalties where row_key = 'a1/account_health/live'"
        hold(connection, NIGHT, [WrongRows("main.penalties", "too much", "mend it", live)] if whose == "row" else [])
        why = {("penalties", "world"): ["3 added, none is usual"]} if whose == "list" else {}
        hold_lists(connection, why, {}, lambda *_: (), lambda *_: None, NIGHT)
        make_views(connection, NIGHT)
    publish_release(NIGHT)


def _english() -> Names:
    return Names(Labels(load_catalogs(settings().translations), ENGLISH))


def _restoring(home: Path, account: str, nights: int = 180, **of_trying: Any) -> list[TriedWay]:
    work = home / "nights" / f"night={NIGHT}"
    models = shared_project().models()
    return what_restores(
        home / "releases" / f"night={NIGHT}", work / "warehouse.duckdb", models, NIGHT, account, nights, **of_trying
    )


def _in_force(home: Path, account: str, tried: TriedWay, days: Sequence[date]) -> Mapping[date, set[str]]:
    """What of an account is in force or shut on days and the days before, after a way was really gone on 6 March."""
    nights = sorted({NIGHT, *days, *(day - timedelta(days=1) for day in days)})
    with duckdb.connect(config={"threads": 1}) as connection:
        warehouse = home / "nights" / f"night={NIGHT}" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as decided (read_only)")
        lay_rules_of(home / "releases" / f"night={NIGHT}", connection)
        ask_about(connection, nights)
        connection.execute("create schema accepted")
        connection.execute("create schema emergencies")
        connection.execute("create table emergencies.known as from decided.emergencies.known")
        for contract in FEEDS:
            for table in filter(None, (contract.feed, contract.versions)):
                connection.execute(f"create table accepted.{table} as from decided.accepted.{table}")
        landed = "date '2026-03-06' as landed_night, 'x' as landed_file, 1 as landed_row"
        if tried.way.kind == "appeal":
            connection.execute("delete from accepted.appeals where violation_id = ?", [tried.way.about])
            connection.execute(
                f"insert into accepted.appeals by name select {landed}, 'x' as appeal_id, ? as violation_id,"
                " ? as account_id, '2026-03-06' as filed_on, 'granted' as outcome, '2026-03-06' as decided_on",
                [tried.way.about, account],
            )
        elif tried.way.kind == "activity":
            for table in ("activities", "activity_versions"):
                connection.execute(
                    f"insert into accepted.{table} by name select {landed}, 'x' as activity_id, ? as account_id,"
                    " ? as activity, '2026-03-06' as on_day",
                    [account, tried.way.about],
                )
        run_models(connection, shared_project().models(), nights[-1])
        rows = connection.execute(
            "select as_of, row_key from main.int_measures_in_force where list = 'penalties' and account_id = $1"
            " union all select as_of, eligibility from main.int_eligibility_periods"
            " join main.int_as_of_nights on as_of >= from_day and (until_day is null or as_of < until_day)"
            " and as_of >= known_from and (known_until is null or as_of < known_until)"
            " where account_id = $1 and not is_open",
            [account],
        ).fetchall()
        rewarded = connection.execute(
            "select as_of from main.int_rewards_in_force where reward = 'lower_commission' and account_id = $1",
            [account],
        ).fetchall()
        commission = {"account_health/commission/lower_commission"}
        return {
            night: {what for on, what in rows if on == night} | (set() if (night,) in rewarded else commission)
            for night in nights
        }
