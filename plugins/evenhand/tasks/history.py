"""Nights decided in one go before anything is delivered, so that it is known what is usual: `evenhand history`.

The steps of a night (night.py), for its last night, with the models asked about all of them. Whatever is left of a run
that was killed is done again, and comes out as it did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.settings import Settings, settings
from evenhand.tasks import night as steps
from evenhand.tasks.choosing import NightRefused

if TYPE_CHECKING:
    import duckdb

log = logging.getLogger(__name__)

# As many as what is usual is learnt from.
NIGHTS_BEFORE = 28


@dataclass(frozen=True)
class Decided:
    """What a history came to.

    Attributes:
        nights: all of them, in order.
        changed: those whose release this run made, rather than finding it there.
        unusual: what was unusual, by night, for people.
    """

    nights: Sequence[date]
    changed: Sequence[date]
    unusual: Sequence[tuple[date, str]]


def history_before(here: Settings, night: date) -> tuple[date, date] | None:
    """The first and the last night of the history that teaches a bundled example what is usual before its first night.

    Returns:
        None where something was released already, but for a part of this history, whose command was broken off; and
        where nothing has landed the night before.
    """
    from evenhand.landing.files import nights as landed_nights
    from evenhand.release.history import history_of
    from evenhand.tasks.choosing import is_an_example

    if not is_an_example(here):
        return None
    last = night - timedelta(days=1)
    landed = [each for each in landed_nights(here.landing) if each <= last]
    if not landed or landed[-1] != last:
        return None
    first = max(landed[0], night - timedelta(days=NIGHTS_BEFORE))
    released = {path: history_of(path) for path in here.releases.glob("night=*")}
    nights = (last - first).days + 1
    is_another = any(each is None or (each.since, each.until) != (first, last) for each in released.values())
    return None if is_another or len(released) == nights else (first, last)


def decide_history(first: date, last: date, begins: Callable[[str], None] = lambda step: None) -> Decided:
    """Decide and release the nights from the first to the last, without delivering anything of them.

    Args:
        begins: told each step as it begins.

    Raises:
        NightRefused: these nights can't be a history.
        HasReleases: a night was released already.
    """
    from evenhand.release.history import refuse_after_releases

    here = settings()
    nights = _nights(first, last)
    refuse_after_releases(here.releases)
    warehouse = here.warehouse(last)
    for name, step in (
        ("what landed", lambda: _land(nights)),
        ("policies", lambda: _compile(nights)),
        ("gate 1", lambda: steps.validate_feeds(last, since=first)),
        ("models", lambda: steps.build_models(last)),
        ("the other nights' lists", lambda: _lay_nights(warehouse, nights)),
        ("gate 2", lambda: steps.validate_lists(last)),
    ):
        begins(name)
        step()
    begins("releases")
    return release_nights(warehouse, nights)


def _nights(first: date, last: date) -> list[date]:
    from evenhand.landing.files import nights as landed_nights
    from evenhand.tasks.choosing import today

    landed = landed_nights(settings().landing)
    if not landed:
        raise NightRefused(f"{settings().landing}: nothing has landed; put feeds there as docs/feeds.md says")
    if first > last:
        raise NightRefused(f"from {first} until {last} there is no night; the first comes before the last")
    if last > (newest := today(settings())):
        raise NightRefused(f"night {last} is in the future: today is {newest} in this deployment's time zone")
    if last not in landed:
        raise NightRefused(f"nothing has landed for night {last}, the last; {landed[-1]} is the newest that has")
    if first < landed[0]:
        raise NightRefused(f"nothing has landed until {first}, the first night; {landed[0]} is the first that has")
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]


def _land(nights: Sequence[date]) -> None:
    import duckdb

    from evenhand.release.previous import create_released
    from evenhand.tasks.choosing import today

    last = nights[-1]
    steps.fetch_landed()
    steps.land_feeds(last, since=nights[0], today=today(settings()))
    with duckdb.connect(str(settings().warehouse(last))) as connection:
        # An earlier history isn't what this one is compared with.
        create_released(connection)


def _compile(nights: Sequence[date]) -> None:
    import duckdb

    from evenhand.deciding.night_range import ask_about

    steps.compile_policies(nights[-1])
    # And about the one before, which the first is compared with.
    with duckdb.connect(str(settings().warehouse(nights[-1]))) as connection:
        connection.begin()
        ask_about(connection, [nights[0] - timedelta(days=1), *nights])
        connection.commit()


def _lay_nights(warehouse: Path, nights: Sequence[date]) -> None:
    from evenhand.deciding.compiled import compiled_project
    from evenhand.deciding.night_range import lay_lists, lay_metrics
    from evenhand.records.databases import wait_until_free
    from evenhand.sampling.estimate import metrics_of

    wait_until_free(warehouse)
    lay_lists(warehouse)
    # Those of the last are there as the run has them.
    if nights[:-1]:
        lay_metrics(warehouse, compiled_project(), nights[:-1], metrics_of)


def release_nights(warehouse: Path, nights: Sequence[date]) -> Decided:
    """Release each night from the warehouse of the last, which comes first: what is wrong with it is wrong with all."""
    import duckdb

    from evenhand.deciding.build import build_after_gate
    from evenhand.deciding.code import code_version
    from evenhand.deciding.code_authors import origin
    from evenhand.deciding.compiled import compiled_project
    from evenhand.notices.write import write_no_notices
    from evenhand.quality.held_lists import make_views
    from evenhand.quality.nights_page import keep_pages
    from evenhand.quality.range_sizes import lay_range_sizes
    from evenhand.records.databases import kept_open
    from evenhand.records.record_log import seal
    from evenhand.release.assemble import assemble, tell_of_accounts
    from evenhand.release.history import publish_past_night
    from evenhand.release.manifest import History
    from evenhand.release.publish import publish

    here, last = settings(), nights[-1]
    code = {**code_version(here.project), **origin(here.project)}
    unusual = dict(lay_range_sizes(warehouse, nights))
    with kept_open(warehouse):
        with duckdb.connect(str(warehouse)) as connection:
            unusual[last] = (*unusual.get(last, ()), *_let_go(connection, last))
            make_views(connection, last)
        assemble(warehouse, here.releases, last, None)
        tell_of_accounts(warehouse, here.releases, last)
        build_after_gate(warehouse, compiled_project(), last)
        write_no_notices(warehouse)
    of_night = {night: History(since=nights[0], until=last, unusual=unusual.get(night, ())) for night in nights}
    published = {last: publish(warehouse, here.releases, last, code, history=of_night[last])}
    keep_pages(here.work(last), published[last].revision)
    for night in nights[:-1]:
        published[night] = publish_past_night(warehouse, here.releases, night, code, of_night[night])
    seal(here.home)
    return Decided(
        nights,
        [night for night in nights if published[night].changed],
        [(night, said) for night in nights for said in unusual.get(night, ())],
    )


def _let_go(connection: duckdb.DuckDBPyConnection, last: date) -> list[str]:
    """Hold nothing of the last night, for nothing of it leaves, and say what would have been held, and why.

    Nor is anything of it a change: it is compared with nothing that was in force.
    """
    from evenhand.quality.first_nights import is_of_first_nights
    from evenhand.quality.held_lists import LISTS
    from evenhand.quality.range_sizes import lay_range_power, take_sizes
    from evenhand.release.quality_samples import FRAMES, KEYS

    held = connection.execute(
        "select list, market, why from gate.held_lists where list_contains(?, list) order by all", [list(LISTS)]
    ).fetchall()
    said = [f"{name} of {market}: {why}" for name, market, whys in held for why in whys if not is_of_first_nights(why)]
    connection.execute("delete from gate.held_lists where list_contains(?, list)", [list(LISTS)])
    connection.execute("delete from gate.first_nights")
    connection.execute("delete from gate.changes")
    # Nobody is asked to review what is in force nowhere.
    connection.execute(f"delete from samples.{KEYS}")
    connection.execute(f"delete from samples.{FRAMES}")
    connection.execute(
        "delete from estimates.quality_estimates where estimate in ('without_views', 'penalties_not_drawn')"
    )
    take_sizes(connection, last)
    lay_range_power(connection, last)
    return said
