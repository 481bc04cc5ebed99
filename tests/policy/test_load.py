"""Loading packs: what is right is taken, and what is wrong is named with its place.

Longer than other files, for it has a case for each mistake.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evenhand.people.people import read_people
from evenhand.policy.load import PackError, load_pack, load_packs
from evenhand.policy.marketplace import read_marketplace
from evenhand.policy.named_days import read_named_days
from evenhand.policy.preapproved import read_preapproved
from evenhand.policy.targets import read_targets
from evenhand.settings import PROJECT
from policy.packs import TEXT, changed, write


def test_a_pack_is_what_it_says(folder: Path) -> None:
    path = write(folder)
    (loaded,) = load_packs(folder)
    assert (loaded.path, loaded.sha256) == (path, hashlib.sha256(TEXT.encode()).hexdigest())
    pack = loaded.pack
    assert (pack.pack, pack.version, pack.markets, pack.applies_to) == ("strikes", 1, ("world",), ("creator",))
    assert (pack.effective_from, pack.effective_until) == (date(2026, 1, 1), None)
    health = pack.programmes["health"]
    assert [(zone.zone, zone.at_least) for zone in health.zones] == [
        ("good", None),
        ("warned", Decimal("1.5")),
        ("shut", Decimal(10)),
    ]
    assert [(effect.measure, effect.days) for effect in health.zones[1].measures] == [("warning", 30), ("no_live", 7)]
    assert health.zones[2].measures[0].permanent


def test_the_packs_of_the_checkout_are_right() -> None:
    markets = [market for loaded in load_packs(PROJECT / "policies") for market in loaded.pack.markets]
    assert sorted(markets) == ["BR", "ID", "MY", "PH", "SG", "TH", "US", "VN", "world"]


AMOUNTS = "amount, amount_by_severity, amount_by_reviewer, amount_per_unit, amount_per_step, relief"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # Words that are none.
        ("lasts_days", "last_days", "15:9: programmes.health.entries[0].last_days: * did you mean lasts_days?"),
        ("entries:", "entriess:", "10:5: programmes.health.entriess: * did you mean entries?"),
        ("days: 7", "dayz: 7", "22:45: programmes.health.zones[1].measures[1].dayz: * did you mean days?"),
        ("version: 1", "version: 1\ncolour: red", "3:1: colour: * expected one of pack, version"),
        ("version: 1", "version: 1\n7: red", "3:1: [7]: found 7; expected a word as key"),
        ("pack: strikes", "pakc: strikes", "1:1: pakc: found a key that isn't in the language; * did you mean pack?"),
        # The name of what people impose and lift themselves.
        ("  health:", "  emergency:", "8:3: programmes.emergency: found emergency; expected another name"),
        # A key of another part of the language, and a part that a programme's own name looks like.
        ("zone: good", "{zone: good, days: 7}", "17:22: * days is a key of programmes.zones.measures"),
        ("health:\n    unit", "zones:\n    unti", "9:5: programmes.zones.unti: found a key * did you mean unit?"),
        (
            "lasts_days: 180",
            "lasts_days: 180\n        every: {count: 2, within: 3}",
            "16:27: programmes.health.entries[0].every.within: found a key * did you mean within_days?",
        ),
        # What is missing.
        ("    unit: strike\n", "", "8:3: programmes.health.unit: found nothing; expected this key"),
        ("pack: strikes\n", "", "1:1: pack: found nothing; expected this key"),
        ("amount: 1", "amount:", f"13:9: programmes.health.entries[0].amount: found nothing; * another of {AMOUNTS}"),
        ("        amount: 1\n", "", f"11:9: programmes.health.entries[0]: found none of {AMOUNTS}; *"),
        ("amount: 1", "amount: 1\n        amount_per_unit: 2", "14:26: * found amount and amount_per_unit;"),
        ("[world]", "[]", "3:1: markets: found a list of 0; expected at least 1"),
        # Values of another kind.
        ("at_least: 10", "at_least: ten", "24:19: programmes.health.zones[2].at_least: found 'ten'; expected a number"),
        ("amount: 1", 'amount: "1"', "13:17: programmes.health.entries[0].amount: found '1'; expected a number"),
        ("amount: 1", "amount: true", "13:17: programmes.health.entries[0].amount: found true; expected a number"),
        ("amount: 1", "amount: .inf", "13:17: programmes.health.entries[0].amount: * expected a number"),
        ("amount: 1", "amount: 0", "13:17: programmes.health.entries[0].amount: found 0; expected another number"),
        ("amount: 1", "amount: 0.125", "13:17: * found 0.125; expected a number with at most 2 decimals"),
        ("days: 180", "days: 1.5", "15:21: * found 1.5; expected a whole number"),
        ("days: 180", "days: 0", "15:21: programmes.health.entries[0].lasts_days: found 0; expected at least 1"),
        ("[world]", "world", "3:10: markets: found 'world'; expected a list"),
        ("zone: good", "zone: Good", "17:15: programmes.health.zones[0].zone: found 'Good'; expected a name of small"),
        ("[world]", "[w!]", "3:11: markets[0]: found 'w!'; expected a market's name"),
        ("Write to us.", "''", "5:1: appeal_route: found ''; expected a text"),
        ("permanent: true", "permanent: yes", "26:58: * found 'yes'; expected true or false"),
        # Days.
        ("2026-01-01", "2026-02-30", "4:17: found '2026-02-30'; expected a day that exists"),
        ("2026-01-01", "'2026-01-01'", "4:17: effective_from: found '2026-01-01'; expected a day as * without quotes"),
        ("2026-01-01", "2026-01-01 10:00:00", "4:17: effective_from: * expected a day as"),
        (
            "appeal_route",
            "effective_until: 2025-12-31\nappeal_route",
            "5:18: effective_until: found 2025-12-31; expected a day not before effective_from, 2026-01-01",
        ),
        # Bands.
        ("at_least: 10", "at_least: 1", "24:19: * found 1; expected more than 1.5, where zone warned begins"),
        ("at_least: 10", "at_least: 1.5", "24:19: programmes.health.zones[2].at_least: found 1.5; expected more"),
        ("        at_least: 10\n", "", "23:9: * found zone shut without a bound; expected one of at_least,"),
        ("zone: good", "zone: good\n        at_least: 1", "18:19: programmes.health.zones[0].at_least: found 1;"),
        (
            "zone: good",
            "{zone: good, measures: [{measure: closed, scope: ads, days: 1}]}",
            "17:33: programmes.health.zones[0].measures[0]: found closed; expected while_in_zone: true",
        ),
        # Names that nothing has, or that two things have.
        ("measure: closed", "measure: close", "26:23: * found close; expected a measure of the pack: * mean closed?"),
        ("[good, warned]", "[god]", "28:50: programmes.health.rewards[0].zones[0]: found god; * did you mean good?"),
        ("scope: live", "scope: life", "22:39: * found 'life'; expected one of live, * did you mean live?"),
        ("zone: shut", "zone: good", "23:15: programmes.health.zones[2].zone: found good again"),
        ("fraud", "copyright", "12:38: programmes.health.entries[0].violation_types[1]: found copyright again"),
        ("[good, warned]", "[good, good]", "28:56: programmes.health.rewards[0].zones[1]: found good again"),
        ("no_live, closed", "warning, closed", "6:21: measures[1]: found warning again"),
        ("[world]", "[world, world]", "3:18: markets[1]: found world again"),
        # What stood twice was counted twice.
        (
            "    zones:",
            "      - {rule: late, activities: [late], amount: 1, effective_until: 2026-03-10}\n"
            "      - {rule: late, activities: [late], amount: 1, effective_from: 2026-03-01}\n    zones:",
            "17:35: programmes.health.entries[2].activities[0]: found late again",
        ),
        (
            "unit: strike",
            "unit: strike\n    applies_to: [creator, creator]",
            "10:27: programmes.health.applies_to[1]: found creator again",
        ),
        (
            "programmes:",
            "calendars: {turn: {day_of_month: 1, months: [3, 3]}}\nprogrammes:",
            "7:49: calendars.turn.months[1]: found 3 again",
        ),
        (
            "programmes:",
            "calendars: {turn: {day_of_month: 1, months: []}}\nprogrammes:",
            "7:37: calendars.turn.months: found a list of 0; expected at least 1",
        ),
        (
            "permanent: true",
            "appeal_days: 9, then: [{measure: no_live, scope: ads}, {measure: no_live, scope: ads}]",
            "26:102: programmes.health.zones[2].measures[0].then[1]: found no_live on ads again",
        ),
        (
            "measures: [warning",
            "stops_sales: [no_lives]\nmeasures: [warning",
            "6:15: stops_sales[0]: found no_lives; * mean no_live?",
        ),
        (
            "measures: [warning",
            "stages: {probation: [warn]}\nmeasures: [warning",
            "6:22: stages.probation[0]: found warn; * mean warning?",
        ),
        (
            "zone: good",
            "zone: good\n        warned_within: 1",
            "18:24: * found 1; expected a zone with a bound to be near",
        ),
        # Lengths of measures.
        ("days: 7", "days: 7, permanent: true", "22:65: * found days and permanent; expected exactly one of days,"),
        (", days: 7", "", "22:13: * found none of days, * expected exactly one of"),
        # What takes and adds at once: which is the largest, and which a reviewer means, nobody can tell.
        ("amount: 1", "amount_by_reviewer: {at_least: -5, at_most: 9}", "13:53: *found 9; expected at most 0, as -5"),
        (
            "amount: 1",
            "amount_by_severity: {high: 5, low: -1}",
            "14:26: * found batch; expected amounts that all add or all take",
        ),
        # Numbers that are read otherwise than they are written.
        ("days: 180", "days: 0o17", "15:21: found 0o17, which is read as 15; expected the number that is meant in"),
        ("days: 180", "days: 0x1f", "15:21: found 0x1f, which is read as 31; * or quotes around it"),
        ("days: 180", "days: 0b11", "15:21: found 0b11, which is read as 3;"),
        ("days: 180", "days: 017", "15:21: found 017, which some read as a number to * such as 17"),
        ("amount: 1", "amount: 1_000", "13:17: found 1_000, which is read as 1000; * such as 1000"),
        ("amount: 1", "amount: -1e3", "13:17: found -1e3, which is read as -1000;"),
        ("amount: 1", "amount: 2.5e-1", "13:17: found 2.5e-1, which is read as 0.25;"),
        ("amount: 1", "amount: 99999999999999.99", "13:17: * is read as 99999999999999.98; * 15 digits"),
        ("amount: 1", "amount: 1:30", "13:17: programmes.health.entries[0].amount: found '1:30'; expected a number"),
        ("amount: 1", "amount: 1,000", "13:17: programmes.health.entries[0].amount: found '1,000'; expected a number"),
        ("version: 1", "version: 0x1", "2:10: found 0x1, which is read as 1;"),
        # What isn't YAML, or not only.
        ("[world]", "[world", "4:15: not YAML:"),
        ("version: 1", "version: 1\nversion: 2", '3:1: not YAML: found duplicate key "version"'),
        ("  health:", "\thealth:", "8:1: not YAML:"),
        ("[world]", "*world", "3:10: not YAML: found undefined alias 'world'"),
        ("Write to us.", "a\x01b", "5:16: not YAML: found the character U+0001"),
        ("Write to us.", "!!python/name:os.system x", "5:15: not YAML:"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(folder: Path, old: str, new: str, said: str) -> None:
    path = write(folder, changed((old, new)))
    with pytest.raises(PackError) as error:
        load_pack(path)
    _says(str(error.value), f"{path}:{said}")


@pytest.mark.parametrize("number", ["1", "+1", "1.0", "1.", "0.5", ".5", "-0.25", "99999999999999", "9999999999999.25"])
def test_numbers_in_plain_digits_are_read_as_they_are_written(folder: Path, number: str) -> None:
    (entry,) = load_pack(write(folder, changed(("amount: 1", f"amount: {number}")))).pack.programmes["health"].entries
    assert entry.amount == Decimal(number)


@pytest.mark.parametrize(
    ("file", "read", "text"),
    [
        ("marketplace.yml", read_marketplace, "review_budgets: {ID: 1_000}"),
        ("targets.yml", read_targets, "targets: {appeal_rate: {at_most: 1e-2}}"),
        ("calendar.yml", read_named_days, "%YAML 1.1\n---\ndays: {pay_day: {day_of_month: 1:30}}"),
        ("preapproved.yml", read_preapproved, "preapproved: [{version: 0o2}]"),
        ("people.yml", lambda folder: read_people(folder / "people.yml"), "people: {ann: {until: 0x1f}}"),
    ],
)
def test_numbers_of_other_files_are_in_plain_digits_too(
    folder: Path, file: str, read: Callable[[Path], object], text: str
) -> None:
    (folder / file).write_text(text)
    with pytest.raises(
        PackError, match=rf"{file}:\d:\d+: found [0-9].*; expected the number that is meant in plain digits"
    ):
        read(folder)


def test_a_measure_lasts_while_one_can_appeal(folder: Path) -> None:
    """Told that it can appeal until day 30, an account isn't closed on day 15."""
    within = ("measures: [warning", "appeals: {file_within_days: 30}\nmeasures: [warning")
    path = write(folder, changed(within, ("days: 7", "appeal_days: 14")))
    with pytest.raises(PackError) as error:
        load_pack(path)
    said = (
        "found 14; expected at least 30: accounts are told that they can appeal for 30 days (appeals, file_within_days)"
    )
    assert str(error.value) == f"{path}:23:58: programmes.health.zones[1].measures[1].appeal_days: {said}"
    load_pack(write(folder, changed(within, ("days: 7", "appeal_days: 29, starts_after_days: 1"))))
    load_pack(write(folder, changed(("days: 7", "appeal_days: 14"))))


def test_what_brought_a_measure_that_can_be_appealed_against_can_be_told(folder: Path) -> None:
    """A value made of one that was read on other days doesn't say which violations came since the day before."""
    twice = (
        "  twice: {unit: strike, weighted: [{programme: same, weight: 2}], zones: [{zone: good}, {zone: out,\n"
        "    at_least: 4, measures: [{measure: closed, scope: ads, appeal_days: 14}]}]}\n"
        "  same: {unit: strike, same_as: health}\n"
    )
    monthly = ("measures: [warning", "calendars: {months: {day_of_month: 1}}\nmeasures: [warning")
    path = write(folder, changed(monthly, ("unit: strike", "unit: strike\n    evaluated: months")) + twice)
    with pytest.raises(PackError) as error:
        load_pack(path)
    said = "found appeal_days in twice, whose value is made of health, which is evaluated on months; expected evaluated"
    assert f"{path}:32:72: programmes.twice.zones[1].measures[0].appeal_days: {said}" in str(error.value)
    load_pack(write(folder, changed(monthly) + twice.replace("weighted", "evaluated: months, weighted")))


def test_what_was_picked_elsewhere_is_not_carried_over(folder: Path) -> None:
    """Of three violations of one batch one counts, and which that is can't be told from another programme."""
    after = (
        "  after: {unit: strike, begins_with: joined, carries_over: {programme: health, times: 1},\n"
        "    entries: [{rule: joined, activities: [joined], amount: 1}]}\n"
    )
    path = write(folder, TEXT + after)
    with pytest.raises(PackError) as error:
        load_pack(path)
    said = (
        "found health, whose rule one_strike looks from one entry at another; expected a programme whose entries stand"
    )
    assert f"{path}:29:72: programmes.after.carries_over.programme: {said} alone" in str(error.value)
    load_pack(write(folder, changed(("        counts_once_per: batch\n", "")) + after))


def test_every_mistake_of_every_pack_is_named_in_order(folder: Path) -> None:
    first = write(folder, changed(("version: 1", "version: one"), ("amount: 1", "ammount: 1")), "a.yml")
    second = write(folder, changed(("pack: strikes", "pack: Strikes")), "b.yml")
    with pytest.raises(PackError) as error:
        load_packs(folder)
    lines = str(error.value).splitlines()
    assert [line.split(": ", 2)[:2] for line in lines] == [
        [f"{first}:2:10", "version"],
        [f"{first}:13:9", "programmes.health.entries[0].ammount"],
        [f"{second}:1:7", "pack"],
    ]


def test_what_an_alias_brings_is_named_where_it_is_used(folder: Path) -> None:
    text = changed(
        ("- {measure: warning, scope: account, days: 30}", "- &warning {measure: warning, scope: account, days: 30}"),
        ("- {measure: no_live, scope: live, days: 7}", "- {<<: *warning, scope: life}"),
    )
    with pytest.raises(PackError, match=r"22:35: .*found 'life'"):
        load_pack(write(folder, text))
    loaded = load_pack(write(folder, text.replace("scope: life", "scope: live")))
    assert loaded.pack.programmes["health"].zones[1].measures[1].days == 30


def test_a_file_that_is_empty_no_mapping_not_utf8_or_not_there(folder: Path) -> None:
    path = write(folder, "# later\n")
    needed = "at least pack, version, markets, effective_from, appeal_route, measures; evenhand policy new writes"
    with pytest.raises(PackError, match=rf"strikes.yml:1:1: pack: found an empty file; expected .*, {needed}"):
        load_pack(path)
    with pytest.raises(PackError, match=r"strikes.yml:1:1: pack: found a list of 1; expected keys with values"):
        load_pack(write(folder, "- pack\n"))
    path.write_bytes("pack: strikes\nappeal_route: Beschwerde für alle\n".encode("latin-1"))
    with pytest.raises(PackError, match=r"strikes.yml:2:27: found 0xfc; expected UTF-8"):
        load_pack(path)
    with pytest.raises(PackError, match=r"none.yml: found no file that can be read \(No such file or directory\)"):
        load_pack(folder / "none.yml")


@pytest.mark.parametrize("key", ["2026-01-01", "1e3", "true", "h\u0435alth", "'no key'"])
def test_a_key_that_is_no_name_is_named_as_it_is_written(folder: Path, key: str) -> None:
    with pytest.raises(PackError) as raised:
        load_pack(write(folder, changed(("  health:", f"  {key}:"))))
    shown = {"1e3": "1000.0", "true": "true"}.get(key, key.strip("'"))
    said = f"programmes: found the key {shown}; expected a name of small letters, digits and _"
    assert any(mistake.said.startswith(said) for mistake in raised.value.mistakes)


def test_a_key_is_no_longer_than_receivers_take(folder: Path) -> None:
    with pytest.raises(PackError) as raised:
        load_pack(write(folder, changed(("  health:", f"  {'h' * 101}:"))))
    said = f"programmes: found the key {'h' * 101}; expected at most 100 characters"
    assert said in [mistake.said for mistake in raised.value.mistakes]


def test_a_folder_without_packs(folder: Path) -> None:
    for empty in (folder, folder / "nowhere"):
        with pytest.raises(PackError, match="found no pack; expected at least one"):
            load_packs(empty)
    write(folder, name="strikes.yaml")
    with pytest.raises(PackError, match=r"strikes.yaml: found a file that ends in .yaml; expected .yml"):
        load_packs(folder)


def test_a_market_has_one_version_of_a_pack_on_a_day(folder: Path) -> None:
    write(folder, changed(("effective_from", "effective_until: 2026-06-30\neffective_from")), "a.yml")
    write(folder, changed(("version: 1", "version: 2"), ("2026-01-01", "2026-07-01")), "b.yml")
    write(folder, changed(("version: 1", "version: 3"), ("[world]", "[moon]")), "c.yml")
    assert [(each.pack.pack, each.pack.version) for each in load_packs(folder)] == [
        ("strikes", 1),
        ("strikes", 2),
        ("strikes", 3),
    ]

    path = write(
        folder, changed(("version: 1", "version: 4"), ("2026-01-01", "2026-06-30"), ("[world]", "[moon, world]"))
    )
    with pytest.raises(PackError) as error:
        load_packs(folder)
    message = str(error.value)
    assert f"{path}:4:17: effective_from: found 2026-06-30 for world, where strikes version 1" in message
    assert f"({folder / 'a.yml'}:5)" in message
    assert "expected one version for a market and day" in message


def test_a_version_is_there_once(folder: Path) -> None:
    first = write(folder, name="a.yml")
    second = write(folder, changed(("[world]", "[moon]")), "b.yml")
    with pytest.raises(PackError) as error:
        load_packs(folder)
    _says(str(error.value), f"{second}:2:10: version: found 1, which strikes also is in {first}; expected another")


def _says(message: str, said: str) -> None:
    """A line of the message begins with what was said, where an asterisk stands for anything."""
    pattern = ".*".join(re.escape(part) for part in said.split("*"))
    assert any(re.match(pattern, line) for line in message.splitlines()), message
