"""Running Great Expectations: the context of a night's gate, what it finds, and the quarantine of bad rows."""
