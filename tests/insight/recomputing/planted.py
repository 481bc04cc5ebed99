"""Rows that the simulated marketplace has none of, landed beside it: what a metric must tell apart from the others."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME
from evenhand.records.databases import quoted


def silence(landing: Path, market: str, until: date) -> None:
    """Have the files of a market tell of nothing that was done about what was decided before a day."""
    silent = ", ".join(
        f"case when coalesce(decided_on, enforced_on) >= $until then {name} end as {name}"
        for name in ("enforced_on", "enforced_at", "notified_on", "notified_at")
    )
    with duckdb.connect() as connection:
        for file in sorted(landing.glob(f"violations/*/source={market}/*.parquet")):
            query = f"create or replace temp table told as select * replace ({silent}) from {quoted(file)}"
            connection.execute(query, {"until": str(until)})
            connection.execute(f"copy told to {quoted(file)} (format parquet)")


def plant(landing: Path, night: date, market: str) -> None:
    """Land files of some feeds with the nights until this one."""

    def day(ago: int) -> str:
        return str(night - timedelta(days=ago))

    seller, content, decided = _found(landing, night, market)
    of_case = {"account_id": seller, "status": "decided", "batch_id": "", "severity": "", "surface": "short_video"}

    def case(key: str, violation_type: str, detected: int, decided: int | None, **more: str) -> dict[str, str]:
        known = {"detected_on": day(detected), "enforced_on": day(detected), "content_id": content}
        said = {"decided_on": day(decided)} if decided is not None else {"status": "open", "decided_on": ""}
        return {**of_case, **known, **said, "violation_id": f"{market}-{key}", "violation_type": violation_type, **more}

    def appeal(key: str, against: str, filed: int, decided: int, outcome: str, channel: str = "own") -> dict[str, str]:
        return {
            "appeal_id": f"{market}-{key}", "violation_id": f"{market}-{against}", "account_id": seller,
            "filed_on": day(filed), "decided_on": day(decided), "outcome": outcome, "channel": channel,
        }  # fmt: skip

    rows = {
        "violations": [
            # Twelve points hold the commission of who sells much, until the appeal is granted; nobody knows the hours.
            case("held", "counterfeit", 20, 20, points="12", detected_by="model"),
            # A word that no rule counts, flagged by a user at nobody knows what time.
            case("word", "parcel_of_air", 3, 2, detected_by="user_report", notified_on=day(1)),
            case("taken_back", "misleading_claim", 2, 1, points="1"),
            # Something was done about it, and nobody ever decided; the other is only detected.
            case("done", "copyright", 19, None, detected_by="model"),
            case("open", "copyright", 18, None, detected_by="model", enforced_on=""),
            # Taken back without an appeal.
            case("restored", "low_quality", 9, 8, detected_by="model", status="restored", restored_on=day(5)),
            # Decided, and nothing was done.
            case("late", "copyright", 8, 7, detected_by="model", enforced_on=""),
        ],
        "appeals": [
            appeal("granted", "held", 15, 10, "granted"),
            appeal("elsewhere", "word", 2, 1, "granted", channel="out_of_court"),
            appeal("given_up", "taken_back", 1, 0, "withdrawn_by_account"),
        ],
        # One sees no violation; another knew of this opinion, and one gave a second.
        "qa_reviews": [
            {"review_id": f"{market}-{key}", "drawn_from": "decided", "violation_id": decided[0],
             "account_id": decided[1], "reviewed_on": day(1), "is_violation": "no", **more}
            for key, more in (
                ("doubt", {"blind": "yes", "round": "1"}),
                ("told", {"blind": "no", "round": "1"}),
                ("second", {"blind": "yes", "round": "2"}),
            )
        ],
    }  # fmt: skip
    for feed, planted in rows.items():
        for landed in sorted({_lands_on(row) for row in planted}):
            folder = landing / feed / f"night={landed}"
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / f"planted_{market}.csv", feed, [row for row in planted if _lands_on(row) == landed])


def _lands_on(row: Mapping[str, str]) -> str:
    """The last of its days, so that no night brings more that is unusual than it can."""
    return max(value for name, value in row.items() if name.endswith("_on"))


def _write(file: Path, feed: str, rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(dict.fromkeys([*BY_NAME[feed].names_in_every_file, *(name for row in rows for name in row)]))
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _found(landing: Path, night: date, market: str) -> tuple[str, str, tuple[str, str]]:
    """An account without a case that sold much while its commission is held, a content of it, and a case of another."""
    with duckdb.connect() as connection:
        for feed in ("violations", "contents", "orders"):
            files = quoted(landing / feed / f"*/source={market}/*.parquet")
            connection.execute(f"create view {feed} as from read_parquet({files}, union_by_name = true)")
        given = {name: str(night - timedelta(days=ago)) for name, ago in (("held", 20), ("freed", 10), ("known", 30))}
        seller, content = _one(
            connection,
            "select orders.account_id, min(posts.content_id) from orders"
            " join contents as posts on orders.account_id = posts.account_id"
            " anti join violations on orders.account_id = violations.account_id"
            " where ordered_on >= $held and ordered_on < $freed and posts.published_on > $known"
            " and posts.published_on < $held group by all"
            " order by count(distinct order_id) desc, orders.account_id limit 1",
            given,
        )
        case, account = _one(
            connection,
            "select violation_id, account_id from violations where decided_on > $held order by all limit 1",
            {"held": given["held"]},
        )
    return seller, content, (case, account)


def _one(connection: duckdb.DuckDBPyConnection, query: str, given: Mapping[str, str]) -> tuple[str, str]:
    found = connection.execute(query, given).fetchone()
    assert found
    return found[0], found[1]
