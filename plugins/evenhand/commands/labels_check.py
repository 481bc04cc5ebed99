"""Keys of packs that no catalogue has a word for: of some nobody could be told, others are shown as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from evenhand.explain.names import NAMES
from evenhand.notices.catalogs import REFERENCE, load_catalogs
from evenhand.notices.names_to_translate import what_cannot_be_told
from evenhand.policy.check import Finding, check_name
from evenhand.policy.diagnose import dotted
from evenhand.policy.language.pack import Pack
from evenhand.policy.language.part import Place
from evenhand.policy.load import LoadedPack, where

# What a rule is about, and under which key.
_WORDS = {"violation_type": "violation_types", "activity": "activities", "severity": "severities"}


def measures_without_words(packs: Sequence[LoadedPack], translations: Path) -> Iterator[Finding]:
    """Measures, scopes and programmes that notices have no words for, and texts of notices that can't be used."""
    for said in what_cannot_be_told([loaded.pack for loaded in packs], translations) if packs else ():
        place, _, what = said.partition(": ")
        file, _, line = place.partition(".po:")
        yield Finding(f"{file}.po" if line else file, int(line or 0), 1, "error", "notices", what)


def keys_without_a_label(packs: Sequence[LoadedPack], translations: Path) -> Iterator[Finding]:
    """Programmes, zones, rules, conditions and the like without a label: one finding a pack, where the first stands.

    Measures and scopes aren't among them: accounts are told of these, so that one without words is an error.
    """
    reference = load_catalogs(translations).languages.get(REFERENCE)
    messages = reference.messages if reference else {}
    for loaded in packs:
        without: dict[str, Place] = {}
        for kind, key, place in _keys(loaded.pack):
            message = messages.get(f"{kind}.{key}")
            if key not in NAMES.get(kind, {}) and not (message and message.string):
                without.setdefault(f"{kind}.{key}", place)
        if without:
            first = next(iter(without.values()))
            yield Finding(
                *where(loaded, first), "warning", check_name(keys_without_a_label),
                f"{dotted(first)}: found no label of {', '.join(sorted(without))}; expected a msgid of each in"
                f" {translations.name}/{REFERENCE}.po: people are shown a key with blanks for underscores",
            )  # fmt: skip


def _keys(pack: Pack) -> Iterator[tuple[str, str, Place]]:
    """Each key that pages show, by the kind of it that labels have, and where it stands."""
    for name, programme in pack.programmes.items():
        here: Place = ("programmes", name)
        yield "programme", name, here
        for i, zone in enumerate(programme.zones):
            yield "zone", zone.zone, (*here, "zones", i, "zone")
        for i, rule in enumerate(programme.entries):
            of_rule: Place = (*here, "entries", i)
            yield "rule", rule.rule, (*of_rule, "rule")
            for kind, key in (
                ("violation_type", "violation_types"),
                ("activity", "activities"),
                ("severity", "severities"),
            ):
                for j, word in enumerate(getattr(rule, key)):
                    yield kind, word, (*of_rule, key, j)
        if programme.metric:
            yield "metric", programme.metric, (*here, "metric")
    for name, eligibility in pack.eligibility.items():
        yield "eligibility", name, ("eligibility", name)
        for i, condition in enumerate(eligibility.conditions):
            yield "condition", condition.condition, ("eligibility", name, "conditions", i, "condition")
