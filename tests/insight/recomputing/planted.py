"""Rows that the simulated marketplace has none of, landed beside it: what a metric must tell apart from the others."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

from evenhand.landing.contracts import BY_NAME


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
    """The account that sold most between its penalty and the appeal, a content of it, and a case with its account."""
    with duckdb.connect() as connection:

        def first(query: str, feed: str) -> tuple[str, ...]:
            files = f"'{landing}/{feed}/*/source={market}/*.parquet'"
            found = connection.execute(query.replace("FEED", f"read_parquet({files}, union_by_name = true)")).fetchone()
            assert found
            return found

        (seller,) = first(
            "select account_id from FEED where account_id not in (select account_id from"
            f" read_parquet('{landing}/violations/*/source={market}/*.parquet', union_by_name = true))"
            f" and ordered_on between '{night - timedelta(days=20)}' and '{night - timedelta(days=11)}'"
            f" and account_id in (select account_id from"
            f" read_parquet('{landing}/contents/*/source={market}/*.parquet', union_by_name = true)"
            f" where published_on < '{night - timedelta(days=21)}')"
            " group by all order by count(*) desc, account_id limit 1",
            "orders",
        )
        (content,) = first(
            f"select min(content_id) from FEED where account_id = '{seller}'"
            f" and published_on < '{night - timedelta(days=21)}' and published_on > '{night - timedelta(days=30)}'",
            "contents",
        )
        case, account = first(
            f"select violation_id, account_id from FEED where decided_on > '{night - timedelta(days=15)}' order by all",
            "violations",
        )
    return seller, content, (case, account)
