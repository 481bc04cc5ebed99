"""What people call markets: marketplace.yml's names, beside the codes that feeds and packs spell them by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from evenhand.policy.load import MARKETPLACE
from evenhand.policy.marketplace import read_marketplace
from evenhand.policy.texts import PackError

# In which a name that isn't said in a language is told.
_ELSE = "en"


def market_called(folder: Path, market: str, language: str) -> str:
    """A market by its name and its code, such as `Indonesia (ID)`; by its code where it has no name.

    Args:
        folder: that of the packs.
        language: such as `pt_BR`.
    """
    path = folder / MARKETPLACE
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return market
    name = _names(folder, changed).get(market, "")
    said = name if isinstance(name, str) else name.get(language) or name.get(_ELSE, "")
    return f"{said} ({market})" if said and said != market else market


@lru_cache(maxsize=4)
def _names(folder: Path, changed: int) -> Mapping[str, str | Mapping[str, str]]:
    """Read again where the file has changed; a file that is wrong names none, which `policy check` tells."""
    try:
        marketplace = read_marketplace(folder)
    except PackError:
        return {}
    return marketplace.market_names if marketplace else {}
