"""Releases: a night's lists and reasons, frozen and made visible in one step."""
