"""The words of feeds that a pack knows: those that something of it goes by, and those that are without effect."""

from __future__ import annotations

from evenhand.policy.language.pack import Pack

Known = tuple[str, str | None, str]


def words_known(pack: Pack) -> list[Known]:
    """Vocabulary, violation type of a severity that rules for one type read, and word; each once, in order."""
    fine = pack.without_effect
    found: set[Known] = {("activities", None, name) for name in pack.activities_named()}
    found |= {("metrics", None, name) for _, name in pack.metrics_named()}
    for vocabulary in ("violation_types", "severities", "activities", "metrics"):
        found |= {(vocabulary, None, word) for word in getattr(fine, vocabulary)}
    for programme in pack.programmes.values():
        for rule in programme.entries:
            severities = (*rule.severities, *(rule.amount_by_severity or ()))
            for violation_type in rule.violation_types:
                found.add(("violation_types", None, violation_type))
                found |= {("severities", violation_type, severity) for severity in severities}
    return sorted(found, key=lambda each: (each[0], each[1] or "", each[2]))
