"""The pages of policies: those that decided the night, what waits beside them, two compared, and a ladder."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from unicodedata import normalize
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

from evenhand.console.policies import in_words, policies
from evenhand.console.reader import read_in
from evenhand.console.shown import shown
from evenhand.settings import PROJECT


def test_policies_of_markets_with_creators_are_apart_from_those_without(reader: TestClient) -> None:
    page = reader.get("/policies").text
    used, unused = page.split("<h2>Without a creator</h2>")
    assert "Takedowns, version 1" in used
    assert "in force" in used
    assert "Creators in Singapore, version 1" in unused
    assert "Creators in Singapore" not in used


def test_a_policy_is_in_words_and_its_ladder_a_spreadsheet(reader: TestClient) -> None:
    page = reader.get("/policies/creators_id-v1").text
    assert "at least 3 and less than 6 points, near within 1 point" in page.replace(";", ",")
    assert "no live streaming for 7 days" in page
    assert "warning on the account for 30 days" in page
    with ZipFile(BytesIO(reader.get("/policies/creators_id-v1/xlsx").content)) as book:
        about, ladder = (book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2))
    assert "SHA-256" in about
    for said in ("Limited", "No live streaming", "for 7 days"):
        assert said in ladder


def test_the_ladder_is_a_table_in_the_readers_language(reader: TestClient) -> None:
    page = reader.get("/policies/creators_id-v1?lang=zh").text
    (table,) = re.findall(r"各区间带来的措施</h2>.*?</table>", page, flags=re.DOTALL)
    rows = [re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", row) for row in table.split("</tr>")[1:-1]]
    assert rows[0] == ["账号健康", "良好", "少于 3 分", "无", "", ""]
    assert rows[2] == ["受限", "至少 6 分且少于 12 分", "禁止直播", "直播", "为期 7天"]


def test_a_policy_is_in_words_of_the_readers_language_and_what_it_says_itself_is_marked(reader: TestClient) -> None:
    # Chinese has marks of its own width.
    page = normalize("NFKC", reader.get("/policies/creators_id-v1?lang=zh").text)
    assert "<h1>印度尼西亚创作者,第 1 版</h1>" in page
    prose = page.partition('<section class="prose">')[2].partition("</section>")[0]
    assert "<td>由审核人员给出,1 至 12 分</td>" in prose
    route = "Appeal in the app within 30 days; until it is decided, the measure stands."
    assert f'<li>申诉:<span lang="en">{route}</span></li>' in prose
    # Whatever is left in English stands in what is marked.
    left = re.sub(r'<span lang="en">.*?</span>|<[^>]*>', " ", prose, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{2,}", left)) <= {"ID", "Asia", "Jakarta", "IDR"}
    compared = reader.get("/policies/creators_id-v1?against=creators_th-v1&lang=zh").text
    said = compared.partition("</section>")[2].partition("<details>")[0]
    assert "泰国创作者" in said and "before" not in said


def test_a_new_version_waits_and_is_compared_with_what_decides(
    reader: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT / "policies", tmp_path / "policies")
    text = (tmp_path / "policies" / "takedowns.yml").read_text()
    new = text.replace("version: 1\n", "version: 2\n", 1).replace("lasts_days: 180", "lasts_days: 60", 1)
    (tmp_path / "policies" / "takedowns_2.yml").write_text(new)
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path / "policies"))

    assert "no night was decided by it yet" in reader.get("/policies").text
    page = reader.get("/policies/takedowns-v2?against=takedowns-v1").text
    assert "lasts 60 days (before: 180 days)" in page
    # The brief has it once more for whom it concerns, and nothing for who has no part in it.
    for_whom = dict(re.findall(r"<h4>For (\w+)</h4><ul>(.*?)</ul>", page))
    assert list(for_whom) == ["reviewers", "operations", "creators"]
    assert "lasts 60 days (before: 180 days)" in for_whom["reviewers"] + for_whom["creators"]
    assert for_whom["operations"] == "<li>Nothing changes for them.</li>"
    assert "-        lasts_days: 180\n+        lasts_days: 60" in page


@pytest.mark.parametrize("address", ["/policies/none-v1", "/policies/takedowns-v1?against=x", "/policies/none-v1/xlsx"])
def test_a_policy_that_isnt_there_is_said_with_those_that_are(reader: TestClient, address: str) -> None:
    answer = reader.get(address)
    assert answer.status_code == 404
    assert "takedowns-v1" in answer.text


def test_what_a_pack_says_is_text(reader: TestClient) -> None:
    found = shown()
    assert found is not None
    there = policies(found)
    hostile = "<script>alert(1)</script> ![x](http://elsewhere/x.png) [y](javascript:alert(1))"
    said = in_words(replace(there[0], pack=there[0].pack.model_copy(update={"source": hostile})), there)
    assert "<script" not in said
    assert "<img" not in said
    assert 'href="javascript' not in said


def test_what_a_pack_says_in_several_blocks_is_in_no_mark_that_goes_around_them(reader: TestClient) -> None:
    found = shown()
    assert found is not None
    there = policies(found)
    source = "It is published in two places:\n- a page\n- a book"
    read_in("zh")
    try:
        said = in_words(replace(there[0], pack=there[0].pack.model_copy(update={"source": source})), there)
    finally:
        read_in("en")
    assert "<p>It is published in two places:</p>" in said
    assert not any("</p>" in each for each in re.findall(r'<span lang="en">(.*?)</span>', said, re.DOTALL))


def test_before_the_first_night_there_is_none(nothing_released: TestClient) -> None:
    assert "Nothing is released yet" in nothing_released.get("/policies").text
    assert nothing_released.get("/policies/takedowns-v1/xlsx").status_code == 404
