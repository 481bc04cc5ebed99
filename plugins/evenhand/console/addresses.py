"""Where pages lie, as they say it to each other."""

from __future__ import annotations

from fastapi import Request


def path_of(request: Request) -> str:
    """The path of a page below the prefix that the pages are mounted at, whatever stands before it."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def up_of(request: Request) -> str:
    """From a page to where all of them begin."""
    return "../" * (path_of(request).count("/") - 1) or "./"
