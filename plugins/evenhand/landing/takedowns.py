"""Land the bundled example, a real enforcement history, as creators, contents, violations and appeals.

The source (examples/takedowns/README.md) has one row per document, account and repository. What it doesn't have is
decided here, and said in that README: a market, the night each row arrived, which notice an appeal answers, and which
accounts are the platform's own.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from evenhand.landing.contracts import BY_NAME
from evenhand.landing.files import FeedBroken
from evenhand.landing.kept import drop_kept

MARKET = "world"

# Every file that this writes; others in the landing folder are somebody else's.
FILE_NAME = "takedowns.csv"

# The history up to here lands as one backfill, as it does for any marketplace that starts to use Evenhand with a past.
BACKFILL_NIGHT = "2025-12-31"
# The last day that the snapshot has documents of. Rows dated later are typing errors at the source; they had arrived by
# the snapshot, so they land with its last night and gate 1 finds them to be in that night's future.
LAST_NIGHT = "2026-08-19"
# Links in the notices' boilerplate make the platform's own accounts look like repeat offenders: two accounts stand in
# 83 % and in 47 % of all documents, the next one in 0.5 %.
PLATFORM_SHARE = 0.05
COLUMNS = ("event_date", "event_type", "notice_id", "account", "repository")
EVENT_TYPES = ("notice", "counternotice", "retraction")

_FORM = "examples/takedowns/README.md has the form of such a file"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Takedown:
    """One row of the source, and the night that it lands in."""

    on: str
    kind: str
    notice: str
    account: str
    repository: str
    night: str

    @property
    def key(self) -> str:
        """Document, account and repository: what makes the row unique."""
        return "/".join(part for part in (self.notice, self.account, self.repository) if part)


def has_landed(landing: Path) -> bool:
    """Whether the whole history has landed, as the bundled example lands it."""
    return (landing / "creators" / f"night={LAST_NIGHT}" / FILE_NAME).exists()


def land_takedowns(
    source: Path,
    landing: Path,
    last_night: str = LAST_NIGHT,
    backfill_night: str = BACKFILL_NIGHT,
    file_name: str = FILE_NAME,
) -> int:
    """Write the example, or another history of its form, as feeds; a file that is there already is left alone.

    Every feed has a file on every night, with its header alone where the source has no rows: the snapshot is complete,
    and a night without a file would mean that the feed is late.

    Args:
        source: the history, gzipped CSV or CSV.
        landing: the landing folder.
        last_night: the last night that the source has documents of; what is dated later is a typing error.
        backfill_night: the night that everything up to it lands in.
        file_name: what the files are called, below the folders of their nights.

    Returns:
        How many files were written; 0 when everything was there.

    Raises:
        FeedBroken: the source isn't such a history; nothing was written.
    """
    backfill_night = min(backfill_night, last_night)
    events = _read(source, backfill_night, last_night)
    written: set[str] = set()
    for feed, rows in (
        ("creators", _creators(events)),
        ("contents", _contents(events)),
        ("violations", _violations(events)),
        ("appeals", _appeals(events)),
    ):
        by_night: dict[str, list[Row]] = {night: [] for night in _nights(backfill_night, last_night)}
        for night, row in rows:
            by_night[night].append(row)
        for night, night_rows in by_night.items():
            name = f"{feed}/night={night}/{file_name}"
            if _write(landing / name, BY_NAME[feed].names_in_every_file, night_rows):
                written.add(name)
    # What this wrote before is its own to replace.
    drop_kept(landing.parent, lambda name: name in written)
    return len(written)


def _nights(first_night: str, last_night: str) -> list[str]:
    first, last = date.fromisoformat(first_night), date.fromisoformat(last_night)
    return [str(first + timedelta(days)) for days in range((last - first).days + 1)]


def _read(source: Path, backfill_night: str, last_night: str) -> list[Takedown]:
    opened = gzip.open if source.suffix == ".gz" else open
    try:
        with opened(source, "rt", encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise FeedBroken(f"{source}, line 1 (the header): there is no column {missing[0]!r}; {_FORM}")
            events = [_event(source, rows.line_num, row, backfill_night, last_night) for row in rows]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise FeedBroken(f"{source}: it can't be read as CSV ({error}); {_FORM}") from error
    return sorted(events, key=lambda event: (event.on, event.key))


def _event(source: Path, line: int, row: dict[str, str | None], backfill_night: str, last_night: str) -> Takedown:
    on, kind, notice, account, repository = (row[name] for name in COLUMNS)
    for name, value, is_right, expected in (
        ("event_date", on, _is_day(on), "a day, YYYY-MM-DD"),
        ("event_type", kind, kind in EVENT_TYPES, f"one of {', '.join(EVENT_TYPES)}"),
        ("notice_id", notice, bool(notice), "the document's name"),
        ("account", account, bool(account), "the owner's name"),
    ):
        if not is_right:
            raise FeedBroken(f"{source}, line {line}: {name} is {value or 'empty'!r}; expected {expected}. {_FORM}")
    night = last_night if str(on) > last_night else max(str(on), backfill_night)
    return Takedown(str(on), str(kind), str(notice), str(account), repository or "", night)


def _is_day(text: str | None) -> bool:
    try:
        return str(date.fromisoformat(text or "")) == text
    except ValueError:
        return False


def _creators(events: list[Takedown]) -> Iterable[tuple[str, Row]]:
    platform = _platform_accounts(events)
    seen = set()
    for event in events:
        if event.account not in seen:
            seen.add(event.account)
            kind = "platform" if event.account in platform else "creator"
            yield event.night, (event.account, MARKET, kind, "en", min(event.on, event.night))


def _platform_accounts(events: list[Takedown]) -> set[str]:
    documents = defaultdict(set)
    for event in events:
        documents[event.account].add(event.notice)
    total = len({event.notice for event in events})
    return {account for account, notices in documents.items() if len(notices) > PLATFORM_SHARE * total}


def _contents(events: list[Takedown]) -> Iterable[tuple[str, Row]]:
    seen = set()
    for event in events:
        if event.repository and event.repository not in seen:
            seen.add(event.repository)
            yield event.night, (event.repository, event.account, "repository", "")


def _violations(events: list[Takedown]) -> Iterable[tuple[str, Row]]:
    for event in events:
        if event.kind == "notice":
            yield event.night, (event.key, event.account, event.repository, "copyright", event.notice, event.on)


def _appeals(events: list[Takedown]) -> Iterable[tuple[str, Row]]:
    notices = defaultdict(list)
    for event in events:
        if event.kind == "notice":
            notices[event.account, event.repository].append((event.on, event.key))
    for event in events:
        if event.kind == "notice":
            continue
        # A counter-notice doesn't name what it answers: it is the newest notice about the same content before that day.
        earlier = notices[event.account, event.repository]
        position = bisect_left(earlier, event.on, key=lambda notice: notice[0])
        answered = earlier[position - 1][1] if position else ""
        granted = event.kind == "retraction"
        outcome, decided_on = ("granted", event.on) if granted else ("pending", "")
        yield event.night, (event.key, answered, event.account, event.on, outcome, decided_on)


def _write(path: Path, header: Row, rows: list[Row]) -> int:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = text.getvalue().encode()
    if path.exists() and path.read_bytes() == content:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    # Outside the night's folder: a run never sees half a file, nor a leftover of a landing that was killed.
    partial = path.parents[2] / f".{path.parents[1].name}.partial"
    partial.write_bytes(content)
    os.replace(partial, path)
    return 1
