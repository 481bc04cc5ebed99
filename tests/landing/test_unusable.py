"""Files that aren't as they should be: what can be read of one is, what can't is written down, and no other is lost.

Longer than other files, for it is the list of all that can be wrong with a file.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from evenhand.landing import csv_rows, unusable
from evenhand.landing.contracts import CREATORS
from evenhand.landing.csv_rows import parse
from evenhand.landing.files import list_files, nights
from evenhand.landing.load import load
from landing.feeds import creator, land, land_text, landed, night, query

HEADER = ",".join(CREATORS.names_in_every_file)
FILE = "creators/night=2026-03-01/broken.csv"


def row(account: str) -> str:
    return f"{account},world,creator,en,2026-01-01"


def whole(account: str) -> tuple[str, ...]:
    return (account, "world", "creator", "en", "2026-01-01")


def test_files_that_cannot_be_used_are_named_with_why_and_the_others_load(landing: Path, store: Path) -> None:
    cases: list[tuple[str | bytes, str]] = [
        ("account_id,market,kind,language\nA1,world,creator,en\n", "its header lacks onboarded_on"),
        (f"{HEADER},Market\n{row('A1')},x\n", "its header has market twice"),
        (HEADER.replace(",", ";") + "\n", "separated by semicolons"),
        (HEADER.replace(",", "\t") + "\n", "separated by tabs"),
        (f"{row('A1')}\n{row('A2')}\n", "its first line is no header of creators"),
        ("content_id,account_id,kind,published_on\nC1,A1,live,\n", "that of the feed contents"),
        (f"{HEADER},café\n".encode("latin-1"), "its header (line 1) isn't UTF-8"),
        (f"{HEADER}\n".encode("utf-16"), "UTF-16"),
        (f"{HEADER}\n".encode("utf-16-le"), "UTF-16"),
        ("<!DOCTYPE html><html><body>Please log in</body></html>", "HTML"),
        ('{"error": "no such report"}', "JSON"),
        (gzip.compress(f"{HEADER}\n".encode()), "call it .csv.gz"),
        ("", "it is empty"),
        ("\n \n", "it is empty"),
        ("\ufeff", "it is empty"),
    ]
    land(landing, "creators", 1, [creator("A9")], name="good.csv")
    for number, (text, _) in enumerate(cases):
        land_text(landing, "creators", 1, text, name=f"{number}.csv")
    found = load(store, landing, night(1)).unusable
    assert len(found) == len(cases)
    for number, (_, why) in enumerate(cases):
        assert why in found[f"creators/night=2026-03-01/{number}.csv"]
    assert landed(store, "creators", "account_id") == [("A9",)]


def test_a_line_that_cannot_be_read_costs_no_other(landing: Path, store: Path) -> None:
    cases: list[tuple[list[str | bytes], str, list[int]]] = [
        (["A2,world"], "It has 2 values, where the header has 5", [3]),
        (["Total"], "It has 1 value, where the header has 5", [3]),
        ([row("A2") + ",x"], "It has 6 values", [3]),
        ([row("Mü").encode("latin-1")], "A byte isn't UTF-8", [3]),
        ([row("A\0")], "A zero byte", [3]),
        (['A2,"world,creator,en,2026-01-01'], "A quote is opened and not closed", [3]),
        (['A2,"the "big" world",creator,en,2026-01-01'], "A quote within a value isn't doubled", [3]),
        (['A2,wor"ld,creator,en,2026-01-01'], "A quote within a value isn't doubled", [3]),
        (["A2,wor", "ld,creator,en,2026-01-01"], "It has", [3, 4]),
        (['A2,"wor', "ld,creator,en,2026-01-01"], "", [3, 4]),
    ]
    wanted: dict[str, tuple[str, list[int]]] = {}
    for broken, why, lines in cases:
        for end in ("\n", "\r\n", "\r", "\r\r\n"):
            name = f"{len(wanted):02}.csv"
            given = [HEADER, row("A1"), *broken, row("A3"), row("A4")]
            content = b"".join((each if isinstance(each, bytes) else each.encode()) + end.encode() for each in given)
            land_text(landing, "creators", 1, content, name=name)
            wanted[f"creators/night=2026-03-01/{name}"] = (why, lines)
    assert not load(store, landing, night(1)).unusable
    rows = landed(store, "creators", "landed_file", "landed_row", *CREATORS.names_in_every_file)
    bad = query(store, "select landed_file, line, remedy from landing.bad_rows order by landed_file, line")
    for name, (why, lines) in wanted.items():
        # The rows after it keep their numbers.
        after = [(name, 2 + len(lines), *whole("A3")), (name, 3 + len(lines), *whole("A4"))]
        assert [each for each in rows if each[0] == name] == [(name, 1, *whole("A1")), *after]
        of_file = [(line, str(remedy)) for landed_file, line, remedy in bad if landed_file == name]
        assert [line for line, _ in of_file] == lines
        assert all(why in remedy for _, remedy in of_file)


def test_a_text_that_looks_like_rows_writes_none(landing: Path, store: Path) -> None:
    """An account writes what it appeals for."""
    header = "appeal_id,violation_id,account_id,filed_on,outcome,decided_on,ground"
    forged = "P9,V1,A1,2026-03-01,granted,2026-03-01,"
    ground = f'"Please,\n{forged}x\n{forged}'
    lines = [header, f"P1,V1,A1,2026-03-01,pending,,{ground}", 'thank you"', "P2,V2,A2,2026-03-01,pending,,none"]
    for end in ("\n", "\r\n"):
        land_text(landing, "appeals", 1, "\n".join(lines).replace("\n", end), name=f"{len(end)}.csv")
    load(store, landing, night(1))
    assert landed(store, "appeals", "appeal_id") == [("P1",), ("P2",)] * 2
    assert query(store, "from landing.bad_rows") == []
    said = query(store, "select distinct said from landing.told")
    assert said == [("row 1 (line 2): a line of a value looks like a row, and is none, as its quotes say",)]


def test_a_quote_that_is_closed_hundreds_of_rows_later_makes_the_file_unusable(landing: Path, store: Path) -> None:
    """Nobody can say whether these rows are a text, and none is lost in silence, nor written by who wrote a text."""
    header = "appeal_id,violation_id,account_id,filed_on,outcome,decided_on,ground"
    rows = [f"P{number},V{number},A1,2026-03-01,pending,,none" for number in range(2, 700)]
    lines = [header, 'P1,V1,A1,2026-03-01,pending,,"none', *rows, 'P700,V700,A1,2026-03-01,pending,,none"']
    land_text(landing, "appeals", 1, "\n".join(lines), name="open.csv")
    land_text(landing, "appeals", 1, "\n".join([header, rows[0]]), name="whole.csv")
    assert list(load(store, landing, night(1)).unusable) == ["appeals/night=2026-03-01/open.csv"]
    assert landed(store, "appeals", "appeal_id") == [("P2",)]
    ((why,),) = query(store, "select why from landing.unusable")
    assert "the row on line 2 has a text of 700 lines" in str(why)


def test_two_unclosed_quotes_do_not_swallow_the_rows_between_them(landing: Path, store: Path) -> None:
    lines = [
        HEADER,
        'A1,"world,creator,en,2026-01-01',
        row("A2"),
        row("A3"),
        'A4,world",creator,en,2026-01-01',
        row("A5"),
    ]
    land_text(landing, "creators", 1, "\n".join(lines), name="broken.csv")
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id") == [("A2",), ("A3",), ("A5",)]
    assert query(store, "select line, row_key from landing.bad_rows order by all") == [(2, "A1"), (5, "A4")]


def test_csv_comes_in_more_dresses(landing: Path, store: Path) -> None:
    dresses = [
        f"{HEADER}\r\r\n{row('A1')}\r\r\n{row('A2')}\r\r\n",
        f"{HEADER}\n{row('A1')}\r\n{row('A2')}\r",
        f"\n\n{HEADER}\n{row('A1')}\n   \n{row('A2')}",
        f'\ufeff{HEADER}\n{row("A1")}\n"A2","world" ,creator, "en",2026-01-01\n',
        " Account_ID ,MARKET,Kind,language,onboarded_on\n" + f"{row('A1')}\n{row('A2')}\n",
        f"{HEADER},__index_level_0__,campaign_id\n{row('A1')},0,x\n{row('A2')},1,y\n",
    ]
    for number, text in enumerate(dresses):
        land_text(landing, "creators", 1, text, name=f"{number}.csv")
    assert not load(store, landing, night(1)).unusable
    assert landed(store, "creators") == [whole("A1"), whole("A2")] * len(dresses)
    assert query(store, "from landing.bad_rows") == []


def test_a_value_of_several_lines_stays_as_it_is_where_another_line_cannot_be_read(landing: Path, store: Path) -> None:
    lines = [HEADER, 'A1,"wo\r\n\r\nrld",creator,en,2026-01-01', "A2", '"A\n3",world,creator,en,2026-01-01']
    land_text(landing, "creators", 1, "\n".join(lines), name="broken.csv")
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id", "market") == [("A1", "wo\r\n\r\nrld"), ("A\n3", "world")]


def test_a_long_value_of_many_lines_is_looked_at_once_and_not_for_each_of_its_lines(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []

    def counted(line: str) -> tuple[str, ...] | str:
        lengths.append(len(line))
        return parse(line)

    monkeypatch.setattr(csv_rows, "parse", counted)
    lines = ["x" * 50, 'say ""hi"" and ""bye""'] * 100
    text = "\n".join([HEADER, f'A1,"{chr(10).join(lines)}",creator,en,2026-01-01', row("A2")])
    land_text(landing, "creators", 1, text, name="long.csv")
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id") == [("A1",), ("A2",)]
    assert sum(lengths) < 4 * len(text)


def test_columns_that_the_feed_does_not_have_are_named(landing: Path, store: Path) -> None:
    land_text(landing, "creators", 1, f"{HEADER},follower\n{row('A1')},7\n", name="broken.csv")
    load(store, landing, night(1))
    assert query(store, "select landed_file, said from landing.told") == [
        (
            FILE,
            "columns that the feed creators doesn't have are left out: 'follower' (is 'follower' meant as followers?)",
        )
    ]


def test_of_many_columns_that_the_feed_does_not_have_the_first_are_named(landing: Path, store: Path) -> None:
    land_text(landing, "creators", 1, f"{HEADER},{','.join(f'u{n}' for n in range(3000))}\n", name="broken.csv")
    load(store, landing, night(1))
    ((said,),) = query(store, "select said from landing.told")
    assert str(said).endswith("'u18', 'u19' and 2980 more")


def test_packed_files_load_whatever_capitals_their_names_have(landing: Path, store: Path) -> None:
    text = f"{HEADER}\n{row('A1')}\n".encode()
    land_text(landing, "creators", 1, gzip.compress(text), name="rows.csv.gz")
    land_text(landing, "creators", 1, gzip.compress(text.replace(b"A1", b"A2")), name="rows.CSV.GZ")
    land_text(landing, "creators", 1, text.replace(b"A1", b"A3"), name="ROWS.CSV")
    assert not load(store, landing, night(1)).unusable
    assert sorted(landed(store, "creators", "account_id")) == [("A1",), ("A2",), ("A3",)]


def test_what_is_called_packed_and_is_not_is_named(landing: Path, store: Path) -> None:
    packed = bytearray(gzip.compress(f"{HEADER}\n".encode()))
    packed[-6] ^= 1
    cases = {
        "plain": (HEADER.encode(), "it isn't packed with gzip; if it is CSV, call it .csv"),
        "parquet": (b"PAR1", "it is Parquet; call it .parquet"),
        "damaged": (bytes(packed), "it is damaged: not all of it can be unpacked"),
        "nothing": (b"", "it is empty, without even a header"),
    }
    for name, (content, _) in cases.items():
        land_text(landing, "creators", 1, content, name=f"{name}.csv.gz")
    found = load(store, landing, night(1)).unusable
    assert found == {f"creators/night=2026-03-01/{name}.csv.gz": why for name, (_, why) in sorted(cases.items())}


def test_a_packed_file_that_was_cut_is_unusable_and_what_it_names_is_known(landing: Path, store: Path) -> None:
    packed = gzip.compress("\n".join([HEADER, *(row(f"A{i}") for i in range(500))]).encode(), mtime=0)
    land_text(landing, "creators", 1, packed[:-20], name="rows.csv.gz")
    (why,) = load(store, landing, night(1)).unusable.values()
    assert why == "it was cut: the end of the packed file is missing"
    assert ("A1",) in query(store, "select value from landing.unusable_values where position = 0")


def test_a_file_that_is_too_large_unpacked_is_never_read_whole_and_is_once_it_may_be(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_LARGEST_FILE_MB", "2")
    monkeypatch.setattr(unusable, "_MOST", 2**16)
    rows = "\n".join([HEADER, *(row(f"A{i}") for i in range(100))]).encode()
    packed = gzip.compress(rows + b"\n" + b"A1,world,creator,en,2026-01-01\n" * 700_000)
    assert len(packed) < 100_000
    land_text(landing, "creators", 1, rows, name="rows.csv")
    load(store, landing, night(1))
    land_text(landing, "creators", 1, packed, name="bomb.csv.gz")
    land_text(landing, "creators", 1, rows + b" " * 2_000_000, name="large.csv")
    with duckdb.connect() as connection:
        values = ", ".join(f"'{value}' as {name}" for name, value in zip(HEADER.split(","), whole("A1"), strict=True))
        file = landing / "creators" / f"night={night(1)}" / "bomb.parquet"
        connection.execute(f"copy (select {values} from range(700_000)) to '{file}' (format parquet)")
    assert file.stat().st_size < 100_000
    tracemalloc.start()
    found = load(store, landing, night(1)).unusable
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000
    assert {name.rpartition("/")[2] for name in found} == {"bomb.csv.gz", "bomb.parquet", "large.csv"}
    (why,) = set(found.values())
    assert why.startswith("unpacked it is larger than 2 MB, and none of it was read; land it in several files")
    assert ("A1",) in query(store, "select value from landing.unusable_values where position = 0")
    assert len(landed(store, "creators", "account_id")) == 100
    monkeypatch.setenv("EVENHAND_LARGEST_FILE_MB", "3")
    assert {name.rpartition("/")[2] for name in load(store, landing, night(1)).unusable} == {
        "bomb.csv.gz",
        "bomb.parquet",
    }


def test_a_long_text_that_parquet_writes_once_counts_as_often_as_it_is_there(
    landing: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENHAND_LARGEST_FILE_MB", "2")
    values = ", ".join(f"'{value}' as {name}" for name, value in zip(HEADER.split(","), whole("A1"), strict=True))
    for name, times in (("bomb", 10_000), ("short", 10)):
        land_text(landing, "creators", 1, "", name=f"{name}.parquet")
        file = landing / "creators" / f"night={night(1)}" / f"{name}.parquet"
        with duckdb.connect() as connection:
            text = f"select * replace (repeat('e', 1000) as language) from (select {values} from range({times}))"
            connection.execute(f"copy ({text}) to '{file}' (format parquet)")
        assert file.stat().st_size < 10_000
    (why,) = load(store, landing, night(1)).unusable.items()
    assert why[0].endswith("bomb.parquet")
    assert why[1].startswith("unpacked it is larger than 2 MB")


def test_values_of_parquet_that_are_no_text(landing: Path, store: Path) -> None:
    """By column: how a value is written, what is loaded of it, and whether its row can be used."""
    cases: dict[str, list[tuple[str, str | None, bool]]] = {
        "account_id": [
            ("7.0::double", "7", False),
            ("7.5::double", "7.5", True),
            ("9007199254740992.0::double", "9007199254740992", True),
            ("9007199254740991.0::double", "9007199254740991", False),
            ("16777216::float", "16777216", True),
            ("16777215::float", "16777215", False),
            ("12::decimal(20, 0)", "12", False),
            ("true", "yes", False),
            ("'a7'::blob", "a7", False),
            ("'\\xFF'::blob", "\\xFF", True),
            ("null", None, False),
            ("'nan'::double", "nan", True),
            ("to_json('a7')", "a7", False),
            ("to_json(['a7'])", '["a7"]', True),
        ],
        # What isn't whole is for gate 1, as in CSV.
        "followers": [
            ("1000.0::double", "1000", False),
            ("2e16::double", "20000000000000000", False),
            ("20000000::float", "20000000", False),
            ("1000.00::decimal(9, 2)", "1000", False),
            ("7.5::double", "7.5", False),
            ("null::double", None, False),
        ],
        "exited_on": [
            ("timestamp '2026-01-01 00:00:00'", "2026-01-01", False),
            ("timestamp_ns '2026-01-01 00:00:00'", "2026-01-01", False),
            ("timestamp '2026-01-01 00:30:00'", "2026-01-01 00:30:00", True),
            ("timestamptz '2026-01-01 23:30:00+00'", "2026-01-01T23:30:00Z", False),
            ("timestamptz 'infinity'", "infinity", False),
            ("date '2026-01-01'", "2026-01-01", False),
            ("20260101", "20260101", False),
        ],
    }
    folder = landing / "creators" / "night=2026-03-01"
    for column, values in cases.items():
        for number, (value, _, _) in enumerate(values):
            key = "" if column == "account_id" else "'A1' as account_id, "
            _parquet(folder / f"{column}.{number:02}.parquet", f"{key}{value} as {column}")
    assert not load(store, landing, night(1)).unusable
    bad = query(store, "select landed_file, column_name, text from landing.bad_rows")
    for column, values in cases.items():
        for number, (value, loaded, is_bad) in enumerate(values):
            name = f"creators/night=2026-03-01/{column}.{number:02}.parquet"
            found = query(store, f"select {column} from landing.creators where landed_file = '{name}'")
            assert found == [(loaded,)], value
            assert [each for each in bad if each[0] == name] == ([(name, column, loaded)] if is_bad else []), value
    assert query(store, "select landed_file, moments from landing.files where len(moments) > 0 order by all") == [
        (f"creators/night=2026-03-01/exited_on.{number}.parquet", ["exited_on"]) for number in ("03", "04")
    ]


def test_nested_values_make_a_file_unusable_where_the_feed_has_the_column(landing: Path, store: Path) -> None:
    folder = landing / "creators" / "night=2026-03-01"
    for number, value in enumerate(("['a']", "{'id': 'a'}", "map {'a': 'b'}")):
        _parquet(folder / f"{number}.parquet", f"'A{number}' as account_id, {value} as category")
        _parquet(folder / f"other {number}.parquet", f"'B{number}' as account_id, {value} as labels")
    assert load(store, landing, night(1)).unusable == {
        f"creators/night=2026-03-01/{number}.parquet": "the values of its column category are nested"
        for number in range(3)
    }
    assert landed(store, "creators", "account_id") == [("B0",), ("B1",), ("B2",)]
    assert query(store, "select value from landing.unusable_values where position = 0 order by all") == [
        ("A0",),
        ("A1",),
        ("A2",),
    ]


def test_whose_a_file_is_is_known_whatever_stands_above_its_header_and_whatever_it_is_called(
    landing: Path, store: Path
) -> None:
    header, line = "appeal_id,violation_id,account_id,filed_on,outcome", "P1,V1,A1,2026-03-01,denied"
    many = "\n".join(f"P{i},V{i},A{i},2026-03-01,{hashlib.sha256(str(i).encode()).hexdigest()}" for i in range(3_000))
    packed = bytearray(gzip.compress(f"{header}\n{many}\n".encode(), mtime=0))
    packed[len(packed) // 2] ^= 0xFF
    land_text(landing, "appeals", 1, f"Appeals of yesterday\n\n{header}\n{line}\n", name="title.csv")
    land_text(landing, "appeals", 1, f"sep=;\n{header}\n{line}\n".replace(",", ";"), name="told.csv")
    land_text(landing, "appeals", 1, f"\n\n{header}\n{line}\n", name="blank.csv")
    land_text(landing, "appeals", 1, f"Appeals\nP1\t V1\tA1\t2026-03-01\n{line}\n", name="no header.csv")
    land_text(landing, "appeals", 1, f"{header},decided_on\n{line},2026-03-01\n", name="csv.parquet")
    land_text(landing, "appeals", 1, bytes(packed), name="damaged.csv.gz")
    folder = landing / "appeals" / "night=2026-03-01"
    with duckdb.connect() as connection:
        for name, columns in (
            ("parquet.csv", "'A1' as account_id"),
            ("[1]*.parquet", "7 as appeal_id, 'A1' as account"),
        ):
            connection.execute(f"copy (select {columns}) to '{folder / 'draft'}' (format parquet)")
            (folder / "draft").rename(folder / name)
    found = load(store, landing, night(1)).unusable
    named = query(store, "select distinct landed_file from landing.unusable_values where value = 'A1'")
    assert {name for (name,) in named} == set(found)
    assert len(found) == 8


def test_parquet_that_is_none_or_was_cut_or_is_damaged(landing: Path, store: Path) -> None:
    folder = landing / "creators" / "night=2026-03-01"
    _parquet(folder / "good.parquet", "'A1' as account_id")
    _parquet(folder / "cut.parquet", "'A2' as account_id")
    (folder / "cut.parquet").write_bytes((folder / "cut.parquet").read_bytes()[:-9])
    (folder / "none.parquet").write_bytes(HEADER.encode())
    (folder / "zero.parquet").touch()
    (folder / "short.parquet").write_bytes(b"PAR1")
    (folder / "encrypted.parquet").write_bytes(b"PAR1" + b"\0" * 40 + b"PARE")
    (folder / "footless.parquet").write_bytes(b"PAR1" + b"\xff" * 40 + b"PAR1")
    _parquet(folder / "torn.parquet", "md5(i::varchar) as account_id", rows=20_000)
    torn = bytearray((folder / "torn.parquet").read_bytes())
    torn[1000:20_000] = b"\xff" * 19_000
    (folder / "torn.parquet").write_bytes(torn)
    found = load(store, landing, night(1)).unusable
    assert {name.rpartition("/")[2]: why for name, why in found.items()} == {
        "cut.parquet": "it was cut: the end of the Parquet file is missing",
        "encrypted.parquet": "it is encrypted Parquet, and no key is known here",
        "footless.parquet": "it is damaged: what it says of its columns, at its end, can't be read",
        "none.parquet": "it isn't Parquet: such a file begins with PAR1",
        "short.parquet": "it was cut: the end of the Parquet file is missing",
        "torn.parquet": "it is damaged: not all of it can be read as Parquet",
        "zero.parquet": "it is empty, without a single byte",
    }
    assert landed(store, "creators", "account_id") == [("A1",)]


def test_a_file_has_as_many_rows_as_the_one_beside_it_says(landing: Path, store: Path) -> None:
    no_number = "the file beside it ({}.csv.rows) holds no number of rows"
    cases = {
        "2": "",
        " 2\r\n": "",
        "3": "it has 2 rows, and 3 are said beside it ({}.csv.rows)",
        "two": no_number,
        "": no_number,
    }
    for number, said in enumerate(cases):
        path = land(landing, "creators", 1, [creator("A1"), creator("A1")], name=f"{number}.csv")
        path.with_name(f"{number}.csv.rows").write_text(said)
    assert load(store, landing, night(1)).unusable == {
        f"creators/night=2026-03-01/{number}.csv": why.format(number)
        for number, why in enumerate(cases.values())
        if why
    }
    assert len(landed(store, "creators")) == 4
    # What it says is looked at each night.
    path.with_name("4.csv.rows").write_text("2")
    assert len(load(store, landing, night(1)).unusable) == 2
    assert len(landed(store, "creators")) == 6


def test_a_number_of_rows_beside_no_file(landing: Path, store: Path) -> None:
    (landing / "creators" / "night=2026-03-01" / "rows.csv.rows").write_text("2")
    assert load(store, landing, night(1)).unusable == {
        "creators/night=2026-03-01/rows.csv.rows": ("it says how many rows rows.csv has, and no such file is there")
    }


def test_what_is_no_file_of_a_feed_is_passed_over_and_named(landing: Path, store: Path) -> None:
    (landing / "README.txt").touch()
    (landing / "archive").mkdir()
    (landing / "creators" / "night=2026-02-30").mkdir()
    for name in ("a.csv.part", "a.tmp", "a.crdownload", "rows.xlsx"):
        (landing / "creators" / "night=2026-03-01" / name).touch()
    (landing / "creators" / "night=2026-03-01" / "_SUCCESS").touch()
    assert not load(store, landing, night(1)).unusable
    assert query(store, "select name from landing.passed_over order by all") == [
        ("README.txt",),
        ("archive",),
        ("creators/night=2026-02-30",),
        ("creators/night=2026-03-01/a.crdownload",),
        ("creators/night=2026-03-01/a.csv.part",),
        ("creators/night=2026-03-01/a.tmp",),
        ("creators/night=2026-03-01/rows.xlsx",),
    ]


def test_a_file_in_a_folder_that_is_misspelt_cannot_be_used(landing: Path, store: Path) -> None:
    no_night = "the folders of a feed are named night=YYYY-MM-DD"
    cases = {
        "creatros/night=2026-03-01": "no feed is called creatros; is it creators?",
        "Creators/night=2026-03-01": "no feed is called Creators; is it creators?",
        "strikes/night=2026-03-01": "no feed is called strikes",
        "creators/night=2026-3-1": no_night,
        "creators/nigth=2026-03-01": no_night,
        "creators/2026-03-01": no_night,
    }
    for folder in cases:
        path = landing / folder / "rows.csv"
        path.parent.mkdir(parents=True)
        path.write_text(f"{HEADER}\n{row('A1')}\n")
    found = load(store, landing, night(1)).unusable
    assert list(found) == sorted(f"{folder}/rows.csv" for folder in cases)
    for folder, why in cases.items():
        assert why in found[f"{folder}/rows.csv"]
    named = query(store, "select landed_file from landing.unusable_values where (position, value) = (0, 'A1')")
    assert len(named) == len(cases)


def test_a_link_to_nothing_is_a_file_that_cannot_be_read(landing: Path, store: Path) -> None:
    (landing / "creators" / "night=2026-03-01" / "rows.csv").symlink_to(landing / "gone.csv")
    assert list(load(store, landing, night(1)).unusable.values()) == ["it is a link to nothing"]


def test_what_has_no_end_is_neither_followed_nor_waited_for(landing: Path, store: Path) -> None:
    of_night = landing / "creators" / "night=2026-03-01"
    (of_night / "loop.csv").symlink_to("loop.csv")
    # Each way through two links is another path: without an end there are more of them than can be walked.
    (of_night / "again").symlink_to(".")
    (of_night / "more").symlink_to("..")
    os.mkfifo(of_night / "pipe.csv")
    land_text(landing, "creators", 1, f"{HEADER}\n{row('A1')}\n", name="counted.csv")
    os.mkfifo(of_night / "counted.csv.rows")
    assert load(store, landing, night(1)).unusable == {
        "creators/night=2026-03-01/counted.csv": "the file beside it (counted.csv.rows) holds no number of rows",
        "creators/night=2026-03-01/loop.csv": "it is a link to nothing",
        "creators/night=2026-03-01/pipe.csv": "it is a pipe, a socket or a device, and no file",
    }
    assert query(store, "select name, why from landing.passed_over order by all") == [
        (f"creators/night=2026-03-01/{name}", "it is a link to a folder that it lies in") for name in ("again", "more")
    ]


def test_what_is_hidden_by_mistake_is_named(landing: Path, store: Path) -> None:
    of_night = landing / "creators" / "night=2026-03-01"
    (of_night / "_market=ID").mkdir()
    for name in (".rows.csv", "_rows.PARQUET", "_SUCCESS", ".rows.csv.crc", ".rows.csv.part"):
        (of_night / name).touch()
    (landing / "creators" / "_night=2026-03-01").mkdir()
    load(store, landing, night(1))
    assert query(store, "select name from landing.passed_over order by all") == [
        ("creators/_night=2026-03-01",),
        *((f"creators/night=2026-03-01/{name}",) for name in (".rows.csv", "_market=ID", "_rows.PARQUET")),
    ]


def test_an_empty_value_too_many_is_one_too_many(landing: Path, store: Path) -> None:
    lines = [HEADER, f"{row('A1')},", row("A2"), '"A3","wor,ld",creator,en,2026-01-01,']
    land_text(landing, "creators", 1, "\n".join(lines), name="broken.csv")
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id") == [("A2",)]
    assert query(store, "select line, row_key from landing.bad_rows order by all") == [(2, "A1"), (4, "A3")]


def test_a_line_that_cannot_be_read_is_one_of_the_rows_that_are_said(landing: Path, store: Path) -> None:
    path = land_text(landing, "creators", 1, "\n".join([HEADER, row("A1"), "junk", row("A2")]), name="broken.csv")
    path.with_name("broken.csv.rows").write_text("3")
    assert not load(store, landing, night(1)).unusable
    assert landed(store, "creators", "account_id") == [("A1",), ("A2",)]


def test_parquet_may_have_columns_that_are_called_as_what_duckdb_adds(landing: Path, store: Path) -> None:
    columns = "'A' || n as account_id, 'world' as market, 'creator' as kind, 'en' as language,"
    columns += " date '2026-01-01' as onboarded_on, false as withdrawn"
    columns += ", 7 as file_row_number, 'x' as path_of_file, 'x' as landed_row"
    path = landing / "creators" / "night=2026-03-01" / "rows.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select {columns} from range(3) as numbers (n)) to '{path}'")
    assert not load(store, landing, night(1)).unusable
    # A flag that is false, where a feed knows `yes` or nothing, is nothing.
    assert landed(store, "creators", "account_id", "landed_row", "withdrawn") == [
        ("A0", 1, None),
        ("A1", 2, None),
        ("A2", 3, None),
    ]


def test_a_link_out_of_the_landing_folder_is_not_read(landing: Path, store: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    for name, text in (("rows.csv", f"{HEADER}\n{row('A1')}\n"), ("rows.csv.rows", "1")):
        (outside / name).write_text(text)
    of_night = landing / "creators" / "night=2026-03-01"
    (of_night / "linked.csv").symlink_to(outside / "rows.csv")
    land_text(landing, "creators", 1, f"{HEADER}\n{row('A2')}\n", name="counted.csv")
    (of_night / "counted.csv.rows").symlink_to(outside / "rows.csv.rows")
    land_text(landing, "creators", 1, f"{HEADER}\n{row('A4')}\n", name="capitals.csv")
    (of_night / "capitals.csv.ROWS").symlink_to(outside / "rows.csv.rows")
    (landing / "creators" / "night=2026-02-01").symlink_to(outside)
    # What is linked within the folder lies in it.
    land_text(landing, "creators", 1, f"{HEADER}\n{row('A3')}\n", name="_kept")
    (of_night / "inside.csv").symlink_to(of_night / "_kept")
    found = load(store, landing, night(1)).unusable
    why = "it is a link that leads out of the landing folder"
    nothing_in_it = tmp_path / "empty"
    nothing_in_it.mkdir()
    (of_night / "market=ID").symlink_to(nothing_in_it)
    found |= load(store, landing, night(1)).unusable
    names = ["night=2026-02-01/rows.csv"]
    names += [f"night=2026-03-01/{name}" for name in ("capitals.csv", "counted.csv", "linked.csv", "market=ID")]
    assert found == {f"creators/{name}": why for name in names}
    assert landed(store, "creators", "account_id") == [("A3",)]
    assert query(store, "select * from landing.unusable_values") == []


def test_a_file_that_is_mended_or_taken_away_holds_nobody_any_more(landing: Path, store: Path) -> None:
    path = land_text(landing, "creators", 1, "nonsense\n", name="broken.csv")
    assert load(store, landing, night(1)).unusable
    assert load(store, landing, night(1)).new_files["creators"] == 0
    path.write_text(f"{HEADER}\n{row('A1')}\n")
    assert not load(store, landing, night(1)).unusable
    path.write_text("nonsense\n")
    assert load(store, landing, night(1)).unusable
    path.unlink()
    assert not load(store, landing, night(1)).unusable


def test_a_file_replaced_by_one_of_the_same_size_and_time_is_seen(landing: Path, store: Path) -> None:
    path = land(landing, "creators", 1, [creator("A1")])
    load(store, landing, night(1))
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"A1", b"A2"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    load(store, landing, night(1))
    assert landed(store, "creators", "account_id") == [("A2",)]


def _parquet(path: Path, columns: str, rows: int = 1) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns}, 'world' as market, 'creator' as kind, 'en' as language,"
            f" date '2026-01-01' as onboarded_on from range({rows}) as t (i)) to '{path}' (format parquet)"
        )


def test_followers_as_floats_are_whole_numbers_and_lose_no_row(landing: Path, store: Path) -> None:
    path = landing / "creators" / "night=2026-03-01" / "f.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select * from (values ('F1', 1000.0::double), ('F2', null), ('F3', 2e16), ('F4', 1.5))"
            " as rows (account_id, followers), (select 'world' as market, 'creator' as kind, 'en' as language,"
            f" '2026-01-01' as onboarded_on)) to '{path}' (format parquet)"
        )
    assert not load(store, landing, night(1)).unusable
    # The last two are for gate 1 to quarantine: 17 digits, and a digit after the point.
    assert landed(store, "creators", "account_id", "followers") == [
        ("F1", "1000"),
        ("F2", None),
        ("F3", "20000000000000000"),
        ("F4", "1.5"),
    ]
    assert query(store, "from landing.bad_rows") == []


def test_a_column_of_nulls_is_a_column_without_values(landing: Path, store: Path) -> None:
    path = landing / "appeals" / "night=2026-03-01" / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'P1' as appeal_id, 'V1' as violation_id, 'A1' as account_id, '2026-02-02' as filed_on,"
            f" 'pending' as outcome, null as decided_on) to '{path}' (format parquet)"
        )
    assert not load(store, landing, night(1)).unusable
    assert landed(store, "appeals", "appeal_id", "outcome", "decided_on") == [("P1", "pending", None)]


def test_a_folder_that_may_not_be_looked_into_stops_no_night() -> None:
    nobody = 65534
    with TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        land(home / "landing", "creators", 1, [creator("A1")])
        # As a volume has one, of root alone.
        (home / "landing" / "lost+found").mkdir()
        (home / "landing" / "orders").mkdir()
        for shut in ("lost+found", "orders"):
            (home / "landing" / shut).chmod(0)
        before = os.geteuid()
        if before == 0:
            os.seteuid(nobody)
        try:
            found = list_files(home / "landing", night(1), {})
            assert nights(home / "landing") == [night(1)]
        finally:
            os.seteuid(before)
    assert [each.name for each in found.passed_over] == ["lost+found"]
    assert [(each.feed, each.problem) for each in found.files if each.problem] == [
        ("orders", "the folder can't be read (Permission denied)")
    ]


@pytest.mark.parametrize("kind", ["double", "float"])
def test_a_small_float_is_the_number_that_it_is(landing: Path, store: Path, kind: str) -> None:
    """DuckDB writes 0.00001 as 1e-05, which no feed has; what has more digits than the feed stays as it is."""
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'R' || id as review_id, 'published' as drawn_from, 'A1' as account_id, '2026-03-01' as"
            " reviewed_on, 'no' as is_violation, chance as inclusion_probability from (values"
            f" (1, 0.00001::{kind}), (2, 0.25::{kind}), (3, 1e-12::{kind}), (4, 1.0::{kind})) as rows (id, chance))"
            f" to '{land(landing, 'qa_reviews', 1).with_suffix('.parquet')}' (format parquet)"
        )
    assert not load(store, landing, night(1)).unusable
    assert landed(store, "qa_reviews", "review_id", "inclusion_probability") == [
        ("R1", "0.0000100000"),
        ("R2", "0.25"),
        ("R3", "1e-12"),
        ("R4", "1"),
    ]
