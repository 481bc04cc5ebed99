"""The HTTP receiver against real failures, and the promise that a change takes effect once.

Longer than other files, for its tests share one server that fails in every way.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from delivery.faulty import FAULTS, FaultyServer
from delivery.releases import LISTS, night, penalty, publish
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers import ReceiverError
from evenhand.delivery.receivers.http import HttpReceiver
from evenhand.delivery.reconcile import reconcile
from evenhand.delivery.signature import sign
from sandbox.process import SECRET, SandboxProcess


def test_the_signature_is_that_of_the_standard() -> None:
    # The worked example of the Standard Webhooks specification's reference libraries.
    signature = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_standards_own_package_takes_our_batches_and_readings_and_nothing_else(
    tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    webhook = Webhook(SECRET)
    deliver(publish(tmp_path, night(1), [penalty("p1", account="Ünï")]), flaky, receipts)
    (body,), (headers,) = faulty.bodies, faulty.headers
    assert webhook.verify(body, headers)["changes"][0]["payload"]["account_id"] == "Ünï"
    for wrong in (body + b" ", body.replace(b"no_live", b"no_ads ")):
        with pytest.raises(WebhookVerificationError):
            webhook.verify(wrong, headers)
    (reading,) = [each for each in faulty.readings if "limit" in each["evenhand-read"]][:1]
    assert webhook.verify(reading["evenhand-read"], reading)["asks"] == "state"


@pytest.mark.parametrize("fault", ["503", "429", "502_after", "drop_before", "drop_after", "partial", "shuffle"])
def test_a_passing_failure_is_retried_with_the_same_keys(
    fault: str, tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    faulty.faults.append(fault)
    summary = deliver(publish(tmp_path, night(1), [penalty("p1"), penalty("p2")]), flaky, receipts)
    assert summary.complete
    assert summary.applied + summary.duplicates == 2
    sent = [change["key"] for body in faulty.bodies for change in json.loads(body)["changes"]]
    assert set(sent) == {effect[0] for effect in sandbox.effects()}
    assert len(sandbox.effects()) == 2


@pytest.mark.parametrize(("fault", "remedy"), [("401", "password"), ("404", "base URL")])
def test_a_refusal_is_not_retried_and_says_what_to_do(
    fault: str, remedy: str, tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    faulty.faults.append(fault)
    with pytest.raises(ReceiverError) as error:
        deliver(publish(tmp_path, night(1), [penalty("p1")]), flaky, receipts)
    for part in ("receiver sandbox", f"{faulty.url}/v1/changes", f"HTTP {fault}", remedy):
        assert part in str(error.value)
    assert SECRET not in str(error.value)
    assert len(faulty.bodies) == 1


@pytest.mark.parametrize(("fault", "sure"), [("422", True), ("500", False)])
def test_the_row_that_a_batch_is_refused_for_is_found_by_halving(
    fault: str,
    sure: bool,
    tmp_path: Path,
    sandbox: SandboxProcess,
    faulty: FaultyServer,
    client: httpx.Client,
    receipts: Receipts,
) -> None:
    poison = penalty("p3", account="poison")
    rows = [penalty(f"p{number}") for number in range(8) if number != 3]
    receiver = HttpReceiver("sandbox", LISTS, faulty.url, SECRET, client, batch_size=4, attempts=2, backoff_seconds=0)
    faulty.poison = ("poison", fault)
    summary = deliver(publish(tmp_path, night(1), [*rows, poison]), receiver, receipts)
    assert summary.applied == 7
    assert [row.row_key for row in summary.rejected] == (["p3"] if sure else [])
    assert [row_key for _, row_key in summary.unanswered] == ([] if sure else ["p3"])
    assert sorted(row_key for _, row_key in sandbox.held()) == [row[0] for row in rows]
    # It is asked again each time, and never keeps others from going through.
    again = deliver(publish(tmp_path, night(2), [*rows, poison, penalty("p9")]), receiver, receipts)
    assert (again.applied, len(again.rejected) + len(again.unanswered)) == (1, 1)
    faulty.poison = None
    assert deliver(publish(tmp_path, night(3), [*rows, poison, penalty("p9")]), receiver, receipts).complete
    assert len(sandbox.effects()) == 9


def test_one_that_refuses_every_row_is_not_asked_row_by_row_for_ever(
    tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    faulty.poison = ("A1", "422")
    release = publish(tmp_path, night(1), [penalty(f"p{number}") for number in range(300)])
    with pytest.raises(ReceiverError, match="refuses every row"):
        deliver(release, flaky, receipts)
    assert len(faulty.bodies) < 60
    faulty.poison = None
    assert deliver(release, flaky, receipts).complete


def test_without_keys_what_a_lost_answer_leaves_open_is_read_and_nothing_is_sent_twice(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, client: httpx.Client, receipts: Receipts
) -> None:
    receiver = HttpReceiver(
        "sandbox", LISTS, faulty.url, SECRET, client, batch_size=3, honours_keys=False, backoff_seconds=0
    )
    release = publish(tmp_path, night(1), [penalty(f"p{number}") for number in range(7)])
    faulty.faults.extend(["429", "fine", "drop_after"])
    with pytest.raises(ReceiverError, match="gave no answer in 1 attempt;"):
        deliver(release, receiver, receipts)
    assert len(sandbox.effects()) == 6
    assert deliver(release, receiver, receipts).sent == {"penalties": {"put": 1}}
    assert len(sandbox.effects()) == 7


@pytest.mark.parametrize("fault", ["nonsense", "stranger"])
def test_an_answer_outside_the_contract_is_an_error(
    fault: str, tmp_path: Path, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    faulty.faults.append(fault)
    with pytest.raises(ReceiverError, match="broke the contract"):
        deliver(publish(tmp_path, night(1), [penalty("p1")]), flaky, receipts)


def test_a_wrong_secret_is_refused(
    tmp_path: Path, sandbox: SandboxProcess, client: httpx.Client, receipts: Receipts
) -> None:
    stranger = HttpReceiver("sandbox", LISTS, sandbox.url, "another secret", client)
    with pytest.raises(ReceiverError, match=r"HTTP 401.*password"):
        deliver(publish(tmp_path, night(1), [penalty("p1")]), stranger, receipts)
    with pytest.raises(ReceiverError, match="HTTP 401"):
        list(stranger.read_back())
    assert sandbox.effects() == []


def test_an_unanswered_put_that_is_no_longer_wanted_is_removed(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    faulty.faults.extend(["drop_after"] * 3)
    with pytest.raises(ReceiverError, match="gave no answer in 3 attempts"):
        deliver(publish(tmp_path, night(1), [penalty("p1")]), flaky, receipts)
    assert list(sandbox.held()) == [("penalties", "p1")]
    summary = deliver(publish(tmp_path, night(2)), flaky, receipts)
    assert (summary.duplicates, summary.applied) == (1, 1)
    assert [effect[3] for effect in sandbox.effects()] == ["put", "remove"]
    assert sandbox.held() == {}


def test_rows_left_unanswered_are_settled_before_the_next_change(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    rows = [penalty("p1"), penalty("p2"), penalty("p3")]
    faulty.faults.extend(["partial", "drop_after", "drop_after"])
    summary = deliver(publish(tmp_path, night(1), rows), flaky, receipts)
    assert summary.unanswered == (("penalties", "p1"), ("penalties", "p2"))
    assert not summary.complete
    release = publish(tmp_path, night(2), [penalty("p1", measure="no_ads"), penalty("p3")])
    assert deliver(release, flaky, receipts).complete
    assert reconcile(release, flaky, receipts).agrees
    assert [effect[2:] for effect in sandbox.effects()[3:]] == [("p2", "remove"), ("p1", "put")]


def test_a_killed_receiver_that_comes_back_has_everything_once(tmp_path: Path, receipts: Receipts) -> None:
    sandbox = SandboxProcess(tmp_path / "sandbox.sqlite")
    try:
        with httpx.Client() as client:
            receiver = HttpReceiver(
                "sandbox", LISTS, sandbox.url, SECRET, client, batch_size=2, attempts=2, backoff_seconds=0
            )
            deliver(publish(tmp_path, night(1), [penalty("p1")]), receiver, receipts)
            sandbox.kill()
            release = publish(tmp_path, night(2), [penalty(f"p{number}") for number in range(9)])
            with pytest.raises(ReceiverError, match="run the delivery again"):
                deliver(release, receiver, receipts)
            sandbox.start()
            assert deliver(release, receiver, receipts).complete
            assert reconcile(release, receiver, receipts).agrees
        assert len(sandbox.effects()) == 9
    finally:
        sandbox.kill()


_DELIVER = """
import sys, httpx
from pathlib import Path
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.http import HttpReceiver
url, secret, release, ledger = sys.argv[1:]
with httpx.Client(timeout=60) as client, Receipts(Path(ledger)) as receipts:
    deliver(Path(release), HttpReceiver("sandbox", ("penalties",), url, secret, client, batch_size=3), receipts)
"""


def test_a_killed_delivery_loses_and_repeats_nothing(
    tmp_path: Path, sandbox: SandboxProcess, faulty: FaultyServer, flaky: HttpReceiver, receipts: Receipts
) -> None:
    rows = [penalty(f"p{number}") for number in range(7)]
    release = publish(tmp_path, night(1), rows)
    faulty.faults.extend(["fine", "hang_after"])
    process = subprocess.Popen(
        [sys.executable, "-c", _DELIVER, faulty.url, SECRET, str(release), str(receipts.path)], env=dict(os.environ)
    )
    assert faulty.hanging.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(sandbox.effects()) == 6
    summary = deliver(publish(tmp_path, night(2), rows[:5]), flaky, receipts)
    assert (summary.duplicates, summary.applied) == (3, 1)
    assert [effect[2:] for effect in sandbox.effects()[6:]] == [("p5", "remove")]
    assert len(sandbox.held()) == 5


Wanted = dict[str, str]
_nights = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(["a", "b", "c", "d", "e"]), st.sampled_from(["no_live", "no_ads", "refused"])),
        st.lists(st.sampled_from(FAULTS), max_size=5),
    ),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("examples", [15, pytest.param(40, marks=pytest.mark.soak)])
def test_any_nights_under_any_failures_end_as_wanted_with_every_change_once(
    examples: int, sandbox: SandboxProcess, faulty: FaultyServer, client: httpx.Client
) -> None:
    @example(nights=[({"c": "refused"}, ["503", "503"]), ({}, ["503", "503"])])
    @settings(max_examples=examples, deadline=None)
    @given(nights=_nights)
    def end_as_wanted(nights: Sequence[tuple[Wanted, Sequence[str]]]) -> None:
        _end_as_wanted(nights, sandbox, faulty, client)

    end_as_wanted()


def _end_as_wanted(
    nights: Sequence[tuple[Wanted, Sequence[str]]], sandbox: SandboxProcess, faulty: FaultyServer, client: httpx.Client
) -> None:
    """`refused` stands for a row that the receiver rejects: it has no account."""
    sandbox.forget()
    receiver = HttpReceiver(
        "sandbox", ("penalties",), faulty.url, SECRET, client, batch_size=2, attempts=2, backoff_seconds=0
    )
    held: Wanted = {}
    expected = 0
    with TemporaryDirectory() as folder, Receipts(Path(folder, "receipts.sqlite")) as receipts:
        for day, (wanted, faults) in enumerate(nights, start=1):
            release = publish(Path(folder), night(day), _rows(wanted))
            faulty.faults.clear()
            faulty.faults.extend(faults)
            with suppress(ReceiverError):
                deliver(release, receiver, receipts)
            expected += _effects(held, wanted)
            held = _after(held, wanted)
        faulty.faults.clear()
        final = deliver(release, receiver, receipts)
        assert {one.row_key for one in final.rejected} == {
            key for key, measure in wanted.items() if measure == "refused"
        }
        assert final.unanswered == ()
        assert final.complete == ("refused" not in wanted.values())
        again = deliver(release, receiver, receipts)
        assert again.applied == again.duplicates == 0
        assert receipts.unanswered("sandbox") == []
        acknowledged = receipts.acknowledged("sandbox")
    effects = sandbox.effects()
    found = {key: str(row["measure"]) for (_, key), row in sandbox.held().items()}
    # A refused row stays what it was when last taken, which failures may have kept from being the night before's.
    certain = {key for key, measure in wanted.items() if measure != "refused"}
    assert {key: found[key] for key in certain} == {key: wanted[key] for key in certain}
    assert found.keys() <= wanted.keys()
    # Every effect is one acknowledged change: none was lost, none was counted twice.
    assert len(effects) == sum(row.generation for row in acknowledged.values())
    assert {key for (_, key), row in acknowledged.items() if row.payload_sha256} == found.keys()
    for key in {effect[2] for effect in effects}:
        actions = [effect[3] for effect in effects if effect[2] == key]
        assert ("remove", "remove") not in pairwise(["remove", *actions])
    if all(fault in ("fine", "shuffle") for _, faults in nights for fault in faults):
        assert (found, len(effects)) == (held, expected)


def _rows(wanted: Wanted) -> list[tuple[object, ...]]:
    return [
        penalty(key, account="" if measure == "refused" else "A1", measure=measure) for key, measure in wanted.items()
    ]


def _after(held: Wanted, wanted: Wanted) -> Wanted:
    taken = {key: measure for key, measure in wanted.items() if measure != "refused"}
    return taken | {key: held[key] for key, measure in wanted.items() if measure == "refused" and key in held}


def _effects(held: Wanted, wanted: Wanted) -> int:
    after = _after(held, wanted)
    return sum(held.get(key) != after.get(key) for key in held.keys() | after.keys())
