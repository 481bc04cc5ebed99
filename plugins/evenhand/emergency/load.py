"""Emergencies in a night's warehouse: the table `emergencies.known`, a row per emergency and account."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from evenhand.emergency.record import known
from evenhand.landing.accepted import create_emergencies


def load_emergencies(folder: Path, warehouse: Path, night: date) -> int:
    """Fill the table with the emergencies that the night knows; returns how many those are.

    Raises:
        evenhand.emergency.record.EmergencyBroken: a file can't be read.
    """
    found = known(folder, night)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        create_emergencies(connection)
        for each in found:
            e = each.emergency
            connection.execute(
                "insert into emergencies.known select ?, ?, ?, ?, ?, unnest(?::varchar[]), ?, ?, ?, ?, ?, ?, ?, ?",
                [
                    *(e.emergency_id, each.sha256, e.action, e.list, e.market, sorted(set(e.accounts)), e.measure),
                    *(e.scope, e.reason, str(e.author), e.approved, e.first_night, e.until, e.ends),
                ],
            )
        connection.commit()
    return len(found)
