"""Run schedules against real processes and say what became of each.

Longer than other files, for a schedule's processes are begun, disturbed and ended in one place.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from random import Random
from typing import Any

from delivery import systems
from delivery.faulty import FaultyServer
from delivery.proxy import TcpProxy
from delivery.releases import night, notice, penalty, publish
from evenhand.delivery.emptied import send_again
from evenhand.records.persons import Person
from faults.schedule import CRASHES, ROW_OF, Fault, Schedule
from faults.sender import send, send_once
from sandbox.process import SECRET

_RUNS = 2
_PATIENCE = 0.4
# Seconds that most deliveries of a schedule take; a kill at any moment is within them.
_LONGEST = 0.3
# And what a receiver tells is so much behind, at most; longer than the sender waits for it to catch up.
_LONGEST_LAG = 1.5


@dataclass
class Outcome:
    """What became of a schedule; every figure but `runs` and `allowed` should be zero.

    Attributes:
        happened: the rows of the matrix that it was a case of; a fault drawn for a batch that never came isn't one.
        in_the_middle: those of them that killed somebody when the receiver had taken a part of the night, not all.
        runs: how many it took after the faults had cleared.
        duplicates: changes that took effect twice; None if the receiver doesn't keep count.
        allowed: how many of them are allowed: with keys none, without one batch for each crash.
        broken: an error that no receiver explains.
    """

    schedule: Schedule
    happened: set[str] = field(default_factory=set)
    in_the_middle: set[str] = field(default_factory=set)
    runs: int = 0
    missing: int = 0
    stale: int = 0
    wrong: int = 0
    false_success: int = 0
    duplicates: int | None = None
    allowed: int = 0
    broken: str = ""
    told: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether the promise was kept."""
        return (
            not (self.missing or self.stale or self.wrong or self.false_success or self.broken)
            and (self.duplicates or 0) <= self.allowed
        )


class Harness:
    """The downstream systems of one worker, started when they are first needed."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="evenhand-faults-"))
        self._systems: dict[str, systems.System] = {}
        self._context = multiprocessing.get_context("forkserver")
        # What is imported before the fork is imported once; DuckDB looks for pandas at the first parameter.
        self._context.set_forkserver_preload(["faults.sender", "s3fs", "pandas"])

    def stop(self) -> None:
        for system in self._systems.values():
            system.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, schedule: Schedule, sender: Callable[..., None] = send) -> Outcome:
        """Run a schedule on its kind of receiver."""
        kind = schedule.kind
        if kind not in self._systems:
            self._systems[kind] = systems.start(kind, self._folder / kind)
        system = self._systems[kind]
        system.fresh()
        made_for = Run if kind in systems.KINDS else OnceRun
        with tempfile.TemporaryDirectory(dir=self._folder) as made:
            return made_for(schedule, system, Path(made), self._folder / kind, self._context, sender).outcome()


class Run:
    """One schedule on a receiver of lists."""

    def __init__(
        self,
        schedule: Schedule,
        system: systems.System,
        folder: Path,
        place: Path,
        context: multiprocessing.context.ForkServerContext,
        target: Callable[..., None],
    ) -> None:
        self._target = target
        self._schedule = schedule
        self._system = system
        self._folder = folder
        self._place = place
        self._context = context
        self._outcome = Outcome(schedule)
        self._sender: ForkServerProcess | None = None
        self._receiver_died = False
        self._is_night = False
        self._life = threading.Lock()
        self._kill: Callable[[], None] | None = None
        self._has_ended = threading.Event()
        self._wanted: dict[str, str] = {}
        self._stored_before: object = None
        self._edits = Random(f"{schedule.seed}/edits")
        self._backup: dict[str, bytes] = {}
        self._contents: dict[str, tuple[str, str | None]] = {}
        self._proxy = self._proxy_for(schedule.kind)

    def outcome(self) -> Outcome:
        """Let the nights go wrong, then look whether it comes right."""
        release = self._folder
        try:
            for day, each in enumerate(self._schedule.nights, start=1):
                release = self._publish(day, self._wanted, each.wanted)
                self._wanted = each.wanted
                self._set_up(each.faults)
                success = self._send(release, _PATIENCE)
                self._revive()
                self._tell_the_state()
                # One that died may have lost what it held after the sender was gone.
                if success and not self._receiver_died and self._differences() != (0, 0, 0):
                    self._outcome.false_success += 1
                self._spoil_ledger(each.faults)
            self._clear()
            for run in range(1, _RUNS + 1):
                self._outcome.runs = run
                if self._send(release, 10):
                    break
                self._say_that_it_is_empty()
            if isinstance(self._proxy, FaultyServer):
                self._proxy.wait_for_late_ones()
            differences = self._differences()
            self._outcome.missing, self._outcome.stale, self._outcome.wrong = differences
            self._count_effects()
        finally:
            self._clear()
            if self._proxy:
                self._proxy.stop()
                self._outcome.happened |= {ROW_OF[done] for done in self._proxy.happened if done in ROW_OF} - {*CRASHES}
        return self._outcome

    def _publish(self, day: int, before: dict[str, str], wanted: dict[str, str]) -> Path:
        return publish(self._folder, night(day), [penalty(key, measure=value) for key, value in wanted.items()])

    def _set_up(self, faults: tuple[Fault, ...]) -> None:
        """Edit the receiver now, arm the proxy, and set the alarm for the rest."""
        pieces: list[str] = []
        self._kill = None
        for fault in faults:
            if fault.done == "kill_sender_at_any_time":
                self._kill = partial(self._kill_sender_after, fault.moment * _LONGEST)
            elif fault.done == "kill_sender_as_it_writes":
                self._kill = self._kill_sender_as_it_writes
            elif fault.done == "edit":
                before = self._system.stored()
                self._system.edit(self._edits)
                if self._system.stored() != before:
                    self._outcome.happened.add(fault.row)
            elif fault.done in ("lag", "empty"):
                self._tell_another_state(fault)
            elif fault.done == "bring_back_ledger":
                self._backup = {path.name: path.read_bytes() for path in self._ledger_files()}
            elif fault.done != "lose_ledger":
                pieces += ["fine"] * fault.after + [fault.done]
        if self._proxy:
            self._proxy.faults.clear()
            self._proxy.faults.extend(pieces)
        self._receiver_died = False
        self._stored_before = self._system.stored()
        self._is_night = True

    def _tell_another_state(self, fault: Fault) -> None:
        """Have the receiver tell what it held until now, for a while; or nothing that it acts on, all night."""
        assert isinstance(self._proxy, FaultyServer) and isinstance(self._system, systems.Sandbox)
        before, ends = self._system.told_state(), 0.0

        def told(page: dict[str, Any]) -> dict[str, Any]:
            nonlocal ends
            ends = ends or time.monotonic() + fault.moment * _LONGEST_LAG
            if fault.done == "empty":
                shown = {**page, "rows": [row for row in page["rows"] if row["list"] == "probe"]}
            else:
                shown = before if time.monotonic() < ends else page
            if shown["rows"] != page["rows"]:
                self._outcome.happened.add(fault.row)
            return shown

        self._proxy.tell_state = told

    def _say_that_it_is_empty(self) -> None:
        """A person who is asked whether it was emptied looks, and says so only where it is."""
        if "evenhand send-again receiver" in self._outcome.told[-1] and not self._system.held():
            send_again(self._folder, "receiver", Person("ann", False), "it holds nothing")

    def _tell_the_state(self) -> None:
        if isinstance(self._proxy, FaultyServer):
            self._proxy.tell_state = None

    def _ledger_files(self) -> list[Path]:
        return sorted(self._folder.glob("receipts.sqlite*"))

    def _spoil_ledger(self, faults: tuple[Fault, ...]) -> None:
        """When all of a night has arrived that will, take the ledger away, or put the one of before the night there."""
        done = {fault.done: fault.row for fault in faults}
        if not done.keys() & {"lose_ledger", "bring_back_ledger"} or not self._ledger_files():
            return
        if isinstance(self._proxy, FaultyServer):
            self._proxy.wait_for_late_ones()
        self._contents |= self._contents_sent()
        for path in self._ledger_files():
            path.unlink()
        if "lose_ledger" in done:
            self._outcome.happened.add(done["lose_ledger"])
            return
        for name, content in self._backup.items():
            (self._folder / name).write_bytes(content)
        self._outcome.happened.add(done["bring_back_ledger"])

    def _contents_sent(self) -> dict[str, tuple[str, str | None]]:
        """What each change of the ledger does, by its key; nothing, where the sender died before it had tables."""
        with closing(sqlite3.connect(self._folder / "receipts.sqlite")) as ledger:
            if not ledger.execute("select name from sqlite_master where name = 'changes'").fetchall():
                return {}
            rows = ledger.execute("select key, action, payload_sha256 from changes").fetchall()
        return {key: (action, sha256) for key, action, sha256 in rows}

    def _send(self, release: Path, seconds: float) -> bool:
        result = self._folder / "result.json"
        result.unlink(missing_ok=True)
        port = self._proxy.port if self._proxy else None
        places = (str(self._folder / "receipts.sqlite"), str(self._place), str(release))
        self._sender = self._context.Process(
            target=self._target,
            args=(self._schedule.kind, port, *places, self._schedule.batch_size, seconds, str(result)),
        )
        self._sender.start()
        self._has_ended.clear()
        killing = threading.Thread(target=self._kill) if self._kill else None
        if killing:
            killing.start()
        self._sender.join(90)
        self._has_ended.set()
        if killing:
            killing.join()
        self._kill = None
        if self._sender.is_alive():
            self._kill_sender()
            self._outcome.broken = "the sender never ended"
        told = json.loads(result.read_text()) if result.exists() else {"success": False, "told": "killed"}
        if not result.exists():
            with self._life:
                # Nobody can be asked how far it had come if the other one died before.
                if not self._receiver_died:
                    self._note_crash("kill -9 of the sender")
        self._outcome.told.append(json.dumps(told))
        self._outcome.broken = self._outcome.broken or str(told.get("broken", ""))
        return bool(told["success"])

    def _kill_sender(self) -> None:
        if self._sender and self._sender.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._sender.pid, signal.SIGKILL)

    def _kill_sender_after(self, seconds: float) -> None:
        if not self._has_ended.wait(seconds):
            self._kill_sender()

    def _kill_sender_as_it_writes(self) -> None:
        while not self._has_ended.wait(0.0005):
            if self._system.stored() != self._stored_before:
                self._kill_sender()
                return

    def _note_crash(self, row: str) -> None:
        self._outcome.happened.add(row)
        if not self._system.honours_keys:
            self._outcome.allowed += self._schedule.batch_size
        if self._system.stored() != self._stored_before and self._differences() != (0, 0, 0):
            self._outcome.in_the_middle.add(row)

    def _kill_sender_tonight(self) -> None:
        # A thread of the proxy may come to it when the night is over; what it would kill then is another's.
        with self._life:
            if self._is_night:
                self._kill_sender()

    def _kill_receiver(self) -> None:
        with self._life:
            if self._is_night and not self._receiver_died:
                self._receiver_died = True
                self._note_crash("kill -9 of the receiver")
                self._system.kill()

    def _revive(self) -> None:
        with self._life:
            self._is_night = False
            if self._receiver_died:
                self._system.start()

    def _clear(self) -> None:
        if self._proxy:
            self._proxy.faults.clear()

    def _differences(self) -> tuple[int, int, int]:
        """Missing, stale and wrong rows."""
        wanted = self._wanted
        held = {key: str(row.get("measure")) for (_, key), row in self._system.held().items()}
        wrong = sum(held[key] != wanted[key] for key in held.keys() & wanted.keys())
        return len(wanted.keys() - held.keys()), len(held.keys() - wanted.keys()), wrong

    def _count_effects(self) -> None:
        """Changes that had an effect twice: under one key, or the same content running with no edit between."""
        kept = self._system.effects()
        if kept is None:
            return
        real_keys = self._proxy.real_keys if isinstance(self._proxy, FaultyServer) else {}
        effects = [(real_keys.get(key, key), row_key) for key, _, row_key in kept]
        counts = Counter(key for key, _ in effects)
        duplicates = sum(count - 1 for count in counts.values())
        if "edited by hand" not in self._outcome.happened:
            contents = self._contents | self._contents_sent()
            by_row: dict[str, list[tuple[str, tuple[str, str | None]]]] = {}
            for key, row_key in effects:
                by_row.setdefault(row_key, []).append((key, contents[key]))
            for content in by_row.values():
                duplicates += sum(one[1] == two[1] and one[0] != two[0] for one, two in pairwise(content))
        self._outcome.duplicates = duplicates

    def _proxy_for(self, kind: str) -> FaultyServer | TcpProxy | None:
        port = self._system.address()
        if port is None:
            return None
        proxy: FaultyServer | TcpProxy
        if kind in ("postgres", "object_store"):
            proxy = TcpProxy(port)
        else:
            proxy = FaultyServer(self._upstream(port), SECRET, kind == "http_without_keys", 2 * _PATIENCE)
        kills: dict[str, Callable[[], None]] = {
            "kill_sender_before": self._kill_sender_tonight,
            "kill_sender_after": self._kill_sender_tonight,
            "kill_receiver_before": self._kill_receiver,
            "kill_receiver_after": self._kill_receiver,
        }
        proxy.kills = kills
        return proxy

    def _upstream(self, port: int) -> str:
        return f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class ToSay:
    """An announcement that a night gives to make.

    Attributes:
        name: its row_key.
        about: the row and the measure that it tells of.
        effect: what happens in the sandbox if that takes effect: the row, and the measure that it then has, if any.
        since: how many effects there had been before its night.
    """

    name: str
    about: tuple[str, str]
    effect: tuple[str, str | None]
    since: int

    @property
    def is_beginning(self) -> bool:
        return self.effect == self.about


class OnceRun(Run):
    """One schedule on a receiver of announcements, behind a sandbox that enforces and that nothing goes wrong with."""

    _system: systems.Announced

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._target = send_once if self._target is send else self._target
        self._to_say: list[ToSay] = []
        # Where a receiver begins is where its first night was announced.
        self._send(super()._publish(1, {}, {}), 10)

    def _publish(self, day: int, before: dict[str, str], wanted: dict[str, str]) -> Path:
        on, so_far = night(day + 1), len(self._system.enforced())
        begun = [(key, measure) for key, measure in wanted.items() if before.get(key) != measure]
        ended = [(key, measure) for key, measure in before.items() if wanted.get(key) != measure]
        if self._system.tells_ends:
            self._to_say += [
                ToSay(f"{on}-{key}-ended", (key, was), (key, wanted.get(key)), so_far) for key, was in ended
            ]
        self._to_say += [ToSay(self._system.name_of(on, row[0]), row, row, so_far) for row in begun]
        told = [
            *(notice(key, "new", measure, on) for key, measure in begun),
            *(notice(key, "ended", measure, on) for key, measure in ended),
        ]
        return publish(
            self._folder, on, [penalty(key, measure=measure) for key, measure in wanted.items()], notices=told
        )

    def _differences(self) -> tuple[int, int, int]:
        """Missing: something took effect and isn't told. Stale: one is told that never did. There is no wrong.

        An end is to be told only if its beginning was.
        """
        enforced, said = self._system.enforced(), set(self._system.said())
        must: set[str] = set()
        may: set[str] = set()
        told: set[tuple[str, str]] = set()
        for place, each in enumerate(self._to_say):
            until = next((later.since for later in self._to_say[place + 1 :] if later.effect == each.effect), None)
            if each.effect in enforced[each.since : until] and (each.is_beginning or each.about in told):
                must.add(each.name)
            if each.about in enforced:
                may.add(each.name)
            if each.is_beginning:
                told = told | {each.about} if each.name in said else told - {each.about}
        return len(must - said), len(said - may), 0

    def _count_effects(self) -> None:
        said = self._system.said()
        self._outcome.duplicates = len(said) - len(set(said))

    def _upstream(self, port: int) -> str:
        return self._system.url


_harness: Harness | None = None


def run(schedule: Schedule) -> Outcome:
    """Run a schedule in this process's harness, which ends with the process; one that can't be run is broken."""
    global _harness
    if _harness is None:
        _harness = Harness()
        atexit.register(_harness.stop)
    try:
        return _harness.run(schedule)
    except Exception:
        return Outcome(schedule, broken=traceback.format_exc())
