"""The pages' words: all of them in every language, said in the reader's, and in English where there are none.

Longer than other files, for all pages are looked at here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from console.case_forms import HERE, send
from console.chromium import PAGES
from console.conftest import ELSEWHERE, HOSTILE, NIGHT, TRIED
from console.held_night import ON, UNKNOWN
from console.messages import CONSOLE, messages, templates
from console.prepared import beside
from console.pseudo import in_brackets, marked_as_english, unbracketed
from console.serving import RUN, has_run, log_in, seen_by_all
from console.two_managers import PEOPLE, managed
from evenhand.cases.store import writing
from evenhand.cases.work import open_case
from evenhand.console import case_pages, reader
from evenhand.console.reader import NAMES, WORDS, Reader, accepted, language_among, languages, reader_of
from evenhand.console.values import of_unit
from evenhand.records.databases import quoted
from evenhand.records.persons import Person
from evenhand.release.publish import FILES
from evenhand.reports import catalogue as catalogues
from evenhand.reports.catalogue import catalogue
from evenhand.reports.language import WORDS as OF_REPORTS
from evenhand.settings import settings

# What reports call a zone and a programme; the pages say it of rows, and of what reviewers did.
OF_THEIR_OWN = ("Kept", "Reviews")
OTHERS = [name for name in NAMES if name != "en"]


def _places(text: str) -> set[str]:
    """What is filled in, and the markup around it."""
    return {*re.findall(r"%\(\w+\)s", text), *re.findall(r"</?\w+", text)}


@pytest.mark.parametrize("name", OTHERS)
def test_each_language_says_every_sentence_once_with_what_is_filled_in_and_none_more(name: str) -> None:
    said, of_reports = catalogue(WORDS, name).forms, catalogue(OF_REPORTS, name).forms
    wanted = {one: many for one, many in messages() if one not in of_reports or one in OF_THEIR_OWN}
    assert set(wanted) - set(said) == set()
    assert set(said) - set(wanted) == set()
    for one, many in wanted.items():
        forms = said[one]
        for form in forms:
            # One thing can be said without its number.
            assert _places(form) - {"%(num)s"} == _places(many or one) - {"%(num)s"}, form
            assert "%(num)s" not in form or many, form
        assert len(forms) == (len({reader_of(name).locale.plural_form(n) for n in range(100)}) if many else 1), one


# What has another word everywhere else: a penalty, a reward, an entry; an account, a pack, what is decided; released,
# escalated.
NO_SECOND_WORD = {
    "id": ("penalti", "imbalan", "catatan "),
    "zh": ("账户", "规则包", "裁决", "条目的"),
    "pt_BR": ("liberad", "escalação", "escalad", "noite %("),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_thing_has_one_word_in_a_language(name: str) -> None:
    said = [form for room in (WORDS, OF_REPORTS) for forms in catalogue(room, name).forms.values() for form in forms]
    # The ledger of what receivers were sent is no entry.
    found = {
        each for each in said for word in NO_SECOND_WORD[name] if word in each.lower() and "buku catatan" not in each
    }
    assert found == set()


@pytest.mark.parametrize("name", OTHERS)
def test_what_pages_and_keys_say_alike_in_english_and_not_otherwise_has_two_words(name: str) -> None:
    for english in OF_THEIR_OWN:
        there = reader_of(name)
        assert there.words(english) == catalogue(WORDS, name).said(english)
        assert there.called(english) == catalogue(OF_REPORTS, name).said(english) != there.words(english)


def test_the_languages_are_those_that_call_themselves_something() -> None:
    assert languages() == ("en", "id", "pt_BR", "zh")
    assert set(languages()) == set(NAMES)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de-DE,de;q=0.9,id;q=0.5,en;q=0.3", "id"),
        ("pt", "pt_BR"),
        ("pt-PT,pt;q=0.9", "pt_BR"),
        ("en-US,zh;q=0.9", "en"),
        ("en;q=0.2, zh;q=0.9", "zh"),
        ("zh;q=0, id;q=0.1", "id"),
        ("zh;q=many, en", "en"),
        ("*", None),
        ("", None),
        (";;,,=q", None),
        ("../../etc/passwd", None),
    ],
)
def test_a_browser_is_answered_in_what_it_likes_best(header: str, language: str | None) -> None:
    assert accepted(header) == language


@pytest.mark.parametrize(
    ("said", "language"), [("zh-Hans-CN", "zh"), ("PT_br", "pt_BR"), ("en-GB", "en"), ("fr", None), ("", None)]
)
def test_a_language_is_known_by_the_names_that_it_has(said: str, language: str | None) -> None:
    assert language_among(said) == language


def test_a_page_is_in_the_chosen_language_and_every_address_on_it_keeps_that(reader: TestClient) -> None:
    in_chinese = {"accept-language": "zh-CN,zh;q=0.9"}
    assert '<html lang="en">' in reader.get("/").text
    said = reader.get("/", headers=in_chinese).text
    assert '<html lang="zh">' in said
    assert "需要处理的事项" in said
    # What was chosen comes before what the browser likes.
    chosen = reader.get("/?lang=pt-BR", headers=in_chinese).text
    assert '<html lang="pt-BR">' in chosen
    assert "O que precisa de alguém" in chosen
    addresses = re.findall(r'(?:href|action|formaction)="([^"#]+)', chosen.replace('href="data:,"', ""))
    assert addresses
    assert {each for each in addresses if "lang=pt_BR" not in each} == set()
    # Of a form that asks, what it sends is the query.
    asking = re.findall(r'<form[^>]*method="get".*?</form>', chosen, flags=re.DOTALL)
    assert asking
    assert all('name="lang"' in form for form in asking)
    # What no language is called is refused, in what the browser likes.
    unknown = reader.get("/?lang=xx", headers=in_chinese)
    assert (unknown.status_code, '<html lang="zh">' in unknown.text) == (404, True)


def test_who_people_yml_lists_with_a_language_reads_that_unless_another_is_chosen(home: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.yml"
    with managed(beside(home, tmp_path), people) as client:
        people.write_text(PEOPLE.replace("user: ika,", "user: ika, language: id,"))
        in_chinese = {"accept-language": "zh"}
        assert '<html lang="id">' in client.get("/", headers=in_chinese).text
        assert '<html lang="pt-BR">' in client.get("/?lang=pt_BR", headers=in_chinese).text
        assert "Anda boleh melihat Indonesia (ID)" in client.get("/nights", headers=in_chinese).text
        # Who says none reads what the browser likes, and who isn't listed too.
        for name in ("wen", "nobody"):
            log_in(name)
            assert '<html lang="zh">' in client.get("/", headers=in_chinese).text


def test_where_a_form_sends_one_on_the_language_is_kept(reader: TestClient) -> None:
    answer = reader.get("/search?q=a4&lang=id", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("&lang=id")


def test_what_is_wrong_is_said_in_the_readers_language(reader: TestClient) -> None:
    for address, said in (
        ("/lists/nothing?lang=zh", "没有名单 nothing"),
        ("/nothing/at/all?lang=zh", "无法显示"),
        ("/?night=yesterday&lang=id", "tidak bisa"),
    ):
        assert said in reader.get(address).text, address


def test_lists_and_their_files_are_in_the_readers_language_and_chosen_by_the_same_keys(reader: TestClient) -> None:
    asked = "measure=publishing_paused"
    page = reader.get(f"/lists/penalties?{asked}&lang=zh").text
    assert 'value="publishing_paused" selected' in page
    first, *rows = reader.get(f"/lists/penalties/csv?{asked}&lang=zh").text.splitlines()
    assert first.startswith("创作者 (account_id)")
    assert rows == reader.get(f"/lists/penalties/csv?{asked}").text.splitlines()[1:]


# What stands on pages that no catalogue says: names of accounts, violations, markets, time zones, files, receivers and
# people, and a sentence that no version has.
DATA = (
    UNKNOWN,
    *(*sorted(FILES, key=len, reverse=True), "manifest.json"),
    *("Evenhand", HOSTILE, *(f"w{each}" for each in ELSEWHERE), *ELSEWHERE, "ann", "called", "Called again"),
    *("world", "BR", "ID", "MY", "PH", "SG", "TH", "US", "VN", "files", "notices", "sandbox"),
    *(f"creators_{each}.yml" for each in ("br", "id", "my", "ph", "sg", "th", "us", "vn")),
    *("takedowns.yml", "CSV", "evenhand verify", "creators", "violations", "appeals", "contents"),
    *("Appeals and what they take back", "UTC", "Asia/Jakarta"),
)


def _said_by_people(home: Path) -> set[str]:
    """What of pages is in English for whoever reads them: what packs say of appeals, and what accounts were told."""
    release = home / "releases" / f"night={NIGHT}"
    reasons, notices = (quoted(release / f"{name}.parquet") for name in ("reasons", "notices"))
    found = duckdb.sql(
        f"select appeal_route from {reasons} union select unnest([subject, body]) from {notices} where language = 'en'"
    )
    # What a language calls itself, and a sentence that no version has.
    return {NAMES["en"], UNKNOWN, *(said for (said,) in found.fetchall())}


def test_every_word_on_every_page_is_one_of_the_catalogue(held_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = _said_by_people(held_home)
    with seen_by_all(held_home) as app, in_brackets(monkeypatch):
        has_run(RUN)
        client = TestClient(app, base_url=HERE, headers={"accept": "text/html"})
        # A report is in words of its own.
        for path in (each for each in PAGES if not each.startswith("/reports/") and "/report?" not in each):
            # To who reads another language, what is in English has to be marked so, and is to be what people wrote.
            page = client.get(path if "lang=" in path else f"{path}{'&' if '?' in path else '?'}lang=id").text
            assert "⟦" in page
            assert unbracketed(page, (*DATA, *own)) == [], path
            assert marked_as_english(page) - own == set(), path
        assert "⟦If nothing happens⟧" in client.get(f"/creator/restoring?account={TRIED[0]}").text
        lines = client.get("/card/lines").json()
        assert (
            unbracketed("\n".join([lines["title"], lines["all"], *(each["said"] for each in lines["lines"])]), DATA)
            == []
        )
        asked = {
            "market": "ID",
            "what": "warning on account",
            "until": str(ON),
            "reason": "called",
            "accounts": ELSEWHERE[0],
        }
        counted = send(client, "/emergency?market=ID", "/emergency", **asked).text
        assert "to be imposed" in counted
        assert unbracketed(counted, DATA) == []


def test_so_is_every_word_of_a_case_and_of_pages_before_the_first_night(
    nothing_released: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_brackets(monkeypatch):
        opened = send(nothing_released, "/cases", "/cases", market="ID", about="x", title="Called again", account="a1")
        assert "Comment" in opened.text
        assert unbracketed(opened.text, (*DATA, "a1")) == []
        for path in ("/", "/cases", "/stop", "/reverse", "/gates", "/reports", "/policies"):
            assert unbracketed(nothing_released.get(path).text, DATA) == [], path


def test_a_case_of_an_appeal_is_told_as_a_night_calls_it_and_leads_to_the_appeal(
    nothing_released: TestClient, speaks: Callable[[str], Reader]
) -> None:
    home = settings().home
    with writing(home) as cases:
        title, facts = (
            "Appeal p/1 of a 1: copyright",
            ["Filed on 2026-03-01 against violation v1, decided on 2026-02-28"],
        )
        case = open_case(cases, home, Person("ann", True), "appeal", "ID", "p/1", title, ["a 1"], ON, facts)
        # What people called a case stays, whatever it is like.
        other = open_case(cases, home, Person("ann", True), "escalation", "ID", "x", "Call me", [], ON)
    page = nothing_released.get(f"/cases/{case.case_id}?lang=id").text
    assert "<h1>Banding p/1 dari a 1: Hak cipta</h1>" in page
    assert "creator?account=a+1&amp;lang=id#appeal-p/1" in page
    listed = nothing_released.get("/cases?lang=id").text
    assert ">Banding p/1 dari a 1: Hak cipta</a>" in listed and ">Call me</a>" in listed
    # It is found by the words that are read.
    assert case_pages.called("hak cipta") == []
    speaks("id")
    assert [each["case_id"] for each in case_pages.called("hak cipta")] == [case.case_id]
    assert "<h1>Call me</h1>" in nothing_released.get(f"/cases/{other.case_id}?lang=id").text


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>⟦Night ⟦6⟧⟧, a1</p>", []),
        ("<p>⟦Night⟧ <b>held</b></p>", ["held"]),
        ('<a aria-label="All of it">⟦All⟧</a>', ["All of it"]),
        ('<p lang="en">held</p><p>⟦a⟧ kept</p>', ["kept"]),
        ("<pre>select</pre><br><code>x y</code>", []),
        ("<p>⟦one <b>two</b> three⟧</p>", []),
    ],
)
def test_what_looks_for_other_words_finds_them(page: str, said: list[str]) -> None:
    assert unbracketed(page, ["a1"]) == said


def test_no_template_and_no_module_has_a_sentence_that_isnt_marked() -> None:
    for path in templates():
        text = re.sub(
            r"<(style|script)>.*?</\1>|{%.*?%}|{#.*?#}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        outside = re.sub(r"<code>.*?</code>", " ", re.sub(r"{{.*?}}", " ", text, flags=re.DOTALL), flags=re.DOTALL)
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]*>|&amp;\w+=", " ", outside))
        assert set(words) <= {"Evenhand", "CSV", "manifest", "json", "nbsp", "amp"}, path.name
    for path in CONSOLE.glob("*.py"):
        found = re.findall(r'HTTPException\(\s*\d+,\s*f?"[^{].*', path.read_text(encoding="utf-8"))
        assert found == [], path.name


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Reader]]:
    """Read a language in what is called here."""

    def read(name: str) -> Reader:
        reader.read_in(name)
        return reader.reader()

    yield read
    reader.read_in("en")


def test_numbers_days_and_plurals_are_written_as_the_language_does(speaks: Callable[[str], Reader]) -> None:
    said = {}
    for name in NAMES:
        language = speaks(name)
        said[name] = (
            language.number(Decimal("1234567.5")),
            language.day(date(2026, 3, 6)),
            reader.say_counted("%(num)s row", "%(num)s rows", 1),
            reader.say_counted("%(num)s row", "%(num)s rows", 2000),
            of_unit(Decimal(3), "point"),
        )
    assert said == {
        "en": ("1,234,567.5", "6 Mar 2026", "1 row", "2,000 rows", "3 points"),
        "id": ("1.234.567,5", "6 Mar 2026", "1 baris", "2.000 baris", "3 poin"),
        "zh": ("1,234,567.5", "2026年3月6日", "1 行", "2,000 行", "3 分"),
        "pt_BR": ("1.234.567,5", "6 de mar. de 2026", "1 linha", "2.000 linhas", "3 pontos"),
    }


BROKEN = {
    "no catalogue at all": b"msgid",
    "another encoding": 'msgid "Tonight"\nmsgstr "\xe9"\n'.encode("latin-1"),
    "no rule of plurals": b'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n !;\\n"\n\nmsgid "a"\nmsgstr "b"\n',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_catalogue_is_said_once_and_read_in_english(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "zh.po").write_bytes(content)
    monkeypatch.setattr(catalogues, "files", lambda _: tmp_path)
    with caplog.at_level(logging.WARNING):
        broken = catalogues.catalogue.__wrapped__(WORDS, "zh")
    assert broken.said("Tonight") is None
    assert "zh.po of evenhand.console.words can't be read, so it is said in English" in caplog.text


@pytest.mark.parametrize("form", ["%(rows)s %(nothing)s", "%(rows)", "100 % of %(rows)d", "%"])
def test_a_sentence_that_cant_be_filled_is_said_in_english(
    form: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Reader, "words", lambda _, text: form)
    assert reader.say("The first %(rows)s rows", rows="a") == "The first a rows"
    assert "it is said in English" in caplog.text


def test_what_a_sentence_is_filled_with_is_only_text() -> None:
    hostile = "<i>%(x)s</i>"
    assert reader.say("<b>%(markets)s</b>", markets=hostile) == "<b>&lt;i&gt;%(x)s&lt;/i&gt;</b>"
    assert reader.say("%(markets)s", markets=hostile) == hostile
    assert NIGHT not in reader.say("no end")
