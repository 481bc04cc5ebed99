"""What Airflow's own forms ask for: each field with a title, what to write, and words for what can be chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from airflow.sdk import Param

from evenhand.explain.names import NAMES
from evenhand.policy.language.part import Scope

_SEGMENT = "Or a segment of the market"


def name(title: str = "Your name", description: str = "Only where nobody logs in to Airflow.") -> Param:
    """A field for somebody's name, which can stay empty."""
    return Param(None, type=["string", "null"], title=title, description=description)


def night_form() -> dict[str, Param]:
    """The form of a night by hand: what `evenhand.tasks.choosing` makes of it is said there."""
    return {
        "night": Param(
            None, type=["string", "null"], format="date", title="Night", description="By default the newest landed."
        ),
        "older": Param(
            False,
            type="boolean",
            title="An older night",
            description="Whether it may be older than the newest that is released.",
        ),
        "market": Param(
            None,
            type=["string", "null"],
            title="One market alone",
            description="Decide this market of a released night again, and no other.",
        ),
    }


def emergency_form() -> dict[str, Param]:
    """The form of a measure that is imposed or lifted now."""
    return {
        "action": _choice(
            "What to do",
            "Put a measure in force, or take it back.",
            {"impose": "Impose a measure", "lift": "Lift a measure"},
        ),
        "emergency": Param(
            None,
            type=["string", "null"],
            title="One emergency alone",
            description="To lift only what one emergency imposed, its name, as evenhand emergencies lists it: whatever"
            " else the accounts have stays. Measure, scope, market and last day are those that it has.",
        ),
        "measure": _text(
            "Measure",
            "A penalty or a reward of the market's pack, by its key there.",
            examples=["no_live", "warning"],
            values_display={"no_live": "No live streaming", "warning": "Warning"},
        ),
        "scope": _choice("Scope", "What of the account it is about, as the pack has it.", _scopes(), has_default=False),
        "market": _text("Market", "As the feeds spell it, such as ID."),
        "until": _text("Last day", "The last day on which it is in force or lifted.", format="date"),
        "reason": _text("Reason", "The accounts are told it as it stands; it names nobody.", maxLength=500),
        "author": name("Who asks for it"),
        "accounts": Param(
            [],
            type=["array", "null"],
            items={"type": "string"},
            title="Accounts",
            description="One a line, as the feeds spell them. For all of a segment, leave it empty.",
        ),
        "kind": _of_a_segment("Kind", "Accounts of this kind, such as creator."),
        "stage": _of_a_segment("Stage", "Accounts at this stage, such as pilot."),
        "programme": _of_a_segment("Programme", "With a zone: accounts that stand in it. By its key in the pack."),
        "zone": _of_a_segment("Zone", "The zone of the programme, by its key in the pack."),
    }


def stop_form() -> dict[str, Param]:
    """The form that stops all deliveries or resumes them."""
    return {
        "action": _choice(
            "What to do",
            "Stopping works at once; resuming is asked of a second person.",
            {"stop": "Stop all deliveries", "resume": "Resume deliveries"},
        ),
        "reason": _text("Reason", "It is shown wherever a delivery was stopped."),
        "author": name(),
    }


def reversal_form() -> dict[str, Param]:
    """The form that reverses a night or lifts that."""
    return {
        "night": _text("Night", "The newest released night.", format="date"),
        "action": _choice(
            "What to do",
            "After lifting, the lists that the night had come to are in force again.",
            {"reverse": "Reverse the night", "lift": "Lift its reversal"},
        ),
        "reason": _text("Reason", "The release says it."),
        "author": name(),
    }


def held_list_form() -> dict[str, Param]:
    """The form that shows a held list and asks about it."""
    lists = {key: NAMES["list"][key] for key in ("penalties", "rewards", "deliveries", "notices", "qa_items")}
    return {
        "night": _text("Night", "The night that holds the list.", format="date"),
        "list": _choice("List", "Which of its lists is held.", lists, has_default=False),
        "market": _text("Market", "Of deliveries, the receiver; of notices, the language."),
        "digest": Param(
            None,
            type=["string", "null"],
            title="What is shown",
            description="The hash of what an answer is about; by default what is held now.",
        ),
    }


def _scopes() -> Mapping[str, str]:
    return {scope: NAMES["scope"].get(scope, scope.replace("_", " ")) for scope in get_args(Scope)}


def _choice(title: str, description: str, words: Mapping[str, str], has_default: bool = True) -> Param:
    """A field of which one of several is chosen, the first by default."""
    keys: Sequence[str] = list(words)
    said: dict[str, Any] = {"type": "string", "enum": keys, "values_display": dict(words)}
    if has_default:
        return Param(keys[0], title=title, description=description, **said)
    return Param(title=title, description=description, **said)


def _text(title: str, description: str, **schema: Any) -> Param:
    """A field that must be filled in."""
    return Param(type="string", minLength=1, title=title, description=description, **schema)


def _of_a_segment(title: str, description: str) -> Param:
    """A field that can stay empty."""
    return Param(None, type=["string", "null"], title=title, description=description, section=_SEGMENT)
