"""What goes wrong in one schedule: nights, each with its wanted rows and its faults, all drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# The rows of the matrix, and what is asked of the proxy, or done by the harness, for each.
FAULTS = {
    "kill -9 of the sender": ("kill_sender_before", "kill_sender_after", "kill_sender_at_any_time"),
    "kill -9 of the receiver": ("kill_receiver_before", "kill_receiver_after"),
    "5xx": ("503", "500", "502_after"),
    "429": ("429",),
    "timeout before commit": ("hang_before", "drop_before"),
    "timeout after commit": ("hang_after", "drop_after"),
    "partial acknowledgement": ("partial",),
    "reordered and duplicated answers": ("shuffle", "repeat"),
    "edited by hand": ("edit",),
}
_TCP = {
    "kill -9 of the sender": FAULTS["kill -9 of the sender"],
    "kill -9 of the receiver": FAULTS["kill -9 of the receiver"],
    "timeout before commit": ("cut_before",),
    "timeout after commit": ("cut_after",),
    "edited by hand": ("edit",),
}
# What only a receiver that answers row by row can do; what the database stored, nobody can edit.
_OF_OUR_CONTRACT = ("partial acknowledgement", "reordered and duplicated answers", "edited by hand")
FAULTS_OF = {
    "http": FAULTS,
    "http_without_keys": FAULTS,
    "postgres": _TCP,
    "object_store": {**_TCP, "5xx": ("503",), "429": ("429",)},
    "files": {"kill -9 of the sender": ("kill_sender_at_any_time",), "edited by hand": ("edit",)},
    "notices": {row: done for row, done in FAULTS.items() if row != "edited by hand"},
    "dsa": {row: done for row, done in FAULTS.items() if row not in _OF_OUR_CONTRACT},
}
# How many pieces of a delivery may pass before a fault, at most; a piece is a batch for http.
_PIECES = {"http": 6, "http_without_keys": 6, "postgres": 30, "object_store": 16, "files": 0, "notices": 6, "dsa": 6}
# Faults after which the sender can't know whether a batch took effect.
LEAVE_IN_DOUBT = {
    *("kill_sender_before", "kill_sender_after", "kill_sender_at_any_time", "kill_receiver_before"),
    *("kill_receiver_after", "500", "502_after", "503", "hang_before", "hang_after", "drop_before", "drop_after"),
    *("partial", "edit"),
}


@dataclass(frozen=True)
class Fault:
    """One fault: its row of the matrix, what is done, and after how many pieces or at what moment (0 to 1)."""

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

    @property
    def rows(self) -> set[str]:
        """The rows of the matrix that it is part of."""
        return {fault.row for night in self.nights for fault in night.faults}

    @property
    def in_doubt(self) -> int:
        """How many of its faults can leave a batch in doubt."""
        return sum(fault.done in LEAVE_IN_DOUBT for night in self.nights for fault in night.faults)


def draw(seed: str, kind: str) -> Schedule:
    """The schedule of a seed."""
    random = Random(f"{seed}/{kind}")
    keys = [f"p{number:02}" for number in range(random.randint(4, 40))]
    nights = []
    for _ in range(random.randint(1, 3)):
        wanted = {key: random.choice(("no_live", "no_ads", "warning")) for key in keys if random.random() < 0.7}
        nights.append(Night(wanted, tuple(_fault(random, kind) for _ in range(random.randint(1, 3)))))
    return Schedule(seed, kind, random.randint(2, 7), tuple(nights))


def _fault(random: Random, kind: str) -> Fault:
    row = random.choice(sorted(FAULTS_OF[kind]))
    return Fault(row, random.choice(FAULTS_OF[kind][row]), random.randint(0, _PIECES[kind]), random.random())
