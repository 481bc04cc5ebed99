"""The Great Expectations suites of both gates: `feeds` for what landed, `lists` for what is to be released."""

from evenhand.records.imports import import_later

# Great Expectations imports them for charts and for measures that no rule uses: a third of all that it imports.
import_later("altair", "scipy.stats", by="great_expectations")
