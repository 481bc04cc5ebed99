"""dbt's own pages of all models and columns: one file that needs no server, made when somebody opens it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from evenhand.deciding.compiled import fingerprint, is_compiled
from evenhand.settings import settings

PAGE = "static_index.html"
_READ_BEFORE = "partial_parse.msgpack"
# dbt's page knows addresses of others, of a counter among them; a browser then loads from none.
_ITSELF_ALONE = (
    '<meta http-equiv="Content-Security-Policy" content="default-src data: blob:; script-src \'unsafe-inline\''
    " 'unsafe-eval'; style-src 'unsafe-inline'; connect-src 'none'; form-action 'none'\">"
)


class DocsFailed(Exception):
    """dbt couldn't make its pages. The message is dbt's."""


def dbt_docs() -> Path:
    """The page, made anew where the project isn't what it was made of; that takes half a minute.

    Raises:
        DocsFailed: dbt failed.
    """
    folder = settings().dbt_target / "docs"
    made_of = folder / "made_of"
    page = folder / PAGE
    # Taken before dbt reads the project: what is changed meanwhile is made again.
    wanted = f"{fingerprint()} {_ITSELF_ALONE}"
    if page.exists() and made_of.exists() and made_of.read_text() == wanted:
        return page
    project = str(settings().dbt_project)
    folder.mkdir(parents=True, exist_ok=True)
    # Two may open them at once.
    with TemporaryDirectory(dir=folder) as draft:
        if is_compiled(settings().dbt_target):
            # Of the very files that are there: dbt needn't read them again, which is half of what it does.
            with suppress(FileNotFoundError):
                shutil.copyfile(settings().dbt_target / _READ_BEFORE, Path(draft) / _READ_BEFORE)
        made = subprocess.run(
            [
                *(sys.executable, "-m", "dbt.cli.main", "docs", "generate", "--static", "--empty-catalog"),
                *("--project-dir", project, "--profiles-dir", project),
                *("--target-path", draft, "--log-path", draft),
            ],
            env=os.environ | {"DO_NOT_TRACK": "1", "EVENHAND_WAREHOUSE": ":memory:"},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise DocsFailed((made.stdout + made.stderr)[-4000:])
        text = (Path(draft) / PAGE).read_text(encoding="utf-8")
        (Path(draft) / PAGE).write_text(text.replace("<head>", f"<head>{_ITSELF_ALONE}", 1), encoding="utf-8")
        os.replace(Path(draft) / PAGE, page)
    made_of.write_text(wanted)
    return page
