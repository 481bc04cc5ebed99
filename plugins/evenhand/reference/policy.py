"""docs/policy-reference.md: every key of the language, from the models that define it."""

from __future__ import annotations

import re

from pydantic import BaseModel

from evenhand.policy.diagnose import parts
from evenhand.policy.language.calendar import FIRST_YEAR, LAST_YEAR
from evenhand.policy.language.part import LONGEST_KEY, MARKET
from evenhand.policy.schema import Schema, schema

_HEAD = f"""\
# Policy reference

Every key of a policy pack. [policy-language.md](policy-language.md) is the tutorial; this page is what editors show,
and comes from the same place: `evenhand policy schema --reference` writes it from `plugins/evenhand/policy/`.

A **name** has at most {LONGEST_KEY} small letters, digits and `_`, and begins with a letter. A **market** also has
capitals and `-`. A **day** is `2026-01-31`, a **number** `6` or `1.5` in plain digits, both without quotes; what is
added up has at most two decimals, what is compared with it four. Keys in **bold** are needed. A key that isn't here
is an error.

Every day is one of the market's, and a night is the end of its day. A length includes its first day: 90 days from
1 March end with 29 May. Calendars hold from {FIRST_YEAR} to {LAST_YEAR}.
"""


def reference_text() -> str:
    """The whole page."""
    definitions = schema()["$defs"]
    places: dict[type[BaseModel], list[str]] = {}
    for place, part in parts():
        places.setdefault(part, []).append(place)
    sections = [_section(part, where, definitions[part.__name__]) for part, where in places.items()]
    return "\n".join([_HEAD, *sections])


def heading(part: str) -> str:
    """The heading of a part's section, from the name of its model."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part).capitalize()


def _section(part: type[BaseModel], places: list[str], definition: Schema) -> str:
    where = ", ".join(f"`{place}`" for place in places if place)
    said = " ".join((part.__doc__ or "").split())
    rows = [
        f"| {f'**`{key}`**' if key in definition.get('required', ()) else f'`{key}`'} | {_value(value)} |"
        f" {_meaning(value)} |"
        for key, value in definition["properties"].items()
    ]
    return "\n".join(
        [f"## {heading(part.__name__)}", "", *([f"Under {where}.", ""] if where else []), said, "",
         "| key | value | meaning |", "| --- | --- | --- |", *rows, ""]
    )  # fmt: skip


def _meaning(value: Schema) -> str:
    said = [value["description"]] if "description" in value else []
    default = value.get("default", ...)
    # What is nothing by default says so by its meaning.
    if default is not ... and default not in ([], {}, False) and not isinstance(default, dict):
        shown = f"[{', '.join(str(each) for each in default)}]" if isinstance(default, list) else default
        said.append(f"Default: `{shown}`.")
    return " ".join(said).replace("|", "\\|")


def _value(value: Schema, many: bool = False) -> str:
    """What may stand as a value, in words; in the plural where there can be many."""
    plural = "s" if many else ""
    if reference := value.get("$ref"):
        name = heading(reference.removeprefix("#/$defs/"))
        return f"[{_some(name.lower()) if many else name.lower()}](#{name.lower().replace(' ', '-')})"
    if choices := value.get("anyOf"):
        return " or ".join(_value(choice, many) for choice in choices)
    if choices := value.get("enum"):
        return ("some of " if many else "") + ", ".join(f"`{choice}`" for choice in choices)
    match value.get("type"):
        case "array":
            return f"list of {_value(value['items'], True)}{', at least one' * ('minItems' in value)}"
        case "object":
            (inner,) = value["patternProperties"].values()
            return f"names, each with {_one(inner)}"
        case "integer" | "number":
            return f"{'whole number' if value['type'] == 'integer' else 'number'}{plural}{_bounds(value)}"
        case "boolean":
            return "`true` or `false`"
        case "null":
            return "nothing"
    if value.get("format") == "date":
        return f"day{plural}"
    if "pattern" in value:
        return ("market" if value["pattern"] == MARKET else "name") + plural
    return f"text{plural}"


def _one(value: Schema) -> str:
    words = _value(value)
    return words if words.startswith("list") else f"a {words}"


def _some(name: str) -> str:
    return name if name.endswith(("s", "when")) else f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _bounds(value: Schema) -> str:
    if "exclusiveMinimum" in value:
        return f" above {value['exclusiveMinimum']}"
    if "minimum" in value and "maximum" in value:
        return f" from {value['minimum']} to {value['maximum']}"
    return f" from {value['minimum']} on" if "minimum" in value else ""
