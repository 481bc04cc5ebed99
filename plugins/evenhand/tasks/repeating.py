"""What is repeated by itself: every task that may be done twice, for Airflow too has its hiccups.

A request of a task to Airflow that times out, or a process that ends, fails the task and says nothing of the night.
What a step of ours complains of is another matter: `evenhand.tasks.facts` tells Airflow where repeating is in vain.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule
from airflow.sdk.exceptions import AirflowException

# Half a minute in all: what lasts longer is no hiccup.
REPEATED: dict[str, Any] = {"retries": 3, "retry_delay": timedelta(seconds=10)}
# Stopping deliveries waits for nothing.
REPEATED_AT_ONCE: dict[str, Any] = {"retries": 5, "retry_delay": timedelta(seconds=1)}
# Of a run that is begun and waited for: that it failed is no hiccup, and its own tasks have been repeated.
REPEATED_UNLESS_THE_RUN_FAILED: dict[str, Any] = {
    **REPEATED,
    "retry_policy": ExceptionRetryPolicy([RetryRule(AirflowException, RetryAction.FAIL, match_subclasses=False)]),
}
