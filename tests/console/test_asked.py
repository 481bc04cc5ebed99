"""What there isn't is refused with its name wherever a page can be asked for it: on every route, of every parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from console.conftest import NIGHT
from console.serving import has_run

# What a route's path or query names of what there is.
NAMED = {
    *("name", "metric", "case", "policy", "kind", "board", "script", "page", "file", "table", "dag_id", "run_id"),
    *("market", "slice", "against", "account", "state", "say", "lang"),
}
# A day, a number, or words that people write.
FREE = {"night", "revision", "again", "opening", "q", "done", "by", "owner", "action", "emergency"}
# Those of packs, of which a night has figures without any account too.
MARKETS = "BR, ID, MY, PH, SG, TH, US, VN"
# Of what is in the place of the others while one isn't there.
THERE = {
    "name": "penalties", "metric": "grant_rate", "policy": "takedowns-v1", "kind": "night", "board": "appeals",
    "night": NIGHT, "revision": "1", "page": "gate-1", "dag_id": "nightly_governance", "run_id": "r",
}  # fmt: skip
# A creator is filled into the form of a page as people wrote it.
FILLED_IN = {("/cases", "account"), ("/emergency", "account")}
# Those that read more of an address than FastAPI knows of: any column of a list; pages, the language.
OF_LISTS = ("/lists/{name}", "/lists/{name}/csv", "/lists/{name}/xlsx")


def _routes() -> list[APIRoute]:
    from evenhand.console.app import app

    return [each for each in app.routes if isinstance(each, APIRoute) and "GET" in each.methods]


def _addresses() -> Iterator[tuple[str, str]]:
    """An address for each thing that can be asked for, of which there is no `nope`; and what isn't there."""

    def filled_in(path: str, unknown: str = "") -> str:
        return re.sub(r"{(\w+)}", lambda at: "nope" if at[1] == unknown else THERE.get(at[1], "x"), path)

    for route in _routes():
        path = route.path
        named = [each.name for each in route.dependant.path_params if each.name in NAMED]
        required = "".join(
            f"&{each.alias}=a2" for each in route.dependant.query_params if each.field_info.is_required()
        )
        filled = filled_in(path)
        for name in named:
            yield filled_in(path, name), name
        for each in route.dependant.query_params:
            if each.alias in NAMED and (path, each.alias) not in FILLED_IN:
                others = required.replace(f"&{each.alias}=a2", "")
                yield f"{filled}?{each.alias}=nope{others}", each.alias
        if not named or set(named) <= {"name", "metric", "policy"}:
            yield f"{filled}?lang=nope{required}", "lang"
        if path in OF_LISTS:
            yield f"{filled}?market=nope", "market"
    for column in ("kind", "stage"):
        yield f"/lists/creators?{column}=nope", column
    yield "/lists/changes?list=nope", "list"


def test_every_parameter_of_every_route_is_thought_about() -> None:
    there = {
        each.alias for route in _routes() for each in (*route.dependant.path_params, *route.dependant.query_params)
    }
    assert there - NAMED - FREE == set()


def test_what_there_isnt_is_refused_with_its_name_wherever_it_can_be_asked_for(reader: TestClient) -> None:
    has_run(None)
    told = []
    for address, name in _addresses():
        answer = reader.get(address)
        # Not one of the few words or days that there can be.
        refused = {"against": (400, 404), "state": (422,), "say": (422,)}.get(name, (404,))
        if answer.status_code not in refused or "nope" not in unescape(answer.text):
            told.append((address, answer.status_code))
    assert told == []


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("/?market=nope", f"there are {MARKETS}, world"),
        ("/metrics?market=nope", f"there are {MARKETS}, world"),
        ("/metrics/grant_rate?market=nope", f"there are {MARKETS}, world"),
        ("/metrics/grant_rate?slice=nope", "there are "),
        ("/cases?market=nope", f"there are {MARKETS}, all, world"),
        ("/cases?kind=nope", "there are appeal, enforcement_gap, escalation, held_list"),
        ("/emergency?market=nope", f"there are {MARKETS}, world"),
        ("/reports/week?market=nope", f"there are {MARKETS}, world"),
        ("/lists/penalties?market=nope", f"there are {MARKETS}, world"),
        ("/lists/creators?stage=nope", "there are active, exited, onboarding, pilot, probation, restricted"),
        ("/?lang=nope", "there are en, id, pt_BR, zh"),
    ],
)
def test_who_asks_for_what_there_isnt_reads_what_there_is(reader: TestClient, address: str, there: str) -> None:
    assert there in reader.get(address).text


def test_what_no_row_has_tonight_isnt_refused_where_it_is_known(reader: TestClient) -> None:
    for address in (
        *("/lists/held?market=ID", "/lists/gaps?market=world", "/lists/creators?stage=pilot", "/cases?kind=escalation"),
        *("/lists/changes?list=qa_items", "/cases?market=all", "/metrics/grant_rate?market=all", "/?market=all"),
        *("/emergency?market=all", "/lists/penalties?measure=nothing"),
    ):
        assert reader.get(address).status_code == 200, address


def test_a_metrics_parts_can_be_those_of_one_slice_alone(reader: TestClient) -> None:
    both, one = (
        reader.get(f"/metrics/repeat_rate?market=world{asked}").text for asked in ("", "&slice=violation_type")
    )
    assert "Violation type: Copyright" in one
    assert "Surface: " in both
    assert "Surface: " not in one
