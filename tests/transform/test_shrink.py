"""Of a history that differs the smallest that does is shown, whatever its packs name of themselves and each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from evenhand.policy.language.pack import Pack
from transform.continuity.compare import Difference
from transform.continuity.draw import draw
from transform.continuity.facts import History
from transform.continuity.shrink import smallest


def _carries_over(pack: Pack) -> bool:
    return any(programme.carries_over for programme in pack.programmes.values())


def _reads_another(pack: Pack) -> bool:
    return bool(pack.packs_read)


@pytest.mark.parametrize(
    ("features", "of"),
    [(("carried", "versions"), _carries_over), (("gates", "several_packs"), _reads_another)],
)
def test_what_others_name_is_left_in(
    monkeypatch: pytest.MonkeyPatch, features: Sequence[str], of: Callable[[Pack], bool]
) -> None:
    drawn = next(each for number in range(200) if any(map(of, (each := draw(1, number, features)).packs)))

    def differences(models: Any, histories: Sequence[History], nights: Sequence[date]) -> Iterator[Difference]:
        for history in histories:
            if any(map(of, history.packs)):
                yield Difference(history, nights[0], "penalties", "key", None, None)

    monkeypatch.setattr("transform.continuity.shrink.differences", differences)
    left = smallest([], Difference(drawn, date(2026, 3, 1), "penalties", "key", None, None)).history

    assert [account.events for account in left.accounts] == [()]
    assert any(map(of, left.packs))
    assert {read for pack in left.packs for read in pack.packs_read} <= {pack.pack for pack in left.packs}
