"""Who changed the code that decides, since a release: none of them approves what that does to a list.

Git knows it where the checkout is one. An image has none: there the build says it, `EVENHAND_CODE_COMMIT` and
`EVENHAND_CODE_AUTHORS` (addresses, by commas), and the release keeps both. `EVENHAND_CODE_LOGINS` says as JSON which
log-in an author's address has.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evenhand.deciding.code import deciding_files


@dataclass(frozen=True)
class CodeAuthors:
    """Who changed code.

    Attributes:
        log_ins: as whom they log in.
        unknown: addresses that no log-in is known of, or why nobody knows who it was; with one, two persons approve.
    """

    log_ins: tuple[str, ...]
    unknown: tuple[str, ...]


class LogInsBroken(Exception):
    """`EVENHAND_CODE_LOGINS` can't be read."""


@cache
def origin(project: Path) -> Mapping[str, str]:
    """Where the deciding code comes from, for the manifest: its last commit, and in an image its authors."""
    commit = os.environ.get("EVENHAND_CODE_COMMIT") or _git(project, "log", "-1", "--format=%H", "--", *_files(project))
    authors = os.environ.get("EVENHAND_CODE_AUTHORS")
    found = {"commit": (commit or "").strip(), "authors": authors or ""}
    return {name: value for name, value in found.items() if value}


def authors_since(project: Path, code: Mapping[str, Any], between: Sequence[Mapping[str, Any]] = ()) -> CodeAuthors:
    """Who changed deciding files since a release.

    Args:
        code: what the release's manifest says of its code.
        between: the same of those that were released since: an image names its authors since the image before alone.

    Raises:
        LogInsBroken: the setting that maps authors to log-ins can't be used.
    """
    known = _log_ins()
    addresses, unknown = _addresses(project, code, between)
    log_ins = {known[each] for each in addresses if each in known}
    return CodeAuthors(tuple(sorted(log_ins)), (*unknown, *sorted(each for each in addresses if each not in known)))


def both(some: CodeAuthors, others: CodeAuthors) -> CodeAuthors:
    """Who changed one or the other."""
    log_ins, unknown = {*some.log_ins, *others.log_ins}, {*some.unknown, *others.unknown}
    return CodeAuthors(tuple(sorted(log_ins)), tuple(sorted(unknown)))


def _addresses(
    project: Path, code: Mapping[str, Any], between: Sequence[Mapping[str, Any]]
) -> tuple[set[str], tuple[str, ...]]:
    commit = str(code.get("commit") or "")
    if said := os.environ.get("EVENHAND_CODE_AUTHORS"):
        images = [str(each.get("authors") or "") for each in between if each.get("sha256") != code.get("sha256")]
        found = {each.strip().casefold() for names in (said, *images) for each in names.split(",") if each.strip()}
        return found, () if all(images) else ("a release since then doesn't say who changed its code",)
    if not commit:
        return set(), ("the last release doesn't say which commit its code was of",)
    log = _git(project, "log", "--format=%ae%n%(trailers:key=Co-authored-by,valueonly)", f"{commit}..HEAD", "--",
               *_files(project))  # fmt: skip
    if log is None:
        return set(), (f"git doesn't know the commit {commit[:12]} of the last release here",)
    found = {line.rpartition("<")[2].strip("> ").casefold() for line in log.splitlines() if line.strip()}
    changed = _git(project, "status", "--porcelain", "--", *_files(project))
    return found, ("changes that nobody has committed",) if changed else ()


def _log_ins() -> dict[str, str]:
    text = os.environ.get("EVENHAND_CODE_LOGINS") or "{}"
    try:
        return {str(address).casefold(): str(log_in) for address, log_in in dict(json.loads(text)).items()}
    except (ValueError, TypeError) as error:
        raise LogInsBroken(
            f"EVENHAND_CODE_LOGINS must be a JSON object of authors' addresses and their log-ins ({error}), such as"
            ' {"mai@example.org": "mai"}'
        ) from error


def _files(project: Path) -> list[str]:
    return [path.relative_to(project).as_posix() for path in deciding_files(project)]


def _git(project: Path, *command: str) -> str | None:
    """What git says of the checkout; None where there is none, or no git."""
    if not (project / ".git").exists():
        return None
    try:
        run = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(project), *command], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return run.stdout if run.returncode == 0 else None
