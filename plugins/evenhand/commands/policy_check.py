"""`evenhand policy check`: packs by themselves and beside each other, and against what the installation has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from evenhand.commands.balances_check import balances_kept_otherwise
from evenhand.commands.hidden_signs_check import signs_that_nobody_sees
from evenhand.commands.labels_check import keys_without_a_label, measures_without_words
from evenhand.commands.named_days_check import days_with_a_name
from evenhand.commands.people_check import people_who_can_be_told
from evenhand.policy.bars_across import wrong_bars
from evenhand.policy.check import Checked, Finding, check_name, check_packs, of_mistake
from evenhand.policy.diagnose import dotted, nearest
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.load import LoadedPack, clashes, extended_elsewhere, files_of, where
from evenhand.policy.measures_order import place_in_order, read_measures_order
from evenhand.policy.preapproved import read_same_rules, texts_before
from evenhand.policy.read_across import unread_programmes
from evenhand.policy.texts import PackError
from evenhand.records.sql_files import Sql, SqlFile
from evenhand.settings import Settings

_SQL = SqlFile(__file__)


def check(paths: Sequence[Path], here: Settings) -> Checked:
    """Check packs by themselves, beside each other, and against what the installation has.

    Args:
        paths: files, or folders that are searched with all that is in them. A base is checked through its packs.
    """
    files = files_of(paths)
    packs, found = check_packs(files)
    if not files:
        names = ", ".join(str(path) for path in paths)
        found.append(Finding(names, 0, 0, "error", "language", "found no pack; expected a file that ends in .yml"))
    found += receivers_that_take_no_measure(packs, here.receivers)
    found += receivers_that_are_one_system(here.receivers)
    found += people_who_may(here)
    found += people_who_can_be_told(here)
    found += signs_that_nobody_sees(here)
    found += targets_of_metrics(here)
    found += days_with_a_name(here)
    found += boards_of_metrics(here)
    decided_at_night = [loaded for loaded in packs if loaded.path.resolve().parent == here.policies]
    try:
        order = read_measures_order(here.policies)
    except PackError as error:
        order = {}
        found += (of_mistake("language", mistake) for mistake in error.mistakes)
    found += (of_mistake("clash", mistake) for mistake in clashes(decided_at_night, order, of_moves=True))
    for loaded in decided_at_night:
        found += (of_mistake("language", mistake) for mistake in extended_elsewhere(loaded))
        found += (of_mistake("clash", mistake) for mistake in unread_programmes(loaded, decided_at_night))
        found += (of_mistake("clash", mistake) for mistake in wrong_bars(loaded, decided_at_night, order))
    found += orders_of_nothing(decided_at_night, order, here.policies)
    found += past_of_a_released_night(decided_at_night, here.releases)
    found += balances_kept_otherwise(decided_at_night)
    found += measures_without_words(decided_at_night, here.translations)
    found += keys_without_a_label(decided_at_night, here.translations)
    # Of a market nothing can be missed where only some of the packs are looked at.
    if here.policies in [path.resolve() for path in paths]:
        found += markets_without_a_pack(decided_at_night, here.landing)
        from evenhand.commands.markets_check import markets_of_named_days, markets_of_people, markets_of_targets

        found += markets_of_people(decided_at_night, here)
        found += markets_of_targets(decided_at_night, here)
        found += markets_of_named_days(decided_at_night, here)
    return Checked(len(files), tuple(sorted(set(found))))


def people_who_may(here: Settings) -> Iterator[Finding]:
    """Mistakes in people.yml, levels of who can't be given a case, and a text to which no second person agreed."""
    from evenhand.people.acts import WORK_CASE
    from evenhand.people.in_force import waiting
    from evenhand.people.people import read_people

    name = check_name(people_who_may)
    if here.people.exists():
        try:
            people = read_people(here.people)
        except PackError as error:
            yield from (of_mistake(name, mistake) for mistake in error.mistakes)
            return
        for each in people.people:
            # A role or a team can't work at cases.
            idle = [
                of for of in each.markets if not each.user or WORK_CASE.right not in people.rights_of(each.user, of)
            ]
            if each.level and idle:
                said = (
                    f"found level {each.level} for {each.name} in {', '.join(idle)}, to whom no case is escalated"
                    f" there; expected the right {WORK_CASE.right} beside it"
                )
                yield Finding(str(here.people), 0, 0, "warning", name, said)
    if waiting(here.home, here.people) is not None:
        said = (
            "found another text than what two persons agreed to; expected that one, which holds meanwhile, or that"
            " another agrees: evenhand people propose"
        )
        yield Finding(str(here.people), 0, 0, "warning", name, said)


def targets_of_metrics(here: Settings) -> Iterator[Finding]:
    """Mistakes in targets.yml, by which no metric is judged until they are mended."""
    from evenhand.policy.targets import place_in_targets, read_targets
    from evenhand.release.figures import definitions
    from evenhand.release.targets import mistakes_in

    name = check_name(targets_of_metrics)
    try:
        targets = read_targets(here.policies)
    except PackError as error:
        yield from (of_mistake(name, mistake) for mistake in error.mistakes)
        return
    for place, said in mistakes_in(targets, definitions(here.dbt_project)):
        yield Finding(*place_in_targets(here.policies, place), "error", name, f"{dotted(place)}: {said}")


def boards_of_metrics(here: Settings) -> Iterator[Finding]:
    """Mistakes in boards, each of which is shown to nobody, or not in whole, until they are mended."""
    from evenhand.commands.boards_check import findings

    _, mistakes = findings(here)
    yield from (of_mistake(check_name(boards_of_metrics), mistake) for mistake in mistakes)


def receivers_that_take_no_measure(packs: Sequence[LoadedPack], receivers: Path) -> Iterator[Finding]:
    """Measures and rewards that no receiver of their list can carry out."""
    from evenhand.delivery.config import ReceiversError, load_receivers

    try:
        configs = load_receivers(receivers)
    except ReceiversError as error:
        yield Finding(str(receivers), 0, 0, "error", check_name(receivers_that_take_no_measure), str(error))
        return
    for loaded in packs:
        for kind, names in (("penalties", _penalties(loaded.pack)), ("rewards", _rewards(loaded.pack))):
            takers = {name: config for name, config in configs.items() if kind in config.lists}
            # Who doesn't say what it can do can do anything.
            if any(not config.measures for config in takers.values()):
                continue
            known = sorted({measure for config in takers.values() for measure in config.measures})
            for place, measure in names:
                if measure not in known:
                    yield Finding(
                        *where(loaded, place), "error", check_name(receivers_that_take_no_measure),
                        f"{dotted(place)}: found {measure}; expected one of those that a receiver of {kind} in"
                        f" {receivers.name} can carry out: {', '.join(known) or 'there are none'}"
                        f"{nearest(measure, known)}",
                    )  # fmt: skip


def receivers_that_are_one_system(receivers: Path) -> Iterator[Finding]:
    """Receivers that would remove each other's rows, as far as the environment says where their connections lead."""
    from evenhand.delivery.addresses import others_of
    from evenhand.delivery.config import ReceiversError, load_receivers
    from evenhand.tasks.receivers import connection_of

    try:
        configs = load_receivers(receivers)
    except ReceiversError:
        # Said above.
        return
    known = [name for name, config in configs.items() if f"AIRFLOW_CONN_{config.connection.upper()}" in os.environ]
    for number, name in enumerate(known[1:], start=2):
        try:
            # Beside those above it, so that a pair is told once.
            others_of(name, {each: configs[each] for each in known[:number]}, connection_of)
        except ReceiversError as error:
            yield Finding(str(receivers), 0, 0, "error", check_name(receivers_that_are_one_system), str(error))


def past_of_a_released_night(packs: Sequence[LoadedPack], releases: Path) -> Iterator[Finding]:
    """Packs that decide differently about days that a released night has already decided."""
    released = _newest_release(releases)
    if not released:
        return
    night, editions = released
    name = check_name(past_of_a_released_night)
    try:
        rewritten = read_same_rules(packs[0].path.parent) if packs else ()
    except PackError as error:
        yield from (of_mistake("language", mistake) for mistake in error.mistakes)
        return
    for loaded in packs:
        pack = loaded.pack
        sha256 = editions.get((pack.pack, pack.version))
        if sha256 in texts_before(rewritten, loaded.sha256):
            continue
        if sha256 is None and pack.effective_from <= night:
            yield Finding(
                *where(loaded, ("effective_from",)), "error", name,
                f"effective_from: found {pack.effective_from}; expected a day after {night}, the newest released"
                f" night: the days until then are decided, and {pack.pack} version {pack.version} wasn't there",
            )  # fmt: skip
        elif sha256 and pack.effective_until and pack.effective_until < night:
            yield Finding(
                *where(loaded, ("effective_until",)), "error", name,
                f"effective_until: found {pack.effective_until}; expected {night}, the newest released night, or a"
                f" later day: that night was decided with version {pack.version}, with another text",
            )  # fmt: skip
        # A text that now ends is what it was with its end, if its version was counted up as it should be.
        elif sha256 and pack.effective_from <= night and not pack.effective_until:
            yield Finding(
                *where(loaded, ("version",)), "warning", name,
                f"version: found {pack.version} with another text than night {night} was decided with; expected"
                f" {pack.version + 1}, effective from {night + timedelta(days=1)}, if it decides anything else",
            )  # fmt: skip


def orders_of_nothing(
    packs: Sequence[LoadedPack], order: Mapping[str, Sequence[str]], folder: Path
) -> Iterator[Finding]:
    """Measures of a market's order that no pack of the market has, or that a pack has the other way round."""
    for market, measures in order.items():
        of_market = [loaded.pack for loaded in packs if market in loaded.pack.markets]
        known = sorted({measure for pack in of_market for measure in pack.measures})
        for measure in measures:
            if packs and measure not in known:
                yield Finding(
                    *place_in_order(folder, market, measure), "warning", check_name(orders_of_nothing),
                    f"{market}: found {measure}; expected a measure of a pack of {market}"
                    f"{nearest(measure, known)}",
                )  # fmt: skip
        rank = {measure: place for place, measure in enumerate(measures)}
        for pack in of_market:
            for milder, stricter in pairwise(pack.measures):
                if rank.get(milder, len(rank)) > rank.get(stricter, len(rank)):
                    yield Finding(
                        *place_in_order(folder, market, stricter), "warning", check_name(orders_of_nothing),
                        f"{market}: found {stricter} as milder than {milder}; expected them as {pack.pack} version"
                        f" {pack.version} has them: {milder} before {stricter}",
                    )  # fmt: skip


def markets_without_a_pack(packs: Sequence[LoadedPack], landing: Path) -> Iterator[Finding]:
    """Markets whose creators have landed and for which no pack decides."""
    known = {market for loaded in packs for market in loaded.pack.markets}
    for market, accounts in _markets_landed(landing).items():
        if market not in known:
            yield Finding(
                str(landing / "creators"), 0, 0, "warning", check_name(markets_without_a_pack),
                f"found {accounts} accounts of the market {market}; expected a pack that decides for it"
                f"{nearest(market, sorted(known))}",
            )  # fmt: skip


def _penalties(pack: Pack) -> list[tuple[Place, str]]:
    return [(("measures", i), measure) for i, measure in enumerate(pack.measures)]


def _rewards(pack: Pack) -> Iterator[tuple[Place, str]]:
    yield from (((*place, "reward"), effect.reward) for place, effect in pack.effects if effect.reward)
    for name, programme in pack.programmes.items():
        for i, reward in enumerate(programme.rewards):
            yield ("programmes", name, "rewards", i, "reward"), reward.reward
    for name, eligibility in pack.eligibility.items():
        for i, each in enumerate(eligibility.while_eligible):
            if each.reward:
                yield ("eligibility", name, "while_eligible", i, "reward"), each.reward
    yield from ((("bonuses", name), name) for name in pack.bonuses)


def _newest_release(releases: Path) -> tuple[date, dict[tuple[str, int], str]] | None:
    """The newest released night, and the hash of every pack that it was decided with."""
    from evenhand.release.manifest import OtherFormat, read_manifest

    for release in sorted(releases.glob("night=*"), reverse=True):
        try:
            manifest = read_manifest(release)
        except (OtherFormat, ValidationError, OSError):
            continue  # Of another version of Evenhand; it can't say what it was decided with.
        return manifest.night, {(each.pack, each.version): each.sha256 for each in manifest.packs}
    return None


def _markets_landed(landing: Path) -> dict[str, int]:
    """The accounts that have landed, by market. A file that can't be read is gate 1's to refuse."""
    import duckdb

    accounts: dict[str, set[str]] = {}
    with duckdb.connect() as connection:
        for path in sorted((landing / "creators").glob("night=*/[!._]*")):
            reader = Sql("read_parquet($file)" if path.suffix == ".parquet" else "read_csv($file, all_varchar = true)")
            try:
                rows = connection.execute(_SQL("accounts_of_markets", rows=reader), {"file": str(path)}).fetchall()
            except duckdb.Error:
                continue
            for market, ids in rows:
                accounts.setdefault(market, set()).update(ids)
    return {market: len(ids) for market, ids in sorted(accounts.items())}
