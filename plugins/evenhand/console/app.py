"""The pages: what a run of a night made, for whoever may see the nightly DAG in Airflow.

Airflow protects nothing of a plugin by itself: every route here depends on the user's right to read the DAG, and the
routes that FastAPI would add are off.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import duckdb
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.models.dagrun import DagRun
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, StreamingResponse
from pydantic import ValidationError
from sqlalchemy import select
from starlette.exceptions import HTTPException as StarletteHTTPException

from evenhand.console import render
from evenhand.console.act_pages import router as of_acts
from evenhand.console.asked import refuse_unknown_language
from evenhand.console.board_pages import router as of_boards
from evenhand.console.card import router as of_card
from evenhand.console.case_pages import router as of_cases
from evenhand.console.downloads import download, log_download, note_who
from evenhand.console.emergency_pages import router as of_emergencies
from evenhand.console.fonts import router as of_fonts
from evenhand.console.gates import router as of_gates
from evenhand.console.held_pages import router as of_held_lists
from evenhand.console.metrics import router as of_metrics
from evenhand.console.pages import router
from evenhand.console.policy_pages import router as of_policies
from evenhand.console.reader import accepted, language_among, marked, read_in, say
from evenhand.console.report_pages import router as of_reports
from evenhand.console.rights import in_their_language, may_see, of_their_markets, only_here_where_all_are_admins
from evenhand.console.run_notes import DAG, failures, night_of_run
from evenhand.console.seen import limited, seen
from evenhand.console.shown import Shown, shown
from evenhand.deciding.docs import dbt_docs
from evenhand.delivery.ledger import LedgerBroken
from evenhand.quality.nights_page import GATES, kept_page
from evenhand.quality.nights_page import index as nights_index
from evenhand.records.databases import quoted
from evenhand.release.manifest import Manifest, OtherFormat, read_manifest
from evenhand.release.publish import revision_of
from evenhand.release.quality_samples import KEYS
from evenhand.release.spreadsheet import as_csv, rows_as_csv
from evenhand.release.verify import release_troubles
from evenhand.reports.catalogue import ENGLISH
from evenhand.settings import settings

app = FastAPI(
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    dependencies=[
        Depends(only_here_where_all_are_admins),
        Depends(may_see),
        Depends(in_their_language),
        Depends(of_their_markets),
        Depends(note_who),
        Depends(refuse_unknown_language),
    ],
)
app.include_router(router)
app.include_router(of_policies)
app.include_router(of_card)
app.include_router(of_metrics)
app.include_router(of_cases)
app.include_router(of_held_lists)
app.include_router(of_acts)
app.include_router(of_emergencies)
app.include_router(of_reports)
app.include_router(of_boards)
app.include_router(of_gates)
app.include_router(of_fonts)
# Pages load nothing from anywhere else, whatever stands in them.
_ITSELF_ALONE = "default-src 'self' data: blob:; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'"


@app.middleware("http")
async def _load_nothing_foreign(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call(request)
    response.headers["content-security-policy"] = _ITSELF_ALONE
    return response


@app.middleware("http")
async def _log_downloads(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    # What is noted while it is answered lies in what begins here.
    request.state.who = ""
    response = await call(request)
    log_download(request, response)
    return response


@app.middleware("http")
async def _in_a_language(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer in the language that was chosen, and keep it where one is sent on; else in one that the browser likes."""
    chosen = language_among(request.query_params.get("lang", ""))
    read_in(chosen or accepted(request.headers.get("accept-language", "")) or ENGLISH)
    response = await call(request)
    if chosen and (where := response.headers.get("location")):
        response.headers["location"] = f"{where}{'&' if '?' in where else '?'}lang={chosen}"
    return response


@app.exception_handler(StarletteHTTPException)
async def _said(request: Request, error: StarletteHTTPException) -> Response:
    """What is wrong, as a page for who reads pages."""
    if "text/html" not in request.headers.get("accept", ""):
        return await http_exception_handler(request, error)
    return render.page(request, "error.html", None, status=error.status_code, said=str(error.detail))


@app.exception_handler(RequestValidationError)
async def _not_asked_so(request: Request, error: RequestValidationError) -> Response:
    """What can't be asked for, as a page for who reads pages."""
    if "text/html" not in request.headers.get("accept", ""):
        return await request_validation_exception_handler(request, error)
    found = error.errors()[0]
    said = say(
        "%(name)s can't be %(value)s in this address: %(why)s",
        name=found["loc"][-1],
        value=repr(str(found.get("input"))[:80]),
        why=found["msg"].lower(),
    )
    return render.page(request, "error.html", None, status=422, said=said)


@app.exception_handler(LedgerBroken)
async def _without_ledger(request: Request, error: LedgerBroken) -> Response:
    """That what receivers were sent can't be read, with the file and the remedy."""
    return await _said(request, StarletteHTTPException(409, str(error)))


@app.exception_handler(Exception)
async def _failed(request: Request, error: Exception) -> Response:
    """That a page couldn't be made; why stands in the log alone, for it may tell what who asks doesn't see."""
    said = say("The page couldn't be made. The log of Airflow's API server says why.")
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(said, 500)
    return render.page(request, "error.html", None, status=500, said=said)


# A night's pages: the name in an address, what it is called, and where it lies in the night's work.
PAGES = {
    "models": (marked("Models and their tests"), "models/index.html"),
    "gate-1": (marked("Gate 1: what landed"), "gate_1/index.html"),
    "gate-2-rows": (marked("Gate 2: the rows of the lists"), "gate_2/rows/index.html"),
    "gate-2-changes": (marked("Gate 2: what changes"), "gate_2/changes/index.html"),
}


@app.get("/runs/{dag_id}/{run_id}")
@limited
def run_page(request: Request, dag_id: str, run_id: str, session: SessionDep) -> HTMLResponse:
    """What a run made: its night's release, the pages of its gates and models, and what failed."""
    found = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
    if found is None:
        raise HTTPException(404, say("there is no run %(run)s of %(dag)s", run=run_id, dag=dag_id))
    night = night_of_run(found) if dag_id == DAG else None
    if night is None:
        return render.page(request, "nothing.html", None, dag_id=dag_id, run_id=run_id)
    release = settings().releases / f"night={night}"
    if seen() is not None:
        # Files, pages of gates and what failed are of all markets.
        return render.page(request, "run_of_markets.html", None, night=night, is_released=release.exists())
    try:
        manifest = read_manifest(release) if release.exists() else None
    except (OtherFormat, ValidationError):
        # Released by a version with other fields.
        manifest = None
    work = settings().work(night)
    return render.page(
        request,
        "run.html",
        None,
        night=night,
        state=str(found.state),
        manifest=manifest,
        revision=revision_of(release) if manifest else "",
        files=_files(manifest),
        troubles=[(path.name, what) for path, what in release_troubles(release)] if release.exists() else [],
        pages=[(name, title) for name, (title, path) in PAGES.items() if (work / path).exists()],
        failures=failures(night),
    )


@app.get("/nights/{night}/{page}")
def night_page(night: date, page: str) -> HTMLResponse:
    """A page that a step of a night wrote."""
    if page not in PAGES:
        raise HTTPException(
            404, say("there is no page %(page)s; there are %(there)s", page=page, there=", ".join(PAGES))
        )
    path = settings().work(night) / PAGES[page][1]
    return HTMLResponse(
        _text(
            path,
            say("night %(night)s has no such page: it wasn't decided so far, or its work is gone", night=str(night)),
        )
    )


@app.get("/nights")
def nights_page() -> HTMLResponse:
    """All nights, with the pages of their gates."""
    here = settings()
    return HTMLResponse(nights_index(here.nights, here.releases, _page_of))


def _page_of(night: str, page: str, *, revision: int) -> str:
    return f"kept/{night}/{revision}/{page}" if revision else f"nights/{night}/{page}"


@app.get("/kept/{night}/{revision}/{page}")
def page_of_release(night: date, revision: int, page: str) -> HTMLResponse:
    """A page of a gate, as it was when a revision was released."""
    if page not in GATES:
        raise HTTPException(
            404, say("there is no page %(page)s; there are %(there)s", page=page, there=", ".join(GATES))
        )
    path = kept_page(settings().work(night), revision, page)
    return HTMLResponse(
        _text(
            path,
            say(
                "of revision %(revision)s of night %(night)s no such page is kept", revision=revision, night=str(night)
            ),
        )
    )


@app.get("/releases/{night}/{file}")
@limited
def release_file(night: date, file: str) -> FileResponse:
    """A file of a night's newest release; to who sees single markets, their rows of it; to nobody open items' keys."""
    found, table = _released(night), file.removesuffix(".parquet")
    if file.endswith(".parquet") and (found.markets is not None or table == KEYS):
        rows = found.rows(table)

        def write(path: Path) -> None:
            with duckdb.connect() as connection:
                connection.execute(f"copy {rows} to {quoted(path)} (format parquet, compression zstd)")

        return download(f"{night}_{file}", write)
    return FileResponse(found.file(file), filename=f"{night}_{file}")


@app.get("/spreadsheets/{night}/{table}")
@limited
def release_file_as_csv(night: date, table: str) -> StreamingResponse:
    """A table of a night's newest release as CSV, safe to open in a spreadsheet; likewise."""
    found = _released(night)
    in_part = found.markets is not None or table == KEYS
    rows = rows_as_csv(found.rows(table)) if in_part else as_csv(found.file(f"{table}.parquet"))
    headers = {"content-disposition": f'attachment; filename="{night}_{table}.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


def _released(night: date) -> Shown:
    found = shown(night)
    if found is None:
        raise HTTPException(404, say("Nothing is released yet"))
    return found


@app.get("/models")
def models_page() -> HTMLResponse:
    """dbt's own pages of all models, made when somebody opens them."""
    return HTMLResponse(dbt_docs().read_text(encoding="utf-8"))


def _files(manifest: Manifest | None) -> list[tuple[str, int]]:
    files = sorted(manifest.files.items()) if manifest else []
    return [(name, each.rows) for name, each in files]


def _text(path: Path, otherwise: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise HTTPException(404, otherwise) from error
