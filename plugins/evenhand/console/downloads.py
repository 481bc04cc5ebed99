"""Files that people download: those that are made for one answer, and a line in the log for each, whatever it is of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any
from urllib.parse import quote

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

log = logging.getLogger(__name__)


def note_who(request: Request, user: Annotated[Any, Depends(get_user)]) -> None:
    """Keep who asks for as long as the request lasts, for the log."""
    request.state.who = user.get_name()


def log_download(request: Request, response: Response) -> None:
    """Say in the log who downloads what, with the address that says which list, filter and night; nothing of a page."""
    said = response.headers.get("content-disposition", "")
    if not said.startswith("attachment"):
        return
    path = quote(request.url.path.removeprefix(request.scope.get("root_path", "")))
    asked = f"?{request.url.query}" if request.url.query else ""
    who = getattr(request.state, "who", "")
    # As Python writes a text, so that a name can't begin a line of its own.
    log.info("%r downloads %s from %s%s", who, said.partition("filename")[2].lstrip("*="), path, asked)


def download(name: str, make: Callable[[Path], object]) -> FileResponse:
    """A file that `make` writes at the path that it is given, to be kept under a name."""
    with NamedTemporaryFile(suffix=Path(name).suffix, delete=False) as file:
        path = Path(file.name)
    try:
        make(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(path, filename=name, background=BackgroundTask(path.unlink, missing_ok=True))
