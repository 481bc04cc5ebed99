"""calendar.yml: what it may say, of which markets, and that a mistake in it is named with its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evenhand.cli import app
from evenhand.policy.load import load_packs, names_days
from evenhand.policy.named_days import NO_NAMED_DAYS, named_days_of, read_named_days
from evenhand.policy.texts import PackError
from evenhand.settings import PROJECT

ONE = "  - {name: Sale, markets: [ID, TH], first_day: 2026-11-10, last_day: 2026-11-12}\n"


def test_named_days_are_read_and_come_out_of_a_manifest_as_they_were(tmp_path: Path) -> None:
    everywhere = "  - {name: New Year, markets: all, first_day: 2026-01-01}\n"
    (tmp_path / "calendar.yml").write_text(f"days:\n{ONE}{everywhere}")
    found = read_named_days(tmp_path)
    sale, new_year = found.days
    first, last = date(2026, 11, 12), date(2026, 11, 30)
    assert [sale.overlaps(first, last), sale.overlaps(last, last), new_year.overlaps(first, last)] == [
        True,
        False,
        False,
    ]
    assert [sale.is_in(market) for market in ("ID", "SG", "all")] == [True, False, True]
    assert [new_year.is_in(market) for market in ("ID", "SG", "all")] == [True, True, True]
    assert named_days_of(found.model_dump(mode="json", exclude_none=True)) == found
    assert named_days_of({}) == NO_NAMED_DAYS


def test_who_sees_one_market_is_told_its_days_and_no_other_market(tmp_path: Path) -> None:
    (tmp_path / "calendar.yml").write_text(
        f"days:\n{ONE}  - {{name: A, markets: SG, first_day: 2026-01-01}}\n"
        "  - {name: B, markets: all, first_day: 2026-01-01}\n"
    )
    found = read_named_days(tmp_path)
    assert [(each.name, each.markets) for each in found.seen_in({"TH"}).days] == [("Sale", ("TH",)), ("B", ("all",))]
    assert [each.name for each in found.seen_in(()).days] == ["B"]


def test_without_the_file_or_with_an_empty_one_no_day_has_a_name(tmp_path: Path) -> None:
    assert read_named_days(tmp_path) == NO_NAMED_DAYS
    (tmp_path / "calendar.yml").write_text("# nothing yet\n")
    assert read_named_days(tmp_path) == NO_NAMED_DAYS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"days:\n{ONE}{ONE}", "calendar.yml:3:"),
        (
            f"days:\n{ONE}{ONE.replace('[ID, TH]', 'all')}",
            "has Sale already; expected each name once for a market and day",
        ),
        (
            f"days:\n{ONE}".replace("2026-11-12", "2026-11-09"),
            "days[0].last_day: found 2026-11-09; expected 2026-11-10",
        ),
        (f"days:\n{ONE}".replace("[ID, TH]", "[ID, all]"), "expected all alone, or the markets"),
        (f"days:\n{ONE}".replace("[ID, TH]", "[ID, ID]"), "days[0].markets[1]: found ID again"),
        (f"days:\n{ONE}".replace("[ID, TH]", "[]"), "days[0].markets"),
        (f"days:\n{ONE}".replace("Sale", "11.11"), "days[0].name: found 11.11; expected a text"),
        (f"days:\n{ONE}".replace("Sale", '"a\\nb"'), "expected a text of one line that people see all of"),
        (f"days:\n{ONE}".replace("Sale", '" "'), "expected a text of one line that people see all of"),
        (f"days:\n{ONE}".replace("last_day", "until"), "found a key that isn't in the language"),
        ("days: [", "not YAML"),
        ("[]", "expected keys with values"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "calendar.yml").write_text(text)
    with pytest.raises(PackError) as refused:
        read_named_days(tmp_path)
    assert said in str(refused.value)


def test_a_day_may_have_several_names_and_a_name_several_days(tmp_path: Path) -> None:
    others = ONE.replace("Sale", "Pay-day") + ONE.replace("2026-11-1", "2026-12-1") + ONE.replace("[ID, TH]", "SG")
    (tmp_path / "calendar.yml").write_text(f"days:\n{ONE}{others}")
    assert len(read_named_days(tmp_path).days) == 4


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("2026-11-12", "2026-11-09", "error: days[0].last_day"),
        ("TH", "THH", "warning: days[0].markets[1]: found THH; expected one of ID, all"),
    ],
)
def test_policy_check_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was: str, becomes: str, said: str
) -> None:
    (tmp_path / "creators_base.yml").write_bytes((PROJECT / "policies" / "creators_base.yml").read_bytes())
    (tmp_path / "creators_id.yml").write_bytes((PROJECT / "policies" / "creators_id.yml").read_bytes())
    (tmp_path / "calendar.yml").write_text(f"days:\n{ONE}".replace(was, becomes))
    monkeypatch.setenv("EVENHAND_POLICIES", str(tmp_path))
    # What the installation of the checkout has decided isn't known here.
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["policy", "check", str(tmp_path)])
    assert done.exit_code == (0 if said.startswith("warning") else 1)
    assert said in " ".join(done.output.split())
    assert "calendar.yml:2:" in done.output


@pytest.mark.parametrize("name", ["creators_id.yml", "creators_base.yml"])
def test_a_pack_or_a_part_of_one_that_has_its_name_decides_as_before_and_is_told_to_have_another(
    tmp_path: Path, name: str
) -> None:
    for each in ("creators_base.yml", "creators_id.yml"):
        text = (PROJECT / "policies" / each).read_text().replace(name, "calendar.yml")
        (tmp_path / each.replace(name, "calendar.yml")).write_text(text)
    (pack,) = load_packs(tmp_path)
    assert pack.pack.markets == ("ID",)
    assert not names_days(tmp_path / "calendar.yml")
    with pytest.raises(PackError, match=r"calendar.yml:1:1: found a pack, .* give it another file name"):
        read_named_days(tmp_path)


def test_it_is_no_pack_and_the_shipped_one_is_right() -> None:
    assert {each.path.name for each in load_packs(PROJECT / "policies")}.isdisjoint({"calendar.yml"})
    assert read_named_days(PROJECT / "policies").days


def test_shipped_days_are_those_that_their_names_say() -> None:
    days = {(each.name, each.first_day) for each in read_named_days(PROJECT / "policies").days}
    thursday = next(date(2026, 11, day) for day in range(22, 29) if date(2026, 11, day).isoweekday() == 4)
    assert ("Black Friday campaign", thursday + timedelta(days=1)) in days
    assert ("Cyber Monday campaign", thursday + timedelta(days=4)) in days
    for name, on in days:
        month, _, day = name.removesuffix(" campaign").partition(".")
        assert not day or (on.month, on.day) == (int(month), int(day))
