"""What stands behind an account's measures: facts that command, JSON and pages show alike."""
