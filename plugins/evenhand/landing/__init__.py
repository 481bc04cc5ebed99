"""Feeds as they land: their contracts, the example that ships, and loading what is new into the warehouse."""
