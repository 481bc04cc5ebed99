"""What the terminal tells to type next does just what it says."""

from __future__ import annotations

import re
import shlex
from datetime import date
from importlib.metadata import version

import pytest
from rich.console import Console
from typer.testing import CliRunner

from approval.english import SPEAKS
from evenhand.cli import app
from evenhand.commands.dry_run import show_dry_run
from evenhand.commands.summary import held
from evenhand.quality.held_lists import HeldList as Held
from evenhand.release.manifest import HeldList
from evenhand.tasks.dry_run import Outcome
from release.manifests import manifest_of

NIGHT = date(2026, 3, 6)


@pytest.mark.parametrize("market", ["ID", "Côte d'Ivoire; rm -rf $HOME"])
def test_the_hint_of_a_held_list_names_night_list_and_market_whatever_the_shell_makes_of_its_letters(
    market: str, capsys: pytest.CaptureFixture[str]
) -> None:
    of_market = HeldList(
        list="penalties", market=market, digest="d", changes=1, why=("unusual",), since=date(2026, 3, 5), answer="",
        answered_by="", first_wave=0, kept=99, in_force=25,
    )  # fmt: skip
    held(manifest_of(NIGHT, held_lists=(of_market,)), NIGHT, Console(width=300), SPEAKS)
    said = capsys.readouterr().out
    assert (
        "1 row would change, it keeps the release of 2026-03-05. Of 99 rows that it had, 25 are in force tonight."
        in said
    )
    commands = [shlex.split(found) for found in re.findall(r"evenhand .*", said)]
    assert commands == [
        ["evenhand", "held", "2026-03-06", "--list", "penalties", "--market", market],
        *(
            ["evenhand", "answer", word, "--night", "2026-03-06", "--list", "penalties", "--market", market]
            for word in ("approve", "first-wave", "reject")
        ),
    ]


def test_what_is_in_force_of_a_first_wave_is_not_said_to_be_of_what_the_market_had(
    capsys: pytest.CaptureFixture[str],
) -> None:
    after_a_wave = HeldList(
        list="penalties", market="ID", digest="d", changes=11, why=("unusual",), since=date(2026, 3, 5),
        answer="first_wave", answered_by="bea", first_wave=1, kept=2, in_force=3,
    )  # fmt: skip
    held(manifest_of(NIGHT, held_lists=(after_a_wave,)), NIGHT, Console(width=300), SPEAKS)
    assert (
        "first wave by bea, 1 row of it. Of 2 rows that it had and of the first wave, 3 are in force tonight."
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("name", "called"),
    [("qa_items", "review budget of SG"), ("deliveries", "deliveries to SG"), ("notices", "notices in SG")],
)
def test_what_has_no_first_wave_is_called_what_it_is_and_no_hint_names_a_wave(
    name: str, called: str, capsys: pytest.CaptureFixture[str]
) -> None:
    of_file = HeldList(
        list=name, market="SG", digest="d", changes=0, why=("otherwise",), since=None, answer="", answered_by="",
        first_wave=0,
    )  # fmt: skip
    held(manifest_of(NIGHT, held_lists=(of_file,)), NIGHT, Console(width=300), SPEAKS)
    said = capsys.readouterr().out
    assert f"Held {called}: " in said
    assert re.findall(r"evenhand answer (\S+)", said) == ["approve", "reject"]

    of_tonight = Held(name, "SG", "d", 0, ("otherwise",), True, True, ("ayu",), None, "", "")
    show_dry_run(Outcome(NIGHT, (), (), (), (of_tonight,), ()), Console(width=300))
    assert f"Would be held {called}\n  otherwise\n" in capsys.readouterr().out


def test_an_answer_without_its_night_is_none() -> None:
    said = CliRunner().invoke(app, ["answer", "approve", "--list", "penalties", "--market", "ID"])
    assert said.exit_code == 2
    assert "--night" in said.output


def test_who_does_it_is_by_in_every_command_that_writes_down_who_did_it() -> None:
    for command in (["answer"], ["stop"], ["resume"], ["reverse"], ["emergency", "impose"], ["emergency", "lift"]):
        said = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
        assert "--by" in said, command
        assert "--author" not in said, command


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"evenhand {version('evenhand')}\n"
