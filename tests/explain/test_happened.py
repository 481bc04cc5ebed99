"""What happened to accounts and why, in other languages: worked out by hand from what releases say in English.

Longer than other files, for each kind of sentence that a release has is told in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from evenhand.explain import facts, lacking
from evenhand.explain.edition_units import reason_told, step_told
from evenhand.explain.happened import Story, texts
from evenhand.explain.labels import Labels
from evenhand.explain.names import Names
from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.language import languages, words_of
from evenhand.settings import PROJECT

CATALOGS = load_catalogs(PROJECT / "translations")
UNITS = {
    "copyright_strikes": "strike",
    "account_health": "point",
    "late_dispatch": "share",
    "returned": "share",
    "completion": "percent",
    "sales": "unit of money",
    "gifts": "unit",
}


def _story(language: str) -> Story:
    said = words_of(language)
    words = {english: forms[0] for english, forms in said.items()}
    return Story(
        Names(Labels(CATALOGS, language), lambda each: words.get(each, each), _day, _number, _money),
        frozenset(UNITS.values()),
    )


def _day(day: date) -> str:
    return f"<{day}>"


def _number(value: Decimal) -> str:
    return f"<{value}>"


def _money(amount: Decimal, currency: str) -> str:
    return f"<{amount} {currency}>"


@pytest.mark.parametrize("language", languages()[1:])
def test_every_sentence_has_words_in_every_language(language: str) -> None:
    asked = (lacking.IN_ZONES, lacking.WITHOUT, lacking.BOUND, lacking.IN_FORCE, lacking.STRICTER)
    has = (lacking.MISSING, lacking.HAS, lacking.IN_ZONE, lacking.EITHER)
    assert {*texts(), *facts.LEFT_OUT.values(), *asked, *has} - words_of(language).keys() == set()


@pytest.mark.parametrize(
    ("event", "told", "wanted"),
    [
        ("onboarded", "onboarded as creator in ID", "masuk sebagai Kreator di ID"),
        ("violation_decided", "Copyright", "Hak cipta"),
        (
            "violation_decided",
            "Copyright, content c1, detected on 2026-03-01",
            "Hak cipta, konten c1, terdeteksi pada <2026-03-01>",
        ),
        (
            "violation_decided",
            "Counterfeit goods, high on live, live l1, detected on 2026-03-01 by user report",
            "Barang palsu, Tinggi, di Siaran langsung, siaran l1, terdeteksi pada <2026-03-01>, oleh Laporan pengguna",
        ),
        ("appeal_filed", "against v1, the second", "terhadap v1, the second"),
        ("appeal_decided", "granted, against v1", "dikabulkan, terhadap v1"),
        (
            "appeal_decided",
            "partly granted, against v1, now 0.5 points",
            "dikabulkan sebagian, terhadap v1, sekarang <0.5> poin",
        ),
        ("violation_restored", "Copyright, without an appeal", "Hak cipta, tanpa banding"),
        ("training_passed", "policy course", "Kursus kebijakan"),
        (
            "entry",
            "2 strikes of Copyright strikes by the rule copyright, counts until 2026-05-01",
            "<2> teguran pada Teguran hak cipta menurut aturan Hak cipta, berlaku sampai <2026-05-01>",
        ),
        ("zone_entered", "from good to warned, at 3", "dari Baik ke Diperingatkan, pada nilai <3>"),
        ("zone_entered", "from good to poor, at 5.25 %", "dari Baik ke Buruk, pada nilai <5.25>\u00a0%"),
        (
            "emergency_imposed",
            "No live streaming on live until 2026-03-09: he asked: now",
            "Siaran langsung tidak diizinkan pada Siaran langsung sampai <2026-03-09>: he asked: now",
        ),
        ("penalty_begins", "Publishing paused on short video", "Publikasi konten dijeda pada Video pendek"),
        (
            "penalty_ends",
            "Publishing paused on short video, in force since 2026-03-02",
            "Publikasi konten dijeda pada Video pendek, berlaku sejak <2026-03-02>",
        ),
        (
            "stage_entered",
            "to pilot: within 30 days after its onboarding",
            "ke Percontohan: dalam <30> hari setelah masuk",
        ),
        (
            "stage_entered",
            "from active to restricted: no live on live (account health)",
            "dari Aktif ke Dibatasi: Siaran langsung tidak diizinkan pada Siaran langsung (Kesehatan akun)",
        ),
    ],
)
def test_a_step_is_told_in_bahasa(event: str, told: str, wanted: str) -> None:
    assert _story("id").told(event, told) == wanted


@pytest.mark.parametrize(
    ("event", "told", "wanted"),
    [
        (
            "stage_entered",
            "from active to restricted: no live on live (account health)",
            "from Active to Restricted: No live streaming on Live streams (Account health)",
        ),
        (
            "stage_entered",
            "to restricted: no such thing on live (x)",
            "to Restricted: No such thing on Live streams (X)",
        ),
        (
            "stage_entered",
            "to pilot: within 30 days after its onboarding",
            "to Pilot: within <30> days after its onboarding",
        ),
        ("penalty_begins", "Publishing paused on short video: no live on live (x)", None),
    ],
)
def test_in_english_a_stage_has_no_key(event: str, told: str, wanted: str | None) -> None:
    assert _story("en").in_english(event, told) == wanted


def test_why_there_is_a_measure_is_told_in_the_order_of_the_release() -> None:
    english = (
        "On 2026-03-05 the account went from no value to 3 points of Account health and entered the zone warned"
        " (balance at least 3). This brings Warning on account from 2026-03-05 until 2026-04-03."
    )
    assert _story("id").why(english) == (
        "Pada <2026-03-05> akun ini berubah dari tanpa nilai menjadi <3> poin pada Kesehatan akun dan masuk ke zona"
        " Diperingatkan (saldo paling sedikit <3>). Ini mengakibatkan Peringatan pada Akun, mulai <2026-03-05>, sampai"
        " <2026-04-03>."
    )
    assert _story("pt_BR").why(english) == (
        "Em <2026-03-05> a conta passou de nenhum valor a <3> pontos em Saúde da conta e entrou na zona Advertida"
        " (saldo de pelo menos <3>). Isso traz Advertência (A conta), a partir de <2026-03-05>, até <2026-04-03>."
    )


def test_what_is_not_understood_and_what_has_no_words_stays_in_english() -> None:
    assert _story("id").told("penalty_begins", "nothing that is known") is None
    assert _story("id").told("of_another_version", "from good to warned") is None
    assert _story("id").why("Because of the moon.") is None
    assert _story("en").told("zone_entered", "from good to warned") is None
    assert _story("en").why("The account is in the zone good of Account health (in the zone good).") is None


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("violation_decided", "Copyright, content x, detected on 2026-99-99"),
        ("violation_decided", "Copyright, live l, detected on 0000-01-01 by user report"),
        ("penalty_ends", "Warning on account, in force since 2026-02-30"),
        ("entry", "2 strikes of Copyright strikes by the rule copyright, counts until 2026-13-01"),
        ("appeal_decided", "granted, against v1, now 9999999999999999999999999999999999999999 points"),
    ],
)
def test_a_name_that_looks_like_a_day_or_a_number_that_there_is_not_stays_in_english(event: str, told: str) -> None:
    def number(value: Decimal) -> str:
        return str(value.quantize(Decimal("0.01")))

    for language in languages()[1:]:
        names = _story(language).names
        assert Story(replace(names, number=number), frozenset(UNITS.values())).told(event, told) is None


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("granted, against v1, now ..", "dikabulkan, terhadap v1, now .."),
        ("granted, against v1, now .. points", "dikabulkan, terhadap v1, now .. points"),
        (
            "granted, against v1, now .. points, now 1 points",
            "dikabulkan, terhadap v1, now .. points, sekarang <1> poin",
        ),
        ("granted, against {violation} %s {0}", "dikabulkan, terhadap {violation} %s {0}"),
    ],
)
def test_a_name_that_looks_like_more_of_the_sentence_is_told_as_it_is(told: str, wanted: str) -> None:
    assert _story("id").told("appeal_decided", told) == wanted


def test_days_that_there_are_not_and_numbers_that_are_none_leave_a_reason_in_english() -> None:
    said = (
        "On {} the account went from 1 to {} strikes of Copyright strikes and entered the zone warned"
        " (balance at least {})"
    )
    brings = ". This brings Warning on account from 2026-03-05 until 2026-04-03."
    story = _story("id")
    assert story.why(said.format("2026-02-30", 3, 3) + brings) is None
    assert story.why(said.format("2026-02-28", "..", 3) + brings) is None
    assert story.why(said.format("2026-02-28", 3, 3) + brings.replace("2026-04-03", "2026-04-31")) is None
    assert story.why(said.format("2026-02-28", 3, 3) + brings) is not None


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        # Where the ledger has no unit, the release has the number alone, whatever the programme's is.
        ("0.05 of late dispatch by the rule r", "<0.05> pada Late dispatch menurut aturan R"),
        ("5 % of late dispatch by the rule r", "<5>\u00a0% pada Late dispatch menurut aturan R"),
        ("20 % of completion by the rule r", "<20>\u00a0% pada Completion menurut aturan R"),
        ("-0.5 points of Account health by the rule r", "<-0.5> poin pada Kesehatan akun menurut aturan R"),
        # Of earlier versions.
        ("3 point(s) of account_health by the rule r", "<3> poin pada Kesehatan akun menurut aturan R"),
        ("3 point of Account health by the rule r", "<3> poin pada Kesehatan akun menurut aturan R"),
        ("3 units of money of sales by the rule r", "<3> satuan uang pada Penjualan menurut aturan R"),
        ("1 unit of money of sales by the rule r", "<1> satuan uang pada Penjualan menurut aturan R"),
        ("3 units of gifts by the rule r", "<3> units pada Gifts menurut aturan R"),
        ("3 of points of a lifetime by the rule r", "<3> pada Points of a lifetime menurut aturan R"),
        ("3 points of points of a lifetime by the rule r", "<3> poin pada Points of a lifetime menurut aturan R"),
        # What there is no such unit of can't be told from what it is of.
        ("3 bags of rice of sales by the rule r", None),
    ],
)
def test_an_amount_has_the_unit_that_stands_in_the_sentence(told: str, wanted: str | None) -> None:
    assert _story("id").told("entry", told) == wanted


def test_a_share_whose_ledger_has_no_unit_is_no_percentage() -> None:
    said = (
        "On 2026-03-05 the account went from 0.03 to 0.05{} of late dispatch and entered the zone poor"
        " (balance at least 0.04). This brings Warning on account from 2026-03-05 until 2026-04-03."
    )
    for unit, wanted in {"": "<0.05> pada", " points": "<0.05> poin pada"}.items():
        told = _story("id").why(said.format(unit)) or ""
        assert f"dari <0.03> menjadi {wanted}" in told


@pytest.mark.parametrize(
    ("programme", "had", "wanted"),
    [
        ("late dispatch", "0.03", "dari <3>\u00a0% menjadi <5>\u00a0% pada Late dispatch"),
        ("completion", "0.03", "dari <0.03>\u00a0% menjadi <5>\u00a0% pada Completion"),
        ("late dispatch", "3 %", "dari <3>\u00a0% menjadi <5>\u00a0% pada Late dispatch"),
        ("completion", "3 %", "dari <3>\u00a0% menjadi <5>\u00a0% pada Completion"),
    ],
)
def test_the_balance_before_a_share_is_told_in_percent_too(programme: str, had: str, wanted: str) -> None:
    english = (
        f"On 2026-03-05 the account went from {had} to 5 % of {programme} and entered the zone poor (balance at least"
        " 0.04). This brings Warning on account from 2026-03-05 until 2026-04-03."
    )
    told = _story("id").why(reason_told(english, UNITS[programme.replace(" ", "_")]))
    assert wanted in (told or "")


@pytest.mark.parametrize(
    ("unit", "english", "wanted"),
    [
        ("share", "from good to poor, at 0.0525", "from good to poor, at 5.25 %"),
        ("percent", "from good to poor, at 5.25", "from good to poor, at 5.25 %"),
        ("share", "from good to poor, at -1", "from good to poor, at -100 %"),
        ("share", "from good to poor, at 5.25 %", "from good to poor, at 5.25 %"),
        ("share", "from good to poor", "from good to poor"),
        ("point", "from good to poor, at 3", "from good to poor, at 3"),
        ("", "from good to poor, at 3", "from good to poor, at 3"),
    ],
)
def test_the_balance_at_which_a_zone_was_entered_is_told_in_the_percent_of_its_edition(
    unit: str, english: str, wanted: str
) -> None:
    assert step_told(english, unit) == wanted


BEHIND = "This brings Warning on account, for as long as "


@pytest.mark.parametrize(
    ("english", "wanted"),
    [
        (
            "The account is in the zone poor of Delivery of orders (balance at least"
            f" 0.15). {BEHIND}it is in this zone.",
            "(saldo paling sedikit <0.15>)",
        ),
        (
            f"The account is in the zone poor of Late dispatch (balance at least 15 %). {BEHIND}it is in this zone.",
            "(saldo paling sedikit <15>\u00a0%)",
        ),
        (
            f"The account is in the zone poor of Account health (balance less than -3). {BEHIND}it is in this zone.",
            "(saldo kurang dari <-3>)",
        ),
        (
            f"The account is in the zone good of Account health (in the zone good). {BEHIND}it is in this zone.",
            "(di zona Baik)",
        ),
        (
            "Since 2026-03-01 the account is not eligible for Access to"
            f" campaigns (failed: good content, good_health). {BEHIND}"
            "a condition fails.",
            "(tidak terpenuhi: Konten baik, Kesehatan baik)",
        ),
        (
            f"The account is not eligible for Access to campaigns (failed: good content). {BEHIND}a condition fails.",
            "(tidak terpenuhi: Konten baik)",
        ),
        (
            "The account is eligible for Access to campaigns (every condition holds),"
            " which brings Access to campaigns on"
            " campaign for as long as it does.",
            "(semua syarat terpenuhi)",
        ),
        (
            "What the account did for Welcome bonus in the period from 2026-10-01 brings IDR 50,000 on commission.",
            "periode mulai <2026-10-01> memberi <50000 IDR> pada Komisi",
        ),
        (
            "The account entered the zone good of Account health (balance at most 2),"
            " which brings Free samples on showcase"
            " until 2026-03-31.",
            "(saldo paling banyak <2>)",
        ),
    ],
)
def test_what_a_release_has_in_brackets_is_told(english: str, wanted: str) -> None:
    assert wanted in (_story("id").why(english) or "")


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("every condition holds", "semua syarat terpenuhi"),
        ("failed: good_content, good_health", "tidak terpenuhi: Konten baik, Kesehatan baik"),
        ("in the zone good", "di zona Baik"),
        ("balance more than 12", "saldo lebih dari <12>"),
        ("balance less than 2.5 %", "saldo kurang dari <2.5>\u00a0%"),
        ("50000 for the period from 2026-10-01", "<50000> untuk periode mulai <2026-10-01>"),
        ("1,234.50 for the period from 2026-10-01", "<1234.50> untuk periode mulai <2026-10-01>"),
        ("IDR 50,000 for the period from 2026-10-01", "<50000 IDR> untuk periode mulai <2026-10-01>"),
        ("the moon is full", None),
        ("50000 for the period from 2026-10-32", None),
    ],
)
def test_the_condition_of_a_reason_is_told(condition: str, wanted: str | None) -> None:
    assert _story("id").condition(condition) == wanted
    assert _story("en").condition(condition) is None


def test_a_reason_with_something_else_in_brackets_stays_in_english() -> None:
    assert (
        _story("id").why(f"The account is in the zone poor of Delivery (full moon). {BEHIND}it is in this zone.")
        is None
    )


@pytest.mark.parametrize(
    ("unit", "market", "amount", "away"),
    [
        ("unit of money", "ID", "<50000 IDR>", "<50000 IDR>"),
        # Nobody knows the currency of a market that is no country.
        ("unit of money", "world", "<50000> satuan uang", "<50000> satuan uang"),
        ("percent", "ID", "<50000>\u00a0%", "<50000> poin persentase"),
        ("point", "ID", "<50000> poin", "<50000> poin"),
    ],
)
def test_money_is_told_in_the_currency_of_its_market(unit: str, market: str, amount: str, away: str) -> None:
    names = _story("id").names
    assert names.of_unit(50000, unit, market) == amount
    assert names.distance(Decimal(50000), unit, market) == away


@pytest.mark.parametrize(
    ("market", "asks"), [("ID", "sales at least IDR 500"), ("world", "sales at least 500 units of money")]
)
def test_what_sales_lack_is_told_so_too(market: str, asks: str) -> None:
    test = {
        "without_measure": None,
        "programme": "sales",
        "unit": "unit of money",
        "comparator": "at_least",
        "bound": Decimal(500),
    }
    found = lacking._condition("c", [test], {"sales": {"balance": Decimal(20)}}, set(), Names(Labels(CATALOGS)), market)
    assert (found.asks.lower(), found.lacks) == (asks.lower(), Decimal(480))
