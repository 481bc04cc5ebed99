"""Notices: what an account reads, in its language."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.notices.catalogs import CatalogError, load_catalogs
from evenhand.notices.notice import Notice, NoticeFacts
from evenhand.notices.render import render
from notices.needed import LANGUAGES, PENALTIES, PROGRAMMES, REWARDS, SCOPES, TRANSLATIONS

CATALOGS = load_catalogs(TRANSLATIONS)

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
    evidence=("v-101", "v-102"),
    appeal_until=date(2026, 4, 3),
    can_appeal=True,
    restored_by="time",
    restored_on=date(2026, 3, 12),
)
ENDED = replace(NEW, event="ended", can_appeal=False, appeal_until=None, restored_by="", restored_on=None)


def _ids(number: int) -> tuple[str, ...]:
    return tuple(f"v{i}" for i in range(1, number + 1))


def test_a_new_penalty_in_english() -> None:
    assert render(NEW, CATALOGS) == Notice(
        "New measure: No live streaming",
        "We have placed a new measure on your live streams: “No live streaming”.\n"
        "This decision applies from March 5, 2026 to March 11, 2026, both days included.\n"
        "The reason is these violations, which count in the programme “Account health”: v-101 and v-102.\n"
        "If you think this decision is wrong, you can appeal it in the app until April 3, 2026, that day included.\n"
        "The measure ends by itself and no longer applies from March 12, 2026. You do not need to do anything.",
    )


def test_what_people_imposed_or_lifted_themselves_is_told_with_their_reason() -> None:
    imposed = replace(NEW, programme="emergency", reason="Fake prizes in lives", evidence=())
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
    over = replace(ENDED, programme="emergency", evidence=())
    assert render(over, CATALOGS).body.split("\n") == [
        "The measure “No live streaming” on your live streams has ended.",
        "It was in force from March 5, 2026 to March 11, 2026, both days included.",
    ]


def test_a_new_penalty_in_bahasa_indonesia() -> None:
    assert render(replace(NEW, language="id"), CATALOGS) == Notice(
        "Tindakan baru: Siaran langsung tidak diizinkan",
        "Kami menerapkan tindakan baru pada siaran langsung Anda: “Siaran langsung tidak diizinkan”.\n"
        "Keputusan ini berlaku dari 5 Maret 2026 sampai dengan 11 Maret 2026.\n"
        "Alasannya adalah pelanggaran berikut, yang diperhitungkan dalam program “Kesehatan akun”: v-101 dan v-102.\n"
        "Jika menurut Anda keputusan ini keliru, Anda dapat mengajukan banding di aplikasi "
        "sampai dengan 3 April 2026.\n"
        "Tindakan ini berakhir dengan sendirinya dan tidak lagi berlaku mulai 12 Maret 2026. "
        "Anda tidak perlu melakukan apa pun.",
    )


def test_an_ended_penalty_in_english() -> None:
    assert render(ENDED, CATALOGS) == Notice(
        "Measure ended: No live streaming",
        "The measure “No live streaming” on your live streams has ended.\n"
        "It was in force from March 5, 2026 to March 11, 2026, both days included.\n"
        "The reason was these violations, which counted in the programme “Account health”: v-101 and v-102.",
    )


def test_an_ended_penalty_in_bahasa_indonesia() -> None:
    assert render(replace(ENDED, language="id"), CATALOGS) == Notice(
        "Tindakan berakhir: Siaran langsung tidak diizinkan",
        "Tindakan “Siaran langsung tidak diizinkan” pada siaran langsung Anda telah berakhir.\n"
        "Masa berlakunya dari 5 Maret 2026 sampai dengan 11 Maret 2026.\n"
        "Alasannya waktu itu adalah pelanggaran berikut, yang diperhitungkan dalam program “Kesehatan akun”: "
        "v-101 dan v-102.",
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
        evidence=(),
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
        (1, "The reason is this violation, which counts in the programme “Account health”: v1."),
        (2, "The reason is these violations, which count in the programme “Account health”: v1 and v2."),
        (
            11,
            "The reason is these violations, which count in the programme “Account health”: "
            "v1, v2, v3, v4, v5, v6, v7, v8, v9, and v10.\nThere is 1 more violation besides these.",
        ),
        (
            12,
            "The reason is these violations, which count in the programme “Account health”: "
            "v1, v2, v3, v4, v5, v6, v7, v8, v9, and v10.\nThere are 2 more violations besides these.",
        ),
    ],
)
def test_evidence_is_counted(number: int, said: str) -> None:
    lines = render(replace(NEW, evidence=_ids(number)), CATALOGS).body.split("\n")
    assert "\n".join(lines[2:-2]) == said


@pytest.mark.parametrize(
    ("language", "starts_on", "ends_on"),
    [("th", "5 มีนาคม ค.ศ. 2026", "11 มีนาคม ค.ศ. 2026"), ("zh", "2026年3月5日", "2026年3月11日")],
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
            replace(NEW, appeal_until=None),
            "If you think this decision is wrong, you can appeal it in the app at any time.",
        ),
        (replace(NEW, can_appeal=False), "This decision cannot be appealed."),
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
    facts = replace(ENDED, starts_on=None, ends_on=None, evidence=())
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
            evidence=st.lists(st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True), max_size=14).map(tuple),
            appeal_until=_days,
            can_appeal=st.booleans(),
            restored_by=st.sampled_from(["time", "balance", "appeal", "conditions", ""]),
            restored_on=_days,
        )
    )
    notice = render(facts, CATALOGS)
    assert not set("{}") & set(notice.subject + notice.body)
    assert "\n" not in notice.subject
    assert all(line.strip() for line in notice.body.split("\n"))
