"""What is written from what defines it is as it would be written now."""

from __future__ import annotations

from evenhand.reference import feeds, rules


def test_the_feeds_page_and_dbts_sources_of_feeds_say_what_the_contracts_say() -> None:
    assert feeds.PATH.read_text(encoding="utf-8") == feeds.render()
    assert feeds.SOURCES.read_text(encoding="utf-8") == feeds.render_sources()


def test_dbts_sources_of_rules_say_what_the_tables_say() -> None:
    assert rules.PATH.read_text(encoding="utf-8") == rules.render()
