"""One account with one strike."""

from __future__ import annotations

from datetime import date

from evenhand.policy.language.pack import Pack
from transform.oracle import Account, Violation

PACK = Pack.model_validate(
    {
        "pack": "simple",
        "version": 1,
        "markets": ("earth",),
        "effective_from": date(2020, 1, 1),
        "appeal_route": "Write to us.",
        "measures": ("warning",),
        "programmes": {
            "strikes": {
                "unit": "strike",
                "entries": ({"rule": "one", "violation_types": ("copyright",), "amount": 1, "lasts_days": 90},),
                "zones": (
                    {"zone": "good"},
                    {
                        "zone": "warned",
                        "at_least": 1,
                        "measures": ({"measure": "warning", "scope": "account", "days": 30},),
                    },
                ),
            }
        },
    }
)
HISTORY = [Account("a1", "earth", "creator", (Violation("v1", "copyright", date(2026, 3, 1), None),))]
