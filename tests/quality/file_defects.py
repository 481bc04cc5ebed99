"""Random defects of files, each in one market of a night, with what may become of it.

A market has a file of its own in each feed, in the folder `market=M`. A defect is drawn by its number alone, so that
one that fails can be made again. Longer than other files, for it is the list of all kinds.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from evenhand.landing.contracts import BY_NAME
from landing.feeds import night

# What may become of a defect: all is as in the clean night; rows are in quarantine; the market is held; a warning names
# the file or the market.
Outcome = Literal["loaded", "quarantined", "held", "told"]
Rows = list[dict[str, str]]

PACK = """\
pack: everything
version: 1
markets: [{markets}]
effective_from: 2026-01-01
appeal_route: Write to us.
measures: [warning]
programmes:
  strikes:
    unit: strikes
    entries:
      - {{rule: strike, violation_types: [copyright, spam], amount_by_severity: {{low: 1, high: 2}}}}
    zones: [{{zone: fine}}, {{zone: warned, at_least: 2, measures: [{{measure: warning, scope: account, days: 3}}]}}]
  late:
    unit: orders
    metric: late_orders
    zones: [{{zone: fine}}, {{zone: late, at_least: 5}}]
"""
FEEDS = ("creators", "violations", "appeals", "metrics")
FIRST, TONIGHT = 1, 2


def rows_of(market: str, feed: str, day: int) -> Rows:
    """The rows of a market's file, as they are without a defect."""
    first = (day - 1) * 100
    accounts = [f"{market}-{n:03}" for n in range(100)]
    number = range(first, first + 60)
    if feed == "creators":
        return [
            {"account_id": accounts[n % 100], "market": market, "kind": "creator", "language": "en",
             "onboarded_on": "2026-01-01", "followers": str(1000 + n)} for n in (range(100) if day == FIRST else number)
        ]  # fmt: skip
    if feed == "violations":
        return [
            {"violation_id": f"{market}-v{n}", "account_id": accounts[n % 100], "content_id": "",
             "violation_type": "copyright" if n % 2 else "spam", "batch_id": f"b{n}", "decided_on": "2026-02-20",
             "severity": "low", "points": str(n % 5)} for n in number
        ]  # fmt: skip
    if feed == "appeals":
        return [
            {"appeal_id": f"{market}-a{n}", "violation_id": f"{market}-v{n - first}",
             "account_id": accounts[(n - first) % 100], "filed_on": "2026-02-25", "outcome": "pending",
             "decided_on": ""} for n in number
        ]  # fmt: skip
    return [
        {"measurement_id": f"{market}-m{n}", "account_id": accounts[n % 100], "metric": "late_orders",
         "on_day": "2026-02-25", "value": str(n)} for n in number
    ]  # fmt: skip


def path_of(landing: Path, market: str, feed: str, day: int = TONIGHT) -> Path:
    return landing / feed / f"night={night(day)}" / f"market={market}" / "rows.csv"


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def as_csv(rows: Rows, delimiter: str = ",", end: str = "\n", header: Sequence[str] = ()) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerow(header or list(rows[0]))
    writer.writerows([row.values() for row in rows])
    return text.getvalue().encode()


@dataclass(frozen=True)
class Defect:
    """One defect: of which kind, in which feed of which market, and what may become of it."""

    number: int
    kind: str
    market: str
    feed: str
    may: tuple[Outcome, ...]

    def __str__(self) -> str:
        return f"{self.kind} in {self.feed} of {self.market} (number {self.number})"


@dataclass(frozen=True)
class _Place:
    """Where a defect is made."""

    draw: random.Random
    landing: Path
    market: str
    feed: str

    @property
    def path(self) -> Path:
        return path_of(self.landing, self.market, self.feed)

    @property
    def rows(self) -> Rows:
        return rows_of(self.market, self.feed, TONIGHT)

    @property
    def key(self) -> str:
        return BY_NAME[self.feed].key

    @property
    def lines(self) -> list[bytes]:
        return as_csv(self.rows).splitlines(keepends=True)

    def some(self, fewest: int = 1, most: int = 15) -> list[int]:
        """Some rows: fewer than hold a market, unless more are asked for."""
        return sorted(self.draw.sample(range(60), self.draw.randint(fewest, most)))

    def day(self) -> str:
        return {"creators": "onboarded_on", "violations": "decided_on", "appeals": "filed_on", "metrics": "on_day"}[
            self.feed
        ]


_Make = Callable[[_Place], None]


def _text(make: Callable[[_Place], bytes]) -> _Make:
    return lambda place: write(place.path, make(place))


def _values(column: Callable[[_Place], str], words: Sequence[str], fewest: int = 1, most: int = 15) -> _Make:
    def change(place: _Place) -> None:
        rows, word = place.rows, place.draw.choice(words)
        for n in place.some(fewest, most):
            rows[n][column(place)] = word.replace("…", rows[n][column(place)])
        write(place.path, as_csv(rows))

    return change


def _lines(change: Callable[[_Place, bytes], bytes], most: int = 15) -> _Make:
    def changed(place: _Place) -> None:
        lines = place.lines
        for n in place.some(most=most):
            lines[n + 1] = change(place, lines[n + 1])
        write(place.path, b"".join(lines))

    return changed


def _parquet(columns: Callable[[_Place], Mapping[str, str]] = lambda place: {}, cut: bool = False) -> _Make:
    """A Parquet file; `columns` is SQL over the rows for those of its columns that aren't text as they are."""

    def changed(place: _Place) -> None:
        path = place.path.with_suffix(".parquet")
        names = list(dict.fromkeys([*place.rows[0], *columns(place)]))
        selected = ", ".join(f"{columns(place).get(name, name)} as {name}" for name in names)
        with duckdb.connect() as connection:
            source = f"read_csv('{place.path}', all_varchar = true, header = true)"
            connection.execute(f"copy (select {selected} from {source}) to '{path}' (format parquet)")
        place.path.unlink()
        if cut:
            content = path.read_bytes()
            path.write_bytes(content[: place.draw.randint(1, len(content) - 1)])

    return changed


def _packed(cut: bool) -> _Make:
    def changed(place: _Place) -> None:
        content = gzip.compress(as_csv(place.rows))
        suffix = place.draw.choice([".csv.gz", ".CSV.GZ"])
        write(place.path.with_suffix(suffix), content[: place.draw.randint(12, 150)] if cut else content)
        place.path.unlink()

    return changed


def _mixed_ends(place: _Place) -> bytes:
    ends = ("\n", "\r\n", "\r", "\r\r\n", "\n\n")
    return b"".join(line.rstrip(b"\n") + place.draw.choice(ends).encode() for line in place.lines)


def _shuffled_columns(place: _Place) -> bytes:
    names = list(place.rows[0])
    place.draw.shuffle(names)
    return as_csv([{name: row[name] for name in names} for row in place.rows])


def _shuffled(place: _Place) -> bytes:
    rows = place.rows
    place.draw.shuffle(rows)
    return as_csv(rows)


def _cut_in_a_row(place: _Place) -> bytes:
    lines = place.lines
    last = place.draw.randint(2, 60)
    # Half a row has too few values.
    return b"".join(lines[:last]) + lines[last].split(b",")[0] + b","


def _rename(name: Callable[[_Place], Path]) -> _Make:
    def renamed(place: _Place) -> None:
        target = name(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        place.path.rename(target)

    return renamed


def _dangling(place: _Place) -> None:
    place.path.unlink()
    place.path.symlink_to("nowhere.csv")


def _link(path: Path, to: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(to)


def _pipe(place: _Place) -> None:
    place.path.unlink()
    os.mkfifo(place.path)


def _junk_and_number(place: _Place) -> None:
    lines = place.lines
    lines[place.draw.randint(1, 60)] = b"junk\n"
    write(place.path, b"".join(lines))
    write(place.path.with_name("rows.csv.rows"), b"60")


def _rows_beside(said: Callable[[_Place], str]) -> _Make:
    return lambda place: write(place.path.with_name("rows.csv.rows"), said(place).encode())


def _shrunk(place: _Place) -> None:
    path = path_of(place.landing, place.market, place.feed, FIRST)
    rows = rows_of(place.market, place.feed, FIRST)
    write(path, as_csv(rows[: place.draw.randint(1, len(rows) - 20)]))


def _of_another(place: _Place) -> Path:
    return place.path.parent.parent / "market=Mx" / "moved.csv"


_ANY = FEEDS
_MAKERS: Mapping[str, tuple[Sequence[str], tuple[Outcome, ...], _Make]] = {
    # Encodings and dress.
    "byte order mark": (_ANY, ("loaded",), _text(lambda p: b"\xef\xbb\xbf" + as_csv(p.rows))),
    "utf-16": (
        _ANY,
        ("held",),
        _text(lambda p: as_csv(p.rows).decode().encode(p.draw.choice(["utf-16", "utf-16-le"]))),
    ),
    "a byte that is none of UTF-8": (_ANY, ("quarantined",), _lines(lambda p, line: b"\xe9" + line)),
    "a zero byte": (_ANY, ("quarantined",), _lines(lambda p, line: line[:3] + b"\0" + line[3:])),
    "line ends": (_ANY, ("loaded",), _text(_mixed_ends)),
    "no last line end": (_ANY, ("loaded",), _text(lambda p: as_csv(p.rows).rstrip(b"\n"))),
    "packed": (_ANY, ("loaded",), _packed(cut=False)),
    "packed and cut": (_ANY, ("held",), _packed(cut=True)),
    "html": (_ANY, ("held",), _text(lambda p: b"<!DOCTYPE html><html>Log in</html>\n")),
    "no bytes": (_ANY, ("held",), _text(lambda p: b"")),
    "another delimiter": (_ANY, ("held",), _text(lambda p: as_csv(p.rows, p.draw.choice(";\t|")))),
    # Headers and columns.
    "capitals and blanks in the header": (
        _ANY,
        ("loaded",),
        _text(lambda p: as_csv(p.rows, header=[f" {n.upper()}" for n in p.rows[0]])),
    ),
    "columns in another order": (_ANY, ("loaded",), _text(_shuffled_columns)),
    "a column more": (_ANY, ("told",), _text(lambda p: as_csv([row | {"campaign_id": "x"} for row in p.rows]))),
    "a required column missing": (
        _ANY,
        ("held",),
        _text(lambda p: as_csv([{n: v for n, v in row.items() if n != p.day()} for row in p.rows])),
    ),
    "a column twice": (
        _ANY,
        ("held",),
        _text(lambda p: as_csv([row | {"": "x"} for row in p.rows], header=[*p.rows[0], p.key])),
    ),
    "no header": (_ANY, ("held",), _text(lambda p: b"".join(p.lines[1:]))),
    "a header alone where another feed's is": (
        ("violations",),
        ("held",),
        _text(lambda p: as_csv(rows_of(p.market, "appeals", TONIGHT))),
    ),
    # Types.
    "parquet": (_ANY, ("loaded",), _parquet()),
    "parquet with whole floats": (
        ("creators",),
        ("loaded",),
        _parquet(lambda p: {"followers": "cast(followers as double)"}),
    ),
    "parquet with floats that aren't whole": (
        ("creators",),
        ("quarantined",),
        _parquet(lambda p: {"followers": "cast(followers as double) + if(followers in ('1103', '1107'), 0.5, 0)"}),
    ),
    "parquet with a column of nulls": (("appeals",), ("loaded",), _parquet(lambda p: {"decided_on": "null"})),
    "parquet with days": (
        _ANY,
        ("loaded",),
        _parquet(lambda p: {p.day(): f"cast({p.day()} as {p.draw.choice(['date', 'timestamp'])})"}),
    ),
    "parquet with nested values": (_ANY, ("held",), _parquet(lambda p: {p.day(): f"{{'day': {p.day()}}}"})),
    "parquet with pandas' index": (_ANY, ("told",), _parquet(lambda p: {"__index_level_0__": "row_number() over ()"})),
    "parquet that was cut": (_ANY, ("held",), _parquet(cut=True)),
    "text called parquet": (_ANY, ("held",), _rename(lambda p: p.path.with_suffix(".parquet"))),
    # Values.
    "days that are none": (
        _ANY,
        ("quarantined",),
        _values(lambda p: p.day(), ["2026-02-30", "01/02/2026", "2026-2-1", "yesterday", "1970-01-01", "2026-12-31"]),
    ),
    "many days that are none": (_ANY, ("held",), _values(lambda p: p.day(), ["2026-02-30", "01/02/2026"], 35, 60)),
    "numbers that are none": (
        ("violations", "metrics"),
        ("quarantined",),
        _values(
            lambda p: "points" if p.feed == "violations" else "value",
            ["1e3", "2,5", "+5", "NaN", "1_000", "five", " 5", "٣"],
        ),
    ),
    "numbers below nothing": (
        ("violations", "creators"),
        ("quarantined",),
        _values(lambda p: "points" if p.feed == "violations" else "followers", ["-1", "-0.5"]),
    ),
    "keys with signs that nobody sees": (
        _ANY,
        ("quarantined",),
        _values(lambda p: p.key, ["… ", " …", "…\u200b", "…\x07"]),
    ),
    "keys in exponent form": (_ANY, ("quarantined",), _values(lambda p: p.key, ["1.23457E+15"], 1, 1)),
    "no key": (_ANY, ("quarantined",), _values(lambda p: p.key, [""])),
    "accounts that nobody knows": (
        ("violations", "appeals", "metrics"),
        ("quarantined",),
        _values(lambda p: "account_id", ["nobody"]),
    ),
    # Lines.
    "a value too few": (_ANY, ("quarantined",), _lines(lambda p, line: line.replace(b",", b"", 1))),
    "a value too many": (_ANY, ("quarantined",), _lines(lambda p, line: line.rstrip(b"\n") + b",x\n")),
    "a quote that isn't closed": (_ANY, ("quarantined",), _lines(lambda p, line: line.replace(b",", b',"', 1), most=1)),
    "cut within a row": (_ANY, ("quarantined",), _text(_cut_in_a_row)),
    # Doubles and order.
    "rows twice": (_ANY, ("loaded",), _text(lambda p: as_csv(p.rows + p.rows[: p.draw.randint(1, 60)]))),
    "a key twice with other values": (
        _ANY,
        ("quarantined",),
        _text(lambda p: as_csv(p.rows + [p.rows[n] | {p.day(): "2026-01-15"} for n in p.some(most=9)])),
    ),
    "rows in another order": (_ANY, ("loaded",), _text(_shuffled)),
    "the file twice": (_ANY, ("loaded",), lambda p: write(p.path.with_name("again.csv"), as_csv(p.rows))),
    # Words.
    "a type that is misspelt": (
        ("violations",),
        ("told",),
        _values(lambda p: "violation_type", ["Copyright ", "copyrigth", "SPAM"]),
    ),
    "many types that are misspelt": (
        ("violations",),
        ("held",),
        _values(lambda p: "violation_type", ["Copyright", "spam "], 20, 60),
    ),
    "a severity that no rule reads": (
        ("violations",),
        ("told",),
        _values(lambda p: "severity", ["Low", "HIGH", "medium"]),
    ),
    "a metric that nothing reads": (("metrics",), ("told",), _values(lambda p: "metric", ["Late_orders", "late"])),
    "a market that is none": (("creators",), ("quarantined",), _values(lambda p: "market", ["World", "m", "…x"])),
    # Files.
    "a name that isn't a feed's": (
        _ANY,
        ("told",),
        _rename(
            lambda p: p.path.with_name(p.draw.choice(["rows.csv.part", "rows.xlsx", "README.txt", "rows.crdownload"]))
        ),
    ),
    "a night that is none": (
        _ANY,
        ("told",),
        _rename(lambda p: p.landing / p.feed / "night=2026-10-32" / f"market={p.market}" / "rows.csv"),
    ),
    "a folder that is misspelt": (
        _ANY,
        ("held",),
        _rename(lambda p: p.landing / p.feed / f"Night-{night(TONIGHT)}" / f"market={p.market}" / "rows.csv"),
    ),
    "a feed that is misspelt": (
        _ANY,
        ("held",),
        _rename(lambda p: p.landing / p.feed[:-1] / f"night={night(TONIGHT)}" / f"market={p.market}" / "rows.csv"),
    ),
    "a link to nothing": (_ANY, ("held",), _dangling),
    "another number of rows beside it": (
        _ANY,
        ("held",),
        _rows_beside(lambda p: str(p.draw.choice([0, 59, 61, 6000]))),
    ),
    "no number of rows beside it": (_ANY, ("held",), _rows_beside(lambda p: p.draw.choice(["", "sixty", "6O"]))),
    "the number of rows beside it": (_ANY, ("loaded",), _rows_beside(lambda p: " 60\n")),
    "an older file that shrank": (_ANY, ("held",), _shrunk),
    "the folder of another market": (_ANY, ("told",), _rename(_of_another)),
    "an empty value too many": (_ANY, ("quarantined",), _lines(lambda p, line: line.rstrip(b"\n") + b",\n")),
    "the number of rows beside it, and a line that can't be read": (_ANY, ("quarantined",), _junk_and_number),
    "a name that is hidden": (
        _ANY,
        ("told",),
        _rename(lambda p: p.path.with_name(p.draw.choice([".rows.csv", "_rows.csv", "._rows.csv"]))),
    ),
    "a pipe": (_ANY, ("held",), _pipe),
    "a link to itself": (_ANY, ("held",), lambda p: _link(p.path, p.path.name)),
    "a link to the folder it lies in": (_ANY, ("told",), lambda p: _link(p.path.with_name("again"), ".")),
    "a link to a folder elsewhere": (_ANY, ("held",), lambda p: _link(p.path.with_name("others.csv"), "/usr")),
    "parquet with columns that DuckDB adds": (
        _ANY,
        ("told",),
        _parquet(lambda p: {"file_row_number": "'x'", "landed_row": "'x'"}),
    ),
    "a number of rows without its file": (
        _ANY,
        ("held",),
        lambda p: write(p.path.with_name("gone.csv.rows"), b"60"),
    ),
    "a link to a folder that is gone": (_ANY, ("held",), lambda p: _link(p.path.with_name("again"), "nowhere")),
    "a name whose letters come apart": (_ANY, ("loaded",), _rename(lambda p: p.path.with_name("e\u0301.csv"))),
    "numbers in exponent form": (
        ("creators",),
        ("quarantined",),
        _values(lambda p: "followers", ["1.2E+5", "1,2E+5", "1e3"]),
    ),
    "parquet with flags": (_ANY, ("loaded",), _parquet(lambda p: {"withdrawn": "false"})),
}
KINDS = tuple(_MAKERS)


def draw_defect(number: int, market: str) -> Defect:
    """The defect of a number: the kinds in turn, all else at random."""
    kind = KINDS[number % len(KINDS)]
    feeds, may, _ = _MAKERS[kind]
    return Defect(number, kind, market, random.Random(number).choice(list(feeds)), may)


def make(defect: Defect, landing: Path) -> None:
    """Make the defect in a landing folder that has the clean night."""
    _MAKERS[defect.kind][2](_Place(random.Random(defect.number * 7 + 1), landing, defect.market, defect.feed))
