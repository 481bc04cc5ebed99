"""Files that are made for one answer, and are gone when it is given or can't be made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask


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
