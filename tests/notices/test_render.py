"""Notices: what an account reads, in its language.

Longer than other files, for it is the list of all that a notice can say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.notices.catalogs import CatalogError, load_catalogs
from evenhand.notices.notice import Notice, NoticeFacts, ToldViolation
from evenhand.notices.render import render
from notices.needed import LANGUAGES, PENALTIES, PROGRAMMES, REWARDS, SCOPES, TRANSLATIONS

CATALOGS = load_catalogs(TRANSLATIONS)

# Against the older one nobody can appeal any more.
OLD = ToldViolation(
    violation_type="counterfeit",
    kind="live",
    title="Spring sale",
    posted_on=date(2026, 1, 30),
    decided_on=date(2026, 2, 1),
    amount=Decimal("4.00"),
    unit=None,
    last_counts_on=date(2026, 5, 1),
    is_needed=None,
    appeal="passed",
    appeal_until=date(2026, 3, 3),
)
LATER = ToldViolation(
    violation_type="misleading_claim",
    kind="short_video",
    title=None,
    posted_on=date(2026, 3, 3),
    decided_on=date(2026, 3, 4),
    amount=Decimal("3.00"),
    unit=None,
    last_counts_on=None,
    is_needed=None,
    appeal="until",
    appeal_until=date(2026, 4, 3),
)

NEW = NoticeFacts(
    language="en",
    event="new",
    list="penalties",
    measure="no_live",
    scope="live",
    programme="account_health",
    starts_on=date(2026, 3, 5),
    ends_on=date(2026, 3, 11),
    reason="",
    lifted_until=None,
    cases=(OLD, LATER),
    market="SG",
    amount=None,
    balance_before=Decimal(4),
    balance_after=Decimal(7),
    unit=None,
    is_reversed=False,
    outranked_by=None,
    followed_by=None,
    followed_until=None,
    is_appeal_granted=False,
    is_restored=False,
    appeal_until=None,
    can_appeal=True,
    restored_by="time",
    restored_on=date(2026, 3, 12),
)
ENDED = replace(NEW, event="ended", can_appeal=False, appeal_until=None, restored_by="", restored_on=None)


def _cases(number: int) -> tuple[ToldViolation, ...]:
    return tuple(replace(LATER, title=f"v{i}") for i in range(1, number + 1))


def test_a_new_penalty_in_english() -> None:
    cases = (replace(OLD, is_needed=True), replace(LATER, is_needed=False))
    assert render(replace(NEW, unit="point", cases=cases), CATALOGS) == Notice(
        "New measure: No live streaming",
        "We have placed a new measure on your live streams: “No live streaming”.\n"
        "This decision applies from March 5, 2026 to March 11, 2026, both days included.\n"
        "The reason is these violations, which count in the programme “Account health”:\n"
        "• Counterfeit goods, in your live stream “Spring sale” of January 30, 2026, decided on February 1, 2026. "
        "It counts 4 points, until May 1, 2026. Without it, this measure would not have come. "
        "The time to appeal ended on March 3, 2026.\n"
        "• Misleading claim, in your video of March 3, 2026, decided on March 4, 2026. "
        "It counts 3 points. It counts too; the measure would have come without it. "
        "You can appeal until April 3, 2026, that day included.\n"
        "Your count in the programme “Account health” went from 4 to 7 points.\n"
        "If you think a decision is wrong, you can appeal it in the app.\n"
        "The measure ends by itself and no longer applies from March 12, 2026. You do not need to do anything.",
    )


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        ("en", "1 point", "2.5 points"), ("id", "1 poin", "2,5 poin"), ("vi", "1 điểm", "2,5 điểm"),
        ("th", "1 คะแนน", "2.5 คะแนน"), ("ms", "1 mata", "2.5 mata"), ("fil", "1 puntos", "2.5 puntos"),
        ("pt_BR", "1 ponto", "2,5 pontos"), ("zh", "1 分", "2.5 分"),
    ],
)  # fmt: skip
def test_what_counts_has_its_unit_in_every_language(language: str, one: str, several: str) -> None:
    case = replace(LATER, amount=Decimal("2.50"))
    counted = replace(NEW, language=language, unit="point", balance_after=Decimal(1), cases=(case,))
    said = render(counted, CATALOGS).body
    assert f"{one}." in said.replace("。", ".") or one in said
    assert several in said
    # Of a unit that nobody has translated the number alone is told.
    assert one not in render(replace(counted, unit="demerit"), CATALOGS).body


@pytest.mark.parametrize(
    ("of_the_value", "of_the_violation", "told"),
    [
        ("point", "strike", "1 strike"),
        ("share", "order", "1"),
        ("strike", None, "1 strike"),
        ("share", None, "1"),
    ],
)
def test_what_a_violation_counts_has_its_own_unit(of_the_value: str, of_the_violation: str | None, told: str) -> None:
    case = replace(LATER, amount=Decimal(1), unit=of_the_violation)
    assert f"It counts {told}. " in render(replace(NEW, unit=of_the_value, cases=(case,)), CATALOGS).body


def test_a_violation_alone_is_not_said_to_be_needed() -> None:
    said = render(replace(NEW, cases=(replace(OLD, is_needed=True),)), CATALOGS).body
    assert "would not have come" not in said


def test_what_is_taken_back_is_told_as_such() -> None:
    taken_back = render(replace(ENDED, is_reversed=True), CATALOGS).body.split("\n")
    assert taken_back[2] == (
        "A decision of ours was wrong, and we have taken it back. What applied before it applies again."
    )


def test_what_else_is_in_force_on_the_scope_is_told() -> None:
    beside = replace(NEW, outranked_by="account_closed")
    assert (
        "The stricter measure “Account closed” is in force on your live streams at the same time, and applies as long"
        " as it lasts."
    ) in render(beside, CATALOGS).body
    follows = replace(ENDED, followed_by="warning", followed_until=date(2026, 3, 20))
    assert (
        "The measure “Warning” on your live streams remains in force until March 20, 2026, that day included."
        in render(follows, CATALOGS).body
    )
    for_good = replace(follows, followed_until=None)
    assert "The measure “Warning” on your live streams remains in force." in render(for_good, CATALOGS).body


def test_what_people_imposed_or_lifted_themselves_is_told_with_their_reason() -> None:
    imposed = replace(
        NEW, programme="emergency", reason="Fake prizes in lives", cases=(), appeal_until=date(2026, 4, 3)
    )
    said = render(imposed, CATALOGS).body.split("\n")
    assert said[2:] == [
        "People of our team decided this themselves; no rule did. Their reason: “Fake prizes in lives”.",
        "If you think this decision is wrong, you can appeal it in the app until April 3, 2026, that day included.",
        "The measure ends by itself and no longer applies from March 12, 2026. You do not need to do anything.",
    ]
    lifted = replace(ENDED, reason="The model was wrong: {0}", lifted_until=date(2026, 3, 20))
    assert render(lifted, CATALOGS).body.split("\n")[2:] == [
        "People of our team have lifted it until March 20, 2026, that day included. "
        "Their reason: “The model was wrong: {0}”."
    ]
    over = replace(ENDED, programme="emergency", cases=())
    assert render(over, CATALOGS).body.split("\n") == [
        "The measure “No live streaming” on your live streams has ended.",
        "It was in force from March 5, 2026 to March 11, 2026, both days included.",
    ]


def test_a_new_penalty_in_bahasa_indonesia() -> None:
    assert render(replace(NEW, language="id"), CATALOGS) == Notice(
        "Tindakan baru: Siaran langsung tidak diizinkan",
        "Kami menerapkan tindakan baru pada siaran langsung Anda: “Siaran langsung tidak diizinkan”.\n"
        "Keputusan ini berlaku dari 5 Maret 2026 sampai dengan 11 Maret 2026.\n"
        "Alasannya adalah pelanggaran berikut, yang diperhitungkan dalam program “Kesehatan akun”:\n"
        "• Barang palsu, dalam siaran langsung Anda “Spring sale” tanggal 30 Januari 2026, "
        "diputuskan pada 1 Februari 2026. Dihitung 4, sampai dengan 1 Mei 2026. "
        "Batas waktu banding berakhir pada 3 Maret 2026.\n"
        "• Klaim yang menyesatkan, dalam video Anda tanggal 3 Maret 2026, diputuskan pada 4 Maret 2026. "
        "Dihitung 3. Anda dapat mengajukan banding sampai dengan 3 April 2026.\n"
        "Hitungan Anda dalam program “Kesehatan akun” berubah dari 4 menjadi 7.\n"
        "Jika menurut Anda suatu keputusan keliru, Anda dapat mengajukan banding di aplikasi.\n"
        "Tindakan ini berakhir dengan sendirinya dan tidak lagi berlaku mulai 12 Maret 2026. "
        "Anda tidak perlu melakukan apa pun.",
    )


def test_an_ended_penalty_in_english() -> None:
    assert render(ENDED, CATALOGS) == Notice(
        "Measure ended: No live streaming",
        "The measure “No live streaming” on your live streams has ended.\n"
        "It was in force from March 5, 2026 to March 11, 2026, both days included.\n"
        "The reason was these violations, which counted in the programme “Account health”:\n"
        "• Counterfeit goods, in your live stream “Spring sale” of January 30, 2026, decided on February 1, 2026.\n"
        "• Misleading claim, in your video of March 3, 2026, decided on March 4, 2026.",
    )


def test_an_ended_penalty_in_bahasa_indonesia() -> None:
    assert render(replace(ENDED, language="id"), CATALOGS) == Notice(
        "Tindakan berakhir: Siaran langsung tidak diizinkan",
        "Tindakan “Siaran langsung tidak diizinkan” pada siaran langsung Anda telah berakhir.\n"
        "Masa berlakunya dari 5 Maret 2026 sampai dengan 11 Maret 2026.\n"
        "Alasannya waktu itu adalah pelanggaran berikut, yang diperhitungkan dalam program “Kesehatan akun”:\n"
        "• Barang palsu, dalam siaran langsung Anda “Spring sale” tanggal 30 Januari 2026, "
        "diputuskan pada 1 Februari 2026.\n"
        "• Klaim yang menyesatkan, dalam video Anda tanggal 3 Maret 2026, diputuskan pada 4 Maret 2026.",
    )


def test_a_reward_that_was_lost_in_english() -> None:
    facts = NoticeFacts(
        language="en",
        event="ended",
        list="rewards",
        measure="lower_commission",
        scope="commission",
        programme="account_health",
        starts_on=date(2026, 1, 1),
        ends_on=None,
        reason="",
        lifted_until=None,
        cases=(),
        market="SG",
        amount=None,
        balance_before=None,
        balance_after=None,
        unit=None,
        is_reversed=False,
        outranked_by=None,
        followed_by=None,
        followed_until=None,
        is_appeal_granted=False,
        is_restored=False,
        appeal_until=None,
        can_appeal=False,
        restored_by="balance",
        restored_on=date(2026, 6, 1),
    )
    assert render(facts, CATALOGS) == Notice(
        "Benefit ended: Lower platform commission",
        "The benefit “Lower platform commission” for your commission has ended.\n"
        "It had been in force since January 1, 2026.\n"
        "The reason is your standing in the programme “Account health”.\n"
        "This decision cannot be appealed.\n"
        "The benefit is restored in full when your standing in the programme “Account health” has recovered. "
        "If nothing new is counted against you, that will be on June 1, 2026.",
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "The reason is your standing in the programme “Account health”."),
        (1, "The reason is this violation, which counts in the programme “Account health”:"),
        (2, "The reason is these violations, which count in the programme “Account health”:"),
        (11, "There is 1 more violation besides these."),
        (12, "There are 2 more violations besides these."),
    ],
)
def test_violations_are_counted(number: int, said: str) -> None:
    lines = render(replace(NEW, cases=_cases(number)), CATALOGS).body.split("\n")
    assert said in lines
    assert len([line for line in lines if line.startswith("• ")]) == min(number, 10)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (replace(LATER, kind="repository", title="Lights"), "in your content “Lights” of March 3, 2026,"),
        (replace(LATER, posted_on=None), "• Misleading claim, in your video, decided on"),
        (replace(LATER, title="Lamp", posted_on=None), "in your video “Lamp”, decided on"),
        (replace(LATER, kind=None), "• Misleading claim, decided on March 4, 2026. It counts 3."),
        (replace(LATER, violation_type="a_new_one"), "• Violation, in your video"),
        (replace(LATER, violation_type=None, decided_on=None), "• Violation. It counts 3."),
        (replace(LATER, appeal="any_time", appeal_until=None), "It counts 3. You can appeal at any time."),
        (replace(LATER, appeal="pending", appeal_until=None), "It counts 3. Your appeal is being looked at."),
        (replace(LATER, appeal="none", appeal_until=None), "It counts 3. It can be appealed no further."),
    ],
)
def test_a_violation_says_what_and_where_it_was_and_until_when_to_appeal(case: ToldViolation, said: str) -> None:
    assert said in render(replace(NEW, cases=(case,)), CATALOGS).body


def test_each_violation_has_a_deadline_of_its_own() -> None:
    """Not the newest one's for all: an appeal against the older one would be too late."""
    assert replace(NEW, can_appeal=True).can_appeal
    body = render(NEW, CATALOGS).body
    assert body.count("April 3, 2026") == 1
    assert "The time to appeal ended on March 3, 2026." in body
    none_left = render(replace(NEW, cases=(OLD,), can_appeal=False), CATALOGS).body
    assert "you can appeal" not in none_left
    assert "cannot be appealed" not in none_left


@pytest.mark.parametrize(
    ("language", "market", "paid"),
    [
        ("en", "SG", "You receive SGD49.50."),
        ("id", "ID", "Anda menerima Rp50.000."),
        ("vi", "VN", "Bạn nhận được 50.000\xa0₫."),
        ("en", "world", "You receive 50,000."),
    ],
)
def test_a_bonus_says_how_much_and_for_what_time(language: str, market: str, paid: str) -> None:
    amount = Decimal("49.50") if market == "SG" else Decimal("50000.00")
    facts = replace(
        NEW,
        language=language,
        market=market,
        list="rewards",
        measure="welcome_bonus",
        programme="welcome_bonus",
        scope="account",
        starts_on=date(2026, 3, 1),
        ends_on=None,
        cases=(),
        amount=amount,
        can_appeal=False,
        restored_by="",
        restored_on=None,
    )
    lines = render(facts, CATALOGS).body.split("\n")
    assert lines[1] == paid
    if language == "en":
        assert lines[2:] == ["It is for the period that began on March 1, 2026."]


def test_a_granted_appeal_is_told_as_such() -> None:
    lines = render(replace(ENDED, is_appeal_granted=True), CATALOGS).body.split("\n")
    assert lines[2] == "Your appeal was granted. What it was about no longer counts."


def test_what_was_taken_back_without_an_appeal_is_told_as_such() -> None:
    lines = render(replace(ENDED, is_restored=True), CATALOGS).body.split("\n")
    assert (
        lines[2] == "We looked at a decision again and took it back, without an appeal of yours. It no longer counts."
    )
    # Of two decisions, one went each way.
    lines = render(replace(ENDED, is_appeal_granted=True, is_restored=True), CATALOGS).body.split("\n")
    assert [line.split(" ")[0] for line in lines[2:4]] == ["Your", "We"]


@pytest.mark.parametrize("language", sorted(CATALOGS.languages))
def test_that_a_decision_was_taken_back_is_told_in_every_language(language: str) -> None:
    line = render(replace(ENDED, language=language, is_restored=True), CATALOGS).body.split("\n")[2]
    assert (line == render(replace(ENDED, is_restored=True), CATALOGS).body.split("\n")[2]) == (language == "en")


@pytest.mark.parametrize(
    ("language", "starts_on", "ends_on"),
    [("th", "5 มีนาคม 2569", "11 มีนาคม 2569"), ("zh", "2026年3月5日", "2026年3月11日")],
)
def test_days_are_written_as_the_language_does(language: str, starts_on: str, ends_on: str) -> None:
    line = render(replace(NEW, language=language), CATALOGS).body.split("\n")[1]
    assert starts_on in line
    assert ends_on in line


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(NEW, ends_on=None), "This decision applies from March 5, 2026 on, without an end date."),
        (replace(NEW, starts_on=None), "This decision applies until March 11, 2026, that day included."),
        (replace(NEW, starts_on=None, ends_on=None), "This decision applies without an end date."),
        (replace(ENDED, starts_on=None), "Its last day was March 11, 2026."),
        (
            replace(NEW, cases=()),
            "If you think this decision is wrong, you can appeal it in the app at any time.",
        ),
        (replace(NEW, cases=(), can_appeal=False), "This decision cannot be appealed."),
        (
            replace(NEW, restored_on=None),
            "The measure ends by itself when its time is over. You do not need to do anything.",
        ),
        (replace(NEW, restored_by="appeal"), "The measure ends if your appeal is granted."),
        (replace(NEW, restored_by="conditions"), "The measure ends when you meet all the conditions again."),
    ],
)
def test_what_else_there_is_to_tell(facts: NoticeFacts, said: str) -> None:
    assert said in render(facts, CATALOGS).body.split("\n")


def test_an_end_without_known_days_is_told_once() -> None:
    facts = replace(ENDED, starts_on=None, ends_on=None, cases=())
    assert render(facts, CATALOGS).body.split("\n") == [
        "The measure “No live streaming” on your live streams has ended.",
        "The reason was your standing in the programme “Account health”.",
    ]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (replace(NEW, measure="shadow_ban"), r"en\.po: measure\.shadow_ban: missing; add it and translate it"),
        (replace(NEW, language="de"), r"de\.po: missing; copy en\.po there"),
    ],
)
def test_what_is_not_translated_is_an_error_and_not_english(facts: NoticeFacts, said: str) -> None:
    with pytest.raises(CatalogError, match=said):
        render(facts, CATALOGS)


_days = st.none() | st.dates()


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_no_placeholder_is_ever_left(language: str, data: st.DataObject) -> None:
    facts = data.draw(
        st.builds(
            NoticeFacts,
            language=st.just(language),
            event=st.sampled_from(["new", "changed", "ended"]),
            list=st.sampled_from(["penalties", "rewards"]),
            measure=st.sampled_from(PENALTIES + REWARDS),
            scope=st.sampled_from(SCOPES),
            programme=st.sampled_from(PROGRAMMES),
            starts_on=_days,
            ends_on=_days,
            reason=st.sampled_from(["", "Fake prizes in lives"]),
            lifted_until=_days,
            cases=st.lists(
                st.builds(
                    ToldViolation,
                    violation_type=st.sampled_from(["copyright", "a_new_one", None]),
                    kind=st.sampled_from(["live", "short_video", "repository", None]),
                    title=st.sampled_from(["Spring sale", None]),
                    posted_on=_days,
                    decided_on=_days,
                    amount=st.sampled_from([Decimal("3.00"), None]),
                    unit=st.sampled_from(["strike", None]),
                    last_counts_on=_days,
                    appeal=st.sampled_from(["any_time", "pending", "none"]),
                    appeal_until=_days,
                )
                | st.dates().map(lambda day: replace(LATER, appeal_until=day)),
                max_size=14,
            ).map(tuple),
            market=st.sampled_from(["SG", "ID", "world"]),
            amount=st.sampled_from([Decimal("50.00"), None]),
            balance_before=st.sampled_from([Decimal(4), None]),
            balance_after=st.sampled_from([Decimal("7.5"), None]),
            is_appeal_granted=st.booleans(),
            is_restored=st.booleans(),
            appeal_until=_days,
            can_appeal=st.booleans(),
            restored_by=st.sampled_from(["time", "balance", "appeal", "conditions", ""]),
            restored_on=_days,
            unit=st.sampled_from(["point", None]),
            is_reversed=st.booleans(),
            outranked_by=st.sampled_from([*PENALTIES, None]),
            followed_by=st.sampled_from([*PENALTIES, None]),
            followed_until=_days,
        )
    )
    notice = render(facts, CATALOGS)
    assert not set("{}") & set(notice.subject + notice.body)
    assert "\n" not in notice.subject
    assert all(line.strip() for line in notice.body.split("\n"))
