"""Reports of a night and of a week: every number against what a few lines of Python make of the same rows.

Longer than other files, for a night with something of everything is written out in it.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from string import Formatter
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.cases import work
from evenhand.cases.export import export
from evenhand.cases.store import writing
from evenhand.notices.catalogs import load_catalogs
from evenhand.records.persons import Person
from evenhand.release.manifest import FeedCounts, History
from evenhand.reports.check import NoReport, check_report
from evenhand.reports.files import write
from evenhand.reports.language import Language, languages, words_of
from evenhand.reports.make import NoSuchMarket, report_of
from evenhand.reports.page import page_of
from evenhand.reports.report import Cell, Page
from evenhand.settings import PROJECT, Settings
from reports.releases import COLUMNS, held, release

NIGHT = date(2026, 3, 31)
MARKETS = ("ID", "O'Brien <b>")
CALLED = {MARKETS[0]: "Indonesia (ID)", MARKETS[1]: MARKETS[1]}
MEASURES = ("warning", "no_live", "account_closed")
# A row of a list: account, market and measure.
Row = tuple[str, str, str]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(PROJECT, tmp_path, PROJECT / "policies", PROJECT / "receivers.yml")


def text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def table(page: Page, title: str) -> list[list[str]]:
    (found,) = (each for each in page.tables if each.title == title)
    return [[text(cell) for cell in row] for row in found.rows]


def titles(page: Page) -> list[str]:
    return [each.title for each in page.tables]


def words(page: Page) -> list[str]:
    return ["".join(map(text, each)) for each in page.words]


def advice(page: Page) -> list[str]:
    return ["".join(map(text, each.said)) for each in page.recommendations]


def places(said: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(said) if name is not None)


def penalties(rows: set[Row]) -> list[Row]:
    return [(f"{account} of {market}/{measure}", market, measure) for account, market, measure in sorted(rows)]


rows_of_a_night = st.sets(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(MARKETS), st.sampled_from(MEASURES)), max_size=14
)


def counted(now: set[Row], then: set[Row]) -> Iterator[tuple[str, int, int, int]]:
    for measure in MEASURES:
        is_now, was = ({row for row in rows if row[2] == measure} for rows in (now, then))
        if is_now or was:
            yield measure, len(is_now), len(is_now - was), len(was - is_now)


@settings(max_examples=10, deadline=None)
@given(
    st.dictionaries(st.integers(0, 16), rows_of_a_night, min_size=1, max_size=6),
    st.sampled_from(["night", "week"]),
    st.sampled_from([(), (MARKETS[0],), (MARKETS[1],)]),
)
def test_penalties_are_counted_as_sets_are(nights: dict[int, set[Row]], kind: str, markets: Sequence[str]) -> None:
    # The newest night has both markets, so that each is known.
    nights[0] = nights.get(0, set()) | {("z", market, "warning") for market in MARKETS}
    with TemporaryDirectory() as folder:
        home = Path(folder)
        of = Settings(PROJECT, home, PROJECT / "policies", PROJECT / "receivers.yml")
        for ago, rows in nights.items():
            release(home, NIGHT - timedelta(days=ago), {"penalties": penalties(rows), "rewards": [], "standings": []})
        report = report_of(of, "week" if kind == "week" else "night", NIGHT, "en", markets)

        # Fifteen releases are looked at, however long ago.
        known = sorted(nights)[:15]
        far = [ago for ago in known if ago >= (7 if kind == "week" else 1)]
        # A night of the week itself is nothing that the week can be compared with.
        before = min(far, default=None)
        assert report.before == (None if before is None else NIGHT - timedelta(days=before))

        def within(ago: int | None, only: Sequence[str]) -> set[Row]:
            return {row for row in nights.get(-1 if ago is None else ago, set()) if not only or row[1] in only}

        labels = Language("en", load_catalogs(of.translations))
        for page in report.pages:
            only = (page.market,) if page.market else markets
            expected = {
                (labels.label("measure", measure), *map(str, numbers))
                for measure, *numbers in counted(within(0, only), within(before, only))
            }
            assert {tuple(row) for row in table(page, "Penalties by measure")} == expected
            if kind == "week":
                by_night = []
                for ago in sorted((ago for ago in known if ago < 7), reverse=True):
                    then = min((each for each in known if each > ago), default=None)
                    now, was = within(ago, only), within(then, only)
                    by_night.append([str(len(now)), str(len(now - was)), str(len(was - now))])
                assert [row[1:] for row in table(page, "Night by night")] == by_night
            markets_now = Counter(CALLED[market] for _, market, _ in within(0, only))
            in_force = {row[0]: row[1] for row in table(page, "Markets")}
            assert {market: int(number) for market, number in in_force.items() if int(number)} == dict(markets_now)

        paths = write(report, labels, home / "out")
        checked = check_report(of, paths[0])
        assert checked.wrong == ()
        assert checked.numbers == sum(1 for _ in report.numbers()) > 0


def everything(home: Path, many: int = 25, rule: str = "", answer: str = "", **newest: Any) -> None:
    """Eight nights in two markets, with something for each kind of recommendation on the newest.

    Args:
        rule: that rows break; by default one of each kind.
        answer: to the list that is held.
        newest: what the manifest of the newest says besides.
    """
    for ago in range(8, -1, -1):
        night = NIGHT - timedelta(days=ago)
        old = NIGHT - timedelta(days=5)
        release(
            home,
            night,
            {
                "penalties": [("a/w", "ID", "warning"), ("b/w", MARKETS[1], "warning")][: 2 if ago < 3 else 1],
                "rewards": [("a/r", "ID", "welcome_bonus", Decimal("1500000.50"))],
                "standings": [("ID", "account_health", "good", 1), ("ID", "account_health", "any", 0)],
                "account_profiles": [("ID", True, None), ("ID", False, night), (MARKETS[1], False, None)],
                "changes": [("penalties", "ID", "data", "added", False), ("penalties", "ID", "data", "added", True)],
                "account_violations": [
                    ("ID", f"v{n}", "counterfeit", night, "live" if n < 3 else "short_video") for n in range(many)
                ],
                "account_appeals": [
                    *(
                        ("ID", "counterfeit", night, "granted" if n % 2 else "denied", night, False)
                        for n in range(many)
                    ),
                    # What takes no decision here: one that waits, one that was taken back, those out of court.
                    ("ID", "counterfeit", night, "pending", None, False),
                    ("ID", "counterfeit", night, "withdrawn_by_account", night, False),
                    *(("ID", "counterfeit", night, outcome, night, True) for outcome in ("granted", "granted")),
                    ("ID", "counterfeit", night, "pending", None, True),
                ],
                "enforcement_gaps": [("ID", "never_enforced", old, f"v{n}") for n in range(many // 5)],
                "held_rows": [
                    (
                        "rewards",
                        "ID",
                        rule or "amounts are positive <script>",
                    )
                ],
                "quarantine": [("orders", rule or "an account that nobody knows") for _ in range(many)],
                "operational_metrics": [
                    ("grant_rate", "all", "", None, Decimal("0.7"), None, None, Decimal(50), True, "share"),
                    ("grant_rate", "ID", "", None, Decimal("0.8"), None, None, Decimal(50), ago == 0, "share"),
                    *(
                        (
                            "overturned_by_rule",
                            market,
                            "rule",
                            rule,
                            Decimal(figure),
                            None,
                            None,
                            40,
                            sample > 39,
                            "share",
                        )
                        for market, rule, figure, sample in (
                            *(("ID", "counterfeit", "0.25", 40), ("ID", "copyright", "0.199", 40)),
                            *(("ID", "fraud", "0.9", 9), ("all", "counterfeit", "0.25", 40)),
                        )
                    ),
                ],
            },
            feeds={
                "orders": FeedCounts(known=1000 - ago, accepted=975, quarantined=25),
                "violations": FeedCounts(known=100 + (0 if ago < 4 else -ago), accepted=90, quarantined=0),
            },
            **(newest if ago == 0 else {}),
            held_lists=(held("ID", 12, NIGHT - timedelta(days=1), answer), held("all_of_it", 3, name="notices")),
            targets={
                "targets": [
                    {"metric": "grant_rate", "market": "all", "at_most": 0.6, "effective_from": "2026-01-01"},
                    {"metric": "grant_rate", "market": "ID", "at_most": 0.9, "effective_from": "2026-01-01"},
                ]
            },
        )


@pytest.mark.parametrize(
    ("kinds", "asked"),
    [
        (["live"] * 5, "All of them are of Live streams: ask the system that acts there."),
        (["live"] * 4 + ["short_video"] * 3, "Most of them (4) are of Live streams: ask the system that acts there."),
        (["live"] * 3 + ["short_video"] * 3, "Ask the system that acts."),
        (["live", "live", "short_video", "short_video", "showcase", None], "Ask the system that acts."),
        ([None] * 5, "Ask the system that acts."),
    ],
)
def test_of_gaps_a_system_is_named_where_more_than_half_are_of_it(
    here: Settings, kinds: Sequence[str | None], asked: str
) -> None:
    old = NIGHT - timedelta(days=5)
    violations = [("ID", f"v{n}", "counterfeit", old, kind) for n, kind in enumerate(kinds)]
    gaps = [("ID", "never_enforced", old, f"v{n}") for n in range(len(kinds))]
    release(
        here.home,
        NIGHT,
        {
            "penalties": [("a/w", "ID", "warning")],
            "rewards": [],
            "standings": [],
            "account_violations": violations,
            "enforcement_gaps": gaps,
        },
    )
    for language, ends in (("en", asked), ("id", ""), ("zh", ""), ("pt_BR", "")):
        (said,) = [
            each
            for each in advice(report_of(here, "night", NIGHT, language, ["ID"]).pages[0])
            if f"{len(kinds)}" in each
        ]
        assert said.endswith(ends)


def test_what_waits_is_off_target_late_overturned_stale_or_wrong_is_recommended_with_its_figures(
    here: Settings,
) -> None:
    everything(here.home)
    report = report_of(here, "night", NIGHT, "en")
    first, indonesia, other = report.pages
    assert advice(first)[:2] == [
        "Answer the penalties of Indonesia (ID): 12 rows would change, and nothing of it is sent until then.",
        "Grant rate is 70.0\u00a0% and is to be at most 60.0\u00a0%. See since when, and in which part of it.",
    ]
    said = " ".join(advice(first))
    assert "25 of 1,000 rows of Orders are in quarantine: an account that nobody knows." in said
    assert "Nothing of Violations has landed since 28 Mar 2026. Ask whoever sends it." in said
    assert "5 gaps of Indonesia (ID) are older than 3 days, the oldest since 26 Mar 2026" in said
    assert "Most of them (3) are of Live streams: ask the system that acts there." in said
    assert (
        "25.0\u00a0% of the 40 decisions of four weeks that the rule Counterfeit counts in Indonesia (ID) are void by"
        " now." in said
    )
    assert said.count("void by now") == 1
    assert "1 row of the rewards of Indonesia (ID) is held back: amounts are positive <script>." in said
    assert "appeals about" not in said  # 12 of 25 are fewer than half.
    assert [each.page for each in first.recommendations][:2] == [
        "lists/changes?night=2026-03-31&list=penalties&market=ID",
        "metrics/grant_rate?night=2026-03-31&market=all",
    ]
    # What concerns all markets isn't told to who sees one.
    assert not any("quarantine" in each or "Nothing of" in each for each in advice(indonesia))
    assert advice(other) == []
    assert words(first)[1] == (
        "Penalties of Indonesia (ID) wait for an answer: 12 rows would change. They stay as on 30 Mar 2026, less what"
        " has ended."
    )
    assert words(other)[1] == "No list waits for anybody."
    assert table(indonesia, "Rewards") == [["Welcome bonus", "1", "IDR\N{NO-BREAK SPACE}1,500,000.50"]]
    assert table(indonesia, "Violations and appeals") == [["Indonesia (ID)", "25", "27", "25", "12", "1"]]
    assert table(first, "Why rows changed") == [["Penalties", "what landed", "1", "0", "0"]]
    assert table(indonesia, "Operational metrics of four weeks") == [
        ["Grant rate", "80.0\u00a0%", "\u2013", "met: at most 90.0\u00a0%"]
    ]


def test_a_report_of_one_market_has_nothing_of_another(here: Settings) -> None:
    everything(here.home)
    report = report_of(here, "week", NIGHT, "en", ["ID"])
    assert [page.market for page in report.pages] == ["ID"]
    page = page_of(report, Language("en", load_catalogs(here.translations)))
    assert "Brien" not in page and "all_of_it" not in page
    with pytest.raises(NoSuchMarket, match="knows no market XX; it knows ID, O'Brien <b>"):
        report_of(here, "week", NIGHT, "en", ["XX"])


def test_the_same_again_is_the_same_bytes_and_nothing_of_a_feed_is_markup_or_a_formula(here: Settings) -> None:
    everything(here.home)
    speaks = Language("en", load_catalogs(here.translations))
    once = [path.read_bytes() for path in write(report_of(here, "week", NIGHT, "en"), speaks, here.home / "a")]
    again = [path.read_bytes() for path in write(report_of(here, "week", NIGHT, "en"), speaks, here.home / "b")]
    assert once == again
    page = once[0].decode()
    assert "amounts are positive &lt;script&gt;" in page
    assert "<script>." not in page and "O'Brien <b>" not in page
    with zipfile.ZipFile(here.home / "a" / "week.en.xlsx") as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    assert 'name="3 O_Brien &lt;b&gt;"' in parts["xl/workbook.xml"]
    assert not any("<f>" in part for part in parts.values())
    assert "<v>1500000.5</v>" in parts["xl/worksheets/sheet2.xml"]


def test_a_number_or_a_release_that_was_changed_since_is_found(here: Settings) -> None:
    everything(here.home)
    speaks = Language("en", load_catalogs(here.translations))
    path, *_ = write(report_of(here, "night", NIGHT, "en"), speaks, here.home / "out")
    page = path.read_text()
    assert check_report(here, path).wrong == ()
    assert page.count('<data value="12"') >= 2
    path.write_text(page.replace('<data value="12"', '<data value="13"', 1))
    (wrong,) = check_report(here, path).wrong
    assert "it is 12" in wrong
    # A number that nobody accounts for, and a text that says otherwise than the number.
    path.write_text(page.replace(">12</data>", ">11</data>", 1))
    assert len(check_report(here, path).wrong) == 1
    path.write_text(page.replace("</body>", '<data value="1" data-number="0">1</data></body>'))
    assert "it doesn't show each number once" in check_report(here, path).wrong[0]
    # A report that somebody sent reads what is released, and neither another file nor writes one.
    secret, written = here.home / "secret.csv", here.home / "written.csv"
    secret.write_text("a")
    for sql in (f"from read_csv('{secret}')", f"copy (select 1) to '{written}'"):
        asked = json.loads(page.partition('id="report">')[2].partition("</script>")[0])["queries"][0]["sql"]
        path.write_text(page.replace(json.dumps(asked, ensure_ascii=False).replace("<", "\\u003c"), json.dumps(sql)))
        with pytest.raises(NoReport, match="can't be answered"):
            check_report(here, path)
    assert not written.exists()
    path.write_text(page.replace('"cases":""', '"cases":"../secret.parquet"'))
    with pytest.raises(NoReport, match="is no export of cases"):
        check_report(here, path)
    path.write_text(page)
    everything(here.home, 30)
    with pytest.raises(NoReport, match="released again since"):
        check_report(here, path)
    path.write_text("<p>")
    with pytest.raises(NoReport, match="it isn't a report"):
        check_report(here, path)


def test_a_first_night_a_night_of_history_and_an_empty_one_have_reports(here: Settings) -> None:
    empty: dict[str, list[Row]] = {"penalties": [], "rewards": [], "standings": []}
    release(here.home, NIGHT, empty)
    report = report_of(here, "night", NIGHT, "en")
    (page,) = report.pages
    assert words(page) == ["There is nothing before it to compare with.", "No list waits for anybody."]
    assert page.tables == ()
    shutil.rmtree(here.releases)
    # Which says nothing of single accounts.
    release(here.home, NIGHT, {"rewards": [], "penalties": penalties({("a", "ID", "warning")})},
            history=History(since=NIGHT, until=NIGHT))  # fmt: skip
    (page,) = report_of(here, "week", NIGHT, "en").pages
    assert words(page)[0].startswith("This night is history")
    assert titles(page) == ["Markets", "Night by night", "Penalties by measure"]


def test_a_first_week_has_nothing_to_compare_with(here: Settings) -> None:
    one: dict[str, list[Row]] = {"rewards": [], "penalties": penalties({("a", "ID", "warning")})}
    for ago in (6, 0):
        release(here.home, NIGHT - timedelta(days=ago), one)
    report = report_of(here, "week", NIGHT, "en")
    assert report.before is None
    assert words(report.pages[0])[0] == "There is nothing before it to compare with."
    # A night before the week, however long ago, is something.
    release(here.home, NIGHT - timedelta(days=30), one)
    assert report_of(here, "week", NIGHT, "en").before == NIGHT - timedelta(days=30)


def test_a_night_that_is_compared_with_history_says_so(here: Settings) -> None:
    before = NIGHT - timedelta(days=1)
    one: dict[str, list[Row]] = {"rewards": [], "penalties": penalties({("a", "ID", "warning")})}
    release(here.home, before, one, history=History(since=before, until=before))
    release(here.home, NIGHT, one)
    said = words(report_of(here, "night", NIGHT, "en").pages[0])
    assert said[:2] == [
        "It is compared with 30 Mar 2026.",
        "30 Mar 2026 is history: its lists were never in force anywhere.",
    ]


def test_a_night_of_a_version_before_tells_of_the_appeal_beside_each_violation(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = {
        "appeal_id": "varchar",
        "appeal_filed_on": "date",
        "appeal_decided_on": "date",
        "appeal_outcome": "varchar",
    }
    monkeypatch.setitem(
        cast(dict[str, Any], COLUMNS), "account_violations", {**COLUMNS["account_violations"], **beside}
    )
    rows: list[tuple[Any, ...]] = [
        ("ID", f"v{n}", "counterfeit", NIGHT, "creator", f"p{n}", NIGHT, None if n == 21 else NIGHT, outcome)
        for n, outcome in enumerate([*["granted"] * 12, *["denied"] * 9, "pending"])
    ]
    lists: dict[str, Sequence[Sequence[Any]]] = {"rewards": [], "penalties": []}
    release(
        here.home, NIGHT, lists | {"account_violations": [*rows, ("ID", "v", "spam", NIGHT, "creator", *[None] * 4)]}
    )
    page = report_of(here, "week", NIGHT, "en").pages[0]
    assert table(page, "Violations and appeals") == [["Indonesia (ID)", "23", "22", "21", "12", "1"]]
    (said,) = [each.said for each in page.tables if each.title == "Violations and appeals"]
    assert said == "This night tells of one appeal against each violation alone."
    assert any(each.startswith("12 of 21 appeals about Counterfeit goods") for each in advice(page)), advice(page)


def test_what_a_night_of_history_lacks_is_no_change(here: Settings) -> None:
    before = NIGHT - timedelta(days=1)
    lists: dict[str, Sequence[Sequence[Any]]] = {"rewards": [], "penalties": penalties({("a", "ID", "warning")})}
    # One before the week, to compare with, and one of it, which has a file of changes in which there is none.
    first = NIGHT - timedelta(days=7)
    release(here.home, first, lists, history=History(since=first, until=before))
    release(here.home, before, lists | {"changes": []}, history=History(since=first, until=before))
    of_accounts: dict[str, Sequence[Sequence[Any]]] = {
        "standings": [("ID", "health", "good", 1)] * 3,
        "account_profiles": [("ID", True, None)] * 3,
        "enforcement_gaps": [("ID", "sold", NIGHT, "v")],
        "changes": [("penalties", "ID", "time_passed", "added", False)],
    }
    release(here.home, NIGHT, lists | of_accounts)
    tables = {each.title: each for each in report_of(here, "week", NIGHT, "en").pages[0].tables}
    markets, zones = tables["Markets"], tables["Creators by zone"]
    assert markets.columns == [
        *("Market", "Penalties in force", "Change", "Rewards in force", "Change"),
        *("Near a stricter zone", "Enforcement gaps", "Creators"),
    ]
    assert zones.columns == ["Programme", "Zone", "Creators"]
    assert markets.said == zones.said == "Where there is no change, 24 Mar 2026 doesn't tell how many there were."
    assert tables["Why rows changed"].said == "Known of 1 of 2 nights; the others don't say why."
    # Between two nights that tell it, all has a change, and why is known of all of them.
    release(here.home, NIGHT + timedelta(days=1), lists | of_accounts)
    tables = {each.title: each for each in report_of(here, "night", NIGHT + timedelta(days=1), "en").pages[0].tables}
    assert list(tables["Markets"].columns).count("Change") == 4
    assert "Change" in tables["Creators by zone"].columns
    assert not any(tables[title].said for title in ("Markets", "Creators by zone", "Why rows changed"))


def test_every_text_of_a_report_has_words_in_every_language_with_the_same_places(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: set[str] = set()
    sentence, counted_ = Language.sentence, Language.counted

    def noted(self: Language, text: str, **values: Cell) -> Sequence[Cell]:
        said.add(text)
        return sentence(self, text, **values)

    def noted_count(self: Language, one: str, many: str, count: int, **values: Cell) -> Sequence[Cell]:
        said.add(one)
        return counted_(self, one, many, count, **values)

    monkeypatch.setattr(Language, "sentence", noted)
    monkeypatch.setattr(Language, "counted", noted_count)
    everything(here.home)
    for kind in ("night", "week"):
        report = report_of(here, "week" if kind == "week" else "night", NIGHT, "en")
        page_of(report, Language("en", load_catalogs(here.translations)), "https://pages")
    assert len(said) > 50
    assert languages() == ("en", "id", "pt_BR", "zh")
    for name in languages()[1:]:
        there = words_of(name)
        assert said - there.keys() == set(), name
        for english, forms in there.items():
            assert {places(form) for form in forms} == {places(english)}, (name, english)


def test_cases_that_nobody_has_are_counted_as_they_are_exported(here: Settings) -> None:
    ann = Person("ann", True)
    release(here.home, NIGHT, {"penalties": [("r1", "ID", "warning")], "rewards": [], "standings": []})
    with writing(here.home) as cases:
        for subject in ("one", "two", "three"):
            case = work.open_case(cases, here.home, ann, "escalation", "ID", subject, "They ask", [], NIGHT)
        work.take(cases, here.home, ann, case.case_id)
        work.open_case(cases, here.home, ann, "appeal", "ID", "p1", "They ask", [], NIGHT - timedelta(days=13))
        whole = export(here.home, cases, NIGHT, "a" * 64)
    assert whole
    # Of one that is being written, or was killed, there is one half.
    whole.with_name("0002.parquet").write_bytes(b"")
    (page,) = report_of(here, "night", NIGHT, "en").pages
    assert table(page, "Cases") == [
        ["Escalation", "3", "2", "0", "2 Apr 2026"],
        ["Open appeal", "1", "1", "0", "1 Apr 2026"],
    ]
    assert advice(page) == ["1 appeal of Indonesia (ID) has at most 2 days left. Decide it first."]
    assert [each.page for each in page.recommendations] == [f"cases?night={NIGHT}&market=ID&kind=appeal"]


@pytest.mark.parametrize(
    ("answer", "waits"), [("", True), ("first_wave", True), ("rejected", False), ("approved", False)]
)
def test_a_list_that_was_rejected_is_not_said_to_wait(here: Settings, answer: str, waits: bool) -> None:
    everything(here.home, answer=answer)
    report = report_of(here, "night", NIGHT, "en")
    assert (
        any("Penalties of Indonesia (ID) wait for an answer" in each for page in report.pages for each in words(page))
        is waits
    )
