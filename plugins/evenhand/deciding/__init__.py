"""Deciding a night, and deciding it again on other rules, data or code."""
