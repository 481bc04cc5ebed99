"""Notices: telling an account, in its language, what was decided about it, why, and what it can do."""
