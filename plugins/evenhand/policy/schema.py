"""The JSON Schema of the policy language, which editors complete and check packs with. It comes from the models."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Gt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from evenhand.policy.diagnose import parts as all_parts
from evenhand.policy.language.examples import Example
from evenhand.policy.language.pack import Pack
from evenhand.policy.texts import IDENTITIES, OF_ITS_OWN

Schema = dict[str, Any]

NAME = "schema.json"
# The parts whose items a pack changes by their names, and the key with the name.
_ITEMS = dict(zip(("EntryRule", "Zone", "Condition"), IDENTITIES, strict=True))
_REMOVED = {"const": True, "description": "Takes the item with this name of the extended file away."}


def schema_text() -> str:
    """The bytes of policies/schema.json, as text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """The schema of a file under policies/: of a whole pack, or of one that extends or is extended."""
    given = Pack.model_json_schema(ref_template="#/$defs/{model}")
    for part in {part for _, part in all_parts()}:
        _add_least(part, given if part is Pack else given["$defs"][part.__name__])
    whole = _tidy(given)
    parts = whole.pop("$defs")
    # Examples are inherited by nobody, so there is nothing in them to leave out.
    of_examples = Example.model_json_schema()["$defs"].keys() | {"Example"}
    changes = {
        f"{name}Changed": _changed(name, part, of_examples) for name, part in parts.items() if name not in of_examples
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Evenhand policy pack",
        "description": "docs/policy-reference.md says what each key means.",
        "if": {"required": ["markets"], "not": {"required": ["extends"]}},
        "then": {"$ref": "#/$defs/Pack"},
        "else": {"$ref": "#/$defs/PackChanged"},
        "$defs": {"Pack": whole, **parts, "PackChanged": _changed("Pack", whole, of_examples), **changes},
    }


def _add_least(part: type[BaseModel], schema: Schema) -> None:
    # A number that is read by its text is one of ours, so that pydantic leaves out its bounds.
    for name, field in part.model_fields.items():
        if any(isinstance(each, Gt) for each in _metadata(field.annotation, field.metadata)):
            schema["properties"][name]["exclusiveMinimum"] = 0


def _metadata(annotation: Any, outer: list[Any]) -> Iterator[Any]:
    for each in outer:
        yield from each.metadata if isinstance(each, FieldInfo) else [each]
    if get_origin(annotation) is Annotated:
        yield from _metadata(None, list(get_args(annotation)[1:]))
    else:
        for choice in get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ():
            yield from _metadata(choice, [])


def _tidy(part: Any) -> Any:
    """What pydantic gives, without what tells an author nothing."""
    if isinstance(part, list):
        return [_tidy(each) for each in part]
    if not isinstance(part, dict):
        return part
    tidied = {key: _tidy(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    if isinstance(description := tidied.get("description"), str):
        tidied["description"] = " ".join(description.split())
    if "patternProperties" in tidied:
        tidied["additionalProperties"] = False
    # A key without a value is a key that isn't there.
    if tidied.get("default", ...) is None:
        del tidied["default"]
        choices = [each for each in tidied.pop("anyOf") if each != {"type": "null"}]
        tidied = {**(choices[0] if len(choices) == 1 else {"anyOf": choices}), **tidied}
    return tidied


def _changed(name: str, part: Schema, kept: set[str]) -> Schema:
    """A part as it stands in a file that extends another, or that others extend: every key may be left to the other."""
    properties = {
        key: value if name == "Pack" and key in OF_ITS_OWN else _or_nothing(_referring(value, kept))
        for key, value in part["properties"].items()
    }
    identity = _ITEMS.get(name)
    return {
        **{key: value for key, value in part.items() if key != "required"},
        "properties": {**properties, **({"removed": _REMOVED} if identity else {})},
        **({"required": [identity]} if identity else {}),
    }


def _referring(part: Any, kept: set[str]) -> Any:
    """The same, with references to parts as they are changed, and without a least length."""

    if isinstance(part, list):
        return [_referring(each, kept) for each in part]
    if not isinstance(part, dict):
        return part
    changed = {
        key: _referring(value, kept) for key, value in part.items() if key not in ("minItems", "minProperties")
    }  # fmt: skip
    if (reference := changed.get("$ref")) and reference.removeprefix("#/$defs/") not in kept:
        changed["$ref"] = f"{reference}Changed"
    if named := changed.get("patternProperties"):
        changed["patternProperties"] = {pattern: _or_nothing(value) for pattern, value in named.items()}
    return changed


def _or_nothing(value: Schema) -> Schema:
    """The same, or nothing, which takes what the extended file says away."""
    said = {key: value[key] for key in ("description", "default") if key in value}
    rest = {key: each for key, each in value.items() if key not in said}
    return {"anyOf": [rest, {"type": "null"}], **said}
