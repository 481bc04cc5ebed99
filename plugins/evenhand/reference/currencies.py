"""Write which currency each country's market has, for dbt: `python -m evenhand.reference.currencies`."""

from __future__ import annotations

import textwrap

from babel import Locale

from evenhand.policy.prose.money import currency_of
from evenhand.settings import PROJECT

PATH = PROJECT / "dbt_project" / "macros" / "currencies.sql"
_INDENT = 8 * " "


def render() -> str:
    """The text of the file."""
    currencies = {country: currency_of(country) for country in sorted(Locale("en").territories)}
    pairs = " ".join(f"{country}:{currency}" for country, currency in currencies.items() if currency)
    return "\n".join(
        [
            "{#- Written by `python -m evenhand.reference.currencies`. -#}",
            "{% macro currency_of(market) -%}",
            "    {%- set currencies =",
            *textwrap.wrap(f'"{pairs}"', 112, initial_indent=_INDENT, subsequent_indent=_INDENT),
            "    -%}",
            "    case {{ market }}",
            "        {%- for each in currencies.split() %}",
            "        when '{{ each[:2] }}' then '{{ each[3:] }}'",
            "        {%- endfor %}",
            "    end",
            "{%- endmacro %}",
            "",
        ]
    )


if __name__ == "__main__":
    PATH.write_text(render())
