"""Run the worked examples of packs through the very models of the nightly run, in a throw-away DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from evenhand.deciding.compiled import compiled_project, run_models
from evenhand.deciding.project import CompiledModel
from evenhand.landing.accepted import create_accepted
from evenhand.landing.contracts import BY_NAME, FEEDS
from evenhand.policy.compile import compile_packs
from evenhand.policy.language.examples import Event, Example, Expectation
from evenhand.policy.language.pack import Pack
from evenhand.policy.load import LoadedPack
from evenhand.policy.renaming import NamesOfNight
from evenhand.records.sql_files import Sql, SqlFile

_SQL = SqlFile(__file__)


@dataclass(frozen=True)
class Difference:
    """One thing that isn't as an example says: on which day, of what, what was expected and what was found."""

    on: date
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.on}  {self.what}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Rehearsed:
    """One example, and where it came out differently."""

    path: Path
    pack: str
    version: int
    example: str
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as the example says."""
        return not self.differences


def rehearse(packs: Sequence[LoadedPack], models: Sequence[CompiledModel] | None = None) -> list[Rehearsed]:
    """Run every example of the packs, all of them in one run of the models.

    An example is judged by every version of its own pack among `packs`, each on its days, and by no other pack but
    those that continue it or that it continues, and those whose programmes its conditions read.

    Args:
        models: the compiled models, where the caller has them already; compiling takes some seconds.
    """
    stage = Stage(packs)
    models = compiled_project().models() if models is None else models
    # A few rows: a file to write them to, and threads to share them, would take longer than the models.
    with duckdb.connect(config={"threads": 1}) as connection:
        stage.set(connection)
        run_models(connection, models, stage.last_day)
        found = _Found(connection, NamesOfNight(connection, stage.last_day))
    return [
        Rehearsed(
            loaded.path, loaded.pack.pack, loaded.pack.version, example.example,
            tuple(difference for wanted in example.expect for difference in found.compare(account, loaded, wanted)),
        )
        for account, loaded, example in stage.cast
    ]  # fmt: skip


class Stage:
    """The examples as accounts of their own markets, and what happens to them as accepted rows."""

    def __init__(self, packs: Sequence[LoadedPack]) -> None:
        self.cast = [
            (f"{loaded.pack.pack}/{loaded.pack.version}/{number}", loaded, example)
            for loaded in packs
            for number, example in enumerate(loaded.pack.examples)
        ]
        markets: dict[str, set[tuple[str, str]]] = {}
        for account, loaded, example in self.cast:
            market = example.market or loaded.pack.markets[0]
            for name in _kin(loaded.pack.pack, packs):
                markets.setdefault(name, set()).add((market, _stage_market(loaded.pack, market, account)))
        self._packs = [
            LoadedPack(
                loaded.pack.model_copy(
                    update={
                        "markets": tuple(
                            stage
                            for market, stage in sorted(markets.get(loaded.pack.pack, ()))
                            if market in loaded.pack.markets
                        )
                    }
                ),
                loaded.path,
                loaded.sha256,
            )
            for loaded in packs
        ]
        self.nights = sorted({wanted.on for _, _, example in self.cast for wanted in example.expect})
        self.last_day = self.nights[-1] if self.nights else date(2026, 1, 1)
        self._rows: dict[str, list[tuple[Any, ...]]] = {contract.feed: [] for contract in FEEDS}
        for account, loaded, example in self.cast:
            self._play(account, loaded.pack, example)

    def set(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write the packs and the rows, as a night would have them before the models run."""
        connection.begin()
        compile_packs(self._packs, connection, self.nights)
        create_accepted(connection)
        for contract in FEEDS:
            if rows := self._rows[contract.feed]:
                marks = ", ".join("unnest(?::varchar[])" for _ in contract.columns)
                connection.execute(
                    f"insert into accepted.{contract.feed} select date '2000-01-01', 'example', 1, {marks}",
                    [[None if value is None else str(value) for value in column] for column in zip(*rows, strict=True)],
                )
        connection.commit()

    def _play(self, account: str, pack: Pack, example: Example) -> None:
        market = _stage_market(pack, example.market or pack.markets[0], account)
        kind = example.kind or pack.applies_to[0]
        first = min((event.on for event in example.events), default=date(2015, 1, 1))
        others = sorted({event.account for event in example.events if event.account})
        for name in (account, *(f"{account}/{other}" for other in others)):
            self._add("creators", account_id=name, market=market, kind=kind, language="en", onboarded_on=first)
        contents: dict[str, date | None] = {}
        for number, event in enumerate(example.events):
            content = event.content or (f"content {number:04}" if event.published_on else None)
            if content:
                contents[content] = event.published_on or contents.get(content)
            who = f"{account}/{event.account}" if event.account else account
            self._happen(who, event, f"{account}/{event.id or f'{number:04}'}", content and f"{account}/{content}")
        for content, published_on in contents.items():
            self._add(
                "contents",
                content_id=f"{account}/{content}", account_id=account, kind="short_video", published_on=published_on,
            )  # fmt: skip

    def _happen(self, account: str, event: Event, key: str, content: str | None) -> None:
        if event.violation:
            self._add(
                "violations",
                violation_id=key, account_id=account, content_id=content, violation_type=event.violation,
                batch_id=event.batch, decided_on=event.on, severity=event.severity, points=event.points,
            )  # fmt: skip
        elif event.activity:
            self._add(
                "activities",
                activity_id=key, account_id=account, activity=event.activity, on_day=event.on,
                quantity=event.quantity, violation_id=f"{account}/{event.answers}" if event.answers else None,
                content_id=content, subject=event.subject,
            )  # fmt: skip
        elif event.metric:
            self._add(
                "metrics",
                measurement_id=key, account_id=account, metric=event.metric, on_day=event.on, value=event.value,
            )  # fmt: skip
        else:
            self._add(
                "appeals",
                appeal_id=key, violation_id=f"{account}/{event.appeal}", account_id=account,
                filed_on=event.filed_on or event.on, outcome=event.outcome,
                decided_on=None if event.outcome == "pending" else event.on, points=event.points,
            )  # fmt: skip

    def _add(self, feed: str, **values: Any) -> None:
        names = BY_NAME[feed].column_names
        assert set(values) <= set(names), (feed, set(values) - set(names))
        self._rows[feed].append(tuple(values.get(name) for name in names))


class _Found:
    """What the models say of every account on every day that an example asks about."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, names: NamesOfNight) -> None:
        self._names = names
        self._standings = {
            (account, on, programme): (balance, zone)
            for account, on, programme, balance, zone in connection.execute(
                "select account_id, as_of, programme, balance, zone from main.account_standings"
            ).fetchall()
        }
        felt = Sql("main.int_measures_in_force where list = 'penalties' and prevails")
        self._measures = _names(connection, felt, "measure")
        self._rewards = _names(connection, Sql("main.int_rewards_in_force"), "reward")
        self._amounts = {
            (account, on, bonus): amount
            for account, on, bonus, amount in connection.execute(_SQL("amounts")).fetchall()
        }
        self._failed = {
            (account, on, eligibility): sorted(failed)
            for account, on, eligibility, failed in connection.execute(_SQL("failed_conditions")).fetchall()
        }
        self._quotas = {
            (account, on, activity): (used, refused)
            for account, on, activity, used, refused in connection.execute(
                "select account_id, as_of, quota_activity, used, refused from main.int_quota_uses"
            ).fetchall()
        }

    def compare(self, account: str, loaded: LoadedPack, wanted: Expectation) -> Iterator[Difference]:
        """What isn't as it is said of an account, in the names that the pack of the example has."""
        pack = loaded.pack.pack

        def now(part: str, name: str, part_of: str = "") -> str:
            return self._names.of(pack, part, name, part_of)

        def differ(what: str, expected: Any, found: Any) -> Iterator[Difference]:
            if expected != found:
                yield Difference(wanted.on, what, _shown(expected), _shown(found))

        for programme, balance in wanted.balances.items():
            found, _ = self._standings.get((account, wanted.on, now("programme", programme)), (None, None))
            yield from differ(programme, balance, found)
        for programme, zone in wanted.zones.items():
            name = now("programme", programme)
            _, found = self._standings.get((account, wanted.on, name), (None, None))
            yield from differ(f"zone of {programme}", now("zone", zone, name), found)
        if wanted.measures is not None:
            yield from differ("measures", sorted(wanted.measures), self._measures.get((account, wanted.on), []))
        if wanted.rewards is not None:
            brought = [now("bonus", each) if each in loaded.pack.bonuses else each for each in wanted.rewards]
            yield from differ("rewards", sorted(brought), self._rewards.get((account, wanted.on), []))
        for eligibility, failed in wanted.failed.items():
            name = now("eligibility", eligibility)
            yield from differ(
                f"eligibility for {eligibility}: failed",
                sorted(now("condition", each, name) for each in failed),
                self._failed.get((account, wanted.on, name)),
            )
        for activity, use in wanted.quotas.items():
            expected = (use.used, use.refused) if use else None
            yield from differ(f"quota of {activity}", expected, self._quotas.get((account, wanted.on, activity)))
        for bonus, amount in wanted.bonuses.items():
            yield from differ(
                f"bonus {bonus}", amount, self._amounts.get((account, wanted.on, now("bonus", bonus)), Decimal(0))
            )


def _names(connection: duckdb.DuckDBPyConnection, rows: Sql, column: str) -> dict[tuple[str, date], list[str]]:
    found = connection.execute(_SQL("names", name_of=column, rows=rows)).fetchall()
    return {(account, on): names for account, on, names in found}


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if isinstance(value, tuple):
        return f"{value[0]} used, {value[1]} refused"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _kin(name: str, packs: Sequence[LoadedPack]) -> set[str]:
    """The names of a pack, of those that go on with each other as it does, and of those that its conditions read."""
    found = {name}
    while True:
        more = {
            each
            for loaded in packs
            if found & {loaded.pack.pack, *loaded.pack.continues}
            for each in (loaded.pack.pack, *loaded.pack.continues, *loaded.pack.packs_read)
        }
        if more <= found:
            return found
        found |= more


def _stage_market(pack: Pack, market: str, account: str) -> str:
    """The market of an example: packs of different policies decide for the same ones, and none judges another's.

    Where accounts are compared or share a budget, each example has one of its own.
    """
    compared = bool(pack.bonuses) or any(programme.peers for programme in pack.programmes.values())
    return f"{account}/{market}" if compared else f"{pack.pack}/{market}"
