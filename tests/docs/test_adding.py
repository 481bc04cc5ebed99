"""docs/adding.md: whoever follows it has a market, a language and a column."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.policy.load import load_packs
from evenhand.settings import PROJECT

PAGE = (PROJECT / "docs" / "adding.md").read_text()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("policies", "translations"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
        monkeypatch.setenv(f"EVENHAND_{folder.upper()}", str(tmp_path / folder))
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    return tmp_path


def _check() -> tuple[int, str]:
    done = CliRunner().invoke(app, ["policy", "check"])
    return done.exit_code, " ".join(done.output.split())


def test_a_market_is_the_pack_of_the_page(here: Path) -> None:
    pack, _ = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (name,) = re.findall(r"`policies/(\w+\.yml)`", PAGE)
    before = _check()
    (here / "policies" / name).write_text(pack)
    assert _check()[0] == before[0] == 0
    (loaded,) = [each for each in load_packs(here / "policies") if "MX" in each.pack.markets]
    assert loaded.pack.pack == "creators_mx"


def test_a_language_is_a_file_and_what_has_no_words_in_it_is_named(here: Path) -> None:
    (name,) = re.findall(r"for Spanish `translations/(\w+\.po)`", PAGE)
    words = (here / "translations" / "en.po").read_text()
    spanish = here / "translations" / name
    spanish.write_text(words.replace("Language: en", "Language: es"))
    assert _check()[0] == 0
    spanish.write_text(re.sub(r'msgid "measure\.warning"\nmsgstr .*\n', "", words))
    code, said = _check()
    assert code == 1
    assert name in said
    assert "measure.warning" in said


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the page's column, as whoever follows the page has it."""
    checkout = tmp_path_factory.mktemp("checkout")
    folders = ("dbt_project", "docs", "expectations", "plugins", "policies", "translations")
    for folder in folders:
        shutil.copytree(PROJECT / folder, checkout / folder, ignore=shutil.ignore_patterns("target", "__pycache__"))
    contracts = checkout / "plugins" / "evenhand" / "landing" / "contracts.py"
    (column,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (below,) = re.findall(r"^        Column\(\"followers\".*\n", contracts.read_text(), re.MULTILINE)
    contracts.write_text(contracts.read_text().replace(below, f"{below}        {column.strip()},\n"))
    market, rules = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (checkout / "policies" / "creators_mx.yml").write_text(market + rules)
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for command in commands.splitlines():
        _run(checkout, *command.removeprefix("python ").split())
    return checkout


def _run(checkout: Path, *arguments: str) -> str:
    """Run Python in the checkout."""
    paths = os.pathsep.join([str(checkout / "plugins"), str(checkout)])
    environment = os.environ | {"PYTHONPATH": paths, "EVENHAND_HOME": str(checkout / "home"), "COLUMNS": "500"}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=checkout, capture_output=True, text=True, check=False
    )
    return f"{done.stdout}{done.stderr}" if done.returncode in (0, 1) else f"failed: {done.stderr}"


# Decides a night on three accounts in a warehouse of its own, and prints who is eligible.
_DECIDE = """
from datetime import date
from pathlib import Path
import duckdb
from evenhand.deciding.compiled import compiled_project, run_models
from evenhand.landing.accepted import create_accepted
from evenhand.policy.compile import compile_packs
from evenhand.policy.load import load_packs

with duckdb.connect() as connection:
    packs = [each for each in load_packs(Path("policies")) if each.pack.pack == "creators_mx"]
    compile_packs(packs, connection)
    create_accepted(connection)
    for account, night, score in (("A1", 1, "50"), ("A2", 1, "49"), ("A2", 3, "50"), ("A3", 1, None)):
        connection.execute(
            "insert into accepted.creators by name select ?::date as landed_night, ? as account_id, 'MX' as market,"
            " 'creator' as kind, 'es' as language, '2026-01-01' as onboarded_on, ? as trust_score",
            [f"2026-03-0{night}", account, score],
        )
    connection.execute("drop view accepted.creator_versions")
    connection.execute("create table accepted.creator_versions as from accepted.creators")
    connection.execute("delete from accepted.creators where account_id = 'A2' and landed_night = '2026-03-01'")
    project = compiled_project(Path("home").resolve() / "dbt")
    run_models(connection, project.models(leading_to={"int_eligibility_periods"}), date(2026, 3, 4))
    print(connection.execute(
        "select account_id, from_day::varchar, failed from int_eligibility_periods"
        " where eligibility = 'early_access' and from_day >= '2026-03-01' order by all"
    ).fetchall())
"""


def test_a_column_is_one_line_and_a_condition_reads_it(checkout: Path) -> None:
    assert "trust_score" in (checkout / "docs" / "feeds.md").read_text()
    checked = _run(checkout, "-m", "evenhand.cli", "policy", "check")
    # Its keys are shown as they are until they have labels; nothing else is said of it.
    assert not [line for line in checked.splitlines() if "creators_mx" in line and "found no label of" not in line]
    # 49 are too few, and 50 are enough from the night on that they land; who has none isn't eligible.
    assert _run(checkout, "-c", _DECIDE).splitlines()[-1] == str(
        [("A1", "2026-03-01", []), ("A2", "2026-03-01", ["trusted_enough"]), ("A2", "2026-03-03", [])]
    )


def test_a_column_that_is_no_figure_is_named_where_a_pack_reads_it(checkout: Path) -> None:
    pack = checkout / "policies" / "creators_mx.yml"
    before = pack.read_text()
    pack.write_text(before.replace("metric: trust_score", "metric: category"))
    try:
        said = " ".join(_run(checkout, "-m", "evenhand.cli", "policy", "check").split())
    finally:
        pack.write_text(before)
    line = 1 + before[: before.index("metric: trust_score")].count("\n")
    assert f"creators_mx.yml:{line}" in said
    assert "category, a column of creators whose values are texts" in said
    assert "followers, trust_score" in said
