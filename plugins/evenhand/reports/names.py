"""What keys are called that no catalogue of what accounts are told names: in English, for the catalogues of readers."""

from __future__ import annotations

from collections.abc import Mapping

GAPS: Mapping[str, str] = {
    "decided_not_enforced": "Decided and not enforced",
    "detected_not_decided": "Detected and not decided",
    "enforced_not_decided": "Enforced and not decided",
    "sold_while_penalised": "Sold while penalised",
}
# Those of the shipped packs; a pack's own zones are called as it writes them, or as translations/ say.
ZONES: Mapping[str, str] = {
    "good": "Good",
    "warned": "Warned",
    "poor": "Poor",
    "limited": "Limited",
    "restricted": "Restricted",
    "suspended": "Suspended",
    "closed": "Closed",
    "any": "Any",
}
# By kind and key.
NAMES: Mapping[str, Mapping[str, str]] = {"gap": GAPS, "zone": ZONES}
