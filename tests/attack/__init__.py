"""What was tried from outside, as a script: each attempt is refused, held or repaired."""
