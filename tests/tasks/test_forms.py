"""Airflow's own forms: every field says in words what it is, what to write, and what can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from airflow.sdk import Param

from evenhand.tasks.forms import emergency_form, held_list_form, night_form, reversal_form, stop_form

FORMS = (emergency_form, held_list_form, night_form, reversal_form, stop_form)


@pytest.mark.parametrize("form", FORMS)
def test_every_field_has_a_title_help_and_words_for_what_is_chosen(form: Callable[[], Mapping[str, Param]]) -> None:
    for name, field in form().items():
        said = [field.schema.get("title", ""), field.description or ""]
        chosen = field.schema.get("enum", ())
        words = field.schema.get("values_display", {})
        assert all(said), name
        assert set(chosen) <= set(words), name
        assert [each for each in (*said, *words.values()) if "_" in each] == [], name
