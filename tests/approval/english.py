"""What who approves reads: English, with what keys are called in it."""

from __future__ import annotations

from evenhand.notices.catalogs import load_catalogs
from evenhand.reports.language import Language
from evenhand.settings import PROJECT

SPEAKS = Language("en", load_catalogs(PROJECT / "translations"))
