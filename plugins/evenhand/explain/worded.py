"""English sentences of a release, such as reasons, with names for the keys in them."""

from __future__ import annotations

import re

from evenhand.explain.labels import Labels
from evenhand.explain.names import NAMES, called
from evenhand.notices.catalogs import REFERENCE

# Kinds of keys that such sentences have in them.
_SAID = (
    *("condition", "eligibility", "measure", "programme", "zone", "scope", "rule", "activity", "violation_type"),
    "detected_by",
)
_KEY = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def worded(english: Labels, sentence: str) -> str:
    """The same with names for keys; what is no key that has a name stays as it is."""
    messages = english.catalogs.languages[REFERENCE].messages

    def name_of(found: re.Match[str]) -> str:
        key = found[0]
        kind = next((each for each in _SAID if key in NAMES.get(each, {}) or f"{each}.{key}" in messages), None)
        said = called(english, str, kind, key) if kind else key
        return said[:1].lower() + said[1:]

    return _KEY.sub(name_of, sentence)
