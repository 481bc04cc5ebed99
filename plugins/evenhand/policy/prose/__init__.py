"""Packs in words, for people."""
