"""Write what keys are called in explanations, as catalogues have it: `python -m evenhand.reference.labels`."""

from __future__ import annotations

from babel.messages.pofile import read_po

from evenhand.settings import PROJECT

PATH = PROJECT / "dbt_project" / "macros" / "labels.sql"
CATALOGUE = PROJECT / "translations" / "en.po"
# Scopes are told to accounts as theirs, and explanations to others too.
KINDS = ("measure", "programme", "violation_type")


def render() -> str:
    """The text of the file."""
    with CATALOGUE.open("rb") as file:
        messages = {str(each.id): str(each.string) for each in read_po(file) if each.id and each.string}
    labels = {
        kind: {
            name.removeprefix(f"{kind}."): label
            for name, label in sorted(messages.items())
            if name.startswith(f"{kind}.")
        }
        for kind in KINDS
    }
    lines = [
        "{#- Written by `python -m evenhand.reference.labels` from translations/en.po.",
        "    What no catalogue has a word for is its key with blanks for underscores. -#}",
        "{% macro label_of(kind, key) -%}",
        "    {%- set labels = {",
    ]
    for kind, words in labels.items():
        lines += [
            f"        '{kind}': {{",
            *(f"            '{key}': '{_quoted(label)}'," for key, label in words.items()),
            "        },",
        ]
    lines += [
        "    } -%}",
        "    case {{ key }}",
        "        {%- for name, label in labels[kind].items() %}",
        "        when '{{ name }}' then '{{ label }}'",
        "        {%- endfor %}",
        "        else {{ in_words(key) }}",
        "    end",
        "{%- endmacro %}",
        "",
        "{% macro in_words(key) -%}",
        "    replace({{ key }}, '_', ' ')",
        "{%- endmacro %}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(label: str) -> str:
    """As it stands in a SQL string that stands in a Jinja string."""
    return label.replace("'", "\\'\\'")


if __name__ == "__main__":
    PATH.write_text(render())
