"""docs/policy-reference.md: it is what the models give, and says what every key means."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from evenhand.commands.policy import app
from evenhand.policy.diagnose import parts
from evenhand.reference.policy import heading, reference_text
from evenhand.settings import PROJECT

PAGE = PROJECT / "docs" / "policy-reference.md"


def test_the_page_is_that_of_the_models() -> None:
    assert PAGE.read_text() == reference_text(), "run evenhand policy schema --reference"


def test_it_is_written_where_one_says(tmp_path: Path) -> None:
    page = tmp_path / "reference.md"
    assert CliRunner().invoke(app, ["schema", "--reference", "--out", str(page)]).exit_code == 0
    assert page.read_text() == reference_text()


def test_every_key_of_every_part_is_there_with_its_meaning() -> None:
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", reference_text(), re.MULTILINE | re.DOTALL))
    for part in {part for _, part in parts()}:
        section = sections[heading(part.__name__)]
        for key in part.model_fields:
            (row,) = re.findall(rf"^\| \**`{key}`\** \|.*$", section, re.MULTILINE)
            _, _, value, meaning, _ = (cell.strip() for cell in re.split(r"(?<!\\)\|", row))
            assert value and meaning, row


def test_its_links_lead_to_its_sections() -> None:
    anchors = {line[3:].lower().replace(" ", "-") for line in reference_text().splitlines() if line.startswith("## ")}
    assert set(re.findall(r"\]\(#(.*?)\)", reference_text())) <= anchors
