"""The cause of every change: each is brought about by itself, on a few accounts, and told for what it is.

Longer than other files, for each cause has its own small nights, told from beginning to end.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from approval.english import SPEAKS
from evenhand.approval.shown import body
from evenhand.emergency.emergency import Proposal
from evenhand.emergency.load import load_emergencies
from evenhand.emergency.record import record
from evenhand.policy.load import load_packs
from evenhand.policy.preapproved import Preapproval
from evenhand.quality.held_lists import first_wave_of
from evenhand.quality.rehearsed_change import most_that_may_change, rehearse_change
from evenhand.records.markdown import plain
from evenhand.records.persons import Person
from evenhand.release.manifest import read_manifest
from evenhand.settings import PROJECT
from gates.nights import CODE, Judged, Nights
from made_once import shared_compiled
from night.installation import APPEALS, CONTENTS, CREATORS, VIOLATIONS, Installation

FIRST, NEXT = date(2026, 3, 5), date(2026, 3, 6)
SUSPENDED = "{measure: account_suspended, scope: account"
LIFT = Proposal(
    action="lift", list="penalties", market="world", accounts=("a3",), measure="account_suspended", scope="account",
    until=date(2026, 3, 8), reason="The strikes are in doubt", author=Person("mai", logged_in=True),
)  # fmt: skip
OTHER_CODE = CODE | {"sha256": "1" * 64}


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six accounts in the market world, of which account n has n strikes, released on the first night."""
    home = tmp_path_factory.mktemp("decided")
    Installation(home).land(str(FIRST), creators=CREATORS, contents=CONTENTS, violations=VIOLATIONS, appeals=[])
    (home / "policies").mkdir()
    shutil.copy(PROJECT / "policies" / "takedowns.yml", home / "policies")
    nights = Nights(home, shared_compiled(), home / "policies")
    nights.release(nights.judge(nights.land(FIRST), FIRST), FIRST)
    return home


@pytest.fixture
def nights(decided: Path, tmp_path: Path) -> Nights:
    """The same, for a test to go on with."""
    home = Path(shutil.copytree(decided, tmp_path / "home"))
    return Nights(home, shared_compiled(), home / "policies")


def changes(judged: Judged) -> dict[str, tuple[str, str]]:
    """Row key to change and cause; a cause for all rows of an account is under the account."""
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        found = connection.execute("select row_key, change, cause from gate.changes order by all").fetchall()
    return {row_key: (change, cause) for row_key, change, cause in found}


def causes(judged: Judged) -> dict[str, set[str]]:
    by_account: dict[str, set[str]] = {}
    for row_key, (_, cause) in changes(judged).items():
        by_account.setdefault(row_key.split("/")[0], set()).add(cause)
    return by_account


def strikes(count: int, account: str, day: date) -> list[Sequence[str]]:
    return [
        (f"n{account}.{number}", account, "c" + account[1:], "copyright", f"nb{account}.{number}", str(day))
        for number in range(count)
    ]


def with_longer_pauses(nights: Nights, changed_by: str = "") -> Path:
    """The packs' folder with one change: who has two strikes is paused for nine days, not for seven."""
    folder = nights.home / "longer"
    shutil.copytree(nights.policies, folder)
    pack = folder / "takedowns.yml"
    named = f"changed_by: {changed_by}\n" if changed_by else ""
    pack.write_text(pack.read_text().replace("days: 7}", "days: 9}").replace("version: 1\n", f"version: 1\n{named}"))
    return folder


def test_what_a_changed_pack_does_is_rehearsed_on_tonights_data(nights: Nights) -> None:
    warehouse = nights.judge(nights.land(FIRST), FIRST).warehouse
    release = nights.releases / f"night={FIRST}"
    same = rehearse_change(warehouse, release, FIRST, load_packs(nights.policies), {})
    assert same == {}
    longer = load_packs(with_longer_pauses(nights))
    # Who has two strikes is paused for nine days and not seven.
    found = rehearse_change(warehouse, release, FIRST, longer, {})
    assert found == {("penalties", "world"): 1}
    assert [most_that_may_change(rows) for rows in (0, 1, 9, 10, 100)] == [10, 10, 10, 12, 120]


def test_the_first_night_is_all_data_and_nothing_is_held(nights: Nights) -> None:
    shutil.rmtree(nights.releases)

    judged = nights.judge(nights.land(FIRST), FIRST)

    assert set(changes(judged).values()) == {("added", "data")}
    assert judged.held == []


def test_a_night_on_which_nothing_happens_changes_what_time_changes(nights: Nights) -> None:
    # The warning of 30 days from 1 March ends with 30 March; nothing else is so short but seven days of silence.
    judged = nights.judge(nights.land(date(2026, 3, 31)), date(2026, 3, 31))

    assert changes(judged)["a1/copyright_strikes/account"] == ("removed", "time")
    assert {cause for _, cause in changes(judged).values()} == {"time"}
    assert judged.held == []


def test_what_landed_is_data(nights: Nights) -> None:
    Installation(nights.home).land(str(NEXT), violations=strikes(1, "a5", NEXT))
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT)

    assert causes(judged) == {"a5": {"data"}}
    assert changes(judged)["a5/copyright_strikes/account"] == ("added", "data")


def test_a_granted_appeal_is_a_correction(nights: Nights) -> None:
    Installation(nights.home).land(str(NEXT), appeals=APPEALS, violations=strikes(1, "a5", NEXT))
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT)

    assert causes(judged) == {"a1": {"correction"}, "a5": {"data"}}
    assert changes(judged)["a1/copyright_strikes/account"] == ("removed", "correction")


def test_a_file_of_then_that_is_another_now_is_a_correction(nights: Nights) -> None:
    without_a4 = [each for each in VIOLATIONS if each[1] != "a4"]
    Installation(nights.home).land(str(FIRST), creators=CREATORS, contents=CONTENTS, violations=without_a4, appeals=[])
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT)

    assert causes(judged) == {"a4": {"correction"}}
    assert {change for change, _ in changes(judged).values()} == {"removed"}


def test_who_moves_while_a_list_is_held_keeps_what_it_had_and_then_the_cause_is_the_move(nights: Nights) -> None:
    """a2 goes to the moon, whose changed pack holds its penalties, and m2 comes from it; a3 and m3 stay."""
    home, third = Installation(nights.home), date(2026, 3, 7)
    of_moon = [(account.replace("a", "m"), "moon", *rest) for account, _, *rest in CREATORS[:3]]
    strikes_of_moon = [
        (key.replace("v", "m"), account.replace("a", "m"), "", *rest)
        for key, account, _, *rest in VIOLATIONS
        if account < "a4"
    ]
    home.land(
        str(FIRST), creators=[*CREATORS, *of_moon], contents=CONTENTS, violations=[*VIOLATIONS, *strikes_of_moon],
        appeals=[],
    )  # fmt: skip
    moved = [("a2", "moon", "creator", "en", "2026-01-01"), ("m2", "world", "creator", "en", "2026-01-01")]
    home.land(str(NEXT), creators=moved)
    text = (nights.policies / "takedowns.yml").read_text()
    moon = text.replace("markets: [world]", "markets: [moon]").replace("pack: takedowns", "pack: moon")
    (nights.policies / "moon.yml").write_text(moon)
    two = Nights(nights.home, shared_compiled(), nights.policies)
    shutil.rmtree(two.releases)
    two.release(two.judge(two.land(FIRST), FIRST), FIRST)
    before = rows(two.releases / f"night={FIRST}" / "penalties.parquet")

    (nights.policies / "moon.yml").write_text(moon.replace("scope: campaign, days: 90", "scope: campaign, days: 80"))
    two = Nights(nights.home, shared_compiled(), nights.policies)
    judged = two.judge(two.land(NEXT), NEXT)

    assert [(each.list, each.market) for each in judged.held] == [("penalties", "moon")]
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        found = connection.execute(
            "select account_id, market, change, cause, count(*) from gate.changes where account_id in ('a2', 'm2')"
            " group by all order by all"
        ).fetchall()
        sizes = connection.execute(
            "select market, sum(added), sum(removed) from gate.list_sizes where list = 'penalties' group by all"
            " order by all"
        ).fetchall()
    assert found == [
        ("a2", "moon", "added", "move", 3),
        ("a2", "world", "removed", "move", 3),
        ("m2", "moon", "removed", "move", 3),
        ("m2", "world", "added", "move", 3),
    ]
    assert sizes == [("moon", 3, 3), ("world", 3, 3)]
    two.release(judged, NEXT, "")
    assert rows(two.releases / f"night={NEXT}" / "penalties.parquet") == before

    judged = two.judge(two.land(third), third)

    assert causes(judged)["m2"] == {"move"}
    two.release(judged, third, "approved")
    with duckdb.connect() as connection:
        file = two.releases / f"night={third}" / "penalties.parquet"
        of_who_moved = connection.execute(
            f"select account_id, market, count(*) from '{file}' where account_id in ('a2', 'm2') group by all"
            " order by all"
        ).fetchall()
    assert of_who_moved == [("a2", "moon", 3), ("m2", "world", 3)]
    assert rows(file).keys() == before.keys()


A_BONUS = """
calendars: {months: {day_of_month: 1}}
bonuses:
  selling: {scope: campaign, activity: sale, pays: 10, per: months, budget: 100}
"""


def sale_of(account: str) -> tuple[str, ...]:
    """What the bonus pays 50 for."""
    return f"s{account}", account, "sale", str(FIRST), "5", "", "", ""


def test_a_late_file_that_takes_money_from_who_was_paid_is_held_and_in_tonights_folder_takes_none(
    nights: Nights,
) -> None:
    """Of a budget of 100, a2 and a3 were paid 50 each on the first night; a1's sale of that day lands late."""
    home = Installation(nights.home)
    home.land(str(FIRST), activities=[sale_of("a2"), sale_of("a3")])
    pack = nights.policies / "takedowns.yml"
    pack.write_text(pack.read_text() + A_BONUS)
    paying = Nights(nights.home, shared_compiled(), nights.policies)
    shutil.rmtree(paying.releases)
    paying.release(paying.judge(paying.land(FIRST), FIRST), FIRST)
    home.land(str(NEXT), activities=[sale_of("a1")])
    paying.load()

    tonight = paying.judge(paying.land(NEXT), NEXT)

    assert (tonight.causes, tonight.held) == ({}, [])

    landed = home.home / "landing" / "activities"
    (landed / f"night={NEXT}" / "day.csv").rename(landed / f"night={FIRST}" / "late.csv")
    paying.load()
    taking = paying.judge(paying.land(NEXT), NEXT)

    assert taking.is_held("rewards", "world")
    assert (
        taking.held[0]
        .why[0]
        .startswith(
            f"activities/night={FIRST}/late.csv landed late in the folder of an earlier night, and takes 50.00 of"
            " selling from 1 account paid before"
        )
    )


def test_a_changed_pack_is_policy_and_held_and_what_landed_is_still_data(nights: Nights) -> None:
    Installation(nights.home).land(str(NEXT), violations=strikes(1, "a5", NEXT))
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT, policies=with_longer_pauses(nights, "ayu"))

    found = causes(judged)
    assert found["a2"] == {"policy"}
    assert found["a5"] == {"data"}
    # No rule of the market brings a reward: other rules hold the penalties alone.
    (held,) = judged.held
    assert (held.list, held.market, held.since, held.changes > 0) == ("penalties", "world", FIRST, True)
    assert held.by_policy and held.changed_by == ("ayu",)


def test_what_a_version_ends_that_was_known_before_it_began_is_policy_and_held(nights: Nights) -> None:
    first = nights.policies / "takedowns.yml"
    text = first.read_text().replace("version: 1\n", "version: 1\nchanged_by: ayu\n")
    first.write_text(text.replace("effective_from: ", f"effective_until: {FIRST}\neffective_from: ", 1))
    following = re.sub(
        r"effective_from: .*", f"effective_from: {NEXT}\nends_running: [publishing_paused]", text, count=1
    )
    following = re.sub(r"\nexamples:.*", "\n", following, flags=re.DOTALL)
    (nights.policies / "takedowns_2.yml").write_text(following.replace("version: 1\n", "version: 2\n"))
    known = Nights(nights.home, shared_compiled(), nights.policies)
    shutil.rmtree(known.releases)
    known.release(known.judge(known.land(FIRST), FIRST), FIRST)
    Installation(nights.home).land(str(NEXT), violations=strikes(1, "a5", NEXT))
    known.load()

    judged = known.judge(known.land(NEXT), NEXT)

    over = {f"a{number}/copyright_strikes/short_video": ("removed", "policy") for number in (2, 3, 4)}
    assert changes(judged) == over | {"a5/copyright_strikes/account": ("added", "data")}
    (held,) = judged.held
    assert held.by_policy and held.changed_by == ("ayu",)


def test_rows_of_a_programme_that_is_called_otherwise_are_the_same_rows(nights: Nights) -> None:
    first = nights.policies / "takedowns.yml"
    text = re.sub(r"\nexamples:.*", "\n", first.read_text(), flags=re.DOTALL)
    first.write_text(text.replace("effective_from: ", f"effective_until: {FIRST}\neffective_from: ", 1))
    following = re.sub(r"effective_from: .*", f"effective_from: {NEXT}", text, count=1).replace(
        "  copyright_strikes:\n", "  takedowns:\n    was: copyright_strikes\n"
    )
    (nights.policies / "takedowns_2.yml").write_text(following.replace("version: 1\n", "version: 2\n"))
    known = Nights(nights.home, shared_compiled(), nights.policies)
    shutil.rmtree(known.releases)
    known.release(known.judge(known.land(FIRST), FIRST), FIRST)
    Installation(nights.home).land(str(NEXT), appeals=APPEALS)
    known.load()

    judged = known.judge(known.land(NEXT), NEXT)

    found = changes(judged)
    assert found.pop("a1/takedowns/account") == ("removed", "correction")
    assert set(found.values()) == {("changed", "time")} and "a2/takedowns/short_video" in found
    assert judged.held == []
    # The rules are those that were known.
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        differing = connection.execute("select distinct unnest(columns) from gate.changes where change = 'changed'")
        assert {name for (name,) in differing.fetchall()} <= {"programme", "reason_id", "explanation", "condition"}


@pytest.mark.parametrize(("at_most", "is_held"), [(100, False), (0, True)])
def test_an_announced_change_of_policy_isnt_held_up_to_what_was_approved(
    nights: Nights, at_most: int, is_held: bool
) -> None:
    policies = with_longer_pauses(nights, "ayu")
    (pack,) = load_packs(policies)
    preapproved = Preapproval(
        what="a longer pause", pack="takedowns", text=pack.sha256, changed_by="ayu", approved_by="budi",
        at_most=at_most,
    )  # fmt: skip

    judged = nights.judge(nights.land(NEXT), NEXT, policies=policies, preapproved=[preapproved])

    assert "policy" in judged.causes
    assert bool(judged.held) is is_held


def test_what_people_lift_is_emergency_also_where_a_milder_measure_shows(nights: Nights) -> None:
    pack = nights.policies / "takedowns.yml"
    pack.write_text(pack.read_text().replace("{measure: commission_held, scope: commission", SUSPENDED, 1))
    suspending = Nights(nights.home, shared_compiled(), nights.policies)
    shutil.rmtree(suspending.releases)
    suspending.release(suspending.judge(suspending.land(FIRST), FIRST), FIRST)
    record(suspending.home / "emergencies", LIFT, Person("lan", logged_in=True), datetime(2026, 3, 6, tzinfo=UTC), NEXT)
    landed = suspending.land(NEXT)
    load_emergencies(suspending.home / "emergencies", landed, NEXT)

    judged = suspending.judge(landed, NEXT)

    assert changes(judged) == {"a3/copyright_strikes/account": ("changed", "emergency")}
    assert judged.held == []


def test_another_text_isnt_what_was_announced(nights: Nights) -> None:
    preapproved = Preapproval(
        what="another", pack="takedowns", text="0" * 64, changed_by="ayu", approved_by="budi", at_most=100
    )

    judged = nights.judge(nights.land(NEXT), NEXT, policies=with_longer_pauses(nights), preapproved=[preapproved])

    assert judged.is_held("penalties", "world")


def test_a_pack_whose_words_alone_changed_changes_nothing(nights: Nights) -> None:
    folder = nights.home / "worded"
    shutil.copytree(nights.policies, folder)
    pack = folder / "takedowns.yml"
    pack.write_text("# Said otherwise.\n" + pack.read_text())

    judged = nights.judge(nights.land(NEXT), NEXT, policies=folder)

    assert changes(judged) == {}


def with_other_models(nights: Nights) -> None:
    """As if the last release had been decided by models that gave no warnings to the second account."""
    file = nights.releases / f"night={FIRST}" / "models.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{file}'")
        connection.execute("update models set sql = sql || ' where account_id <> ''a2''' where name = 'penalties'")
        connection.execute(f"copy models to '{file}' (format parquet)")
        penalties = file.with_name("penalties.parquet")
        connection.execute(f"create table penalties as from '{penalties}' where account_id <> 'a2'")
        connection.execute(f"copy penalties to '{penalties}' (format parquet)")


def test_changed_models_are_code_and_held(nights: Nights) -> None:
    with_other_models(nights)

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert causes(judged) == {"a2": {"code"}}
    assert judged.is_held("penalties", "world")
    assert not judged.held[0].by_policy


def test_changed_models_that_were_announced_arent_held(nights: Nights) -> None:
    with_other_models(nights)
    preapproved = Preapproval(
        what="the second account, too", code="1" * 64, changed_by="chi", approved_by="budi", at_most=3
    )

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE, preapproved=[preapproved])

    assert causes(judged) == {"a2": {"code"}}
    assert judged.held == []


def test_models_and_a_pack_that_changed_at_once_are_told_apart(nights: Nights) -> None:
    with_other_models(nights)

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE, policies=with_longer_pauses(nights))

    found = changes(judged)
    assert found["a2/copyright_strikes/campaign"] == ("added", "code")
    assert found["a2/copyright_strikes/short_video"] == ("added", "policy")


def test_changed_code_that_decides_as_before_holds_nothing(nights: Nights) -> None:
    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert changes(judged) == {}


def test_code_that_would_have_decided_otherwise_last_night_is_code_though_the_models_are_the_same(
    nights: Nights,
) -> None:
    # What gate 1 accepted then, and wouldn't today.
    penalties = nights.releases / f"night={FIRST}" / "penalties.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table penalties as from '{penalties}'")
        connection.execute(
            "insert into penalties select * replace ('a6/copyright_strikes/account' as row_key, 'a6' as account_id)"
            " from penalties where row_key = 'a2/copyright_strikes/campaign'"
        )
        connection.execute(f"copy penalties to '{penalties}' (format parquet)")

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert causes(judged) == {"a6": {"code"}}
    assert judged.is_held("penalties", "world")


def test_a_release_whose_models_dont_know_tonights_data_holds_everything_that_changes(nights: Nights) -> None:
    file = nights.releases / f"night={FIRST}" / "models.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{file}'")
        connection.execute("update models set sql = 'select gone from accepted.creators' where name = 'stg_creators'")
        connection.execute(f"copy models to '{file}' (format parquet)")
    Installation(nights.home).land(str(NEXT), violations=strikes(1, "a5", NEXT))
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert causes(judged) == {"a5": {"code"}}
    assert judged.is_held("penalties", "world")


def with_another_appeal(nights: Nights) -> Path:
    """The packs' folder with one change: where to appeal."""
    folder = nights.home / "appeal"
    shutil.copytree(nights.policies, folder)
    pack = folder / "takedowns.yml"
    route = re.search(r"(?m)^appeal_route: .*$", pack.read_text())
    assert route
    pack.write_text(pack.read_text().replace(route[0], "changed_by: ayu\nappeal_route: Pay 50 USD at example.com."))
    return folder


def test_words_that_a_pack_changed_are_a_text_which_is_shown_and_held_and_what_is_kept_keeps_its_words(
    nights: Nights,
) -> None:
    policies = with_another_appeal(nights)
    before = words(nights.releases / f"night={FIRST}")

    judged = nights.judge(nights.land(NEXT), NEXT, policies=policies)

    assert set(changes(judged).values()) == {("changed", "text")}
    held = judged.held[0]
    assert (held.changes, held.by_policy, held.changed_by) == (len(before), True, ("ayu",))
    with duckdb.connect(str(judged.warehouse), read_only=True) as connection:
        said = body(connection, held, NEXT, SPEAKS)
    assert f"| {plain('Pay 50 USD at example.com.')} | {len(before)} |" in said
    assert f"| takedowns | {plain('appeal_route')} |" in said
    assert "| takedowns | explanation |" in said

    nights.release(judged, NEXT, "")

    assert words(nights.releases / f"night={NEXT}") == before

    nights.release(judged, NEXT, "approved")

    assert all(
        text.endswith("Pay 50 USD at example.com.") for text in words(nights.releases / f"night={NEXT}").values()
    )


def test_words_of_code_that_were_approved_dont_bring_those_of_a_pack_along(nights: Nights) -> None:
    models = nights.releases / f"night={FIRST}" / "models.parquet"
    reasons = models.with_name("reasons.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{models}'")
        connection.execute("update models set sql = replace(sql, '. This brings ', '. That brings ')")
        connection.execute(f"copy models to '{models}' (format parquet)")
        connection.execute(f"create table reasons as from '{reasons}'")
        connection.execute("update reasons set explanation = replace(explanation, '. This brings ', '. That brings ')")
        connection.execute(f"copy reasons to '{reasons}' (format parquet)")
    preapproved = Preapproval(what="that", code="1" * 64, changed_by="chi", approved_by="budi", at_most=100)

    approved = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE, preapproved=[preapproved])
    assert set(changes(approved).values()) == {("changed", "text")}
    assert approved.held == []

    policies = with_another_appeal(nights)
    both = nights.judge(nights.land(NEXT), NEXT, policies=policies, code=OTHER_CODE, preapproved=[preapproved])
    assert both.is_held("penalties", "world")


def test_another_language_of_an_account_is_data_and_holds_nothing(nights: Nights) -> None:
    profiles = nights.releases / f"night={FIRST}" / "account_profiles.parquet"
    with duckdb.connect(str(nights.home / "nights" / f"{FIRST}.judged.duckdb"), read_only=True) as connection:
        connection.execute(f"copy (select account_id, language from stg_creators) to '{profiles}' (format parquet)")
    moved = [(*each[:3], "de", *each[4:]) if each[0] == "a3" else each for each in CREATORS]
    assert moved != CREATORS
    Installation(nights.home).land(str(NEXT), creators=moved)
    nights.load()

    judged = nights.judge(nights.land(NEXT), NEXT)

    assert causes(judged) == {"a3": {"data"}}
    assert judged.held == []


def test_a_release_that_doesnt_say_what_it_was_compared_by_is_compared_as_then_and_that_is_said(nights: Nights) -> None:
    manifest = nights.releases / f"night={FIRST}" / "manifest.json"
    manifest.write_text(read_manifest(manifest.parent).model_copy(update={"compared": ()}).text())
    models, reasons = manifest.with_name("models.parquet"), manifest.with_name("reasons.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"create table models as from '{models}' where name <> 'reasons'")
        connection.execute(f"copy models to '{models}' (format parquet)")
        connection.execute(f"create table reasons as select * replace ('1 strikes' as explanation) from '{reasons}'")
        connection.execute(f"copy reasons to '{reasons}' (format parquet)")

    judged = nights.judge(nights.land(NEXT), NEXT, code=OTHER_CODE)

    assert changes(judged) == {}
    assert judged.held == []
    (said,) = judged.not_compared
    assert said.startswith(f"Not compared with the release of {FIRST}, which an earlier version made: appeal_route, ")


def test_limits_that_were_loosened_hold_the_lists_before_they_let_anything_pass(nights: Nights) -> None:
    folder = nights.home / "loosened"
    shutil.copytree(nights.policies, folder)
    pack = folder / "takedowns.yml"
    pack.write_text(pack.read_text() + "changed_by: ayu\nlimits: {usual_spreads: 40}\n")
    (loaded,) = load_packs(folder)
    preapproved = Preapproval(
        what="more", pack="takedowns", text=loaded.sha256, changed_by="ayu", approved_by="budi", at_most=0
    )

    landed = nights.land(NEXT)
    approved = nights.judge(landed, NEXT, policies=folder, preapproved=[preapproved])
    assert approved.held == []

    judged = nights.judge(landed, NEXT, policies=folder)

    assert changes(judged) == {}
    assert [(held.list, held.by_policy, held.changed_by) for held in judged.held] == [
        ("penalties", True, ("ayu",)),
    ]
    said, effect = judged.held[0].why
    assert said.startswith("takedowns: limits: usual_spreads was ")
    assert "and is 40" in said
    assert effect.startswith("Decided with them, no row of penalties would be otherwise tonight")
    # What nobody has approved loosens nothing on the night after, either.
    nights.release(judged, NEXT, "")
    third = date(2026, 3, 7)
    still = nights.judge(nights.land(third), third, policies=folder)
    assert still.is_held("penalties", "world")
    with duckdb.connect(str(still.warehouse), read_only=True) as connection:
        assert connection.execute("select max(usual_spreads) from gate.limits").fetchall() == [(4,)]
    nights.release(judged, NEXT, "approved")
    assert nights.judge(nights.land(third), third, policies=folder).held == []


def test_what_was_held_stays_held_until_somebody_approves_it_and_is_measured_from_what_it_keeps(nights: Nights) -> None:
    policies = with_longer_pauses(nights, "ayu")
    held = nights.judge(nights.land(NEXT), NEXT, policies=policies)
    nights.release(held, NEXT, "")
    third = date(2026, 3, 7)

    still = nights.judge(nights.land(third), third, policies=policies)

    # By the night before alone nothing would have changed: its packs are tonight's.
    assert causes(still)["a2"] == {"policy"}
    assert any("held on 2026-03-06, and nobody has approved it" in why for why in still.held[0].why)
    assert still.held[0].since == FIRST

    nights.release(held, NEXT, "approved")
    approved = nights.judge(nights.land(third), third, policies=policies)
    assert "a2" not in causes(approved)
    assert approved.held == []


def test_a_held_list_keeps_its_rows_but_for_those_that_end(nights: Nights) -> None:
    # The pause of seven days from 2 March is over, and one of nine wouldn't be.
    late = date(2026, 3, 9)
    held = nights.judge(nights.land(late), late, policies=with_longer_pauses(nights, "ayu"))
    assert held.is_held("penalties", "world")
    before = rows(nights.releases / f"night={FIRST}" / "penalties.parquet")

    nights.release(held, late, "")

    kept = rows(nights.releases / f"night={late}" / "penalties.parquet")
    assert kept == {row: end for row, end in before.items() if end is None or end >= late}
    assert "a2/copyright_strikes/short_video" in before.keys() - kept.keys()


def test_a_first_wave_is_some_of_what_would_change(nights: Nights) -> None:
    new = [*strikes(1, "a5", NEXT), *strikes(1, "a6", NEXT)]
    Installation(nights.home).land(str(NEXT), violations=new)
    nights.load()
    policies = with_longer_pauses(nights, "ayu")
    whole = nights.judge(nights.land(NEXT), NEXT, policies=policies)
    before = rows(nights.releases / f"night={FIRST}" / "penalties.parquet")
    nights.release(whole, NEXT, "approved")
    after = rows(nights.releases / f"night={NEXT}" / "penalties.parquet")
    changed = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}

    nights.release(whole, NEXT, "first_wave")

    wave = rows(nights.releases / f"night={NEXT}" / "penalties.parquet")
    different = {row for row in before.keys() | wave.keys() if before.get(row) != wave.get(row)}
    assert len(different) == first_wave_of(len(changed)) == 1
    assert different < changed
    assert all(wave[row] == after[row] for row in different)


@pytest.mark.parametrize(
    ("changes", "wave"), [(1, 1), (99, 1), (100, 1), (250, 2), (4_999, 49), (5_000, 50), (10**6, 50)]
)
def test_a_first_wave_is_one_percent_and_at_most_fifty(changes: int, wave: int) -> None:
    assert first_wave_of(changes) == wave


def words(release: Path) -> dict[str, str]:
    """Row key of a penalty to its explanation."""
    with duckdb.connect() as connection:
        return dict(
            connection.execute(
                f"select row_key, explanation from '{release}/penalties.parquet' join"
                f" '{release}/reasons.parquet' using (row_key, reason_id)"
            ).fetchall()
        )


def rows(file: Path) -> dict[str, date | None]:
    """Row key to the last day."""
    with duckdb.connect() as connection:
        return dict(connection.execute(f"select row_key, ends_on from '{file}'").fetchall())
