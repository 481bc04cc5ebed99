"""receivers.yml: what it may say, and how a receiver is opened through its Airflow connection."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.releases import night, penalty, publish, reward
from evenhand.commands.policy_check import receivers_that_are_one_system
from evenhand.delivery.config import ReceiversError, load_receivers
from evenhand.delivery.deliver import deliver
from evenhand.delivery.receipts import Receipts
from evenhand.delivery.receivers.files import FilesReceiver
from evenhand.delivery.reconcile import reconcile_and_correct
from evenhand.tasks.receivers import open_receiver
from sandbox.process import SECRET, SandboxProcess


def test_the_checkouts_own_file_is_right() -> None:
    receivers = load_receivers()
    assert {name: (each.kind, each.connection) for name, each in receivers.items()} == {
        "sandbox": ("http", "evenhand_sandbox"),
        "files": ("files", "evenhand_files"),
        "notices": ("notices", "evenhand_notices"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "receivers:\n  a:\n    kind: http\n    conection: c\n    lists: [x]\n",
            [":4:", "no such setting", ":2:", "add it"],
        ),
        (
            "receivers:\n  a:\n    kind: kafka\n    connection: c\n    lists: [x]\n",
            [":2:", "kind must be one of http, files"],
        ),
        (
            "receivers:\n  a:\n    kind: http\n    connection: c\n    lists: [x]\n    batch_size: 0\n",
            [":6:", "it is 0"],
        ),
        ("receivers:\n  a:\n    kind: http\n    connection: c\n    lists: [x, Y]\n", [":5:", "it is 'Y'"]),
        (
            "receivers:\n  a:\n    kind: http\n    connection: c\n    lists: [x]\n    batch_size: 1_000\n",
            [":6:17: found 1_000, which is read as 1000; expected", "such as 1000"],
        ),
        ("receivers:\n  a: [\n", [":3:", "isn't YAML"]),
        ("receivers:\n  A-B:\n    kind: http\n    connection: c\n    lists: [x]\n", [":2:"]),
        ("", [":1:"]),
    ],
)
def test_a_mistake_is_named_with_its_line_and_remedy(text: str, said: list[str], tmp_path: Path) -> None:
    path = tmp_path / "receivers.yml"
    path.write_text(text)
    with pytest.raises(ReceiversError) as error:
        load_receivers(path)
    for part in said:
        assert part in str(error.value)
    assert str(path) in str(error.value)


def test_connections_from_the_environment_work_outside_a_task(
    tmp_path: Path, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = {"conn_type": "http", "host": sandbox.url, "password": SECRET}
    monkeypatch.setenv("AIRFLOW_CONN_EVENHAND_SANDBOX", json.dumps(connection))
    monkeypatch.setenv(
        "AIRFLOW_CONN_EVENHAND_FILES", json.dumps({"conn_type": "generic", "extra": {"path": str(tmp_path / "out")}})
    )
    with open_receiver("sandbox") as receiver:
        lists = ("penalties", "rewards", "qa_items")
        assert (receiver.name, receiver.lists, list(receiver.read_back())) == ("sandbox", lists, [])
    with open_receiver("files") as receiver:
        assert isinstance(receiver, FilesReceiver)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_EVENHAND_SANDBOX", raising=False)
    with pytest.raises(ReceiversError, match="AIRFLOW_CONN_EVENHAND_SANDBOX"), open_receiver("sandbox"):
        pass
    monkeypatch.setenv("AIRFLOW_CONN_EVENHAND_SANDBOX", json.dumps({"conn_type": "http", "host": "localhost"}))
    with pytest.raises(ReceiversError, match="its host must be a base URL"), open_receiver("sandbox"):
        pass
    monkeypatch.setenv("AIRFLOW_CONN_EVENHAND_FILES", json.dumps({"conn_type": "generic"}))
    with pytest.raises(ReceiversError, match="in its extra"), open_receiver("files"):
        pass
    with pytest.raises(ReceiversError, match=r"no receiver 'nobody'.* has sandbox, files"), open_receiver("nobody"):
        pass


def _two_entries(folder: Path, kind: str, its_lists: str, extra: str = "") -> Path:
    path = folder / "receivers.yml"
    path.write_text(
        f"receivers:\n  one: {{kind: {kind}, connection: one, lists: [penalties]{extra}}}\n"
        f"  other: {{kind: {kind}, connection: other, lists: [{its_lists}]{extra}}}\n"
    )
    return path


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (
            "http",
            {"host": "http://Enforcement.example/", "password": "a"},
            {"host": "http://enforcement.example:80", "password": "b"},
        ),
        ("files", {"extra": {"path": "/tmp/lists/../lists"}}, {"extra": {"path": "/tmp/lists/"}}),
        ("postgres", {"host": "db", "schema": "e"}, {"host": "DB", "port": 5432, "schema": "e", "login": "another"}),
    ],
)
def test_two_entries_that_are_one_system_are_refused(
    kind: str, one: dict[str, object], other: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However each spells it: they would remove each other's rows for ever."""
    for name, connection in (("ONE", one), ("OTHER", other)):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps({"conn_type": "generic", **connection}))
    path = _two_entries(tmp_path, kind, "rewards, penalties")
    for name in ("one", "other"):
        with pytest.raises(ReceiversError, match=r"are one system, .*penalties"), open_receiver(name, path):
            pass
    path = _two_entries(tmp_path, kind, "rewards")
    if kind == "files":
        with pytest.raises(ReceiversError, match="a folder has one entry"), open_receiver("one", path):
            pass
        return
    with open_receiver("one", path) as receiver:
        assert receiver.capabilities.others == {"rewards"}
        assert receiver.capabilities.neighbours == {"other"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("files", {"extra": {"path": "s3://b/p"}}), ("object_store", {"extra": {"path": "s3://b/p/"}})),
        (("files", {"extra": {"path": "/x/y"}}), ("files", {"extra": {"path": "file:///x//y"}})),
        (("files", {"extra": {"path": "/x/y z"}}), ("files", {"extra": {"path": "file://localhost/x/y%20z/"}})),
        (("object_store", {"extra": {"path": "s3://b/p"}}), ("object_store", {"extra": {"path": "s3://b//p"}})),
        (
            ("object_store", {"extra": {"path": "s3://b/p", "endpoint_url": "https://s3.example"}}),
            ("object_store", {"extra": {"path": "s3a://b/p", "endpoint_url": "https://S3.example.:443/"}}),
        ),
        (("http", {"host": "http://127.0.0.1:81"}), ("http", {"host": "http://localhost:81"})),
        (("http", {"host": "http://[::1]:81/a"}), ("http", {"host": "http://127.0.0.2:81//a/"})),
        (("http", {"host": "https://e.example"}), ("http", {"host": "https://e.example."})),
        (("postgres", {"host": "127.0.0.1", "schema": "e"}), ("postgres", {"host": "localhost", "schema": "e"})),
        (("postgres", {"host": "::1", "schema": "e"}), ("postgres", {"host": "/var/run/postgresql", "schema": "e"})),
    ],
)
def test_one_system_is_recognised_across_kinds_and_spellings(
    one: tuple[str, dict[str, object]],
    other: tuple[str, dict[str, object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "receivers.yml"
    path.write_text(
        f"receivers:\n  one: {{kind: {one[0]}, connection: one, lists: [penalties]}}\n"
        f"  other: {{kind: {other[0]}, connection: other, lists: [penalties]}}\n"
    )
    for name, (_, connection) in (("ONE", one), ("OTHER", other)):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps({"conn_type": "generic", "password": "a", **connection}))
    for name in ("one", "other"):
        with pytest.raises(ReceiversError, match=r"are one system, .*penalties"), open_receiver(name, path):
            pass
    (said,) = receivers_that_are_one_system(path)
    assert said.severity == "error"
    assert "other and one are one system" in said.said


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("http", {"host": "http://127.0.0.1:81"}, {"host": "http://127.0.0.1:82"}),
        ("http", {"host": "http://127.0.0.1"}, {"host": "http://127.0.1.example"}),
        ("http", {"host": "http://e.example/a"}, {"host": "http://e.example/b"}),
        ("files", {"extra": {"path": "/x/y"}}, {"extra": {"path": "/x/y2"}}),
        ("postgres", {"host": "localhost", "schema": "e"}, {"host": "localhost", "schema": "f"}),
        (
            "object_store",
            {"extra": {"path": "s3://b/p", "endpoint_url": "https://one.example"}},
            {"extra": {"path": "s3://b/p", "endpoint_url": "https://two.example"}},
        ),
    ],
)
def test_two_systems_are_two(
    kind: str, one: dict[str, object], other: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _two_entries(tmp_path, kind, "penalties")
    for name, connection in (("ONE", one), ("OTHER", other)):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps({"conn_type": "generic", "password": "a", **connection}))
    assert list(receivers_that_are_one_system(path)) == []


def test_a_receiver_of_lists_leaves_notices_alone_that_go_to_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ONE", "TOLD"):
        connection = {"conn_type": "http", "host": "http://e.example", "password": "a"}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", json.dumps(connection))
    path = tmp_path / "receivers.yml"
    path.write_text(
        "receivers:\n  one: {kind: http, connection: one, lists: [penalties]}\n"
        "  told: {kind: notices, connection: told, after: [one]}\n"
    )
    with open_receiver("one", path) as receiver:
        assert receiver.capabilities.others == {"notices"}
        assert receiver.capabilities.neighbours == frozenset()


@pytest.mark.parametrize("kind", ["http", "files"])
def test_one_connection_brings_each_list_once_or_the_file_is_not_read(kind: str, tmp_path: Path) -> None:
    path = _two_entries(tmp_path, kind, "rewards, penalties")
    path.write_text(path.read_text().replace("connection: other", "connection: one"))
    with pytest.raises(ReceiversError, match="one and other are one system, connection one, and"):
        load_receivers(path)


def test_two_entries_of_one_system_leave_each_others_lists_alone(
    tmp_path: Path, sandbox: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = json.dumps({"conn_type": "http", "host": sandbox.url, "password": SECRET})
    for name in ("ONE", "OTHER"):
        monkeypatch.setenv(f"AIRFLOW_CONN_{name}", connection)
    split = _two_entries(tmp_path, "http", "rewards", ", audience: sandbox")
    whole = tmp_path / "whole.yml"
    whole.write_text(
        "receivers:\n  one: {kind: http, connection: one, lists: [penalties, rewards], audience: sandbox}\n"
    )
    # A list that goes to the other entry is neither removed by who had it nor brought once more, there and back.
    for number, path in enumerate((split, split, whole, split, whole), start=1):
        release = publish(tmp_path, night(number), [penalty("p1")], [reward("r1")])
        for name in load_receivers(path):
            with open_receiver(name, path) as receiver, Receipts(tmp_path / "receipts.sqlite") as receipts:
                assert deliver(release, receiver, receipts).complete
                assert reconcile_and_correct(release, receiver, receipts).agrees
        assert sandbox.held().keys() == {("penalties", "p1"), ("rewards", "r1")}
        assert len(sandbox.effects()) == 2


def test_the_lists_of_an_entry_of_which_nobody_knows_where_it_leads_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "AIRFLOW_CONN_ONE", json.dumps({"conn_type": "http", "host": "http://e.example", "password": "a"})
    )
    monkeypatch.delenv("AIRFLOW_CONN_OTHER", raising=False)
    path = _two_entries(tmp_path, "http", "rewards, penalties")
    with open_receiver("one", path) as receiver:
        assert receiver.capabilities.others == receiver.capabilities.maybe_others == {"rewards"}
        assert receiver.capabilities.neighbours == frozenset()


def test_reading_the_file_imports_nothing_slow() -> None:
    code = (
        "import sys, evenhand.delivery.config as config; config.load_receivers();"
        "print(*{'airflow', 'duckdb', 'httpx'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""


def test_a_receiver_that_says_nothing_of_one_row_per_scope_is_as_it_was_approved(tmp_path: Path) -> None:
    """Else the first night after an upgrade would wait for a person to approve every receiver anew."""
    path = tmp_path / "receivers.yml"
    path.write_text(
        "receivers:\n"
        "  a: {kind: files, connection: a, lists: [penalties]}\n"
        "  b: {kind: files, connection: b, lists: [penalties], one_row_per_scope: true}\n"
    )
    a, b = (config.model_dump(mode="json") for config in load_receivers(path).values())
    assert "one_row_per_scope" not in a
    assert b["one_row_per_scope"] is True
