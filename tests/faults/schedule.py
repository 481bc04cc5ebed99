"""What goes wrong in one schedule: nights, each with its wanted rows and its faults, all drawn from one seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

# The rows of the matrix, and what is asked of the proxy, or done by the harness, for each.
FAULTS = {
    "kill -9 of the sender": ("kill_sender_before", "kill_sender_after", "kill_sender_at_any_time"),
    "kill -9 of the receiver": ("kill_receiver_before", "kill_receiver_after"),
    "5xx": ("503", "500", "502_after"),
    "429": ("429",),
    "timeout before commit": ("hang_before", "drop_before", "late"),
    "timeout after commit": ("hang_after", "drop_after"),
    "partial acknowledgement": ("partial",),
    "reordered and duplicated answers": ("shuffle", "repeat"),
    "edited by hand": ("edit",),
    "slow answers": ("drip",),
    "lagging state": ("lag",),
    "empty state": ("empty",),
    "a lost ledger": ("lose_ledger",),
    "a ledger brought back from a backup": ("bring_back_ledger",),
}
_LEDGER = {row: done for row, done in FAULTS.items() if "ledger" in row}
_TCP = {
    "kill -9 of the sender": FAULTS["kill -9 of the sender"],
    "kill -9 of the receiver": FAULTS["kill -9 of the receiver"],
    "timeout before commit": ("cut_before",),
    "timeout after commit": ("cut_after",),
    "edited by hand": ("edit",),
    **_LEDGER,
}
# What is read back of those that say what they hold. Of what is said once, a ledger says where it begins.
_OF_LISTS = ("edited by hand", "lagging state", "empty state", *_LEDGER)
# What only a receiver that answers row by row can do; what the database stored, nobody can edit.
_OF_OUR_CONTRACT = ("partial acknowledgement", "reordered and duplicated answers", *_OF_LISTS)
# A batch that comes late has a second effect on a receiver that can't know it again; nothing can be done about that.
_NEVER_LATE = {**FAULTS, "timeout before commit": ("hang_before", "drop_before")}
FAULTS_OF = {
    "http": FAULTS,
    "http_without_keys": _NEVER_LATE,
    "postgres": _TCP,
    "object_store": {**_TCP, "5xx": ("503",), "429": ("429",)},
    "files": {
        "kill -9 of the sender": ("kill_sender_at_any_time", "kill_sender_as_it_writes"),
        "edited by hand": ("edit",),
        **_LEDGER,
    },
    "notices": {row: done for row, done in FAULTS.items() if row not in _OF_LISTS},
    "dsa": {row: done for row, done in FAULTS.items() if row not in _OF_OUR_CONTRACT},
}
# The row of the matrix of each thing done.
ROW_OF = {done: row for rows in FAULTS_OF.values() for row, each in rows.items() for done in each}
CRASHES = ("kill -9 of the sender", "kill -9 of the receiver")
# What needs a night before: something to edit, and a copy of a ledger that is older than what was sent.
_NOT_FIRST = ("edited by hand", "a ledger brought back from a backup")


@dataclass(frozen=True)
class Fault:
    """One fault: its row of the matrix, what is done, and how many pieces after the last or at what moment (0 to 1)."""

    row: str
    done: str
    after: int
    moment: float


@dataclass(frozen=True)
class Night:
    """A night's wanted rows, by row_key to the measure, and its faults in order."""

    wanted: dict[str, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Schedule:
    """All of one schedule; the same seed and kind give the same one."""

    seed: str
    kind: str
    batch_size: int
    nights: tuple[Night, ...]


def draw(seed: str, kind: str) -> Schedule:
    """The schedule of a seed."""
    random = Random(f"{seed}/{kind}")
    keys = [f"p{number:02}" for number in range(random.randint(4, 40))]
    batch_size = random.randint(2, 7)
    before: dict[str, str] = {}
    nights: list[Night] = []
    for _ in range(random.randint(1, 3)):
        wanted = {key: random.choice(("no_live", "no_ads", "warning")) for key in keys if random.random() < 0.7}
        changes = sum(before.get(key) != wanted.get(key) for key in keys)
        rows = [row for row in FAULTS_OF[kind] if nights or row not in _NOT_FIRST]
        nights.append(Night(wanted, _faults(random, kind, rows, _pieces(kind, -(-changes // batch_size)))))
        before = wanted
    return Schedule(seed, kind, batch_size, tuple(nights))


def _pieces(kind: str, batches: int) -> int:
    """About how many pieces a delivery has for the proxy: a batch is one over HTTP, and six that PostgreSQL is sent."""
    return {"postgres": 20 + 6 * batches, "object_store": 30}.get(kind, max(1, batches))


def _faults(random: Random, kind: str, rows: Sequence[str], pieces: int) -> tuple[Fault, ...]:
    faults, last = [], -1
    for place in sorted(random.randrange(pieces) for _ in range(random.randint(1, 3))):
        row = random.choice(rows)
        faults.append(Fault(row, random.choice(FAULTS_OF[kind][row]), max(0, place - last - 1), random.random()))
        last = place
    return tuple(faults)
