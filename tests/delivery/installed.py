"""Packages with plug-ins, installed for as long as a test needs them: a folder on the path, as pip leaves one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from evenhand.delivery import plugins

BOX = (Path(__file__).parent / "box_receivers.py").read_text()


def install(site: Path, package: str, kinds: Mapping[str, str], module: str, text: str) -> None:
    """Write a package as it lies when it is installed.

    Args:
        kinds: the object of each kind that it offers.
    """
    site.mkdir(exist_ok=True)
    (site / f"{module}.py").write_text(text)
    about = site / f"{package.replace('-', '_')}-1.2.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
    lines = [f"{kind} = {what}" for kind, what in kinds.items()]
    (about / "entry_points.txt").write_text("\n".join([f"[{plugins.GROUP}]", *lines]) + "\n")


@contextmanager
def on_the_path(site: Path) -> Iterator[None]:
    """Have Python find what is installed there, and forget it afterwards."""
    sys.path.insert(0, str(site))
    try:
        yield
    finally:
        sys.path.remove(str(site))
        for name in [path.stem for path in site.glob("*.py")]:
            sys.modules.pop(name, None)
        plugins.forget_imported()


@contextmanager
def installed(site: Path, kind: str) -> Iterator[None]:
    """The box's package, offering it as a kind."""
    install(site, "box-receivers", {kind: "box_receivers:plugin"}, "box_receivers", BOX)
    with on_the_path(site):
        yield
