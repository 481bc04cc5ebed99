"""Nights through the real command: Airflow, dbt, Great Expectations, DuckDB and a receiver that is a process."""

from __future__ import annotations

from night.installation import CREATORS, Installation


def test_a_night_is_decided_released_and_delivered_and_a_second_run_changes_and_sends_nothing(
    installation: Installation,
) -> None:
    installation.land_history()

    said = installation.nightly("2026-03-05")

    assert installation.rows(
        "2026-03-05", "penalties", "account_id, scope, measure, starts_on::text, ends_on::text"
    ) == [
        ("a1", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a2", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a2", "campaign", "campaigns_closed", "2026-03-02", "2026-03-31"),
        ("a2", "short_video", "publishing_paused", "2026-03-02", "2026-03-08"),
        ("a3", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a3", "campaign", "campaigns_closed", "2026-03-03", "2026-05-31"),
        ("a3", "commission", "commission_held", "2026-03-03", "2026-04-01"),
        ("a3", "short_video", "publishing_paused", "2026-03-03", "2026-04-01"),
        ("a4", "account", "warning", "2026-03-01", "2026-03-30"),
        ("a4", "campaign", "campaigns_closed", "2026-03-03", "2026-05-31"),
        ("a4", "commission", "commission_held", "2026-03-03", "2026-04-01"),
        ("a4", "short_video", "publishing_paused", "2026-03-03", "2026-04-01"),
    ]
    assert installation.rows("2026-03-05", "rewards") == []
    assert len(installation.held()) == 12
    assert "12 penalties put; 12 applied" in said
    before = installation.release_bytes("2026-03-05")
    # What it wrote is for its own account.
    written = [installation.home / name for name in ("nights", "releases", "airflow/logs")]
    modes = {path.lstat().st_mode & 0o777 for folder in written for path in folder.rglob("*") if not path.is_symlink()}
    assert modes == {0o700, 0o600, 0o400}
    assert {path.stat().st_mode & 0o777 for path in installation.home.iterdir() if path.is_file()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in installation.release("2026-03-05").iterdir()} == {0o400}
    assert installation.home.stat().st_mode & 0o777 == 0o700

    said = installation.nightly("2026-03-05")

    assert "Nothing changed" in said
    assert installation.release_bytes("2026-03-05") == before
    assert installation.revisions("2026-03-05") == ["0001"]
    assert installation.effects() == 12


def test_a_granted_appeal_ends_the_measure_from_its_night_and_the_receiver_is_told(decided: Installation) -> None:
    said = decided.directly("2026-03-06")

    assert "a1/copyright_strikes/account" not in decided.held()
    assert len(decided.held()) == 11
    assert "1 penalties remove" in said
    # The night before was right when it was decided, and stays what it was.
    assert ("a1",) in decided.rows("2026-03-05", "penalties", "account_id")


def test_a_correction_makes_a_new_revision_and_keeps_the_old(decided: Installation) -> None:
    first = decided.release_bytes("2026-03-05")
    decided.land("2026-03-05", creators=[*CREATORS[:3], ("a4", "world", "platform", "en", "2026-01-01"), *CREATORS[4:]])

    said = decided.directly("2026-03-05")

    assert decided.revisions("2026-03-05") == ["0001", "0002"]
    assert decided.release("2026-03-05").resolve().name == "0002"
    assert decided.release_bytes("2026-03-05") != first
    assert "4 penalties remove" in said
    assert not [key for key in decided.held() if key.startswith("a4/")]
