"""A people.yml for tests: ann and bo may all, cy works in Indonesia, and whoever is a Viewer looks."""

from __future__ import annotations

from pathlib import Path

import pytest

TEXT = """\
changed_by: ann
people:
  - {user: ann, markets: all, rights: [admin]}
  - {user: bo, markets: all, rights: [admin]}
  - {user: cy, markets: [ID, TH], rights: [see, work_cases, approve, emergency], level: 1, address: cy@here}
  - {user: cy, markets: SG, rights: see}
  - {user: dee, markets: ID, rights: [see, stop]}
  - {role: viewer, markets: all, rights: see}
"""


def write_people(folder: Path, patch: pytest.MonkeyPatch, text: str = TEXT) -> Path:
    """Have the settings be those of a folder, and its people.yml say this; returns the file."""
    file = folder / "people.yml"
    file.write_text(text)
    patch.setenv("EVENHAND_PEOPLE", str(file))
    patch.setenv("EVENHAND_HOME", str(folder / "home"))
    return file
