"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from evenhand.transform.compiled import CompiledModel
from made_once import shared_project


@pytest.fixture(scope="session")
def models() -> Sequence[CompiledModel]:
    """The models' SQL, compiled once."""
    return shared_project().models()


@pytest.fixture(scope="session")
def every_model() -> Sequence[CompiledModel]:
    """With the models that tell of a night and decide nothing."""
    return shared_project().models(what_tells=True)
