"""Who sees one market sees nothing of another: on no page, in no download, for no address.

Longer than other files, for every address of the pages is in it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from console.case_forms import send
from console.conftest import EARLIER, ELSEWHERE, NIGHT, TRIED, held_anew
from console.held_night import try_what_restores
from console.serving import RUN, log_in
from console.two_managers import Rewritten, every_route, managed, readable
from evenhand.console.seen import WHOSE
from evenhand.console.seen_manifest import FIELDS
from evenhand.console.tables import LISTS
from evenhand.release.manifest import Manifest
from evenhand.release.publish import FILES

# What is of one market and stands nowhere else.
OF_WORLD = r"\ba[1-6]\b|=a<b>|\bv\d+\.\d\b|\bworld\b|takedowns"
OF_ID = r"elsewhere\d|\bID\b|creators_id|Creators id|Creators in Indonesia"
TABLES = sorted({"penalties", "reasons", "account_timeline", "operational_metrics", "changes", "models", "quarantine"})


def addresses(account: str, violation: str, case: str, policy: str) -> dict[tuple[str, str], list[str]]:
    """For every route, what somebody who sees one market asks of it: what is theirs, and what is another's."""
    lists = [each.name for each in LISTS]
    on = f"night={EARLIER}"
    return {
        ("GET", "/"): ["/", f"/?{on}", "/?against=week", "/?market=world", f"/?market=ID&against={EARLIER}"],
        ("GET", "/lists"): ["/lists"],
        ("GET", "/lists/{name}"): [
            *(f"/lists/{name}" for name in lists), f"/lists/penalties?{on}", f"/lists/violations?{on}",
            "/lists/penalties?market=world", "/lists/penalties?market=ID",
        ],
        ("GET", "/lists/{name}/csv"): [f"/lists/{name}/csv" for name in ("penalties", "against", "quarantine")],
        ("GET", "/lists/{name}/xlsx"): [f"/lists/{name}/xlsx" for name in lists],
        ("GET", "/creator"): [f"/creator?account={each}" for each in ("a1", "a2", *ELSEWHERE[:2])],
        ("GET", "/creator/restoring"): [f"/creator/restoring?account={each}" for each in TRIED],
        ("GET", "/search"): [
            f"/search?q={each}" for each in ("a", "e", "a1", "v2.1", account, violation, case, "press")
        ],
        ("GET", "/cases"): ["/cases", "/cases?market=world", "/cases?market=ID"],
        ("GET", "/cases/{case}"): [f"/cases/{case}", "/cases/nothing"],
        ("POST", "/cases"): ["/cases"],
        ("POST", "/cases/{case}/{action}"): [f"/cases/{case}/comment"],
        ("GET", "/policies"): ["/policies", f"/policies?{on}"],
        ("GET", "/policies/{policy}"): ["/policies/takedowns-v1", "/policies/creators_id-v1", f"/policies/{policy}"],
        ("GET", "/policies/{policy}/xlsx"): ["/policies/takedowns-v1/xlsx", "/policies/creators_id-v1/xlsx"],
        ("GET", "/metrics"): ["/metrics", "/metrics?market=all", "/metrics?market=world", "/metrics?market=ID"],
        ("GET", "/metrics/{metric}"): [
            f"/metrics/repeat_rate{asked}" for asked in ("", "?market=all", "?market=world", "?market=ID")
        ],
        ("GET", "/gates"): ["/gates", f"/gates?{on}"],
        ("GET", "/reports"): ["/reports", f"/reports?{on}"],
        ("GET", "/reports/{kind}"): [
            *("/reports/night", f"/reports/night?{on}", "/reports/week?lang=id", "/reports/week?market=world"),
            "/reports/week?market=ID",
        ],
        ("GET", "/reports/{kind}/pdf"): ["/reports/week/pdf?lang=zh", f"/reports/night/pdf?{on}"],
        ("GET", "/reports/{kind}/xlsx"): ["/reports/week/xlsx", "/reports/night/xlsx?market=world"],
        ("GET", "/reports/{kind}/send"): ["/reports/night/send", "/reports/week/send?market=world"],
        ("POST", "/reports/{kind}/send"): ["/reports/night/send"],
        ("GET", "/boards"): ["/boards", f"/boards?{on}"],
        ("GET", "/boards/{board}"): [f"/boards/quality?{on}", "/boards/of_world", "/boards/nothing"],
        ("GET", "/boards/{board}/report"): ["/boards/quality/report?lang=zh", "/boards/of_world/report"],
        ("GET", "/boards/{board}/report/pdf"): ["/boards/quality/report/pdf", "/boards/of_world/report/pdf"],
        ("GET", "/boards/{board}/report/xlsx"): ["/boards/quality/report/xlsx", f"/boards/quality/report/xlsx?{on}"],
        ("GET", "/fonts/{script}"): ["/fonts/thai", "/fonts/nothing"],
        ("GET", "/card/script"): ["/card/script"],
        ("GET", "/card/lines"): ["/card/lines"],
        ("GET", "/runs/{dag_id}/{run_id}"): ["/runs/nightly_governance/r"],
        ("GET", "/held"): ["/held", f"/held?{on}"],
        ("GET", "/held/all"): ["/held/all", "/held/all?say=reject"],
        ("POST", "/held"): ["/held"],
        ("POST", "/held/all"): ["/held/all"],
        ("GET", "/emergency"): ["/emergency", "/emergency?market=world", "/emergency?market=ID"],
        ("POST", "/emergency"): ["/emergency"],
        ("GET", "/stop"): ["/stop"],
        ("POST", "/stop"): ["/stop"],
        ("GET", "/reverse"): ["/reverse"],
        ("POST", "/reverse"): ["/reverse"],
        ("GET", "/nights"): ["/nights"],
        ("GET", "/nights/{night}/{page}"): [f"/nights/{NIGHT}/gate-1", f"/nights/{NIGHT}/models"],
        ("GET", "/kept/{night}/{revision}/{page}"): [f"/kept/{NIGHT}/1/gate-1"],
        ("GET", "/releases/{night}/{file}"): [
            f"/releases/{NIGHT}/manifest.json", *(f"/releases/{NIGHT}/{name}.parquet" for name in TABLES),
        ],
        ("GET", "/spreadsheets/{night}/{table}"): [f"/spreadsheets/{NIGHT}/{name}" for name in TABLES],
        ("GET", "/models"): ["/models"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def two_homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An installation with a case of each market, and one in which nothing of the market `world` is as it is there."""
    folder = tmp_path_factory.mktemp("two_homes")
    whole, other = held_anew(folder), folder / "other"
    for decided in ("approvals", "people"):
        shutil.rmtree(whole / decided, ignore_errors=True)
    with managed(whole, folder / "people.yml") as client:
        log_in("ika")
        send(client, "/cases", "/cases", market="ID", about="a call", title="They ask", account="elsewhere1")
    shutil.copytree(whole, other, symlinks=True)
    with managed(whole, folder / "people.yml") as client:
        log_in("wen")
        send(client, "/cases", "/cases", market="world", about="the press", title="About a2", account="a2")
    for night in (EARLIER, NIGHT):
        _without_the_world(Rewritten((other / "releases" / f"night={night}").resolve()))
    # Of another release it is tried anew.
    try_what_restores(other, TRIED[1])
    return whole, other


def _without_the_world(release: Rewritten) -> None:
    for table, whose in WHOSE.items():
        if whose == "account":
            release.change(table, "from released where market <> 'world'")
        elif whose == "account_alone":
            release.change(table, "from released where account_id like 'elsewhere%'")
        elif whose == "market":
            release.change(table, "from released where market not in ('world', 'all')")
    said = json.loads((release.folder / "manifest.json").read_text())
    # What has a market of its own still tells of the one that stays.
    with_markets = ("held_lists", "held_back", "power")
    of_id = {name: [each for each in said[name] if each["market"] == "ID"] for name in with_markets}
    nothing = ("causes", "zones", "stages", "penalties", "metrics", "notices", "quarantined")
    release.say(files={}, feeds={}, inputs={}, **of_id, **{name: [] for name in nothing})


@pytest.fixture
def client(two_homes: tuple[Path, Path], tmp_path: Path) -> Iterator[TestClient]:
    with managed(two_homes[0], tmp_path / "people.yml", RUN) as client:
        yield client


def _answers(client: TestClient, of: str) -> Iterator[tuple[str, int, str]]:
    (case,) = set(re.findall(r"cases/(case_\w+|[A-Za-z]+-\w+|\w{8,})\"", client.get("/cases").text))
    mine = {"ID": ("elsewhere1", "welsewhere2.1", "creators_id-v1"), "world": ("a2", "v3.1", "takedowns-v1")}[of]
    for (method, _), asked in addresses(mine[0], mine[1], case, mine[2]).items():
        for address in asked:
            answer = client.get(address) if method == "GET" else send(client, "/cases", address, text="x")
            yield f"{method} {address}", answer.status_code, readable(answer)


def test_every_route_is_walked() -> None:
    assert set(addresses("", "", "", "")) == every_route()


@pytest.fixture(scope="module")
def answers(two_homes: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, tuple[int, str]]]:
    """What ika is answered, by what was asked: as it is, and where all of another market is otherwise."""
    found = []
    for home in two_homes:
        with managed(home, tmp_path_factory.mktemp("people") / "people.yml", RUN) as client:
            found.append({address: (status, said) for address, status, said in _answers(client, "ID")})
    return found


def test_who_sees_one_market_is_answered_nothing_that_is_called_as_in_another(
    answers: list[dict[str, tuple[int, str]]],
) -> None:
    _refuse_foreign(answers[0], OF_WORLD)


def test_what_would_restore_a_creator_is_answered_to_who_sees_its_market_alone(
    answers: list[dict[str, tuple[int, str]]],
) -> None:
    of_world, of_id = (answers[0][f"GET /creator/restoring?account={each}"] for each in TRIED)
    assert (of_world[0], of_id[0]) == (404, 200)
    assert "If nothing happens" in of_id[1]


def test_neither_is_who_sees_the_other(client: TestClient) -> None:
    log_in("wen")
    _refuse_foreign({address: (status, said) for address, status, said in _answers(client, "world")}, OF_ID)


def _refuse_foreign(answers: Mapping[str, tuple[int, str]], foreign: str) -> None:
    told = []
    for address, (_, said) in answers.items():
        # What they asked for themselves is said back to them.
        own = set(re.findall(r"[\w.]+", address))
        told += [f"{address}: {each}" for each in sorted(set(re.findall(foreign, said)) - own)]
    assert told == []
    assert sum(status == 200 for status, _ in answers.values()) > 50


def test_whatever_becomes_of_another_market_every_answer_stays_as_it_is(
    answers: list[dict[str, tuple[int, str]]],
) -> None:
    # A release is named by a hash of all of it.
    one, other = (
        {at: (status, re.sub(r"\b[0-9a-f]{64}\b", "", said)) for at, (status, said) in each.items()} for each in answers
    )
    assert [at for at, answer in one.items() if other[at] != answer] == []


@pytest.mark.parametrize(
    ("forbidden", "unknown"),
    [
        ("/creator?account=a1", "/creator?account=a77"),
        ("/creator/restoring?account=a1", "/creator/restoring?account=a77"),
        ("/search?q=a1", "/search?q=a77"),
        ("/search?q=v2.1", "/search?q=v7.7"),
        ("/lists/penalties?market=world", "/lists/penalties?market=nowhere"),
        ("/lists/penalties/csv?market=world", "/lists/penalties/csv?market=nowhere"),
        ("/lists/penalties?programme=copyright_strikes", "/lists/penalties?programme=nothing"),
        ("/metrics?market=world", "/metrics?market=nowhere"),
        ("/metrics?market=all", "/metrics?market=nowhere"),
        ("/metrics/repeat_rate?market=world", "/metrics/repeat_rate?market=nowhere"),
        ("/?market=world", "/?market=nowhere"),
        ("/cases?market=world", "/cases?market=nowhere"),
        ("/reports/week?market=world", "/reports/week?market=nowhere"),
        ("/reports/week/send?market=world", "/reports/week/send?market=nowhere"),
        ("/boards/of_world", "/boards/nothing"),
        ("/boards/of_world/report", "/boards/nothing/report"),
        ("/policies/takedowns-v1", "/policies/nothing-v1"),
        ("/policies/takedowns-v1/xlsx", "/policies/nothing-v1/xlsx"),
    ],
)
def test_what_somebody_may_not_see_is_answered_as_what_isnt_there(
    client: TestClient, forbidden: str, unknown: str
) -> None:
    said = []
    for address in (forbidden, unknown):
        answer = client.get(address)
        asked = address.partition("=")[2] or address.split("/")[2]
        said.append((answer.status_code, re.sub(rf"\b{asked}\b", "asked", answer.text)))
    assert said[0] == said[1]


def test_a_case_of_another_market_is_answered_as_one_that_isnt_there(client: TestClient) -> None:
    log_in("wen")
    (case,) = set(re.findall(r'cases/([^"/]+)">About a2', client.get("/cases").text))
    log_in("ika")
    for name in (case, "nothing"):
        told = client.get(f"/cases/{name}")
        assert (told.status_code, f"there is no case {name}" in told.text) == (404, True)
        sent = send(client, "/cases", f"/cases/{name}/comment", seen="1", text="x")
        assert (sent.status_code, f"there is no case {name}" in sent.text) == (404, True)
    assert (
        "You may not do this for world. Who may: "
        in send(client, "/cases", "/cases", market="world", about="x", title="x").text
    )
    log_in("wen")
    assert "commented" not in client.get(f"/cases/{case}").text


def test_what_is_of_all_markets_together_is_shown_to_who_sees_all(client: TestClient) -> None:
    for address in (f"/nights/{NIGHT}/gate-1", "/nights", "/models", f"/releases/{NIGHT}/manifest.json"):
        assert "of all markets" in client.get(address).text, address
        assert client.get(address).status_code == 403
    page = client.get("/").text
    assert "What landed" not in page
    log_in("bo")
    assert "What landed" in client.get("/").text
    assert client.get(f"/releases/{NIGHT}/manifest.json").status_code == 200


def test_of_rows_in_quarantine_those_of_ones_markets_folders_are_counted_and_not_told(
    two_homes: tuple[Path, Path], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(two_homes[0], home, symlinks=True)
    files = (
        "x/source=ID/1.csv",
        "x/market=id/2.csv",
        "x/source=world/3.csv",
        "x/4.csv",
        "x/market=world/source=ID/5.csv",
    )
    rows = ", ".join(f"('orders', 'o{at}', 'it is known', 'Look.', '{file}')" for at, file in enumerate(files))
    Rewritten((home / "releases" / f"night={NIGHT}").resolve()).change(
        "quarantine",
        f"from (values {rows}) as t (feed, row_key, rule, remedy, landed_file)"
        " union all by name (select * from released limit 0)",
    )
    with managed(home, tmp_path / "people.yml") as client:
        for name, counted in (("ika", 2), ("wen", 2)):
            log_in(name)
            page = client.get("/gates").text
            (found,) = re.findall(r"it is known</td><td class=\"number\">(.*?)</td>", page)
            assert found == str(counted)
            assert "lists/quarantine" not in page
            assert client.get("/lists/quarantine").status_code == 403
            assert f'{counted} rows are in <a href="./gates?night={NIGHT}">' in client.get("/").text


def test_who_sees_no_market_is_refused_everywhere(client: TestClient) -> None:
    log_in("nobody")
    assert {client.get(address).status_code for address in ("/", "/lists/penalties", "/cases", "/card/lines")} == {403}


def test_a_new_route_is_closed_until_it_says_that_it_is_limited(client: TestClient) -> None:
    from evenhand.console.app import app

    routes = list(app.router.routes)
    try:
        app.get("/forgotten")(lambda: {"everything": 1})
        assert client.get("/forgotten").status_code == 403
        log_in("bo")
        assert client.get("/forgotten").status_code == 200
    finally:
        app.router.routes[:] = routes


def test_every_part_of_a_release_is_thought_about() -> None:
    assert set(Manifest.model_fields) == FIELDS
    assert {name.removesuffix(".parquet") for name in FILES} == set(WHOSE)


def test_an_account_belongs_to_its_newest_market_and_linked_ones_of_others_are_counted(
    two_homes: tuple[Path, Path], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(two_homes[0], home, symlinks=True)
    # elsewhere3 moves to the world on the second night; two others say that they are of somebody's else.
    Rewritten((home / "releases" / f"night={NIGHT}").resolve()).change(
        "account_profiles",
        "select * replace (case account_id when 'elsewhere3' then 'world' else market end as market,"
        " case account_id when 'elsewhere1' then 'a1' when 'elsewhere2' then 'elsewhere1'"
        " when 'a2' then 'elsewhere1' else linked_to end as linked_to) from released",
    )
    with managed(home, tmp_path / "people.yml") as client:
        for night in (EARLIER, NIGHT):
            assert client.get(f"/creator?account=elsewhere3&night={night}").status_code == 404
            for table in ("creators", "violations", "health"):
                assert "elsewhere3" not in client.get(f"/lists/{table}?night={night}").text, (table, night)
        page = client.get("/creator?account=elsewhere1").text
        assert "account=elsewhere2" in page
        assert "2 more are of markets that you don't see" in page.replace("&#39;", "'")
        assert "account=a1" not in page
        log_in("wen")
        # All of its history, of the market that it has left too.
        for night in (EARLIER, NIGHT):
            assert "welsewhere3.1" in client.get(f"/creator?account=elsewhere3&night={night}").text
            assert "elsewhere3" in client.get(f"/lists/violations?night={night}").text
