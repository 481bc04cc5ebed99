"""Faults that leave the number of rows as it was, on four weeks of two markets and the SQL that gate 2 would run.

Longer than other files, for all of them are planted in the same four weeks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from evenhand.landing.contracts import FEEDS
from evenhand.quality.bins import BINNED, NIGHTS, bin_rows, measures_of, rows_with_the_same, that_are_shared
from evenhand.quality.shares import share_out
from expectations.changes import shares_suite
from quality.queries import queries_of

NIGHT = date(2026, 10, 31)
TONIGHT = f"landed_night = date '{NIGHT}' and account_id like 'ID%'"
(SHARED_OUT,) = queries_of(shares_suite(), "gate.shares").values()

# Sixty violations and a hundred orders land in each market every night, of two hundred accounts.
_LANDED = """
create macro draw(key, salt) as (hash(key || '/' || salt) % 10007) / 10007.0;

insert into candidates.creators by name
select date '2026-09-01' as landed_night, 'creators' as landed_file, number as landed_row,
    market || number as account_id, market, 'creator' as kind, 'id' as language, '2026-01-01' as onboarded_on
from range(200) as numbers (number), (values ('ID'), ('VN')) as markets (market);

create table happened as
select cast(each as date) as night, market, number, market || '/' || each || '/' || number as what,
    market || cast(floor(200 * draw(what, 'account')) as integer) as account_id
from generate_series(date '2026-10-02', date '2026-10-31', interval 1 day) as days (each),
    (values ('ID'), ('VN')) as markets (market), range(100) as numbers (number);

insert into candidates.contents by name
select night as landed_night, 'contents' as landed_file, number as landed_row,
    'c' || what as content_id, account_id, 'short_video' as kind, cast(night as varchar) as published_on,
    'A day in the kitchen ' || number as title, 'https://marketplace.example/c/' || number as link
from happened;

insert into candidates.violations by name
select night as landed_night, 'violations' as landed_file, number as landed_row,
    'v' || what as violation_id, account_id, 'c' || what as content_id,
    ['counterfeit', 'copyright', 'low_quality', 'misleading'][1 + cast(floor(4 * draw(what, 'type')) as integer)]
        as violation_type,
    ['low', 'medium', 'high'][1 + cast(floor(3 * draw(what, 'severity')) as integer)] as severity,
    cast(1 + floor(4 * draw(what, 'points')) as integer)::varchar as points,
    cast(night - cast(floor(2 * draw(what, 'delay')) as integer) as varchar) as decided_on,
    'reviewer ' || cast(floor(15 * draw(what, 'reviewer')) as integer) as decided_by, 'model' as detected_by
from happened where number < 60;

insert into candidates.orders by name
select night as landed_night, 'orders' as landed_file, number as landed_row,
    'o' || what as order_id, account_id, cast(night as varchar) as ordered_on, 'placed' as status,
    cast(night as varchar) as status_on,
    cast(cast(20 + 80 * draw(what, 'amount') as decimal(18, 2)) as varchar) as amount,
    '1' as commission
from happened;
"""


@pytest.fixture(scope="module")
def landed() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        for schema in ("candidates", "quarantine", "policy", "landing", "gate"):
            connection.execute(f"create schema {schema}")
        connection.execute("create table quarantine.bad (feed varchar, landed_file varchar, landed_row bigint)")
        connection.execute("create table policy.packs as select unnest(['ID', 'VN']) as market")
        connection.execute("create table landing.files (feed varchar, night date)")
        for contract in FEEDS:
            columns = ", ".join(f"{name} varchar" for name in contract.column_names)
            connection.execute(
                f"create table candidates.{contract.feed}"
                f" (landed_night date, landed_file varchar, landed_row bigint, {columns})"
            )
            connection.execute(f"insert into landing.files values ('{contract.feed}', '2026-09-01')")
        connection.execute(
            "create table gate.limits as"
            " select unnest(['ID', 'VN']) as market, cast(4 as decimal(18, 2)) as usual_spreads"
        )
        connection.execute(_LANDED)
        yield connection


@pytest.fixture
def connection(landed: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    landed.begin()
    yield landed
    landed.rollback()


def held(connection: duckdb.DuckDBPyConnection, *statements: str, night: date = NIGHT) -> dict[str, str]:
    """What is found of each market, after these statements."""
    for statement in statements:
        connection.execute(statement)
    share_out(connection, night)
    found: dict[str, str] = {}
    for market, said in connection.execute(f"from ({SHARED_OUT}) order by all").fetchall():
        found[market] = f"{found[market]}\n{said}" if market in found else said
    return found


def changed(feed: str, values: str, where: str = "true") -> str:
    return f"update candidates.{feed} set {values} where {TONIGHT} and {where}"


def again(feed: str, night: str, columns: str) -> tuple[str, str]:
    """Tonight's rows of a feed are those of an earlier night."""
    return (
        f"delete from candidates.{feed} where {TONIGHT}",
        f"insert into candidates.{feed} select * replace ({columns}) from candidates.{feed}"
        f" where landed_night = date '{night}' and account_id like 'ID%'",
    )


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param((changed("violations", "points = cast(2 * cast(points as integer) as varchar)"),), id="doubled"),
        pytest.param((changed("violations", "points = '4'"),), id="at the maximum"),
        pytest.param((changed("violations", "points = null"),), id="none"),
        pytest.param(
            (changed("violations", "decided_on = cast(cast(decided_on as date) - 1 as varchar)"),), id="a day"
        ),
        pytest.param((changed("violations", "decided_on = '2026-10-20'"),), id="of one day"),
        pytest.param(
            (changed("violations", "severity = case severity when 'low' then 'medium' else 'high' end"),), id="severity"
        ),
        pytest.param((changed("violations", "severity = 'medium'"),), id="one severity"),
        pytest.param((changed("violations", "violation_type = 'copyright'"),), id="one rule for all"),
        pytest.param(
            (changed("violations", "decided_on = strftime(cast(decided_on as date) - 180, '%Y-%m-%d')"),),
            id="another month",
        ),
        pytest.param((changed("contents", "account_id = 'ID7'"),), id="one owner"),
        pytest.param((changed("violations", "content_id = content_id[:4]"),), id="keys cut short"),
        pytest.param((changed("violations", "decided_by = 'reviewer 3'"),), id="one reviewer of many"),
        pytest.param((changed("violations", "decided_by = 'somebody'"),), id="a new reviewer"),
        pytest.param((changed("violations", "decided_by = 'somebody'", "hash(violation_id) % 3 = 0"),), id="a third"),
        pytest.param(
            (
                f"delete from candidates.violations where {TONIGHT} and landed_row >= 4",
                changed("violations", "decided_by = 'somebody'"),
            ),
            id="all of the few that there are",
        ),
        pytest.param((changed("violations", "account_id = 'ID7'"),), id="one account"),
        pytest.param((changed("contents", "link = replace(link, 'marketplace', 'rnarketplace')"),), id="another host"),
        pytest.param(
            (changed("contents", "link = 'https://marketplace.example@evil.example/c'", "hash(content_id) % 4 = 0"),),
            id="another host behind the usual one",
        ),
        pytest.param(
            (changed("contents", "title = 'Win in the kitchen: 0812 3456-7890'", "hash(content_id) % 4 = 0"),),
            id="a number to call",
        ),
        pytest.param(
            (changed("violations", "account_id = 'ID' || cast(hash(violation_id) % 200 as varchar)"),), id="shuffled"
        ),
        pytest.param(
            (changed("violations", "violation_type = 'fake goods'", "violation_type = 'counterfeit'"),), id="renamed"
        ),
        pytest.param(
            (changed("violations", "detected_by = 'Confirm at https://pay.example/x'", "hash(violation_id) % 4 = 0"),),
            id="a link",
        ),
        pytest.param(again("violations", "2026-10-30", f"date '{NIGHT}' as landed_night"), id="yesterday's"),
        pytest.param(
            again("violations", "2026-10-22", f"date '{NIGHT}' as landed_night, violation_id || '-2' as violation_id"),
            id="an earlier file's under other keys",
        ),
        pytest.param((changed("orders", "amount = cast(15000 * cast(amount as double) as varchar)"),), id="amounts"),
        pytest.param((changed("orders", "amount = cast(cast(amount as double) / 16 as varchar)"),), id="currency"),
    ],
)
def test_what_leaves_the_number_of_rows_as_it_was_holds_its_market_alone(
    connection: duckdb.DuckDBPyConnection, fault: tuple[str, ...]
) -> None:
    assert set(held(connection, *fault)) == {"ID"}


@pytest.mark.parametrize(
    ("feed", "column", "beside"), [("violations", "severity", "points"), ("violations", "violation_type", "severity")]
)
def test_values_that_were_exchanged_between_rows_hold_their_market(
    connection: duckdb.DuckDBPyConnection, feed: str, column: str, beside: str
) -> None:
    # On every night one of the two says what the other does, nearly always.
    connection.execute(
        f"update candidates.{feed} set {beside} = cast(1 + hash({column}) % 3 as varchar) where landed_row % 10 > 0"
    )
    assert held(connection) == {}
    connection.execute("drop table gate.shares")

    exchanged = (
        f"update candidates.{feed} as rows set {column} = other.{column} from candidates.{feed} as other"
        f" where rows.landed_night = date '{NIGHT}' and rows.account_id like 'ID%'"
        " and other.landed_night = rows.landed_night and other.account_id like 'ID%'"
        " and other.landed_row = (rows.landed_row + 7) % 60"
    )
    (said,) = held(connection, exchanged).values()
    assert f"{column} with " in said or f"with {column}" in said


# Each row of the night before lands again, as rows do of which something has become.
_LATER = """
insert into candidates.{feed} by name
select * replace (landed_night + 1 as landed_night, landed_row + 100 as landed_row{values})
from candidates.{feed} where landed_night < date '2026-10-31' and landed_row < 100
"""
_EXCHANGED = (
    "update candidates.violations as rows set violation_type = other.violation_type from candidates.violations as other"
    f" where rows.landed_night = date '{NIGHT}' and rows.account_id like 'ID%' and rows.landed_row >= 100"
    " and other.landed_night = rows.landed_night and other.account_id like 'ID%'"
    " and other.landed_row = 100 + (rows.landed_row + 7) % 60"
)


@pytest.mark.parametrize(
    ("feed", "becomes", "fault", "found"),
    [
        pytest.param("violations", "", _EXCHANGED, "change of violation_type: another", id="types exchanged"),
        pytest.param(
            "orders",
            ", 'delivered' as status",
            changed("orders", "amount = cast(cast(amount as decimal(18, 2)) * 1.02 as varchar)"),
            "change of amount: more",
            id="a little more",
        ),
        pytest.param(
            "orders",
            ", 'delivered' as status",
            changed("orders", "status = if(landed_row < 100, 'delivered', 'placed')"),
            "change of status: ",
            id="exchanged with what is new",
        ),
    ],
)
def test_what_a_later_version_says_otherwise_than_the_one_before_holds_its_market(
    connection: duckdb.DuckDBPyConnection, feed: str, becomes: str, fault: str, found: str
) -> None:
    connection.execute(_LATER.format(feed=feed, values=becomes))
    assert held(connection) == {}
    connection.execute("drop table gate.shares")

    assert set(held(connection, fault)) == {"ID"}
    assert found in _all_found(connection)


def _all_found(connection: duckdb.DuckDBPyConnection) -> str:
    """Each measure and bin that is further away than chance brings, not the furthest alone."""
    far = "select string_agg(measure || ': ' || bin, '; ') from gate.shares where market = 'ID' and abs(z_score) > 5"
    ((said,),) = connection.execute(far).fetchall()
    return str(said)


@pytest.mark.parametrize(
    ("usual", "fault"),
    [
        pytest.param(
            "update candidates.violations set updated_at = strftime(landed_night, '%Y-%m-%dT09:00:00Z')",
            changed("violations", "updated_at = '2026-01-01T09:00:00Z'"),
            id="a moment by which no version counts",
        ),
        pytest.param(
            "update candidates.violations set batch_id = violation_id",
            changed("violations", "batch_id = 'vID/' || landed_night"),
            id="one batch for all",
        ),
        pytest.param(
            "select 1",
            changed("orders", "amount = cast(round(cast(amount as double)) as integer)::varchar"),
            id="decimals lost",
        ),
        pytest.param(
            "update candidates.violations set automation_of_detection = if(landed_row % 2 = 0, 'full', 'none'),"
            " automation_of_decision = if(landed_row % 2 = 0, 'full', 'none')",
            changed("violations", "automation_of_decision = if(landed_row < 30, 'full', 'none')"),
            id="words exchanged between rows",
        ),
        pytest.param(
            "update candidates.contents set link = 'https://marketplace.example/' || content_id",
            "update candidates.contents as rows set link = other.link from candidates.contents as other"
            f" where rows.landed_night = date '{NIGHT}' and rows.account_id like 'ID%'"
            " and other.landed_night = rows.landed_night and other.account_id like 'ID%'"
            " and other.landed_row = (rows.landed_row + 7) % 100",
            id="links exchanged between rows",
        ),
        pytest.param(
            "update candidates.contents set link = 'https://marketplace.example/' || content_id",
            changed("contents", "link = 'https://marketplace.example/out?to=' || content_id"),
            id="links of another form",
        ),
        pytest.param(
            "select 1",
            "update candidates.orders as rows set amount = seller.amount, ordered_on = seller.ordered_on"
            " from candidates.orders as seller where rows.landed_night = seller.landed_night"
            f" and rows.landed_night = date '{NIGHT}' and rows.account_id like 'ID%' and seller.account_id like 'ID%'"
            " and seller.landed_row = rows.landed_row % 40",
            id="orders of some are their neighbours' too",
        ),
    ],
)
def test_rows_that_are_each_as_usual_and_not_together_hold_their_market(
    connection: duckdb.DuckDBPyConnection, usual: str, fault: str
) -> None:
    connection.execute(usual)

    assert set(held(connection, fault)) == {"ID"}


# Of a large feed one row in five is looked at. Many of its rows say the same, but for whom they are of.
_MANY = """
insert into candidates.activities by name
select date '2026-10-02' + cast(each as integer) as landed_night, 'activities' as landed_file, number as landed_row,
    'a' || each || '/' || number as activity_id, 'ID' || number % 200 as account_id,
    ['post', 'live', 'training', 'order'][1 + cast(floor(4 * draw(activity_id, 'what')) as integer)] as activity,
    cast(date '2026-10-02' + cast(each as integer) as varchar) as on_day
from range(30) as nights (each), range(5000) as numbers (number)
"""


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("activity = 'post' where activity = 'training' and", "activity: post"),
        (
            "subject = landed_row // 2, activity = if(landed_row % 8 < 4, 'post', 'live') where landed_row % 4 < 2 and",
            "said of another account as well: yes",
        ),
    ],
)
def test_of_many_rows_those_that_say_the_same_of_other_accounts_are_looked_at_one_by_one(
    connection: duckdb.DuckDBPyConnection, fault: str, found: str
) -> None:
    connection.execute(_MANY)
    connection.execute("update candidates.activities set subject = landed_row where landed_row % 4 < 2")
    assert held(connection) == {}
    looked_at = "select sum(number) from binned where feed = 'activities' and measure = 'landed before' group by night"
    assert all(800 < number < 1200 for (number,) in connection.execute(looked_at).fetchall())
    connection.execute("drop table gate.shares")

    assert set(held(connection, f"update candidates.activities set {fault} landed_night = date '{NIGHT}'")) == {"ID"}
    assert found in _all_found(connection)


@pytest.mark.parametrize("exchanged", ["between rows", "with each other"])
def test_amounts_that_were_exchanged_with_those_of_others_hold_their_market(
    connection: duckdb.DuckDBPyConnection, exchanged: str
) -> None:
    # The account earns a twentieth, or a tenth.
    earned = "cast(cast(cast(amount as double) / if(landed_row % 3 = 0, 10, 20) as decimal(18, 2)) as varchar)"
    connection.execute(f"update candidates.orders set commission = {earned}")
    assert held(connection) == {}
    connection.execute("drop table gate.shares")

    with_others = (
        "update candidates.orders as rows set amount = other.amount from candidates.orders as other"
        f" where rows.landed_night = date '{NIGHT}' and rows.account_id like 'ID%'"
        " and other.landed_night = rows.landed_night and other.account_id like 'ID%'"
        " and other.landed_row = (rows.landed_row + 7) % 100"
    )
    with_each_other = changed("orders", "amount = commission, commission = amount")
    found = held(connection, with_others if exchanged == "between rows" else with_each_other)
    assert set(found) == {"ID"}
    if exchanged == "between rows":
        assert "commission beside amount" in found["ID"]


def test_nothing_is_held_where_nothing_is_wrong(connection: duckdb.DuckDBPyConnection) -> None:
    for day in (28, 31):
        assert held(connection, night=date(2026, 10, day)) == {}, day


def test_what_is_said_names_the_share_and_what_is_usual_in_words(connection: duckdb.DuckDBPyConnection) -> None:
    rest = changed("violations", "decided_by = 'reviewer 4'", "landed_row >= 30 and decided_by = 'reviewer 3'")

    (said,) = held(connection, rest, changed("violations", "decided_by = 'reviewer 3'", "landed_row < 30")).values()

    ((others,),) = connection.execute(
        "select count(distinct decided_by) from candidates.violations where account_id like 'ID%' and landed_night ="
        " (select max(landed_night) from candidates.violations)"
    ).fetchall()
    ((usual, most),) = connection.execute(
        """select round(100 * sum(number) / (28 * 60)), round(100 * max(number / 60)) from (
            select landed_night, count(*) as number from candidates.violations
            where decided_by = 'reviewer 3' and account_id like 'ID%'
                and landed_night between date '2026-10-03' and date '2026-10-30' group by all
        )"""
    ).fetchall()
    assert said == (
        f'Of 60 rows of violations looked at, 50 % have one and the same "decided_by", of {others} there tonight; over'
        " the last 28 nights"
        f" {usual:.0f} % had, on none more than {most:.0f} %"
    )


def test_a_wrong_night_before_hides_no_other(connection: duckdb.DuckDBPyConnection) -> None:
    points = "points = cast(2 * cast(points as integer) as varchar)"
    before = f"update candidates.violations set {points} where landed_night = date '2026-10-25'"

    assert set(held(connection, before, changed("violations", points))) == {"ID"}


def test_a_market_that_begins_with_all_that_was_there_before_has_that_night_for_nothing(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("update candidates.creators set landed_night = date '2026-10-15' where market = 'VN'")
    connection.execute(
        "insert into candidates.violations select * replace ('old' || violation_id as violation_id,"
        " date '2026-10-15' as landed_night, '9' as points) from candidates.violations"
        " where account_id like 'VN%' and landed_night < date '2026-10-15'"
    )

    assert held(connection) == {}
    ((nights,),) = connection.execute(
        "select distinct nights from gate.shares where market = 'VN' and feed = 'violations'"
    ).fetchall() or [(15,)]
    assert nights == 15


def test_a_feed_of_which_nothing_landed_or_that_has_few_nights_is_not_compared(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert held(connection, "delete from candidates.violations where landed_night < date '2026-10-26'") == {}
    assert held(connection, f"delete from candidates.violations where landed_night = date '{NIGHT}'") == {}


def test_rows_in_quarantine_are_nothing_that_a_night_brings(connection: duckdb.DuckDBPyConnection) -> None:
    wrong = changed("violations", "points = '4', landed_file = 'wrong'", "hash(violation_id) % 2 = 0")
    quarantined = "insert into quarantine.bad select 'violations', 'wrong', number from range(100) as rows (number)"

    assert held(connection, wrong, quarantined) == {}


def test_every_column_of_every_feed_is_looked_at(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"create or replace temp table binned ({BINNED})")
    for contract in FEEDS:
        bin_rows(connection, contract, NIGHT)
        skipped = {contract.key, "account_id", "market"}
        skipped |= {column.name for column in contract.columns if column.refers_to == "creators"}
        measured = {measure.removeprefix("whose ") for measure in measures_of(contract)}
        assert set(contract.column_names) - skipped <= measured, contract.feed


def test_rows_that_share_a_value_are_counted_as_one_by_one(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "update candidates.contents set title = case hash(content_id) % 5 when 0 then null when 1 then title"
        " when 2 then content_id else account_id[:5] end"
    )
    connection.execute(f"create or replace temp table binned ({BINNED})")
    (contents,) = (each for each in FEEDS if each.feed == "contents")
    bin_rows(connection, contents, NIGHT)

    columns = [each for each in that_are_shared(contents, ()) if each.name in ("title", "link")]
    assert len(columns) == 2
    for column in columns:
        landed = connection.execute(
            f"select account_id[:2], landed_night, {column.name} from candidates.contents where landed_night > ?",
            [NIGHT - timedelta(NIGHTS + 1)],
        ).fetchall()
        rows = Counter(landed)
        said = Counter((market, night) for market, night, value in landed if value is not None)
        expected: Counter[tuple[str, date, str]] = Counter()
        for market, night, value in landed:
            if value is None:
                found = "nothing"
            elif any(rows[market, night - timedelta(days), value] for days in range(1, NIGHTS + 1)):
                found = "said before"
            elif rows[market, night, value] == 1:
                found = "one"
            else:
                found = "some" if 2 * rows[market, night, value] <= said[market, night] else "more than half"
            expected[market, night, found] += 1
        binned = connection.execute(
            "select market, night, bin, number from binned where measure = ?", [rows_with_the_same(column)]
        ).fetchall()
        assert {(market, night, found): number for market, night, found, number in binned} == expected


def test_words_that_come_on_several_nights_are_as_new_on_their_first_as_those_of_nights_before(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    batches = (
        "update candidates.violations set batch_id = cast(landed_night - cast(landed_row % 3 as integer) as varchar)"
    )
    assert held(connection, batches) == {}
    said = held(connection, changed("violations", "batch_id = cast(cast(batch_id as date) - 100 as varchar)"))
    assert list(said) == ["ID"]
    assert "a word that is new" in said["ID"]
