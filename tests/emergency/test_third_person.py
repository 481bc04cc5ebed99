"""In Airflow a third person is asked by the proposal that two have made, and nothing is recorded before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from evenhand.emergency.emergency import Proposal
from evenhand.records.persons import Person
from evenhand.records.proposals import approve, is_approved, open_proposals
from evenhand.tasks.emergency import record_emergency

MANY = Proposal(
    action="impose", list="penalties", market="SG", accounts=("a1", "a2"), measure="no_live", scope="live",
    until=date(2026, 3, 7), reason="Fake prizes", author=Person("mai", logged_in=True), needs=2,
)  # fmt: skip


def test_a_third_person_approves_what_two_want(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_HOME", str(tmp_path))
    (tmp_path / "releases" / "night=2026-03-05").mkdir(parents=True)
    now = datetime.now(UTC)
    answer = {"params_input": {}, "responded_by_user": {"name": "lan"}, "responded_at": now.isoformat()}
    wanted = MANY.model_dump(mode="json")
    for _ in range(2):
        # Cleared and run again, it is the same proposal.
        with pytest.raises(AirflowSkipException, match="a third person approves it too"):
            record_emergency(wanted, answer, "mai asks")
    ((act, approvals),) = open_proposals(tmp_path, now)
    assert (act.said, [each.by.name for each in approvals], is_approved(act, approvals)) == ("mai asks", ["lan"], False)
    act, approvals = approve(tmp_path, act.proposal_id, Person("chi", logged_in=True), now)
    assert is_approved(act, approvals)
    assert not (tmp_path / "emergencies").exists()

    with pytest.raises(AirflowFailException, match="Mai asked for this and can't approve it too"):
        record_emergency(wanted, {**answer, "responded_by_user": {"name": "Mai"}}, "mai asks")
