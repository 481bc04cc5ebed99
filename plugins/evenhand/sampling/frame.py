"""What a night's sample can be drawn from, read in what it was computed in: its contents, decisions and penalties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb

from evenhand.landing.contracts import BY_NAME
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.sampling.draw import Unit
from evenhand.sampling.plan import Frame, GoldenItem
from evenhand.sampling.reviews import LIKELY, OF_UNITS, told

_SQL = SqlFile(__file__)

# A rule counts as new for so many nights; what was found in a segment is looked at for so many.
NEW_NIGHTS, RISK_NIGHTS = 14, 28
# As many reviews as say half of a segment's risk; the other half is its market's.
_SHRUNK_BY = 50
# Of a rule's row, what is its edition and no rule.
_OF_EDITION = {"edition_id", "effective_from", "effective_before", "version", "rule_no"}


def frames(connection: duckdb.DuckDBPyConnection, night: date, item_link: str = "") -> Sequence[Frame]:
    """What can be drawn in each market, by name.

    Contents are those that gained views tonight, by how many; lives likewise by viewers. Where nobody counts views, the
    ones that landed tonight. Decisions are those that landed tonight, each with what its content gained with its newest
    row; penalties the new ones, each with the mean of the decisions that it needs.

    Args:
        item_link: where a reviewer can see what has no link of its own, with {subject} for its key.
    """
    contents = _rows(connection, _SQL("contents", gained=_gained()), night)
    known = _SQL("decisions", gained=_gained(), known_before=_known_before("violations"))
    decisions = _rows(connection, known, night)
    published, decided = _Risk(connection, night, "published"), _Risk(connection, night, "decided")
    new = _decisions_by_new_rules(connection, night)
    units: dict[str, list[Unit]] = defaultdict(list)
    links: dict[str, str] = {}
    accounts: dict[str, str] = {}
    for row in contents:
        risk = published.of(row["market"], row["kind"], row["category"])
        units[row["market"]].append(Unit(row["what"], row["subject"], (row["subject"],), row["seen"], risk))
        links[row["subject"]] = row["link"] or item_link.replace("{subject}", row["subject"])
        accounts[row["subject"]] = row["account_id"]
    for row in decisions:
        if row["is_tonight"]:
            risk = decided.of(row["market"], row["kind"], row["category"])
            of, confidence = row["violation_id"], row["confidence"]
            units[row["market"]].append(Unit("decision", of, (of,), row["seen"], risk, of in new, confidence))
        links[row["violation_id"]] = row["link"] or item_link.replace("{subject}", row["violation_id"])
        accounts[row["violation_id"]] = row["account_id"]
    by_id = {row["violation_id"]: row for row in decisions}
    without: dict[str, int] = defaultdict(int)
    measures: dict[str, str] = {}
    surplus: set[str] = set()
    for row in _rows(connection, _SQL("penalties"), night):
        measures[row["row_key"]] = row["measure"]
        surplus |= {row["row_key"]} if row["is_surplus"] else set()
        events = tuple(sorted(each for each in row["violations"] if each in by_id))
        if events:
            units[row["market"]].append(_penalty(row, events, by_id, decided))
        else:
            without[row["market"]] += 1
    golden: dict[str, list[GoldenItem]] = defaultdict(list)
    for row in _rows(connection, _SQL("golden"), night):
        golden[row["market"]].append(GoldenItem(row["golden_id"], row["subject"]))
        links.setdefault(row["subject"], row["link"] or item_link.replace("{subject}", row["subject"]))
        accounts.setdefault(row["subject"], row["account_id"])
    return [
        Frame(
            market,
            tuple(units[market]),
            tuple(golden[market]),
            links,
            without[market],
            accounts,
            measures,
            frozenset(surplus),
        )
        for market in sorted({*units, *without})
    ]


def _penalty(
    row: Mapping[str, Any], events: tuple[str, ...], decisions: Mapping[str, Mapping[str, Any]], decided: _Risk
) -> Unit:
    of = [decisions[each] for each in events]
    seen = [each["seen"] for each in of if each["seen"]]
    risks = [decided.of(row["market"], each["kind"], each["category"]) for each in of]
    return Unit(
        "penalty", row["row_key"], events, sum(seen) / len(seen) if seen else None, sum(risks) / len(risks)
    )  # fmt: skip


class _Risk:
    """The share of reviews in 28 days that found something wrong, by segment: in breach, or of decisions, in none.

    Of few reviews, it is nearer to its market's; that of a market likewise to the share of all.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, night: date, drawn_from: str) -> None:
        reviews = _SQL("reviews", told=told(), of_units=OF_UNITS, likely=LIKELY)
        rows = _rows(connection, reviews, night, drawn_from=drawn_from, since=night - timedelta(days=RISK_NIGHTS))
        wrong, weight = sum(row["wrong"] or 0 for row in rows), sum(row["weight"] for row in rows)
        self._all = (wrong + 0.5) / (weight + 1)
        self._markets: dict[str, float] = {}
        self._segments: dict[tuple[str, str, str], float] = {}
        for market in sorted({row["market"] for row in rows}):
            of = [row for row in rows if row["market"] == market]
            self._markets[market] = _shrunk(of, self._all)
            for row in of:
                self._segments[market, row["kind"], row["category"]] = _shrunk([row], self._markets[market])

    def of(self, market: str, kind: str, category: str) -> float:
        return float(self._segments.get((market, kind, category), self._markets.get(market, self._all)))


def _shrunk(rows: Sequence[Mapping[str, Any]], towards: float) -> float:
    reviews, weight = sum(row["reviews"] for row in rows), sum(row["weight"] for row in rows)
    share = sum(row["wrong"] or 0 for row in rows) / weight
    return float((share * reviews + towards * _SHRUNK_BY) / (reviews + _SHRUNK_BY))


def _decisions_by_new_rules(connection: duckdb.DuckDBPyConnection, night: date) -> set[str]:
    """Decisions that a rule counts which isn't what it was before one of the last 14 nights."""
    editions: dict[tuple[str, str, date], dict[tuple[str, str], set[tuple[object, ...]]]] = {}
    ends: dict[tuple[str, str, date], date | None] = {}
    numbers: dict[tuple[str, str, date, str, str], set[int]] = defaultdict(set)
    for row in _rows(connection, "from policy.entry_rules", night):
        edition = row["market"], row["pack"], row["effective_from"]
        ends[edition] = row["effective_before"]
        said = tuple(value for name, value in sorted(row.items()) if name not in _OF_EDITION)
        rules = editions.setdefault(edition, {})
        rules.setdefault((row["programme"], row["rule"]), set()).add(said)
        numbers[*edition, row["programme"], row["rule"]].add(row["rule_no"])
    changed: set[int] = set()
    for (market, pack, begins), rules in editions.items():
        if not night - timedelta(days=NEW_NIGHTS) < begins <= night:
            continue
        before = next((at for at, end in ends.items() if at[:2] == (market, pack) and end == begins), None)
        earlier = editions[before] if before else {}
        for rule, said_now in rules.items():
            if earlier.get(rule) != said_now:
                changed |= numbers[market, pack, begins, *rule]
    counted_by = "select distinct violation_id, rule_no from int_ledger_entries where violation_id is not null"
    return {row["violation_id"] for row in _rows(connection, counted_by, night) if row["rule_no"] in changed}


def _rows(connection: duckdb.DuckDBPyConnection, query: str, night: date, **values: object) -> list[dict[str, Any]]:
    given = {"night": night, **values}
    found = connection.execute(query, {name: given[name] for name in given if f"${name}" in query} or None)
    names = [name for name, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _known_before(feed: str) -> Sql:
    return _SQL("known_before", feed=feed)


def _gained() -> Sql:
    """SQL for what each content and live gained with its newest row."""
    of = {
        name: _SQL(
            "gained_of",
            key=BY_NAME[feed].key,
            views=views,
            newest=f"stg_{feed}",
            moment=Sql(BY_NAME[feed].changed_at),
            known_before=_known_before(feed),
        )
        for name, feed, views in (("of_contents", "contents", "views"), ("of_lives", "lives", "viewers"))
    }
    return _SQL("gained", **of)
