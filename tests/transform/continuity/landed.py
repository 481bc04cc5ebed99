"""What a night accepted as a history for the oracle: accounts, violations, appeals and trainings, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from evenhand.policy.language.pack import Pack
from evenhand.policy.load import load_packs, pack_from
from transform.continuity.facts import Account, AccountRow, Appeal, Event, History


def packs_of_one_programme(folder: Path, programme: str) -> tuple[Pack, ...]:
    """The packs of a folder with one programme each, which reads nothing of the others, and no more."""
    return tuple(
        pack_from(
            loaded.pack.model_dump(exclude_unset=True, exclude={"eligibility", "bonuses", "examples", "stages"})
            | {"programmes": {programme: loaded.pack.programmes[programme].model_dump(exclude_unset=True)}}
        )
        for loaded in load_packs(folder)
    )


def history_of(warehouse: Path, packs: Sequence[Pack], accounts: Collection[str], night: date) -> History:
    """What is known of some accounts on the night that the warehouse is of."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("create temp table asked as select unnest($1) as account_id", [sorted(accounts)])

        def rows(table: str, columns: str) -> dict[str, list[Any]]:
            found = defaultdict(list)
            sql = f"select account_id, {columns} from accepted.{table} semi join asked using (account_id) order by all"
            for account, *row in connection.execute(sql).fetchall():
                found[account].append(row)
            return found

        creators = rows("creator_versions", "landed_night, market, kind, onboarded_on::date")
        violations = rows(
            "violations",
            "violation_id, decided_on::date, violation_type, batch_id, points::decimal(18, 2),"
            " case when status = 'restored' then restored_on::date end",
        )
        trainings = rows("trainings", "attempt_id, passed_on::date, training, subject")
        appeals = rows(
            "appeals",
            "appeal_id, violation_id, filed_on::date, outcome, decided_on::date, points::decimal(18, 2)",
        )
    found = []
    for account in sorted(creators):
        moves = [AccountRow(landed, market, kind, onboarded) for landed, market, kind, onboarded in creators[account]]
        events = [
            Event(key, on, on, violation=what, batch=batch, points=points, restored_on=restored)
            for key, on, what, batch, points, restored in violations[account]
            if on
        ]
        events += [Event(key, on, on, activity=what, subject=about) for key, on, what, about in trainings[account]]
        filed = [
            Appeal(key, against, on, on, outcome, decided, points)
            for key, against, on, outcome, decided, points in appeals[account]
        ]
        found.append(Account(account, tuple(moves), tuple(events), tuple(filed)))
    return History("landed", tuple(packs), tuple(found))
