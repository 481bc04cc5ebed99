"""A marketplace with fewer quiet creators: who breaks rules seldom, for what they sell, is left out but for a few.

Left out are whole accounts, with all that is theirs in every feed, and nothing else. No row of the simulator refers to
another account's, so what is left is a marketplace of its own, in which every account has all that it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from evenhand.landing.contracts import FEEDS


@dataclass(frozen=True)
class Thinning:
    """Of the accounts with less than a violation in so many orders, of all nights, one in so many is there."""

    orders: int = 75
    quiet: int = 20

    def thin(self, landed: Path) -> None:
        """Delete the others from what is loaded; done again, it deletes nothing."""
        with duckdb.connect(str(landed), config={"threads": 1}) as connection:
            connection.begin()
            # The faults choose accounts by their hash as well: what is hashed here is another text.
            connection.execute(
                f"""
                create temp table left_out as
                with
                violations as (
                    select account_id, count(distinct violation_id) as number from landing.violations group by all
                ),
                orders as (
                    select account_id, count(distinct order_id) as number from landing.orders group by all
                )
                select creators.account_id
                from (select distinct account_id from landing.creators) as creators
                left join violations using (account_id)
                left join orders using (account_id)
                where
                    (violations.number is null or orders.number > {self.orders} * violations.number)
                    and hash('quiet ' || creators.account_id) % {self.quiet} != 0
                """
            )
            for contract in FEEDS:
                connection.execute(
                    f"delete from landing.{contract.feed} where account_id in (select account_id from left_out)"
                )
            connection.commit()
