"""Write the feeds' contracts in standard formats: `python -m evenhand.reference.contracts`.

docs/feed-contracts/ has a JSON Schema of a row for each feed, for whoever checks rows before they land, and all
feeds as one data contract of the Open Data Contract Standard, for catalogues.
Both say of a contract what their format can say.
"""

from __future__ import annotations

import io
import json
from typing import Any

from ruamel.yaml import YAML

from evenhand.landing.contracts import BY_NAME, FEEDS, MOMENT, Column, Contract
from evenhand.landing.names import EXPONENT, LONGEST_ACCOUNT
from evenhand.settings import PROJECT
from expectations.feed_values import MOST_DIGITS

FOLDER = PROJECT / "docs" / "feed-contracts"
ODCS = FOLDER / "feeds.odcs.yaml"
_WRITTEN = "Written by `python -m evenhand.reference.contracts` from the contracts; edit those."
_LOGICAL_TYPES = {"text": "string", "date": "date", "number": "number", "moment": "timestamp"}
# From 2000 on: no feed has an earlier day.
_DAY = r"^[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
_NAME = r"^\S(.*\S)?$"
# What nobody sees, as landing/names.py has it; signs beyond U+FFFF not every validator tells apart.
_UNSEEN = (
    r"[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]"
)


def render() -> dict[str, str]:
    """The text of every file of docs/feed-contracts, by name."""
    schemas = {f"{contract.feed}.schema.json": _schema(contract) for contract in FEEDS}
    return {**schemas, ODCS.name: _odcs()}


def _schema(contract: Contract) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": _WRITTEN,
        "title": contract.feed,
        "description": f"{contract.grain} Every value is text, as in a CSV file; an empty one is null or left out. A"
        " column that isn't here may be there: it is left out and named, and the row counts.",
        "type": "object",
        "properties": {column.name: _property(contract, column) for column in contract.columns},
        "required": [column.name for column in contract.columns if column.required and not column.required_unless],
        # As files are loaded: their rows aren't lost for a column more.
        "additionalProperties": True,
        **_required_unless(contract),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _property(contract: Contract, column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {"description": column.meaning, "type": "string" if column.required else ["string", "null"]}
    if column.required_unless:
        said["type"] = ["string", "null"]
    if column.one_of:
        said["enum"] = [*column.one_of, *([] if said["type"] == "string" else [None])]
    elif column.type == "date":
        said |= {"format": "date", "pattern": _DAY}
    elif column.type == "moment":
        # Of a time that stands beside a day, that day says whether it is too early.
        said["pattern"] = f"^{'' if column.moment_of else '(?=[2-9])'}{MOMENT}$"
    elif column.type == "number":
        said["pattern"] = _number(column)
    elif column.name in contract.names:
        said |= {"pattern": _NAME, "not": {"pattern": f"^{EXPONENT}$|{_UNSEEN}"}}
        if contract.names_an_account(column.name):
            said["maxLength"] = LONGEST_ACCOUNT
    elif column.required:
        said["minLength"] = 1
    return said


def _required_unless(contract: Contract) -> dict[str, Any]:
    """What must be there unless another column excuses it, or where another column needs it."""
    rules: list[dict[str, Any]] = [
        {
            "if": {"not": {"properties": {other: {"const": value}}, "required": [other]}},
            "then": {"required": [column.name], "properties": {column.name: {"type": "string"}}},
        }
        for column in contract.columns
        if column.required and column.required_unless
        for other, value in [column.required_unless]
    ]
    # What is needed can be said as a time too.
    times = {column.moment_of: column.name for column in contract.columns if column.moment_of}
    rules += [
        {
            "if": {"properties": {other: {"const": value}}, "required": [other]},
            "then": {
                "anyOf": [
                    {"required": [name], "properties": {name: {"type": "string"}}}
                    for name in (column.name, *([times[column.name]] if column.name in times else []))
                ]
            },
        }
        for column in contract.columns
        if column.required_when
        for other, value in [column.required_when]
    ]
    return {"allOf": rules} if rules else {}


def _number(column: Column) -> str:
    decimals = rf"([.][0-9]{{1,{column.decimals}}})?" if column.decimals else ""
    sign = "-?" if column.at_least is None else ""
    return rf"^{sign}[0-9]{{1,{MOST_DIGITS}}}{decimals}$"


def _odcs() -> str:
    content = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "evenhand-feeds",
        "name": "Evenhand feeds",
        "version": "1.0.0",
        "status": "active",
        "description": {
            "purpose": "What a marketplace lands every night for penalties and rewards to be decided.",
            "usage": "A folder per feed, in it one per night: docs/feeds.md.",
        },
        "schema": [_odcs_table(contract) for contract in FEEDS],
    }
    text = io.StringIO()
    yaml = YAML()
    yaml.width = 120
    yaml.dump(content, text)
    return f"# {_WRITTEN}\n{text.getvalue()}"


def _odcs_table(contract: Contract) -> dict[str, Any]:
    return {
        "name": contract.feed,
        "physicalType": "csv, parquet",
        "description": contract.grain,
        "properties": [_odcs_property(contract, column) for column in contract.columns],
    }


def _odcs_property(contract: Contract, column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": column.name,
        "logicalType": _LOGICAL_TYPES[column.type],
        "physicalType": "text",
        "description": column.meaning,
        "required": column.required and not column.required_unless,
    }
    if column.name == contract.key:
        said |= {"primaryKey": True, "primaryKeyPosition": 1}
    if column.one_of:
        values = {"validValues": list(column.one_of)}
        said["quality"] = [{"type": "library", "metric": "invalidValues", "arguments": values, "mustBe": 0}]
    if column.refers_to:
        said["relationships"] = [{"type": "foreignKey", "to": f"{column.refers_to}.{BY_NAME[column.refers_to].key}"}]
    return said


def main() -> None:
    """Write the files, and take away those of feeds that are no more."""
    FOLDER.mkdir(exist_ok=True)
    written = render()
    for path in FOLDER.iterdir():
        if path.name not in written:
            path.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
