"""What is found by its name or its words, and cases that are opened by hand from any page."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

from fastapi.testclient import TestClient

from console.case_forms import HERE, send
from console.conftest import EARLIER
from console.serving import seen_by_all


def test_a_night_is_found_by_its_day_and_a_case_by_its_name_or_its_words(
    home: Path, tmp_path: Path, reader: TestClient
) -> None:
    assert "Night 5 Mar 2026" in re.sub(r"<[^>]+>", "", reader.get(f"/search?q={EARLIER}").text)
    assert "Nothing is called so" in reader.get("/search?q=2026-03-04").text
    shutil.copytree(home, tmp_path / "home", symlinks=True)
    with seen_by_all(tmp_path / "home") as app:
        client = TestClient(app, base_url=HERE, headers={"accept": "text/html"})
        told = [
            send(client, "/cases", "/cases", market="world", about=about, title=title, account="a2").url.path
            for about, title in (("a press call", "They <ask> about a live"), ("another", "A second call"))
        ]
        for words, path in (
            (told[0].rpartition("/")[2].upper(), told[0]),
            ("press CALL", told[0]),
            ("second", told[1]),
        ):
            assert client.get("/search", params={"q": words}).url.path == path, words
        both = client.get("/search?q=call").text
        assert all(path.removeprefix("/") in both for path in told)
        assert "They &lt;ask&gt; about a live" in both
        # A creator's own name leads to its page, whatever is written of it.
        assert "<h2>What is in force</h2>" in client.get("/search?q=a2").text


def test_a_case_is_opened_from_any_page_for_a_market_that_there_is(reader: TestClient) -> None:
    for address, market in (("/creator?account=a2", ""), ("/lists/penalties?market=ID", "ID"), ("/policies", "")):
        page = reader.get(address)
        (link,) = re.findall(r'<a href="([^"]*opening=true#by-hand)">Open a case by hand</a>', page.text)
        form = reader.get(urljoin(address, unescape(link))).text.split('id="by-hand"')[1]
        assert "<details open>" in form
        (choices,) = re.findall(r'<select name="market" required>(.*?)</select>', form)
        assert re.findall(r'value="([^"]*)"', choices) == [*([] if market else [""]), "ID", "world", "all"]
        assert re.findall(r'value="([^"]*)" selected', choices) == ([market] if market else [])
        assert ('name="account" value="a2"' in form) == ("a2" in address)
