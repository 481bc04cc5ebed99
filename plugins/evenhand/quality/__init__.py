"""Running Great Expectations: the context of a night's gate, what it finds, and the quarantine of bad rows."""

# Before anything here imports Great Expectations: what of that is imported later is said there.
import expectations  # noqa: F401
