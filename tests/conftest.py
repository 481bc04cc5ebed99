"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from evenhand.transform.compiled import CompiledModel, compile_models


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Sequence[CompiledModel]:
    """The models' SQL, compiled once."""
    return compile_models(tmp_path_factory.mktemp("compiled"))


@pytest.fixture(scope="session")
def every_model(tmp_path_factory: pytest.TempPathFactory) -> Sequence[CompiledModel]:
    """With the models that tell of a night and decide nothing."""
    return compile_models(tmp_path_factory.mktemp("compiled"), what_tells=True)
