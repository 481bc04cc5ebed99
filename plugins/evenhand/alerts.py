"""Who hears of a night that failed or is late: the notifiers that the deployment names."""

from __future__ import annotations

import logging
from typing import Any

from evenhand.deployment import deployment

log = logging.getLogger(__name__)


def notifiers() -> list[Any]:
    """A new instance of every notifier of the deployment, as Airflow's callbacks take them."""
    from airflow.sdk._shared.module_loading import import_string

    return [import_string(classpath)(**arguments) for classpath, arguments in deployment().notifiers]


async def night_is_late(**context: Any) -> None:
    """What Airflow's triggerer calls when a run misses its deadline."""
    log.error("A night missed its deadline: %s", context.get("context", {}))
    for notifier in notifiers():
        await notifier.async_notify(context.get("context", {}))
