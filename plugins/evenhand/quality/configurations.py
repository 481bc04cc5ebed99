"""Great Expectations' configurations, made once for each expectation and not some fifty times.

An expectation makes its configuration anew whenever it is asked for one, and while a suite is evaluated that is most
of the work. Nothing changes an expectation meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from great_expectations.expectations import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


@contextmanager
def configurations_kept() -> Iterator[None]:
    """Have each expectation keep the configuration that it makes, for as long as this lasts."""
    made_anew = Expectation.configuration
    # With the expectation itself, so that no other one gets its id.
    kept: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}

    def configuration(expectation: Expectation) -> ExpectationConfiguration:
        if id(expectation) not in kept:
            kept[id(expectation)] = (expectation, made_anew.fget(expectation))  # type: ignore[attr-defined]
        return kept[id(expectation)][1]

    Expectation.configuration = property(configuration)  # type: ignore[assignment]
    try:
        yield
    finally:
        Expectation.configuration = made_anew  # type: ignore[method-assign]
