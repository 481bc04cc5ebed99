"""Held lists before people: what they are shown, what they answer, and what comes of it."""
