"""The violations that were found of an account, each with all appeals that were filed against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evenhand.explain.account_rows import AccountRows
from evenhand.explain.appeal_clock import decide_by
from evenhand.explain.explanation import FOR_SUPPORT, Appeal, Audience, Violation
from evenhand.explain.names import Names
from evenhand.policy.prose.words import spoken


def violations_of(rows: AccountRows, names: Names, audience: Audience, release: Path) -> list[Violation]:
    """Those of an account, by their names."""
    filed: dict[str, list[Appeal]] = defaultdict(list)
    for row in rows.appeals():
        filed[row["violation_id"]].append(_appeal(row))
    return [
        _violation(row, filed[row["violation_id"]], names, audience, release)
        for row in rows.of("account_violations", "violation_id")
    ]


def _appeal(row: Mapping[str, Any]) -> Appeal:
    return Appeal(row["appeal_id"], row["filed_on"], row["outcome"], row["decided_on"], bool(row["is_out_of_court"]))


def _violation(
    row: Mapping[str, Any], appeals: Sequence[Appeal], names: Names, audience: Audience, release: Path
) -> Violation:
    what = names.words(spoken(row["kind"] or ""))
    is_pending = row["appeal"] == "pending" and row["appeal_filed_on"] is not None
    on = f"{what} “{row['title']}”" if row["title"] else " ".join(each for each in (what, row["subject"] or "") if each)
    return Violation(
        violation=row["violation_id"],
        label=names.of("violation_type", row["violation_type"]),
        severity=row["severity"],
        severity_label=names.of("severity", row["severity"]),
        on=on,
        posted_on=row["posted_on"],
        detected_by=None if audience == FOR_SUPPORT else row["detected_by"],
        detected_by_label="" if audience == FOR_SUPPORT else names.of("detected_by", row["detected_by"]),
        detected_on=None if audience == FOR_SUPPORT else row["detected_on"],
        decided_on=row["decided_on"],
        appeal_id=row["appeal_id"],
        appeal_filed_on=row["appeal_filed_on"],
        appeal_outcome=row["appeal_outcome"],
        appeal_decided_on=row["appeal_decided_on"],
        appeal=row["appeal"],
        appeal_until=row["appeal_until"],
        appeal_decide_by=decide_by(release, row.get("market") or "", row["appeal_filed_on"]) if is_pending else None,
        # Releases of earlier versions don't have it.
        restored_on=row.get("restored_on"),
        appeals=tuple(appeals),
    )
