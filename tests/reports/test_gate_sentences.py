"""What gates and cases say in English is said in every language of reports and pages, with its figures and names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evenhand.delivery.deliver import DeliverySummary, Incomplete
from evenhand.delivery.reconcile import ReconcileSummary
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.case_sentences import CASES
from evenhand.reports.delivery_sentences import DELIVERED
from evenhand.reports.formats import Formats, locale_of
from evenhand.reports.gate_sentences import GATES
from evenhand.reports.language import languages, words_of
from evenhand.reports.rules import rule_said
from evenhand.reports.sentences import Reader, Sentences
from evenhand.settings import PROJECT

NIGHT = date(2026, 3, 6)
OTHERS = languages()[1:]
EVERY_KIND = {"gates": GATES, "cases": CASES, "deliveries": DELIVERED}
# As gate 2 writes them, each with a part of what Bahasa Indonesia says of it.
WHY = {
    "There are 1300 rows, and 12 were released last; this breaks the rule: the list is about as large as the last"
    " one": (
        "Ada 1.300 baris, sedangkan rilis terakhir 12; ini melanggar aturan: daftarnya kira-kira sebesar yang terakhir"
    ),
    "Of copyright_strikes, publishing_paused: rows added: 30 where 3 are usual, 8.2 spreads away; this breaks the rule:"
    " as many rows as usual were added, removed and changed by what landed": (
        "“Publikasi konten dijeda” dari “Teguran hak cipta”: baris ditambah: 30, biasanya 3, selisih 8,2 simpangan"
    ),
    "rows added tonight: 1 where 9 are usual, which chance brings on one night of 10,000 at most; this breaks the rule:"
    " no rise or fall lasts for several nights": (
        "baris ditambah malam ini: 1, biasanya 9, secara kebetulan paling sering satu dari 10.000 malam"
    ),
    'Of 200 rows of violations looked at, 40 % have "violation_type: copyright"; over the last 28 nights less than 1 %'
    " had, on none more than 2 %; this breaks the rule: what landed is shared out as usual": (
        "40\u00a0% memiliki “violation_type: copyright”; selama 28 malam terakhir kurang dari 1\u00a0%"
    ),
    "1 row changes because the code changed, and none were approved; this breaks the rule: rows that changed code"
    " changes were approved beforehand": "1 baris berubah karena kode berubah, dan tidak ada yang disetujui",
    "creators_id: zones: value_from was 3 and is nothing (other rules than those of 2026-03-05 were approved)": (
        "Kreator di Indonesia: zones: value_from sebelumnya 3, kini tidak ada"
    ),
    "time zone: EVENHAND_TIMEZONE was UTC and is Asia/Jakarta (other rules than those of 2026-03-05 were approved)": (
        "zona waktu: EVENHAND_TIMEZONE sebelumnya UTC, kini Asia/Jakarta"
    ),
    "Decided with them, as if 2026-03-07 had come before, 1,234 rows of penalties would be otherwise tonight, and on"
    " each of the 7 nights before 3 to 1,000; no row of penalties would be otherwise tonight": (
        "seolah 7 Mar sudah tiba sebelumnya, 1.234 baris sanksi akan berbeda malam ini, dan pada tiap 7 malam"
        " sebelumnya 3 sampai 1.000; tidak ada baris sanksi"
    ),
    "It would lose 1,200 rows of rewards tonight; of the night before, 3 (receivers are as they were approved)": (
        "Penerima ini akan kehilangan 1.200 baris penghargaan malam ini; pada malam sebelumnya, 3"
    ),
    "Nobody can approve it yet: a.yml doesn't say who changed it. Write `changed_by: NAME` of who did into it": (
        "Belum ada yang bisa menyetujuinya: a.yml tidak menyebut"
    ),
    "ID is held: a/b.csv: the file can't be used: it is cut off. Have the source land it again, or take it away": (
        "<ID> ditahan: a/b.csv: berkas tidak bisa dipakai: it is cut off. Minta sumbernya"
    ),
}


def _reads(language: str) -> Reader:
    words = words_of(language)

    def said(english: str) -> str:
        return words.get(english, (english,))[0]

    labels = Labels(load_catalogs(PROJECT / "translations"), language)
    decimals = str.maketrans(",.", ".,")
    names = Names(labels, said, lambda day: f"{day.day} {day:%b}", lambda each: f"{each:,f}".translate(decimals))
    return Reader(names, lambda code: f"<{code}>", str, lambda rule: rule_said(said, rule), lambda _: None)


def _in_babel(language: str) -> Reader:
    reader = _reads(language)
    return replace(reader, names=replace(reader.names, number=Formats(locale_of(language)).number))


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("kind", EVERY_KIND.values(), ids=EVERY_KIND)
def test_every_text_is_said_in_every_language(name: str, kind: Sentences) -> None:
    said = words_of(name)
    assert [each for each in kind.texts() if each not in said] == []


@pytest.mark.parametrize("english", WHY)
def test_why_a_list_is_held_is_told_with_its_figures_and_names(english: str) -> None:
    told = GATES.told("why", english, _reads("id"))
    assert told and WHY[english] in told
    # What no version says stays as it is, and nobody who reads English is told otherwise.
    assert GATES.told("why", f"Perhaps {english}", _reads("id")) is None
    assert GATES.told("why", english, _reads("en")) is None


def test_what_a_delivery_did_is_told_however_much_there_is_to_it() -> None:
    row, other = ("penalties", "a/health/live"), ("rewards", "b/sales/ads")
    delivered = DeliverySummary("sandbox", NIGHT, "r", sent={"penalties": {"put": 2, "remove": 1}}, applied=3)
    waits = Incomplete("k", "v", NIGHT - timedelta(days=1))
    compared = ReconcileSummary("sandbox", NIGHT, "r", 3, 2, missing=(row,), differing=(row, other))
    two_wait = (waits, replace(waits, since=NIGHT - timedelta(days=2)))
    for kind, summary in (
        ("delivered", delivered),
        ("delivered", replace(delivered, sent={}, holds_newer=NIGHT)),
        ("delivered", replace(delivered, sent={}, waiting=2, dropped=1, incomplete=(waits,))),
        ("delivered", replace(delivered, waiting=1, incomplete=two_wait)),
        ("reconciled", replace(compared, wanted=1)),
        ("reconciled", compared),
        ("reconciled", replace(compared, missing=(), differing=(), corrected=compared.differences)),
        ("reconciled", replace(compared, corrected=compared.differences)),
        ("reconciled", replace(compared, holds_newer=NIGHT)),
    ):
        assert DELIVERED.told(kind, str(summary), _reads("id")) is not None, str(summary)
    assert DELIVERED.told("delivered", str(delivered), _reads("id")) == (
        "sandbox, malam 6 Mar: dikirim 2 sanksi ditempatkan, 1 sanksi dihapus; 3 diterapkan, 0 sudah sebelumnya,"
        " 0 ditolak, 0 tidak dijawab, 0 sudah ada"
    )
    assert "sent 2 penalties put, 1 penalty remove; 3 applied" in str(delivered)


def test_a_name_that_is_like_the_words_around_it_is_told_as_it_is() -> None:
    title, account = "Appeal p1 of a of b: c: copyright", "a of b: c"
    assert CASES.told("title", title, _reads("id"), {"account": account, "appeal": "p1"}) == (
        "Banding p1 dari a of b: c: Hak cipta"
    )
    assert CASES.told("title", title, _reads("id"), {"account": "another"}) is None


@pytest.mark.parametrize(
    ("kind", "english"),
    [
        ("fact", "Violation X, detected on 2026-99-99 by y, detected on 2026-03-01 by qa"),
        ("fact", "Violation X, detected on \uff12\uff10\uff12\uff16-03-01 by qa"),
        ("title", "a: sold in spite of a penalty since 45 Xyz 2026"),
    ],
)
def test_what_is_only_like_a_day_is_none(kind: str, english: str) -> None:
    assert CASES.told(kind, english, _reads("id")) is None


def test_settings_are_told_with_the_decimals_of_the_language_whatever_stands_within_them() -> None:
    approved = "(other rules than those of 2026-03-05 were approved)"
    told = GATES.told(
        "why", f"creators_id: zones: bound was 1.5 and is 1.234, year was 2026 and is 2027 {approved}", _reads("id")
    )
    assert told and "zones: bound sebelumnya 1,5, kini 1,234, year sebelumnya 2026, kini 2027" in told
    told = GATES.told(
        "why", f"creators_id: zones: kinds was a, b and is c, d, bound was -0.00025 and is 0.5 {approved}", _reads("id")
    )
    assert told and "zones: kinds sebelumnya a, b, kini c, d, bound sebelumnya -0,00025, kini 0,5" in told
    # Of what isn't understood to its end, no part is told.
    assert GATES.told("why", f"creators_id: zones: a was b and is c, d was e {approved}", _reads("id")) is None


def test_a_number_is_told_with_all_of_its_decimals() -> None:
    fact = "warning at 0.9996, 0.0004 from limited"
    told = CASES.told("fact", fact, _in_babel("pt_BR"))
    assert told and "0,9996" in told and "0,0004" in told


def test_what_nobody_says_that_they_found_is_told_all_the_same() -> None:
    for fact, told in (
        ("Violation v1, detected on 2026-03-01", "Pelanggaran v1, ditemukan pada 1 Mar"),
        ("Violation v1, detected on 2026-03-01 by user reports", "Pelanggaran v1, ditemukan pada 1 Mar oleh "),
        ("Copyright", "Hak cipta"),
    ):
        assert (CASES.told("fact", fact, _reads("id")) or "").startswith(told), fact
    assert CASES.told("fact", "A word that no pack has", _reads("id")) is None


def test_too_many_rows_that_landed_late_are_told_as_such() -> None:
    why = (
        "12000 rows of orders of 2026-03-01 landed late, and the largest of the last 28 nights had 500. If these rows"
        " are right, spread them over several nights; otherwise have the source land the feed again."
    )
    told = GATES.told("undecided", why, _reads("id"))
    assert told and told.startswith("12.000 baris “Pesanan” dari 1 Mar masuk terlambat, padahal yang terbanyak dari")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "version 1 decides from 2026-03-06 on, and nothing of this pack did in the market before",
            "versi 1 memutuskan sejak 6 Mar, dan sebelumnya",
        ),
        (
            "version 1, which decided from 2026-03-01 until 2026-03-31, is gone with all of its rules",
            "versi 1, yang memutuskan dari 1 Mar hingga 31 Mar, hilang",
        ),
        (
            "version 1 is in force from 2026-03-06 without an end, not from 2026-03-07 until 2026-03-31",
            "versi 1 berlaku sejak 6 Mar tanpa batas akhir, bukan sejak 7 Mar hingga 31 Mar",
        ),
        (
            "version 1 is in force from 2026-03-06, not from 2026-03-07",
            "versi 1 berlaku sejak 6 Mar, bukan sejak 7 Mar",
        ),
        (
            "version 1 is in force until 2026-03-31, not without an end",
            "versi 1 berlaku hingga 31 Mar, bukan tanpa batas akhir",
        ),
    ],
)
def test_a_pack_that_is_new_gone_or_on_other_days_is_told(said: str, told: str) -> None:
    why = f"creators_id: {said} (other rules than those of 2026-03-05 were approved)"
    assert f"Kreator di Indonesia: {told}" in (GATES.told("why", why, _reads("id")) or "")


def test_a_budget_has_the_commas_of_the_language() -> None:
    why = "review_budgets: that of ID was none and is 1,200 (review budgets are as they were approved)"
    assert "kini 1.200 (" in (GATES.told("why", why, _reads("id")) or "")
