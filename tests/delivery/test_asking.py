"""How a receiver is asked: how long it is waited for, how much of an answer is taken, and what is told of a wrong one.

Whatever it says, the delivery goes on, or ends with words of its own.
"""

from __future__ import annotations

import gzip

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evenhand.delivery.receivers import ReceiverError, asking
from evenhand.delivery.receivers.asking import LONGEST_WAIT_SECONDS, NoAnswer, ask, retry_after
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.shown import without_login


def _asked_to_wait(said: bytes) -> float | None:
    return retry_after(httpx.Response(429, headers=[(b"retry-after", said)]))


@given(st.binary(max_size=60))
@example(b"\xb2")
@example(b"Wed, 21 Oct 20151021202510212025 07:28:00 GMT")
@example(b"9" * 60)
def test_any_retry_after_is_a_time_or_none(said: bytes) -> None:
    seconds = _asked_to_wait(said)
    assert seconds is None or min(seconds, LONGEST_WAIT_SECONDS) >= 0


@pytest.mark.parametrize(("said", "seconds"), [(b"7", 7.0), (b"0", 0.0), (b"soon", None), (b"-1", None), (b"", None)])
def test_seconds_are_taken_as_they_are(said: bytes, seconds: float | None) -> None:
    assert _asked_to_wait(said) == seconds


def _answering(status: int, content: bytes, **headers: str) -> httpx.Client:
    """A client whose server answers so; as a stream, for httpx unpacks nothing of it beforehand then."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(status, headers=said, stream=httpx.ByteStream(content)))
    )


@pytest.mark.parametrize("packed", [True, False])
def test_of_an_answer_no_more_is_taken_than_one_can_be(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LARGEST_ANSWER", 2**20)
    content = b" " * 2**22
    client = _answering(200, gzip.compress(content), content_encoding="gzip") if packed else _answering(200, content)
    with pytest.raises(NoAnswer, match="its answer is larger than 1 MB"):
        ask(client, "GET", "http://receiver.example")


def test_what_is_packed_is_unpacked_and_what_cannot_be_is_no_answer() -> None:
    whole = ask(_answering(200, gzip.compress(b"{}"), content_encoding="gzip"), "GET", "http://receiver.example")
    assert (whole.content, whole.text) == (b"{}", "{}")
    with pytest.raises(NoAnswer, match="incorrect header"):
        ask(_answering(200, b"{}", content_encoding="gzip"), "GET", "http://receiver.example")


@pytest.mark.parametrize(
    ("status", "content", "said"),
    [
        (
            200,
            b"<html>\x1b[2JSign in",
            "is no JSON, in UTF-8 and without a mark before it: it begins: <html>\\u001b",
        ),
        (200, b'{"rows": [], "next": 5}', "next is 5: Input should be a valid string"),
        (200, b'{"rows": [{}], "next": null}', "rows.0.list is missing"),
        (200, b'{"rows": [], "next": null, "night": 0}', "night is 0: Input should be a valid date"),
        (308, b"", "the connection's host must be the address at which it answers itself"),
        (418, b"\x1b[2Jfine", "It said: \\u001b[2Jfine"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_in_one_line_of_words(status: int, content: bytes, said: str) -> None:
    receiver = HttpReceiver("mine", ("penalties",), "http://receiver.example", "secret", _answering(status, content))
    with pytest.raises(ReceiverError) as error:
        list(receiver.read_back())
    assert said in str(error.value)
    assert str(error.value).startswith("receiver mine: ")
    assert str(error.value).isprintable()
    assert "pydantic" not in str(error.value)


def test_a_hash_may_be_written_in_capitals_and_pages_must_not_lead_back() -> None:
    page = '{"rows": [{"list": "penalties", "row_key": "p", "payload_sha256": "AB"}], "next": null}'
    receiver = HttpReceiver("mine", ("penalties",), "http://e.example", "secret", _answering(200, page.encode()))
    assert [row.payload_sha256 for row in receiver.read_back()] == ["ab"]
    pages = iter("ababab")
    client = httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"rows": [], "next": next(pages)}))
    )
    with pytest.raises(ReceiverError, match="or one before it"):
        list(HttpReceiver("mine", ("penalties",), "http://e.example", "secret", client).read_back())


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://mai:hunter2@e.example/a", "https://e.example/a"),
        ("https://mai:p@ss@e.example", "https://e.example"),
        ("ftp://hunter2@e.example/x@y", "ftp://e.example/x@y"),
        ("https://e.example/a@b", "https://e.example/a@b"),
        ("/srv/lists@home", "/srv/lists@home"),
    ],
)
def test_no_login_in_an_address_is_told(address: str, shown: str) -> None:
    assert without_login(address) == shown
    if address.startswith("https"):
        receiver = HttpReceiver("mine", ("penalties",), address, "secret", _answering(404, b""))
        with pytest.raises(ReceiverError) as error:
            list(receiver.read_back())
        assert f"{shown}/v1/state" in str(error.value)
        assert "mai" not in str(error.value)
